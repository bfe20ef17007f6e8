"""The facts as JSON: which keys there are, what each holds, and how many of each there may be."""

from __future__ import annotations

from ledger_node.proof.codec import boolean, many, maybe, octets, record, rising, text, uint
from ledger_node.proof.facts import (
    Answer,
    Consent,
    Dataset,
    DatasetVersion,
    Derivation,
    Facts,
    Input,
    LogEntry,
    Model,
    ModelVersion,
    Organisation,
    Parent,
    Recall,
    Round,
    Run,
    Scope,
)

_MAX_FACTS = 4096
_MAX_ROUNDS = 16_384
_MAX_INPUTS = 64  # TrainingLog.MAX_INPUTS
_MAX_PARENTS = 16  # ModelRegistry.MAX_PARENTS and DatasetRegistry.MAX_PARENTS
_MAX_LOG = 65_535  # ConsentRules.Grant.logLength
_MAX_RECALLS = 65_535

_id = octets(32)
_digest = octets(32)
_organisation = uint(32)
_number = uint(32)
_time = uint(48)
_enum = uint(8)
_operations = uint(8)
_purposes = uint(16)
_condition = uint(24)
_regions = uint(40)
_options = uint(16)
_rounds = uint(24)
_epsilon = uint(40)

organisation = record(
    Organisation,
    {
        "number": _organisation,
        "name": text(128),
        "admin": octets(20),
        "capabilities": uint(8),
        "for_profit": boolean,
        "voted": _enum,
        "emergency_until": _time,
    },
)
dataset = record(
    Dataset,
    {"id": _id, "custodian": _organisation, "number": _number, "latest": _number, "lowest_usable": _number},
)
scope = record(Scope, {"purposes": _purposes, "regions": _regions, "condition": _condition, "project_ref": _digest})
parent = record(Parent, {"dataset": _id, "version": _number, "consent": _id})
derivation = record(Derivation, {"scope": scope, "parents": many(parent, _MAX_PARENTS)})
dataset_version = record(
    DatasetVersion,
    {
        "dataset": _id,
        "number": _number,
        "custodian": _organisation,
        "published_at": _time,
        "root": _digest,
        "card_digest": _digest,
        "attestation_digest": _digest,
        "options": _options,
        "size_class": _enum,
        "claim": _enum,
        "supersession": _enum,
        "opt_out_checked_at": _time,
        "derivation": maybe(derivation),
        "epsilon_spent": uint(64),
    },
)
log_entry = record(LogEntry, {"act": _enum, "reason": _enum, "actor": _organisation, "at": _time, "until": _time})
consent = record(
    Consent,
    {
        "id": _id,
        "grantor": _organisation,
        "issued_at": _time,
        "dataset": _id,
        "grantee": _organisation,
        "version_from": _number,
        "version_to": _number,
        "basis": _enum,
        "permission": _enum,
        "modifiers": uint(32),
        "purposes": _purposes,
        "operations": _operations,
        "condition": _condition,
        "regions": _regions,
        "deidentification": _options,
        "not_before": _time,
        "expires_at": _time,
        "max_rounds": _rounds,
        "epsilon_budget": _epsilon,
        "project_ref": _digest,
        "policy_digest": _digest,
        "request": _id,
        "supersedes": _id,
        "rounds_used": _rounds,
        "epsilon_spent": _epsilon,
        "log": many(log_entry, _MAX_LOG),
    },
)
model = record(
    Model,
    {"id": _id, "publisher": _organisation, "number": _number, "card_digest": _digest, "latest": _number},
)
run_input = record(Input, {"dataset": _id, "version": _number, "consent": _id, "operation": _operations})
answer = record(
    Answer,
    {
        "position": uint(6),  # below MAX_INPUTS
        "custodian": _organisation,
        "update_digest": _digest,
        "refusal": _enum,
        "consent_state": _enum,
        "at": _time,
    },
)
training_round = record(
    Round,
    {
        "epsilon": _epsilon,
        "opened_at": _time,
        "answers": rising(answer, _MAX_INPUTS, lambda given: given.position),
        "aggregate_digest": _digest,
        "closed_at": _time,
    },
)
run = record(
    Run,
    {
        "id": _id,
        "publisher": _organisation,
        "opened_at": _time,
        "model": _id,
        "scope": scope,
        "card_digest": _digest,
        "code_digest": _digest,
        "container_digest": _digest,
        "inputs": many(run_input, _MAX_INPUTS),
        "rounds": many(training_round, _MAX_ROUNDS),
        "outcome": _enum,
        "result_digest": _digest,
        "closed_at": _time,
    },
)
model_version = record(
    ModelVersion,
    {
        "id": _id,
        "model": _id,
        "publisher": _organisation,
        "number": _number,
        "published_at": _time,
        "run": _id,
        "artifact_digest": _digest,
        "card_digest": _digest,
        "parents": many(_id, _MAX_PARENTS),
        "lifecycle": _enum,
        "for_sale": boolean,
        "recalls": uint(16),
    },
)
recall = record(
    Recall,
    {
        "id": _id,
        "version": _id,
        "issuer": _organisation,
        "severity": _enum,
        "notice_digest": _digest,
        "replacement": _id,
        "issued_at": _time,
        "lifted_at": _time,
        "acknowledged_by": rising(_organisation, _MAX_FACTS, lambda number: number),
    },
)
facts = record(
    Facts,
    {
        "organisations": rising(organisation, _MAX_FACTS, lambda fact: fact.number),
        "datasets": rising(dataset, _MAX_FACTS, lambda fact: fact.id),
        "dataset_versions": rising(dataset_version, _MAX_FACTS, lambda fact: (fact.dataset, fact.number)),
        "consents": rising(consent, _MAX_FACTS, lambda fact: fact.id),
        "models": rising(model, _MAX_FACTS, lambda fact: fact.id),
        "runs": rising(run, _MAX_FACTS, lambda fact: fact.id),
        "model_versions": rising(model_version, _MAX_FACTS, lambda fact: fact.id),
        "recalls": rising(recall, _MAX_RECALLS, lambda fact: fact.id),
    },
)
