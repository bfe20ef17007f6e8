"""What is fuzzed: each target takes bytes, and ends in an AssertionError or an undocumented exception when it may not.

They need the proofs alone, so that the fuzzer's own environment stays small.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from ledger_node.errors import (
    CheckpointMalformed,
    EvidenceMalformed,
    HeaderMalformed,
    InvalidDocument,
    InvalidField,
    TrustMalformed,
)
from ledger_node.proof import checkpoint, rlp, sealing, strict_json, trie, trust
from ledger_node.proof.explanation import explain
from ledger_node.proof.hashing import keccak256
from ledger_node.proof.header import BlockRef
from ledger_node.proof.nodes import NodeTable
from ledger_node.proof.report import Result
from ledger_node.proof.validators import Engine, Mode, Validators

Target = Callable[[bytes], None]
MOST = 1 << 20  # bytes
VALIDATORS = Validators(Engine.QBFT, 30_000, Mode.HEADER, BlockRef(0, bytes(32)), (b"\x01" * 20, b"\x02" * 20))


def targets(bundle: bytes, trust_file: bytes) -> dict[str, Target]:
    """By name. `bundle` verifies with `trust_file`; nothing else may, but the same asked about another time."""
    return {
        "json": of_json,
        "rlp": of_rlp,
        "trie": of_trie,
        "header": of_header,
        "trust": of_trust,
        "checkpoint": of_checkpoint,
        "bytes": partial(of_bytes, bundle, trust_file),
        "fields": partial(of_fields, bundle, trust_file),
    }


def of_json(content: bytes) -> None:
    with suppress(InvalidDocument):
        assert strict_json.dump_canonical(strict_json.parse_canonical(content, MOST)) == content


def of_rlp(content: bytes) -> None:
    with suppress(InvalidField):
        assert rlp.encode(rlp.decode(content)) == content


def of_trie(content: bytes) -> None:
    """A key of one byte's length, then nodes with two bytes of length each; references may lead to any of them."""
    key, left = content[1 : 1 + (content[0] if content else 0) % 33], content[34:]
    nodes = []
    while left:
        end = 2 + int.from_bytes(left[:2], "big") % trie.MAX_NODE
        nodes.append(left[2:end])
        left = left[end:]
    table = NodeTable(nodes)
    for node in nodes:
        with suppress(EvidenceMalformed):
            table.word(keccak256(node), key)
        with suppress(EvidenceMalformed):
            trie.account(node)
    turn = iter(range(MOST))
    with suppress(EvidenceMalformed):
        trie.walk(b"", key, lambda _: trie.decoded(nodes[next(turn) % len(nodes)] if nodes else b""))
    assert next(turn) <= 2 * len(key) + 1


def of_header(content: bytes) -> None:
    """A header by the rules of both engines, which must name what is wrong with it and never fail."""
    with suppress(HeaderMalformed):
        header, claimed = sealing.read_header(content)
        for engine in Engine:
            json.dumps(sealing.check(replace(VALIDATORS, engine=engine), header, claimed).to_json())


def of_trust(content: bytes) -> None:
    with suppress(TrustMalformed):
        trust.read(content)


def of_checkpoint(content: bytes) -> None:
    with suppress(CheckpointMalformed):
        assert checkpoint.dump(checkpoint.read(content)) == content


def of_bytes(bundle: bytes, trust_file: bytes, content: bytes) -> None:
    """A bundle as it comes, which the fuzzer begins with the good one."""
    _explained(bundle, trust_file, content)


def of_fields(bundle: bytes, trust_file: bytes, content: bytes) -> None:
    """The good bundle with one part of it, which the first bytes choose, replaced by the JSON of the others."""
    whole = json.loads(bundle)
    place: Any = whole
    for at, step in enumerate(content):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        if not keys:
            return
        key = keys[step % len(keys)]
        if step >= 0xC0 or not isinstance(place[key], dict | list):
            with suppress(ValueError, RecursionError):
                place[key] = json.loads(content[at + 1 :])
            break
        place = place[key]
    try:
        written = strict_json.dump_canonical(whole)
    except InvalidDocument:
        return
    _explained(bundle, trust_file, written)


def _explained(bundle: bytes, trust_file: bytes, content: bytes) -> None:
    with suppress(EvidenceMalformed):
        explanation = explain(content, trust_file)
        json.dumps(explanation.to_json())
        if explanation.report.result is Result.VERIFIED:
            asked = {"at": 0}
            assert json.loads(content) | asked == json.loads(bundle) | asked
