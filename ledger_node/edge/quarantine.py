"""Why a file stays out of a dataset version. The names are stable: attestations count by them."""

from __future__ import annotations

from enum import StrEnum


class Quarantine(StrEnum):
    """One reason. A file that stays out carries all of its reasons."""

    NOT_REGULAR_FILE = "NOT_REGULAR_FILE"  # a link, a pipe, a device: never followed, never opened
    NOT_DICOM = "NOT_DICOM"  # no DICM mark after the preamble (PS3.10, 7.1)
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
    PIXELS_UNREADABLE = "PIXELS_UNREADABLE"  # no pixels, too few, or in a form that cannot be decoded here
    DEIDENTIFICATION_FAILED = "DEIDENTIFICATION_FAILED"  # a tool gave up, or the written copy failed its check
