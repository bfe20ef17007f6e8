"""What people type: accepted forms on the wire, and bad input refused before anything is sent."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger_node.cli import reading
from ledger_node.domain.codes import Purpose, StateReason
from ledger_node.errors import InvalidDigest, InvalidField, InvalidPurpose, InvalidWindow, MedLedgerError
from tests.unit.cli.conftest import Node, Run, listing, organisation, submission, word

DATASET, POLICY = word("d"), word("b")
ISSUE = ("consent", "issue", "--dataset", DATASET, "--policy", POLICY)
TERMS = ("--purpose", "HRESCH", "--operation", "TRAIN")


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
        "purposes": ["HRESCH", "MLTRAINING"],
        "operations": ["TRAIN", "FEDERATED_ROUND"],
        "notBefore": "2027-01-01T00:00:00Z",
        "expiresAt": "2028-01-01T00:00:00Z",
        "maxRounds": 5,
        "projectRef": word("e"),
        "policyDigest": digest,
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
    ((*ISSUE, "--purpose", "RESEARCH", "--operation", "TRAIN", "--grantee", "2", "--until", "1d"), "ML-0104"),
    ((*ISSUE, "--purpose", "HRESCH", "--operation", "LOOK", "--grantee", "2", "--until", "1d"), "ML-0104"),
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
    (("run", "round", DATASET, "--close", "1"), "ML-0101"),
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
    node.answer("POST", f"/v1/runs/{DATASET}/rounds/2/contributions", 201, submission())
    assert run("run", "contribute", DATASET, "2", "--update", str(update)).exit_code == 0
    assert node.asked[-1].body == {"updateDigest": "0x" + hashlib.sha256(b"weights").hexdigest()}


def test_run_round_opens_and_closes(node: Node, run: Run) -> None:
    node.answer("POST", f"/v1/runs/{DATASET}/rounds", 201, submission())
    node.answer("POST", f"/v1/runs/{DATASET}/rounds/3/close", 200, submission())
    assert run("run", "round", DATASET, "--check", "contract").exit_code == 0
    assert run("run", "round", DATASET, "--close", "3", "--aggregate", POLICY).exit_code == 0
    opened, closed = node.asked
    assert opened.path.endswith("/rounds?check=contract")
    assert closed.body == {"aggregateDigest": POLICY}


def test_run_open_on_the_wire(node: Node, run: Run, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"title": "x"}')
    node.answer("POST", "/v1/runs", 201, submission())
    words = ("run", "open", word("a"), "--operation", "TRAIN", "--purpose", "HRESCH", "--card", str(card))
    assert run(*words, "--input", f"{DATASET}:2:{POLICY}").exit_code == 0
    assert node.asked[-1].path == "/v1/runs"
    assert node.asked[-1].body["inputs"] == [{"dataset": DATASET, "version": 2, "consent": POLICY}]
    assert node.asked[-1].body["card"] == {"title": "x"}
    for bad in (f"{DATASET}:{POLICY}", f"{DATASET}:x:{POLICY}", f"0x1:1:{POLICY}"):
        assert run(*words, "--input", bad).exit_code == 2


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
    with pytest.raises(InvalidPurpose):
        reading.names(Purpose, [], "--purpose")


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
