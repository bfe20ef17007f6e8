"""Who may do what: who asks has a role, a role may do operations, and an API key's reach may hold some of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ledger_node.errors import AccessError, OutOfReach, RoleMissing, Unauthenticated

if TYPE_CHECKING:
    from ledger_node.ports import Caller


class Role(StrEnum):
    STEWARD = "steward"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    OPERATOR = "operator"


ANYBODY = frozenset(Role)
CUSTODY = frozenset({Role.STEWARD, Role.OPERATOR})
PUBLISHING = frozenset({Role.PUBLISHER, Role.OPERATOR})
GOVERNANCE = frozenset({Role.OPERATOR})
OVERSIGHT = frozenset({Role.AUDITOR, Role.OPERATOR})

#: The operations (by name) that not every role may call, and all writes. Everything else under `/v1` is a read, open to
#: any role.
MAY: dict[str, frozenset[Role]] = {
    "register_dataset": CUSTODY,
    "publish_dataset_version": CUSTODY,
    "publish_dataset_versions": CUSTODY,
    "publish_derived_version": CUSTODY,
    "record_erasure": CUSTODY,
    "make_request": PUBLISHING | CUSTODY,
    "send_message": PUBLISHING | CUSTODY,
    "decline_request": CUSTODY,
    "issue_consent": CUSTODY,
    "suspend_consent": CUSTODY | OVERSIGHT,  # with `until` it is a regulator's: SUSPENDING says whose
    "suspend_consents": CUSTODY | OVERSIGHT,
    "reinstate_consent": CUSTODY,
    "revoke_consent": CUSTODY,
    "answer_round": CUSTODY,
    "answer_rounds": CUSTODY,
    "register_stream": CUSTODY,
    "anchor_stream": CUSTODY,
    "anchor_streams": CUSTODY,
    "register_model": PUBLISHING,
    "publish_model_version": PUBLISHING,
    "import_model_version": PUBLISHING,
    "release_version": PUBLISHING,
    "deprecate_version": PUBLISHING,
    "withdraw_version": PUBLISHING,
    "open_run": PUBLISHING,
    "open_round": PUBLISHING,
    "open_rounds": PUBLISHING,
    "close_round": PUBLISHING,
    "close_run": PUBLISHING,
    "issue_recall": PUBLISHING | OVERSIGHT,
    "acknowledge_recall": ANYBODY,
    "lift_recall": PUBLISHING | OVERSIGHT,
    "put_blob": CUSTODY | PUBLISHING,
    "suspend_in_emergency": OVERSIGHT,
    "report_compromise": GOVERNANCE,
    "confirm_compromise": OVERSIGHT,
    "open_proposal": GOVERNANCE,
    "vote": GOVERNANCE,
    "execute_proposal": GOVERNANCE,
    "cancel_submission": GOVERNANCE,
    "resend_submission": GOVERNANCE,
    "pause_node": GOVERNANCE,
    "resume_node": GOVERNANCE,
    "rebuild_index": GOVERNANCE,
    "run_fsck": GOVERNANCE,
    "fill_captures": GOVERNANCE,
    "make_webhook": GOVERNANCE,
    "list_webhooks": GOVERNANCE,  # their addresses may hold what only their receivers should know
    "get_webhook": GOVERNANCE,
    "remove_webhook": GOVERNANCE,
    "rotate_webhook": GOVERNANCE,
    "replay_webhook": GOVERNANCE,
    "collect_documents": GOVERNANCE,
    "bring_checkpoint": ANYBODY,  # who signed it counts, not who brings it
    "sign_checkpoint": GOVERNANCE,
    "list_reads": OVERSIGHT,
}
#: A suspension with an end is a regulator's, one without is the grantor's.
SUSPENDING = {True: OVERSIGHT, False: CUSTODY}
#: The word of a reach for every read; `NOUN:read` is for those of a noun.
READ = "read"


def credential_of(authorization: str | None) -> str:
    """The API key or token of an Authorization header. Unauthenticated."""
    scheme, _, credential = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not credential or not credential.isascii():
        raise Unauthenticated("this needs an API key or a token", needed="Authorization: Bearer KEY")
    return credential


def require(role: str, allowed: frozenset[Role]) -> None:
    """RoleMissing unless the role is among the allowed."""
    if role not in allowed:
        raise RoleMissing("the key's role may not do this", got=str(role), needed=" or ".join(sorted(allowed)))


def reads(operation: str) -> bool:
    """Whether an operation only reads: what every role may ask in whatever way, and what is listed or got."""
    return operation not in MAY or operation.startswith(("list_", "get_"))


def admit(caller: Caller, noun: str, operation: str) -> None:
    """RoleMissing, or OutOfReach unless a word of the key's reach covers the operation of a noun. None is all."""
    require(caller.role, MAY.get(operation, ANYBODY))
    words = {noun, f"{noun}:{READ}", READ} if reads(operation) else {noun}
    if caller.reach and words.isdisjoint(caller.reach):
        raise OutOfReach("the key does not reach this", got=" ".join(caller.reach), needed=" or ".join(sorted(words)))


def may(caller: Caller, noun: str, operation: str) -> bool:
    """Whether `admit` would let the caller."""
    try:
        admit(caller, noun, operation)
    except AccessError:
        return False
    return True
