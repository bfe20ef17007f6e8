"""What people type: accepted forms on the wire, and bad input refused before anything is sent."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ledger_node.cli import reading
from ledger_node.cli.output import epsilon_of
from ledger_node.cli.scope import operations_of, purposes_of
from ledger_node.domain.codes import Purpose, StateReason
from ledger_node.errors import InvalidDigest, InvalidField, InvalidPurpose, InvalidWindow, MedLedgerError
from ledger_node.model_files import digest_of
from tests.unit.cli.conftest import Node, Run, listing, organisation, problem, submission, word

DATASET, POLICY = word("d"), word("b")
ISSUE = ("consent", "issue", "--dataset", DATASET, "--policy", POLICY)
PERMIT = ("--permission", "GRU")
TERMS = (*PERMIT, "--purpose", "HRESCH", "--operation", "TRAIN")


SECRET = "MariaMusterfrau1956"
COMMIT = "c2463e0" + "1" * 33
CONTRIBUTE = ("run", "contribute", DATASET, "2", "--update", POLICY)


def test_consent_issue_on_the_wire(node: Node, run: Run, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{ "b": 1,\n "a": "ä" }')
    canonical = '{"a":"ä","b":1}'.encode()
    digest = "0x" + hashlib.sha256(canonical).hexdigest()
    node.answer("POST", "/v1/blobs", 201, {"digest": digest, "cid": "c", "size": len(canonical)})
    node.answer("POST", "/v1/consents", 201, submission())
    node.answer("GET", "/v1/organisations", 200, listing(organisation(2, "Institut Curie"), organisation(3, "Lab")))
    result = run(
        *("consent", "issue", "--dataset", DATASET, "--policy", str(policy), "--grantee", "Institut Curie"),
        *("--purpose", "hresch", "--purpose", "MLTRAINING", "--operation", "TRAIN", "--operation", "federated-round"),
        *("--from", "2027-01-01", "--until", "365d", "--versions", "1:3", "--max-rounds", "5"),
        *("--basis", "EHDS_PERMIT", "--project", word("e"), "--wait", "7"),
        *("--permission", "ds", "--condition", "MONDO:0007254", "--modifier", "NPUNCU", "--region", "DE"),
        *("--region", "fr", "--require-option", "113100", "--forbid-option", "113109", "--epsilon", "0.5"),
        *("--request", word("1"), "--supersedes", word("2")),
    )
    assert result.exit_code == 0, result.output
    write = node.writes()[-1]
    assert write.headers["prefer"] == "wait=7"
    assert write.headers["authorization"] == "Bearer the-key"
    assert write.body == {
        "dataset": DATASET,
        "grantee": 2,
        "versionFrom": 1,
        "versionTo": 3,
        "basis": "EHDS_PERMIT",
        "permission": "DS",
        "modifiers": ["NPUNCU", "GS"],
        "purposes": ["HRESCH", "MLTRAINING"],
        "operations": ["TRAIN", "FEDERATED_ROUND"],
        "condition": "MONDO:0007254",
        "regions": ["DE", "FR"],
        "deidentification": {"required": [113100], "forbidden": [113109]},
        "notBefore": "2027-01-01T00:00:00Z",
        "expiresAt": "2028-01-01T00:00:00Z",
        "maxRounds": 5,
        "epsilonBudget": 500_000,
        "projectRef": word("e"),
        "policyDigest": digest,
        "request": word("1"),
        "supersedes": word("2"),
    }


def test_options_after_the_command_win(node: Node, run: Run, tmp_path: Path) -> None:
    node.answer("GET", "/v1/organisations", 200, listing())
    file = tmp_path / "key"
    file.write_text("of-a-file\n")
    for words in (
        ("--node", node.url, "--key", "before", "organisation", "list", "--key", str(file)),
        ("organisation", "list", "--node", node.url, "--key", str(file)),
    ):
        assert run(*words, url="http://127.0.0.1:9").exit_code == 0
        assert node.asked[-1].headers["authorization"] == "Bearer of-a-file"


BAD: list[tuple[tuple[str, ...], str]] = [
    ((*ISSUE, *TERMS, "--grantee", "Nobody", "--until", "1d"), "ML-0302"),
    ((*ISSUE, *TERMS, "--grantee", "Twin", "--until", "1d"), "ML-0101"),
    ((*ISSUE, *PERMIT, "--purpose", "RESEARCH", "--operation", "TRAIN", "--grantee", "2", "--until", "1d"), "ML-0104"),
    ((*ISSUE, *PERMIT, "--purpose", "HRESCH", "--operation", "LOOK", "--grantee", "2", "--until", "1d"), "ML-0104"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--from", "2020-01-01", "--until", "2020-02-01"), "ML-0105"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--from", "2d", "--until", "2026-01-01"), "ML-0105"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "3651d"), "ML-0105"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "tomorrow"), "ML-0105"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "2099-01-01T00:00:00"), "ML-0105"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "999999999w"), "ML-0105"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--versions", "3:1"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--versions", ":"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--basis", "TRUST"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--project", "secret"), "ML-0102"),
    (
        ("consent", "issue", "--dataset", "0x12", "--policy", POLICY, *TERMS, "--grantee", "2", "--until", "1d"),
        "ML-0102",
    ),
    (
        ("consent", "issue", "--dataset", DATASET, "--policy", "0x12", *TERMS, "--grantee", "2", "--until", "1d"),
        "ML-0102",
    ),
    (
        ("consent", "issue", "--dataset", DATASET, "--policy", "no.json", *TERMS, "--grantee", "2", "--until", "1d"),
        "ML-0101",
    ),
    (("consent", "revoke", "0x" + "a" * 63), "ML-0103"),
    (("consent", "revoke", "0x" + "A" * 64), "ML-0103"),
    (("consent", "revoke", DATASET, "--reason", "BECAUSE"), "ML-0101"),
    (("run", "contribute", DATASET, "1", "--update", "0x" + "a" * 62), "ML-0102"),
    (("run", "contribute", DATASET, "1", "--update", "absent.bin"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--permission", "ANY"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--modifier", "NPUNC"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--region", "EU"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--condition", "breast cancer"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--epsilon", "0.0000001"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--require-option", "113109"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--forbid-option", "113100"), "ML-0101"),
    ((*ISSUE, *TERMS, "--grantee", "2", "--until", "1d", "--supersedes", "0x12"), "ML-0102"),
    (("consent", "suspend", DATASET, "0x12"), "ML-0103"),
    (("consent", "suspend", DATASET, "--until", "2020-01-01"), "ML-0105"),
    (("run", "round", DATASET, "--aggregate", POLICY), "ML-0101"),
    (("run", "round", DATASET, POLICY, "--close", "1"), "ML-0101"),
    (("run", "round", DATASET, "--close", "1", "--epsilon", "1"), "ML-0101"),
    (("run", "round", DATASET, POLICY, "--number", "2"), "ML-0101"),
    (("run", "round", DATASET, "--close", "1", "--number", "2"), "ML-0101"),
    (("run", "round", DATASET, "--number", "0"), "ML-0101"),
    (("run", "refuse", DATASET, "1", "--reason", "NONE"), "ML-0101"),
    (("run", "refuse", DATASET, "1", "--reason", "LAZY"), "ML-0101"),
    (("run", "close", DATASET), "ML-0101"),
    (("run", "close", DATASET, "--outcome", "ABANDONED", "--result", DATASET), "ML-0101"),
    (("run", "close", DATASET, "--outcome", "OPEN", "--result", DATASET), "ML-0101"),
    (("impact",), "ML-0101"),
    (("impact", "--dataset", DATASET, "--consent", DATASET), "ML-0101"),
    (("lineage", "version-1"), "ML-0103"),
    (("submission", "show", ".."), "ML-0103"),
    (("evidence", "fetch", DATASET, "--out", "x", "--as-of", "1", "--trust", "y"), "ML-0101"),
    (("evidence", "verify", "absent.json"), "ML-0101"),
    (("dataset", "prepare", "absent", "--out", "x", "--subject", "s", "--title", "t"), "ML-0101"),
    (("dataset", "register", "absent"), "ML-0101"),
    (("--node", "ftp://here", "organisation", "list"), "ML-0101"),
    (("--key", "two words", "organisation", "list"), "ML-0101"),
]


@pytest.mark.parametrize(("words", "code"), BAD)
def test_bad_input_is_refused_before_a_write(node: Node, run: Run, words: tuple[str, ...], code: str) -> None:
    members = listing(organisation(2, "Institut Curie"), organisation(3, "Twin"), organisation(4, "Twin"))
    node.answer("GET", "/v1/organisations", 200, members)
    result = run(*words, "--json")
    assert result.exit_code == 2, result.output
    said = json.loads(result.stderr)
    assert said["code"] == code
    assert said["needed"]
    assert result.stdout == ""
    assert node.writes() == []


def test_an_unknown_grantee_is_told_the_members(node: Node, run: Run) -> None:
    node.answer("GET", "/v1/organisations", 200, listing(organisation(2, "Institut Curie")))
    result = run(*ISSUE, *TERMS, "--grantee", "Institut", "--until", "1d")
    assert "2 Institut Curie" in result.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"[1]", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff", b"{" * 100_000, b'{"a":' * 100_000],
)
def test_a_card_that_is_none(node: Node, run: Run, tmp_path: Path, content: bytes) -> None:
    card = tmp_path / "card.json"
    card.write_bytes(content)
    result = run("model", "register", "--card", str(card), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "ML-0111")
    assert node.asked == []


def test_files_are_hashed_and_stay(node: Node, run: Run, tmp_path: Path) -> None:
    update = tmp_path / "update.bin"
    update.write_bytes(b"weights")
    node.answer("POST", f"/v1/runs/{DATASET}/rounds/2/answers", 201, submission())
    assert run("run", "contribute", DATASET, "2", "--update", str(update)).exit_code == 0
    assert node.asked[-1].body == {"updateDigest": "0x" + hashlib.sha256(b"weights").hexdigest(), "input": None}
    words = ("run", "refuse", DATASET, "2", "--reason", "privacy-risk", "--input", "3")
    assert run(*words).exit_code == 0
    assert node.asked[-1].body == {"refusal": "PRIVACY_RISK", "input": 3}


def test_several_inputs_are_answered_in_one_write(node: Node, run: Run) -> None:
    node.answer("POST", "/v1/answers", 200, submission())
    assert "2 contributions recorded" in run(*CONTRIBUTE, "--input", "0", "--input", "2").stderr
    answer = {"run": DATASET, "round": 2, "updateDigest": POLICY}
    assert node.asked[-1].body == {"answers": [{**answer, "input": 0}, {**answer, "input": 2}]}
    words = ("run", "refuse", DATASET, "2", "--reason", "privacy-risk", "--input", "1", "--input", "3")
    assert "2 refusals recorded" in run(*words).stderr
    refusal = {"run": DATASET, "round": 2, "refusal": "PRIVACY_RISK"}
    assert node.asked[-1].body == {"answers": [{**refusal, "input": 1}, {**refusal, "input": 3}]}


def test_one_input_is_answered_alone(node: Node, run: Run) -> None:
    node.answer("POST", f"/v1/runs/{DATASET}/rounds/2/answers", 201, submission())
    assert run(*CONTRIBUTE, "--input", "0").exit_code == 0
    assert node.asked[-1].body == {"updateDigest": POLICY, "input": 0}


def test_run_round_opens_and_closes(node: Node, run: Run) -> None:
    node.answer("POST", f"/v1/runs/{DATASET}/rounds", 201, submission())
    node.answer("POST", f"/v1/runs/{DATASET}/rounds/3/close", 200, submission())
    node.answer("POST", "/v1/rounds", 201, submission())
    assert run("run", "round", DATASET, "--check", "contract", "--epsilon", "0.25").exit_code == 0
    assert run("run", "round", DATASET, "--close", "3", "--aggregate", POLICY).exit_code == 0
    assert run("run", "round", DATASET, "--close", "3").exit_code == 0
    assert run("run", "round", DATASET, POLICY, "--epsilon", "1").exit_code == 0
    assert run("run", "round", DATASET, "--number", "4").exit_code == 0
    opened, closed, abandoned, several, counted = node.asked
    assert counted.body == {"round": 4, "epsilon": 0}
    assert opened.path.endswith("/rounds?check=contract")
    assert opened.body == {"round": None, "epsilon": 250_000}
    assert closed.body == {"aggregateDigest": POLICY}
    assert abandoned.body == {"aggregateDigest": None}
    assert [one["run"] for one in several.body["rounds"]] == [DATASET, POLICY]


def test_run_open_on_the_wire(node: Node, run: Run, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"title": "x"}')
    code = tmp_path / "code.tar"
    code.write_bytes(b"code")
    node.answer("POST", "/v1/runs", 201, submission())
    words = ("run", "open", word("a"), "--purpose", "HRESCH", "--card", str(card), "--region", "DE")
    more = ("--condition", "MONDO:0007254", "--code", str(code), "--container", word("f"), "--operation", "FINE_TUNE")
    inputs = ("--input", f"{DATASET}:2:{POLICY}", "--input", f"{DATASET}:3:{POLICY}:test")
    assert run(*words, *more, *inputs).exit_code == 0
    assert node.asked[-1].body == {
        "model": word("a"),
        "scope": {"purposes": ["HRESCH"], "regions": ["DE"], "condition": "MONDO:0007254", "projectRef": None},
        "card": {"title": "x"},
        "codeDigest": "0x" + hashlib.sha256(b"code").hexdigest(),
        "containerDigest": word("f"),
        "inputs": [
            {"dataset": DATASET, "version": 2, "consent": POLICY, "operation": "FINE_TUNE"},
            {"dataset": DATASET, "version": 3, "consent": POLICY, "operation": "TEST"},
        ],
    }
    assert run(*words, "--code", COMMIT, *inputs).exit_code == 0
    assert node.asked.pop().body["codeDigest"] == "0x" + "0" * 24 + COMMIT
    whole = f"{DATASET}:1:{POLICY}"
    for bad in (
        f"{DATASET}:{POLICY}",
        f"{DATASET}:x:{POLICY}",
        f"0x1:1:{POLICY}",
        f"{whole}:EXPORT_WEIGHTS",
        f"{whole}:X",
    ):
        assert run(*words, "--input", bad).exit_code == 2
    assert run(*words, "--input", whole, "--operation", "EXPORT_WEIGHTS").exit_code == 2
    assert len(node.asked) == 1


def test_model_publish_and_run_close_on_the_wire(node: Node, run: Run, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text("{}")
    model = word("a")
    node.answer("POST", f"/v1/models/{model}/versions", 201, submission(outcome={"version": word("f")}))
    words = ("model", "publish", model, "--run", DATASET, "--artifact", POLICY, "--card", str(card))
    result = run(*words, "--parent", word("e"))
    assert result.exit_code == 0
    assert word("f") in result.stdout
    assert node.asked[-1].body == {"run": DATASET, "artifactDigest": POLICY, "card": {}, "parents": [word("e")]}
    node.answer("POST", f"/v1/models/{model}/imports", 201, submission())
    assert run("model", "import", model, "--artifact", POLICY, "--card", str(card)).exit_code == 0
    assert node.asked[-1].body == {"artifactDigest": POLICY, "card": {}, "parents": []}
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "weights").write_text("w")
    assert run("model", "import", model, "--artifact", str(tmp_path / "files"), "--card", str(card)).exit_code == 0
    assert node.asked[-1].body["artifactDigest"] == digest_of(tmp_path / "files")
    node.answer("POST", f"/v1/versions/{POLICY}/release", 200, submission())
    assert run("model", "release", POLICY, "--for-sale", "--check", "contract").exit_code == 0
    assert (node.asked[-1].path, node.asked[-1].body) == (
        f"/v1/versions/{POLICY}/release?check=contract",
        {"forSale": True},
    )
    for step in ("deprecate", "withdraw"):
        node.answer("POST", f"/v1/versions/{POLICY}/{step}", 200, submission())
        assert run("model", step, POLICY).exit_code == 0
    node.answer("POST", f"/v1/runs/{DATASET}/close", 200, submission())
    assert run("run", "close", DATASET, "--outcome", "abandoned").exit_code == 0
    assert node.asked[-1].body == {"outcome": "ABANDONED", "resultDigest": None}


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90s", NOON + timedelta(seconds=90)),
        ("30m", NOON + timedelta(minutes=30)),
        ("12h", NOON + timedelta(hours=12)),
        ("2w", NOON + timedelta(weeks=2)),
        ("2027-01-02", datetime(2027, 1, 2, tzinfo=UTC)),
        ("2027-01-02T03:04:05Z", datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2027-01-02T03:04:05.9+02:00", datetime(2027, 1, 2, 1, 4, 5, tzinfo=UTC)),
    ],
)
def test_moment(text: str, wanted: datetime) -> None:
    assert reading.moment(text, NOON, "--until") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("1:", (1, None)), ("1:3", (1, 3)), ("2", (2, 2)), (":3", (1, 3)), ("4:", (4, None))]
)
def test_versions(text: str, wanted: tuple[int, int | None]) -> None:
    assert reading.versions(text) == wanted


@pytest.mark.parametrize("text", ["", ":", "a", "1:b", "0:", "3:2", "1:2:3", "-1:", "²"])
def test_versions_that_are_none(text: str) -> None:
    with pytest.raises(InvalidField):
        reading.versions(text)


def test_names_are_told_with_the_nearest() -> None:
    assert reading.name(StateReason, "opt-out-batch", "--reason") is StateReason.OPT_OUT_BATCH
    with pytest.raises(InvalidPurpose, match="nearest to MLTRAINING"):
        reading.name(Purpose, "ML_TRAINING", "--purpose")
    assert reading.names(Purpose, None, "--purpose") == Purpose(0)
    with pytest.raises(InvalidPurpose):
        purposes_of([])
    with pytest.raises(InvalidPurpose):
        operations_of([])


@pytest.mark.parametrize(
    ("text", "millionths"),
    [("0", 0), ("0.5", 500_000), ("1.000001", 1_000_001), ("0.1000000", 100_000), ("1099511.627775", 2**40 - 1)],
)
def test_epsilon_is_read_exactly(text: str, millionths: int) -> None:
    assert reading.epsilon(text) == millionths
    assert Decimal(epsilon_of(millionths)) == Decimal(text)


@pytest.mark.parametrize(
    "text", ["", "-1", "1e3", ".5", "5.", "0.0000001", "1099511.627776", "NaN", "Infinity", "½", "1 "]
)
def test_epsilon_that_is_none(text: str) -> None:
    with pytest.raises(InvalidField):
        reading.epsilon(text)


@pytest.mark.parametrize(("text", "number"), [("MONDO:0007254", 7254), ("mondo_0007254", 7254), (None, 0)])
def test_condition(text: str | None, number: int) -> None:
    assert reading.condition(text) == number


@pytest.mark.parametrize("text", ["", "MONDO:0000000", "MONDO:7254", "DOID:0007254", "MONDO:00072541", "MONDO:٠٠٠٧٢٥٤"])
def test_condition_that_is_none(text: str) -> None:
    with pytest.raises(InvalidField):
        reading.condition(text)


@pytest.mark.parametrize(("text", "share"), [("50", 5000), ("66.66", 6666), ("66.6%", 6660), ("99.99", 9999)])
def test_share(text: str, share: int) -> None:
    assert reading.share(text, "--all") == share


@pytest.mark.parametrize("text", ["", "49.99", "100", "66.666", "5", "0.6", "sixty"])
def test_share_that_is_none(text: str) -> None:
    with pytest.raises(InvalidField):
        reading.share(text, "--all")


def test_options_of_either_kind() -> None:
    assert reading.options([113105, 113105], "--require-option", clean=True) == (113105,)
    assert reading.options([113106, 113112], "--forbid-option", clean=False) == (113106, 113112)
    assert reading.options(None, "--forbid-option", clean=False) == ()
    for codes, clean in (([113106], True), ([113105], False), ([113113], False), ([113099], True)):
        with pytest.raises(InvalidField):
            reading.options(codes, "--option", clean=clean)


@pytest.mark.parametrize(("text", "seconds"), [("14d", 14 * 86400), ("30d", 30 * 86400), ("1s", 1)])
def test_span(text: str, seconds: int) -> None:
    assert reading.span(text, "--for", 30 * 86400) == seconds


@pytest.mark.parametrize("text", ["", "0d", "31d", "999999w", "14", "-1d"])
def test_span_that_is_none(text: str) -> None:
    with pytest.raises(InvalidWindow):
        reading.span(text, "--for", 30 * 86400)


@pytest.mark.parametrize("text", ["", "0x12:128", f"{word('a')}:0:{word('b')}", f"{word('a')}:x:{word('b')}", "a:1:b"])
def test_head_that_is_none(text: str) -> None:
    with pytest.raises((InvalidField, InvalidDigest)):
        reading.head(text)


def test_a_batch_of_consents_is_suspended_in_one_write(node: Node, run: Run) -> None:
    node.answer("POST", "/v1/consents/suspend", 200, submission())
    result = run("consent", "suspend", DATASET, POLICY, "--reason", "OPT_OUT_BATCH")
    assert "2 consents suspended" in result.stderr
    assert node.asked[-1].body == {"consents": [DATASET, POLICY], "reason": "OPT_OUT_BATCH", "until": None}


def test_each_of_a_batch_is_shown(node: Node, run: Run) -> None:
    items = [{"consent": DATASET}, {"consent": POLICY}]
    made = submission(outcome={"events": ["ConsentSuspended"] * 2, "consent": DATASET, "items": items})
    node.answer("POST", "/v1/consents/suspend", 200, made)
    shown = run("consent", "suspend", DATASET, POLICY, "--reason", "OPT_OUT_BATCH").stdout
    assert f"item 0       consent {DATASET}\nitem 1       consent {POLICY}\n" in shown


def test_the_refused_item_of_a_batch_is_named(node: Node, run: Run) -> None:
    node.answer("POST", "/v1/consents/suspend", 409, problem("ML-0402", position=1))
    refused = run("consent", "suspend", DATASET, POLICY, "--reason", "OPT_OUT_BATCH")
    assert (refused.exit_code, "1, counted from 0" in refused.stderr) == (1, True)


def test_an_erasure_shows_the_digest_of_its_receipt(node: Node, run: Run, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(b"{}")
    node.answer("POST", f"/v1/datasets/{DATASET}/erasures", 201, submission())
    assert run("dataset", "erasure", DATASET, "--version", "2", "--receipt", str(receipt)).exit_code == 0
    assert node.asked[-1].body == {"version": 2, "receiptDigest": "0x" + hashlib.sha256(b"{}").hexdigest()}


def test_streams_on_the_wire(node: Node, run: Run) -> None:
    node.answer("POST", "/v1/streams", 201, submission())
    node.answer("POST", f"/v1/streams/{DATASET}/anchors", 201, submission())
    node.answer("POST", "/v1/anchors", 201, submission())
    assert run("stream", "open", "--device-class", "patient-monitor").exit_code == 0
    assert run("stream", "anchor", f"{DATASET}:128:{POLICY}").exit_code == 0
    assert run("stream", "anchor", f"{DATASET}:256:{POLICY}", f"{DATASET}:384:{POLICY}").exit_code == 0
    opened, one, both = node.asked
    assert opened.body == {"deviceClass": "PATIENT_MONITOR"}
    assert one.body == {"size": 128, "root": POLICY}
    assert [head["size"] for head in both.body["anchors"]] == [256, 384]


@pytest.mark.parametrize(
    ("text", "error"),
    [("0x", InvalidDigest), (word("g"), InvalidDigest), ("/", InvalidField), ("absent", InvalidField)],
)
def test_digest_or_file_that_is_none(text: str, error: type[MedLedgerError]) -> None:
    with pytest.raises(error):
        reading.digest_or_file(text, "--artifact")


def test_a_window_has_a_future() -> None:
    begin, end = reading.window("now", "1d")
    assert end - begin == timedelta(days=1)
    with pytest.raises(InvalidWindow):
        reading.window("now", "0d")


@pytest.mark.parametrize(
    "words",
    [
        ("dataset", "prove", "v1", SECRET),
        ("dataset", "prove", "v1", SECRET, f"it's {SECRET}", "--row", "1"),
        ("dataset", "erase", "v1", "--row", SECRET),
        ("dataset", "erase", "v1", "--row=-1", SECRET),
        ("run", "round", word("1"), "--check", SECRET),
        ("run", "round", word("1"), "--check", f"it's '{SECRET}'\n"),
        ("stream", "run", "folder", "--port", SECRET),
        ("withdrawal", "list", SECRET),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",), ("--debug",)])
def test_a_wrong_call_does_not_repeat_what_was_typed(run: Run, words: tuple[str, ...], form: tuple[str, ...]) -> None:
    result = run(*words, *form)
    assert result.exit_code == 2 or "--debug" in form  # a traceback ends in 1
    assert SECRET not in result.output + result.stderr + str(result.exception)
