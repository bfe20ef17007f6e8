"""Withdrawals in batches: what goes, what stays, and that nobody can be singled out by a new version."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger_node.domain.codes import SizeClass
from ledger_node.edge import manifest
from ledger_node.edge.fhir.prepare import prepare_fhir
from ledger_node.edge.patients import whose
from ledger_node.edge.patients.choices import Sources
from ledger_node.edge.patients.refresh import SMALLEST_BATCH, refresh
from ledger_node.edge.prepare import load_prepared, prepare_table
from ledger_node.edge.tables.policy import Policy
from ledger_node.errors import BatchTooSmall, InvalidDocument, InvalidField, NotFound, NothingEligible, StateConflict
from tests.unit.cards.cards import ABOUT
from tests.unit.edge.fhir.resources import ndjson
from tests.unit.edge.fhir.test_fhir_prepare import export
from tests.unit.edge.patients.consents import consent_r4
from tests.unit.edge.patients.test_choices import listed

FIRST, LATER = datetime(2026, 6, 15, 11, tzinfo=UTC), datetime(2026, 9, 1, 8, 30, 15, 99, tzinfo=UTC)


@pytest.fixture
def version(tmp_path: Path) -> Path:
    """Forty patients with three records each."""
    sources = Sources(listed(tmp_path))
    words = ("us-1", "Ultrasound")
    prepare_fhir(export(tmp_path / "in", 40), tmp_path / "v1", *words, patients=sources, clock=lambda: FIRST)
    return tmp_path / "v1"


def withdrawn(folder: Path, count: int) -> Sources:
    return Sources(listed(folder, *(f"p-{n:03}" for n in range(count))))


def test_refresh_takes_the_withdrawn_out(version: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in version.iterdir()}
    made = refresh(version, tmp_path / "v2", withdrawn(tmp_path, 12), clock=lambda: LATER)
    assert load_prepared(tmp_path / "v2", "us-1") == made.prepared
    assert made.prepared.opt_out_checked_at == LATER.replace(microsecond=0)
    left = whose.load(tmp_path / "v2")
    assert set(left.values()) == {f"p-{n:03}" for n in range(12, 40)}
    new, old = manifest.load(tmp_path / "v2"), manifest.load(version)
    assert set(new.references) == set(left)
    assert set(map(bytes, new.digests)) <= set(map(bytes, old.digests))
    assert not set(map(bytes, new.leaves)) & set(map(bytes, old.leaves))
    assert before == {path.name: path.read_bytes() for path in version.iterdir()}
    for path in (tmp_path / "v2").iterdir():
        assert b"p-003" not in path.read_bytes()


def test_the_difference_is_told_in_classes_only(version: Path, tmp_path: Path) -> None:
    made = refresh(version, tmp_path / "v2", withdrawn(tmp_path, 12), clock=lambda: LATER)
    difference = made.difference
    assert (difference.before, difference.after) == (SizeClass.FROM_100, SizeClass.FROM_10)
    assert (difference.records, difference.patients) == (SizeClass.FROM_10, SizeClass.FROM_10)
    public = json.loads(made.prepared.attestation)
    assert public["counts"] == {"in": 120, "out": 80, "quarantined": {"OPTED_OUT": 30}}
    old = load_prepared(version)
    assert public["refreshes"] == {"attestationDigest": old.attestation_digest, "smallestBatch": 10}
    assert public["patients"]["checkedAt"] == "2026-09-01T08:30:15Z"
    kept = json.loads(old.attestation)
    assert {public[name] == kept[name] for name in ("kind", "entryRule", "fhirVersion", "rulesDigest")} == {True}
    card = json.loads(made.prepared.card)
    changed = {name for name, value in json.loads(old.card).items() if card[name] != value}
    assert changed == {"sizeClass", "optOutCheckedAt", "datePublished"}


@pytest.mark.parametrize("count", [1, SMALLEST_BATCH - 1])
def test_too_few_withdrawals_wait_and_are_told_what_to_do(version: Path, tmp_path: Path, count: int) -> None:
    with pytest.raises(BatchTooSmall) as refused:
        refresh(version, tmp_path / "v2", withdrawn(tmp_path, count))
    assert refused.value.got == "UNDER_10"
    assert "suspend the consents" in refused.value.needed
    assert not (tmp_path / "v2").exists()
    refresh(version, tmp_path / "v2", withdrawn(tmp_path, SMALLEST_BATCH))


def test_nothing_to_do_and_nothing_left_are_told(version: Path, tmp_path: Path) -> None:
    with pytest.raises(StateConflict):
        refresh(version, tmp_path / "v2", Sources(listed(tmp_path, "somebody-else")))
    with pytest.raises(NothingEligible):
        refresh(version, tmp_path / "v2", withdrawn(tmp_path, 40))
    with pytest.raises(StateConflict):
        refresh(version, version / "v2", withdrawn(tmp_path, 12))
    assert not (tmp_path / "v2").exists()


def test_consents_that_ended_are_withdrawals(version: Path, tmp_path: Path) -> None:
    until = {"period": {"end": "2026-08-20"}}
    consents = [consent_r4(f"p-{n:03}", **(until if n < 15 else {})) for n in range(40)]
    sources = Sources(consents=ndjson(tmp_path / "Consent.ndjson", *consents))
    with pytest.raises(StateConflict):
        refresh(version, tmp_path / "v2", sources, clock=lambda: FIRST)
    refresh(version, tmp_path / "v2", sources, clock=lambda: LATER)
    assert len(set(whose.load(tmp_path / "v2").values())) == 25
    again = listed(tmp_path, *(f"p-{n:03}" for n in range(20, 30)))
    refresh(tmp_path / "v2", tmp_path / "v3", Sources(again), clock=lambda: LATER)
    assert len(set(whose.load(tmp_path / "v3").values())) == 15


def test_a_version_must_say_whose_its_records_are(version: Path, tmp_path: Path) -> None:
    csv = tmp_path / "t.csv"
    csv.write_text("a,label\n" + "1,0\n" * 20)
    prepare_table(csv, tmp_path / "table", "a", "t")
    with pytest.raises(NotFound):
        refresh(tmp_path / "table", tmp_path / "v2", withdrawn(tmp_path, 12))
    for spoilt in ("", "record,patient\na,b,c\n", "patient,record\n"):
        (version / whose.NAME).write_text(spoilt)
        with pytest.raises(InvalidDocument):
            refresh(version, tmp_path / "v2", withdrawn(tmp_path, 12))


def test_records_of_nobody_go_too(version: Path, tmp_path: Path) -> None:
    owners = [pair for pair in whose.load(version).items() if pair != ("Observation/alt-39", "p-039")]
    (version / whose.NAME).write_bytes(whose.content(owners))
    refresh(version, tmp_path / "v2", withdrawn(tmp_path, 12))
    assert len(manifest.load(tmp_path / "v2")) == 120 - 36 - 1


def test_rows_of_a_table_go_with_their_patient(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"c_{n % 30},{n}.5,{'ab'[n % 2]}\n" for n in range(90))
    table.write_text("code,size,label\n" + rows)
    policy = Policy(pseudonym="code")
    sources = Sources(listed(tmp_path, "c_0", "c_1"))
    first = prepare_table(table, tmp_path / "v1", "t", "T", policy=policy, patients=sources)
    assert first.quarantined == {f"row-{n}": ("OPTED_OUT",) for n in (1, 2, 31, 32, 61, 62)}
    assert first.opt_out_checked_at is not None
    later = Sources(listed(tmp_path, *(f"c_{n}" for n in range(13))))
    made = refresh(tmp_path / "v1", tmp_path / "v2", later)
    left = manifest.load(tmp_path / "v2").references
    assert sorted(left) == sorted(f"c_{n % 30}" for n in range(90) if n % 30 > 12)
    assert made.difference.patients is SizeClass.FROM_10
    everybody = Sources(listed(tmp_path, *(f"c_{n}" for n in range(30))))
    with pytest.raises(NothingEligible):
        prepare_table(table, tmp_path / "v3", "t", "T", policy=policy, patients=everybody)


def test_a_table_without_pseudonyms_knows_no_patient(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,label\n1,0\n")
    with pytest.raises(InvalidField):
        prepare_table(tmp_path / "t.csv", tmp_path / "v1", "t", "T", patients=Sources(listed(tmp_path)))


def test_refresh_keeps_the_stewards_statements_but_the_strata(tmp_path: Path) -> None:
    words = ("us-1", "Ultrasound")
    sources = Sources(listed(tmp_path))
    prepare_fhir(export(tmp_path / "in", 40), tmp_path / "v1", *words, patients=sources, about=ABOUT)
    made = refresh(tmp_path / "v1", tmp_path / "v2", withdrawn(tmp_path, 12))
    card = json.loads(made.prepared.card)
    kept = {name: value for name, value in ABOUT["composition"].items() if name != "strata"}
    assert {name: card[name] for name in ABOUT} == {**ABOUT, "composition": kept}
