"""In which ways a trust file tells a bundle's block, and how they are weighed against each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import Report, Result, verify
from ledger_node.proof.checkpoint import SignedCheckpoint, signed, unsigned
from ledger_node.proof.hashing import to_hex

from .signing import ONE, THREE, TWO, Operator
from .story import tag
from .synthetic import CHAIN_ID, GENESIS, Chain, block, bundle_bytes

OTHER = tag("another block")


def word_of(*operators: Operator, number: int, hash_: bytes, genesis: bytes = GENESIS) -> SignedCheckpoint:
    made = unsigned(CHAIN_ID, genesis, number, hash_)
    for operator in operators:
        made = signed(made, operator.word(made))
    return made


def hash_of(shown: dict[str, Any]) -> bytes:
    return bytes.fromhex(shown["hash"][2:])


def trusting(chain: Chain, *, quorum: int = 2, **more: Any) -> bytes:
    """A trust file that names three operators, and no checkpoint unless it is given."""
    organisations = [{"number": one.organisation, "operators": [to_hex(one.address)]} for one in (ONE, TWO, THREE)]
    content = chain.trust(operators={"quorum": quorum, "organisations": organisations})
    del content["checkpoint"]
    return json.dumps(content | more).encode()


def told(report: Report) -> tuple[bool, str]:
    (check,) = (check for check in report.checks if check.name == "trust.block")
    assert report.result is (Result.VERIFIED if check.passed else Result.FAILED)
    return check.passed, check.detail


def test_a_checkpoint_signed_by_enough_tells_the_block(chain: Chain) -> None:
    here = word_of(ONE, TWO, number=4711, hash_=hash_of(chain.block))
    report = verify(bundle_bytes(chain, checkpoints=[here]), trusting(chain))
    assert told(report) == (True, "a checkpoint, signed by 2 of 2 organisations: 1, 2 tells block 4711")
    assert "checkpoints signed by 2 of the organisations 1, 2, 3" in report.trust_roots


def test_a_checkpoint_of_a_later_block_tells_it_as_well(chain: Chain) -> None:
    later = block(4712, tag("state"), hash_of(chain.block), 1_900_000_100)
    signed_later = word_of(TWO, THREE, number=4712, hash_=hash_of(later))
    assert told(verify(bundle_bytes(chain, following=[later], checkpoints=[signed_later]), trusting(chain)))[0]
    assert not told(verify(bundle_bytes(chain, checkpoints=[signed_later]), trusting(chain)))[0]


def test_fewer_than_the_quorum_tell_nothing(chain: Chain) -> None:
    alone = word_of(ONE, number=4711, hash_=hash_of(chain.block))
    strangers = word_of(ONE, Operator(2, "somebody else's key"), number=4711, hash_=hash_of(chain.block))
    for one in (alone, strangers):
        content = bundle_bytes(chain, checkpoints=[one])
        assert told(verify(content, trusting(chain))) == (
            False,
            "no checkpoint here is signed by enough of those trusted",
        )
        assert told(verify(content, trusting(chain, quorum=1)))[0]


def test_a_checkpoint_of_another_chain_tells_nothing(chain: Chain) -> None:
    elsewhere = word_of(ONE, TWO, number=4711, hash_=hash_of(chain.block), genesis=tag("other genesis"))
    assert not told(verify(bundle_bytes(chain, checkpoints=[elsewhere]), trusting(chain)))[0]


def test_a_bundle_without_checkpoints_needs_another_way(chain: Chain) -> None:
    content, checkpoint = bundle_bytes(chain), {"number": 4711, "hash": chain.block["hash"]}
    assert not told(verify(content, trusting(chain)))[0]
    assert told(verify(content, trusting(chain, checkpoint=checkpoint)))[0]


def test_a_way_that_does_not_reach_does_not_refute(chain: Chain) -> None:
    here = word_of(ONE, TWO, number=4711, hash_=hash_of(chain.block))
    far = {"number": 9000, "hash": to_hex(OTHER)}
    report = verify(bundle_bytes(chain, checkpoints=[here]), trusting(chain, checkpoint=far))
    assert told(report)[0]
    assert "the checkpoint is block 9000, here are 4711 to 4711" in told(report)[1]


def test_a_way_that_tells_another_block_refutes_the_others(chain: Chain) -> None:
    """A split view: whoever trusts both has been shown two chains."""
    here = word_of(ONE, TWO, number=4711, hash_=hash_of(chain.block))
    there = word_of(ONE, TWO, number=4711, hash_=OTHER)
    right, wrong = {"number": 4711, "hash": chain.block["hash"]}, {"number": 4711, "hash": to_hex(OTHER)}
    assert told(verify(bundle_bytes(chain, checkpoints=[here]), trusting(chain, checkpoint=right)))[0]
    for one, checkpoint in ((here, wrong), (there, right)):
        found, detail = told(verify(bundle_bytes(chain, checkpoints=[one]), trusting(chain, checkpoint=checkpoint)))
        assert not found
        assert "tells another block 4711" in detail


@pytest.mark.parametrize("twice", [True, False])
def test_checkpoints_have_one_order(chain: Chain, twice: bool) -> None:
    here = word_of(ONE, TWO, number=4711, hash_=hash_of(chain.block))
    content = json.loads(bundle_bytes(chain, checkpoints=[here]))
    second = content["checkpoints"][0] if twice else content["checkpoints"][0] | {"number": 4710}
    content["checkpoints"].append(second)
    with pytest.raises(EvidenceMalformed, match="checkpoints"):
        verify(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), None)
