"""CIDs against those of Kubo."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.errors import InvalidDigest
from ledger_node.proof import cid

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "cids.json").read_text())["files"]
EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["size"]))
def test_cid_of_is_kubos(vector: dict[str, object]) -> None:
    size = vector["size"]
    assert isinstance(size, int)
    assert cid.cid_of(hashlib.shake_256(b"medledger").digest(size)) == vector["cid"]


def test_cid_of_does_not_depend_on_the_pieces() -> None:
    content = hashlib.shake_256(b"pieces").digest(3 * cid.BLOCK + 5)
    cuts = [0, 1, 1, 100_000, cid.BLOCK, cid.BLOCK + 1, 700_000, len(content)]
    pieces = [content[a:b] for a, b in pairwise(cuts)]
    assert cid.cid_of(pieces) == cid.cid_of(content) == cid.cid_of([content])
    assert cid.cid_of([]) == cid.cid_of([b"", b""]) == EMPTY


@given(st.binary(max_size=300))
def test_cid_of_one_block_is_its_digest(content: bytes) -> None:
    digest = hashlib.sha256(content).digest()
    assert cid.cid_of(content) == cid.cid_of_digest(digest)
    assert cid.digest_of_cid(cid.cid_of(content)) == digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "b1",
        EMPTY.upper(),
        "B" + EMPTY[1:],
        "z" + EMPTY[1:],
        EMPTY[:-1],
        EMPTY + "a",
        EMPTY + "=",
        EMPTY[:-1] + "v",
        "bé",
        VECTORS[-1]["cid"],
        "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
    ],
)
def test_digest_of_cid_refuses_all_others(text: str) -> None:
    with pytest.raises(InvalidDigest):
        cid.digest_of_cid(text)


def test_cid_of_digest_refuses_another_length() -> None:
    with pytest.raises(InvalidDigest):
        cid.cid_of_digest(bytes(31))
