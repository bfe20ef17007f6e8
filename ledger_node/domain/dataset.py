"""Datasets, their versions, and streams."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import DeviceClass, PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.position import Position
from ledger_node.domain.scope import Scope

#: CID 7050 (DICOM PS3.16) in the order of the option bits: bit n is code 113100 + n.
DEIDENTIFICATION_OPTIONS = tuple(range(113100, 113113))
#: The Basic profile and the Clean options: a consent may require them. It may forbid the others, the Retain options.
CLEAN_OPTIONS = (1 << 6) - 1
MAX_PARENTS = 16  # of one derived version
PADDING = 128  # leaves: a stream's anchored size is a multiple, so that it says nothing about one patient


@dataclass(frozen=True, slots=True)
class Parent:
    """A dataset version that another was derived from; `consent` is None for a dataset of the same custodian."""

    dataset: str
    version: int
    consent: str | None


@dataclass(frozen=True, slots=True)
class Derivation:
    """Of what a dataset version was derived, and what for."""

    scope: Scope
    parents: tuple[Parent, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """A custodian's word that it erased records of a version; the receipt names no record."""

    dataset: str
    version: int
    receipt_digest: str
    erased_at: int
    at: Position


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One immutable version. `root` is an RFC 9162 tree head, digests are sha-256, times are Unix seconds.

    `epsilon_spent` is what was charged to it under all consents, in millionths of epsilon.
    """

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
    derivation: Derivation | None
    epsilon_spent: int
    at: Position


@dataclass(frozen=True, slots=True)
class Dataset:
    """`number` is its place in the order of registration, from 1."""

    id: str
    custodian: int
    number: int
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
    """A device's tree, with its newest head; how it grew is a list of its own, which has no bound."""

    id: str
    custodian: int
    device_class: DeviceClass
    anchor_count: int
    newest_anchor: Anchor | None
    at: Position


def lowest_usable(versions: list[DatasetVersion]) -> int:
    """The lowest version number that takes new runs and rounds: a withdrawal ends all before it. 0 without versions."""
    if not versions:
        return 0
    return max((v.number for v in versions if v.supersession is Supersession.WITHDRAWAL), default=1)


def options_of(mask: int) -> list[int]:
    """The CID 7050 codes in an option mask: `options_of(3) == [113100, 113101]`."""
    return [code for n, code in enumerate(DEIDENTIFICATION_OPTIONS) if mask >> n & 1]
