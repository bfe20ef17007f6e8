"""What a node vouches for can be read, whatever organisations put on the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from ledger_node.domain.codes import Capability, KeyRole, OrganisationStatus
from ledger_node.domain.command import Deployment, Identity
from ledger_node.domain.organisation import Key, Organisation
from ledger_node.domain.position import Position
from ledger_node.proof import trust
from ledger_node.proof.operators import MAX_OPERATORS, MAX_ORGANISATIONS
from ledger_node.services.trusting import Trusting
from tests.unit.api.fakes import CONTRACTS, Facts, MemoryIndex, digest

AT = Position(1, 0)


def member(number: int) -> Organisation:
    return Organisation(
        number, f"hospital {number}", f"0x{number:040x}", Capability(1), False, OrganisationStatus.ACTIVE, 0, AT
    )


def key(organisation: int, number: int) -> Key:
    return Key(f"0x{organisation:020x}{number:020x}", organisation, KeyRole.OPERATOR, "accepted", 0, 0, None, AT)


@pytest.mark.parametrize(("organisations", "operators"), [(2, MAX_OPERATORS + 1), (MAX_ORGANISATIONS, 1)])
def test_trust_file_of_a_node_can_be_read(organisations: int, operators: int) -> None:
    """One organisation that accepts many operators makes it useless for nobody."""
    numbers = range(1, organisations + 1)
    facts = Facts(
        organisations=[member(number) for number in numbers],
        keys=[key(number, one) for number in numbers for one in range(operators)],
    )
    codes = {name: digest(name) for name, _ in CONTRACTS.items()}
    identity = Identity(1, f"0x{1:040x}", Deployment(1337, digest("genesis"), 0, CONTRACTS, codes))
    index: Any = MemoryIndex(facts, 10)
    unused: Any = None
    found = trust.read(Trusting(identity, index, unused).file()).operators
    assert found is not None
    assert [len(one.operators) for one in found.organisations] == [min(operators, MAX_OPERATORS)] * organisations
