"""Consents at two nodes on a real chain: asked for, granted, used up, superseded; derived from; withheld from sale."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledger_node.client import Input, Parent
from ledger_node.client.requests import Wanted
from ledger_node.client.rounds import NewRound
from ledger_node.domain.codes import (
    Basis,
    DeclineReason,
    DeviceClass,
    Modifier,
    Operation,
    Outcome,
    Permission,
    Purpose,
    Refusal,
    Region,
    StateReason,
    Supersession,
)
from ledger_node.errors import ConsentRefused, ContractRefused, NotPermitted, StateConflict
from tests.integration.pair import CARD, SCOPE, TRAINING, Pair, now, reason_of, refused, some_digest, terms, version


def wanted(dataset: str) -> Wanted:
    return Wanted(
        dataset=dataset,
        purposes=Purpose.MLTRAINING,
        operations=TRAINING,
        not_before=now(),
        expires_at=now() + timedelta(days=10),
        card=CARD,
        regions=Region.DE,
        max_rounds=5,
        epsilon_budget=2_000_000,
    )


def test_request_is_answered_once(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset = pair.dataset(pair.hospital)
    asked = pair.made(institute.requests.make(wanted(dataset)), "request")
    turned_down = pair.made(institute.requests.make(wanted(dataset)), "request")
    seen = hospital.requests.get(asked)
    assert (seen["state"], seen["requester"]["name"], seen["regions"]) == ("OPEN", "Institute", ["DE"])

    refusal = refused(lambda: institute.requests.decline(turned_down, DeclineReason.INCOMPLETE))
    assert isinstance(refusal, NotPermitted)
    pair.done(hospital.requests.decline(turned_down, DeclineReason.SAFEGUARDS_TOO_WEAK))
    # What is granted is the hospital's decision: less than was asked for.
    asked_for = wanted(dataset)
    granted = replace(
        terms(dataset, pair.institute),
        request=asked,
        max_rounds=1,
        not_before=asked_for.not_before,
        expires_at=asked_for.expires_at - timedelta(days=1),
        modifiers=Modifier.GS,
        regions=asked_for.regions,
    )
    consent = pair.consent(granted)

    answered, declined = institute.requests.get(asked), institute.requests.get(turned_down)
    assert (answered["state"], answered["consent"], answered["declineReason"]) == ("GRANTED", consent, None)
    assert (declined["state"], declined["consent"]) == ("DECLINED", None)
    assert declined["declineReason"] == "SAFEGUARDS_TOO_WEAK"
    assert institute.consents.get(consent)["request"] == asked
    assert isinstance(refused(lambda: hospital.consents.issue(granted)), StateConflict)


def test_privacy_budget_is_charged_exhausted_and_carried_on(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, model = pair.dataset(pair.hospital), pair.model()
    first = replace(terms(dataset, pair.institute), max_rounds=5, epsilon_budget=1_000_000)
    old = pair.consent(first)
    run = pair.run(model, Input(dataset, 1, old, Operation.TRAIN))

    pair.done(institute.runs.open_round(run, epsilon=600_000))
    pair.done(hospital.runs.contribute(run, 1, some_digest()))
    pair.done(institute.runs.close_round(run, 1, some_digest()))
    assert reason_of(lambda: institute.runs.open_round(run, epsilon=600_000)) == "PRIVACY_BUDGET_EXHAUSTED"
    error = refused(lambda: institute.runs.open_round(run, epsilon=600_000, contract_check_only=True))
    assert isinstance(error, ConsentRefused)
    assert error.facts["reason"] == "PRIVACY_BUDGET_EXHAUSTED"
    assert error.facts["submission"]["receiptStatus"] == 0
    spent = hospital.consents.get(old)
    assert (spent["roundsUsed"], spent["epsilonSpent"]) == (1, 600_000)

    too_small = replace(first, epsilon_budget=500_000, supersedes=old)
    refused(lambda: hospital.consents.issue(too_small))
    new = pair.consent(replace(first, epsilon_budget=1_500_000, supersedes=old))
    former, following = institute.consents.get(old), institute.consents.get(new)
    assert (former["state"], former["supersededBy"]) == ("REVOKED", new)
    assert former["log"][-1]["reason"] == "SUPERSEDED"
    assert (following["supersedes"], following["roundsUsed"], following["epsilonSpent"]) == (old, 1, 600_000)

    assert reason_of(lambda: institute.runs.open_round(run)) == "REVOKED"
    again = pair.run(model, Input(dataset, 1, new, Operation.TRAIN))
    pair.done(institute.runs.open_round(again, epsilon=900_000))
    pair.done(hospital.runs.refuse(again, 1, Refusal.PRIVACY_RISK))
    pair.done(institute.runs.close_round(again, 1, None))
    (closed,) = institute.runs.get(again)["rounds"]
    (answer,) = closed["answers"]
    assert (answer["refusal"], answer["updateDigest"], answer["consentState"]) == ("PRIVACY_RISK", None, "OK")
    assert (closed["epsilon"], closed["aggregateDigest"]) == (900_000, None)
    # A refusal gives nothing back, and the dataset version counts what all its consents were charged.
    assert institute.datasets.get(dataset)["versions"][0]["epsilonSpent"] == 1_500_000


def test_round_that_was_open_is_answered_after_a_revocation(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, model = pair.dataset(pair.hospital), pair.model()
    consent = pair.consent(replace(terms(dataset, pair.institute), max_rounds=5))
    run = pair.run(model, Input(dataset, 1, consent, Operation.TRAIN))
    pair.done(institute.runs.open_round(run))
    pair.done(hospital.consents.revoke(consent, StateReason.PERMIT_ENDED))
    pair.done(hospital.runs.contribute(run, 1, some_digest()))
    pair.done(institute.runs.close_round(run, 1, some_digest()))
    (flagged,) = institute.runs.get(run)["rounds"][0]["answers"]
    assert flagged["consentState"] == "REVOKED"
    assert reason_of(lambda: institute.runs.open_round(run)) == "REVOKED"


def test_derived_dataset_leans_on_what_it_came_from(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, derived = pair.dataset(pair.hospital), pair.made(pair.institute.node.datasets.register(CARD), "dataset")
    withheld = pair.consent(terms(dataset, pair.institute))
    allowed = pair.consent(terms(dataset, pair.institute, Operation.DERIVE_DATASET))

    def derive(consent: str | None) -> object:
        parents = [Parent(dataset, 1, consent)]
        return institute.datasets.derive(derived, version(Supersession.FIRST), scope=SCOPE, derived_from=parents)

    assert reason_of(lambda: derive(withheld)) == "OPERATION_NOT_PERMITTED"
    refused(lambda: derive(None))
    pair.done(derive(allowed))  # type: ignore[arg-type]
    (shown,) = hospital.datasets.get(derived)["versions"]
    assert shown["derivation"] is not None
    assert shown["derivation"]["parents"] == [{"dataset": dataset, "version": 1, "consent": allowed}]

    own = pair.consent(terms(derived, pair.institute), pair.institute)
    made = pair.version(pair.model(), Input(derived, 1, own, Operation.TRAIN))
    (before,) = hospital.datasets.impact(dataset)
    assert before["version"] == made
    assert before["derived"] == [{"dataset": dataset, "version": 1}, {"dataset": derived, "version": 1}]
    assert (before["standing"], before["tainted"]) == ("OK", False)
    pair.done(hospital.consents.revoke(allowed, StateReason.BREACH))
    (after,) = hospital.datasets.impact(dataset)
    assert (after["standing"], after["revokedFor"], after["tainted"]) == ("REVOKED", "BREACH", True)


def test_withdrawal_ends_new_uses_and_an_erasure_is_on_record(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, model = pair.dataset(pair.hospital), pair.model()
    consent = pair.consent(replace(terms(dataset, pair.institute), max_rounds=5))
    run = pair.run(model, Input(dataset, 1, consent, Operation.TRAIN))
    pair.done(hospital.datasets.publish(dataset, version(Supersession.WITHDRAWAL)))
    assert reason_of(lambda: institute.runs.open_round(run)) == "VERSION_SUPERSEDED"

    receipt = some_digest()
    pair.done(hospital.datasets.record_erasure(dataset, 1, receipt))
    (erasure,) = institute.datasets.erasures(dataset)
    assert (erasure["version"], erasure["receiptDigest"]) == (1, receipt)
    refused(lambda: hospital.datasets.record_erasure(dataset, 1, receipt))
    assert isinstance(refused(lambda: institute.datasets.record_erasure(dataset, 1, some_digest())), NotPermitted)


def test_sale_needs_every_input_and_an_import_has_none(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, model = pair.dataset(pair.hospital), pair.model()
    not_for_sale = replace(
        terms(dataset, pair.institute, TRAINING | Operation.VALIDATE),
        basis=Basis.EHDS_PERMIT,
        permission=Permission.DS,
        condition=7254,
        modifiers=Modifier.NCU | Modifier.PUB,
    )
    contradicting = replace(not_for_sale, operations=TRAINING | Operation.COMMERCIALISE)
    refused(lambda: hospital.consents.issue(contradicting))
    consent = pair.consent(not_for_sale)
    shown = institute.consents.get(consent)
    assert (shown["condition"], shown["obligations"]) == ("MONDO:0007254", ["PUB"])
    used = Input(dataset, 1, consent, Operation.TRAIN)

    def open_run() -> object:
        return institute.runs.open(model, scope=SCOPE, card=CARD, inputs_used=[used])

    assert reason_of(open_run) == "CONDITION_MISMATCH"
    scope = replace(SCOPE, condition=7254)
    run = pair.made(institute.runs.open(model, scope=scope, card=CARD, inputs_used=[used]), "run")
    pair.done(institute.runs.close(run, Outcome.COMPLETED, result_digest=some_digest()))
    published = institute.models.publish(model, run=run, artifact_digest=some_digest(), card=CARD)
    made = pair.made(published, "version")

    assert reason_of(lambda: institute.versions.release(made, for_sale=True)) == "OPERATION_NOT_PERMITTED"
    error = refused(lambda: institute.versions.release(made, for_sale=True, contract_check_only=True))
    assert error.facts["reason"] == "OPERATION_NOT_PERMITTED"
    assert error.facts["submission"]["receiptStatus"] == 0
    pair.done(institute.versions.release(made))
    assert [(s["lifecycle"], s["forSale"]) for s in hospital.versions.get(made)["steps"]] == [("RELEASED", False)]

    def import_(parents: list[str]) -> str:
        bought = institute.models.import_version(model, artifact_digest=some_digest(), card=CARD, parents=parents)
        return pair.made(bought, "version")

    # Under another name what is not for sale is not for sale either.
    copy = import_([made])
    assert isinstance(refused(lambda: institute.versions.release(copy, for_sale=True)), StateConflict)
    error = refused(lambda: institute.versions.release(copy, for_sale=True, contract_check_only=True))
    assert error.facts["submission"]["outcome"]["error"] == "ModelRegistryNoRun"
    pair.done(institute.versions.release(copy))
    assert hospital.versions.get(copy)["parents"] == [made]

    imported = import_([])
    pair.done(institute.versions.release(imported, for_sale=True))
    seen = hospital.versions.get(imported)
    assert (seen["run"], seen["lifecycle"], seen["forSale"]) == (None, "RELEASED", True)
    pair.done(institute.versions.deprecate(imported))
    pair.done(institute.versions.withdraw(imported))
    assert hospital.versions.get(imported)["lifecycle"] == "WITHDRAWN"
    assert isinstance(refused(lambda: institute.versions.deprecate(imported)), StateConflict)


def test_batch_is_done_whole_or_not_at_all(pair: Pair) -> None:
    hospital = pair.hospital.node
    dataset = pair.dataset(pair.hospital)
    one, two, ended = (pair.consent(terms(dataset, pair.institute)) for _ in range(3))
    pair.done(hospital.consents.revoke(ended, StateReason.STEWARD_DECISION))
    error = refused(lambda: hospital.consents.suspend_all([one, ended], StateReason.OPT_OUT_BATCH))
    assert isinstance(error, StateConflict | ContractRefused)
    assert hospital.consents.get(one)["state"] == "ACTIVE"
    pair.done(hospital.consents.suspend_all([one, two], StateReason.OPT_OUT_BATCH))
    assert [pair.institute.node.consents.get(each)["state"] for each in (one, two)] == ["SUSPENDED"] * 2


def test_batch_tells_what_became_of_each(pair: Pair) -> None:
    hospital = pair.hospital.node
    dataset = pair.dataset(pair.hospital)
    consents = [pair.consent(terms(dataset, pair.institute)) for _ in range(3)]
    made = pair.done(hospital.consents.suspend_all(consents, StateReason.OPT_OUT_BATCH))["outcome"]
    assert made is not None
    assert made["items"] == [{"consent": consent} for consent in consents]

    streams = [pair.made(hospital.streams.open(DeviceClass.CT), "stream") for _ in range(2)]
    heads = [(streams[0], 128, some_digest()), (streams[1], 384, some_digest()), (streams[0], 256, some_digest())]
    made = pair.done(hospital.streams.anchor_all(heads))["outcome"]
    assert made is not None
    assert made["items"] == [{"stream": stream, "size": size} for stream, size, _root in heads]


def test_refused_batch_names_the_item_that_the_contract_refused(pair: Pair) -> None:
    """The runs are under one consent for two rounds in all: each alone would pass, the third after two does not."""
    institute, dataset, model = pair.institute.node, pair.dataset(pair.hospital), pair.model()
    consent = pair.consent(replace(terms(dataset, pair.institute), max_rounds=2))
    runs = [pair.run(model, Input(dataset, 1, consent, Operation.TRAIN)) for _ in range(4)]
    rounds = [NewRound(run, 0) for run in runs]

    error = refused(lambda: institute.runs.open_rounds(rounds, contract_check_only=True))
    assert isinstance(error, ConsentRefused)
    outcome = error.facts["submission"]["outcome"]
    assert (outcome["reason"], outcome["position"], error.facts["position"]) == ("ROUNDS_EXHAUSTED", 2, 2)
    before = refused(lambda: institute.runs.open_rounds(rounds))
    assert isinstance(before, ConsentRefused)
    assert before.facts["position"] == 2
    assert [institute.runs.get(run)["rounds"] for run in runs] == [[]] * 4

    made = pair.done(institute.runs.open_rounds(rounds[:2]))["outcome"]
    assert made is not None
    assert made["items"] == [{"run": run, "round": 1} for run in runs[:2]]


def test_batch_of_a_key_that_may_not_write_has_no_item_to_blame(pair: Pair) -> None:
    consent = pair.consent(terms(pair.dataset(pair.hospital), pair.institute))
    outcome = pair.send(pair.admin(pair.hospital), "consents", "suspendAll", [consent], int(StateReason.BREACH))
    assert outcome["error"] == "ConsortiumNotOperator"
    assert "position" not in outcome
