"""Who may do what: an API key has a role, a role may do operations."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ledger_node.errors import RoleMissing, Unauthenticated

if TYPE_CHECKING:
    from ledger_node.ports import ApiKeys


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

#: The operations (by name) that not every role may call. Everything else under `/v1` is a read, open to any role.
MAY: dict[str, frozenset[Role]] = {
    "register_dataset": CUSTODY,
    "publish_dataset_version": CUSTODY,
    "publish_dataset_versions": CUSTODY,
    "publish_derived_version": CUSTODY,
    "record_erasure": CUSTODY,
    "make_request": PUBLISHING | CUSTODY,
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
    "collect_documents": GOVERNANCE,
}
#: A suspension with an end is a regulator's, one without is the grantor's.
SUSPENDING = {True: OVERSIGHT, False: CUSTODY}


def role_of(keys: ApiKeys, authorization: str | None) -> Role:
    """The role of the key in an Authorization header. Unauthenticated."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key or not key.isascii():
        raise Unauthenticated("this needs an API key", needed="Authorization: Bearer KEY")
    role = keys.role_of(key)
    if role is None:
        raise Unauthenticated("the key is not known to this node", needed="a key that this node's operator made")
    if role not in ANYBODY:
        raise RoleMissing("the key's role is not one of this node's", needed=" or ".join(sorted(ANYBODY)))
    return Role(role)


def require(role: Role, allowed: frozenset[Role]) -> None:
    """RoleMissing unless the role is among the allowed."""
    if role not in allowed:
        raise RoleMissing("the key's role may not do this", got=role.value, needed=" or ".join(sorted(allowed)))
