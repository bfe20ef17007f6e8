"""Datasets, their versions, and streams."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.position import Position

#: CID 7050 (DICOM PS3.16) in the order of the option bits: bit n is code 113100 + n.
DEIDENTIFICATION_OPTIONS = tuple(range(113100, 113113))


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One immutable version. `root` is an RFC 9162 tree head, digests are sha-256, times are Unix seconds."""

    dataset: str
    number: int
    published_at: int
    root: str
    card_digest: str
    attestation_digest: str
    options: int
    size_class: SizeClass
    claim: PrivacyClaim
    supersession: Supersession
    opt_out_checked_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class Dataset:
    id: str
    custodian: int
    card_digest: str
    at: Position


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of a stream's tree: `size` leaves under `root` at Unix time `anchored_at`."""

    size: int
    root: str
    anchored_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class Stream:
    id: str
    custodian: int
    anchors: tuple[Anchor, ...]
    at: Position


def lowest_usable(versions: list[DatasetVersion]) -> int:
    """The lowest version number that takes new runs and rounds: a withdrawal ends all before it. 0 without versions."""
    if not versions:
        return 0
    return max((v.number for v in versions if v.supersession is Supersession.WITHDRAWAL), default=1)


def options_of(mask: int) -> list[int]:
    """The CID 7050 codes in an option mask: `options_of(3) == [113100, 113101]`."""
    return [code for n, code in enumerate(DEIDENTIFICATION_OPTIONS) if mask >> n & 1]
