"""From a table to a registered version, with interruptions at every step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Asked, Node, Run, listing, problem, submission, word

pytestmark = pytest.mark.slow

DATASET = word("d")
VERSIONS = f"/v1/datasets/{DATASET}/versions"


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    table = tmp_path / "table.csv"
    table.write_text("radius,texture,label\n" + "".join(f"{n}.5,{n},benign\n" for n in range(12)))
    out = tmp_path / "out"
    words = ("--subject", "breast-1", "--title", "Breast masses", "--opt-out-checked-at", "2026-01-01")
    result = run("dataset", "prepare", str(table), "--out", str(out), *words, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["sizeClass"] == "FROM_10"
    return out


def stored(asked: Asked) -> tuple[int, object]:
    content = json.dumps(asked.body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    return 201, {"digest": "0x" + hashlib.sha256(content).hexdigest(), "cid": "c", "size": len(content)}


@pytest.fixture
def ledger(node: Node) -> Node:
    """A node on which all goes well: the answers of a first version."""
    node.answers["POST", "/v1/blobs"] = stored
    node.answer("POST", "/v1/datasets", 201, submission(outcome={"dataset": DATASET}))
    node.answer("GET", VERSIONS, 200, listing())
    node.answer("POST", VERSIONS, 201, submission(outcome={"dataset": DATASET, "number": 1}))
    return node


def keys(node: Node, path: str) -> list[str]:
    return [one.headers["idempotency-key"] for one in node.writes() if one.path == path]


def test_register_makes_dataset_and_version(ledger: Node, run: Run, folder: Path) -> None:
    result = run("dataset", "register", str(folder), "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["dataset"], answer["version"]) == (DATASET, 1)
    card, attestation, dataset, version = ledger.writes()
    assert card.path == attestation.path == "/v1/blobs"
    assert dataset.body == {"cardDigest": answer["cardDigest"]}
    assert version.body == {
        "number": None,
        "root": answer["root"],
        "cardDigest": answer["cardDigest"],
        "attestationDigest": answer["attestationDigest"],
        "options": [],
        "sizeClass": "FROM_10",
        "claim": "PSEUDONYMISED",
        "supersession": "FIRST",
        "optOutCheckedAt": "2026-01-01T00:00:00Z",
    }


BREAKS: list[tuple[str, Callable[[], tuple[int, object]]]] = [
    ("/v1/blobs", lambda: (503, problem("ML-0702"))),
    ("/v1/datasets", lambda: (500, problem("ML-0000"))),
    ("/v1/datasets", lambda: (202, submission("sent", {}, block=None, receiptStatus=None))),
    (VERSIONS, lambda: (504, b"")),
    (VERSIONS, lambda: (202, submission("signed", {}, block=None, receiptStatus=None))),
]


@pytest.mark.parametrize(("path", "broken"), BREAKS)
@pytest.mark.parametrize("forgetful", [False, True])
def test_an_interruption_costs_nothing(
    ledger: Node, run: Run, folder: Path, path: str, broken: Callable[[], tuple[int, object]], forgetful: bool
) -> None:
    well = ledger.answers["POST", path]
    ledger.answers["POST", path] = broken()
    result = run("dataset", "register", str(folder))
    assert result.exit_code == 3, result.output
    if forgetful:
        (folder / "registration.json").unlink(missing_ok=True)
    ledger.answers["POST", path] = well
    assert run("dataset", "register", str(folder)).exit_code == 0
    assert len(set(keys(ledger, "/v1/datasets"))) == 1
    assert len(set(keys(ledger, VERSIONS))) == 1
    bodies = [json.dumps(one.body) for one in ledger.writes() if one.path == VERSIONS]
    assert len(set(bodies)) == 1


def test_a_registered_folder_is_not_published_again(ledger: Node, run: Run, folder: Path) -> None:
    first = json.loads(run("dataset", "register", str(folder), "--json").stdout)
    again = run("dataset", "register", str(folder), "--json")
    assert json.loads(again.stdout)["version"] == 1
    (folder / "registration.json").unlink()
    there = {**VERSION_THERE, "root": first["root"]}
    ledger.answer("GET", VERSIONS, 200, listing(there))
    assert json.loads(run("dataset", "register", str(folder), "--json").stdout)["version"] == 7
    assert len(keys(ledger, VERSIONS)) == 1


VERSION_THERE: dict[str, object] = {
    "number": 7,
    "publishedAt": "2026-01-01T00:00:00Z",
    "root": word("1"),
    "cardDigest": word("2"),
    "attestationDigest": word("3"),
    "options": [],
    "sizeClass": "FROM_10",
    "claim": "SYNTHETIC",
    "supersession": "FIRST",
    "optOutCheckedAt": None,
    "derivation": None,
    "epsilonSpent": 0,
    "usable": True,
}


@pytest.mark.parametrize("path", ["/v1/datasets", VERSIONS])
@pytest.mark.parametrize(
    ("code", "state"),
    [("ML-0402", "failed"), ("ML-0404", "replaced")],  # by the contract, by an operator
)
def test_a_write_that_came_to_nothing_may_be_tried_again(
    ledger: Node, run: Run, folder: Path, path: str, code: str, state: str
) -> None:
    well = ledger.answers["POST", path]
    ledger.answer("POST", path, 409, problem(code, submission=submission(state, {})))
    assert run("dataset", "register", str(folder)).exit_code != 0
    ledger.answers["POST", path] = well
    assert run("dataset", "register", str(folder)).exit_code == 0
    assert len(set(keys(ledger, path))) == 2


def test_a_key_of_another_request_is_no_attempt(ledger: Node, run: Run, folder: Path) -> None:
    ledger.answer("POST", VERSIONS, 422, problem("ML-0501", submission="s-1"))
    for _ in range(2):
        assert run("dataset", "register", str(folder)).exit_code != 0
    assert len(set(keys(ledger, VERSIONS))) == 1


def with_dataset(node: Node, subject: str) -> None:
    card = json.dumps({"subject": subject}).encode()
    digest = "0x" + hashlib.sha256(card).hexdigest()
    custodian = {"number": 1, "name": "Klinikum"}
    found = {"id": DATASET, "number": 1, "custodian": custodian, "cardDigest": digest, "block": 1, "versions": []}
    node.answer("GET", f"/v1/datasets/{DATASET}", 200, found)
    node.answer("GET", f"/v1/blobs/{digest}", 200, card)
    node.answer("GET", VERSIONS, 200, listing(VERSION_THERE))


def test_a_later_version_says_why(ledger: Node, run: Run, folder: Path) -> None:
    with_dataset(ledger, "breast-1")
    words = ("dataset", "register", str(folder), "--dataset", DATASET)
    result = run(*words)
    assert result.exit_code == 2
    assert "WITHDRAWAL" in result.stderr
    assert run(*words, "--supersession", "EXTENSION").exit_code == 0
    assert ledger.writes()[-1].body["supersession"] == "EXTENSION"
    assert keys(ledger, "/v1/datasets") == []


def test_a_version_gets_the_number_that_was_expected(ledger: Node, run: Run, folder: Path) -> None:
    with_dataset(ledger, "breast-1")
    words = ("--dataset", DATASET, "--supersession", "EXTENSION", "--number", "8")
    assert run("dataset", "register", str(folder), *words).exit_code == 0
    assert ledger.writes()[-1].body["number"] == 8


def test_derive_publishes_what_a_version_was_made_of(ledger: Node, run: Run, folder: Path) -> None:
    path = f"/v1/datasets/{DATASET}/derived-versions"
    ledger.answer("POST", path, 201, submission(outcome={"dataset": DATASET, "number": 1}))
    words = ("dataset", "derive", str(folder), "--purpose", "HRESCH", "--region", "de")
    result = run(*words, "--parent", f"{word('a')}:2:{word('c')}", "--parent", f"{word('b')}:1", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["version"] == 1
    body = ledger.writes()[-1].body
    assert body["scope"] == {"purposes": ["HRESCH"], "regions": ["DE"], "condition": None, "projectRef": None}
    assert body["parents"] == [
        {"dataset": word("a"), "version": 2, "consent": word("c")},
        {"dataset": word("b"), "version": 1, "consent": None},
    ]
    assert body["supersession"] == "FIRST"
    assert keys(ledger, VERSIONS) == []


@pytest.mark.parametrize("parent", ["", "0x1:1", f"{word('a')}:0", f"{word('a')}:1:", f"{word('a')}:1:{word('b')}:1"])
def test_derive_refuses_parents_that_are_none(ledger: Node, run: Run, folder: Path, parent: str) -> None:
    result = run("dataset", "derive", str(folder), "--purpose", "HRESCH", "--parent", parent)
    assert result.exit_code == 2
    assert ledger.asked == []


def test_a_folder_of_another_dataset_is_refused(ledger: Node, run: Run, folder: Path) -> None:
    with_dataset(ledger, "lungs-1")
    result = run("dataset", "register", str(folder), "--dataset", DATASET, "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "ML-0108")
    assert keys(ledger, VERSIONS) == []
    with_dataset(ledger, "breast-1")
    assert run("dataset", "register", str(folder), "--dataset", DATASET, "--supersession", "EXTENSION").exit_code == 0
    assert run("dataset", "register", str(folder), "--dataset", word("e")).exit_code == 2


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "medledger-registration/1", "root": "0x12"}', '{"a": 1}']
)
def test_a_spoilt_memory_is_refused(ledger: Node, run: Run, folder: Path, content: str) -> None:
    (folder / "registration.json").write_text(content)
    result = run("dataset", "register", str(folder), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "ML-0111")
    assert ledger.asked == []


def test_a_changed_folder_is_refused(ledger: Node, run: Run, folder: Path) -> None:
    card = folder / "card.json"
    card.write_bytes(card.read_bytes().replace(b"Breast", b"Breest"))
    assert run("dataset", "register", str(folder)).exit_code == 2
    assert ledger.asked == []


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        ("a,label\n", "ML-0110", 1),
        ("", "ML-0112", 2),
        ("patientName,label\n1,x\n", "ML-0112", 2),
        ("a,label\nx,y\n", "ML-0112", 2),
    ],
)
def test_tables_that_are_none(run: Run, tmp_path: Path, content: str, code: str, status: int) -> None:
    table = tmp_path / "table.csv"
    table.write_text(content)
    words = (
        "dataset",
        "prepare",
        str(table),
        "--out",
        str(tmp_path / "out"),
        "--subject",
        "s",
        "--title",
        "t",
        "--json",
    )
    result = run(*words)
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (status, code)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--claim", "ANONYMOUS"),
        ("--opt-out-checked-at", "2099-01-01"),
        ("--opt-out-checked-at", "1d"),
        ("--sample-checked", "1", "--defects-found", "2"),
    ],
)
def test_prepare_refuses(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,label\n1,x\n")
    given = ("dataset", "prepare", str(table), "--out", str(tmp_path / "out"), "--subject", "s", "--title", "t")
    assert run(*given, *words).exit_code == 2
    assert not (tmp_path / "out").exists()


def test_deidentify_and_prepare_tell_counts_and_no_names(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "MUSTERMANN.dcm").write_bytes(b"no dicom")
    result = run("dataset", "deidentify", str(source), "--out", str(tmp_path / "clean"), "--json")
    assert result.exit_code == 1, result.output
    assert json.loads(result.stdout)["quarantined"]["files"] == 1
    words = ("--out", str(tmp_path / "out"), "--subject", "s", "--title", "t")
    prepared = run("dataset", "prepare", str(source), *words)
    assert prepared.exit_code == 1
    assert "NOT_DICOM" in prepared.stderr
    assert "MUSTERMANN" not in result.output + prepared.output


def test_deidentify_refuses(run: Run, tmp_path: Path) -> None:
    salt = tmp_path / "salt"
    for content in ("xyz", "00"):
        salt.write_text(content)
        words = ("--out", str(tmp_path / "out"), "--salt-file", str(salt))
        assert run("dataset", "deidentify", str(tmp_path), *words).exit_code == 2
    assert run("dataset", "deidentify", str(salt), "--out", str(tmp_path / "out")).exit_code == 2


@pytest.mark.parametrize("salt", ["/dev/zero", "missing", ".", "short"])
def test_salt_that_is_none_is_refused_and_nothing_is_begun(run: Run, tmp_path: Path, salt: str) -> None:
    (tmp_path / "short").write_text("ab" * 31)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("a")
    words = ("--out", str(tmp_path / "out"), "--salt-file", str(tmp_path / salt))
    said = run("dataset", "deidentify", str(tmp_path / "in"), *words)
    assert said.exit_code == 2
    assert "ML-0101" in said.output
    assert {path.name for path in tmp_path.iterdir()} == {"in", "short"}


def test_prepare_takes_a_stewards_statements(run: Run, tmp_path: Path) -> None:
    table, about = tmp_path / "table.csv", tmp_path / "about.json"
    table.write_text("radius,label\n" + "".join(f"{n}.5,benign\n" for n in range(12)))
    words = ("dataset", "prepare", str(table), "--subject", "b-1", "--title", "B", "--about", str(about), "--json")
    about.write_text(json.dumps({"origin": {"devices": ["Model A"]}}))
    assert run(*words, "--out", str(tmp_path / "out")).exit_code == 0
    assert json.loads((tmp_path / "out" / "card.json").read_bytes())["origin"] == {"devices": ["Model A"]}
    for wrong, code in (({"origin": {"devices": "a secret"}}, "ML-0111"), ({"a secret": 1}, "ML-0101")):
        about.write_text(json.dumps(wrong))
        result = run(*words, "--out", str(tmp_path / "wrong"))
        assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, code)
        assert "secret" not in result.stderr
        assert not (tmp_path / "wrong").exists()
