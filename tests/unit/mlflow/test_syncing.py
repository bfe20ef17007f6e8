"""A write's idempotency key, and what a sync says of a state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from ledger_node.client import Client
from ledger_node.errors import ContractRefused, StateConflict
from ledger_node.mlflow.registered import REFUSED, RegisteredVersion
from ledger_node.mlflow.syncing import Syncing, key_of, state_of
from ledger_node.mlflow.tracking import Tracking

VERSION = RegisteredVersion("liver", 3, "r1", "models:/m-1", True, {"medledger.publish": "true"})


def test_key_follows_from_what_does_not_change() -> None:
    assert key_of(VERSION) == key_of(replace(VERSION, tags={}, source="runs:/r1/model"))
    others = [
        replace(VERSION, name="liver\0003"),
        replace(VERSION, number=33),
        replace(VERSION, run="r2"),
        replace(VERSION, tags={REFUSED: "s1"}),
        replace(VERSION, tags={REFUSED: "s2"}),
    ]
    assert len({key_of(one) for one in [VERSION, *others]}) == 6
    assert len(key_of(VERSION)) <= 128


class Noted:
    """A tracking server's tags."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}

    def tag(self, version: RegisteredVersion, name: str, value: str) -> None:
        self.tags[name] = value


def test_what_the_contract_refused_is_asked_anew_under_another_key() -> None:
    noted = Noted()
    syncing = Syncing(cast(Client, None), cast(Tracking, noted))
    keys = []

    def refused(key: str) -> Any:
        keys.append(key)
        raise ContractRefused("no", submission={"id": "s1"})

    with pytest.raises(ContractRefused):
        syncing.submitted(VERSION, refused)
    again = replace(VERSION, tags=noted.tags)
    with pytest.raises(ContractRefused):
        syncing.submitted(again, refused)
    assert noted.tags == {REFUSED: "s1"}
    assert len(set(keys)) == 2


@pytest.mark.parametrize(("standing", "state"), [(0, "RELEASED"), (2, "RECALLED")])
def test_state_is_that_of_a_standing_recall_first(standing: int, state: str) -> None:
    version: Any = {"lifecycle": "RELEASED", "standingRecalls": standing}
    assert state_of(version) == state


def test_what_was_cancelled_at_the_node_is_no_version() -> None:
    noted = Noted()
    cancelled: Any = {"id": "s7", "state": "mined", "outcome": {"cancelled": True}}
    with pytest.raises(StateConflict):
        Syncing(cast(Client, None), cast(Tracking, noted)).submitted(VERSION, lambda key: cancelled)
    assert noted.tags == {REFUSED: "s7"}
