"""Every operation of the API has a method of the client and a command, but for those that say why not."""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path

import pytest

from ledger_node.cli.reference import commands
from ledger_node.client import Client

OPENAPI = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
METHODS = {"get", "post", "put", "patch", "delete"}
#: By operation: the method of the client, and the command.
REACHED = {
    "acknowledge_recall": ("recalls.acknowledge", "acknowledgement make"),
    "anchor_stream": ("streams.anchor", "stream anchor"),
    "anchor_streams": ("streams.anchor_all", "stream anchor"),
    "answer_question": ("versions.question", "version questions"),
    "answer_round": ("runs.contribute", "run contribute"),
    "answer_rounds": ("runs.answer_all", "run contribute"),
    "bring_checkpoint": ("checkpoints.bring", "checkpoint bring"),
    "cancel_submission": ("submissions.cancel", "submission cancel"),
    "check_consent": ("consents.check", "consent check"),
    "check_visa": ("requests.check_visa", "request check-visa"),
    "close_round": ("runs.close_round", "run round"),
    "close_run": ("runs.close", "run close"),
    "collect_documents": ("node.collect", "blobs gc"),
    "confirm_compromise": ("keys.confirm", "key confirm"),
    "decline_request": ("requests.decline", "request decline"),
    "deprecate_version": ("versions.deprecate", "model deprecate"),
    "execute_proposal": ("proposals.execute", "proposal execute"),
    "export_dataset_version": ("datasets.export", "dataset export"),
    "export_version": ("versions.export", "version export"),
    "fill_captures": ("node.fill_captures", "evidence capture"),
    "get_blob": ("blobs.get", "blobs show"),
    "get_captures": ("node.captures", "evidence capture"),
    "get_checkpoint": ("checkpoints.get", "checkpoint show"),
    "get_consent": ("consents.get", "consent show"),
    "get_consent_evidence": ("consents.evidence", "evidence fetch"),
    "get_consent_impact": ("consents.impact", "impact"),
    "get_consortium": ("consortium.get", "proposal rules"),
    "get_dataset": ("datasets.get", "dataset show"),
    "get_dataset_impact": ("datasets.impact", "impact"),
    "get_dataset_version_evidence": ("datasets.evidence", "evidence fetch"),
    "get_evidence": ("versions.evidence", "evidence fetch"),
    "get_index_digest": ("index.digest", "index digest"),
    "get_key": ("keys.get", "key facts"),
    "get_lineage": ("versions.lineage", "lineage"),
    "get_model": ("models.get", "model show"),
    "get_node": ("node.get", "node show"),
    "get_node_status": ("node.status", "node status"),
    "get_organisation": ("organisations.get", "organisation show"),
    "get_organisation_impact": ("organisations.impact", "impact"),
    "get_proposal": ("proposals.get", "proposal show"),
    "get_recall": ("recalls.get", "recall show"),
    "get_request": ("requests.get", "request show"),
    "get_run": ("runs.get", "run show"),
    "get_schema": ("schemas.get", "schema show"),
    "get_stream": ("streams.get", "stream show"),
    "get_submission": ("submissions.get", "submission show"),
    "get_trust": ("node.trust", "evidence trust"),
    "get_version": ("versions.get", "version show"),
    "get_webhook": ("webhooks.get", "webhook show"),
    "import_model_version": ("models.import_version", "model import"),
    "issue_consent": ("consents.issue", "consent issue"),
    "issue_recall": ("recalls.issue", "recall issue"),
    "lift_recall": ("recalls.lift", "recall lift"),
    "list_alarms": ("node.alarms", "node alarms"),
    "list_anchors": ("streams.anchors", "stream show"),
    "list_checkpoints": ("checkpoints.list", "checkpoint list"),
    "list_consent_uses": ("consents.uses", "consent uses"),
    "list_consents": ("consents.all", "consent list"),
    "list_dataset_versions": ("datasets.versions", "dataset versions"),
    "list_datasets": ("datasets.all", "dataset list"),
    "list_erasures": ("datasets.erasures", "dataset erasures"),
    "list_events": ("events.list", "events list"),
    "list_generations": ("consortium.generations", "proposal rules"),
    "list_headers": ("checkpoints.headers", "evidence advance"),
    "list_keys": ("organisations.keys", "key list"),
    "list_model_versions": ("models.versions", "model versions"),
    "list_models": ("models.all", "model list"),
    "list_organisations": ("organisations.all", "organisation list"),
    "list_proposals": ("proposals.all", "proposal list"),
    "list_questions": ("versions.questions", "version questions"),
    "list_reads": ("node.reads", "node reads"),
    "list_recalls": ("recalls.all", "recall list"),
    "list_requests": ("requests.all", "request list"),
    "list_rounds": ("runs.rounds", "run rounds"),
    "list_runs": ("runs.all", "run list"),
    "list_schemas": ("schemas.list", "schema list"),
    "list_streams": ("streams.all", "stream list"),
    "list_submissions": ("submissions.list", "submission list"),
    "list_versions": ("versions.all", "version list"),
    "list_webhooks": ("webhooks.all", "webhook list"),
    "list_written_facts": ("keys.facts", "key facts"),
    "make_request": ("requests.make", "request make"),
    "make_webhook": ("webhooks.make", "webhook make"),
    "open_proposal": ("proposals.admit", "proposal open admit"),
    "open_round": ("runs.open_round", "run round"),
    "open_rounds": ("runs.open_rounds", "run round"),
    "open_run": ("runs.open", "run open"),
    "pause_node": ("node.pause", "node pause"),
    "publish_dataset_version": ("datasets.publish", "dataset register"),
    "publish_derived_version": ("datasets.derive", "dataset derive"),
    "publish_model_version": ("models.publish", "model publish"),
    "put_blob": ("blobs.put", "blobs put"),
    "rebuild_index": ("index.rebuild", "index rebuild"),
    "record_erasure": ("datasets.record_erasure", "dataset erasure"),
    "register_dataset": ("datasets.register", "dataset register"),
    "register_model": ("models.register", "model register"),
    "register_stream": ("streams.open", "stream open"),
    "reinstate_consent": ("consents.reinstate", "consent reinstate"),
    "release_version": ("versions.release", "model release"),
    "remove_webhook": ("webhooks.remove", "webhook remove"),
    "replay_webhook": ("webhooks.replay", "webhook replay"),
    "report_compromise": ("keys.report", "key report"),
    "resend_submission": ("submissions.resend", "submission resend"),
    "resume_node": ("node.resume", "node resume"),
    "revoke_consent": ("consents.revoke", "consent revoke"),
    "rotate_webhook": ("webhooks.rotate", "webhook rotate"),
    "run_fsck": ("node.fsck", "fsck"),
    "send_message": ("requests.send_message", "request send-message"),
    "sign_checkpoint": ("checkpoints.sign", "checkpoint sign"),
    "suspend_consent": ("consents.suspend", "consent suspend"),
    "suspend_consents": ("consents.suspend_all", "consent suspend"),
    "suspend_in_emergency": ("organisations.suspend_in_emergency", "organisation suspend-in-emergency"),
    "vote": ("proposals.vote", "proposal vote"),
    "withdraw_version": ("versions.withdraw", "model withdraw"),
}
#: Operations without a command, and those without a method of the client either.
WITHOUT_COMMAND = {
    "publish_dataset_versions": (
        "datasets.publish_all",
        "dataset register goes on with its one folder after a break",
    ),
    "get_health": ("node.health", "for supervisors; a person asks for node status"),
}
WITHOUT_METHOD = {
    "get_readiness": "for supervisors; node.status says the same and why",
    "get_metrics": "for Prometheus, in its own form",
    "get_lineage_picture": "a picture for pages; versions.lineage has what is on it",
}


def operations() -> set[str]:
    return {of["operationId"] for path in OPENAPI["paths"].values() for name, of in path.items() if name in METHODS}


def test_every_operation_is_accounted_for_once() -> None:
    accounted = [*REACHED, *WITHOUT_COMMAND, *WITHOUT_METHOD]
    assert sorted(accounted) == sorted(operations())


@pytest.mark.parametrize("named", [method for method, _ in (*REACHED.values(), *WITHOUT_COMMAND.values())])
def test_operation_has_a_method_of_the_client(named: str) -> None:
    noun, method = named.split(".")
    with Client("http://127.0.0.1:1") as client:
        assert callable(getattr(getattr(client, noun), method))


def test_operations_have_commands() -> None:
    known = {" ".join(takewhile(str.islower, name.split())) for name, _ in commands()}
    assert {command for _, command in REACHED.values()} <= known
