"""Events to a real receiver that fails in every way: nothing is lost, the order is kept, a repeat has the same id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from ledger_node.domain.command import Idempotency
from ledger_node.domain.feed import BEGINNING, FeedPosition
from ledger_node.domain.position import Position
from ledger_node.domain.webhook import Webhook, WebhookState
from ledger_node.errors import IdempotencyKeyReused, NotFound, StateConflict
from ledger_node.metrics import Metrics
from ledger_node.ports import Posted
from ledger_node.services import delivering
from ledger_node.services.delivering import Delivering
from ledger_node.services.feed import Feed
from ledger_node.services.webhooks import OVERLAP, WebhookDesk
from ledger_node.store.database import Database
from ledger_node.store.webhooks import SqlWebhooks
from ledger_node.webhooks.posting import HttpPoster
from ledger_node.webhooks.targets import Rules
from tests.fakes import FakeClock, digest
from tests.receiver import FINE, Receiver, closes, hangs, receiving, says
from tests.unit.indexer.test_feed import follow
from tests.unit.indexer.test_follower import World as Chain

HOUR = 3600
LOCAL = Rules(http=True, private=True)


class AtOnce(Executor):
    """Runs what it is given before it returns."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*given, **named))
        return done


class Later(Executor):
    """Keeps what it is given until it is told to run it."""

    def __init__(self) -> None:
        self.kept: list[Callable[[], Any]] = []

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        self.kept.append(partial(work, *given, **named))
        return Future()

    def run(self) -> None:
        while self.kept:
            self.kept.pop(0)()


@dataclass
class Sending:
    """A chain whose events go to a receiver, at a time of ours."""

    chain: Chain
    clock: FakeClock
    webhooks: SqlWebhooks
    desk: WebhookDesk
    delivering: Delivering
    receiver: Receiver

    def tell(self, *numbers: int) -> None:
        for number in numbers:
            self.chain.dataset(number)
        follow(self.chain)

    def turn(self, depth: int) -> None:
        self.chain.ledger.reorganise(depth)
        for _ in range(depth + 1):
            self.chain.ledger.mine()
        follow(self.chain)

    def make(self, key: str = "a", **asked: Any) -> Webhook:
        once = Idempotency(key, digest(1))
        return self.desk.make(self.receiver.url, asked.get("types", ()), asked.get("after", BEGINNING), once)

    def run(self, seconds: int = 0, step: int = 5) -> None:
        """As the worker does, for a simulated time."""
        for _ in range(0, seconds + 1, step):
            self.delivering.step()
            self.clock.time += step

    def one(self) -> Webhook:
        (found,) = self.webhooks.all()
        return found


@pytest.fixture
def sending(database: Database) -> Iterator[Sending]:
    chain, clock, webhooks = Chain(database), FakeClock(), SqlWebhooks(database)
    feed = Feed(chain.index, chain.ledger.deployment)
    poster = HttpPoster(LOCAL, limit=5.0)
    with receiving() as receiver:
        yield Sending(
            chain,
            clock,
            webhooks,
            WebhookDesk(feed, webhooks, poster, clock, lambda: None),
            Delivering(feed, webhooks, poster, clock, Metrics(), AtOnce()),
            receiver,
        )


def test_events_arrive_once_in_their_order(sending: Sending) -> None:
    sending.tell(1, 2)
    sending.make()
    sending.run()
    sending.tell(3)
    sending.run()
    sending.turn(1)
    sending.tell(4)
    sending.run(20)
    assert sending.receiver.numbers == [1, 2, 3, -3, 4]
    assert sending.one().delivered == 5
    ids = [one.headers["webhook-id"] for one in sending.receiver.got]
    assert ids == [one.event["id"] for one in sending.receiver.got]
    assert len(set(ids)) == 5


def test_a_receiver_that_fails_for_an_hour_loses_nothing(sending: Sending) -> None:
    sending.receiver.behaviour = says(500)
    sending.make()
    sending.tell(1, 2, 3)
    sending.run(HOUR)
    tried = len(sending.receiver.got)
    assert 8 <= tried <= 14  # after 5 seconds, 10, 20 …
    assert set(sending.receiver.numbers) == {1}
    assert len({one.headers["webhook-id"] for one in sending.receiver.got}) == 1
    assert len({one.headers["webhook-timestamp"] for one in sending.receiver.got}) == tried
    assert (sending.one().failures, sending.one().failure) == (tried, "status 500")
    sending.receiver.behaviour = FINE
    sending.run(2 * HOUR, step=60)
    assert sending.receiver.numbers[tried:] == [1, 2, 3]
    assert (sending.one().failures, sending.one().failing_since, sending.one().failure) == (0, None, None)


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [(hangs, "timeout"), (closes, "unreachable"), (says(302, Location="http://127.0.0.1:1/"), "status 302")],
)
def test_what_is_no_confirmation_is_tried_again(sending: Sending, behaviour: Any, failure: str) -> None:
    sending.receiver.behaviour = behaviour
    patient = sending.delivering._poster
    if behaviour is hangs:
        sending.delivering._poster = HttpPoster(LOCAL, limit=0.3)
    sending.make()
    sending.tell(1, 2)
    sending.run()
    assert sending.one().failure == failure
    sending.delivering._poster, sending.receiver.behaviour = patient, FINE
    sending.run(10)
    assert sending.receiver.numbers == [1, 1, 2]


def test_after_a_day_it_is_dead_until_an_operator_replays_it(sending: Sending) -> None:
    sending.receiver.behaviour = says(503)
    made = sending.make()
    sending.tell(1, 2)
    sending.run(26 * HOUR, step=600)
    assert sending.one().state is WebhookState.DEAD
    tried = len(sending.receiver.got)
    assert sending.clock.time - sending.one().failing_since >= 24 * HOUR  # type: ignore[operator]
    sending.receiver.behaviour = FINE
    sending.run(HOUR, step=60)
    assert len(sending.receiver.got) == tried
    waiting = sending.desk.waiting(sending.one())
    assert waiting is not None
    assert waiting.id == sending.receiver.got[0].headers["webhook-id"]
    sending.desk.replay(made.id, None)
    sending.run()
    assert sending.receiver.numbers[tried:] == [1, 2]
    sending.desk.replay(made.id, BEGINNING)
    sending.run()
    assert sending.receiver.numbers[tried:] == [1, 2, 1, 2]


def test_gone_is_gone(sending: Sending) -> None:
    sending.receiver.behaviour = says(410)
    sending.make()
    sending.tell(1)
    sending.run(HOUR)
    assert sending.one().state is WebhookState.GONE
    assert len(sending.receiver.got) == 1


def test_what_may_have_arrived_and_was_taken_back_is_told_as_reverted(sending: Sending) -> None:
    sending.make()
    sending.tell(1)
    sending.run()
    sending.receiver.behaviour = closes  # it has the event, and its answer is lost
    sending.tell(2)
    sending.run()
    sending.receiver.behaviour = FINE
    sending.turn(1)
    sending.tell(3)
    sending.run(20)
    assert sending.receiver.numbers == [1, 2, -2, 3]


def test_a_revert_whose_answer_is_lost_is_told_again_also_when_the_event_is_back(sending: Sending) -> None:
    sending.make()
    sending.tell(1, 2)
    sending.run()
    ledger = sending.chain.ledger
    blocks, logs = list(ledger.blocks), list(ledger.logs)
    sending.receiver.behaviour = closes
    sending.turn(1)
    sending.run()
    sending.receiver.behaviour = FINE
    ledger.blocks, ledger.logs = blocks, logs
    ledger.fork += 1
    for _ in range(3):
        ledger.mine()
    follow(sending.chain)
    sending.run(20)
    assert sending.receiver.numbers == [1, 2, -2, -2, 2]
    ids = [one.headers["webhook-id"] for one in sending.receiver.got]
    assert ids[2] == ids[3]
    assert len(set(ids)) == 4


def test_types_select(sending: Sending) -> None:
    sending.make("a", types=("consent",))
    sending.make("b", types=("dataset.registered",))
    sending.tell(1)
    sending.run()
    assert sending.receiver.numbers == [1]
    consents, datasets = sorted(sending.webhooks.all(), key=lambda one: one.types)
    assert (consents.delivered, datasets.delivered) == (0, 1)


def test_a_process_that_ended_while_it_sent_goes_on_with_the_same_event(sending: Sending) -> None:
    sending.make()
    sending.tell(1, 2)

    class Killed(HttpPoster):
        def post(self, *given: Any) -> Posted:
            super().post(*given)
            raise SystemExit

    sending.delivering._poster = Killed(LOCAL)
    with pytest.raises(SystemExit):
        sending.run()
    sending.delivering._poster = HttpPoster(LOCAL)
    sending.run()
    assert sending.receiver.numbers == [1, 1, 2]
    ids = [one.headers["webhook-id"] for one in sending.receiver.got]
    assert ids[0] == ids[1]


def test_only_the_writer_sends(sending: Sending) -> None:
    sending.make()
    sending.tell(1)
    sending.chain.database.epoch = 99
    sending.run()
    assert sending.receiver.got == []


def test_a_webhook_that_is_removed_or_replayed_meanwhile_is_left_as_it_was_said(sending: Sending) -> None:
    made = sending.make()
    sending.tell(1, 2)

    class Meanwhile(HttpPoster):
        def post(self, *given: Any) -> Posted:
            sending.desk.replay(made.id, sending.desk._feed.end_of(None))
            return super().post(*given)

    sending.delivering._poster = Meanwhile(LOCAL)
    sending.delivering.step()
    assert sending.one().position == sending.desk._feed.end_of(None)
    assert sending.receiver.numbers == [1]
    sending.desk.remove(made.id)
    with pytest.raises(NotFound):
        sending.desk.get(made.id)


def test_a_delivery_that_ends_while_the_due_ones_are_read_is_not_done_again(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending.make()
    sending.tell(1, 2, 3)
    pool, due = Later(), sending.webhooks.due
    sending.delivering._pool = pool
    sending.delivering.step()

    def ends_meanwhile(now: int) -> list[Webhook]:
        read = due(now)
        pool.run()
        return read

    monkeypatch.setattr(sending.webhooks, "due", ends_meanwhile)
    sending.delivering.step()
    reached = sending.one().position
    pool.run()
    assert sending.receiver.numbers == [1, 2, 3]
    assert sending.one().position == reached == sending.desk._feed.end_of(None)


def test_what_was_read_before_it_moved_on_is_not_noted(sending: Sending) -> None:
    known = sending.make()
    sending.tell(1, 2)
    sending.run()
    moved = sending.one()
    assert not sending.webhooks.note(known, position=BEGINNING)
    assert sending.one() == moved


def test_a_webhook_that_is_removed_before_it_is_tried_again_is_sent_nothing_more(sending: Sending) -> None:
    sending.receiver.behaviour = says(500)
    made = sending.make()
    sending.tell(1)
    sending.run()
    pool = Later()
    sending.delivering._pool = pool
    sending.delivering.step()
    sending.desk.remove(made.id)
    pool.run()
    assert len(sending.receiver.got) == 1


def test_a_position_of_another_history_is_dead_at_once(sending: Sending) -> None:
    sending.make(after=FeedPosition(Position(1, 0), "ab" * 8))
    sending.tell(1)
    sending.run()
    assert (sending.one().state, sending.one().failure) == (WebhookState.DEAD, delivering.LOST)


def test_an_index_that_is_behind_keeps_a_webhook_waiting(sending: Sending) -> None:
    sending.tell(1)
    sending.chain.dataset(2)
    sending.make(after=FeedPosition.of(Position(2, 0), sending.chain.ledger.blocks[2].hash))
    sending.run(20)
    assert (sending.one().state, sending.receiver.got) == (WebhookState.ACTIVE, [])
    sending.tell(3)
    sending.run()
    assert (sending.one().state, sending.receiver.numbers) == (WebhookState.ACTIVE, [3])


def test_what_nobody_wants_is_not_read_again_and_again(sending: Sending) -> None:
    sending.make(types=("consent",))
    sending.tell(*range(1, 103))
    sending.run()
    assert sending.one().position == sending.desk._feed.end_of(None)


def test_a_key_makes_one_webhook(sending: Sending) -> None:
    made = sending.make("key")
    assert sending.make("key") == made
    with pytest.raises(IdempotencyKeyReused):
        sending.make("key", types=("consent",))
    assert sending.make("other").id != made.id


def test_a_repeat_shows_no_secret_that_came_later(sending: Sending) -> None:
    made = sending.make("key")
    sending.desk.rotate(made.id)
    sending.clock.time += 2 * OVERLAP
    with pytest.raises(StateConflict):
        sending.make("key")


def test_a_secret_is_replaced_without_loss(sending: Sending) -> None:
    first = sending.make().secrets_at(0)
    second = sending.desk.rotate(sending.one().id)
    third = sending.desk.rotate(second.id)
    signs = third.secrets_at(sending.clock.time)
    assert signs[1:] == second.secrets_at(sending.clock.time)
    assert signs[2:] == first
    assert third.secrets_at(sending.clock.time + OVERLAP) == signs[:1]
    for _ in range(2):
        sending.desk.rotate(second.id)
    with pytest.raises(StateConflict):
        sending.desk.rotate(second.id)
    sending.clock.time += OVERLAP
    assert len(sending.desk.rotate(second.id).secrets) == 2


def test_of_two_who_replace_a_secret_at_once_one_is_told_so(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sending.make()
    shown = sending.desk.rotate(made.id)
    monkeypatch.setattr(sending.webhooks, "find", lambda _: made)  # as it was before the other
    with pytest.raises(StateConflict):
        sending.desk.rotate(made.id)
    assert sending.one() == shown


def test_there_is_an_end_of_webhooks(sending: Sending) -> None:
    made = sending.make()
    with pytest.raises(StateConflict):
        sending.webhooks.add(replace(made, id="wh_2"), 1)
