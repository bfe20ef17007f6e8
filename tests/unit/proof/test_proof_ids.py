"""Ids against `contracts/libraries/Ids.sol`, by hand and by its source."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest

from ledger_node.proof import ids
from ledger_node.proof.hashing import keccak256

TAGS = {
    "proposal": ids.PROPOSAL,
    "dataset": ids.DATASET,
    "request": ids.REQUEST,
    "consent": ids.CONSENT,
    "model": ids.MODEL,
    "model-version": ids.MODEL_VERSION,
    "recall": ids.RECALL,
    "run": ids.RUN,
    "stream": ids.STREAM,
}


@pytest.mark.parametrize(("name", "tag"), TAGS.items())
def test_tag_is_the_librarys(name: str, tag: bytes) -> None:
    assert tag == keccak256(f"medledger.{name}.v1".encode())
    library = Path(__file__).parents[3] / "contracts" / "libraries" / "Ids.sol"
    assert f'keccak256("medledger.{name}.v1")' in library.read_text()


def test_derive_id_is_keccak_of_five_words() -> None:
    contract, salt = b"\xaa" * 20, b"\xbb" * 32
    words = ids.RUN + (31337).to_bytes(32, "big") + bytes(12) + contract + (7).to_bytes(32, "big") + salt
    assert ids.derive_id(ids.RUN, 31337, contract, 7, salt) == keccak256(words)


def test_salt_of_depends_on_secret_key_and_organisation() -> None:
    one, other = bytes(32), bytes([1]) * 32
    expected = hmac.new(one, b"medledger.salt.v1\x00\x00\x00\x07cl\xc3\xa9", "sha256").digest()
    assert ids.salt_of(one, "clé", 7) == expected
    salts = {ids.salt_of(one, "a", 1), ids.salt_of(one, "a", 2), ids.salt_of(one, "b", 1), ids.salt_of(other, "a", 1)}
    assert len(salts) == 4
