"""Who puts the search for cycles off leaves it as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ledger_node.indexer.cycles import search_put_off


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_it_goes_on_when_the_last_is_done() -> None:
    first, second = search_put_off(), search_put_off()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), search_put_off():
        1 / 0  # noqa: B018
    assert gc.isenabled()


def test_it_stays_off_for_those_who_switched_it_off() -> None:
    gc.disable()
    with search_put_off(), search_put_off():
        pass
    assert not gc.isenabled()
