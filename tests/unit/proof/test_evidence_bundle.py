"""Evidence bundles: made, verified, and every way in which one must fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.errors import ChainAnswerInvalid, EvidenceMalformed, EvidenceUnavailable, TrustMalformed
from ledger_node.proof import Contracts, Known, Report, Result, dump, envelope, facts_from_json, verify, words_needed
from ledger_node.proof.documents import documents_of
from ledger_node.proof.hashing import sha256, to_hex

from .story import DOCUMENTS, SUBJECT, digest, lineage, tag
from .synthetic import ADDRESSES, Chain, block, bundle_bytes, changed, code_of

Edit = Callable[[dict[str, Any]], Any]


def edited(bundle: bytes, edit: Edit) -> bytes:
    """The bundle with a change, in its canonical form again."""
    content = json.loads(bundle)
    edit(content)
    return rfc8785.dumps(content)


def failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if not check.passed}


# --- what a good bundle says ---------------------------------------------------------------------------------------


def test_verify_accepts_a_bundle_on_its_chain(bundle: bytes, trust: bytes, chain: Chain) -> None:
    report = verify(bundle, trust)
    assert report.result is Result.VERIFIED
    assert failed(report) == set()
    assert (report.subject, report.as_of_number, report.as_of_hash) == (to_hex(SUBJECT), 4711, chain.block["hash"])
    assert f"checkpoint 4711 {chain.block['hash']}" in report.trust_roots
    assert len(report.trust_roots) == 8


def test_verify_says_of_each_fact_how_it_is_known(bundle: bytes, trust: bytes) -> None:
    facts = verify(bundle, trust).facts
    by_kind: dict[str, set[Known]] = {}
    for fact in facts:
        by_kind.setdefault(fact.kind, set()).add(fact.known)
    proven = ("organisation", "dataset", "datasetVersion", "consent", "model", "run", "modelVersion", "recall")
    assert by_kind == {
        **{kind: {Known.VERIFIED} for kind in proven},
        "document": {Known.ATTESTED},
        "contents": {Known.ASSERTED},
    }
    said = {(fact.kind, fact.id): fact.detail for fact in facts}
    for kind, key, detail in (
        ("consent", to_hex(tag("consent B")), "REVOKED at the as-of block, 3 of 10 rounds and 150 of 1000 millionths"),
        ("consent", to_hex(tag("consent A")), "ACTIVE at the as-of block, 6 of 10 rounds and 700 of 1000 millionths"),
        (
            "run",
            to_hex(tag("run")),
            "completed, 3 rounds, 3 contributions, 1 of them after a consent lapsed, 3 refusals",
        ),
        ("organisation", "1", "Universitätsspital Nord"),
        ("organisation", "2", "Hôpital Sud, suspended at the as-of block"),
        ("organisation", "3", 'Imaging "AI" GmbH & Co. KG'),
        ("organisation", "4", "Registre de l’Ouest, suspended at the as-of block by a regulator, in an emergency"),
        ("datasetVersion", f"{to_hex(tag('dataset C'))}/2", "derived from 2 other dataset versions"),
        ("datasetVersion", f"{to_hex(tag('dataset A'))}/1", ""),
        ("modelVersion", to_hex(tag("import")), "an import, made elsewhere, deprecated, 0 recalls stand"),
        ("modelVersion", to_hex(SUBJECT), "released for sale, 1 recalls stand"),
        ("recall", to_hex(tag("recall by agency")), "critical, stands, 3 organisations read it"),
        ("recall", to_hex(tag("recall by publisher")), "minor, was lifted, 0 organisations read it"),
    ):
        assert said[kind, key].startswith(detail)
        assert detail or not said[kind, key]


def test_verify_never_verifies_without_a_trust_file(bundle: bytes) -> None:
    report = verify(bundle, None)
    assert report.result is Result.UNANCHORED
    assert failed(report) == set()
    assert report.trust_roots == ()
    assert {fact.known for fact in report.facts} == {Known.UNANCHORED, Known.ASSERTED}


def test_verify_proves_nothing_of_a_bundle_that_fails(bundle: bytes, trust: bytes) -> None:
    report = verify(edited(bundle, lambda content: content.update(chainId=1)), trust)
    assert report.result is Result.FAILED
    assert {fact.known for fact in report.facts} == {Known.UNPROVEN, Known.ASSERTED}


def test_report_is_json(bundle: bytes, trust: bytes) -> None:
    shown = json.loads(json.dumps(verify(bundle, trust).to_json()))
    assert shown["result"] == "verified"
    assert (shown["checks"][0]["name"], shown["checks"][0]["passed"]) == ("header", True)
    assert shown["asOf"]["number"] == 4711
    assert shown["notProved"]


def test_verify_shows_an_expired_consent() -> None:
    chain = Chain(changed(lineage(), "consents", tag("consent C"), expires_at=1_900_000_000 - 10))
    report = verify(bundle_bytes(chain), json.dumps(chain.trust()).encode())
    assert report.result is Result.VERIFIED
    assert any("EXPIRED" in fact.detail for fact in report.facts)


# --- making one ----------------------------------------------------------------------------------------------------


def test_assemble_is_the_same_whatever_the_order(bundle: bytes, chain: Chain) -> None:
    facts = chain.facts
    turned = type(facts)(**{name: getattr(facts, name)[::-1] for name in type(facts).__slots__})
    proofs = chain.proofs(words_needed(facts))
    one_by_one = [chain.proof(name, [slot]) for name, slots in words_needed(facts).items() for slot in reversed(slots)]
    elsewhere = chain.proof("models", [to_hex(tag("elsewhere"))])
    for other in ({"facts": turned}, {"proofs": proofs[::-1]}, {"proofs": [*one_by_one, elsewhere]}):
        assert bundle_bytes(chain, **other) == bundle
    assert bundle_bytes(chain, documents=[*reversed(DOCUMENTS.values()), b"no fact names this"]) == bundle


def test_assemble_keeps_only_what_cannot_be_recomputed(bundle: bytes, chain: Chain) -> None:
    content = json.loads(bundle)
    assert set(content) == {
        *("format", "chainId", "genesis", "subject", "at", "asOf", "contracts", "facts", "documents", "header"),
        *("following", "checkpoints", "sealed", "proofNodes", "notProved"),
    }
    assert len(content["proofNodes"]) == len(set(content["proofNodes"]))
    assert dump(content) == bundle


def test_facts_from_json_reads_what_the_bundle_shows(bundle: bytes, chain: Chain) -> None:
    assert facts_from_json(json.loads(bundle)["facts"]) == chain.facts
    with pytest.raises(EvidenceMalformed, match="organisations"):
        facts_from_json({**json.loads(bundle)["facts"], "organisations": [{}]})


def test_assemble_refuses_words_that_the_chain_does_not_hold(chain: Chain) -> None:
    facts = chain.facts
    renamed = replace(facts.organisations[0], name="Universitätsspital Süd")
    with pytest.raises(ChainAnswerInvalid):
        chain.bundle(facts=replace(facts, organisations=(renamed, *facts.organisations[1:])))


def test_assemble_refuses_to_go_without_a_proof(chain: Chain) -> None:
    proofs = chain.proofs(words_needed(chain.facts))
    proofs[0]["storageProof"] = proofs[0]["storageProof"][:-1]
    for fewer in (proofs, proofs[1:], []):
        with pytest.raises(EvidenceUnavailable):
            chain.bundle(proofs=fewer)


def test_assemble_refuses_answers_of_another_shape(chain: Chain) -> None:
    for wrong in (
        {},
        {"accountProof": []},
        {"accountProof": [], "storageProof": [{}]},
        {"accountProof": [7], "storageProof": []},
    ):
        with pytest.raises(ChainAnswerInvalid):
            chain.bundle(proofs=[wrong])
    with pytest.raises(ChainAnswerInvalid):
        chain.bundle(header=chain.block | {"stateRoot": to_hex(tag("root"))})


def test_assemble_refuses_a_contract_that_is_not_there(chain: Chain) -> None:
    nowhere = replace(ADDRESSES, consortium=b"\x09" * 20)
    answer = chain.proof("models", []) | {
        "accountProof": Chain(chain.facts, contracts=nowhere).proof("models", [])["accountProof"]
    }
    with pytest.raises((ChainAnswerInvalid, EvidenceUnavailable)):
        chain.bundle(contracts=nowhere, proofs=[answer, *chain.proofs(words_needed(chain.facts))])


def test_assemble_refuses_fields_that_do_not_fit(chain: Chain) -> None:
    model = chain.facts.models[0]
    for wrong in (replace(model, latest=1 << 32), replace(model, id=b"short"), replace(model, publisher=-1)):
        with pytest.raises(EvidenceMalformed):
            chain.bundle(facts=replace(chain.facts, models=(wrong,)))
    with pytest.raises(EvidenceMalformed):
        chain.bundle(chain_id=1 << 60)


def test_dump_refuses_what_no_verifier_would_read(monkeypatch: pytest.MonkeyPatch, chain: Chain) -> None:
    monkeypatch.setattr(envelope, "MAX_BUNDLE", 1000)
    with pytest.raises(EvidenceUnavailable):
        bundle_bytes(chain)


# --- documents -----------------------------------------------------------------------------------------------------


def test_verify_reports_documents_that_the_node_did_not_have(chain: Chain, trust: bytes) -> None:
    kept = [content for name, content in DOCUMENTS.items() if name not in ("policy A", "card run")]
    content = bundle_bytes(chain, documents=kept)
    assert json.loads(content)["notProved"] == sorted(to_hex(digest(name)) for name in ("policy A", "card run"))
    report = verify(content, trust)
    assert report.result is Result.VERIFIED
    absent = {fact.id for fact in report.facts if fact.known is Known.NOT_AVAILABLE}
    assert absent == {to_hex(digest(name)) for name in ("policy A", "card run")}


def test_assemble_leaves_out_a_document_longer_than_a_block(chain: Chain, trust: bytes) -> None:
    long = bytes(256 * 1024 + 1)
    facts = chain.facts
    model = replace(facts.models[0], card_digest=sha256(long))
    other = Chain(replace(facts, models=(model,)))
    content = bundle_bytes(other, documents=[*DOCUMENTS.values(), long])
    assert json.loads(content)["notProved"] == [to_hex(model.card_digest)]
    assert verify(content, json.dumps(other.trust()).encode()).result is Result.VERIFIED


def test_documents_of_names_each_digest_once(chain: Chain) -> None:
    digests = [document.digest for document in documents_of(chain.facts)]
    assert digests == sorted({digest(name) for name in DOCUMENTS})


def test_documents_stand_as_text_or_as_base64(bundle: bytes) -> None:
    documents = json.loads(bundle)["documents"]
    assert documents[to_hex(digest("card A1"))] == DOCUMENTS["card A1"].decode()
    assert set(documents[to_hex(digest("policy B"))]) == {"base64"}


POLICY_B = to_hex(digest("policy B"))
CARD_A1 = to_hex(digest("card A1"))


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content["documents"].pop(CARD_A1),
        lambda content: content["documents"].update({CARD_A1: "other"}),
        lambda content: content["documents"].update({to_hex(tag("stranger")): "surplus"}),
        lambda content: content["documents"].update({to_hex(sha256(b"x")): "x"}),
        lambda content: content["notProved"].append(CARD_A1),
        lambda content: content["notProved"].append(to_hex(tag("stranger"))),
    ],
)
def test_verify_fails_for_documents_that_are_not_the_facts(bundle: bytes, trust: bytes, edit: Edit) -> None:
    assert failed(verify(edited(bundle, edit), trust)) & {"documents", "notProved"}


@pytest.mark.parametrize(
    "document",
    [
        *(7, None, [], {}, {"base64": 7}, {"base64": "!"}, {"base64": "AA=A"}, {"base64": "YQ=="}, {"base64": "/w=="}),
        *({"base64": "/x=="}, {"base64": "/w"}, {"base64": "/w==", "more": 1}, {"base64": "/w==\n"}, "x" * 262_145),
    ],
)
def test_verify_refuses_documents_of_another_form(bundle: bytes, trust: bytes, document: object) -> None:
    content = edited(bundle, lambda content: content["documents"].update({POLICY_B: document}))
    if document == {"base64": "/w=="}:
        assert failed(verify(content, trust)) == {"documents"}
        return
    with pytest.raises(EvidenceMalformed):
        verify(content, trust)


# --- another chain, another trust ----------------------------------------------------------------------------------


def test_verify_fails_for_a_bundle_of_another_chain(bundle: bytes, trust: bytes, chain: Chain) -> None:
    other = Chain(lineage(), name="there")
    theirs = bundle_bytes(other)
    assert verify(theirs, json.dumps(other.trust()).encode()).result is Result.VERIFIED
    assert failed(verify(theirs, trust)) == {"trust.block"}
    assert failed(verify(bundle, json.dumps(other.trust()).encode())) == {"trust.block"}
    everywhere = bundle_bytes(other, chain_id=5, genesis=tag("other genesis"))
    assert failed(verify(everywhere, trust)) == {"trust.chain", "trust.genesis", "trust.block"}


def test_verify_fails_for_facts_moved_onto_another_header(bundle: bytes, trust: bytes) -> None:
    theirs = json.loads(bundle_bytes(Chain(lineage(), name="there")))
    ours = json.loads(bundle)
    moved = ours | {"facts": theirs["facts"], "proofNodes": theirs["proofNodes"]}
    report = verify(rfc8785.dumps(moved), trust)
    assert {"contracts", "proofNodes", "facts.consent"} <= failed(report)


@pytest.mark.parametrize(
    ("edit", "check"),
    [
        (lambda content: content.update(chainId=1), "trust.chain"),
        (lambda content: content.update(genesis=to_hex(tag("x"))), "trust.genesis"),
        (lambda content: content["checkpoint"].update(number=4712), "trust.block"),
        (lambda content: content["checkpoint"].update(hash=to_hex(tag("x"))), "trust.block"),
        (lambda content: content["contracts"]["models"].update(address="0x" + "11" * 20), "trust.addresses"),
        (lambda content: content["contracts"]["models"].update(codeHash=to_hex(tag("x"))), "trust.code"),
    ],
)
def test_verify_fails_for_what_the_trust_file_says_otherwise(
    bundle: bytes, chain: Chain, edit: Edit, check: str
) -> None:
    content = chain.trust()
    edit(content)
    assert failed(verify(bundle, json.dumps(content).encode())) == {check}


def test_verify_refuses_a_broken_trust_file(bundle: bytes) -> None:
    with pytest.raises(TrustMalformed):
        verify(bundle, b"{}")


def test_verify_fails_for_accounts_without_code(bundle: bytes, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tests.unit.proof.synthetic.code_of", lambda contract: b"" if contract == "models" else code_of(contract)
    )
    bare = Chain(lineage())
    assert failed(verify(bundle_bytes(bare), None)) == {"contracts"}


# --- later blocks up to a checkpoint -------------------------------------------------------------------------------


def _later(chain: Chain, count: int) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    parent = chain.block
    for number in range(4712, 4712 + count):
        parent = block(number, tag(f"state {number}"), bytes.fromhex(parent["hash"][2:]), 1_900_000_000 + number)
        blocks.append(parent)
    return blocks


def _trust_at(chain: Chain, later: dict[str, Any]) -> bytes:
    checkpoint = {"number": int(later["number"], 16), "hash": later["hash"]}
    return json.dumps(chain.trust(checkpoint=checkpoint)).encode()


def test_verify_walks_to_a_later_checkpoint(chain: Chain, trust: bytes) -> None:
    later = _later(chain, 3)
    content = bundle_bytes(chain, following=later)
    assert verify(content, _trust_at(chain, later[-1])).result is Result.VERIFIED
    assert verify(content, trust).result is Result.VERIFIED
    assert verify(content, _trust_at(chain, later[1])).result is Result.VERIFIED
    assert failed(verify(bundle_bytes(chain, following=later[:2]), _trust_at(chain, later[-1]))) == {"trust.block"}


@pytest.mark.parametrize("kept", [[1, 2], [0, 2], [2, 1, 0], [0, 0, 1, 2]])
def test_verify_fails_for_headers_that_do_not_follow(chain: Chain, kept: list[int]) -> None:
    later = _later(chain, 3)
    content = bundle_bytes(chain, following=[later[place] for place in kept])
    assert "following" in failed(verify(content, _trust_at(chain, later[-1])))


# --- what is missing, surplus or out of place ----------------------------------------------------------------------


def _run(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(run for run in content["facts"]["runs"] if run["rounds"])
    return found


def _revoked(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in content["facts"]["consents"] if len(one["log"]) > 1)
    return found


@pytest.mark.parametrize(
    "edit",
    [
        *(
            lambda content, kind=kind: content["facts"][kind].pop()
            for kind in (
                *("organisations", "datasets", "datasetVersions", "consents", "models", "runs", "modelVersions"),
                "recalls",
            )
        ),
        lambda content: _run(content)["rounds"].pop(),
        lambda content: _run(content)["rounds"].reverse(),
        *(lambda content, round=number: _run(content)["rounds"][round]["answers"].pop() for number in range(3)),
        *(lambda content, round=number: _run(content)["rounds"][round]["answers"].pop(0) for number in range(3)),
        lambda content: _run(content)["inputs"].pop(),
        lambda content: _revoked(content)["log"].pop(),
        lambda content: _revoked(content)["log"].pop(0),
        lambda content: [version["parents"].clear() for version in content["facts"]["modelVersions"]],
        lambda content: [version.update(derivation=None) for version in content["facts"]["datasetVersions"]],
        lambda content: content["facts"]["recalls"].clear(),
        lambda content: content["subject"].update(id=to_hex(tag("base version"))),
        lambda content: content["subject"].update(id=to_hex(tag("nothing"))),
        lambda content: content["proofNodes"].pop(),
        lambda content: content["proofNodes"].insert(0, "0x00"),
        lambda content: content["proofNodes"].clear(),
    ],
)
def test_verify_fails_when_something_is_missing_or_too_much(bundle: bytes, trust: bytes, edit: Edit) -> None:
    for trusted in (trust, None):
        assert verify(edited(bundle, edit), trusted).result is Result.FAILED


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content.pop("notProved"),
        lambda content: content.update(surplus=1),
        lambda content: content.update(format="medledger-evidence/2"),
        lambda content: content["subject"].update(kind="run"),
        lambda content: content["facts"].pop("runs"),
        lambda content: content["facts"].pop("recalls"),
        lambda content: content["facts"].update(rounds=[]),
        lambda content: _run(content)["rounds"][0]["answers"].reverse(),
        lambda content: _run(content)["rounds"][0]["answers"][2].update(position=64),
        lambda content: _run(content).update(scope=None),
        lambda content: content["facts"]["datasetVersions"][0].pop("derivation"),
        lambda content: content["facts"]["datasetVersions"][0].update(derivation={}),
        lambda content: content["facts"]["modelVersions"][0].update(run=None),
        lambda content: content["facts"]["modelVersions"][0].update(forSale=1),
        lambda content: content["facts"]["consents"][0].update(regions=1 << 40),
        lambda content: content["facts"]["recalls"][0].update(acknowledgedBy=[2, 1]),
        lambda content: content["facts"]["recalls"][0].update(acknowledgedBy=[2, 2]),
        lambda content: content["facts"]["organisations"].reverse(),
        lambda content: content["facts"]["organisations"].append(content["facts"]["organisations"][-1]),
        lambda content: content["facts"]["organisations"][0].update(name=""),
        lambda content: content["facts"]["organisations"][0].update(name="é" * 65),
        lambda content: content["facts"]["organisations"][0].update(forProfit=0),
        lambda content: content["facts"]["organisations"][0].update(number=True),
        lambda content: content["facts"]["organisations"][0].update(capabilities=256),
        lambda content: content["facts"]["consents"][0].update(log={}),
        lambda content: content["facts"]["datasets"][0].update(latest=-1),
        lambda content: content["facts"]["datasets"][0].update(latest="2"),
        lambda content: content["facts"]["datasets"][0].update(id="0x"),
        lambda content: _run(content).update(inputs=_run(content)["inputs"] * 40),
        lambda content: content["proofNodes"].reverse(),
        lambda content: content["proofNodes"].append(content["proofNodes"][-1]),
        lambda content: content["proofNodes"].append("0x" + "ff" * 2000),
        lambda content: content["header"].update(size="0x1"),
        lambda content: content["header"].pop("baseFeePerGas") and content["header"].update(withdrawalsRoot="0x"),
        lambda content: content.update(following={}),
        lambda content: content.update(documents=[]),
        lambda content: content["documents"].update(key="text"),
        lambda content: content["contracts"].pop("models"),
        lambda content: content["contracts"].update(anchors="0x" + "11" * 20),
        lambda content: content["asOf"].update(time=1),
    ],
)
def test_verify_refuses_another_shape(bundle: bytes, trust: bytes, edit: Edit) -> None:
    with pytest.raises(EvidenceMalformed):
        verify(edited(bundle, edit), trust)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"7", b"\xff\xfe", b'"\\ud800"', b"[" * 50_000, b'{"a":1,"a":1}', b"NaN"]
)
def test_verify_refuses_what_is_no_bundle(content: bytes, trust: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        verify(content, trust)


def test_verify_refuses_another_spelling_of_the_same(bundle: bytes, trust: bytes) -> None:
    content = json.loads(bundle)
    for other in (json.dumps(content), json.dumps(content, indent=2), json.dumps(dict(reversed(content.items())))):
        with pytest.raises(EvidenceMalformed):
            verify(other.encode(), trust)
    for other_bytes in (bundle + b"\n", b" " + bundle, b"\xef\xbb\xbf" + bundle):
        with pytest.raises(EvidenceMalformed):
            verify(other_bytes, trust)


def test_verify_refuses_a_bundle_that_is_too_long(trust: bytes, monkeypatch: pytest.MonkeyPatch, bundle: bytes) -> None:
    monkeypatch.setattr(envelope, "MAX_BUNDLE", len(bundle) - 1)
    with pytest.raises(EvidenceMalformed):
        verify(bundle, trust)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 1 << 60) | st.text(max_size=5) | st.just("0x" + "11" * 32),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_verify_knows_no_other_exception(bundle: bytes, trust: bytes, data: st.DataObject) -> None:
    content = json.loads(bundle)
    place: Any = content
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(anything.filter(lambda value: value != inner or type(value) is not type(inner)))
    try:
        mutant = rfc8785.dumps(content)
    except rfc8785.CanonicalizationError:
        return
    with suppress(EvidenceMalformed):
        assert verify(mutant, trust).result is Result.FAILED


def test_contracts_are_the_layouts_names() -> None:
    assert tuple(Contracts.__slots__) == ("consortium", "datasets", "consents", "training", "models")


def test_verify_fails_for_a_log_entry_that_was_never_written(bundle: bytes, trust: bytes) -> None:
    def forge(content: dict[str, Any]) -> None:
        granted = next(one for one in content["facts"]["consents"] if not one["log"])
        suspended = {"act": 0, "reason": 2, "actor": granted["grantor"], "at": 1_899_999_999, "until": 0}
        granted["log"].append(suspended)

    assert failed(verify(edited(bundle, forge), trust)) == {"facts.consent"}


@pytest.mark.parametrize("number", [1, 2])
def test_verify_fails_for_an_answer_that_is_hidden_with_its_count(bundle: bytes, trust: bytes, number: int) -> None:
    """What a round was closed with counts its answers, so that none can be left out or made up."""

    def hide(content: dict[str, Any]) -> None:
        _run(content)["rounds"][number]["answers"].pop()

    def forge(content: dict[str, Any]) -> None:
        answers = _run(content)["rounds"][number]["answers"]
        answers.insert(1, answers[0] | {"position": 1, "custodian": 2})
        answers.sort(key=lambda answer: answer["position"])

    assert failed(verify(edited(bundle, hide), trust)) >= {"facts.run"}
    if number == 1:
        assert failed(verify(edited(bundle, forge), trust)) == {"facts.run"}


def test_verify_fails_for_a_standing_recall_that_is_hidden(bundle: bytes, trust: bytes) -> None:
    """The version's word counts them: neither without the recall nor with a smaller count does it verify."""
    standing = to_hex(tag("recall by agency"))

    def hide(content: dict[str, Any]) -> None:
        kept = [one for one in content["facts"]["recalls"] if one["id"] != standing]
        content["facts"]["recalls"] = kept

    def miscount(content: dict[str, Any]) -> None:
        hide(content)
        for version in content["facts"]["modelVersions"]:
            version["recalls"] = 0

    assert "lineage" in failed(verify(edited(bundle, hide), trust))
    assert "facts.modelVersion" in failed(verify(edited(bundle, miscount), trust))


@pytest.mark.parametrize("numbers", [[1, 4], [1, 2, 4], [1, 2, 4, 300], [4, 300]])
def test_verify_fails_for_other_acknowledgements_than_were_made(
    bundle: bytes, trust: bytes, numbers: list[int]
) -> None:
    def change(content: dict[str, Any]) -> None:
        for one in content["facts"]["recalls"]:
            if one["id"] == to_hex(tag("recall by agency")):
                one["acknowledgedBy"] = numbers

    assert "facts.recall" in failed(verify(edited(bundle, change), trust))


def test_verify_cannot_miss_a_recall_that_was_lifted() -> None:
    """Nothing on chain counts those; the report says so."""
    facts = lineage()
    fewer = Chain(replace(facts, recalls=tuple(one for one in facts.recalls if one.stands)))
    report = verify(bundle_bytes(fewer), json.dumps(fewer.trust()).encode())
    assert report.result is Result.VERIFIED
    assert any("recalls which were lifted" in limit for limit in report.not_proved)


def test_verify_fails_for_a_suspension_that_is_said_to_have_no_end(bundle: bytes, trust: bytes) -> None:
    """The words of all later entries carry a suspension's end on."""

    def forget(content: dict[str, Any]) -> None:
        _revoked(content)["log"][2]["until"] = 0

    def carry(content: dict[str, Any]) -> None:
        log = _revoked(content)["log"]
        log[4]["until"] = log[3]["until"]

    assert failed(verify(edited(bundle, forget), trust)) == {"lineage", "facts.consent"}
    assert failed(verify(edited(bundle, carry), trust)) == {"lineage"}
