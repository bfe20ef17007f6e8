"""What a consent says: every status x decision x period x nested provision against an oracle of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.edge.fhir.policy import Release
from ledger_node.edge.patients.consent import STATUS, Said, said
from ledger_node.edge.patients.period import BadPeriod, Held, held
from tests.unit.edge.fhir.resources import changed, without
from tests.unit.edge.patients.consents import ACT_REASON, ACTION, concept, consent_r4, consent_r5

AT = datetime(2026, 6, 15, 11, tzinfo=UTC)
R4, R5 = Release.R4, Release.R5

PERIODS: dict[str, dict[str, str] | None] = {
    "none": None,
    "open": {"start": "2020"},
    "now": {"start": "2026-01-01", "end": "2026-12-31"},
    "past": {"end": "2026-06-01"},
    "future": {"start": "2026-07"},
    "today": {"start": "2026-06-15T11:00:00Z", "end": "2026-06-15"},
    "edge": {"start": "2026-06-15"},  # begun in the east, not yet everywhere else
}
SURELY = {"none", "open", "now"}
POSSIBLY = SURELY | {"today", "edge"}
TYPES = ["permit", "deny", "Permit", None]


def with_period(element: dict[str, Any], period: str) -> dict[str, Any]:
    return element if PERIODS[period] is None else {**element, "period": PERIODS[period]}


def typed(kind: str | None) -> dict[str, Any]:
    return {} if kind is None else {"type": kind}


# ---- the oracle: from the parameters of a case, without looking at any resource


def oracle_r4(status: str, policy: str | None, root: str | None, when: str, inner: str | None, inner_when: str) -> Said:
    if status not in ("draft", "proposed", "active", "rejected", "inactive", "entered-in-error"):
        return Said.UNCLEAR
    if status == "rejected":
        return Said.DENY
    if status != "active":
        return Said.NOTHING
    if "Permit" in (root, inner) or inner == "no type" or (policy is None and root is None and inner is None):
        return Said.UNCLEAR
    denies = [policy == "OPTOUT", root == "deny" and when in POSSIBLY]
    denies.append(inner == "deny" and when in POSSIBLY and inner_when in POSSIBLY)
    permits = [(policy == "OPTIN" or root == "permit") and when in SURELY]
    permits.append(inner == "permit" and when in SURELY and inner_when in SURELY)
    return Said.DENY if any(denies) else Said.PERMIT if any(permits) else Said.NOTHING


def oracle_r5(status: str, decision: str | None, when: str, inner_when: str | None) -> Said:
    if status not in ("draft", "active", "inactive", "not-done", "entered-in-error"):
        return Said.UNCLEAR  # `unknown` among them
    if status != "active":
        return Said.NOTHING
    if decision not in ("permit", "deny"):
        return Said.UNCLEAR
    if when not in POSSIBLY:
        return Said.NOTHING
    if decision == "deny" or inner_when in POSSIBLY:
        return Said.DENY
    return Said.PERMIT if when in SURELY else Said.NOTHING


STATUSES = ["draft", "proposed", "active", "rejected", "inactive", "entered-in-error", "not-done", "unknown", "Active"]


def test_every_r4_case_agrees_with_the_oracle() -> None:
    cases = 0
    inners = [*TYPES, "no type"]
    for status, policy, root, when, inner, inner_when in product(
        STATUSES, ["OPTIN", "OPTOUT", None], TYPES, PERIODS, inners, PERIODS
    ):
        provision = with_period(typed(root), when)
        if inner is not None:
            nested = with_period({} if inner == "no type" else typed(inner), inner_when)
            provision["provision"] = [nested]
        consent = consent_r4(status=status, policy=policy, **provision)
        expected = oracle_r4(status, policy, root, when, inner, inner_when)
        assert said(consent, R4, AT) is expected, (status, policy, root, when, inner, inner_when)
        cases += 1
    assert cases == 9 * 3 * 4 * 7 * 5 * 7


def test_every_r5_case_agrees_with_the_oracle() -> None:
    for status, decision, when, inner in product(STATUSES, TYPES, PERIODS, [*PERIODS, "no provision"]):
        more = with_period({}, when)
        if inner != "no provision":
            deeper = {"provision": [{"purpose": [{"system": ACT_REASON, "code": "HRESCH"}]}]}
            more["provision"] = [with_period(deeper, inner)]
        consent = consent_r5(status=status, decision=decision, **more)
        expected = oracle_r5(status, decision, when, inner)
        assert said(consent, R5, AT) is expected, (status, decision, when, inner)


@pytest.mark.parametrize("depth", [1, 2, 5, 20])
def test_a_deny_at_any_depth_overrides_every_permit(depth: int) -> None:
    rule: dict[str, Any] = {"type": "deny"}
    for _ in range(depth):
        rule = {"type": "permit", "provision": [{"type": "permit"}, rule]}
    assert said(consent_r4(**rule), R4, AT) is Said.DENY
    rule = {"type": "permit", "provision": [{"type": "permit"}]}
    for _ in range(depth):
        rule = {"type": "permit", "provision": [rule]}
    assert said(consent_r4(**rule), R4, AT) is Said.PERMIT


def test_a_rule_ends_with_the_rule_around_it() -> None:
    past = {"end": "2026-01"}
    inner = {"type": "deny", "period": {"start": "2020"}}
    assert said(consent_r4(policy=None, type="permit", period=past, provision=[inner]), R4, AT) is Said.NOTHING
    assert said(consent_r4(policy="OPTIN", period=past), R4, AT) is Said.NOTHING


@pytest.mark.parametrize(
    ("provision", "expected"),
    [
        ({"action": [concept(ACTION, "use")]}, Said.PERMIT),
        ({"action": [concept(ACTION, "collect")]}, Said.NOTHING),
        ({"purpose": [{"system": ACT_REASON, "code": "HRESCH"}]}, Said.PERMIT),
        ({"purpose": [{"system": ACT_REASON, "code": "TREAT"}]}, Said.NOTHING),
        ({"purpose": [{"system": "urn:other", "code": "HRESCH"}]}, Said.NOTHING),
        ({"actor": [{"role": concept("x", "y"), "reference": {"reference": "Organization/1"}}]}, Said.NOTHING),
        ({"dataPeriod": {"start": "2020"}}, Said.NOTHING),
        ({"code": [concept("http://loinc.org", "1742-6")]}, Said.NOTHING),
        ({"type": "deny", "code": [concept("http://loinc.org", "1742-6")]}, Said.DENY),
        ({"provision": [{"type": "deny", "purpose": [{"system": ACT_REASON, "code": "HMARKT"}]}]}, Said.DENY),
        ({"provision": [{"type": "permit", "actor": []}]}, Said.PERMIT),
    ],
)
def test_a_permit_is_read_narrow_and_a_deny_wide(provision: dict[str, Any], expected: Said) -> None:
    assert said(consent_r4(**provision), R4, AT) is expected


def test_patient_privacy_needs_a_purpose_of_research() -> None:
    research = [{"system": ACT_REASON, "code": "CLINTRCH"}]
    assert said(consent_r4(scope="patient-privacy"), R4, AT) is Said.NOTHING
    assert said(consent_r4(scope="patient-privacy", purpose=research), R4, AT) is Said.PERMIT
    nested = {"provision": [{"type": "permit", "purpose": research}]}
    assert said(consent_r4(scope="patient-privacy", policy=None, **nested), R4, AT) is Said.PERMIT
    below = {"purpose": research, "provision": [{"type": "permit"}]}
    assert said(consent_r4(scope="patient-privacy", policy=None, **below), R4, AT) is Said.PERMIT
    wrong = {"purpose": [{"system": ACT_REASON, "code": "TREAT"}], "provision": nested["provision"]}
    assert said(consent_r4(scope="patient-privacy", policy=None, **wrong), R4, AT) is Said.NOTHING
    assert said(consent_r4(scope="patient-privacy", policy="OPTOUT"), R4, AT) is Said.DENY


@pytest.mark.parametrize("scope", ["treatment", "adr"])
def test_consents_to_something_else_say_nothing(scope: str) -> None:
    assert said(consent_r4(scope=scope), R4, AT) is said(consent_r4(scope=scope, policy="OPTOUT"), R4, AT)
    assert said(consent_r4(scope=scope), R4, AT) is Said.NOTHING


def test_r5_needs_a_category_of_research_to_permit_and_none_to_deny() -> None:
    other = {"category": [concept("http://loinc.org", "59284-0")]}
    assert said(consent_r5(**other), R5, AT) is Said.NOTHING
    assert said(consent_r5(decision="deny", **other), R5, AT) is Said.DENY


@pytest.mark.parametrize(
    "consent",
    [
        without(consent_r4(), "status"),
        without(consent_r4(), "scope"),
        consent_r4(scope="Research"),
        consent_r4(policy=None),
        consent_r4(policy="CUSTOM"),
        consent_r5(),  # another release
        {**consent_r4(), "decision": "permit"},
        {**consent_r4(), "modifierExtension": [{"url": "x"}]},
        {**consent_r4(), "implicitRules": "x"},
        {**consent_r4(), "status": ["active"]},
        {**consent_r4(), "provision": []},
        {**consent_r4(), "scope": {"coding": {}}},
        {**consent_r4(), "policyRule": "OPTIN"},
        consent_r4(provision=[{"type": "permit", "modifierExtension": []}]),
        consent_r4(provision=["permit"]),
        consent_r4(provision={"type": "permit"}),
        consent_r4(period={"start": "2026-02-30"}),
        consent_r4(period={"start": "2027", "end": "2025"}),
        consent_r4(period={}),
        consent_r4(period="2026"),
        consent_r4(purpose=["HRESCH"]),
        consent_r4(expression={}),
    ],
)
def test_what_cannot_be_judged_is_unclear(consent: dict[str, Any]) -> None:
    assert said(consent, R4, AT) is Said.UNCLEAR


def test_an_extension_of_a_primitive_is_no_rule() -> None:
    assert said({**consent_r4(), "_status": {"id": "1"}}, R4, AT) is Said.PERMIT
    assert said(changed(consent_r5(), "provision", [{"type": "deny"}]), R5, AT) is Said.UNCLEAR


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from(["status", "scope", "provision", "type", "period", "coding", "code", "system",
                                          "decision", "policyRule", "purpose"]), inner, max_size=4)))  # fmt: skip
def test_nonsense_never_permits(nonsense: Any) -> None:
    for name in ("scope", "provision", "policyRule", "status"):
        assert said({**consent_r4(policy=None), name: nonsense}, R4, AT) is not Said.PERMIT
    for name in ("decision", "status"):
        assert said({**consent_r5(decision=None), name: nonsense}, R5, AT) is not Said.PERMIT


def test_the_value_sets_are_those_of_the_standard() -> None:
    assert set(STATUS[R4]) == {"draft", "proposed", "active", "rejected", "inactive", "entered-in-error"}
    assert set(STATUS[R5]) == {"draft", "active", "inactive", "not-done", "entered-in-error", "unknown"}


@pytest.mark.parametrize(
    ("period", "at", "surely", "possibly"),
    [
        ({"end": "2026-06-15"}, "2026-06-15T09:59:59Z", True, True),
        ({"end": "2026-06-15"}, "2026-06-15T10:00:00Z", False, True),
        ({"end": "2026-06-15"}, "2026-06-16T11:59:59Z", False, True),
        ({"end": "2026-06-15"}, "2026-06-16T12:00:00Z", False, False),
        ({"start": "2026-06-15"}, "2026-06-14T09:59:59Z", False, False),
        ({"start": "2026-06-15"}, "2026-06-14T10:00:00Z", False, True),
        ({"start": "2026-06-15"}, "2026-06-15T12:00:00Z", True, True),
        ({"end": "2024-02"}, "2024-02-29T09:00:00Z", True, True),
        ({"end": "2026"}, "2026-12-31T09:00:00Z", True, True),
        ({"end": "2024"}, "2025-01-01T12:00:00Z", False, False),
        ({"end": "9999-12-31"}, "2026-12-31T09:00:00Z", True, True),
        ({"start": "0001-01-01", "end": "9999"}, "2026-12-31T09:00:00Z", True, True),
        ({"start": "2026-06-15T12:00:00+02:00"}, "2026-06-15T10:00:00Z", True, True),
        ({"start": "2026-06-15T12:00:00+02:00"}, "2026-06-15T09:59:59Z", False, False),
        ({"end": "2026-06-15T12:00:00.5Z"}, "2026-06-15T12:00:00Z", True, True),
    ],
)
def test_a_period_holds_surely_or_possibly(period: dict[str, str], at: str, surely: bool, possibly: bool) -> None:
    assert held(period, datetime.fromisoformat(at)) == Held(surely, possibly)


@pytest.mark.parametrize(
    "period",
    [[], {}, {"begin": "2020"}, {"start": 2020}, {"start": ""}, {"start": "2026-13"}, {"end": "26-01-01"},
     {"start": "2026-06-15T12:00"}, {"start": "2026-06-15T25:00:00Z"}, {"start": "2026-06-15T12:00:00"},
     {"start": "2026-07-01", "end": "2026-06-01"}],
)  # fmt: skip
def test_a_bad_period_is_told(period: Any) -> None:
    with pytest.raises(BadPeriod):
        held(period, AT)


@given(
    st.dates(datetime(1900, 1, 1).date(), datetime(2100, 1, 1).date()),
    st.integers(0, 3_000),
    st.integers(-100, 3_100),
    st.integers(-12, 14),
)
def test_a_period_is_never_sure_where_some_zone_disagrees(start: Any, days: int, after: int, zone: int) -> None:
    """Whoever wrote the dates meant one zone's days; whichever it was, `surely` is right and `possibly` covers it."""
    end = start + timedelta(days=days)
    offset = timedelta(hours=zone)
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC) - offset
    at = datetime(start.year, start.month, start.day, 7, tzinfo=UTC) + timedelta(days=after)
    truly = midnight <= at < midnight + timedelta(days=days + 1)
    found = held({"start": start.isoformat(), "end": end.isoformat()}, at)
    assert truly or not found.surely
    assert found.possibly or not truly
