"""The versions that the questions are asked about, as an export gets them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_api.questions.material import Material
from tests.unit.questions.conftest import LEDGER, of_imported, of_recalled, of_trained

MADE = {"trained": of_trained, "imported": of_imported, "recalled": of_recalled}


@pytest.fixture(params=MADE)
def material(request: pytest.FixtureRequest) -> Material:
    """Each of them in turn."""
    return replace(MADE[request.param](), ledger=LEDGER)


@pytest.fixture
def trained() -> Material:
    return replace(of_trained(), ledger=LEDGER)


@pytest.fixture
def imported() -> Material:
    return replace(of_imported(), ledger=LEDGER)
