"""The pages of evidence: what is in a bundle, and files for who has signed in, the same as the API's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.domain.export import ExportFormat
from ledger_node.ports import Missing
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.rates import Rates

from .fakes import KEYS, NOW, World
from .story import HEAD, world_of_all
from .test_explorer import Outline
from .test_sign_in import OURS, TLS

Client = Callable[..., TestClient]


def version_of(of: World) -> str:
    return of.index.facts.model_versions[0].id


@pytest.fixture
def of() -> World:
    return world_of_all()


@pytest.fixture
def browser(application: FastAPI, of: World) -> TestClient:
    """Nobody's, until someone signs in with it."""
    application.state.node, application.state.tries = of.node, Rates()
    return TestClient(application, base_url=TLS, follow_redirects=False)


def sign_in(browser: TestClient, role: str) -> None:
    assert browser.post("/sign-in", data={"key": KEYS[role]}, headers=OURS).status_code == 303


@pytest.mark.parametrize("language", NAMES)
def test_the_page_says_what_is_in_a_bundle(browser: TestClient, of: World, language: str) -> None:
    texts, path = CATALOGUES[language], f"/versions/{version_of(of)}/evidence"
    stranger = browser.get(path, headers={"Accept-Language": language}).text
    sign_in(browser, "auditor")
    page = browser.get(path, headers={"Accept-Language": language}).text
    files = [one["href"] for one in Outline(page).of("a") if "asOf" in (one["href"] or "")]
    assert files[0] == f"{path}/bundle?asOf={HEAD}"
    assert len(files) == 1 + len(ExportFormat) + 3  # three dataset versions are behind it
    for text in ("title", "exports", "limits", "sign_in"):
        assert texts[f"evidence.{text}"] in stranger
    assert "asOf=" not in stranger.replace(f"/evidence?asOf={HEAD}", "")
    assert texts["evidence.kept_failing"].partition("{")[0] not in page


def test_every_file_is_the_api_s(browser: TestClient, of: World) -> None:
    sign_in(browser, "auditor")
    api = {"Authorization": f"Bearer {KEYS['auditor']}"}
    version, dataset = version_of(of), f"datasets/{of.index.facts.dataset_versions[0].dataset}/versions/1/evidence"
    consent = of.index.facts.consents[0].id
    of.blobs.put(b'{"card":1}')
    paths = {
        f"/versions/{version}/evidence/bundle": f"/v1/versions/{version}/evidence",
        f"/consents/{consent}/evidence/bundle": f"/v1/consents/{consent}/evidence",
        f"/{dataset}/bundle": f"/v1/{dataset}",
        **{f"/versions/{version}/exports/{form}": f"/v1/versions/{version}/exports/{form}" for form in ExportFormat},
        "/verify/trust": "/v1/node/trust",
    }
    for page, path in paths.items():
        block = "" if page == "/verify/trust" else f"?asOf={HEAD - 1}"
        got, theirs = browser.get(page + block), browser.get(path + block, headers=api)
        assert (got.status_code, got.content) == (200, theirs.content), page
        assert got.headers["Content-Type"] == theirs.headers["Content-Type"]
        assert got.headers["Content-Disposition"].startswith("attachment; filename=")


def test_files_are_for_who_has_signed_in(browser: TestClient, of: World) -> None:
    path = f"/versions/{version_of(of)}/evidence/bundle?asOf={HEAD}"
    refused = browser.get(path)
    assert refused.status_code == 303
    assert refused.headers["Location"].startswith("/sign-in?next=%2Fversions%2F")
    of.keys.known[KEYS["steward"]] = replace(of.keys.known[KEYS["steward"]], reach=("datasets",))
    sign_in(browser, "steward")
    assert browser.get(path).status_code == 403
    assert browser.get(f"/versions/{version_of(of)}/exports/nonsense").status_code == 400


def test_a_capture_that_fails_is_said(browser: TestClient, of: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = Missing(version_of(of), "ML-0803", 2, NOW)
    monkeypatch.setattr(of.node.capturing, "missing", lambda limit: [failing])
    page = browser.get(f"/versions/{version_of(of)}/evidence").text
    assert "could not be kept the last time it was tried (ML-0803)" in page
