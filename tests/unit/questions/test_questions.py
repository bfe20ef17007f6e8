"""Each question as a function over made-up facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.domain.codes import Operation, Purpose, Region
from ledger_node.domain.consent import ConsentUse
from ledger_node.domain.dataset import DatasetVersion, Erasure
from ledger_node.domain.position import Position
from registry_api.questions import chain, consents, data, duties, models, training
from registry_api.questions.listed import BY_NUMBER, QUESTIONS
from registry_api.questions.material import Material
from registry_api.questions.stating import Fact, Missing
from tests.unit.api.fakes import NOW, digest
from tests.unit.api.story import HEAD
from tests.unit.cards.cards import ABOUT, DIGEST, INTERVAL, MODEL

from .conftest import LEDGER, with_documents

DAY = 24 * 3600


def facts(answer: Callable[[Material], Any], m: Material, statement: str = "") -> list[Fact]:
    return [one for one in answer(m) if isinstance(one, Fact) and one.statement.startswith(statement)]


def missing(answer: Callable[[Material], Any], m: Material) -> dict[str, str]:
    return {one.what.split(": 0x")[0]: one.why for one in answer(m) if isinstance(one, Missing)}


def test_there_are_22_questions_in_their_order() -> None:
    assert [one.number for one in QUESTIONS] == list(range(1, 23)) == list(BY_NUMBER)
    assert len({one.answer for one in QUESTIONS}) == 22
    assert all(one.title.endswith("?") for one in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: str(one.number))
@pytest.mark.parametrize("which", ["trained", "imported", "recalled"])
def test_each_fact_has_a_level_and_a_source_and_who_said_it(
    question: Any, which: str, request: pytest.FixtureRequest
) -> None:
    m = replace(request.getfixturevalue(which), ledger=LEDGER)
    members = {one.number for one in m.lineage.organisations}
    for one in question.answer(m):
        if isinstance(one, Missing):
            assert one.what
            assert one.why
            continue
        assert one.level in ("verified", "attested", "asserted")
        assert one.by is None or one.by in members
        assert one.level == "verified" or one.by is not None
        assert (one.source.document is None) == (one.source.pointer is None)
        assert one.source.document or one.source.event or one.source.block is not None or one.source.record


# 1


def test_what_trained_a_version_is_verified(trained: Material) -> None:
    used = facts(data.which_data, trained, "dataset version used to TRAIN")
    run = trained.lineage.runs[0]
    assert [one.value["datasetVersion"] for one in used] == [f"{i.dataset}/{i.version}" for i in run.inputs]
    assert {(one.level, one.by, one.source.event) for one in used} == {("verified", run.publisher, "RunOpened")}
    assert set(missing(data.which_data, trained)) == {"dataset versions to VALIDATE", "dataset versions to TEST"}


def test_every_version_that_a_run_made_is_named(trained: Material) -> None:
    twin = replace(trained.subject, id=digest("twin"), number=2)
    m = replace(trained, lineage=replace(trained.lineage, model_versions=(trained.subject, twin)))
    used = facts(data.which_data, m, "dataset version used to TRAIN")
    assert [one.value["modelVersions"] for one in used] == [[trained.subject.id, twin.id]] * 2


def test_what_a_dataset_was_derived_from_is_named(recalled: Material) -> None:
    (derived,) = facts(data.which_data, recalled, "dataset version derived from")
    assert len(derived.value) == 2


def test_an_import_says_that_nothing_is_known(imported: Material) -> None:
    why = missing(data.which_data, imported)[f"data behind {imported.subject.id}"]
    assert "import" in why


# 2, 6, 7, 8


def test_where_data_come_from_is_asserted_by_the_custodian(trained: Material) -> None:
    assert [one.level for one in facts(data.whose_data, trained, "custodian")] == ["verified", "verified"]
    (one, _) = facts(data.whose_data, trained, "years of collection")
    assert (one.value, one.level) == (ABOUT["origin"]["period"], "asserted")
    assert one.source.pointer == "/origin/period"
    assert one.by == trained.custodian(one.source.record.split("/")[0])
    assert missing(data.whose_data, trained) == {}


def test_a_card_that_is_not_there_says_so_once_for_each_place(trained: Material) -> None:
    gone = with_documents(trained, lambda kind, content: None if kind == "dataset-card" else content)
    assert set(missing(data.whose_data, gone).values()) == {"this node does not have the document"}
    assert {one.level for one in facts(data.whose_data, gone)} == {"verified", "attested"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"title": "x"}, "the card declares no schema"),
        ({"format": "medledger-dataset-card/99"}, "the card declares a schema that is not known here"),
        ({"format": "medledger-dataset-card/2"}, "the card does not keep to medledger-dataset-card/2"),
        ({"format": "medledger-run-card/1"}, "the card is one of another kind of thing"),
    ],
)
def test_nothing_is_read_from_a_card_that_keeps_to_no_schema(
    trained: Material, content: dict[str, Any], why: str
) -> None:
    broken = with_documents(trained, lambda kind, said: content if kind == "dataset-card" else said)
    assert set(missing(data.whose_data, broken).values()) == {why}


def test_the_attestation_is_attested(trained: Material) -> None:
    (sample, _) = facts(data.deidentification, trained, "sample that a person checked")
    assert (sample.level, sample.value["sampleChecked"]) == ("attested", 20)
    assert [one.value for one in facts(data.deidentification, trained, "de-identification options")] == [
        [113100, 113101]
    ] * 2
    assert missing(data.deidentification, trained) == {"pixel method": "its records are no images"}


def test_independence_is_seen_where_the_ledger_shows_it(trained: Material) -> None:
    assert "dataset versions to evaluate on" in missing(data.independence, trained)
    assert facts(data.independence, trained, "what never stands in both")[0].value == "PATIENT"
    run = trained.lineage.runs[0]
    tested = replace(run, inputs=(*run.inputs, replace(run.inputs[0], operation=Operation.TEST)))
    both = replace(trained, lineage=replace(trained.lineage, runs=(tested,)))
    (found,) = facts(data.independence, both, "dataset versions used both")
    assert found.value == [f"{run.inputs[0].dataset}/{run.inputs[0].version}"]
    assert found.level == "verified"


def evaluated(m: Material, of: DatasetVersion) -> list[Fact]:
    """What is said of independence when the first run also tested on a version."""
    run = m.lineage.runs[0]
    test = replace(run.inputs[0], dataset=of.dataset, version=of.number, operation=Operation.TEST)
    versions = {(one.dataset, one.number): one for one in (*m.lineage.dataset_versions, of)}
    lineage = replace(
        m.lineage,
        runs=(replace(run, inputs=(*run.inputs, test)), *m.lineage.runs[1:]),
        dataset_versions=tuple(versions.values()),
    )
    changed = replace(m, lineage=lineage)
    asked = "which records of these datasets stand on both sides" in missing(data.independence, changed)
    same, shared = (facts(data.independence, changed, one) for one in ("dataset versions used both", "datasets behind"))
    assert same[0].value == []
    assert asked == bool(shared[0].value)
    return shared


def test_another_version_of_a_dataset_is_not_independent_of_it(trained: Material) -> None:
    first = trained.lineage.dataset_versions[0]
    (found,) = evaluated(trained, replace(first, number=first.number + 1))
    assert (found.value, found.level) == ([first.dataset], "verified")
    (found,) = evaluated(trained, replace(first, dataset=digest("apart")))
    assert found.value == []


def test_what_a_version_was_derived_from_is_not_independent_of_it(recalled: Material) -> None:
    derived = next(one for one in recalled.lineage.dataset_versions if one.derivation)
    parent = derived.derivation.parents[0]
    version = next(
        one
        for one in recalled.lineage.dataset_versions
        if (one.dataset, one.number) == (parent.dataset, parent.version)
    )
    (found,) = evaluated(recalled, version)
    assert parent.dataset in found.value


def test_each_stratum_and_gap_is_a_fact(trained: Material) -> None:
    pointers = [one.source.pointer for one in facts(data.representation, trained) if one.source.pointer]
    assert pointers == ["/composition/strata/0", "/composition/gaps/0", "/composition/biasAnalysis"] * 2


# 3, 4, 5, 21


def test_each_round_was_checked(trained: Material) -> None:
    run = trained.lineage.runs[0]
    rounds = facts(consents.grounds, trained, "every consent permitted the round")
    assert [one.value["round"] for one in rounds] == [1, 2, 3]
    assert {one.level for one in rounds} == {"verified"}
    assert len(facts(consents.grounds, trained, "consent when the hospital answered")) == 3 * len(run.inputs)
    assert {one.level for one in facts(consents.grounds, trained, "consent with its legal basis")} == {"attested"}
    assert {one.level for one in facts(consents.grounds, trained, "legal basis in")} == {"asserted"}


def test_uses_before_and_after_a_revocation_are_told_apart(trained: Material) -> None:
    revoked = next(one for one in trained.lineage.consents if one.log)
    at = revoked.log[0].at

    def use(block: int) -> ConsentUse:
        return ConsentUse(revoked.id, f"run {block}", 1, Operation.TRAIN, Purpose.MLTRAINING, 0, 0, Position(block, 0))

    m = replace(trained, uses={revoked.id: [use(at.block - 2), use(at.block - 1), use(at.block + 1)]})
    (act,) = facts(consents.endings, m, "act on the consent")
    assert (act.value["act"], act.value["reason"], act.source.event) == (
        "REVOKED",
        "WITHDRAWAL_BATCH",
        "ConsentRevoked",
    )
    assert act.value["usesBefore"]["count"] == 2
    assert act.value["usesAfter"] == {"count": 1, "subjects": [f"run {at.block + 1}"]}
    assert len(facts(consents.endings, m, "acts on the consent")) == 1  # the other hospital's, which has none


def test_what_lies_downstream_is_counted(trained: Material) -> None:
    dataset = trained.lineage.datasets[0]
    m = replace(trained, impacts={dataset.id: [], str(dataset.custodian): []})
    found = facts(consents.downstream, m)
    assert [one.statement.rpartition(" ")[2] for one in found] == ["dataset", "hospital"]
    assert found[0].value == {"count": 0, "versions": [], "tainted": []}
    assert len([one for one in consents.downstream(m) if isinstance(one, Missing)]) == 4  # what was not asked about


def test_what_was_not_asked_about_is_told_and_not_counted_as_none(trained: Material) -> None:
    (act,) = facts(consents.endings, trained, "act on the consent")
    assert act.value["usesBefore"] is None
    assert "uses before and after" in missing(consents.endings, trained)
    assert facts(data.withdrawals, trained, "erasures on record") == []
    assert "erasures" in missing(data.withdrawals, trained)


@pytest.mark.parametrize(("until", "covers"), [("2026-11-09", True), ("2026-11-08", False)])
def test_the_dates_of_a_permit_are_held_beside_those_of_the_use(trained: Material, until: str, covers: bool) -> None:
    def change(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        if kind == "dataset-card":
            content["legal"]["permits"][0] = {**content["legal"]["permits"][0], "until": until}
        return content

    permit = facts(consents.permits, with_documents(trained, change), "permit")[0]
    assert (permit.value["coversTheUse"], permit.level) == (covers, "asserted")
    days = {name: permit.value[name] for name in ("firstUse", "lastUse", "stillInUse")}
    assert days == {"firstUse": "2026-11-08", "lastUse": "2026-11-09", "stillInUse": False}  # opened, then closed


def test_a_run_that_is_open_is_a_use_until_the_block_asked_about(trained: Material) -> None:
    run = replace(trained.lineage.runs[0], closed_at=None)
    later = replace(trained.lineage.as_of, timestamp=run.opened_at + 800 * DAY)
    m = replace(trained, lineage=replace(trained.lineage, runs=(run,), as_of=later))
    permit = facts(consents.permits, m, "permit")[0]
    assert (permit.value["lastUse"], permit.value["stillInUse"]) == ("2029-01-16", True)
    assert not permit.value["coversTheUse"]


# 9, 10


def test_code_and_container_are_asserted(trained: Material) -> None:
    found = {one.statement: one for one in facts(training.how_trained, trained)}
    assert (found["code digest"].value, found["code digest"].level) == (digest("code"), "asserted")
    assert found["code"].value["digest"] == DIGEST
    assert found["trained by"].level == "verified"
    assert "container digest on the ledger" in missing(training.how_trained, trained)


def test_rounds_tell_who_took_part(trained: Material) -> None:
    taken = facts(training.rounds, trained, "took part")
    assert len(taken) == 6
    assert {one.level for one in taken} == {"attested"}
    assert {one.level for one in facts(training.rounds, trained, "privacy loss of the round")} == {"asserted"}
    assert {one.level for one in facts(training.rounds, trained, "rounds and privacy loss")} == {"verified"}


# 11, 12, 13, 14


def test_the_file_is_told_by_its_digest(trained: Material) -> None:
    assert [one.value for one in facts(models.which_file, trained, "digest of the model's files")] == [
        trained.subject.artifact_digest,
        DIGEST,
    ]
    assert "the file in front of you" in missing(models.which_file, trained)


def test_a_change_is_what_its_card_calls_it(trained: Material, imported: Material) -> None:
    found = {one.statement: one for one in facts(models.what_changed, trained)}
    assert found["change"].value == "FIRST"
    assert found["predetermined change plan"].value == MODEL["changePlan"]
    grown = facts(models.what_changed, imported, "grew from")
    assert grown[0].value["parent"] == imported.subject.parents[0]


def test_the_change_plan_may_stand_in_the_models_card(trained: Material) -> None:
    version = trained.subject.card_digest

    documents = dict(trained.documents)
    own = documents[(version, "model-card")]
    plain = {name: value for name, value in dict(own.content or {}).items() if name != "changePlan"}
    documents[(version, "model-card")] = replace(own, content=plain)
    m = replace(trained, documents=documents)
    (plan,) = facts(models.what_changed, m, "predetermined change plan")
    assert plan.source.document == trained.model.card_digest


def test_data_that_were_added_and_left_out_are_named(trained: Material) -> None:
    run, subject = trained.lineage.runs[0], trained.subject
    parent = replace(subject, id=digest("parent"), run=digest("earlier"))
    earlier = replace(run, id=digest("earlier"), inputs=run.inputs[:1])
    grown = replace(subject, parents=(parent.id,))
    lineage = replace(trained.lineage, model_versions=(grown, parent), runs=(run, earlier))
    (found,) = facts(models.what_changed, replace(trained, lineage=lineage), "dataset versions that were added")
    added = run.inputs[1]
    assert found.value == {"parent": parent.id, "added": [f"{added.dataset}/{added.version}"], "left": []}


def test_a_metric_comes_with_its_interval_and_subgroups(trained: Material) -> None:
    (metric,) = facts(models.metrics, trained, "metric: accuracy")
    assert metric.value["interval"] == INTERVAL
    assert metric.value["subgroups"][0]["group"] == "female"
    assert (metric.level, metric.by) == ("asserted", trained.subject.publisher)

    def bare(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return content if kind != "model-card" else {**content, "metrics": [_without(content["metrics"][0])]}

    gaps = missing(models.metrics, with_documents(trained, bare))
    assert {"interval of metric 0", "subgroups of metric 0"} <= set(gaps)


def _without(metric: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metric.items() if name not in ("interval", "subgroups")}


def test_a_recall_and_who_has_read_it(recalled: Material) -> None:
    found = {one.statement: one for one in facts(models.standing, recalled)}
    assert found["recalled"].value["severity"] == "SERIOUS"
    assert found["acknowledged the recall"].level == "attested"
    assert found["lifecycle"].value["recallsThatStand"] == 1
    assert "replacement" in missing(models.standing, recalled)


def test_a_version_that_was_never_recalled_says_so(trained: Material) -> None:
    assert facts(models.standing, trained, "recalls")[0].value == []


# 15, 18, 19, 20


def test_annex_iv_tells_what_is_missing(trained: Material) -> None:
    assert set(missing(duties.annex_iv, trained)) == {"2(g) test logs and test reports", "2(g) robustness"}

    def bare(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in content.items() if name not in ("origin", "splits", "metrics")}

    gaps = set(missing(duties.annex_iv, with_documents(trained, bare)))
    assert {"2(d) labelling", "2(g) validation and testing procedures", "2(g) metrics for accuracy"} <= gaps


def test_annex_iv_asks_every_metric_for_its_subgroups(trained: Material) -> None:
    def second(kind: str, content: dict[str, Any]) -> dict[str, Any]:
        if kind == "model-card":
            content["metrics"] = [*content["metrics"], _without(content["metrics"][0])]
        return content

    m = with_documents(trained, second)
    (told,) = facts(duties.annex_iv, m, f"2(g) {duties.SUBGROUPS}")
    assert told.source.pointer == "/metrics/0/subgroups"
    assert f"2(g) {duties.SUBGROUPS} of metric 1" in missing(duties.annex_iv, m)


def test_erasures_and_withdrawals(trained: Material) -> None:
    dataset, other = (one.id for one in trained.lineage.datasets)
    erased = Erasure(dataset, 1, digest("receipt"), NOW - DAY, Position(9, 0))
    m = replace(trained, erasures={dataset: [erased], other: []})
    (erasure,) = facts(data.withdrawals, m, "erasure, by a receipt")
    assert (erasure.value["receiptDigest"], erasure.level) == (digest("receipt"), "attested")
    assert facts(data.withdrawals, m, "erasures on record")[0].value == 0
    assert facts(data.withdrawals, m, "consent changed for a withdrawal")[0].value["act"] == "REVOKED"
    assert len(facts(data.withdrawals, m, "opt-outs applied at")) == 2


def test_retention_is_stated_by_cards(trained: Material) -> None:
    assert [one.level for one in facts(duties.retention, trained)] == ["asserted"] * 3


def test_countries_and_transfers(trained: Material) -> None:
    found = facts(duties.transfers, trained, "country of")
    assert {one.by for one in found} == {one.number for one in trained.lineage.organisations if one.number < 4}
    assert facts(duties.transfers, trained, "transfer out of the EEA")[0].value["to"] == "CH"
    run = trained.lineage.runs[0]
    abroad = replace(run, scope=replace(run.scope, regions=Region.DE | Region.US))
    m = replace(trained, lineage=replace(trained.lineage, runs=(abroad,)))
    assert facts(duties.transfers, m, "regions of processing")[0].value == {
        "regions": ["DE", "US"],
        "outsideTheEea": ["US"],
    }
    gone = with_documents(trained, lambda kind, content: None)
    assert len([what for what in missing(duties.transfers, gone) if what.startswith("country of")]) == 3


def test_the_eea_has_thirty_countries() -> None:
    assert len(duties.EEA) == 30
    assert Region.NO in duties.EEA
    assert Region.CH not in duties.EEA


# 16, 17, 22


def test_the_chain_is_named_by_its_genesis(trained: Material) -> None:
    m = replace(trained, ledger=LEDGER)
    found = {one.statement: one for one in facts(chain.nothing_removed, m)}
    assert found["chain"].value == {"chainId": 1337, "genesis": digest("genesis")}
    assert found["block that the answer is as of"].value["number"] == HEAD
    (seen,) = facts(chain.nothing_removed, m, "events that reorganisations took back")
    assert (seen.level, seen.by, seen.value, seen.source.block) == ("asserted", 1, {"events": 3}, None)


def test_organisations_with_their_keys(trained: Material) -> None:
    m = replace(trained, ledger=LEDGER)
    assert len(facts(chain.who_may_write, m, "organisation and what it may do")) == len(m.lineage.organisations)
    assert any(what.startswith("keys of ") for what in missing(chain.who_may_write, m))


def test_times_of_blocks_rise(trained: Material) -> None:
    (order,) = facts(chain.how_wrong, replace(trained, ledger=LEDGER), "the order of these blocks")
    assert order.value == {"rises": True, "seconds": 60}
