"""In which ways a trust file tells a bundle's block, and how they are weighed against each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger_node.errors import EvidenceMalformed, TrustMalformed
from ledger_node.proof import Report, Result, verify
from ledger_node.proof.checkpoint import SignedCheckpoint, signed, unsigned
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.validators import Engine, validators

from . import sealers
from .sealers import Made
from .signing import ONE, THREE, TWO, Operator
from .story import NOW, lineage, tag
from .synthetic import CHAIN_ID, GENESIS, Chain, block, bundle_bytes

OTHER = tag("another block")
FACTS = lineage()


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


def test_contracts_are_of_one_generation(chain: Chain) -> None:
    """The newer one's addresses are those of the chain; the older's consents are not its."""
    newest = chain.trust()["contracts"]
    later = {name: part for name, part in newest.items() if name != "consortium"}
    older = newest | {name: part | {"address": to_hex(tag(name)[:20])} for name, part in later.items()}
    content = bundle_bytes(chain)

    def found(contracts: dict[str, Any], *laters: dict[str, Any]) -> Report:
        return verify(content, json.dumps(chain.trust(contracts=contracts, laterGenerations=[*laters])).encode())

    report = found(older, later)
    assert report.result is Result.VERIFIED
    assert any(root.startswith("models of generation 2 at ") for root in report.trust_roots)
    mixed = later | {"consents": older["consents"]}
    assert [check.name for check in found(older, mixed).checks if not check.passed] == ["trust.addresses"]
    other = later | {"models": later["models"] | {"codeHash": to_hex(OTHER)}}
    assert [check.name for check in found(older, other).checks if not check.passed] == ["trust.code"]
    with pytest.raises(TrustMalformed, match="contracts"):
        found(older, newest)


# --- validators ----------------------------------------------------------------------------------------------------

MEMBERS = sealers.sealers(4)


class SealedChain(Chain):
    """Its block is the third after the one where the validators are known; two follow."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(FACTS)
        seal = sealers.qbft if engine is Engine.QBFT else sealers.clique
        self.trusted = sealers.in_force(engine, MEMBERS)
        self.blocks: list[Made] = []
        parent = self.trusted.at
        for number in range(1, 6):
            state = {"stateRoot": self.state.root_hash, "timestamp": sealers.scalar(NOW)} if number == 3 else {}
            self.blocks.append(seal(MEMBERS, parent, **state))
            parent = self.blocks[-1].ref
        self.block = self.blocks[2].rpc()

    def sealed(self, *places: int) -> list[dict[str, Any]]:
        return [self.blocks[place].rpc() for place in places]

    def trust_file(self, **more: Any) -> bytes:
        content = self.trust(validators=validators.write(self.trusted)) | more
        if "checkpoint" not in more:
            del content["checkpoint"]
        return json.dumps(content).encode()


@pytest.fixture(scope="module", params=Engine)
def sealed_chain(request: pytest.FixtureRequest) -> SealedChain:
    return SealedChain(request.param)


def test_blocks_sealed_by_the_validators_tell_the_block(sealed_chain: SealedChain) -> None:
    report = verify(bundle_bytes(sealed_chain, sealed=sealed_chain.sealed(*range(5))), sealed_chain.trust_file())
    found, detail = told(report)
    assert found
    assert detail.endswith("blocks sealed by the validators tells block 3")
    assert any("sealed by the 4" in root for root in report.trust_roots)


@pytest.mark.parametrize("engine", Engine)
def test_a_block_counts_once_it_is_final(engine: Engine) -> None:
    """In QBFT at once; in Clique when a majority of the signers sealed it or built on it: three of four."""
    chain = SealedChain(engine)
    for last in range(3, 6):
        found, _ = told(verify(bundle_bytes(chain, sealed=chain.sealed(*range(last))), chain.trust_file()))
        assert found is (engine is Engine.QBFT or last == 5)


@pytest.mark.parametrize("places", [(), (0, 1), (1, 2, 3, 4), (0, 2, 3, 4), (0, 1, 3, 4, 2)])
def test_a_chain_of_headers_with_a_gap_tells_nothing(sealed_chain: SealedChain, places: tuple[int, ...]) -> None:
    content = bundle_bytes(sealed_chain, sealed=sealed_chain.sealed(*places))
    found, detail = told(verify(content, sealed_chain.trust_file()))
    assert not found
    assert "the seals do not reach" in detail


def test_fewer_validators_than_there_are_tell_nothing(sealed_chain: SealedChain) -> None:
    """A hostile node has some of the keys, and says that those are all."""
    content = bundle_bytes(sealed_chain, sealed=sealed_chain.sealed(*range(5)))
    others = sealers.in_force(sealed_chain.trusted.engine, sealers.sealers(7))
    trusted = sealed_chain.trust_file(validators=validators.write(others))
    assert not told(verify(content, trusted))[0]


def test_seals_and_a_checkpoint_that_tell_different_blocks_refute_each_other(sealed_chain: SealedChain) -> None:
    content = bundle_bytes(sealed_chain, sealed=sealed_chain.sealed(*range(5)))
    here = {"number": 3, "hash": sealed_chain.block["hash"]}
    assert told(verify(content, sealed_chain.trust_file(checkpoint=here)))[0]
    wrong = sealed_chain.trust_file(checkpoint=here | {"hash": to_hex(OTHER)})
    assert told(verify(content, wrong)) == (
        False,
        "the checkpoint tells another block 3; 5 blocks sealed by the validators tells block 3",
    )


def test_seals_of_another_block_at_its_height_refute_it(sealed_chain: SealedChain) -> None:
    """Facts of a block that nobody sealed, beside headers that the validators did seal."""
    forged = Chain(FACTS)
    seal = sealers.qbft if sealed_chain.trusted.engine is Engine.QBFT else sealers.clique
    state = {"stateRoot": forged.state.root_hash, "timestamp": sealers.scalar(NOW - 1)}
    forged.block = seal(MEMBERS, sealed_chain.blocks[1].ref, **state).rpc()
    content = bundle_bytes(forged, sealed=sealed_chain.sealed(*range(5)))
    found, detail = told(verify(content, sealed_chain.trust_file()))
    assert not found
    assert "tells another block 3" in detail


def test_block_where_the_validators_are_known_is_told_by_its_hash(sealed_chain: SealedChain) -> None:
    """It is trusted as a checkpoint is, and refutes another at its height, whoever signed that."""
    content, here = bundle_bytes(sealed_chain), {"number": 3, "hash": sealed_chain.block["hash"]}
    known = json.loads(sealed_chain.trust_file())["validators"]
    assert told(verify(content, sealed_chain.trust_file(validators=known | {"at": here}))) == (
        True,
        "where the validators are known tells block 3",
    )
    other = known | {"at": here | {"hash": to_hex(OTHER)}}
    found, detail = told(verify(content, sealed_chain.trust_file(validators=other, checkpoint=here)))
    assert not found
    assert "tells another block 3" in detail


@pytest.mark.parametrize("twice", [True, False])
def test_checkpoints_have_one_order(chain: Chain, twice: bool) -> None:
    here = word_of(ONE, TWO, number=4711, hash_=hash_of(chain.block))
    content = json.loads(bundle_bytes(chain, checkpoints=[here]))
    second = content["checkpoints"][0] if twice else content["checkpoints"][0] | {"number": 4710}
    content["checkpoints"].append(second)
    with pytest.raises(EvidenceMalformed, match="checkpoints"):
        verify(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), None)
