"""The dossier of a model version: what blocks its release and how to lift it, and the steps of its life."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI

from ledger_node.domain.codes import Act, Capability, Lifecycle, Operation, StateReason
from ledger_node.domain.model import LifecycleStep
from ledger_node.domain.position import Position
from ledger_node.domain.training import RunInput
from registry_api.explorer.languages import CATALOGUES, NAMES

from .fakes import NOW, World, digest, make_world
from .story import DAY, HEAD, OPERATIONS, Teller, world, world_of_all
from .test_explorer import Outline
from .test_pages_models import browser_of, post, with_card

TEXTS = CATALOGUES["en"]
PUBLISHER = 2


def told(*log: tuple[Act, int, StateReason], sells: bool = True, **terms: Any) -> World:
    """A hospital, a publisher whose node it is, and a version trained under one consent, which permits to sell it."""
    teller = Teller()
    hospital = teller.organisation("Klinik", Capability.CUSTODIAN)
    publisher = teller.organisation("Verlag", Capability.PUBLISHER)
    dataset, model = teller.dataset(hospital), teller.model(publisher)
    consent = teller.consent(hospital, publisher, dataset, *log)
    teller.permit(consent, operations=OPERATIONS | (Operation.COMMERCIALISE if sells else 0), **terms)
    run = teller.run(publisher, model, [RunInput(dataset, 1, consent, Operation.TRAIN)])
    teller.version(publisher, model, run)
    return make_world(teller.facts, organisation=PUBLISHER, head=HEAD)


def path_of(of: World, place: int = -1) -> str:
    return f"/versions/{of.index.facts.model_versions[place].id}"


def lived(of: World, *steps: tuple[Lifecycle, bool]) -> World:
    """After these steps."""
    version = of.index.facts.model_versions[-1]
    taken = tuple(LifecycleStep(step, sold, NOW, Position(HEAD - 5, n)) for n, (step, sold) in enumerate(steps))
    of.index.facts.model_versions[-1] = replace(version, steps=taken)
    return of


def offered(page: str) -> list[str]:
    return re.findall(r'name="step" value="(\w+)"', page)


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("role", [None, "publisher"])
def test_the_dossier_is_well_formed_in_both_languages(application: FastAPI, role: str | None, language: str) -> None:
    of = world_of_all(3)
    with_card(of)
    for place in range(2):
        page = browser_of(application, of, role).get(path_of(of, place), **{"Accept-Language": language})
        found = Outline(page)
        assert found.of("main")[0]["lang"] == language
        ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
        assert len(set(ids)) == len(ids)
        assert len(found.of("caption")) == len(found.of("table"))
        heads = [tag for tag, _ in found.seen if re.fullmatch("h[1-6]", tag)]
        assert heads[0] == "h1"
        assert all(int(b[1]) - int(a[1]) <= 1 for a, b in pairwise(heads))


def test_nothing_blocks_what_all_consents_permit(application: FastAPI) -> None:
    page = browser_of(application, told()).get(path_of(told()))
    assert TEXTS["version.nothing_blocks"] in page
    assert "/requests/new?dataset=" not in page


@pytest.mark.parametrize(
    ("of", "reason", "remedy"),
    [
        (told(sells=False), "OPERATION_NOT_PERMITTED", "anew"),
        (told((Act.SUSPENDED_BY_GRANTOR, 1, StateReason.STEWARD_DECISION)), "SUSPENDED", "reinstated"),
        (told((Act.REVOKED, 1, StateReason.WITHDRAWAL_BATCH)), "REVOKED", "anew"),
        (told(expires_at=NOW - DAY), "EXPIRED", "anew"),
        (told(not_before=NOW + DAY), "NOT_YET_VALID", "wait"),
    ],
)
def test_a_consent_that_blocks_is_named_with_what_can_be_done(
    application: FastAPI, of: World, reason: str, remedy: str
) -> None:
    page = browser_of(application, of).get(path_of(of))
    assert f"{TEXTS[f'codes.Reason.{reason}']} <code>{reason}</code>" in page
    assert TEXTS[f"remedies.{remedy}"] in page
    assert TEXTS["version.free_is_open"] in page
    dataset = of.index.facts.datasets[0].id
    assert (f'/requests/new?dataset={dataset}">{TEXTS["version.ask"].format(hospital="Klinik")}</a>' in page) == (
        remedy == "anew"
    )


def test_a_consent_blocks_as_of_the_block_that_is_asked_about(application: FastAPI) -> None:
    of = told(expires_at=NOW - 1)  # the head's time is NOW, a block is a second
    browser = browser_of(application, of)
    assert "EXPIRED" in browser.get(path_of(of))
    assert TEXTS["version.nothing_blocks"] in browser.get(f"{path_of(of)}?asOf={HEAD - 5}")


def test_recalls_and_parents_block(application: FastAPI) -> None:
    of = world_of_all(3)
    browser = browser_of(application, of)
    recalled = browser.get(path_of(of, 0))
    assert f"{TEXTS['version.blocks_release']}</strong> {TEXTS['obstacles.recalls']}" in recalled
    assert f"/recalls/{of.index.facts.recalls[0].id}" in recalled
    imported = browser.get(path_of(of, 1))
    assert f"{TEXTS['version.blocks_sale']}</strong> {TEXTS['obstacles.parents']}" in imported
    assert TEXTS["obstacles.recalls"] not in imported


@pytest.mark.parametrize(
    ("steps", "expected", "blocked"),
    [
        ((), ["release", "sell", "deprecate", "withdraw"], None),
        (((Lifecycle.RELEASED, False),), ["sell", "deprecate", "withdraw"], None),
        (((Lifecycle.RELEASED, False), (Lifecycle.RELEASED, True)), ["deprecate", "withdraw"], None),
        (((Lifecycle.DEPRECATED, False),), ["withdraw"], "life"),
        (((Lifecycle.WITHDRAWN, False),), [], "life"),
    ],
)
def test_a_life_goes_only_forward(
    application: FastAPI, steps: tuple[tuple[Lifecycle, bool], ...], expected: list[str], blocked: str | None
) -> None:
    page = browser_of(application, lived(told(), *steps), "publisher").get(path_of(told()))
    assert offered(page) == expected
    assert (TEXTS["obstacles.life"] in page) == (blocked is not None)
    assert page.count('aria-current="step"') == 1


def test_steps_are_offered_to_the_version_s_publisher_alone(application: FastAPI) -> None:
    of = told()
    for role, expected in (("steward", 0), ("auditor", 0), ("publisher", 4), ("operator", 4)):
        assert len(offered(browser_of(application, of, role).get(path_of(of)))) == expected
    page = browser_of(application, of).get(path_of(of))
    assert not offered(page)
    assert TEXTS["page.only_for"] in page
    other = world(organisation=1)
    assert not offered(browser_of(application, other, "operator").get(path_of(other)))


@pytest.mark.parametrize(
    ("step", "function"),
    [("release", "release"), ("sell", "releaseForSale"), ("deprecate", "deprecate"), ("withdraw", "withdraw")],
)
def test_a_step_becomes_a_write(application: FastAPI, step: str, function: str) -> None:
    of = told()
    answer = post(browser_of(application, of, "publisher"), path_of(of), step=step)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/submissions/submission-1?next=%2Fversions%2F")
    assert of.outbox.commands["submission-1"].function == function


def test_a_step_that_is_refused_is_shown_on_the_dossier(application: FastAPI) -> None:
    of = told(sells=False)
    answer = post(browser_of(application, of, "publisher"), path_of(of), step="sell")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "OPERATION_NOT_PERMITTED" in answer.text
    assert not of.outbox.commands
    Outline(answer.text)
    nothing = post(browser_of(application, of, "publisher"), path_of(of), step="sideways")
    assert nothing.status_code == 400
    assert not of.outbox.commands


def test_names_cannot_become_markup(application: FastAPI) -> None:
    of = world_of_all(3)
    with_card(of, {"format": "medledger-model-card/1", "title": "<script>1</script>", "intendedUse": "<b>"})
    for one in of.index.facts.organisations:
        object.__setattr__(one, "name", '"><script>alert(1)</script>')
    for place in range(2):
        page = browser_of(application, of, "publisher").get(path_of(of, place))
        assert "<script>" not in page
        Outline(page)


def test_a_version_that_is_not_there_is_a_page(application: FastAPI) -> None:
    of = told()
    assert browser_of(application, of).client.get(f"/versions/{digest('none')}").status_code == 404
