"""The proof layer's numbers against the domain's, which are the contracts'."""

from __future__ import annotations

import pytest

from ledger_node.domain import codes as domain
from ledger_node.domain import consent, dataset
from ledger_node.proof import codes, terms

ENUMS = (
    domain.Capability,
    domain.OrganisationStatus,
    domain.Operation,
    domain.Purpose,
    domain.Permission,
    domain.Modifier,
    domain.StateReason,
    domain.Supersession,
    domain.Outcome,
    domain.Lifecycle,
)
NUMBERS = {name: value for name, value in vars(codes).items() if isinstance(value, int)}
MASKS = {
    "ALL_PURPOSES": sum(domain.Purpose),
    "ALL_MODIFIERS": sum(domain.Modifier),
    "ALL_REGIONS": sum(domain.Region),
    "ALL_OPTIONS": (1 << len(dataset.DEIDENTIFICATION_OPTIONS)) - 1,
    "CLEAN_OPTIONS": dataset.CLEAN_OPTIONS,
    "MAKES_WEIGHTS": domain.Operation.TRAIN | domain.Operation.FINE_TUNE,
}


@pytest.mark.parametrize(("name", "number"), NUMBERS.items())
def test_number_is_the_domains(name: str, number: int) -> None:
    if name in MASKS:
        assert number == MASKS[name]
        return
    meant = {enum[name].value for enum in ENUMS if name in enum.__members__}
    assert meant == {number}


def test_bounds_are_the_domains() -> None:
    assert (terms.LONGEST_WINDOW, terms.LONGEST_SUSPENSION) == (consent.LONGEST_WINDOW, consent.LONGEST_SUSPENSION)
