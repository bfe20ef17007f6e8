"""Attributes: dicom-anonymizer applies PS3.15's table at every depth, then the keep-list takes away what is left."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from ledger_node.edge import keep
from ledger_node.proof.strict_json import Json, dump_canonical

EDITION = "2026c"  # of PS3.15, Table E.1-1, as dicom-anonymizer carries it

Rules = dict[tuple[int, ...], Callable[[Any, Any], None]]


def cleaned(dataset: Any, salt: bytes, pseudonym: str) -> Any:
    """A new data set without identity but a pseudonym: no pixels, no evidence yet. The given one is spent.

    UIDs become `2.25.` UIDs (PS3.5, B.2) from a keyed hash under `salt`: the same in, the same out, inside one run.
    """
    from pydicom import config

    table = {tag: _fresh(salt) if action.__name__ == "replace_UID" else action for tag, action in _table().items()}
    with config.disable_value_validation():  # the source's values may break rules that its replacements keep
        _apply(dataset, table)
    return keep.kept(dataset, pseudonym)


def _apply(dataset: Any, table: Rules) -> None:
    from dicomanonymizer.simpledicomanonymizer import anonymize_dataset

    for part in [dataset, *_items(dataset)]:  # the tool itself looks at the top level only
        anonymize_dataset(part, delete_private_tags=True, base_rules_gen=lambda: table)


def rules_digest() -> str:
    """SHA-256 (hex) over the table's actions and the keep-list, in canonical JSON."""
    actions: dict[str, Json] = {"/".join(f"{n:04x}" for n in tag): f.__name__ for tag, f in _table().items()}
    kept: list[Json] = list(keep.rules())
    return hashlib.sha256(dump_canonical({"edition": EDITION, "actions": actions, "keep": kept})).hexdigest()


def fresh_uid(salt: bytes, uid: str) -> str:
    """The replacement of a UID: a version 4 UUID in decimal under 2.25, drawn from HMAC-SHA256."""
    drawn = hmac.digest(salt, uid.encode(), hashlib.sha256)
    return f"2.25.{uuid.UUID(bytes=drawn[:16], version=4).int}"


@cache
def _table() -> Rules:
    from dicomanonymizer.simpledicomanonymizer import initialize_actions

    table: Rules = initialize_actions(f"dicomfields_{EDITION}")
    return table


def _fresh(salt: bytes) -> Callable[[Any, Any], None]:
    def replace(dataset: Any, tag: Any) -> None:
        element = dataset.get(tag)
        if element is not None and element.value:
            several = not isinstance(element.value, str)
            fresh = [fresh_uid(salt, str(uid)) for uid in (element.value if several else [element.value])]
            element.value = fresh if several else fresh[0]

    return replace


def _items(dataset: Any) -> list[Any]:
    """Every item of every sequence, at any depth."""
    found = []
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                found += [item, *_items(item)]
    return found
