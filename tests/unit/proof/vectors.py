"""Writes `tests/vectors/{ids,records,words}.json`: `python -m tests.unit.proof.vectors`, from the project's root.

One history of a consortium, which `Records.t.sol` makes happen on the contracts. `records.json` has what happens, in
order, with each record's digest; `ids.json` the salts behind the ids; `words.json` the facts as they stand at the end
and the storage words that prove them. The words are the proof layer's, and Solidity compares them with its storage.
"""

from __future__ import annotations

import json
from pathlib import Path

from ledger_node.proof import Facts, schema
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.words import words_of

from .history import history

FOLDER = Path(__file__).parents[2] / "vectors"


def words(stated: Facts) -> list[dict[str, str]]:
    return [
        {"contract": one.contract, "slot": to_hex(one.slot), "value": to_hex(one.value)}
        for _, found in words_of(stated)
        for one in found
    ]


def written() -> dict[str, str]:
    """The files' contents, by their names."""
    book, stated = history()
    content = {
        "ids.json": book.ids,
        "records.json": book.records,
        "words.json": {"facts": schema.facts.write(stated), "words": words(stated)},
    }
    return {name: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in content.items()}


def main() -> None:
    for name, content in written().items():
        (FOLDER / name).write_text(content)


if __name__ == "__main__":
    main()
