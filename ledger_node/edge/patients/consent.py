"""What one FHIR Consent (R4 4.0.1, R5 5.0.0: consent.html) says at a moment of the use of records for research.

The rule is the strictest reading: a deny is read wide and a permit narrow, deny overrides permit, and what is not known
is no permit.

- `status`: only *active* has rules in force. R4's *rejected* ("by one or more of the parties") denies. *unknown*, and a
  code outside the value set, are unclear. Every other known code says nothing: it never permits.
- R4, `scope`: *research* and *patient-privacy* are about the use of records; *treatment* and *adr* say nothing of it;
  anything else is unclear. The rules are `policyRule` (OPTIN permits, OPTOUT denies), the root `provision` when it has
  a `type` (the standard wants none there, and many write one) and each nested provision, which must have one.
- R5: `decision` is the base rule; each provision in force is an exception to it (consent.html, `Consent.provision`), so
  under *permit* it denies. Nothing at any depth can undo that, nor a *deny*.
- A rule is in force in its period and the periods around it, judged at the moment given (`period`).
- Of a provision's other conditions only `action` and `purpose` are weighed: a permit needs the action *use* where it
  names actions, and a research purpose (HL7 ActReason) where it names purposes; R4's patient-privacy must name one, R5
  must have a category of research. A permit with any other condition (actor, class, code, data, …) does not permit,
  since the condition cannot be judged here; a deny with any condition denies.
- An element that the release does not have, a modifier extension and implicit rules are unclear (extensibility.html).
- An active consent about records in which no rule is found (a scanned form) is unclear.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from ledger_node.domain.codes import Purpose
from ledger_node.edge.fhir.policy import Release
from ledger_node.edge.patients.period import ALWAYS, BadPeriod, Held, held


class Said(StrEnum):
    """What a consent says. UNCLEAR excludes as DENY does; NOTHING neither permits nor denies."""

    PERMIT = "PERMIT"
    DENY = "DENY"
    UNCLEAR = "UNCLEAR"
    NOTHING = "NOTHING"


#: valueset-consent-state-codes, and what each but *active* says.
STATUS: dict[Release, dict[str, Said | None]] = {
    Release.R4: {
        "active": None,
        "draft": Said.NOTHING,
        "proposed": Said.NOTHING,
        "rejected": Said.DENY,
        "inactive": Said.NOTHING,
        "entered-in-error": Said.NOTHING,
    },
    Release.R5: {
        "active": None,
        "draft": Said.NOTHING,
        "inactive": Said.NOTHING,
        "not-done": Said.NOTHING,
        "entered-in-error": Said.NOTHING,
        "unknown": Said.UNCLEAR,
    },
}

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
SCOPES = {"research": True, "patient-privacy": True, "treatment": False, "adr": False}
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
BASES = {"OPTIN": Said.PERMIT, "OPTOUT": Said.DENY}
TYPES = {"permit": Said.PERMIT, "deny": Said.DENY}
#: Categories of research in R5, which has no scope: the scope's own code, and those of consent categories.
RESEARCH = {
    (SCOPE, "research"),
    *(("http://terminology.hl7.org/CodeSystem/consentcategorycodes", code) for code in ("research", "rsdid", "rsreid")),
    *((ACT_CODE, code) for code in ("RESEARCH", "RSDID", "RSREID")),
}
PURPOSES = frozenset(name for name in Purpose.__members__ if not name.startswith("EHDS"))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMON = _names(
    "resourceType id meta language text contained extension identifier status category sourceAttachment sourceReference"
    " verification provision"
)
ELEMENTS = {
    Release.R4: _COMMON | _names("scope patient dateTime performer organization policy policyRule"),
    Release.R5: _COMMON
    | _names("subject date period grantor grantee manager controller regulatoryBasis policyBasis policyText decision"),
}
_RULE = _names("id extension period actor action securityLabel purpose code dataPeriod data provision")
PROVISION = {
    Release.R4: _RULE | _names("type class"),
    Release.R5: _RULE | _names("documentType resourceType expression"),
}
_WEIGHED = frozenset({"id", "extension", "type", "period", "provision", "action", "purpose"})

Rule = tuple[Said, Held]


class Unclear(Exception):
    """The consent cannot be judged. Holds no value."""


def said(consent: dict[str, Any], release: Release, at: datetime) -> Said:
    """What a Consent says at a moment with a zone. Raises nothing: what it cannot judge is UNCLEAR."""
    try:
        return _said(consent, release, at)
    except (Unclear, BadPeriod):
        return Said.UNCLEAR


def _said(consent: dict[str, Any], release: Release, at: datetime) -> Said:
    _require_known(consent, ELEMENTS[release])
    status = consent.get("status")
    if not isinstance(status, str) or status not in STATUS[release]:
        raise Unclear
    settled = STATUS[release][status]
    if settled is not None:
        return settled
    if release is Release.R4 and not _is_about_records(consent):
        return Said.NOTHING
    rules = list(_rules_r4(consent, at) if release is Release.R4 else _rules_r5(consent, at))
    if not rules:
        raise Unclear
    if any(verdict is Said.DENY and when.possibly for verdict, when in rules):
        return Said.DENY
    if any(verdict is Said.PERMIT and when.surely for verdict, when in rules):
        return Said.PERMIT
    return Said.NOTHING


def _is_about_records(consent: dict[str, Any]) -> bool:
    codes = [code for system, code in _codings(consent.get("scope")) if system == SCOPE]
    if not codes or any(code not in SCOPES for code in codes):
        raise Unclear
    return any(SCOPES[code] for code in codes)


def _rules_r4(consent: dict[str, Any], at: datetime) -> Iterator[Rule]:
    research = (SCOPE, "research") in _codings(consent.get("scope"))
    root = consent.get("provision", {})
    _require_known(root, PROVISION[Release.R4])
    when = held(root.get("period"), at)
    permitting = Held(when.surely and _permits(root, needs_purpose=not research), when.possibly)
    for system, code in _codings(consent.get("policyRule")):
        if system == ACT_CODE and code in BASES:  # a base that denies has no period: the provision's is the exception's
            yield BASES[code], permitting if BASES[code] is Said.PERMIT else ALWAYS
    if "type" in root:
        yield _verdict(root), permitting if _verdict(root) is Said.PERMIT else when
    yield from _nested_r4(root, Held(when.surely and _permits(root, needs_purpose=False), when.possibly), at, research)


def _nested_r4(rule: dict[str, Any], outer: Held, at: datetime, research: bool) -> Iterator[Rule]:
    """The provisions below one; `research` tells whether the scope or a provision above names a purpose of research."""
    named = research or "purpose" in rule
    for inner in _listed(rule, "provision"):
        _require_known(inner, PROVISION[Release.R4])
        when = held(inner.get("period"), at).within(outer)
        yield _verdict(inner), Held(when.surely and _permits(inner, needs_purpose=not named), when.possibly)
        weighed = Held(when.surely and _permits(inner, needs_purpose=False), when.possibly)
        yield from _nested_r4(inner, weighed, at, named)


def _rules_r5(consent: dict[str, Any], at: datetime) -> Iterator[Rule]:
    decision = consent.get("decision")
    if not isinstance(decision, str) or decision not in TYPES:
        raise Unclear
    when = held(consent.get("period"), at)
    categories = {pair for category in _listed(consent, "category") for pair in _codings(category)}
    yield TYPES[decision], Held(when.surely and bool(categories & RESEARCH), when.possibly)
    for provision in _checked_r5(consent, at):
        if TYPES[decision] is Said.PERMIT:
            yield Said.DENY, provision.within(when)


def _checked_r5(rule: dict[str, Any], at: datetime) -> list[Held]:
    """When the provisions of one level are in force; those below are looked at for what is unclear."""
    found = []
    for inner in _listed(rule, "provision"):
        _require_known(inner, PROVISION[Release.R5])
        found.append(held(inner.get("period"), at))
        _checked_r5(inner, at)
    return found


def _permits(rule: dict[str, Any], *, needs_purpose: bool) -> bool:
    """Whether a permitting rule covers the use for research, by what of its conditions can be judged."""
    if rule.keys() - _WEIGHED:
        return False
    actions = {pair for action in _listed(rule, "action") for pair in _codings(action)}
    purposes = {pair for purpose in _listed(rule, "purpose") for pair in [_coding(purpose)]}
    if "action" in rule and (ACTION, "use") not in actions:
        return False
    if "purpose" not in rule:
        return not needs_purpose
    return any(system == ACT_REASON and code in PURPOSES for system, code in purposes)


def _verdict(rule: dict[str, Any]) -> Said:
    spelled = rule.get("type")
    if not isinstance(spelled, str) or spelled not in TYPES:
        raise Unclear
    return TYPES[spelled]


def _require_known(element: Any, names: frozenset[str]) -> None:
    """Raises Unclear for what is no object, and for a name that the release does not have there.

    `_status` and its like carry extensions of an element that is there; `modifierExtension` and `implicitRules` are not
    among the names.
    """
    if not isinstance(element, dict) or any(name.removeprefix("_") not in names for name in element):
        raise Unclear


def _listed(element: dict[str, Any], name: str) -> list[Any]:
    found = element.get(name, [])
    if not isinstance(found, list):
        raise Unclear
    return found


def _codings(concept: Any) -> list[tuple[str, str]]:
    if concept is None:
        return []
    if not isinstance(concept, dict):
        raise Unclear
    return [_coding(coding) for coding in _listed(concept, "coding")]


def _coding(coding: Any) -> tuple[str, str]:
    if not isinstance(coding, dict):
        raise Unclear
    system, code = coding.get("system", ""), coding.get("code", "")
    if not isinstance(system, str) or not isinstance(code, str):
        raise Unclear
    return system, code
