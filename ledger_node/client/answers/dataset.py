"""Datasets, their versions, and erasures."""

from typing import NotRequired, TypedDict

from ledger_node.client.answers.parts import AsOf, Named, Scope


class Parent(TypedDict):
    """A version that another was derived from; `consent` is None for a dataset of the same hospital."""

    dataset: str
    version: int
    consent: str | None


class Derivation(TypedDict):
    scope: Scope
    parents: list[Parent]


class DatasetVersion(AsOf):
    """`epsilonSpent` is what was charged to it under all consents."""

    number: int
    publishedAt: str
    root: str
    cardDigest: str
    attestationDigest: str
    options: list[int]
    sizeClass: str
    claim: str
    supersession: str
    optOutCheckedAt: str | None
    derivation: Derivation | None
    epsilonSpent: int
    usable: bool


class Dataset(AsOf):
    id: str
    number: int
    custodian: Named
    cardDigest: str
    block: int
    versions: NotRequired[list[DatasetVersion]]


class Erasure(TypedDict):
    """A hospital's word that it erased records of a version; the receipt names no record."""

    version: int
    receiptDigest: str
    erasedAt: str
    block: int
