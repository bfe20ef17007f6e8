"""What is said about a request for a consent, and its history as one answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from ledger_node.cards import require_card
from ledger_node.domain.request import MOST_MESSAGES, Message
from ledger_node.domain.visa import Visa
from ledger_node.errors import InvalidVisa
from ledger_node.proof.hashing import sha256, to_hex

from .acting import Desk
from .fakes import NOW, World, digest
from .story import HEAD, world_of_all

Desks = Callable[..., Desk]
HOSPITAL, OTHER_HOSPITAL, PUBLISHER = 1, 2, 3
TEXT = "Which ethics vote?\nWhich country?"


def path_of(of: World, place: int = 1) -> str:
    """The second request of the story is for a dataset of the hospital whose node it is."""
    return f"/v1/requests/{of.index.facts.requests[place].id}"


def say(of: World, sender: int, document: dict[str, Any] | str, *, stored: bool = True) -> Message:
    """One more message about the second request, on the chain; its document among those of the node, if so wanted."""
    asked = of.index.facts.requests[1]
    content = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    if stored:
        of.blobs.put(content)
    number = len(asked.messages) + 1
    message = Message(number, sender, to_hex(sha256(content)), NOW, asked.at)
    of.index.facts.requests[1] = replace(asked, messages=(*asked.messages, message))
    return message


def about(of: World, text: str, **more: Any) -> dict[str, Any]:
    request = of.index.facts.requests[1].id
    return {"format": "medledger-message/1", "request": request, "text": text, **more}


def test_a_hospital_asks_back_by_the_digest_of_a_document(desk_of: Desks) -> None:
    of = world_of_all()
    desk, request = desk_of(of, "steward"), of.index.facts.requests[1].id
    command = desk.done(f"{path_of(of)}/messages", {"text": TEXT})
    assert (command.kind, command.function, command.subject) == ("message.send", "sendMessage", request)
    about_, number, document = command.args
    assert (about_, number) == (request, 1)
    said = json.loads(of.node.documents.get(str(document)))
    assert said == {"format": "medledger-message/1", "request": request, "text": TEXT}


def test_the_next_message_counts_those_of_both_sides(desk_of: Desks) -> None:
    of = world_of_all()
    say(of, HOSPITAL, about(of, "?"))
    say(of, PUBLISHER, about(of, "!"))
    command = desk_of(of, "steward").done(f"{path_of(of)}/messages", {"text": TEXT, "inReplyTo": 2})
    assert command.args[1] == 3
    assert json.loads(of.node.documents.get(str(command.args[2])))["inReplyTo"] == 2


def test_a_requester_answers(desk_of: Desks) -> None:
    of = world_of_all(organisation=PUBLISHER)
    assert desk_of(of, "publisher").done(f"{path_of(of)}/messages", {"text": TEXT}).args[1] == 1


def test_nobody_else_says_anything(desk_of: Desks) -> None:
    of = world_of_all()
    desk = desk_of(of, "steward")
    problem = desk.refused(f"{path_of(of, 0)}/messages", {"text": TEXT})  # of another hospital's dataset
    assert (problem["code"], problem["needed"]) == ("ML-0403", "organisation 3 or 2")
    assert desk.refused(f"/v1/requests/{digest('?')}/messages", {"text": TEXT})["code"] == "ML-0301"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "x" * 4001},
        {"text": "a bell \u0007"},
        {"text": "an escape \u001b[2J"},
        {"text": TEXT, "inReplyTo": 0},
        {"text": TEXT, "inReplyTo": 1},  # there is none yet
        {"text": TEXT, "card": {}},
    ],
)
def test_a_message_that_is_none_is_refused_and_not_repeated(desk_of: Desks, body: dict[str, Any]) -> None:
    of = world_of_all()
    problem = desk_of(of, "steward").refused(f"{path_of(of)}/messages", body)
    assert problem["code"] == "ML-0101"
    assert "an escape" not in json.dumps(problem)


def test_an_answered_request_takes_no_more(desk_of: Desks) -> None:
    of = world_of_all()
    say(of, HOSPITAL, about(of, "?"))
    facts = of.index.facts
    facts.requests[1] = replace(facts.requests[1], consent=facts.consents[0].id, answered_at=NOW)
    problem = desk_of(of, "steward").refused(f"{path_of(of)}/messages", {"text": TEXT})
    assert (problem["code"], problem["got"]) == ("ML-0404", "GRANTED")


def test_a_dialogue_has_an_end(desk_of: Desks) -> None:
    of = world_of_all()
    for _ in range(MOST_MESSAGES):
        say(of, HOSPITAL, about(of, "?"))
    problem = desk_of(of, "steward").refused(f"{path_of(of)}/messages", {"text": TEXT})
    assert (problem["code"], problem["got"]) == ("ML-0404", "100")


def test_the_history_shows_what_was_said(desk_of: Desks) -> None:
    of = world_of_all()
    asked = say(of, HOSPITAL, about(of, TEXT))
    say(of, PUBLISHER, about(of, "2026-114, Germany", inReplyTo=1))
    found = desk_of(of, "auditor").read(path_of(of))
    first, second = found["messages"]
    assert first == {
        "number": 1,
        "sender": {"number": 1, "name": "Universitätsklinikum Nord"},
        "sentAt": "2026-11-18T11:06:40Z",
        "inReplyTo": None,
        "text": TEXT,
        "visas": [],
        "digest": asked.digest,
        "missing": None,
        "block": asked.at.block,
    }
    assert (second["number"], second["inReplyTo"], second["text"]) == (2, 1, "2026-114, Germany")
    assert (found["state"], found["grant"], found["asOfBlock"]) == ("OPEN", None, HEAD)
    few = desk_of(of, "auditor").read(f"{path_of(of)}?fields=state,messages")
    assert few.keys() == {"asOfBlock", "indexLag", "state", "messages"}
    assert desk_of(of, "auditor").read(f"{path_of(of)}?asOf={HEAD - 1}")["messages"] == found["messages"]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("[]", "no object"),
        ('{"text": "x"}', "declares no schema"),
        ('{"format": "medledger-message/1", "text": "x"}', "does not keep to"),
        (
            json.dumps({"format": "medledger-message/1", "request": digest("another"), "text": "x"}),
            "about another request",
        ),
    ],
)
def test_a_document_that_is_no_message_is_told_as_missing(desk_of: Desks, document: str, why: str) -> None:
    """The contract takes any digest: another node may have sent what this one would not."""
    of = world_of_all()
    say(of, PUBLISHER, document)
    (shown,) = desk_of(of, "auditor").read(path_of(of))["messages"]
    assert (shown["text"], shown["inReplyTo"]) == (None, None)
    assert why in shown["missing"]


def test_a_document_that_is_away_is_told_as_missing(desk_of: Desks) -> None:
    of = world_of_all()
    message = say(of, PUBLISHER, about(of, "x"), stored=False)
    (shown,) = desk_of(of, "auditor").read(path_of(of))["messages"]
    assert (shown["digest"], shown["text"]) == (message.digest, None)
    assert "does not have" in shown["missing"]


def test_requests_are_listed_by_whose_turn_it_is(desk_of: Desks) -> None:
    of = world_of_all()
    desk, asked = desk_of(of, "auditor"), of.index.facts.requests[1].id

    def listed(state: str) -> list[str]:
        return [one["id"] for one in desk.read(f"/v1/requests?state={state}")["items"]]

    assert (asked in listed("OPEN"), listed("ASKED_BACK")) == (True, [])
    say(of, HOSPITAL, about(of, "?"))
    assert (asked in listed("OPEN"), listed("ASKED_BACK")) == (False, [asked])
    say(of, PUBLISHER, about(of, "!"))
    assert (asked in listed("OPEN"), listed("ASKED_BACK")) == (True, [])


def granting(of: World, **changed: Any) -> dict[str, Any]:
    """The body of a consent with the terms of the second request."""
    asked = of.index.facts.requests[1]
    return {
        "dataset": asked.wanted.dataset,
        "grantee": PUBLISHER,
        "versionFrom": 1,
        "basis": "CONSENT",
        "permission": "DS",
        "modifiers": ["GS"],
        "purposes": ["HRESCH", "MLTRAINING"],
        "operations": ["TRAIN", "FEDERATED_ROUND"],
        "condition": "MONDO:0007254",
        "regions": ["DE"],
        "notBefore": "2026-11-18T11:06:40Z",
        "expiresAt": "2027-02-16T11:06:40Z",
        "maxRounds": 5,
        "policyDigest": digest("policy"),
        "request": asked.id,
        **changed,
    }


def test_a_grant_is_what_was_asked_for_or_less(desk_of: Desks) -> None:
    of = world_of_all()
    desk = desk_of(of, "steward")
    assert desk.done("/v1/consents", granting(of)).function == "issue"
    assert desk.done("/v1/consents", granting(of, maxRounds=0, operations=["TRAIN"])).function == "issue"
    assert desk.done("/v1/consents", granting(of, maxRounds=6, request=None)).function == "issue"


def test_a_grant_of_more_is_refused_by_its_fields(desk_of: Desks) -> None:
    of = world_of_all()
    more = granting(of, maxRounds=6, expiresAt="2027-02-16T11:06:41Z")
    problem = desk_of(of, "steward").refused("/v1/consents", more)
    assert (problem["code"], problem["got"]) == ("ML-0101", "more in expiresAt, maxRounds")
    assert problem["fields"] == ["body.expiresAt", "body.maxRounds"]


def test_the_history_says_where_a_grant_is_narrower_or_wider(desk_of: Desks) -> None:
    of = world_of_all()
    facts = of.index.facts
    consent = facts.consents[0]
    terms = replace(consent.terms, max_rounds=facts.requests[1].wanted.max_rounds - 1, epsilon_budget=7)
    facts.consents[0] = replace(consent, terms=terms)
    facts.requests[1] = replace(facts.requests[1], consent=consent.id, answered_at=NOW)
    found = desk_of(of, "auditor").read(path_of(of))
    assert (found["state"], found["grant"]["consent"]["id"]) == ("GRANTED", consent.id)
    assert "maxRounds" in found["grant"]["narrower"]
    assert "epsilonBudget" in found["grant"]["wider"]


VISA = Visa(
    digest=digest("visa"),
    issuer="https://rems.example/",
    type="ControlledAccessGrants",
    value="https://repository.example/datasets/710",
    source="https://repository.example/dac",
    by=None,
    asserted="2026-11-01",
    expires="2027-11-01",
)
STATED = {name: value for name, value in asdict(VISA).items() if value is not None}


class OneVisa:
    """The Visas port of a node that knows one."""

    def read(self, visa: str, request: str, now: int) -> Visa:
        del request, now
        if visa != "its.one.visa":
            raise InvalidVisa("the visa cannot be read", needed="the one")
        return VISA


def trusting(of: World) -> World:
    of.node.requests._visas = OneVisa()
    return of


def test_of_a_visa_only_its_statement_is_sent(desk_of: Desks) -> None:
    of = trusting(world_of_all(organisation=PUBLISHER))
    body = {"text": TEXT, "visas": ["its.one.visa"]}
    command = desk_of(of, "publisher").done(f"{path_of(of)}/messages", body)
    content = of.node.documents.get(str(command.args[2]))
    assert json.loads(content)["visas"] == [STATED]
    require_card("message", json.loads(content))
    assert b"its.one.visa" not in content


def test_a_message_with_a_visa_that_is_not_taken_is_not_sent(desk_of: Desks) -> None:
    of = trusting(world_of_all(organisation=PUBLISHER))
    path = f"{path_of(of)}/messages"
    desk = desk_of(of, "publisher")
    assert desk.refused(path, {"text": TEXT, "visas": ["its.one.visa", "another"]})["code"] == "ML-0114"
    assert desk.refused(path, {"text": TEXT, "visas": ["x"] * 11})["code"] == "ML-0101"
    assert desk.refused(path, {"text": TEXT, "visas": ["x" * 8193]})["code"] == "ML-0101"


def test_a_node_without_issuers_takes_no_visas(desk_of: Desks) -> None:
    of = world_of_all(organisation=PUBLISHER)
    problem = desk_of(of, "publisher").refused(f"{path_of(of)}/messages", {"text": TEXT, "visas": ["its.one.visa"]})
    assert (problem["code"], problem["needed"]) == ("ML-0114", "`visas.issuers` in the node's configuration")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ([], (None, None)),
        ([STATED], (1, True)),
        ([{**STATED, "digest": digest("another")}], (None, None)),
        ([{**STATED, "value": "https://repository.example/datasets/711"}], (1, False)),
    ],
)
def test_a_visa_that_was_handed_over_is_compared(
    desk_of: Desks, said: list[dict[str, str]], found: tuple[int | None, bool | None]
) -> None:
    of = trusting(world_of_all())
    say(of, PUBLISHER, about(of, TEXT, **({"visas": said} if said else {})))
    desk = desk_of(of, "steward")
    answer = desk.client.post(f"{path_of(of)}/visas/check", json={"visa": "its.one.visa"}).json()
    assert (answer["message"], answer["agrees"]) == found
    assert answer["visa"] == {**STATED, "by": None}
    refused = desk.client.post(f"{path_of(of)}/visas/check", json={"visa": "another"}).json()
    assert refused["code"] == "ML-0114"
    assert desk.read(path_of(of))["messages"][0]["visas"] == [{**one, "by": None} for one in said]
