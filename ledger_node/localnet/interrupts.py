"""SIGINT and SIGTERM as exceptions, held back while a process is being made known or everything is being stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_holds = 0  # sections that no signal may cut, one inside the other
_arrived: int | None = None  # the signal that nobody has acted on yet


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt and SIGTERM SystemExit inside. Without effect outside the main thread."""
    global _arrived
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(sign, signal.signal(sign, _arrive)) for sign in SIGNALS]
    try:
        yield
    finally:
        for sign, handler in before:
            signal.signal(sign, signal.SIG_DFL if handler is None else handler)
        if _arrive not in (handler for _, handler in before):
            _arrived = None


@contextmanager
def held(*, then_raise: bool = True) -> Iterator[None]:
    """No signal cuts what is inside. One that came raises at the end, unless what is inside was the answer to it."""
    global _arrived, _holds
    _holds += 1
    try:
        yield
    finally:
        _holds -= 1
        if not then_raise:
            _arrived = None
    if then_raise:
        check()


def check() -> None:
    """Raises for a signal that came while it was held back, or whose exception was lost where none can be raised."""
    if _holds or _arrived is None or threading.current_thread() is not threading.main_thread():
        return
    if _arrived == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + _arrived)


def _arrive(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    global _arrived
    _arrived = number
    check()
