"""A lineage of the index, turned into facts: each field ends where it belongs."""

from __future__ import annotations

import dataclasses
from typing import Any

from ledger_node.domain import codes
from ledger_node.domain.consent import Consent, LogEntry, Terms
from ledger_node.domain.dataset import Dataset, DatasetVersion, Derivation, Parent
from ledger_node.domain.lineage import Lineage
from ledger_node.domain.model import LifecycleStep, Model, ModelVersion
from ledger_node.domain.organisation import Organisation
from ledger_node.domain.position import BlockRef, Position
from ledger_node.domain.recall import Acknowledgement, Recall
from ledger_node.domain.scope import Scope
from ledger_node.domain.training import Answer, Round, Run, RunInput
from ledger_node.proof import facts
from ledger_node.proof.facts import NONE
from ledger_node.proof.hashing import to_hex
from ledger_node.services.facts import facts_of

from .story import NOW, SUBJECT, lineage

FACTS = lineage()
HERE = Position(7, 3)


def told(value: Any) -> Any:
    """A field as the index tells it: bytes as hex, all zeros as nothing."""
    if isinstance(value, bytes):
        return None if value == NONE else to_hex(value)
    return value


def fields(fact: Any, *left_out: str) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(fact) if field.name not in left_out]
    return {name: told(getattr(fact, name)) for name in names}


def scope(fact: facts.Scope) -> Scope:
    return Scope(codes.Purpose(fact.purposes), codes.Region(fact.regions), fact.condition, to_hex(fact.project_ref))


def organisation(fact: facts.Organisation) -> Organisation:
    given = fields(fact) | {"voted": codes.OrganisationStatus(fact.voted)}
    return Organisation(**given | {"capabilities": codes.Capability(fact.capabilities)}, at=HERE)


def dataset_version(fact: facts.DatasetVersion) -> DatasetVersion:
    derivation = None
    if fact.derivation is not None:
        parents = tuple(Parent(**fields(one)) for one in fact.derivation.parents)
        derivation = Derivation(scope(fact.derivation.scope), parents)
    return DatasetVersion(**fields(fact, "custodian", "derivation"), derivation=derivation, at=HERE)


def consent(fact: facts.Consent) -> Consent:
    names = {field.name for field in dataclasses.fields(Terms)}
    known = fields(fact, "log")
    terms = {name: value for name, value in known.items() if name in names}
    terms["project_ref"] = to_hex(fact.project_ref)
    log = (
        LogEntry(codes.Act(one.act), one.actor, codes.StateReason(one.reason), one.at, one.until, HERE)
        for one in fact.log
    )
    rest = {name: value for name, value in known.items() if name not in names}
    return Consent(**rest, terms=Terms(**terms), log=tuple(log), superseded_by=None, at=HERE)


def run(fact: facts.Run) -> Run:
    rounds = tuple(
        Round(
            number=number,
            **fields(one, "answers", "closed_at"),
            closed_at=one.closed_at or None,
            # In the order of time, as the index has them.
            answers=tuple(
                Answer(
                    custodian=given.custodian,
                    input=given.position,
                    update_digest=told(given.update_digest),
                    refusal=codes.Refusal(given.refusal),
                    consent_state=codes.Reason(given.consent_state),
                    answered_at=given.at,
                    at=HERE,
                )
                for given in sorted(one.answers, key=lambda given: given.at)
            ),
            at=HERE,
        )
        for number, one in enumerate(fact.rounds, start=1)
    )
    return Run(
        **fields(fact, "scope", "inputs", "rounds", "closed_at"),
        scope=scope(fact.scope),
        inputs=tuple(RunInput(**fields(one)) for one in fact.inputs),
        rounds=rounds,
        closed_at=fact.closed_at or None,
        at=HERE,
    )


def model_version(fact: facts.ModelVersion) -> ModelVersion:
    steps = [LifecycleStep(codes.Lifecycle.RELEASED, True, NOW, HERE)] if fact.for_sale else []
    if fact.lifecycle != steps[-1].lifecycle if steps else fact.lifecycle != codes.Lifecycle.PUBLISHED:
        steps.append(LifecycleStep(codes.Lifecycle(fact.lifecycle), False, NOW, HERE))
    parents = tuple(to_hex(parent) for parent in fact.parents)
    known = fields(fact, "parents", "lifecycle", "for_sale")
    return ModelVersion(**known, parents=parents, steps=tuple(steps), at=HERE)


def recall(fact: facts.Recall) -> Recall:
    read = tuple(Acknowledgement(number, NOW, HERE) for number in reversed(fact.acknowledged_by))
    known = fields(fact, "acknowledged_by", "lifted_at")
    lifted = {"lifted_by": None if fact.stands else 0, "lifted_at": fact.lifted_at or None}
    return Recall(**known, **lifted, acknowledgements=read, at=HERE)


def test_facts_of_keeps_every_field() -> None:
    told_lineage = Lineage(
        version=to_hex(SUBJECT),
        as_of=BlockRef(9, "0x" + "11" * 32, NOW),
        organisations=tuple(organisation(one) for one in FACTS.organisations),
        datasets=tuple(
            Dataset(to_hex(one.id), one.custodian, one.number, "0x" + "22" * 32, HERE) for one in FACTS.datasets
        ),
        dataset_versions=tuple(dataset_version(one) for one in FACTS.dataset_versions),
        consents=tuple(consent(one) for one in FACTS.consents),
        models=tuple(Model(**fields(one, "latest"), at=HERE) for one in FACTS.models),
        runs=tuple(run(one) for one in FACTS.runs),
        model_versions=tuple(model_version(one) for one in FACTS.model_versions),
        recalls=tuple(recall(one) for one in FACTS.recalls),
        latest={to_hex(one.id): one.latest for one in FACTS.datasets},
        lowest={to_hex(one.id): one.lowest_usable for one in FACTS.datasets},
        latest_models={to_hex(one.id): one.latest for one in FACTS.models},
    )
    assert facts.ordered(facts_of(told_lineage)) == FACTS
