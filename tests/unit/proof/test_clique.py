"""Signers of real blocks of a Clique network with three (geth 1.13.15), as its own `clique_getSigner` names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger_node.errors import ChainAnswerInvalid
from ledger_node.proof.clique import signer_of

VECTORS = Path(__file__).parents[2] / "vectors"
SEALED: list[dict[str, Any]] = json.loads((VECTORS / "clique.json").read_text())


@pytest.mark.parametrize("sealed", SEALED)
def test_signer_is_the_one_that_the_engine_names(sealed: dict[str, Any]) -> None:
    assert signer_of(sealed["block"]) == sealed["signer"]


@pytest.mark.parametrize("field", ["extraData", "stateRoot", "number", "hash"])
def test_block_that_was_changed_names_nobody(field: str) -> None:
    block = dict(SEALED[0]["block"])
    text = block[field]
    block[field] = text[:-1] + ("1" if text[-1] != "1" else "2")
    with pytest.raises(ChainAnswerInvalid):
        signer_of(block)


def test_block_without_a_seal_names_nobody() -> None:
    headers = json.loads((VECTORS / "headers.json").read_text())["headers"]
    block = next(one["block"] for one in headers if len(one["block"]["extraData"]) < 2 + 2 * 65)
    with pytest.raises(ChainAnswerInvalid):
        signer_of(block)
