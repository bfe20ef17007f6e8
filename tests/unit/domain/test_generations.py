"""Where a write goes: to the newest generation, or to that of the fact it acts on."""

from __future__ import annotations

import pytest

from ledger_node.domain.command import GENERATION_ROLES, Command, Generations, Listing
from ledger_node.domain.organisation import Generation
from ledger_node.domain.position import Position
from ledger_node.errors import NotFound
from tests.fakes import CONTRACTS, address


def generation(number: int) -> Generation:
    places = {role: address(100 * number + place) for place, role in enumerate(GENERATION_ROLES)}
    return Generation(number=number, at=Position(number, 0), **places)


KNOWN = Generations.known(CONTRACTS, [generation(3), generation(1), generation(2)])


def test_new_things_go_to_the_newest() -> None:
    assert KNOWN.newest == 3
    assert KNOWN.address_of(Command("", "models", "registerModel", ())) == generation(3).models
    assert Generations(CONTRACTS).address_of(Command("", "models", "registerModel", ())) == CONTRACTS.models


@pytest.mark.parametrize("number", [2, 3])
def test_acts_go_where_the_fact_lives(number: int) -> None:
    command = Command("", "consents", "revoke", (), generation=number)
    assert KNOWN.address_of(command) == generation(number).consents
    assert KNOWN.contracts_of(number).consortium == CONTRACTS.consortium


def test_first_is_the_deployment_records_whatever_was_registered() -> None:
    assert KNOWN.contracts_of(1) == CONTRACTS


def test_consortium_is_of_no_generation() -> None:
    for number in (None, 0, 2):
        command = Command("", "consortium", "vote", (), generation=number)
        assert KNOWN.address_of(command) == CONTRACTS.consortium
    assert KNOWN.listings()[0] == Listing("consortium", 0, CONTRACTS.consortium)


@pytest.mark.parametrize("number", [0, 4])
def test_unknown_generation_is_named(number: int) -> None:
    with pytest.raises(NotFound):
        KNOWN.contracts_of(number)


def test_every_contract_is_listed_once() -> None:
    listings = KNOWN.listings()
    assert len(listings) == len({one.address for one in listings}) == 1 + 3 * len(GENERATION_ROLES)
    assert {one.generation for one in listings} == {0, 1, 2, 3}
