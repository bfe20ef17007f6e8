"""Which terms make sense together: the rules of `contracts/libraries/TermRules.sol`, in its order, as a courtesy."""

from __future__ import annotations

from ledger_node.domain.codes import Modifier, Operation, Permission, Purpose
from ledger_node.domain.consent import LONGEST_WINDOW, Terms
from ledger_node.domain.dataset import DEIDENTIFICATION_OPTIONS
from ledger_node.domain.scope import NO_PROJECT
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, InvalidPurpose, InvalidWindow

DEVELOPMENT = Operation.TRAIN | Operation.FINE_TUNE | Operation.FEDERATED_ROUND


def require_sound(terms: Terms, time: int) -> None:
    """Raises for the first fault: terms that say nothing, or that contradict themselves. `time` is Unix seconds."""
    if not terms.purposes or not terms.operations:
        raise InvalidPurpose("a consent names purposes and operations", got="an empty list", needed="at least one")
    _require_window(terms, time)
    if terms.version_from < 1 or 0 < terms.version_to < terms.version_from:
        raise InvalidField(
            "versionTo lies before versionFrom",
            needed="versionTo not below versionFrom, or null",
            field="body.versionTo",
        )
    if terms.deidentification >> len(DEIDENTIFICATION_OPTIONS):
        raise InvalidField(
            "a de-identification option is not of CID 7050", needed="113100 to 113112", field="body.deidentification"
        )
    if terms.policy_digest == NOTHING:
        raise InvalidField("the policy's digest is zero", needed="a policy document", field="body.policyDigest")
    _require_permission(terms)
    _require_modifiers(terms)


def _require_window(terms: Terms, time: int) -> None:
    if terms.expires_at <= terms.not_before:
        raise InvalidWindow("the window is empty", needed="expiresAt after notBefore", field="body.expiresAt")
    if terms.expires_at - terms.not_before > LONGEST_WINDOW:
        raise InvalidWindow(
            "the window is too long",
            got=f"{terms.expires_at - terms.not_before} seconds",
            needed=f"at most {LONGEST_WINDOW} seconds (ten years)",
            field="body.expiresAt",
        )
    if terms.expires_at <= time:
        raise InvalidWindow("the window has passed", needed="expiresAt in the future", field="body.expiresAt")


def _require_permission(terms: Terms) -> None:
    permission, name = terms.permission, terms.permission.name
    if permission is Permission.DS and not terms.condition:
        raise InvalidField("DS is for one disease", needed="a condition, as in MONDO:0007254", field="body.condition")
    if permission is not Permission.DS and terms.condition:
        raise InvalidField(
            f"{name} takes no condition", needed="the permission DS, or no condition", field="body.condition"
        )
    if permission is Permission.POA and terms.purposes != Purpose.POARCH:
        raise InvalidField(
            "POA is for population origins alone", needed="the purpose POARCH only", field="body.purposes"
        )
    if permission in (Permission.HMB, Permission.DS) and Purpose.POARCH in terms.purposes:
        raise InvalidField(
            f"{name} does not include population origins",
            needed="no POARCH, or one of the permissions NRES, GRU, POA",
            field="body.purposes",
        )


def _require_modifiers(terms: Terms) -> None:
    operations, modifiers, no_project = terms.operations, terms.modifiers, terms.project_ref == NO_PROJECT
    faults = (
        (Modifier.NMDS, bool(operations & DEVELOPMENT), "excludes TRAIN, FINE_TUNE and FEDERATED_ROUND", "operations"),
        (Modifier.NCU, Operation.COMMERCIALISE in operations, "excludes COMMERCIALISE", "operations"),
        (Modifier.NPUNCU, Operation.COMMERCIALISE in operations, "excludes COMMERCIALISE", "operations"),
        (Modifier.NPOA, Purpose.POARCH in terms.purposes, "excludes POARCH", "purposes"),
        (Modifier.PS, no_project, "demands a projectRef", "projectRef"),
        (Modifier.IRB, no_project, "demands a projectRef", "projectRef"),
        (Modifier.GS, not terms.regions, "demands regions", "regions"),
    )
    for modifier, found, rule, field in faults:
        if found and modifier in modifiers:
            raise InvalidField(
                f"the modifier {modifier.name} {rule}",
                needed=f"other {field}, or no {modifier.name}",
                field=f"body.{field}",
                modifier=modifier.name,
            )
    if terms.regions and Modifier.GS not in modifiers:
        raise InvalidField(
            "regions go with the modifier GS", needed="GS, or no regions", field="body.modifiers", modifier="GS"
        )
