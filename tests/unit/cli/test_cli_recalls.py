"""Requests, recalls and acknowledgements: on the wire, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Node, Run, listing, submission, word
from tests.unit.cli.test_cli_consents import consent

VERSION, RECALL, OTHER, REQUEST, DATASET = (word(digit) for digit in "12345")
LONG = "Universitätsklinikum " * 4


def recall(name: str = RECALL, *, read_by: tuple[int, ...] = (), lifted: object = None) -> dict[str, object]:
    return {
        "id": name,
        "version": VERSION,
        "issuer": {"number": 3, "name": LONG},
        "severity": "CRITICAL",
        "noticeDigest": word("a"),
        "replacement": None,
        "issuedAt": "2026-11-22T05:34:02Z",
        "acknowledgements": [
            {"organisation": {"number": n, "name": f"Klinik {n}"}, "acknowledgedAt": "2026-11-22T06:00:00Z", "block": 4}
            for n in read_by
        ],
        "stands": lifted is None,
        "lifted": lifted,
        "block": 3,
    }


def request(state: str = "OPEN", **answer: object) -> dict[str, object]:
    return {
        "id": REQUEST,
        "requester": {"number": 4, "name": LONG},
        "custodian": {"number": 1, "name": "Klinik 1"},
        "madeAt": "2026-11-22T05:34:02Z",
        "dataset": DATASET,
        "purposes": ["HRESCH"],
        "operations": ["TRAIN"],
        "condition": "MONDO:0007254",
        "regions": ["DE"],
        "notBefore": "2026-11-22T00:00:00Z",
        "expiresAt": "2027-11-22T00:00:00Z",
        "maxRounds": 5,
        "epsilonBudget": 500_000,
        "projectRef": None,
        "cardDigest": word("b"),
        "state": state,
        "consent": None,
        "declineReason": None,
        "answeredAt": None,
        "block": 3,
        **answer,
    }


def script(node: Node) -> None:
    lifted = {"actor": None, "liftedAt": "2026-11-23T00:00:00Z"}
    found = [recall(read_by=(2, 3)), recall(OTHER, read_by=(3,)), recall(word("9"), lifted=lifted)]
    node.answer("GET", "/v1/recalls", 200, listing(*found))
    node.answer("GET", f"/v1/recalls/{RECALL}", 200, found[0])
    node.answer("GET", f"/v1/recalls/{OTHER}", 200, recall(OTHER, lifted=lifted))
    declined = request("DECLINED", declineReason="NO_LEGAL_BASIS", answeredAt="2026-11-23T00:00:00Z")
    node.answer("GET", "/v1/requests", 200, listing(request(), declined))
    node.answer("GET", f"/v1/requests/{REQUEST}", 200, request())
    ours = {"number": 2, "name": "Klinik 2", "capabilities": []}
    node.answer(
        "GET",
        "/v1/node",
        200,
        {
            **{"organisation": ours, "operator": "0x", "chainId": 1, "genesis": word("0"), "contracts": {}},
            **{"head": 1, "version": "0", "blobs": "ok", "submissions": {}},
        },
    )


def test_a_request_shows_what_was_said(node: Node, run: Run) -> None:
    """Line by line; what another organisation wrote moves nobody's cursor."""
    hospital, publisher = {"number": 1, "name": "Klinik 1"}, {"number": 4, "name": "Institute"}
    at = {"visas": [], "sentAt": "2026-11-22T06:00:00Z", "digest": word("c"), "block": 4}
    said = [
        {
            "number": 1,
            "sender": hospital,
            "inReplyTo": None,
            "text": "Which vote?\nWhere\x1b[2J?",
            "missing": None,
            **at,
        },
        {"number": 2, "sender": publisher, "inReplyTo": 1, "text": None, "missing": "it is away", **at},
        {"number": 3, "sender": publisher, "inReplyTo": None, "text": "!", "missing": None, **at, "visas": [STATED]},
    ]
    node.answer("GET", f"/v1/requests/{REQUEST}", 200, request("ASKED_BACK", messages=said, grant=None))
    shown = run("request", "show", REQUEST).stdout
    assert "message 1 of Klinik 1, 2026-11-22T06:00:00Z\n  Which vote?\n  Where\ufffd[2J?\n" in shown
    assert f"message 2 of Institute, 2026-11-22T06:00:00Z, to 1\n  {word('c')}: it is away" in shown
    assert "request send-message" in shown
    assert "  visa, checked by the sender  ControlledAccessGrants\n" in shown
    assert "https://repository.example/datasets/710" in shown
    grant = {"consent": consent(), "narrower": ["regions", "maxRounds"], "wider": []}
    node.answer("GET", f"/v1/requests/{REQUEST}", 200, request("GRANTED", messages=said, grant=grant))
    shown = run("request", "show", REQUEST).stdout
    assert "less than asked in  regions, maxRounds" in shown
    assert "more than asked" not in shown
    assert "request send-message" not in shown


STATED: dict[str, object] = {
    "digest": word("e"),
    "issuer": "https://rems.example/",
    "type": "ControlledAccessGrants",
    "value": "https://repository.example/datasets/710",
    "source": "https://repository.example/dac",
    "by": None,
    "asserted": "2026-11-01",
    "expires": "2027-11-01",
}


@pytest.mark.parametrize(
    ("message", "agrees", "status", "said"),
    [(2, True, 0, "message  2"), (2, False, 1, "something else"), (None, None, 1, "attached to no message")],
)
def test_a_visa_that_was_handed_over_is_checked(
    node: Node, run: Run, tmp_path: Path, message: int | None, agrees: bool | None, status: int, said: str
) -> None:
    file = tmp_path / "visa.jwt"
    file.write_text("its.one.visa\n")
    found = {"visa": STATED, "message": message, "agrees": agrees, "asOfBlock": 3, "indexLag": 0}
    node.answer("POST", f"/v1/requests/{REQUEST}/visas/check", 200, found)
    result = run("request", "check-visa", REQUEST, str(file))
    assert node.asked[-1].body == {"visa": "its.one.visa"}
    assert (result.exit_code, said in result.stdout) == (status, True)
    assert "its.one.visa" not in result.stdout + result.stderr


READS = [
    ("recall", "list"),
    ("recall", "show", RECALL),
    ("recall", "show", OTHER),
    ("acknowledgement", "list"),
    ("acknowledgement", "list", RECALL),
    ("request", "list"),
    ("request", "show", REQUEST),
]


@pytest.mark.parametrize("words", READS)
def test_people_see_80_columns_and_machines_one_document(node: Node, run: Run, words: tuple[str, ...]) -> None:
    script(node)
    shown = run(*words)
    assert shown.exit_code == 0, shown.output
    # Lines of one field are never broken, so that what stands in them can be copied.
    assert max(len(line) for line in shown.stdout.splitlines() if not line.startswith(("issued by", "asked by"))) <= 80
    machine = run(*words, "--json")
    assert isinstance(json.loads(machine.stdout), dict)


def test_a_recall_says_who_read_it_and_who_lifted_it(node: Node, run: Run) -> None:
    script(node)
    shown = run("recall", "show", RECALL).stdout
    assert shown.startswith("stands\n")
    assert "Klinik 2" in shown
    lifted = run("recall", "show", OTHER).stdout
    assert ["lifted", "by", "a", "vote"] in [line.split() for line in lifted.splitlines()]
    assert "nobody has acknowledged it" in lifted


def test_what_waits_for_our_word(node: Node, run: Run) -> None:
    script(node)
    assert json.loads(run("acknowledgement", "list", "--json").stdout)["items"] == [
        {"recall": RECALL, "acknowledged": True},
        {"recall": OTHER, "acknowledged": False},
    ]
    assert "1 wait for your organisation" in run("acknowledgement", "list").stdout
    node.answer("GET", "/v1/recalls", 200, listing())
    assert run("acknowledgement", "list").stdout == "no recall stands\n"


def test_recalls_on_the_wire(node: Node, run: Run, tmp_path: Path) -> None:
    notice = tmp_path / "notice.json"
    notice.write_text('{"title": "x"}')
    node.answer("POST", "/v1/recalls", 201, submission(outcome={"version": VERSION, "recall": RECALL}))
    words = ("recall", "issue", VERSION, "--severity", "critical")
    result = run(*words, "--notice", str(notice), "--replacement", OTHER)
    assert f"recall       {RECALL}" in result.stdout.splitlines()
    assert node.asked[-1].body == {
        "version": VERSION,
        "severity": "CRITICAL",
        "notice": {"title": "x"},
        "replacement": OTHER,
    }
    assert run(*words, "--notice", word("a")).exit_code == 0
    assert node.asked[-1].body["noticeDigest"] == word("a")
    for command, path in ((("recall", "lift"), "lift"), (("acknowledgement", "make"), "acknowledge")):
        node.answer("POST", f"/v1/recalls/{RECALL}/{path}", 200, submission())
        assert run(*command, RECALL).exit_code == 0
    for bad in (("--notice", "absent.json"), ("--notice", "0x12"), ("--notice", word("a"), "--replacement", "0x12")):
        assert run(*words, *bad).exit_code == 2
    assert len(node.writes()) == 4


def test_requests_on_the_wire(node: Node, run: Run, tmp_path: Path) -> None:
    script(node)
    card = tmp_path / "card.json"
    card.write_text('{"title": "x"}')
    node.answer("POST", "/v1/requests", 201, submission(outcome={"request": REQUEST}))
    words = (
        "request",
        "make",
        "--dataset",
        DATASET,
        "--purpose",
        "HRESCH",
        "--operation",
        "TRAIN",
        "--card",
        str(card),
    )
    more = ("--from", "2027-01-01", "--until", "2027-02-01", "--region", "DE", "--max-rounds", "3", "--epsilon", "1.5")
    assert run(*words, *more, "--condition", "MONDO:0007254", "--project", word("e")).exit_code == 0
    assert node.asked[-1].body == {
        "dataset": DATASET,
        "purposes": ["HRESCH"],
        "operations": ["TRAIN"],
        "condition": "MONDO:0007254",
        "regions": ["DE"],
        "notBefore": "2027-01-01T00:00:00Z",
        "expiresAt": "2027-02-01T00:00:00Z",
        "maxRounds": 3,
        "epsilonBudget": 1_500_000,
        "projectRef": word("e"),
        "card": {"title": "x"},
    }
    assert run(*words, "--until", "1d", "--region", "XX").exit_code == 2
    node.answer("POST", f"/v1/requests/{REQUEST}/decline", 200, submission())
    assert run("request", "decline", REQUEST, "--reason", "incomplete").exit_code == 0
    assert node.asked[-1].body == {"reason": "INCOMPLETE"}
    assert run("request", "decline", REQUEST, "--reason", "DISLIKE").exit_code == 2
    node.answer("POST", f"/v1/requests/{REQUEST}/messages", 201, submission(outcome={"request": REQUEST, "number": 2}))
    assert run("request", "send-message", REQUEST, "Vote 2026-114.", "--in-reply-to", "1").exit_code == 0
    assert node.asked[-1].body == {"text": "Vote 2026-114.", "inReplyTo": 1, "visas": []}
    visa = tmp_path / "visa.jwt"
    visa.write_text("its.one.visa\n")
    assert run("request", "send-message", REQUEST, "Our grounds.", "--visa", str(visa)).exit_code == 0
    assert node.asked[-1].body == {"text": "Our grounds.", "inReplyTo": None, "visas": ["its.one.visa"]}
    listed = json.loads(run("request", "list", "--state", "declined", "--json").stdout)["items"]
    assert [part["declineReason"] for part in listed] == [None, "NO_LEGAL_BASIS"]  # the node's to choose
    assert "state=DECLINED" in node.asked[-1].path
