"""What holds of every export: one spelling, nothing private, nothing that depends on who reads it or when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger_node.domain.export import ExportFormat
from ledger_node.proof.strict_json import dump_canonical
from registry_api import strict
from registry_api.exports.listed import EXPORTS
from registry_api.questions.material import Material
from tests.unit.questions.conftest import LEDGER, with_documents


def test_every_format_has_its_export() -> None:
    assert set(EXPORTS) == set(ExportFormat)
    assert len({one.suffix for one in EXPORTS.values()}) == len(EXPORTS)


@pytest.mark.parametrize("form", ExportFormat)
def test_the_same_block_gives_the_same_bytes_at_every_node(form: ExportFormat, material: Material) -> None:
    made = EXPORTS[form].make(material)
    elsewhere = replace(LEDGER, node=2, taken_back=0, around=[])
    assert EXPORTS[form].make(replace(material, ledger=elsewhere)) == made
    if form is not ExportFormat.ANNEX_IV_MARKDOWN:
        assert dump_canonical(strict.parse(made, exact=False)) == made


@pytest.mark.parametrize("form", ExportFormat)
def test_another_block_gives_other_bytes(form: ExportFormat, material: Material) -> None:
    later = replace(material.lineage.as_of, number=2_001, timestamp=material.lineage.as_of.timestamp + 2)
    moved = replace(material, lineage=replace(material.lineage, as_of=later))
    assert EXPORTS[form].make(moved) != EXPORTS[form].make(material)


@pytest.mark.parametrize("form", ExportFormat)
def test_documents_that_are_not_at_hand_are_no_failure(form: ExportFormat, material: Material) -> None:
    assert EXPORTS[form].make(with_documents(material, lambda _kind, _content: None))


@pytest.mark.parametrize("form", ExportFormat)
def test_an_office_and_an_address_of_a_card_are_not_handed_on(form: ExportFormat, material: Material) -> None:
    assert b"hospital.example" not in EXPORTS[form].make(material)
