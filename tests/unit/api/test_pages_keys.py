"""The page of a key: what it wrote, what is claimed of it, and who may claim it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI

from ledger_node.domain.feed import KINDS
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.rates import Rates

from .fakes import NOW, World
from .story import DAY, HEAD, operator, world, world_of_all
from .test_pages_consortium import Reader, key_changed, read, row_of, well_formed
from .test_sign_in import FOREIGN, FORM, OURS, Browser

__all__ = ["read"]
KEY = operator(101)


class Desk(Browser):
    """Signed in, at a page with forms."""

    def __init__(self, application: FastAPI, of: World, role: str = "operator") -> None:
        application.state.node, application.state.tries = of.node, Rates()
        super().__init__(application)
        self.of = of
        self.sign_in(role)

    def send(self, path: str, fields: dict[str, str], **headers: str) -> int:
        """The form of the page, filled in; `answer` is what came."""
        form = FORM.search(self.get(path))
        bound = {"form": form[1] if form else "", "once": f"once-{len(self.of.outbox.rows)}"}
        self.answer = self.client.post(path, data=bound | fields, headers={**OURS, **headers})
        return self.answer.status_code

    def done(self, path: str, fields: dict[str, str]) -> tuple[str, tuple[object, ...]]:
        """The contract's function and arguments that a form became."""
        assert self.send(path, fields) == 303, self.answer.text
        submission = re.fullmatch(r"/submissions/(submission-\d+)\?next=.+", self.answer.headers["location"])
        assert submission is not None
        command = self.of.outbox.commands[submission[1]]
        return command.function, command.args

    def refused(self, path: str, fields: dict[str, str]) -> str:
        """The page that shows the form again. Nothing was accepted."""
        before = len(self.of.outbox.rows)
        assert 400 <= self.send(path, fields) < 500
        assert len(self.of.outbox.rows) == before
        well_formed(self.answer.text, "en")
        assert 'role="alert"' in self.answer.text
        return str(unescape(self.answer.text))


def unmade(page: str, name: str) -> bool:
    """Whether a choice of a form waits for its person."""
    found = re.search(rf'<select id="{re.escape(name)}".*?</select>', page, re.DOTALL)
    assert found is not None
    start, _, options = found[0].partition(">")
    return start.endswith(" required") and options.startswith('<option value="">') and " selected" not in options


@pytest.mark.parametrize("language", NAMES)
def test_a_key_is_shown_in_every_language(read: Reader, language: str) -> None:
    page, texts = unescape(read(world_of_all(), f"/keys/{KEY}", None, language)), CATALOGUES[language]
    for key in ("no_claim_long", "wrote", "report"):
        assert texts[f"keys.{key}"] in page
    assert texts["events.ConsentIssued"] in page


def test_every_event_has_words() -> None:
    assert {f"events.{name}" for name in KINDS} == {one for one in CATALOGUES["en"] if one.startswith("events.")}


def test_facts_lead_to_what_they_are_about_and_doubt_is_marked(read: Reader) -> None:
    of = world_of_all()
    first, second = of.index.facts.events
    key_changed(of, 1, compromised_since=NOW - HEAD + second.at.block)
    page = read(of, f"/keys/{KEY}")
    assert "since the compromise" not in row_of(page, f"/datasets/{first.args['dataset']}")
    assert "since the compromise" in row_of(page, f"/consents/{second.args['consent']}")


def test_facts_have_pages(read: Reader) -> None:
    of = world_of_all()
    page = read(of, f"/keys/{KEY}?limit=1")
    assert of.index.facts.events[1].args["consent"] not in page
    onward = re.search(r'rel="next" href="([^"]+)"', page)
    assert onward is not None
    assert of.index.facts.events[1].args["consent"] in read(of, f"/keys/{KEY}{unescape(onward[1])}")


def test_only_an_operator_of_the_same_organisation_reports(read: Reader, application: FastAPI) -> None:
    of = world()
    button = 'value="report-compromise"'
    assert button in read(of, f"/keys/{KEY}", "operator")
    for role in ("steward", "auditor", None):
        assert button not in read(of, f"/keys/{KEY}", role)
    assert button not in read(of, f"/keys/{operator(102)}", "operator")
    desk = Desk(application, of)
    path = f"/keys/{operator(102)}"
    assert "an organisation reports its own keys" in desk.refused(
        path, {"act": "report-compromise", "since": "2026-11-17T00:00", "form": desk.form}
    )
    desk = Desk(application, of, "steward")
    assert "ML-0202" in desk.refused(
        f"/keys/{KEY}", {"act": "report-compromise", "since": "2026-11-17T00:00", "form": desk.form}
    )


def test_a_report_becomes_a_write(application: FastAPI) -> None:
    desk = Desk(application, world())
    for typed, since in (("2026-11-17T00:00", NOW - DAY - 40_000), ("2026-11-17T00:00:07", NOW - DAY - 40_000 + 7)):
        done = desk.done(f"/keys/{KEY}", {"act": "report-compromise", "since": typed})
        assert done == ("reportCompromise", (KEY, since))
    assert desk.answer.headers["location"].endswith(f"next=%2Fkeys%2F{KEY}")


@pytest.mark.parametrize("typed", ["", "yesterday", '"><script>', "2026-13-01T00:00"])
def test_what_was_typed_comes_back_with_the_reason(application: FastAPI, typed: str) -> None:
    desk = Desk(application, world())
    page = desk.refused(f"/keys/{KEY}", {"act": "report-compromise", "since": typed})
    assert "time in UTC like" in page
    assert 'aria-invalid="true"' in page
    assert f'value="{typed}"' in page
    assert "<script>" not in desk.answer.text


def test_a_refusal_that_names_no_field_is_shown_too(application: FastAPI) -> None:
    page = Desk(application, world()).refused(f"/keys/{KEY}", {"act": "report-compromise", "since": "2037-01-01T00:00"})
    assert "the time lies in the future" in page
    assert "aria-invalid" not in page


def test_a_regulator_confirms_what_is_claimed(read: Reader, application: FastAPI) -> None:
    of = world(organisation=4)
    button = 'value="confirm-compromise"'
    assert button not in read(of, f"/keys/{KEY}", "auditor")
    key_changed(of, 1, compromised_since=NOW - DAY - 40_000)
    page = read(of, f"/keys/{KEY}", "auditor")
    assert button in page
    assert 'value="2026-11-17T00:00:00"' in page
    assert button not in read(of, f"/keys/{KEY}", "steward")
    desk = Desk(application, of, "auditor")
    done = desk.done(f"/keys/{KEY}", {"act": "confirm-compromise", "since": "2026-11-17T00:00:00"})
    assert done == ("confirmCompromise", (KEY, NOW - DAY - 40_000))
    assert button not in read(world(), f"/keys/{operator(102)}", "auditor")  # a hospital is no regulator


def test_forms_from_elsewhere_and_unknown_acts_are_refused(application: FastAPI) -> None:
    desk = Desk(application, world())
    fields = {"act": "report-compromise", "since": "2026-11-17T00:00"}
    assert desk.send(f"/keys/{KEY}", fields, **FOREIGN) == 403
    assert desk.send(f"/keys/{KEY}", fields | {"form": "0" * 64}) == 403
    assert desk.send(f"/keys/{KEY}", fields | {"act": "../../node/pause"}) == 400
    assert desk.send("/keys/0x12", fields) == 400
    assert not desk.of.outbox.rows


def test_a_key_that_is_claimed_says_what_that_means(read: Reader) -> None:
    of = world()
    key_changed(of, 1, compromised_since=NOW - DAY, compromise_reporter=operator(1), compromise_claimed_at=NOW - 60)
    page = read(of, f"/keys/{KEY}")
    assert "nobody yet" in page
    assert f"/keys/{operator(1)}" in page
    of.index.facts.keys[1] = replace(of.index.facts.keys[1], compromise_confirmed_by=4, confirmed_since=NOW - DAY)
    assert 'href="/organisations/4"' in read(of, f"/keys/{KEY}")
