"""A request for a consent at three nodes: the hospital asks back, the publisher answers, the hospital decides, and the
regulator reads it all at its own node."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from ledger_node.client import Client, answers
from ledger_node.client.answers import Submission
from ledger_node.client.consents import Terms
from ledger_node.client.requests import Wanted
from ledger_node.domain.codes import DeclineReason, Modifier, Operation, Permission, Purpose, Region, RequestState
from ledger_node.errors import InvalidField, NotPermitted, RoleMissing, StateConflict
from ledger_node.localnet.network import Network
from tests.integration.pair import CARD, now, refused, some_digest


@dataclass(frozen=True, slots=True)
class Three:
    """Each asked with the key of who does it there: a steward, a publisher, an auditor."""

    hospital: Client
    publisher: Client
    regulator: Client
    number_of_publisher: int

    def everywhere(self, submission: Submission) -> Submission:
        """A write that did what it was to do, once all three have indexed it."""
        assert submission["receiptStatus"] == 1, submission
        assert submission["block"] is not None
        deadline = time.monotonic() + 60
        for node in (self.hospital, self.publisher, self.regulator):
            while node.node.get()["asOfBlock"] < submission["block"]:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        return submission

    def made(self, submission: Submission, what: str) -> str:
        outcome = self.everywhere(submission)["outcome"]
        assert outcome is not None
        return str(outcome[what])  # type: ignore[literal-required]

    def say(self, node: Client, request: str, text: str, in_reply_to: int | None = None) -> None:
        self.everywhere(node.requests.send_message(request, text, in_reply_to=in_reply_to, wait=30))


@pytest.fixture(scope="module")
def three(consortium: Network) -> Iterator[Three]:
    who = (("hospital-a", "steward"), ("publisher", "publisher"), ("regulator", "auditor"))
    with ExitStack() as open_:
        members = [(consortium.member(slug), role) for slug, role in who]
        nodes = [open_.enter_context(Client(one.url, one.api_keys[role], timeout=60)) for one, role in members]
        yield Three(*nodes, nodes[1].node.get()["organisation"]["number"])


@pytest.fixture(scope="module")
def dataset(three: Three) -> str:
    return three.made(three.hospital.datasets.register(CARD), "dataset")


@pytest.fixture
def wanted(dataset: str) -> Wanted:
    return Wanted(
        dataset=dataset,
        purposes=Purpose.MLTRAINING,
        operations=Operation.TRAIN | Operation.EXPORT_WEIGHTS,
        not_before=now(),
        expires_at=now() + timedelta(days=10),
        card=CARD,
        regions=Region.DE | Region.FR,
        max_rounds=5,
    )


@pytest.fixture
def request_(three: Three, wanted: Wanted) -> str:
    return three.made(three.publisher.requests.make(wanted), "request")


def granting(three: Three, wanted: Wanted, request: str) -> Terms:
    """The terms that were asked for."""
    return Terms(
        dataset=wanted.dataset,
        grantee=three.number_of_publisher,
        permission=Permission.GRU,
        modifiers=Modifier.GS,
        purposes=wanted.purposes,
        operations=wanted.operations,
        not_before=wanted.not_before,
        expires_at=wanted.expires_at,
        regions=wanted.regions,
        max_rounds=wanted.max_rounds,
        policy_digest=some_digest(),
        request=request,
    )


def seen_by_all(three: Three, request: str) -> answers.Request:
    """The history, which is the same at all three nodes."""
    hospital, publisher, regulator = (
        one.requests.get(request) for one in (three.hospital, three.publisher, three.regulator)
    )
    for one in (hospital, publisher, regulator):
        one.pop("asOfBlock")
        one.pop("indexLag")
    assert hospital == publisher == regulator
    return regulator


def turn(three: Three, request: str) -> list[str]:
    """In which of the lists of open requests the regulator finds it."""
    states = (RequestState.OPEN, RequestState.ASKED_BACK)
    return [one.name for one in states if request in {r["id"] for r in three.regulator.requests.all(state=one)}]


def test_a_request_is_talked_about_and_granted_for_less(three: Three, wanted: Wanted, request_: str) -> None:
    assert turn(three, request_) == ["OPEN"]
    three.say(three.hospital, request_, "Which ethics vote covers the export of weights?\nUntil when?")
    assert turn(three, request_) == ["ASKED_BACK"]
    three.say(three.publisher, request_, "Vote 2026-114, until 2028.", in_reply_to=1)
    assert turn(three, request_) == ["OPEN"]

    narrower = replace(granting(three, wanted, request_), max_rounds=1, regions=Region.DE)
    consent = three.made(three.hospital.consents.issue(narrower), "consent")

    found = seen_by_all(three, request_)
    assert (found["state"], found["consent"]) == ("GRANTED", consent)
    assert [(one["number"], one["text"], one["inReplyTo"]) for one in found["messages"]] == [
        (1, "Which ethics vote covers the export of weights?\nUntil when?", None),
        (2, "Vote 2026-114, until 2028.", 1),
    ]
    assert [one["sender"]["name"] for one in found["messages"]] == ["Hospital A", "Ultrasound Publisher"]
    assert found["messages"][0]["sentAt"] <= found["messages"][1]["sentAt"] <= str(found["answeredAt"])
    grant = found["grant"]
    assert grant is not None
    assert (grant["narrower"], grant["wider"], grant["consent"]["id"]) == (["regions", "maxRounds"], [], consent)
    over = refused(lambda: three.publisher.requests.send_message(request_, "Thank you"))
    assert isinstance(over, StateConflict)


def test_a_request_is_talked_about_and_declined(three: Three, request_: str) -> None:
    three.say(three.hospital, request_, "Is there an ethics vote?")
    three.say(three.publisher, request_, "No.", in_reply_to=1)
    three.everywhere(three.hospital.requests.decline(request_, DeclineReason.ETHICS_REFUSED))
    found = seen_by_all(three, request_)
    assert (found["state"], found["declineReason"], found["grant"]) == ("DECLINED", "ETHICS_REFUSED", None)
    assert [one["text"] for one in found["messages"]] == ["Is there an ethics vote?", "No."]
    assert turn(three, request_) == []


def test_a_grant_of_more_than_was_asked_for_is_refused(three: Three, wanted: Wanted, request_: str) -> None:
    more = replace(granting(three, wanted, request_), max_rounds=6)
    error = refused(lambda: three.hospital.consents.issue(more))
    assert isinstance(error, InvalidField)
    assert error.facts["fields"] == ["body.maxRounds"]
    assert seen_by_all(three, request_)["state"] == "OPEN"


def test_only_the_two_sides_talk(three: Three, consortium: Network, request_: str) -> None:
    def says(slug: str, role: str) -> Callable[[], object]:
        member = consortium.member(slug)

        def say() -> object:
            with Client(member.url, member.api_keys[role], timeout=60) as node:
                return node.requests.send_message(request_, "?")

        return say

    assert isinstance(refused(says("regulator", "operator")), NotPermitted)
    assert isinstance(refused(says("hospital-b", "steward")), NotPermitted)
    assert isinstance(refused(says("hospital-a", "auditor")), RoleMissing)
    assert seen_by_all(three, request_)["messages"] == []


def test_what_was_said_is_there_as_of_then(three: Three, request_: str) -> None:
    before = three.regulator.node.get()["asOfBlock"]
    three.say(three.hospital, request_, "?")
    assert three.regulator.requests.get(request_, as_of=before)["messages"] == []
    (message,) = three.regulator.requests.get(request_)["messages"]
    (event,) = three.regulator.events.list(after=message["block"] - 1, types=["request.message-sent"]).items
    assert event["subject"] == request_
