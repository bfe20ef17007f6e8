"""FHIR R4 and R5 in JSON: bundles and bulk exports in, records with a digest out, and nothing that could name a person.

`parsing`, `canonical`, `forms`, `policy` and `entries` run in the child process and see content; `source` is the
parent's side and sees reasons, digests and pseudonyms. No element is read here that the policy does not name.
"""
