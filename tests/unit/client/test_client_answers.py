"""The client's shapes against the schemas that the API publishes: no field is expected that is not sent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from ledger_node.client import answers
from registry_api.schemas import base as api
from registry_api.schemas import consent, dataset, document, lineage, model, node, organisation, run, stream, submission

PAIRS: list[tuple[Any, type[BaseModel]]] = [
    (answers.Named, api.Organisation),
    (answers.Submission, submission.Submission),
    (answers.Node, node.Node),
    (answers.Ourselves, node.Ourselves),
    (answers.Health, node.Health),
    (answers.IndexDigest, node.IndexDigest),
    (answers.Rebuild, node.Rebuilt),
    (answers.Organisation, organisation.OrganisationAnswer),
    (answers.Organisation, organisation.OrganisationFacts),
    (answers.Proposal, organisation.Proposal),
    (answers.Vote, organisation.CastVote),
    (answers.Admission, organisation.ProposedAdmission),
    (answers.Blob, document.Blob),
    (answers.DatasetVersion, dataset.DatasetVersion),
    (answers.Dataset, dataset.Dataset),
    (answers.Dataset, dataset.DatasetSummary),
    (answers.LogEntry, consent.LogEntry),
    (answers.Consent, consent.Consent),
    (answers.Consent, consent.ConsentFacts),
    (answers.Use, consent.ConsentUse),
    (answers.Check, consent.Checked),
    (answers.Model, model.Model),
    (answers.Model, model.ModelFacts),
    (answers.ModelVersion, model.ModelVersion),
    (answers.ModelVersion, model.ModelVersionFacts),
    (answers.RunInput, run.UsedInput),
    (answers.Contribution, run.Contribution),
    (answers.Round, run.Round),
    (answers.Run, run.Run),
    (answers.Run, run.RunFacts),
    (answers.LineageNode, lineage.Node),
    (answers.LineageEdge, lineage.Edge),
    (answers.Lineage, lineage.Lineage),
    (answers.Affected, lineage.Affected),
    (answers.Anchor, stream.Anchor),
    (answers.Stream, stream.Stream),
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
