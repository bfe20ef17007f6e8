"""A bundle taken apart gives the same bytes again, or says what is not here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger_node.capture.parts import header_of, put_together, taken_apart
from ledger_node.errors import EvidenceUnavailable, UnknownDocument
from ledger_node.ports import Stored
from ledger_node.proof import dump
from ledger_node.proof import header as headers
from ledger_node.proof.hashing import keccak256, sha256, to_hex
from tests.unit.proof.story import DOCUMENTS, SUBJECT, lineage
from tests.unit.proof.synthetic import Chain

HERE = {to_hex(sha256(content)): content for content in DOCUMENTS.values()}
VERSION = to_hex(SUBJECT)


def document(digest: str) -> bytes:
    if digest not in HERE:
        raise UnknownDocument("not here")
    return HERE[digest]


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    return Chain(lineage()).bundle()


@pytest.fixture(scope="module")
def stored(bundle: dict[str, Any]) -> Stored:
    return Stored(*taken_apart(VERSION, dump(bundle), {}))


def test_bundle_comes_again_byte_for_byte(bundle: dict[str, Any], stored: Stored) -> None:
    assert put_together(stored, document) == dump(bundle)
    capture = stored.capture
    assert (capture.subject, capture.block, capture.block_hash) == (VERSION, 4711, bundle["asOf"]["hash"])
    assert all(keccak256(node) == name for name, node in stored.nodes.items())
    assert not any(text in capture.content.decode() for text in (*bundle["proofNodes"], "card A1"))


def test_bundle_of_another_form_comes_again(bundle: dict[str, Any]) -> None:
    """Beyond four keys its form is nobody's business here."""
    other = bundle | {"format": "another", "seals": [{"0": [1, "é"]}], "subject": {"kind": "consent", "id": "0x0"}}
    stored = Stored(*taken_apart("0x0", dump(other), {}))
    assert put_together(stored, document) == dump(other)


def test_documents_that_were_not_here_are_not_added(bundle: dict[str, Any]) -> None:
    some = Chain(lineage()).bundle(documents=list(DOCUMENTS.values())[:3])
    assert put_together(Stored(*taken_apart(VERSION, dump(some), {})), document) == dump(some) != dump(bundle)


def test_hashes_are_computed_once(bundle: dict[str, Any]) -> None:
    met = {node: b"%32d" % place for place, node in enumerate(bundle["proofNodes"])}
    capture, nodes = taken_apart(VERSION, dump(bundle), met)
    assert capture.nodes == tuple(nodes) == tuple(met.values())


def test_lost_and_altered_parts_are_not_passed_off_as_the_bundle(stored: Stored) -> None:
    name = stored.capture.nodes[3]
    content = stored.capture.content.replace(b'"forSale":true', b'"forSale":false')
    assert content != stored.capture.content
    for broken in (
        replace(stored, nodes={one: node for one, node in stored.nodes.items() if one != name}),
        replace(stored, nodes={**stored.nodes, name: b"another"}),
        replace(stored, capture=replace(stored.capture, content=content)),
    ):
        with pytest.raises(EvidenceUnavailable) as refused:
            put_together(broken, document)
        assert "fsck" in refused.value.needed


def test_document_that_is_gone_is_told(stored: Stored) -> None:
    def nothing(digest: str) -> bytes:
        raise UnknownDocument("not here")

    with pytest.raises(EvidenceUnavailable, match="document"):
        put_together(stored, nothing)


def test_header_keeps_what_its_hash_covers_and_no_transactions() -> None:
    block = Chain(lineage()).block | {"transactions": ["0x1"], "withdrawals": []}
    kept = header_of(block)
    assert headers.from_rpc(kept).hash == headers.from_rpc(block).hash
    assert "transactions" not in kept
