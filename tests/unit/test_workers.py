"""The threads of a node: who works when, and what ends nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from ledger_node.errors import ChainUnreachable, MedLedgerError, NotTheWriter, WrongChain
from ledger_node.workers import Task, Workers


class Writing:
    """A lease without a store. What is put into `raising` the next look raises."""

    def __init__(self, epoch: int | None = 1) -> None:
        self.epoch = epoch
        self.free = False
        self.raising: list[Exception] = []
        self.looks = 0
        self.begun: list[int | None] = []

    @property
    def held(self) -> bool:
        return self.epoch is not None

    def _look(self) -> None:
        self.looks += 1
        if self.raising:
            raise self.raising.pop()

    def take(self) -> bool:
        self._look()
        if self.free:
            self.epoch = 7
        return self.free

    def beat(self) -> bool:
        self._look()
        return self.held

    def lose(self) -> None:
        self.epoch = None

    def release(self) -> None:
        self.epoch = None

    @contextmanager
    def term(self) -> Iterator[int | None]:
        self.begun.append(self.epoch)
        yield self.epoch


class Story:
    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.failures: dict[str, list[str]] = {"worker": [], "led": [], "writing": []}
        self.stood_by = 0
        self._workers: Workers | None = None

    def run(self, task: Task, led: Task | None = None, gathering: tuple[str, ...] = ()) -> None:
        self._workers = Workers(
            self.writing,
            {"worker": task} if led is None else {"worker": task, "led": led},
            poll_seconds=0.01,
            beat_seconds=0.01,
            note_failure=self.note_failure,
            stand_by=self.stand_by,
            leads=None if led is None else {"worker": ("led",)},
            gathering=gathering,
        )
        self._workers.start()

    def note_failure(self, worker: str, failure: str) -> None:
        self.failures[worker].append(failure)

    def stand_by(self) -> None:
        self.stood_by += 1

    def stop(self) -> None:
        if self._workers is not None:
            self._workers.stop()


@pytest.fixture
def story() -> Iterator[Story]:
    made = Story(Writing())
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger_node.workers.RETRY_SECONDS", 0.01)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Steps:
    """A worker whose steps raise what is listed, then work."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.done = 0

    def __call__(self) -> int:
        if self.errors:
            raise self.errors.pop(0)
        self.done += 1
        return 0


def test_standby_works_when_the_writing_is_free(story: Story) -> None:
    story.writing.epoch = None
    steps = Steps()
    story.run(steps)
    until(lambda: story.stood_by > 2)
    assert steps.done == 0
    story.writing.free = True
    until(lambda: steps.done > 0)


def test_writer_that_was_overtaken_stands_by(story: Story) -> None:
    steps = Steps()
    story.run(steps)
    until(lambda: steps.done > 0)
    story.writing.lose()
    until(lambda: story.stood_by > 2)
    done = steps.done
    time.sleep(0.05)
    assert steps.done == done


@pytest.mark.parametrize("error", [ChainUnreachable("away"), OSError("full"), KeyError("x")])
def test_step_that_fails_is_told_and_tried_again(story: Story, error: Exception) -> None:
    steps = Steps(error)
    story.run(steps)
    until(lambda: steps.done > 0)
    told = error.code if isinstance(error, MedLedgerError) else type(error).__name__
    assert story.failures["worker"][:2] == [told, ""]


def test_what_cannot_pass_ends_the_worker_when_it_is_met_again_and_again(story: Story) -> None:
    steps = Steps(*[WrongChain("other")] * 3)
    story.run(steps)
    until(lambda: len(story.failures["worker"]) == 3)
    time.sleep(0.05)
    assert steps.done == 0
    assert story.failures["worker"][-1] == WrongChain.code


@pytest.mark.parametrize("error", [RuntimeError("a fault"), OSError("full"), AttributeError("x")])
@pytest.mark.parametrize("epoch", [1, None])
def test_nothing_ends_the_thread_that_keeps_the_writing(story: Story, epoch: int | None, error: Exception) -> None:
    story.writing.epoch = epoch
    story.writing.raising = [error]
    story.run(Steps())
    until(lambda: story.writing.looks > 3)
    assert story.failures["writing"][:2] == [type(error).__name__, ""]


def test_step_of_a_former_term_is_given_up_and_the_regained_writing_kept(story: Story) -> None:
    """Lost and taken again while one step went on: what that step would write is refused, and the next may write."""
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def task() -> int:
        if ended.is_set():
            return 0
        began.set()
        go_on.wait(10)
        ended.set()
        raise NotTheWriter("of a former term")

    story.run(task)
    assert began.wait(10)
    story.writing.lose()
    until(lambda: story.stood_by > 0)
    story.writing.free = True
    until(lambda: story.writing.epoch == 7)
    story.writing.free = False
    go_on.set()
    until(lambda: story.writing.begun[-1] == 7)
    assert story.writing.begun[0] == 1
    assert story.writing.held


def test_worker_that_another_wakes_rests_until_then(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger_node.workers.REST_SECONDS", 600.0)
    moved = threading.Event()

    def leader() -> int:
        if moved.is_set():
            moved.clear()
            return 1
        return 0

    led = Steps()
    story.run(leader, led)
    for times in range(1, 5):
        until(lambda times=times: led.done == times)  # type: ignore[misc]
        time.sleep(0.05)  # many polls
        assert led.done == times
        moved.set()


def test_what_comes_within_a_moment_is_worked_at_together(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger_node.workers.GATHER_SECONDS", 0.2)
    at: list[float] = []

    def step() -> int:
        at.append(time.monotonic())
        return 1

    story.run(step, gathering=("worker",))
    until(lambda: len(at) == 4)
    assert all(later - earlier > 0.19 for earlier, later in pairwise(at))
