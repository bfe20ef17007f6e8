"""Issuing a consent at the pages: what the form begins with, its preview, what the API gets of it, and refusals."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI

from ledger_node.domain.codes import Modifier, Operation, Outcome, Permission, Purpose, Region
from ledger_node.domain.command import Command
from ledger_node.proof.hashing import sha256, to_hex
from registry_api.explorer import terms_form
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.pages import consent_new
from registry_api.rates import Rates
from registry_api.schemas.consent import IssueConsent

from .fakes import NOW, World, digest, make_world
from .story import DAY, HEAD, tell_all, world, world_of_all
from .test_explorer import Outline
from .test_sign_in import OURS, Browser

POLICY = "Nur für Forschung <b>&\nBeschluss 12/2026"
TYPED = {
    "grantee": "3",
    "versionFrom": "1",
    "versionTo": "",
    "basis": "ETHICS_WAIVER",
    "permission": "HMB",
    "condition": "",
    "modifiers.PUB": "on",
    "purposes.HRESCH": "on",
    "purposes.EHDS_53_E": "on",
    "operations.TRAIN": "on",
    "operations.FEDERATED_ROUND": "on",
    "regions.DE": "on",
    "deidentification.113101": "on",
    "deidentification.113109": "on",
    "notBefore": "2026-11-18T00:00",
    "expiresAt": "2027-11-18T12:30:15",
    "maxRounds": "40",
    "epsilonBudget": "0.5",
    "projectRef": "",
    "policyDigest": POLICY,
}

#: What the form has no input for, or none that holds what is not among its choices.
UNSHOWN = ("policyDigest", "permission", "grantee")


class Desk:
    """A browser in which somebody has signed in, at the form."""

    def __init__(self, application: FastAPI, of: World, role: str = "steward", language: str = "en") -> None:
        application.state.node, application.state.tries = of.node, Rates()
        self.of, self.browser = of, Browser(application)
        self.browser.sign_in(role)
        self.browser.client.headers["Accept-Language"] = language
        self.page = self.browser.get("/consents/new")

    @property
    def dataset(self) -> str:
        ours = self.of.node.identity.organisation
        return next(one.id for one in self.of.index.facts.datasets if one.custodian == ours)

    def send(self, step: str, **changed: str | None) -> Any:
        """The page's form with what is typed into it. None leaves a field out."""
        typed = {**hidden(self.page), "dataset": self.dataset, **TYPED, **changed, "step": step}
        fields = {name: text for name, text in typed.items() if text is not None}
        answer = self.browser.client.post("/consents/new", data=fields, headers=OURS)
        if answer.status_code == 200:
            self.page = answer.text
        return answer

    def issued(self) -> Command:
        (command,) = self.of.outbox.commands.values()
        return command


def kept(desk: Desk) -> bool:
    """Whether the node has the policy that was typed."""
    policy = terms_form.policy_of(TYPED)
    assert policy is not None
    return desk.of.node.documents.find(to_hex(sha256(policy))) == policy


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page[page.index("<main") :])
    return {name: unescape(value) for name, value in found}


def filled(page: str) -> dict[str, str]:
    """What the form holds before anybody types."""
    found = {a["name"]: a.get("value") or "on" for a in Outline(page).of("input") if "checked" in a}
    found |= {a["name"]: a["value"] for a in Outline(page).of("input") if a.get("type") not in ("hidden", "checkbox")}
    for select in re.findall(r"<select.*?</select>", page, re.DOTALL):
        name = re.search(r'name="([^"]+)"', select)
        chosen = re.search(r'value="([^"]*)" selected', select)
        found |= {name[1]: chosen[1] if chosen else ""} if name else {}
    return {str(name): str(value) for name, value in found.items()}


@pytest.mark.parametrize("language", NAMES)
def test_a_steward_looks_at_the_terms_and_then_issues_them(application: FastAPI, language: str) -> None:
    desk = Desk(application, world_of_all(), language=language)
    Outline(desk.page)
    assert desk.send("preview").status_code == 200
    found, texts = Outline(desk.page), CATALOGUES[language]
    assert found.of("html")[0]["lang"] == language
    assert '{"combining":"deny-unless-permit"' in unescape(desk.page)
    assert not desk.of.outbox.rows
    assert not kept(desk)
    for shown in ("EHDS_53_E", "DUO:0000019", "113109", "0.5", "<code>DE</code>", "2027-11-18", "GS"):
        assert shown in desk.page
    for warning in ("to_come", "no_export"):
        assert texts[f"caution.{warning}"] in unescape(desk.page)
    assert texts["caution.anywhere"] not in unescape(desk.page)
    answer = desk.browser.client.post("/consents/new", data={**hidden(desk.page), "step": "issue"}, headers=OURS)
    assert answer.status_code == 303
    assert re.fullmatch(r"/submissions/submission-1\?next=%2Fconsents%2F0x[0-9a-f]{64}", answer.headers["Location"])
    assert desk.dataset in str(desk.issued().args)
    assert kept(desk)


def test_the_api_gets_what_was_typed(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    assert desk.send("issue").status_code == 303
    assert kept(desk)
    terms = IssueConsent.model_validate(terms_form.body_of({"dataset": desk.dataset, **TYPED})).facts()
    assert terms.modifiers == Modifier.PUB | Modifier.GS
    assert (terms.purposes, terms.operations) == (
        Purpose.HRESCH | Purpose.EHDS_53_E,
        Operation.TRAIN | Operation.FEDERATED_ROUND,
    )
    assert (terms.version_to, terms.regions, terms.deidentification) == (0, Region.DE, 0b1000000010)
    assert (terms.not_before, terms.expires_at - terms.not_before) == (1_794_960_000, 365 * DAY + 45_015)
    assert (terms.max_rounds, terms.epsilon_budget, terms.grantee) == (40, 500_000, 3)
    assert terms.policy_digest in str(desk.issued().args)


def test_a_form_that_is_sent_twice_issues_once(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    first, second = desk.send("issue"), desk.send("issue")
    assert first.headers["Location"] == second.headers["Location"]
    assert len(desk.of.outbox.rows) == 1


#: What is typed amiss, with the field that says so.
AMISS: list[tuple[dict[str, str | None], str]] = [
    ({"grantee": ""}, "grantee"),
    ({"grantee": "99"}, ""),
    ({"dataset": ""}, "dataset"),
    ({"purposes.HRESCH": None, "purposes.EHDS_53_E": None}, "purposes"),
    ({"condition": "MONDO:0007254"}, "condition"),
    ({"condition": "cancer"}, "condition"),
    ({"operations.COMMERCIALISE": "on", "modifiers.NCU": "on"}, "operations"),
    ({"modifiers.PS": "on"}, "projectRef"),
    ({"expiresAt": "2026-11-17T00:00"}, "expiresAt"),
    ({"expiresAt": "soon"}, "expiresAt"),
    ({"maxRounds": "many"}, "maxRounds"),
    ({"epsilonBudget": "0.0000001"}, "epsilonBudget"),
    ({"epsilonBudget": "NaN"}, "epsilonBudget"),
    ({"epsilonBudget": "9e999999"}, "epsilonBudget"),
    ({"policyDigest": ""}, "policyDigest"),
    ({"policyDigest": "{]"}, "policyDigest"),
    ({"policyDigest": "0x12"}, "policyDigest"),
    ({"permission": "XX"}, "permission"),
]


@pytest.mark.parametrize("step", ["preview", "issue"])
def test_what_is_refused_stands_beside_its_field(application: FastAPI, step: str) -> None:
    desk = Desk(application, world_of_all())
    for changed, field in AMISS if step == "preview" else AMISS[::4]:
        answer = desk.send(step, **changed)
        assert answer.status_code in (400, 404)
        Outline(answer.text)
        assert 'role="alert"' in answer.text
        assert re.findall(r'id="([\w.]+)-error"', answer.text) == ([field] if field else [])
        again = filled(answer.text)
        typed = {name: text for name, text in (TYPED | changed).items() if text and name not in UNSHOWN}
        assert {name: again[name] for name in typed} == typed
    assert not desk.of.outbox.rows


def test_a_form_begins_with_a_year_from_now(application: FastAPI) -> None:
    begins = filled(Desk(application, world_of_all()).page)
    assert begins["notBefore"] == "2026-11-18T11:06:00"
    assert begins["expiresAt"] == "2027-11-18T11:06:00"
    assert (begins["basis"], begins["permission"], begins["grantee"]) == ("CONSENT", "HMB", "")


def test_a_form_answers_a_request(application: FastAPI) -> None:
    facts = tell_all()
    request = facts.requests[1]
    desk = Desk(application, make_world(facts, organisation=1, head=HEAD))
    desk.page = desk.browser.get(f"/consents/new?request={request.id}")
    begins = filled(desk.page)
    assert (begins["grantee"], begins["dataset"], begins["condition"]) == ("3", request.wanted.dataset, "MONDO:0007254")
    assert (begins["permission"], begins["maxRounds"], begins["regions.DE"]) == ("DS", "5", "on")
    assert {name for name in begins if name.startswith("operations.")} == {
        f"operations.{name}" for name in ("TRAIN", "FEDERATED_ROUND", "EXPORT_WEIGHTS")
    }
    fields = {**hidden(desk.page), **begins, "policyDigest": POLICY}
    desk.page = desk.browser.client.post("/consents/new", data=fields, headers=OURS).text
    assert f"/requests/{request.id}" in desk.page
    wider = desk.browser.client.post("/consents/new", data={**hidden(desk.page), "maxRounds": "6"}, headers=OURS)
    assert wider.status_code == 400
    assert 'id="maxRounds-error"' in wider.text


def test_a_form_replaces_a_consent_with_its_own_terms(application: FastAPI) -> None:
    of = world()
    former = of.index.facts.consents[0]
    terms = replace(
        former.terms,
        permission=Permission.NRES,
        modifiers=Modifier.GS | Modifier.NPU,
        regions=Region.OTHER,
        deidentification=0b1000000000010,
        version_to=1,
        not_before=NOW - 17,
    )
    of.index.facts.consents[0] = replace(former, terms=terms)
    desk = Desk(application, of)
    desk.page = desk.browser.get(f"/consents/new?supersedes={former.id}")
    begins = filled(desk.page) | hidden(desk.page) | {"policyDigest": former.terms.policy_digest}
    again = IssueConsent.model_validate(terms_form.body_of(begins)).facts()
    assert again == replace(terms, supersedes=former.id)


@pytest.mark.parametrize("language", NAMES)
def test_replacing_a_consent_says_which_runs_it_stops(application: FastAPI, language: str) -> None:
    of = world()
    former, run = of.index.facts.consents[0], of.index.facts.runs[0]
    texts, link = CATALOGUES[language], f'href="/runs/{run.id}"'

    def pages(state: Outcome) -> tuple[str, str]:
        of.index.facts.runs[0] = replace(run, outcome=state)
        desk = Desk(application, of, language=language)
        form = desk.page = desk.browser.get(f"/consents/new?supersedes={former.id}")
        typed = {**hidden(form), **filled(form), "policyDigest": POLICY, "step": "preview"}
        return form, desk.browser.client.post("/consents/new", data=typed, headers=OURS).text

    for page in pages(Outcome.COMPLETED):
        assert link not in page
        assert texts["issuing.stops_runs"] not in unescape(page)
    form, preview = pages(Outcome.OPEN)
    for page in (form, preview):
        Outline(page)
        assert link in page
        assert texts["issuing.stops_runs"] in unescape(page)
    assert texts["issuing.preview_title"] in unescape(preview)
    assert texts["caution.stops_runs"] in unescape(preview)


def test_a_consent_that_is_none_stops_no_run(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    for none in (digest("nothing"), "0x12", "<b>"):
        answer = desk.send("preview", supersedes=none)
        assert 400 <= answer.status_code < 500
        assert "Please look twice" not in answer.text
        assert 'class="form"' in answer.text


def test_an_older_dataset_stays_chosen(application: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent_new, "MOST_DATASETS", 1)
    of = world_of_all()
    ours = of.index.facts.datasets[0]
    newer = replace(ours, id=digest("newer"), number=ours.number + 1, at=replace(ours.at, block=ours.at.block + 1))
    of.index.facts.datasets.append(newer)
    desk = Desk(application, of)
    assert ours.id not in desk.page
    assert filled(desk.browser.get(f"/consents/new?dataset={ours.id}"))["dataset"] == ours.id
    assert filled(desk.browser.get(f"/consents/new?dataset={newer.id}"))["dataset"] == newer.id
    assert filled(desk.send("preview", dataset=ours.id, grantee="").text)["dataset"] == ours.id
    none = Desk(application, world_of_all(3))
    assert CATALOGUES["en"]["issuing.no_dataset"] in none.browser.get(f"/consents/new?dataset={ours.id}")


def test_what_was_typed_can_be_changed_after_the_preview(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    desk.send("preview")
    answer = desk.browser.client.post("/consents/new", data={**hidden(desk.page), "step": "change"}, headers=OURS)
    assert answer.status_code == 200
    begins = filled(answer.text)
    assert (begins["maxRounds"], begins["regions.DE"], begins["expiresAt"]) == ("40", "on", "2027-11-18T12:30:15")
    assert "<details open>" in answer.text
    assert "Nur für Forschung &lt;b&gt;&amp;" in answer.text
    assert not desk.of.outbox.rows


@pytest.mark.parametrize("step", ["preview", "issue"])
def test_only_custody_issues(application: FastAPI, step: str) -> None:
    for role in ("publisher", "auditor"):
        desk = Desk(application, world_of_all(), role)
        assert "<form class" not in desk.page
        form = re.search(r'name="form" value="([0-9a-f]+)"', desk.page)
        assert form is not None
        answer = desk.send(step, form=form[1], once="x")
        assert answer.status_code == 403
        assert not desk.of.outbox.rows
    stranger = Browser(application)
    assert "data steward" not in stranger.get("/consents/new")
    assert stranger.client.post("/consents/new", data=TYPED, headers=OURS).status_code == 403


def test_another_site_s_form_is_refused(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    fields = {**hidden(desk.page), "dataset": desk.dataset, **TYPED, "step": "issue"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {}):
        assert desk.browser.client.post("/consents/new", data=fields, headers=headers).status_code == 403
    assert desk.browser.client.post("/consents/new", data={**fields, "form": "0" * 64}, headers=OURS).status_code == 403
    assert not desk.of.outbox.rows


def test_an_organisation_without_a_dataset_is_told_so(application: FastAPI) -> None:
    assert CATALOGUES["en"]["issuing.no_dataset"] in Desk(application, world_of_all(3)).page


def test_policies_become_documents() -> None:
    own = terms_form.policy_of({"policyDigest": POLICY})
    assert own is not None
    assert json.loads(own) == {
        "resourceType": "Permission",
        "status": "active",
        "combining": "deny-unless-permit",
        "text": {
            "status": "additional",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Nur für Forschung &lt;b&gt;&amp;</p>'
            "<p>Beschluss 12/2026</p></div>",
        },
    }
    assert terms_form.policy_of({"policyDigest": '{"b": 1,\r\n "a": 2}'}) == b'{"a":2,"b":1}'
    assert terms_form.policy_of({"policyDigest": digest("x")}) is None
    assert terms_form.policy_of({}) is None


def test_every_box_fits_one_form(application: FastAPI) -> None:
    desk = Desk(application, world_of_all())
    boxes = {str(one["name"]): "on" for one in Outline(desk.page).of("input") if one.get("type") == "checkbox"}
    assert len(boxes) > 80
    assert "cannot be read" not in desk.send("preview", **boxes).text
