"""Values that look like a direct identifier, whatever their column is called.

A list of obvious shapes, not a detector: what passes is not thereby clean. A column that the steward allows by name is
not judged.
"""

from __future__ import annotations

import re

LONGEST_WORD = 64  # characters
MOST_CLASSES = 50  # a label with more different words than this looks like a name or a number of a person
MOST_CATEGORIES = 1_000
LONG_NUMBER = 100_000  # integers from here on, all different, are numbers of something: a record, a person

_CLASS = re.compile(r"[A-Za-z][A-Za-z0-9 _+-]{0,31}")
_IDENTIFYING = re.compile(
    "|".join(
        (
            r"\S@\S",  # an e-mail address
            r"(?i:https?://|www\.)",  # a URL
            r"\d{6}",  # record, insurance and telephone numbers, dates without separators
            r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}",  # a date; an IP address
            r"\+?\d[\d ()/-]{5,}\d",  # a telephone number, a social security number
            r"(?i:[0-9a-f]{8}-[0-9a-f]{4}-)",  # a UUID
            r"(?i:\b[0-9a-f]{16,}\b)",  # a digest
            r"(?:\d+\.){4,}\d+",  # an object identifier, as DICOM UIDs are
            r"\b[A-Z]{2}\d{2}[A-Z0-9]{8,}\b",  # an IBAN
            r"\w\^\w|\w+, +[A-Z]\w+$",  # a person's name, as HL7 and DICOM or as lists write it
            r"[\x00-\x1f\x7f]",
        )
    )
)


def proper_word(word: str) -> bool:
    """Whether a label's word is one: a letter, then letters, digits and a few marks, 32 characters at most."""
    return bool(_CLASS.fullmatch(word)) and not _IDENTIFYING.search(word)


def looks_like_a_person(word: str) -> bool:
    """Whether a category's word has the shape of a direct identifier, or is too long for a code."""
    return len(word) > LONGEST_WORD or bool(_IDENTIFYING.search(word))
