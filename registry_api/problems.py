"""Problem documents (RFC 9457): the status of every error, and the one form in which errors leave the node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledger_node import errors
from ledger_node.errors import MedLedgerError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"  # seconds, when the node is busy or the chain is away

#: Every error class has its own line; a test compares it with `errors.all_errors()`.
STATUS: dict[type[MedLedgerError], int] = {
    errors.MedLedgerError: 500,
    errors.InputError: 400,
    errors.InvalidField: 400,
    errors.InvalidDigest: 400,
    errors.InvalidId: 400,
    errors.InvalidPurpose: 400,
    errors.InvalidWindow: 400,
    errors.NotDicom: 400,
    errors.EmptyFolder: 400,
    errors.ManifestMismatch: 400,
    errors.DocumentTooLarge: 413,
    errors.NothingEligible: 400,
    errors.InvalidDocument: 400,
    errors.InvalidTable: 400,
    errors.ChoicesUnreadable: 400,
    errors.InvalidVisa: 400,
    errors.AccessError: 403,
    errors.Unauthenticated: 401,
    errors.RoleMissing: 403,
    errors.OutOfReach: 403,
    errors.ProviderUnreachable: 503,
    errors.TooManyRequests: 429,
    errors.FormRefused: 403,
    errors.LookupFailure: 404,
    errors.NotFound: 404,
    errors.UnknownGrantee: 404,
    errors.UnknownDocument: 404,
    errors.PositionUnknown: 404,
    errors.PositionAhead: 409,
    errors.Refusal: 409,
    errors.ConsentRefused: 409,
    errors.ContractRefused: 409,
    errors.NotPermitted: 403,
    errors.StateConflict: 409,
    errors.BatchTooSmall: 409,
    errors.SubmissionError: 409,
    errors.IdempotencyKeyReused: 422,
    errors.IdempotencyKeyMissing: 400,
    errors.QueueFull: 503,
    errors.LedgerError: 503,
    errors.ChainUnreachable: 503,
    errors.WrongChain: 500,
    errors.WrongCode: 500,
    errors.UnknownEvent: 500,
    errors.ChainAnswerInvalid: 503,
    errors.BlobError: 503,
    errors.BlobCorrupt: 500,
    errors.BlobStoreUnreachable: 503,
    errors.EvidenceError: 500,
    errors.EvidenceMalformed: 500,
    errors.TrustMalformed: 500,
    errors.EvidenceUnavailable: 404,
    errors.CheckpointMalformed: 400,
    errors.SplitView: 409,
    errors.HeaderMalformed: 400,
    errors.NodeError: 500,
    errors.ConfigInvalid: 500,
    errors.PortInUse: 500,
    errors.NodeUnreachable: 503,
    errors.IndexConflict: 503,
    errors.KeystoreInvalid: 500,
    errors.NodeFailed: 500,
    errors.ToolMissing: 500,
    errors.NetworkState: 500,
    errors.StoreUnavailable: 503,
    errors.NotTheWriter: 503,
    errors.SignerUnavailable: 503,
    errors.StoreOutdated: 500,
    errors.BackupInvalid: 500,
    errors.JoiningState: 500,
    errors.TooManySubscribers: 503,
    errors.TrackingFailed: 503,
}


def status_of(error: type[MedLedgerError]) -> int:
    return STATUS[error]


def document_of(error: MedLedgerError, status: int | None = None) -> dict[str, Any]:
    """The members of the problem. A fact never takes a standard member's place."""
    standard = {
        "type": f"urn:medledger:error:{error.code}",
        "title": error.title,
        "status": status or status_of(type(error)),
        "code": error.code,
        "detail": error.detail,
        "got": error.got,
        "needed": error.needed,
        "retry": error.retry.value,
    }
    return standard | {name: fact for name, fact in error.facts.items() if name not in standard}


def respond(error: MedLedgerError, status: int | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response. `status` stands in for the table where HTTP itself has a better one (405)."""
    document = document_of(error, status)
    more = dict(headers or {})
    if document["status"] == 401:
        more["WWW-Authenticate"] = 'Bearer realm="medledger"'
    if document["status"] in (429, 503):
        more["Retry-After"] = str(error.facts.get("retryAfter", RETRY_AFTER))
    content = json.dumps(document, default=str).encode()
    return Response(content, status_code=document["status"], headers=more, media_type=MEDIA_TYPE)


def unexpected() -> Response:
    """What a caller sees of a fault in this software: nothing of the exception."""
    return respond(MedLedgerError("the node failed on this request", needed="look at the node's log"))


async def on_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, MedLedgerError)
    return respond(error)
