"""Patients' own word: their FHIR consents and a list of opt-outs decide which records enter, and stay in the hospital.

`consent` and `period` say what one Consent says at a time; `optouts` and `reading` read what the hospital has;
`choices` puts it together for a patient; `pseudonyms` names patients in copies of images; `whose` remembers whose a
record is; `refresh` applies withdrawals later.
"""
