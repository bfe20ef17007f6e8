"""FHIR consents as hospitals keep them, in R4 and R5."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACTION = "http://terminology.hl7.org/CodeSystem/consentaction"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def consent_r4(
    patient: str = "p-001",
    status: str = "active",
    policy: str | None = "OPTIN",
    scope: str = "research",
    **provision: Any,
) -> Resource:
    made = {
        "resourceType": "Consent",
        "id": f"c-{patient}",
        "meta": {"lastUpdated": "2026-01-02T03:04:05Z"},
        "status": status,
        "scope": concept(SCOPE, scope),
        "category": [concept("http://loinc.org", "59284-0")],
        "patient": {"reference": f"Patient/{patient}"},
        "dateTime": "2026-01-02",
    }
    if policy is not None:
        made["policyRule"] = concept(ACT_CODE, policy)
    return made | ({"provision": provision} if provision else {})


def consent_r5(
    patient: str = "p-001", status: str = "active", decision: str | None = "permit", **more: Any
) -> Resource:
    made = {
        "resourceType": "Consent",
        "id": f"c-{patient}",
        "status": status,
        "category": [concept(CATEGORIES, "research")],
        "subject": {"reference": f"Patient/{patient}"},
        "date": "2026-01-02",
    }
    return made | ({} if decision is None else {"decision": decision}) | more
