"""What people and machines are shown."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ledger_node.cli.output import epsilon_of, seconds
from ledger_node.screen import printable
from tests.unit.cli.conftest import Node, Run, listing, organisation, submission, word

VERSION, RUN, MODEL, CONSENT, DATASET = (word(digit) for digit in "12345")


def graph() -> dict[str, object]:
    def node(name: str, kind: str, label: str, state: str | None = None) -> dict[str, object]:
        return {"id": name, "kind": kind, "label": label, "state": state}

    def edge(begin: str, end: str, kind: str) -> dict[str, str]:
        return {"from": begin, "to": end, "kind": kind}

    return {
        "asOfBlock": 44,
        "indexLag": 0,
        "version": VERSION,
        "nodes": [
            node("1", "organisation", "Klinikum [red]Süd\x1b[2J", "ACTIVE"),
            node("2", "organisation", "Institut", "ACTIVE"),
            node(f"{DATASET}/1", "datasetVersion", "Klinikum, dataset 0x55555555… version 1", "USABLE"),
            node(CONSENT, "consent", "consent of Klinikum", "REVOKED"),
            node(RUN, "run", "TRAIN, 3 rounds", "COMPLETED"),
            node(MODEL, "model", "model of Institut"),
            node(VERSION, "modelVersion", "model 0x33333333… version 2"),
            node(word("9"), "modelVersion", "model 0x33333333… version 1", "RECALLED"),
            node(word("8"), "recall", "recall by Behörde, SERIOUS", "STANDING"),
            node(f"{word('7')}/2", "datasetVersion", "Klinikum, dataset 0x77777777… version 2", "USABLE"),
        ],
        "edges": [
            edge("1", f"{DATASET}/1", "holds"),
            edge("1", CONSENT, "grants"),
            edge(f"{DATASET}/1", CONSENT, "covers"),
            edge(CONSENT, RUN, "usedBy"),
            edge(RUN, VERSION, "trained"),
            edge(RUN, word("9"), "trained"),
            edge(word("9"), VERSION, "parentOf"),
            edge("2", MODEL, "publishes"),
            edge(VERSION, MODEL, "versionOf"),
            edge(word("9"), MODEL, "versionOf"),
            edge(word("8"), word("9"), "recalls"),
            edge(f"{word('7')}/2", f"{DATASET}/1", "derivedInto"),
            edge("gone", MODEL, "versionOf"),
        ],
        "facts": {},
    }


def affected() -> dict[str, object]:
    return {
        "version": VERSION,
        "modelNumber": 12,
        "model": MODEL,
        "run": RUN,
        "dataset": DATASET,
        "datasetVersion": 3,
        "consent": CONSENT,
        "derived": [],
        "standing": "SUSPENDED",
        "revokedFor": None,
        "tainted": True,
        "through": [VERSION],
    }


def script(node: Node) -> None:
    node.answer("GET", f"/v1/versions/{VERSION}/lineage", 200, graph())
    node.answer("GET", f"/v1/datasets/{DATASET}/impact", 200, listing(affected(), affected()))
    node.answer("GET", "/v1/organisations", 200, listing(organisation(1, "Universitätsklinikum " * 5)))
    node.answer("GET", "/v1/submissions", 200, listing(submission(), submission("failed", {"error": "X"})))
    node.answer(
        "GET", "/v1/submissions/s-1", 200, submission("failed", {"error": "ConsentTokenRefused", "reason": "X"})
    )
    digest = {"asOfBlock": 9, "indexLag": 0, "digest": word("a"), "counts": {"consents": 2, "runs": 0}}
    node.answer("GET", "/v1/index/digest", 200, digest)
    node.answer("POST", f"/v1/consents/{CONSENT}/revoke", 200, submission())


READS: list[tuple[tuple[str, ...], int]] = [
    (("lineage", VERSION), 0),
    (("impact", "--dataset", DATASET), 0),
    (("organisation", "list"), 0),
    (("submission", "list"), 0),
    (("submission", "show", "s-1"), 1),
    (("index", "digest"), 0),
    (("consent", "revoke", CONSENT), 0),
]


@pytest.mark.parametrize(("words", "status"), READS)
def test_people_see_80_columns_and_machines_one_document(
    node: Node, run: Run, words: tuple[str, ...], status: int
) -> None:
    script(node)
    shown = run(*words)
    assert shown.exit_code == status, shown.output
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "\x1b" not in shown.output
    machine = run(*words, "--json")
    assert machine.exit_code == status
    assert isinstance(json.loads(machine.stdout), dict)
    assert machine.stderr == ""


def test_lineage_is_a_tree(node: Node, run: Run) -> None:
    script(node)
    assert run("lineage", VERSION).stdout == (
        "model 0x33333333… version 2 0x11111111…1111\n"
        "├── model of Institut 0x33333333…3333\n"
        "│   └── Institut ACTIVE\n"
        "├── run TRAIN, 3 rounds 0x22222222…2222 COMPLETED\n"
        "│   └── consent of Klinikum 0x44444444…4444 REVOKED\n"
        "│       ├── Klinikum, dataset 0x55555555… version 1 USABLE\n"
        "│       │   ├── Klinikum, dataset 0x77777777… version 2 USABLE\n"
        "│       │   └── Klinikum [red]Süd�[2J ACTIVE\n"
        "│       └── Klinikum [red]Süd�[2J ACTIVE\n"
        "└── model 0x33333333… version 1 0x99999999…9999 RECALLED\n"
        "    └── recall by Behörde, SERIOUS 0x88888888…8888 STANDING\n"
        "as of block 44\n"
    )


def test_ids_can_be_copied_whole(node: Node, run: Run) -> None:
    script(node)
    node.answer("POST", f"/v1/consents/{CONSENT}/revoke", 200, submission())
    lines = run("consent", "revoke", CONSENT).stdout.splitlines()
    assert f"consent      {word('c')}" in lines
    assert f"transaction  {word('7')}" in lines
    assert VERSION in run("impact", "--dataset", DATASET).stdout


def test_nothing_downstream(node: Node, run: Run) -> None:
    node.answer("GET", f"/v1/consents/{CONSENT}/impact", 200, listing())
    assert run("impact", "--consent", CONSENT).stdout == "nothing learnt from it\n"


def test_impact_of_an_organisation_by_name(node: Node, run: Run) -> None:
    node.answer("GET", "/v1/organisations", 200, listing(organisation(7, "Clinic")))
    node.answer("GET", "/v1/organisations/7/impact", 200, listing(affected()))
    assert run("impact", "--organisation", "Clinic", "--as-of", "3").exit_code == 0
    assert node.asked[-1].path == "/v1/organisations/7/impact?limit=200&asOf=3"


@pytest.mark.parametrize("time", ["2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00"])
def test_a_time_may_stand_for_a_block(node: Node, run: Run, time: str) -> None:
    node.answer("GET", f"/v1/consents/{CONSENT}/impact", 200, listing())
    assert run("impact", "--consent", CONSENT, "--as-of", time).exit_code == 0
    assert node.asked[-1].path.endswith("?limit=200&asOf=2026-03-01T12%3A00%3A00Z")


@pytest.mark.parametrize("wrong", ["yesterday", "-1", "2026-03-01T12:00:00", "9999-01-01"])
def test_what_is_no_block_and_no_time_is_refused(node: Node, run: Run, wrong: str) -> None:
    assert run("impact", "--consent", CONSENT, "--as-of", wrong).exit_code == 2
    assert node.asked == []


def test_a_write_that_still_waits_says_how_to_look(node: Node, run: Run) -> None:
    node.answer("POST", f"/v1/consents/{CONSENT}/revoke", 202, submission("sent", {}, block=None, receiptStatus=None))
    result = run("consent", "revoke", CONSENT, "--wait", "0")
    assert "medledger submission show 5f0c1a52" in result.stderr
    assert "prefer" not in node.asked[-1].headers


@pytest.mark.parametrize(("duration", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (61, "1 min 1 s")])
def test_seconds(duration: float, text: str) -> None:
    assert seconds(duration) == text


@pytest.mark.parametrize(
    ("millionths", "text"), [(0, "0"), (1, "0.000001"), (500_000, "0.5"), (10_000_000, "10"), (10_250_000, "10.25")]
)
def test_epsilon_is_shown_exactly(millionths: int, text: str) -> None:
    assert epsilon_of(millionths) == text


def test_printable_keeps_letters_only() -> None:
    assert printable("Süd\x1b]0;x\x07\u202e 漢") == "Süd�]0;x�� 漢"


def test_progress_is_silent_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger_node.cli.output import Output

    def count(output: Output) -> Callable[[int, int], None]:
        with output.progress("reading") as progress:
            progress(1, 2)
        return progress

    assert count(Output(as_json=False)) is count(Output(as_json=True))
