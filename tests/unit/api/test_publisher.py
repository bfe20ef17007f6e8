"""Runs and rounds, what hospitals answer, and the life of model versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.domain.codes import Lifecycle, Operation, OrganisationStatus, Outcome, Reason, Refusal
from ledger_node.domain.consent import Terms
from ledger_node.domain.model import LifecycleStep
from ledger_node.domain.training import Answer, Run, RunInput

from .acting import Desk
from .fakes import NOW, World, digest
from .story import NO_PROJECT, OPERATIONS, SCOPE, Teller, make_world, tell, world

Desks = Callable[..., Desk]
SHOWN_SCOPE = (int(SCOPE.purposes), 0, 0, NO_PROJECT)


def going(organisation: int = 3, *, rounds: int = 1, answered: bool = False) -> World:
    """Two hospitals and a publisher (3), whose run goes on with its last round open."""
    facts = tell()
    inputs = facts.runs[0].inputs
    facts.consents[1] = replace(facts.consents[1], log=())
    teller = Teller()
    teller.facts = facts
    teller._block = 500
    teller.facts.runs.clear()
    teller.facts.model_versions.clear()
    teller.run(3, facts.models[0].id, list(inputs), rounds=rounds, closed=False)
    of = make_world(facts, organisation=organisation, head=2_000)
    if not answered and rounds:
        last = replace(facts.runs[0].rounds[-1], answers=())
        put(of, rounds=(*facts.runs[0].rounds[:-1], last))
    return of


def put(of: World, **fields: Any) -> Run:
    of.index.facts.runs[0] = replace(of.index.facts.runs[0], **fields)
    return of.index.facts.runs[0]


def permit(of: World, **fields: Any) -> None:
    """Changes the terms of every consent."""

    def changed(terms: Terms) -> Terms:
        return replace(terms, **fields)

    of.index.facts.consents[:] = [replace(one, terms=changed(one.terms)) for one in of.index.facts.consents]


def shown(run: Run) -> list[tuple[str, int, str, int]]:
    return [(one.dataset, one.version, one.consent, int(one.operation)) for one in run.inputs]


# --- runs


def opening(of: World, *inputs: RunInput) -> dict[str, Any]:
    return {
        "model": of.index.facts.models[0].id,
        "scope": {"purposes": ["HRESCH"], "regions": ["DE"]},
        "cardDigest": digest("card"),
        "codeDigest": digest("code"),
        "inputs": [
            {"dataset": i.dataset, "version": i.version, "consent": i.consent, "operation": i.operation.name}
            for i in inputs or of.index.facts.runs[0].inputs
        ],
    }


def test_a_run_is_opened_with_an_operation_for_each_input(desk_of: Desks) -> None:
    of = going()
    permit(of, operations=OPERATIONS | Operation.TEST)
    first, second = of.index.facts.runs[0].inputs
    tested = replace(second, operation=Operation.TEST)
    salt, values, inputs = desk_of(of, "publisher").done("/v1/runs", opening(of, first, tested)).args
    assert values == (of.index.facts.models[0].id, (1, 32, 0, NO_PROJECT), digest("card"), digest("code"), NO_PROJECT)
    assert [one[3] for one in inputs] == [1, 8]
    assert len(salt) == 66


def test_a_run_is_refused_before_it_costs_anything(desk_of: Desks) -> None:
    of = going()
    desk, first = desk_of(of, "publisher"), of.index.facts.runs[0].inputs[0]
    assert desk.refused("/v1/runs", opening(of, first, first))["field"] == "body.inputs"
    untrained = replace(first, operation=Operation.VALIDATE)
    problem = desk.refused("/v1/runs", opening(of, first, untrained))
    assert (problem["reason"], problem["input"]) == ("OPERATION_NOT_PERMITTED", 1)
    export = opening(of)
    export["inputs"][0]["operation"] = "EXPORT_WEIGHTS"
    assert desk.refused("/v1/runs", export)["code"] == "ML-0104"
    assert desk.refused("/v1/runs", opening(of) | {"model": digest("?")})["code"] == "ML-0301"
    assert desk_of(going(1)).refused("/v1/runs", opening(of))["code"] == "ML-0403"


def test_a_run_is_closed_well_or_left_behind(desk_of: Desks) -> None:
    of = going()
    desk, path = desk_of(of, "publisher"), f"/v1/runs/{of.index.facts.runs[0].id}/close"
    done = {"outcome": "COMPLETED", "resultDigest": digest("result")}
    assert desk.refused(path, done)["code"] == "ML-0404"  # a round is open
    assert desk.done(path, {"outcome": "ABANDONED"}).args[1:] == (2, NO_PROJECT)
    assert desk.refused(path, {"outcome": "ABANDONED", "resultDigest": digest("r")})["code"] == "ML-0101"
    put(of, rounds=())
    assert desk.done(path, done).args[1:] == (1, digest("result"))
    assert desk.refused(path, {"outcome": "COMPLETED"})["code"] == "ML-0101"
    put(of, outcome=Outcome.ABANDONED)
    assert desk.refused(path, done)["got"] == "ABANDONED"


# --- rounds


def test_a_round_shows_its_number_and_what_the_run_was_opened_with(desk_of: Desks) -> None:
    of = going(rounds=0)
    run = of.index.facts.runs[0]
    desk, path = desk_of(of, "publisher"), f"/v1/runs/{run.id}/rounds"
    command = desk.done(path, {"epsilon": 250_000})
    assert command.args == ((run.id, 1, 250_000, run.model, SHOWN_SCOPE, shown(run)),)
    assert desk.done(path, {"round": 1}).args[0][1:3] == (1, 0)
    assert desk.refused(path, {"round": 2})["needed"] == "round 1"
    assert desk.refused(path, {"epsilon": 2_000_001})["reason"] == "PRIVACY_BUDGET_EXHAUSTED"
    sent = desk.write(f"{path}?check=contract", {"round": 7})
    assert of.outbox.commands[sent.json()["id"]].args[0][1] == 7


def test_a_consent_of_two_inputs_is_charged_one_round_and_both_losses(desk_of: Desks) -> None:
    of = going(rounds=0)
    run = of.index.facts.runs[0]
    first = run.inputs[0]
    put(of, inputs=(first, replace(first, operation=Operation.FINE_TUNE)))
    permit(of, max_rounds=4)  # three are used
    desk, path = desk_of(of, "publisher"), f"/v1/runs/{run.id}/rounds"
    assert desk.done(path, {"epsilon": 1_000_000}).function == "openRound"
    problem = desk.refused(path, {"epsilon": 1_000_001})
    assert (problem["reason"], problem["input"]) == ("PRIVACY_BUDGET_EXHAUSTED", 1)
    permit(of, max_rounds=3)
    assert desk.refused(path)["reason"] == "ROUNDS_EXHAUSTED"


def test_a_round_is_opened_when_none_is_open(desk_of: Desks) -> None:
    of = going()
    desk, path = desk_of(of, "publisher"), f"/v1/runs/{of.index.facts.runs[0].id}/rounds"
    assert desk.refused(path)["got"] == "round 1"
    put(of, outcome=Outcome.COMPLETED)
    assert desk.refused(path)["got"] == "COMPLETED"
    assert desk_of(going(2, rounds=0)).refused(path)["code"] == "ML-0403"


def test_rounds_of_several_runs_share_what_their_consents_have_left(desk_of: Desks) -> None:
    of = going(rounds=0)
    run = of.index.facts.runs[0]
    of.index.facts.runs.append(replace(run, id=digest("other run")))
    desk = desk_of(of, "publisher")
    body = {"rounds": [{"run": run.id, "epsilon": 5}, {"run": digest("other run")}]}
    command = desk.done("/v1/rounds", body)
    assert command.function == "openRounds"
    assert [(one[0], one[1], one[2]) for one in command.args[0]] == [(run.id, 1, 5), (digest("other run"), 1, 0)]
    permit(of, max_rounds=4)
    refused = desk.refused("/v1/rounds", body)
    assert (refused["reason"], refused["position"], refused["field"]) == ("ROUNDS_EXHAUSTED", 1, "body.rounds[1]")
    assert desk.refused("/v1/rounds", {"rounds": [{"run": run.id}] * 2})["got"] == "a run twice"


def test_a_hospital_answers_for_its_first_open_input(desk_of: Desks) -> None:
    of = going(2)
    run = of.index.facts.runs[0]
    desk, path = desk_of(of, "steward"), f"/v1/runs/{run.id}/rounds/1/answers"
    given = desk.done(path, {"updateDigest": digest("u")})
    setting = (run.model, SHOWN_SCOPE, shown(run)[1])
    assert given.args == ((run.id, 1, 1, *setting, digest("u"), 0),)
    refused = desk.done(path, {"refusal": "DATA_UNAVAILABLE", "input": 1})
    assert refused.args == ((run.id, 1, 1, *setting, NO_PROJECT, 2),)


def test_an_answer_is_for_an_input_of_ones_own_without_one(desk_of: Desks) -> None:
    of = going(2)
    run = of.index.facts.runs[0]
    desk, path = desk_of(of, "steward"), f"/v1/runs/{run.id}/rounds/1/answers"
    body = {"updateDigest": digest("u")}
    assert desk.refused(path, {**body, "input": 0})["needed"] == "one of 1"
    assert desk.refused(path, {**body, "input": 5})["code"] == "ML-0403"
    assert desk.refused(f"/v1/runs/{run.id}/rounds/2/answers", body)["code"] == "ML-0404"
    answer = Answer(2, 1, None, Refusal.PRIVACY_RISK, Reason.OK, NOW, run.at)
    put(of, rounds=(replace(run.rounds[0], answers=(answer,)),))
    assert desk.refused(path, body)["code"] == "ML-0404"
    assert desk.refused(path, {**body, "input": 1})["code"] == "ML-0404"
    put(of, inputs=(*run.inputs, replace(run.inputs[1], operation=Operation.TEST)))
    assert desk.done(path, body).args[0][2] == 2
    bystander = Teller()
    bystander.facts = of.index.facts
    assert desk_of(going(4)).refused(path, body)["code"] == "ML-0403"


def test_a_suspended_hospital_still_answers(desk_of: Desks) -> None:
    of = going(2)
    one = of.index.facts.organisations[1]
    of.index.facts.organisations[1] = replace(one, voted=OrganisationStatus.SUSPENDED)
    path = f"/v1/runs/{of.index.facts.runs[0].id}/rounds/1/answers"
    assert desk_of(of).done(path, {"refusal": "NOT_AGREED"}).args[0][7] == 6


def test_answers_come_in_a_batch(desk_of: Desks) -> None:
    of = going(2)
    run = of.index.facts.runs[0]
    put(of, inputs=(*run.inputs, replace(run.inputs[1], operation=Operation.TEST)))
    desk = desk_of(of, "steward")
    one = {"run": run.id, "round": 1, "updateDigest": digest("u")}
    command = desk.done("/v1/answers", {"answers": [one, {"run": run.id, "round": 1, "refusal": "PRIVACY_RISK"}]})
    assert (command.function, command.subject) == ("answerAll", run.id)
    assert [(given[2], given[7]) for given in command.args[0]] == [(1, 0), (2, 3)]
    refused = desk.refused("/v1/answers", {"answers": [one] * 3})
    assert (refused["code"], refused["position"]) == ("ML-0404", 2)
    assert desk.refused("/v1/answers", {"answers": [{**one, "input": 1}] * 2})["code"] == "ML-0404"


@pytest.mark.parametrize("answered", [True, False])
def test_a_round_is_closed_with_an_aggregate_exactly_when_somebody_contributed(desk_of: Desks, answered: bool) -> None:
    of = going(answered=answered)
    desk, path = desk_of(of, "publisher"), f"/v1/runs/{of.index.facts.runs[0].id}/rounds/1/close"
    with_, without = {"aggregateDigest": digest("a")}, {"aggregateDigest": None}
    good, bad = (with_, without) if answered else (without, with_)
    assert desk.done(path, good).args[2] == (digest("a") if answered else NO_PROJECT)
    assert desk.refused(path, bad)["code"] == "ML-0404"


def test_refusals_are_read_beside_contributions(desk_of: Desks) -> None:
    of = going(answered=True)
    run = of.index.facts.runs[0]
    late = Answer(2, 1, None, Refusal.CONSENT_LAPSED, Reason.REVOKED, NOW, run.at)
    put(of, rounds=(replace(run.rounds[0], epsilon=7, answers=(run.rounds[0].answers[0], late)),))
    (found,) = desk_of(of).read(f"/v1/runs/{run.id}/rounds")["items"]
    assert found["epsilon"] == 7
    assert [(one["refusal"], one["consentState"]) for one in found["answers"]] == [
        (None, "OK"),
        ("CONSENT_LAPSED", "REVOKED"),
    ]
    assert found["answers"][1]["updateDigest"] is None


# --- versions


def publication(of: World, **changed: Any) -> dict[str, Any]:
    run = of.index.facts.runs[0].id
    return {"run": run, "artifactDigest": digest("a"), "cardDigest": digest("c"), "parents": [], **changed}


def test_a_version_comes_from_a_run_that_closed_well(desk_of: Desks) -> None:
    of = going(rounds=0)
    model = of.index.facts.models[0].id
    desk, path = desk_of(of, "publisher"), f"/v1/models/{model}/versions"
    assert "COMPLETED" in desk.refused(path, publication(of))["needed"]
    put(of, outcome=Outcome.ABANDONED)
    assert desk.refused(path, publication(of))["code"] == "ML-0404"
    run = put(of, outcome=Outcome.COMPLETED)
    _, given, parents, scope, inputs = desk.done(path, publication(of)).args
    assert given == (model, run.id, digest("a"), digest("c"))
    assert (parents, scope, inputs) == ([], SHOWN_SCOPE, shown(run))
    put(of, inputs=tuple(replace(one, operation=Operation.TEST) for one in run.inputs))
    assert desk.refused(path, publication(of))["code"] == "ML-0404"  # nothing was trained
    assert desk.refused(path, publication(of, run=digest("?")))["code"] == "ML-0301"


def test_weights_are_exported_under_the_consents_of_what_was_trained_on(desk_of: Desks) -> None:
    of = going(rounds=0)
    run = put(of, outcome=Outcome.COMPLETED)
    second = of.index.facts.consents[1]
    no_export = replace(second.terms, operations=Operation.TRAIN | Operation.TEST)
    of.index.facts.consents[1] = replace(second, terms=no_export)
    desk, path = desk_of(of, "publisher"), f"/v1/models/{run.model}/versions"
    problem = desk.refused(path, publication(of))
    assert (problem["reason"], problem["input"]) == ("OPERATION_NOT_PERMITTED", 1)
    put(of, inputs=(run.inputs[0], replace(run.inputs[1], operation=Operation.TEST)))
    assert desk.done(path, publication(of)).function == "publishVersion"


def test_an_import_has_no_run(desk_of: Desks) -> None:
    of = world(organisation=3)
    model, parent = of.index.facts.models[0].id, of.index.facts.model_versions[0].id
    desk, path = desk_of(of, "publisher"), f"/v1/models/{model}/imports"
    body = {"artifactDigest": digest("a"), "card": {"title": "Base"}, "parents": [parent]}
    command = desk.done(path, body)
    assert command.function == "importVersion"
    assert command.args[1:] == ((model, NO_PROJECT, digest("a"), digest('{"title":"Base"}')), [parent])
    assert desk.refused(path, {**body, "parents": [digest("?")]})["code"] == "ML-0301"
    assert desk.refused(path, {**body, "run": digest("r")})["code"] == "ML-0101"
    assert desk.refused(f"/v1/models/{digest('?')}/imports", body)["code"] == "ML-0301"
    assert desk_of(world(organisation=1)).refused(path, body)["code"] == "ML-0403"


def released(of: World, *steps: tuple[Lifecycle, bool], recalls: int = 0) -> str:
    one = of.index.facts.model_versions[0]
    taken = tuple(LifecycleStep(life, for_sale, NOW - 60, one.at) for life, for_sale in steps)
    of.index.facts.model_versions[0] = replace(one, steps=taken, recalls=recalls)
    return one.id


def test_a_version_is_released_free_of_charge_and_then_for_sale(desk_of: Desks) -> None:
    of = world(organisation=3)
    of.index.facts.consents[1] = replace(of.index.facts.consents[1], log=())
    version, run = released(of), of.index.facts.runs[0]
    desk, path = desk_of(of, "publisher"), f"/v1/versions/{version}/release"
    assert desk.done(path, {"forSale": False}).args == (version,)
    problem = desk.refused(path, {"forSale": True})
    assert (problem["code"], problem["reason"]) == ("ML-0401", "OPERATION_NOT_PERMITTED")
    permit(of, operations=OPERATIONS | Operation.COMMERCIALISE)
    released(of, (Lifecycle.RELEASED, False))
    assert desk.refused(path, {"forSale": False})["got"] == "RELEASED"
    one = of.index.facts.model_versions[0]
    given = (one.model, run.id, one.artifact_digest, one.card_digest)
    record = (3, 1, one.published_at, given, [])
    assert desk.done(path, {"forSale": True}).args == (version, record, SHOWN_SCOPE, shown(run))
    released(of, (Lifecycle.RELEASED, True))
    assert desk.refused(path, {"forSale": True})["got"] == "RELEASED for sale"


def test_an_import_is_sold_with_nothing_to_show(desk_of: Desks) -> None:
    of = world(organisation=3)
    one = of.index.facts.model_versions[0]
    of.index.facts.model_versions[0] = replace(one, run=None)
    command = desk_of(of).done(f"/v1/versions/{one.id}/release", {"forSale": True})
    assert command.args[1][3][1] == NO_PROJECT
    assert command.args[2:] == ((0, 0, 0, NO_PROJECT), [])


def test_a_recalled_version_is_not_released_but_may_be_taken_back(desk_of: Desks) -> None:
    of = world(organisation=3)
    version = released(of, recalls=1)
    desk = desk_of(of, "publisher")
    assert "recall" in desk.refused(f"/v1/versions/{version}/release", {"forSale": False})["detail"]
    sent = desk.write(f"/v1/versions/{version}/release?check=contract", {"forSale": False})
    assert sent.status_code == 202
    assert desk.done(f"/v1/versions/{version}/deprecate").args == (version,)
    assert desk.done(f"/v1/versions/{version}/withdraw").args == (version,)


def test_the_life_of_a_version_goes_forward(desk_of: Desks) -> None:
    of = world(organisation=3)
    version = released(of, (Lifecycle.RELEASED, False), (Lifecycle.DEPRECATED, False))
    desk = desk_of(of, "publisher")
    assert desk.refused(f"/v1/versions/{version}/deprecate")["got"] == "DEPRECATED"
    assert desk.refused(f"/v1/versions/{version}/release", {"forSale": True})["got"] == "DEPRECATED"
    assert desk.done(f"/v1/versions/{version}/withdraw").function == "withdraw"
    found = desk.read(f"/v1/versions/{version}")
    assert (found["lifecycle"], found["forSale"]) == ("DEPRECATED", False)
    assert [step["lifecycle"] for step in found["steps"]] == ["RELEASED", "DEPRECATED"]
    released(of, (Lifecycle.WITHDRAWN, False))
    assert desk.refused(f"/v1/versions/{version}/withdraw")["got"] == "WITHDRAWN"
    assert desk_of(world(organisation=1)).refused(f"/v1/versions/{version}/withdraw")["code"] == "ML-0403"
