"""The public description of a dataset version: a document that anybody may read, so nothing in it counts below ten.

It is JSON-LD: Croissant 1.0 with its RAI vocabulary 1.0 (`croissant`), and terms of our own for what a ledger needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger_node.cards import Named, require_card
from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge import croissant
from ledger_node.edge.about import About, responsible_ai
from ledger_node.edge.attestation import LARGEST, rfc3339
from ledger_node.errors import DocumentTooLarge, InvalidField
from ledger_node.proof.strict_json import Json, dump_canonical

FORMAT = Named("dataset-card", 2).format
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 4_000
_SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@dataclass(frozen=True, slots=True)
class Card:
    """`subject` names the dataset, for good: the id on chain, or the hospital's own short name for it.

    `modalities` are DICOM's terms, or `TABULAR`; `columns` and `label` are for tables; `options` are codes of CID 7050
    that hold for every record; `opt_out_checked_at` is when opt-outs were last applied; `smallest_group` is the
    class of k, the size of the smallest group that shares its quasi-identifiers, None when none were declared;
    `published` is the day of making, `about` what the steward states (`ledger_node.edge.about`).
    """

    subject: str
    title: str
    description: str
    record_kind: str
    modalities: tuple[str, ...]
    size_class: SizeClass
    claim: PrivacyClaim
    options: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    label: str | None = None
    opt_out_checked_at: datetime | None = None
    smallest_group: SizeClass | None = None
    published: date | None = None
    about: About = field(default_factory=dict)

    def content(self) -> bytes:
        """The card in its one form (RFC 8785). Raises DocumentTooLarge beyond one block, InvalidDocument for statements
        that its schema does not take."""
        document: dict[str, Json] = {
            **croissant.head(self.subject, self.published),
            **croissant.responsible_ai(self.record_kind, self.claim),
            **responsible_ai(self.about),
            "format": FORMAT,
            "subject": self.subject,
            "name": self.title,
            "description": self.description,
            "recordKind": self.record_kind,
            "modalities": list(self.modalities),
            "sizeClass": self.size_class.name,
            "claim": self.claim.name,
            "deidentificationOptions": list(self.options),
            "columns": list(self.columns),
            "label": self.label,
            "smallestGroup": None if self.smallest_group is None else self.smallest_group.name,
            "optOutCheckedAt": None if self.opt_out_checked_at is None else rfc3339(self.opt_out_checked_at),
            **self.about,
        }
        require_card("dataset-card", document)
        content = dump_canonical(document)
        if len(content) > LARGEST:
            raise DocumentTooLarge("the card does not fit one block", got=f"{len(content)} bytes", needed=str(LARGEST))
        return content


def whole_seconds(checked_at: datetime | None, now: datetime) -> datetime | None:
    """When opt-outs were checked, to the second. Raises InvalidField without a time zone, and for the future."""
    if checked_at is None:
        return None
    if checked_at.tzinfo is None or checked_at > now:
        raise InvalidField("the time of the opt-out check is no past time", needed="a time with a zone, not after now")
    return checked_at.replace(microsecond=0)


def require_words(subject: str, title: str, description: str) -> None:
    """Raises InvalidField for a subject, title or description that a card cannot hold."""
    if not _SUBJECT.fullmatch(subject):
        raise InvalidField(
            "the subject is not a short name", got=f"{len(subject)} characters", needed="letters, digits, . _ : -"
        )
    for name, text, longest in (
        ("title", title, LONGEST_TITLE),
        ("description", description, LONGEST_DESCRIPTION),
    ):
        if len(text) > longest or (name == "title" and not text.strip()):
            raise InvalidField(f"the {name} has the wrong length", got=f"{len(text)} characters", needed=f"≤ {longest}")
