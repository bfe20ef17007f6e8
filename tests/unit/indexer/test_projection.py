"""Events make rows; every event of every packaged ABI has its projection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger_node.chain.abi import event_names
from ledger_node.domain.codes import Act, Refusal
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.errors import UnknownEvent
from ledger_node.indexer.projection import PROJECTIONS, STANDARD, rows_of
from ledger_node.ports import Checkpoint, Row, Step
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import open_alone
from ledger_node.store.schema import INDEX_TABLES
from tests.fakes import address
from tests.unit.indexer.synthetic import examples

ID = "0x" + "ab" * 32
EVENTS = examples()
GENESIS = Checkpoint(0, ID, 0)


def named(event: Event) -> str:
    return event.name


def event(name: str, **args: object) -> Event:
    return Event(Position(7, 3), ID, ID, "consents", name, args, 2)


def only(rows: list[Row], table: str) -> dict[str, object]:
    (found,) = (row.values for row in rows if row.table == table)
    return found


def test_every_event_of_every_contract_has_a_projection() -> None:
    assert set(PROJECTIONS) == set(event_names())


def test_every_table_is_written_by_some_event() -> None:
    assert {row.table for event in EVENTS for row in rows_of(event)} == set(INDEX_TABLES)


@pytest.mark.parametrize("one", EVENTS, ids=named)
def test_rows_carry_the_events_position_and_fit_their_tables(one: Event) -> None:
    rows = rows_of(one)
    assert rows[0].table == "event"
    assert (len(rows) == 1) is (one.name in STANDARD)
    for row in rows:
        assert (row.values["block"], row.values["log_index"]) == (7, 3)
        assert set(row.values) == set(INDEX_TABLES[row.table].columns.keys())


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlIndex]:
    database = open_alone(f"sqlite:///{tmp_path_factory.mktemp('index') / 'node.db'}")
    made = SqlIndex(database)
    made.begin(GENESIS)
    yield made
    database.close()


@pytest.mark.parametrize("one", EVENTS, ids=named)
def test_rows_can_be_stored_and_forgotten(one: Event, index: SqlIndex) -> None:
    index.apply(Step(GENESIS, Checkpoint(7, ID, 7), (BlockRef(7, ID, 7),), tuple(rows_of(one))))
    assert sum(index.counts().values()) == len(rows_of(one))
    index.rewind(Checkpoint(7, ID, 7), GENESIS)
    assert sum(index.counts().values()) == 0


@pytest.mark.parametrize("one", EVENTS, ids=named)
def test_row_of_the_event_names_the_key_that_wrote_it(one: Event) -> None:
    own = only(rows_of(one), "event")
    named_in = {"operator", "reporter"} & set(one.args)
    assert own["operator"] == (address(9) if named_in and one.name not in STANDARD else "")
    assert own["generation"] == one.generation


def test_unknown_event_is_an_error() -> None:
    with pytest.raises(UnknownEvent):
        rows_of(event("SomethingElse"))


@pytest.mark.parametrize(
    ("actor", "until", "act"),
    [
        (1, 0, Act.SUSPENDED_BY_GRANTOR),
        (3, 200, Act.SUSPENDED_BY_REGULATOR),
        (0, 200, Act.SUSPENDED_BY_VOTE),
    ],
)
def test_suspension_is_whose_its_end_and_actor_say(actor: int, until: int, act: Act) -> None:
    rows = rows_of(event("ConsentSuspended", consent=ID, actor=actor, reason=2, at=100, until=until, operator=""))
    assert only(rows, "consent_act")["act"] == act


def test_contribution_and_refusal_are_answers() -> None:
    said = {"run": ID, "round": 1, "custodian": 1, "input": 0, "consentState": 0, "at": 9, "operator": address(9)}
    given = only(rows_of(event("ContributionRecorded", **said, updateDigest=ID)), "answer")
    refused = only(rows_of(event("ContributionRefused", **said, refusal=3)), "answer")
    assert (given["update_digest"], given["refusal"]) == (ID, Refusal.NONE)
    assert (refused["update_digest"], refused["refusal"]) == ("0x" + "00" * 32, Refusal.PRIVACY_RISK)
