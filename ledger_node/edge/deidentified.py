"""The account that a de-identification run leaves beside its copies: `deidentified.json`, for the hospital alone.

It holds the public account (what was done, with which tools) and the digests of the records that the run wrote, so that
a later step can tell whether a file is one of them, byte for byte. Files that stayed out are listed by name: local too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import InvalidDocument
from ledger_node.proof.strict_json import Json, parse

NAME = "deidentified.json"
FORMAT = "medledger-deidentified/1"
_LARGEST = 1 << 30  # bytes


@dataclass(frozen=True, slots=True)
class Run:
    """`account` is public; `records` are record digests."""

    account: dict[str, Json]
    records: frozenset[bytes]


def content(
    account: Mapping[str, Json], records: Iterable[bytes], quarantined: Mapping[str, tuple[Quarantine, ...]]
) -> bytes:
    document = {
        "format": FORMAT,
        "account": dict(account),
        "records": sorted(record.hex() for record in records),
        "quarantined": {name: list(reasons) for name, reasons in quarantined.items()},
    }
    return json.dumps(document, indent=1).encode()


def load(folder: Path) -> Run | None:
    """The run that wrote a folder; None when it left no account. Raises InvalidDocument for a spoilt one."""
    path = folder / NAME
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        document = parse(file.read(_LARGEST + 1), _LARGEST)
    try:
        assert isinstance(document, dict)
        assert document["format"] == FORMAT
        account, records = document["account"], document["records"]
        assert isinstance(account, dict)
        assert isinstance(records, list)
        return Run(account, frozenset(bytes.fromhex(str(record)) for record in records))
    except (AssertionError, KeyError, ValueError) as failure:
        raise InvalidDocument("the account of the run is spoilt", got=type(failure).__name__, needed=FORMAT) from None
