"""Suspending, reinstating and revoking at the pages: what is shown beforehand, to whom, and what the API gets."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI

from ledger_node.domain.codes import Act, Operation, Outcome, StateReason
from ledger_node.domain.consent import ConsentUse
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.rates import Rates

from .fakes import NOW, World, digest
from .story import DAY, PURPOSES, world, world_of_all
from .test_explorer import Outline
from .test_pages_consent_new import hidden
from .test_sign_in import OURS, Browser


def signed_in(application: FastAPI, of: World, role: str | None = "steward", language: str = "en") -> Browser:
    application.state.node, application.state.tries = of.node, Rates()
    browser = Browser(application)
    browser.client.headers["Accept-Language"] = language
    if role is not None:
        browser.sign_in(role)
    return browser


def own(of: World) -> str:
    """A consent that this node's organisation granted, the newest."""
    return next(one.id for one in reversed(of.index.facts.consents) if one.grantor == of.node.identity.organisation)


def logged(of: World, consent: str, act: Act, reason: StateReason, until: int = 0) -> None:
    facts = of.index.facts
    place = next(n for n, one in enumerate(facts.consents) if one.id == consent)
    entry = replace(world(2).index.facts.consents[1].log[0], act=act, reason=reason, until=until)
    facts.consents[place] = replace(facts.consents[place], log=(entry,))


def reasons(page: str) -> list[str]:
    return [str(one["value"]) for one in Outline(page).of("input") if one.get("type") == "radio"]


@pytest.mark.parametrize("language", NAMES)
def test_a_steward_sees_what_it_reaches_and_then_revokes(application: FastAPI, language: str) -> None:
    of = world_of_all()
    consent, facts = own(of), of.index.facts
    facts.runs[0] = replace(facts.runs[0], outcome=Outcome.OPEN, closed_at=None, result_digest=None)
    derivation = ConsentUse(
        consent, facts.datasets[0].id, 1, Operation.DERIVE_DATASET, PURPOSES, 0, 0, facts.runs[0].at
    )
    facts.uses.append(derivation)
    browser, texts = signed_in(application, of, language=language), CATALOGUES[language]
    page = browser.get(f"/consents/{consent}/revoke")
    found = Outline(page)
    assert found.of("main")[0]["lang"] == language
    for key in ("acts.revoke_lead", "acts.runs_refused", "acts.backward_help", "acts.stays"):
        assert texts[key] in unescape(page)
    assert texts["acts.tainted_many"].format(number=2) in unescape(page)
    for link in (f"/runs/{facts.runs[0].id}", f"/datasets/{facts.datasets[0].id}"):
        assert f'href="{link}"' in page
    assert page.count('href="/versions/') == 2
    assert reasons(page)[-2:] == ["BREACH", "ERROR"]
    assert "SUPERSEDED" not in page
    answer = browser.client.post(
        f"/consents/{consent}/revoke", data={**hidden(page), "reason": "OPT_OUT_BATCH"}, headers=OURS
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/submissions/submission-1?next=%2Fconsents%2F{consent}"
    (command,) = of.outbox.commands.values()
    assert (command.function, command.args) == ("revoke", (consent, int(StateReason.OPT_OUT_BATCH)))


def test_a_suspension_of_one_s_own_is_lifted(application: FastAPI) -> None:
    of = world_of_all()
    consent = own(of)
    browser = signed_in(application, of)
    links = re.compile(rf'class="button[^"]*" href="/consents/{consent}/(\w+)"')
    assert links.findall(browser.get(f"/consents/{consent}")) == ["suspend", "revoke"]
    page = browser.get(f"/consents/{consent}/suspend")
    assert "until" not in [one.get("name") for one in Outline(page).of("input")]
    fields = {**hidden(page), "reason": "STEWARD_DECISION"}
    assert browser.client.post(f"/consents/{consent}/suspend", data=fields, headers=OURS).status_code == 303
    logged(of, consent, Act.SUSPENDED_BY_GRANTOR, StateReason.STEWARD_DECISION)
    assert links.findall(browser.get(f"/consents/{consent}")) == ["reinstate", "revoke"]
    assert CATALOGUES["en"]["acts.makes_no_sense"] in browser.get(f"/consents/{consent}/suspend")
    fields = {**hidden(browser.get(f"/consents/{consent}/reinstate")), "reason": "STEWARD_DECISION"}
    assert browser.client.post(f"/consents/{consent}/reinstate", data=fields, headers=OURS).status_code == 303
    assert [one.function for one in of.outbox.commands.values()] == ["suspend", "reinstate"]


def test_a_revoked_one_can_only_be_revoked_for_what_reaches_back(application: FastAPI) -> None:
    of = world_of_all()
    consent = own(of)
    browser = signed_in(application, of)
    logged(of, consent, Act.REVOKED, StateReason.OPT_OUT_BATCH)
    assert reasons(browser.get(f"/consents/{consent}/revoke")) == ["BREACH", "ERROR"]
    assert reasons(browser.get(f"/consents/{consent}/suspend")) == []
    logged(of, consent, Act.REVOKED, StateReason.BREACH)
    assert reasons(browser.get(f"/consents/{consent}/revoke")) == []
    assert "What you can do" not in browser.get(f"/consents/{consent}")


def test_what_is_refused_is_said(application: FastAPI) -> None:
    of = world_of_all()
    consent = own(of)
    browser = signed_in(application, of)
    for typed in ({}, {"reason": "NONSENSE"}, {"reason": "ERROR", "until": "2026-11-20T00:00"}):
        fields = {**hidden(browser.get(f"/consents/{consent}/suspend")), **typed}
        answer = browser.client.post(f"/consents/{consent}/suspend", data=fields, headers=OURS)
        assert answer.status_code == (403 if "until" in typed else 400)
        assert 'role="alert"' in answer.text
        Outline(answer.text)
    assert not of.outbox.rows


def test_a_regulator_suspends_until_an_end(application: FastAPI) -> None:
    of = world_of_all(4)
    consent = of.index.facts.consents[-1].id
    browser = signed_in(application, of, "auditor")
    assert f"/consents/{consent}/suspend" in browser.get(f"/consents/{consent}")
    assert f"/consents/{consent}/revoke" not in browser.get(f"/consents/{consent}")
    page = browser.get(f"/consents/{consent}/suspend")
    (until,) = [one["value"] for one in Outline(page).of("input") if one.get("name") == "until"]
    fields = {**hidden(page), "reason": "REGULATOR_ORDER", "until": str(until)}
    assert browser.client.post(f"/consents/{consent}/suspend", data=fields, headers=OURS).status_code == 303
    (command,) = of.outbox.commands.values()
    assert (command.function, command.args[-1]) == ("suspendByRegulator", NOW + 7 * DAY)
    late = {**hidden(page), "once": "x", "reason": "REGULATOR_ORDER", "until": "2027-11-20T00:00"}
    answer = browser.client.post(f"/consents/{consent}/suspend", data=late, headers=OURS)
    assert answer.status_code == 400
    assert 'id="until-error"' in answer.text
    assert reasons(browser.get(f"/consents/{consent}/revoke")) == []


@pytest.mark.parametrize(("organisation", "role"), [(1, None), (1, "publisher"), (1, "auditor"), (2, "steward")])
def test_others_read_what_it_would_reach_and_who_may(application: FastAPI, organisation: int, role: str | None) -> None:
    of = world_of_all(organisation)
    consent = of.index.facts.consents[-1].id
    browser = signed_in(application, of, role)
    assert "What you can do" not in browser.get(f"/consents/{consent}")
    for act in ("suspend", "reinstate", "revoke"):
        page = browser.get(f"/consents/{consent}/{act}")
        assert reasons(page) == []
        assert "Universitätsklinikum Nord, who granted it" in page
        assert "2 model versions lean on it." in page
        form = re.search(r'name="form" value="([0-9a-f]+)"', page)
        fields = {"form": form[1] if form else "", "once": "x", "reason": "ERROR"}
        answer = browser.client.post(f"/consents/{consent}/{act}", data=fields, headers=OURS)
        assert answer.status_code == 403
    assert not of.outbox.rows


def test_what_is_not_there_is_missing(application: FastAPI) -> None:
    browser = signed_in(application, world_of_all())
    assert browser.client.get(f"/consents/{digest('nobody')}/revoke").status_code == 404
    assert browser.client.get("/consents/nonsense/revoke").status_code == 400
