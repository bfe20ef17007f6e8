"""Python's search for objects in cycles, put off while a step is read and written.

A step makes some hundred thousand objects of which none is in a cycle: they are freed by their counts. To look through
all of them each time that a few hundred more are made costs a third of the time that indexing takes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_depth = 0


@contextmanager
def search_put_off() -> Iterator[None]:
    """For the whole process, until the last of those who asked for it is done. Nothing when it is switched off."""
    global _depth
    with _lock:
        begun = gc.isenabled() or _depth > 0
        _depth += begun
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _depth -= begun
            if begun and _depth == 0:
                gc.enable()
