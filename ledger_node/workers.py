"""The threads of a node: one keeps or campaigns for the writing, the others work while this process has it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ledger_node.errors import MedLedgerError, NotTheWriter, Retry

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # a worker's pause after a failure
REST_SECONDS = 1.0  # between two looks of a worker that another one wakes
GATHER_SECONDS = 0.1  # from one step's beginning to the next, of a worker whose step costs as much for one as for many
STUBBORN = 3  # times in a row that what cannot pass is met until it is believed: one answer may have been wrong

#: One step of a worker: how much moved.
Task = Callable[[], int]


class Writing(Protocol):
    """The right to write a store that several processes may share. `epoch` rises with each takeover, and is None when
    this process is not the writer; what is written inside `term` is refused once that epoch is over."""

    @property
    def epoch(self) -> int | None: ...
    @property
    def held(self) -> bool: ...
    def term(self) -> AbstractContextManager[int | None]: ...
    def take(self) -> bool: ...
    def beat(self) -> bool: ...
    def lose(self) -> None: ...
    def release(self) -> None: ...


class Workers:
    """`tasks` are the workers by name. They look each `poll_seconds`, except those that others wake: `leads` says who
    wakes whom when something moved. `beat_seconds` lie between two beats of a writer, and between two looks of a
    standby; `note_failure` is told a worker's failure, empty when it works; `stand_by` is called now and then while
    another process writes. Those that are `gathering` let come together what comes within GATHER_SECONDS."""

    def __init__(
        self,
        writing: Writing,
        tasks: Mapping[str, Task],
        *,
        poll_seconds: float,
        beat_seconds: float,
        note_failure: Callable[[str, str], None],
        stand_by: Callable[[], None],
        leads: Mapping[str, Sequence[str]] | None = None,
        gathering: Collection[str] = (),
    ) -> None:
        self._writing = writing
        self._leads = leads or {}
        self._gathering = frozenset(gathering)
        led = {name for names in self._leads.values() for name in names}
        self._idle_seconds = {name: max(poll_seconds, REST_SECONDS if name in led else 0.0) for name in tasks}
        self._beat_seconds = beat_seconds
        self._note_failure = note_failure
        self._stand_by = stand_by
        self._stop = threading.Event()
        self._leading = threading.Event()
        self._wakes = {name: threading.Event() for name in tasks}
        self._threads = [
            threading.Thread(target=self._work, name=name, args=(name, task), daemon=True)
            for name, task in tasks.items()
        ]
        self._threads.append(threading.Thread(target=self._campaign, name="writing", daemon=True))

    def start(self) -> None:
        if self._writing.held:
            self._leading.set()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Waits until nobody works, then lets another process write."""
        self._stop.set()
        self._leading.set()  # lets those go on that wait for it, to their end
        self.wake(*self._wakes)
        for thread in self._threads:
            thread.join(timeout=30)
        if self._writing.held:
            self._writing.release()

    def wake(self, *names: str) -> None:
        """There is work for these."""
        for name in names:
            self._wakes[name].set()

    def _campaign(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except MedLedgerError as error:
                # Without its store nobody writes: what a worker tries fails by itself.
                log.warning("writing waits", extra={"code": error.code})
            except Exception as error:
                # Without beats another process would take over, and without looks this one never would.
                self._note_failure("writing", type(error).__name__)
                log.exception("the writing is not kept and is tried again")
            else:
                self._note_failure("writing", "")
            self._stop.wait(self._beat_seconds)

    def _look(self) -> None:
        if self._leading.is_set():
            if not self._writing.beat():
                self._step_down()
        elif self._writing.take():
            log.info("this process writes now")
            self._leading.set()
        else:
            self._stand_by()

    def _step_down(self) -> None:
        log.warning("another process writes now")
        self._leading.clear()
        self._writing.lose()

    def _work(self, name: str, task: Task) -> None:
        """Calls one worker's step until the node stops. What may pass is tried again; what cannot pass stops the
        worker, loudly: a node that cannot read its chain must not answer as if it could."""
        hopeless = 0
        while not self._stop.is_set():
            if not self._leading.wait(self._beat_seconds):
                continue
            began, at = self._writing.epoch, time.monotonic()
            try:
                with self._writing.term():
                    moved = task()
            except NotTheWriter:
                if self._writing.epoch == began:  # else it was regained while this step went on
                    self._step_down()
            except MedLedgerError as error:
                self._note_failure(name, error.code)
                hopeless = 0 if error.retry is Retry.SAFE else hopeless + 1
                if hopeless == STUBBORN:
                    log.critical("%s stopped", name, extra={"code": error.code})
                    return
                log.warning("%s waits", name, extra={"code": error.code})
                self._stop.wait(RETRY_SECONDS)
            except Exception as error:
                # A full disk, a locked database: nothing is lost, since every step begins from the store.
                self._note_failure(name, type(error).__name__)
                log.exception("%s failed and tries again", name)
                self._stop.wait(RETRY_SECONDS)
            else:
                hopeless = 0
                self._note_failure(name, "")
                if moved:
                    self.wake(*self._leads.get(name, ()))
                else:
                    self._wakes[name].wait(self._idle_seconds[name])
                    self._wakes[name].clear()
                if name in self._gathering:
                    self._stop.wait(max(0.0, at + GATHER_SECONDS - time.monotonic()))
