"""The client's shapes against the schemas that the API publishes: no field is expected that is not sent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from ledger_node.client import answers
from registry_api.schemas import base as api
from registry_api.schemas import (
    card,
    check,
    checkpoint,
    consent,
    dataset,
    document,
    event,
    key,
    lineage,
    model,
    node,
    organisation,
    proposal,
    question,
    reads,
    recall,
    request,
    round,
    run,
    scope,
    stream,
    submission,
    webhook,
)

PAIRS: list[tuple[Any, type[BaseModel]]] = [
    (answers.Named, api.Organisation),
    (answers.Scope, scope.ShownScope),
    (answers.Submission, submission.Submission),
    (answers.Node, node.Node),
    (answers.Ourselves, node.Ourselves),
    (answers.NodeStatus, node.NodeStatus),
    (answers.Pause, node.Pause),
    (answers.Alarm, node.Alarm),
    (answers.RecordedRead, reads.RecordedRead),
    (answers.Finding, node.Found),
    (answers.Fsck, node.Checked),
    (answers.Collected, node.CollectedDocuments),
    (answers.MissingCapture, node.MissingCapture),
    (answers.Captured, node.Captured),
    (answers.Filled, node.Filled),
    (answers.Health, node.Health),
    (answers.IndexDigest, node.IndexDigest),
    (answers.Rebuild, node.Rebuilt),
    (answers.Organisation, organisation.OrganisationAnswer),
    (answers.Organisation, organisation.OrganisationFacts),
    (answers.Emergency, organisation.Emergency),
    (answers.Consortium, organisation.Consortium),
    (answers.Thresholds, organisation.Thresholds),
    (answers.Generation, organisation.GenerationFacts),
    (answers.Key, key.Key),
    (answers.Key, key.KeyFacts),
    (answers.WrittenFact, key.WrittenFact),
    (answers.Event, event.CloudEvent),
    (answers.EventData, event.EventData),
    (answers.Webhook, webhook.WebhookFacts),
    (answers.WaitingWebhook, webhook.WebhookAnswer),
    (answers.WebhookSecret, webhook.WebhookSecret),
    (answers.Checkpoint, checkpoint.Checkpoint),
    (answers.Headers, checkpoint.Headers),
    (answers.Proposal, proposal.Proposal),
    (answers.Proposal, proposal.ProposalFacts),
    (answers.Vote, proposal.CastVote),
    (answers.Admission, proposal.ProposedAdmission),
    (answers.Blob, document.Blob),
    (answers.DatasetVersion, dataset.DatasetVersion),
    (answers.Derivation, dataset.Derivation),
    (answers.Parent, dataset.ShownParent),
    (answers.Dataset, dataset.Dataset),
    (answers.Dataset, dataset.DatasetSummary),
    (answers.Erasure, dataset.Erasure),
    (answers.Request, request.Request),
    (answers.Request, request.RequestFacts),
    (answers.VisaStatement, request.VisaStatement),
    (answers.VisaCheck, request.VisaCheck),
    (answers.Message, request.Message),
    (answers.Grant, request.Grant),
    (answers.CardSchema, card.CardSchema),
    (answers.CardSchemas, card.CardSchemas),
    (answers.Listing, request.Requests),
    (answers.Deidentification, scope.ShownDeidentification),
    (answers.LogEntry, consent.LogEntry),
    (answers.Consent, consent.Consent),
    (answers.Consent, consent.ConsentFacts),
    (answers.Use, consent.ConsentUse),
    (answers.Check, check.Checked),
    (answers.Model, model.Model),
    (answers.Model, model.ModelFacts),
    (answers.LifecycleStep, model.LifecycleStep),
    (answers.ModelVersion, model.ModelVersion),
    (answers.ModelVersion, model.ModelVersionFacts),
    (answers.Recall, recall.Recall),
    (answers.Recall, recall.RecallFacts),
    (answers.Acknowledgement, recall.Acknowledgement),
    (answers.Lifting, recall.Lifting),
    (answers.RunInput, run.UsedInput),
    (answers.RoundAnswer, round.RoundAnswer),
    (answers.Round, round.Round),
    (answers.Run, run.Run),
    (answers.Run, run.RunFacts),
    (answers.LineageNode, lineage.Node),
    (answers.LineageEdge, lineage.Edge),
    (answers.Lineage, lineage.Lineage),
    (answers.UsedAt, lineage.UsedAt),
    (answers.Affected, lineage.Affected),
    (answers.QuestionSummary, question.QuestionSummary),
    (answers.Questions, question.Questions),
    (answers.QuestionAnswer, question.QuestionAnswer),
    (answers.StatedFact, question.Fact),
    (answers.Source, question.Source),
    (answers.MissingPart, question.Missing),
    (answers.Link, question.Reading),
    (answers.Anchor, stream.Anchor),
    (answers.Stream, stream.Stream),
    (answers.Stream, stream.StreamFacts),
]


@pytest.mark.parametrize(("shape", "schema"), PAIRS)
def test_shape_expects_what_the_schema_sends(shape: Any, schema: type[BaseModel]) -> None:
    sent = schema.model_json_schema(by_alias=True, mode="serialization")["properties"].keys()
    known = shape.__required_keys__ | shape.__optional_keys__
    assert shape.__required_keys__ <= sent
    assert sent <= known


def test_every_shape_is_compared() -> None:
    shapes = {value for value in vars(answers).values() if getattr(value, "__required_keys__", None)}
    assert shapes - {shape for shape, _ in PAIRS} == set()
