"""A bundle is verified on a page, by whoever has signed in; what hostile files cost is bounded."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node import proof
from ledger_node.proof import meanings
from registry_api import verifying
from registry_api.explorer.languages import CATALOGUES, NAMES
from registry_api.explorer.pages import verify
from registry_api.explorer.uploads import _parts
from registry_api.rates import Rates
from tests.unit.proof.story import lineage
from tests.unit.proof.synthetic import Chain, bundle_bytes

from .fakes import KEYS, World
from .story import HEAD, world_of_all
from .test_explorer import Outline
from .test_sign_in import FOREIGN, FORM, OURS, TLS

Send = Callable[..., Any]


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain(lineage())


@pytest.fixture(scope="module")
def bundle(chain: Chain) -> bytes:
    return bundle_bytes(chain)


@pytest.fixture(scope="module")
def trust(chain: Chain) -> bytes:
    return json.dumps(chain.trust()).encode()


@pytest.fixture
def of() -> World:
    return world_of_all()


@pytest.fixture
def browser(application: FastAPI, of: World) -> TestClient:
    """An auditor's."""
    application.state.node, application.state.tries = of.node, Rates()
    found = TestClient(application, base_url=TLS, follow_redirects=False)
    assert found.post("/sign-in", data={"key": KEYS["auditor"]}, headers=OURS).status_code == 303
    return found


@pytest.fixture
def send(browser: TestClient) -> Send:
    def sent(bundle: bytes, trust: bytes = b"", language: str = "en", **headers: str) -> Any:
        form = FORM.search(browser.get("/verify").text)
        assert form is not None
        files = {"bundle": ("a.json", bundle), "trust": ("", trust)}
        headers = {"Accept-Language": language, **(headers or OURS)}
        return browser.post("/verify", data={"form": form[1]}, files=files, headers=headers)

    return sent


@pytest.mark.parametrize("language", NAMES)
def test_a_bundle_is_verified_against_the_trust_file_that_was_brought(
    send: Send, bundle: bytes, trust: bytes, language: str, of: World
) -> None:
    page = send(bundle, trust, language)
    texts, found = CATALOGUES[language], Outline(page.text)
    assert page.status_code == 200
    assert found.of("html")[0]["lang"] == language
    assert len(found.of("h1")) == 1
    assert f"<h1>{texts['verify.verified']}</h1>" in page.text
    assert texts["verify.given_trust"] in page.text
    assert of.node.trusting.told == []  # type: ignore[attr-defined]
    assert texts["verify.not_passed"] not in re.findall(r'class="how \S+">([^<]+)<', page.text)
    for fact in proof.verify(bundle, trust).facts:
        assert texts[f"known.{fact.known}"] in page.text
    for part in ("checks.trust.block", "checks.facts.consent"):
        assert texts[part].replace("'", "&#39;") in page.text


def test_without_one_it_is_verified_against_what_the_node_knows_of_that_block(
    send: Send, bundle: bytes, trust: bytes, of: World
) -> None:
    of.node.trusting.content = trust  # type: ignore[attr-defined]
    page = send(bundle)
    assert CATALOGUES["en"]["verify.own_trust"] in page.text
    assert "<h1>Verified</h1>" in page.text
    assert of.node.trusting.told == [HEAD]  # type: ignore[attr-defined]  # the bundle's block is beyond


def test_a_changed_file_is_refused(send: Send, bundle: bytes, trust: bytes) -> None:
    value = json.loads(bundle)
    value["facts"]["organisations"][0]["name"] = "<script>Evil</script>"
    page = send(rfc8785.dumps(value), trust)
    assert page.status_code == 200
    assert f"<h1>{CATALOGUES['en']['verify.failed']}</h1>" in page.text
    assert "<script>Evil" not in page.text
    assert re.search(r'facts\.organisation</code>.*?class="how missing">failed<', page.text, re.DOTALL)
    Outline(page.text)


@pytest.mark.parametrize(
    ("bundle", "trust", "code"),
    [
        (b"", b"", "ML-0101"),
        (b"\0\xff\r\n--", b"", "ML-0801"),
        (b"{}", b"", "ML-0801"),
        (b"[" * 1_000_000, b"", "ML-0801"),
        (b'{"a":' + b"9" * 100_000 + b"}", b"", "ML-0801"),
    ],
)
def test_what_is_no_bundle_is_refused_in_words(send: Send, bundle: bytes, trust: bytes, code: str) -> None:
    begun = time.monotonic()
    page = send(bundle, trust)
    assert time.monotonic() - begun < 20
    assert page.status_code == 400
    assert code in page.text
    assert 'aria-invalid="true"' in page.text
    Outline(page.text)


def test_what_is_no_trust_file_is_refused_beside_its_field(send: Send, bundle: bytes) -> None:
    page = send(bundle, b"{}")
    assert (page.status_code, "ML-0802" in page.text) == (400, True)
    (wrong,) = [one for one in Outline(page.text).of("input") if one.get("aria-invalid") == "true"]
    assert wrong["name"] == "trust"


def test_time_and_places_are_bounded(
    send: Send, bundle: bytes, application: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "LONGEST", 0.01)
    assert "more time or memory than a page has" in send(bundle).text
    assert application.state.verifying.borrowed_tokens == 0
    monkeypatch.setitem(application.state._state, "verifying", CapacityLimiter(0))
    assert send(bundle).status_code == 429


def test_forms_of_strangers_and_of_other_pages_are_refused(
    browser: TestClient, send: Send, application: FastAPI
) -> None:
    assert send(b"{}", **FOREIGN).status_code == 403
    anew = browser.post("/verify", data={"form": "0" * 64}, files={"bundle": b"{}"}, headers=OURS)
    assert anew.status_code == 403
    assert 'class="form drop"' in anew.text
    assert browser.post("/verify", data={"form": "0"}, headers=OURS).status_code == 403
    stranger = TestClient(application, base_url=TLS)
    assert stranger.post("/verify", files={"bundle": b"{}"}, headers=OURS).status_code == 401
    assert 'href="/sign-in?next=/verify"' in stranger.get("/verify").text
    assert "<form" not in stranger.get("/verify").text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(browser: TestClient) -> None:
    length = {"Content-Length": str(verify.MOST + 1), **OURS}
    assert browser.post("/verify", content=b"", headers=length).status_code == 413
    assert browser.post("/sign-out", content=b"", headers={"Content-Length": str(2 << 20), **OURS}).status_code == 413


def test_only_the_first_facts_are_shown(
    send: Send, bundle: bytes, trust: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "SHOWN", 2)
    assert "Only the first 2 are shown" in send(bundle, trust).text


PART = b'\r\nContent-Disposition: form-data; name="bundle"; filename="a"\r\nContent-Type: x/y\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"--b" + PART + b"one\r\ntwo\r\n--b--\r\n", {"bundle": b"one\r\ntwo"}),
        (b"--b" + PART + b"\r\n--b--", {"bundle": b""}),
        (
            b"--b" + PART + b"1\r\n--b" + PART.replace(b"bundle", b"form") + b"2\r\n--b--",
            {"bundle": b"1", "form": b"2"},
        ),
        (b"--b" + PART + b"1\r\n--b" + PART + b"2\r\n--b--", None),
        (b"--b" + PART + b"one", None),
        (b"before\r\n--b" + PART + b"one\r\n--b--", None),
        (b"--b\r\n\r\none\r\n--b--", None),
        (b"--b" + PART.replace(b"bundle", b"B\0") + b"one\r\n--b--", None),
        (b"--b" + PART.replace(b"x/y", b"x" * 5_000) + b"one\r\n--b--", None),
        (b"--b--", {}),
        (b"", None),
        (b"--b" + (PART + b"\r\n--b") * 10 + b"--", None),
        (b"\r\n--b" * 100_000, None),
    ],
)
def test_parts_of_a_form_are_found(body: bytes, found: dict[str, bytes] | None) -> None:
    assert _parts(body, b"\r\n--b") == found


def test_checks_mean_what_the_verifier_says() -> None:
    texts = {key.removeprefix("checks."): text for key, text in CATALOGUES["en"].items() if key.startswith("checks.")}
    assert texts == {name: meanings.of_check(name) for name in texts}
