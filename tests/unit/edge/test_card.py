"""The public card is Croissant with responsible-AI statements, and the datasheet says no more than the card."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger_node.domain.codes import PrivacyClaim, SizeClass
from ledger_node.edge.card import Card
from ledger_node.edge.datasheet import datasheet
from ledger_node.edge.patients.choices import Sources
from ledger_node.edge.prepare import prepare_table
from ledger_node.edge.tables.policy import Policy
from tests.unit.cards.cards import ABOUT

CARD = Card(
    subject="breast-1",
    title="Breast masses",
    description="Measured on | images\n# of masses",
    record_kind="TABLE_ROW",
    modalities=("TABULAR",),
    size_class=SizeClass.FROM_100,
    claim=PrivacyClaim.PSEUDONYMISED,
    columns=("radius", "texture"),
    label="label",
    opt_out_checked_at=datetime(2026, 1, 2, tzinfo=UTC),
    smallest_group=SizeClass.FROM_10,
    published=date(2026, 5, 1),
    about=ABOUT,
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the validator's own libraries
@pytest.mark.parametrize("claim", list(PrivacyClaim))
def test_the_card_is_croissant(claim: PrivacyClaim, caplog: pytest.LogCaptureFixture) -> None:
    import mlcroissant

    document = json.loads(replace(CARD, claim=claim).content())
    with caplog.at_level(logging.ERROR):
        dataset = mlcroissant.Dataset(jsonld=document)
    metadata = dataset.metadata
    assert not metadata.ctx.issues.errors
    assert metadata.name == "Breast masses"
    assert metadata.data_use_cases
    assert metadata.data_collection == "Routine care"
    assert metadata.data_biases
    assert metadata.personal_sensitive_information
    assert metadata.data_release_maintenance_plan
    assert metadata.data_preprocessing_protocol


def test_the_datasheet_holds_what_the_card_holds() -> None:
    page = datasheet(CARD).decode()
    for said in (
        "# Breast masses",
        "FROM\\_100",
        "FROM\\_10",
        "PSEUDONYMISED",
        "radius, texture",
        "2026-01-02T00:00:00Z",
    ):
        assert said in page
    assert "Measured on \\| images \\# of masses" in page


def test_card_and_datasheet_tell_classes_only(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("age,sex,label\n" + "40,F,benign\n" * 213 + "61,M,malignant\n" * 4)
    both = Policy(categories=frozenset({"sex"}), quasi_identifiers=frozenset({"age", "sex"}))
    made = prepare_table(path, tmp_path / "out", "a", "t", policy=both)
    card = json.loads(made.card)
    assert (card["sizeClass"], card["smallestGroup"]) == ("FROM_100", "UNDER_10")
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert (report["records"], report["groups"]["k"]) == (217, 4)
    page = (tmp_path / "out" / "datasheet.md").read_text()
    assert "UNDER\\_10" in page
    for count in ("217", "213"):
        assert count not in page
        assert count not in made.card.decode()


def test_a_group_is_counted_without_the_rows_that_stay_out(tmp_path: Path) -> None:
    path, list_ = tmp_path / "t.csv", tmp_path / "opt-outs.csv"
    rows = [f"p{n},40,F,benign" for n in range(200)] + [f"q{n},61,M,benign" for n in range(12)]
    path.write_text("patient,age,sex,label\n" + "".join(f"{row}\n" for row in rows))
    policy = Policy(pseudonym="patient", categories=frozenset({"sex"}), quasi_identifiers=frozenset({"age", "sex"}))

    def made(out: str, *gone: str) -> tuple[object, object]:
        list_.write_text("patient\n" + "".join(f"{one}\n" for one in gone))
        made = prepare_table(path, tmp_path / out, "a", "t", policy=policy, patients=Sources(opt_outs=list_))
        report = json.loads((tmp_path / out / "report.json").read_bytes())
        return json.loads(made.card)["smallestGroup"], report["groups"]

    assert made("all") == ("FROM_10", {"k": 12, "groups": 2, **none_below_10()})
    few = {"groupsBelow10": 1, "rowsInGroupsBelow10": 9, "rowsAlone": 0}
    assert made("some", "q0", "q5", "q11") == ("UNDER_10", {"k": 9, "groups": 2, **few})
    assert made("one", *(f"q{n}" for n in range(12))) == ("FROM_100", {"k": 200, "groups": 1, **none_below_10()})


def none_below_10() -> dict[str, int]:
    return {"groupsBelow10": 0, "rowsInGroupsBelow10": 0, "rowsAlone": 0}
