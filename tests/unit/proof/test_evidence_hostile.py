"""What a node that lies could send: each lie is refused, by the check that it runs into. And whatever else may come:
bytes, JSON, RLP and trie nodes of no sense are refused with the documented errors, in memory that their length bounds.
"""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
import rlp as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.errors import EvidenceMalformed, InvalidField
from ledger_node.proof import Facts, Report, Result, rlp, trie, verify
from ledger_node.proof import header as headers
from ledger_node.proof.facts import NONE
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.subject import CONSENT, MODEL_VERSION, Subject
from scripts.fuzz.targets import targets

from .story import ABOUT, NOW, address, lineage, tag
from .synthetic import ADDRESSES, Chain, account, block, bundle_bytes, changed, code_of, found
from .test_proof_subjects import made

REVOKED = tag("consent B")
NEVER_REVOKED = changed(lineage(), "consents", REVOKED, log=found(lineage(), "consents", REVOKED).log[:-1])


def trust_of(chain: Chain) -> bytes:
    return json.dumps(chain.trust()).encode()


def failed(report: Report) -> dict[str, str]:
    """What was found, by the name of the check that failed."""
    return {check.name: check.detail for check in report.checks if not check.passed}


def edited(bundle: bytes, **parts: Any) -> bytes:
    return rfc8785.dumps(json.loads(bundle) | parts)


# --- a hostile node ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def liar() -> Chain:
    """A chain of one's own, on which the consent was never revoked; its bundle agrees with itself."""
    return Chain(NEVER_REVOKED)


def test_a_revocation_left_out_is_refused(bundle: bytes, trust: bytes) -> None:
    """The length of a log is among the words: the honest proofs cannot show a shorter one."""
    facts = json.loads(bundle)["facts"]
    consent = next(one for one in facts["consents"] if one["id"] == to_hex(REVOKED))
    for kept in range(len(consent["log"])):
        shorter = [one | {"log": one["log"][:kept]} if one is consent else one for one in facts["consents"]]
        report = verify(edited(bundle, facts=facts | {"consents": shorter}), trust)
        assert to_hex(REVOKED) in failed(report)["facts.consent"]


def test_a_forged_storage_proof_is_refused(bundle: bytes, trust: bytes, liar: Chain) -> None:
    """Nodes of another trie have no place below the storage root that the honest account proof shows."""
    forged = json.loads(bundle_bytes(liar))
    nodes = sorted({*json.loads(bundle)["proofNodes"], *forged["proofNodes"]})
    report = verify(edited(bundle, facts=forged["facts"], proofNodes=nodes), trust)
    assert failed(report).keys() == {"facts.consent", "proofNodes"}
    assert "another word" in failed(report)["facts.consent"]


def test_a_forged_state_is_refused(bundle: bytes, trust: bytes, liar: Chain) -> None:
    """Below the honest header, and below its own."""
    forged = json.loads(bundle_bytes(liar))
    below = verify(edited(bundle, facts=forged["facts"], proofNodes=forged["proofNodes"]), trust)
    assert {"contracts", "facts.consent", "proofNodes", "trust.code"} <= failed(below).keys()
    header = verify(edited(bundle_bytes(liar), asOf=json.loads(bundle)["asOf"]), trust)
    assert failed(header).keys() == {"header", "trust.block"}
    whole = verify(bundle_bytes(liar), trust)
    assert failed(whole).keys() == {"trust.block"}
    assert verify(bundle_bytes(liar), None).result is Result.UNANCHORED


def test_a_proof_for_another_account_is_refused(liar: Chain) -> None:
    """A double of the contract, with its code, on the honest chain: whoever trusts the address is not deceived."""
    chain, double = Chain(lineage()), address("double")
    honest = chain.storage["consents"]
    chain.state[keccak256(double)] = account(liar.storage["consents"].root_hash, code_of("consents"))
    chain.block = block(4711, chain.state.root_hash, tag("parent"), NOW)
    trusted = trust_of(chain)
    assert verify(bundle_bytes(chain), trusted).result is Result.VERIFIED
    chain.storage["consents"], chain.contracts = liar.storage["consents"], replace(ADDRESSES, consents=double)
    forged = bundle_bytes(chain, facts=NEVER_REVOKED)
    report = verify(forged, trusted)
    assert (failed(report), report.result) == ({"trust.addresses": "other: consents"}, Result.FAILED)
    # Under the honest address there is no proof of it.
    chain.storage["consents"] = honest
    chain.contracts = ADDRESSES
    both = {*json.loads(forged)["proofNodes"], *json.loads(bundle_bytes(chain))["proofNodes"]}
    claimed = json.loads(bundle_bytes(chain))["contracts"]
    assert "facts.consent" in failed(verify(edited(forged, contracts=claimed, proofNodes=sorted(both)), trusted))


def test_a_header_chain_with_a_gap_is_refused(chain: Chain) -> None:
    later = [chain.block]
    for number in range(4712, 4716):
        later.append(block(number, tag(f"state {number}"), bytes.fromhex(later[-1]["hash"][2:]), NOW + number))
    checkpoint = {"number": 4715, "hash": later[-1]["hash"]}
    trusted = json.dumps(chain.trust(checkpoint=checkpoint)).encode()
    assert verify(bundle_bytes(chain, following=later[1:]), trusted).result is Result.VERIFIED
    for missing in (1, 2, 3):
        kept = [one for place, one in enumerate(later[1:], start=1) if place != missing]
        assert failed(verify(bundle_bytes(chain, following=kept), trusted)).keys() == {"following"}
    assert failed(verify(bundle_bytes(chain, following=later[1:4]), trusted)).keys() == {"trust.block"}


def test_an_older_state_is_no_answer_for_a_newer_checkpoint(bundle: bytes, chain: Chain) -> None:
    """From before a revocation, when the reader trusts a block after it."""
    after = block(4712, tag("after the revocation"), bytes.fromhex(chain.block["hash"][2:]), NOW + 1)
    trusted = json.dumps(chain.trust(checkpoint={"number": 4712, "hash": after["hash"]})).encode()
    assert failed(verify(bundle, trusted)).keys() == {"trust.block"}


@pytest.mark.parametrize(
    ("asked", "checks"),
    [
        ({"subject": {"kind": "modelVersion", "id": to_hex(tag("base version"))}}, {"lineage"}),
        ({"subject": {"kind": "modelVersion", "id": to_hex(tag("no version"))}}, {"lineage", "at"}),
        ({"subject": {"kind": "consent", "id": to_hex(REVOKED)}}, {"lineage"}),
        ({"subject": {"kind": "datasetVersion", "id": to_hex(tag("dataset A")), "number": 1}}, {"lineage"}),
        ({"at": NOW + 1}, {"at"}),
        ({"at": NOW - 100_000}, {"at"}),
        ({"asOf": {"number": 4712, "hash": "0x" + "11" * 32}}, {"header"}),
    ],
)
def test_an_honest_fact_under_another_question_is_refused(
    bundle: bytes, trust: bytes, asked: dict[str, Any], checks: set[str]
) -> None:
    report = verify(edited(bundle, **asked), trust)
    assert (report.result, set(failed(report))) == (Result.FAILED, checks)


def test_a_time_before_the_revocation_is_another_question(bundle: bytes, trust: bytes) -> None:
    """The answer differs, and says what was asked about."""
    earlier = verify(edited(bundle, at=NOW - 2000), trust)
    assert (earlier.result, earlier.at) == (Result.VERIFIED, NOW - 2000)
    said = next(fact.detail for fact in earlier.facts if fact.id == to_hex(REVOKED))
    assert said.startswith("ACTIVE at the time asked about")


# --- changed bundles -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> tuple[bytes, bytes]:
    """About an import: one version, its model and its publisher."""
    return made(Subject(MODEL_VERSION, tag("import")))


@pytest.fixture(scope="module")
def large() -> tuple[bytes, bytes]:
    """The whole story, with 238 versions of another model behind it."""
    facts = lineage()
    other = replace(facts.models[0], id=tag("other model"), number=7, latest=238)
    one = replace(found(facts, "model_versions", tag("import")), model=other.id)
    leaves = [replace(one, id=tag(f"leaf {n}"), number=n + 1) for n in range(14 * 16)]
    joints = [
        replace(one, id=tag(f"joint {n}"), number=n + 225, parents=tuple(leaf.id for leaf in leaves[n::14]))
        for n in range(14)
    ]
    parents = (*found(facts, "model_versions", ABOUT.id).parents, *(joint.id for joint in joints))
    story = changed(facts, "model_versions", ABOUT.id, parents=parents)
    versions = (*story.model_versions, *leaves, *joints)
    chain = Chain(replace(story, models=(*story.models, other), model_versions=versions))
    return bundle_bytes(chain), trust_of(chain)


def is_verified(content: bytes, trusted: bytes) -> bool:
    try:
        return verify(content, trusted).result is Result.VERIFIED
    except EvidenceMalformed:
        return False


def has_another_meaning(mutant: bytes, content: bytes, trusted: bytes) -> bool:
    """Whether it verifies though it says something else. Whoever changes `at` alone has asked about another time, which
    the answer repeats, and the same facts answer.
    """
    return is_verified(mutant, trusted) and edited(mutant, at=0) != edited(content, at=0)


def byte_changes(content: bytes, count: int) -> Iterator[tuple[int, bytes]]:
    chance = random.Random(20_261_123)
    for _ in range(count):
        at = chance.randrange(len(content))
        yield at, content[:at] + bytes([content[at] ^ chance.randrange(1, 256)]) + content[at + 1 :]


@pytest.mark.slow
@pytest.mark.parametrize(("which", "count"), [("small", 2000), ("large", 300)])
def test_no_changed_byte_leaves_another_meaning(request: pytest.FixtureRequest, which: str, count: int) -> None:
    content, trusted = request.getfixturevalue(which)
    assert is_verified(content, trusted)
    for at, mutant in byte_changes(content, count):
        assert not has_another_meaning(mutant, content, trusted), f"byte {at}"


def alternatives(value: Any) -> Iterator[Any]:
    """Everything that may stand in a value's place: its neighbours, the ends of its range, other types."""
    yield from (None, [], {}, "", 0, -1, True, 2**53 - 1, "0x" + "00" * 32)
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1)
        case str():
            yield from (value + "0", value[:-1], value.upper(), value[:-1] + ("0" if value[-1:] != "0" else "1"))
        case list():
            yield from (value[1:], value[:-1], value + value[-1:], value[::-1], [*value, None])
        case dict():
            yield from ({key: part for key, part in value.items() if key != left} for left in value)
            yield value | {"more": 0}


def everywhere(value: Any) -> Iterator[Any]:
    """The value with one part of it, at any depth, replaced by each of its alternatives."""
    yield from (other for other in alternatives(value) if (type(other), other) != (type(value), value))
    if isinstance(value, dict):
        for key, part in value.items():
            yield from (value | {key: other} for other in everywhere(part))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in everywhere(part))


@pytest.mark.slow
def test_no_field_of_a_small_bundle_can_be_another(small: tuple[bytes, bytes]) -> None:
    content, trusted = small
    tried = 0
    for mutant in everywhere(json.loads(content)):
        try:
            written = rfc8785.dumps(mutant)
        except rfc8785.CanonicalizationError:
            continue
        assert not has_another_meaning(written, content, trusted)
        tried += 1
    assert tried > 1200


# --- what makes no sense -------------------------------------------------------------------------------------------

CONSENT_BUNDLE = made(Subject(CONSENT, REVOKED))
TARGETS = targets(*CONSENT_BUNDLE)
HEADER = json.loads(CONSENT_BUNDLE[0])["header"]

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8)
hexes = st.binary(max_size=40).map(to_hex)
jsons = st.recursive(
    scalars | hexes | st.floats(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=4), part, max_size=4),
    max_leaves=12,
)
encoded = st.recursive(st.binary(max_size=40), lambda part: st.lists(part, max_size=17), max_leaves=40).map(
    oracle.encode
)
nodes = st.lists(encoded | st.binary(max_size=60), max_size=6).map(
    lambda found: b"".join(len(node).to_bytes(2, "big") + node for node in found)
)
SHAPES = {
    "rlp": encoded,
    "trie": st.tuples(st.binary(min_size=34, max_size=34), nodes).map(b"".join),
    "header": st.dictionaries(st.sampled_from([*HEADER, "withdrawalsRoot", "hash"]), scalars | hexes, max_size=2).map(
        lambda found: json.dumps(HEADER | found).encode()
    )
    | encoded.map(lambda extra: json.dumps(HEADER | {"extraData": to_hex(extra)}).encode()),
    "fields": st.tuples(st.binary(max_size=6), jsons.map(lambda value: json.dumps(value).encode())).map(b"".join),
}


@pytest.mark.parametrize("name", TARGETS)
def test_what_makes_no_sense_has_no_other_error(name: str) -> None:
    """Each target with what comes near to what it reads."""
    shaped = SHAPES.get(name, jsons.map(lambda value: json.dumps(value).encode()))

    @settings(max_examples=150, deadline=None)
    @given(shaped | st.binary(max_size=80), st.data())
    def fuzz(content: bytes, data: st.DataObject) -> None:
        TARGETS[name](content)
        at = data.draw(st.integers(0, len(content)))
        TARGETS[name](content[:at] + data.draw(st.binary(max_size=3)) + content[at + 1 :])

    fuzz()


references = st.sampled_from([b"", b"\x11" * 32, b"\x22" * 32])
branches = st.lists(references, min_size=16, max_size=16).flatmap(
    lambda children: st.sampled_from([b"", b"value"]).map(lambda value: [*children, value])
)
shorts = st.tuples(st.binary(max_size=3), references | st.just(b"value")).map(list)


@settings(max_examples=400, deadline=None)
@given(st.lists(branches | shorts, min_size=1, max_size=4), st.binary(min_size=1, max_size=32))
def test_trie_walk_ends(nodes: list[Any], key: bytes) -> None:
    """Each node takes something of the key away, so that nodes which lead to each other lead nowhere."""
    taken = 0

    def fetch(_: bytes) -> trie.Node:
        nonlocal taken
        taken += 1
        return trie.decoded(oracle.encode(nodes[taken % len(nodes)]))

    with suppress(EvidenceMalformed):
        trie.walk(b"\x11" * 32, key, fetch)
    assert taken <= 2 * len(key) + 1


LENGTH = 1 << 18


@pytest.mark.slow
@pytest.mark.parametrize(
    "bomb",
    [
        lambda: b"[" * LENGTH,
        lambda: b"[" + b"{}," * (LENGTH // 3) + b"0]",
        lambda: b"[" + b"300," * (LENGTH // 4) + b"0]",
        lambda: b'["' + b'xy","' * (LENGTH // 5) + b'"]',
        lambda: b"9" * LENGTH,
        lambda: b'"' + b"\\u0000" * (LENGTH // 6) + b'"',
        lambda: b'{"' + b"a" * LENGTH + b'":0}',
        lambda: b"\xff" * LENGTH,
    ],
)
def test_a_bundle_of_no_sense_takes_memory_in_proportion(bomb: Callable[[], bytes]) -> None:
    content = bomb()
    tracemalloc.start()
    try:
        with pytest.raises(EvidenceMalformed):
            verify(content, None)
        assert tracemalloc.get_traced_memory()[1] < 80 * LENGTH
    finally:
        tracemalloc.stop()


def test_rounds_that_nobody_proves_take_memory_in_proportion(bundle: bytes) -> None:
    """Each round of a run has a word for each of its inputs, and a round is written in fewer bytes than they take."""
    empty = {"aggregateDigest": to_hex(NONE), "answers": [], "closedAt": 0, "epsilon": 0, "openedAt": 0}
    facts = json.loads(bundle)["facts"]
    run = facts["runs"][0]
    run["rounds"] = [empty] * 2000
    run["inputs"] = [run["inputs"][0] | {"version": number} for number in range(64)]
    content = edited(bundle, facts=facts)
    tracemalloc.start()
    try:
        report = verify(content, None)
        assert tracemalloc.get_traced_memory()[1] < 40 * len(content)
    finally:
        tracemalloc.stop()
    assert "facts.run" in failed(report)


def test_rlp_takes_memory_in_proportion() -> None:
    """The longest header's extraData, as nothing but empty lists; and a length that is not there."""
    content = rlp.listed(b"\xc0" * headers.MAX_EXTRA_DATA)
    tracemalloc.start()
    try:
        assert len(rlp.decode(content)) == headers.MAX_EXTRA_DATA
        for claimed in (b"\xbb\xff\xff\xff\xff", b"\xfb\xff\xff\xff\xff", b"\xbf" + b"\xff" * 8, b"\xff" + b"\xff" * 8):
            with pytest.raises(InvalidField):
                rlp.decode(claimed)
        assert tracemalloc.get_traced_memory()[1] < 200 * headers.MAX_EXTRA_DATA
    finally:
        tracemalloc.stop()


def test_facts_of_the_liar_differ_in_the_revocation_alone() -> None:
    """So that what is refused above is refused for it."""
    differing = [kind for kind in Facts.__slots__ if getattr(NEVER_REVOKED, kind) != getattr(lineage(), kind)]
    assert differing == ["consents"]
