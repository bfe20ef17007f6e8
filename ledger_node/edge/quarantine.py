"""Why a file or a resource stays out of a dataset version. The names are stable: attestations count by them."""

from __future__ import annotations

from enum import StrEnum


class Quarantine(StrEnum):
    """One reason. What stays out carries all of its reasons."""

    NOT_REGULAR_FILE = "NOT_REGULAR_FILE"  # a link, a pipe, a device: never followed, never opened
    NOT_DICOM = "NOT_DICOM"  # no DICM mark after the preamble (PS3.10, 7.1)
    MEDIA_DIRECTORY = "MEDIA_DIRECTORY"  # a DICOMDIR: never followed, since what it lists is read from the folder
    UNREADABLE = "UNREADABLE"  # broke the parser, or asked for more memory or time than allowed
    NO_IDENTITY_REMOVED = "NO_IDENTITY_REMOVED"  # (0012,0062) is not YES
    NO_METHOD = "NO_METHOD"  # neither (0012,0063) nor (0012,0064)
    NO_LONGITUDINAL_STATUS = "NO_LONGITUDINAL_STATUS"  # (0028,0303) is absent or not one of its three terms
    NO_CLEAN_PIXEL_DATA = "NO_CLEAN_PIXEL_DATA"  # ultrasound without 113101 in (0012,0064)
    BURNED_IN_ANNOTATION_NOT_EXCLUDED = "BURNED_IN_ANNOTATION_NOT_EXCLUDED"  # ultrasound, (0028,0301) is not NO
    DUPLICATE_INSTANCE = "DUPLICATE_INSTANCE"  # the same instance or the same record was already taken
    NOT_OF_THIS_RUN = "NOT_OF_THIS_RUN"  # the folder's de-identification run did not write this record
    NOT_ULTRASOUND = "NOT_ULTRASOUND"  # de-identification here knows ultrasound images only
    NO_ULTRASOUND_REGIONS = "NO_ULTRASOUND_REGIONS"  # (0018,6011) declares no region: nothing is known to be safe
    REGIONS_OUTSIDE_IMAGE = "REGIONS_OUTSIDE_IMAGE"  # all declared regions lie beyond the image
    REGIONS_BEYOND_IMAGE = "REGIONS_BEYOND_IMAGE"  # some do, and the caller asked that such files stay out
    REGIONS_COVER_IMAGE = "REGIONS_COVER_IMAGE"  # the regions are the whole image: blanking would do nothing
    TEXT_REMAINS = "TEXT_REMAINS"  # text is found in the copy, however often what is found is blanked
    PIXELS_UNREADABLE = "PIXELS_UNREADABLE"  # no pixels, too few, or in a form that cannot be decoded here
    NO_PSEUDONYM = "NO_PSEUDONYM"  # the hospital's own list of pseudonyms does not name the patient
    DEIDENTIFICATION_FAILED = "DEIDENTIFICATION_FAILED"  # a tool gave up, or the written copy failed its check

    # FHIR: a file, or an entry of one
    NOT_FHIR = "NOT_FHIR"  # no JSON, or no object with a resourceType
    INVALID_UTF8 = "INVALID_UTF8"  # bytes or escapes that are no text (RFC 8259, 8.1 and 8.2)
    DUPLICATE_KEY = "DUPLICATE_KEY"  # an object says one name twice: two readers would see two resources
    INVALID_NUMBER = "INVALID_NUMBER"  # NaN, Infinity, or a number longer than any measurement
    TOO_DEEP = "TOO_DEEP"  # nested deeper than any resource is
    TOO_LARGE = "TOO_LARGE"  # a resource or a file beyond the reader's limit
    OTHER_RESOURCE = "OTHER_RESOURCE"  # another resource than a dataset version takes; told once for each file
    MALFORMED_ELEMENT = "MALFORMED_ELEMENT"  # an element is not of its type, or there more or less often than it may be
    UNKNOWN_CODE = "UNKNOWN_CODE"  # a code outside its required value set
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"  # the resource says of itself that it never was true
    INCOMPLETE = "INCOMPLETE"  # a required element is absent, or nothing of it may stay
    DIRECT_IDENTIFIER = "DIRECT_IDENTIFIER"  # name, identifier, telecom, address, birth date, photo
    FREE_TEXT = "FREE_TEXT"  # text that a person may have typed
    NARRATIVE = "NARRATIVE"  # Resource.text
    EXTENSION = "EXTENSION"
    MODIFIER_EXTENSION = "MODIFIER_EXTENSION"  # changes what the rest means, so that it can neither stay nor go
    CONTAINED_RESOURCE = "CONTAINED_RESOURCE"
    FOREIGN_REFERENCE = "FOREIGN_REFERENCE"  # anything but Type/id inside this export
    LOCAL_CODE = "LOCAL_CODE"  # a code of no public code system, or not of its form
    ORIGINAL_UID = "ORIGINAL_UID"  # a DICOM UID that was not replaced (2.25, PS3.5, B.2)
    EXACT_DATE = "EXACT_DATE"  # more precise than the year (45 CFR 164.514(b)(2)(i)(C))
    ELEMENT_NOT_ALLOWED = "ELEMENT_NOT_ALLOWED"  # the policy does not name it
    DUPLICATE_RESOURCE = "DUPLICATE_RESOURCE"  # the same type and id was already taken

    # Patients' own word
    NO_PATIENT = "NO_PATIENT"  # whose record it is cannot be told, and so not whether it may enter
    OPTED_OUT = "OPTED_OUT"  # the patient is on the opt-out list
    CONSENT_DENIES = "CONSENT_DENIES"  # a consent in force denies, or a proposed one was rejected
    CONSENT_UNCLEAR = "CONSENT_UNCLEAR"  # a consent of the patient holds an unknown code or says nothing: not weighed
    NO_CONSENT = "NO_CONSENT"  # no consent of the patient permits it now
