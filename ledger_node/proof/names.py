"""How reports call each fact: its kind, and its id as text."""

from __future__ import annotations

from ledger_node.proof.hashing import to_hex

#: The kind of a fact and its id as text.
Name = tuple[str, str]


def organisation(number: int) -> Name:
    return "organisation", str(number)


def dataset(key: bytes) -> Name:
    return "dataset", to_hex(key)


def dataset_version(key: bytes, number: int) -> Name:
    return "datasetVersion", f"{to_hex(key)}/{number}"


def consent(key: bytes) -> Name:
    return "consent", to_hex(key)


def model(key: bytes) -> Name:
    return "model", to_hex(key)


def run(key: bytes) -> Name:
    return "run", to_hex(key)


def model_version(key: bytes) -> Name:
    return "modelVersion", to_hex(key)


def recall(key: bytes) -> Name:
    return "recall", to_hex(key)
