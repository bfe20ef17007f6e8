"""Tokens and people of a real OpenID Connect provider at a real node, which stands by for another on the same store."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect, sync_playwright

from ledger_node.client import Client
from ledger_node.client.retries import Retries
from ledger_node.localnet.members import Member
from ledger_node.localnet.nodes import wait_until_ready
from ledger_node.localnet.processes import free_port, start, stop_all
from tests.browser.chromium import chromium
from tests.browser.tidy import violations
from tests.integration.pair import CARD, Pair, refused

SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
AUDIENCE = "urn:medledger:hospital"
PEOPLE = {"dora.steward": ["staff", "ml-steward"], "emil.nobody": ["staff"], "fay.both": ["ml-steward", "ml-auditor"]}
CLIENT, OTHER = "medledger-pages", "another-application"
CLIENTS = {"anna.steward": ["ml-steward"], "bert.auditor": ["staff", "ml-auditor"], "carl.nobody": ["staff"]}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def issuer(port: int) -> Iterator[str]:
    back = f"http://127.0.0.1:{port}/sign-in/callback"
    asked = json.dumps(
        {"audience": AUDIENCE, "clients": CLIENTS, "people": PEOPLE, "applications": {CLIENT: back, OTHER: back}}
    )
    process = subprocess.Popen(
        ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(asked)
        process.stdin.close()
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="module")
def node(pair: Pair, issuer: str, port: int) -> Iterator[Member]:
    """A second process of the hospital's node, which takes the provider's tokens."""
    of = pair.hospital.member
    member = replace(of, port=port)
    content = of.config.read_text().replace(f"port = {of.port}\n", f"port = {member.port}\n")
    oidc = f'\n[oidc]\nissuer = "{issuer}"\naudience = "{AUDIENCE}"\n'
    oidc += 'roles = { ml-steward = "steward", ml-auditor = "auditor" }\n'
    oidc += f'client_id = "{CLIENT}"\nclient_secret_file = "client.secret"\nname = "the clinic"\n'
    (of.folder / "client.secret").write_text(f"{CLIENT}-secret\n")
    config = of.folder / "signing-in.toml"
    config.write_text(content + oidc)
    log = of.folder / "signing-in.log"
    handle = start([sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(config)], log)
    try:
        wait_until_ready(member, handle)
        yield member
    finally:
        stop_all([handle])
    assert log.stat().st_size > 0
    assert not [name for name in (*CLIENTS, *PEOPLE, "code=") if name in log.read_text()]


def token(issuer: str, client: str, audience: str = AUDIENCE) -> str:
    answer = httpx2.post(
        f"{issuer}/token",
        auth=(client, f"{client}-secret"),
        data={"grant_type": "client_credentials", "resource": audience},
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["access_token"])


def asked_with(member: Member, credential: str) -> Client:
    return Client(member.url, credential, retries=Retries(attempts=1))


def test_token_opens_what_its_role_may(pair: Pair, node: Member, issuer: str) -> None:
    with (
        asked_with(node, token(issuer, "anna.steward")) as steward,
        asked_with(node, token(issuer, "bert.auditor")) as auditor,
    ):
        written = steward.datasets.register(CARD, wait=30)
        assert (written["receiptStatus"], auditor.node.get()["organisation"]["name"]) == (1, "Hospital")
        assert refused(lambda: auditor.datasets.register(CARD)).code == "ML-0202"


@pytest.mark.parametrize(
    ("client", "audience", "code"),
    [("carl.nobody", AUDIENCE, "ML-0202"), ("anna.steward", "urn:medledger:another", "ML-0201")],
)
def test_token_for_nothing_here_opens_nothing(node: Member, issuer: str, client: str, audience: str, code: str) -> None:
    with asked_with(node, token(issuer, client, audience)) as nobody:
        assert refused(nobody.node.get).code == code


def test_keys_are_taken_beside_tokens(node: Member) -> None:
    with asked_with(node, node.api_keys["auditor"]) as auditor:
        auditor.node.get()
    with asked_with(node, "a.b.c") as forged:
        assert refused(forged.node.get).code == "ML-0201"


_addresses = count(2)


class Browser:
    """A person's browser, which does what it is told, step by step. Each has an address of its own, whose tries to sign
    in are counted."""

    def __init__(self, member: Member) -> None:
        self.node = member.url
        transport = httpx2.HTTPTransport(local_address=f"127.0.0.{next(_addresses)}")
        self.http = httpx2.Client(transport=transport, trust_env=False)

    def get(self, path: str) -> httpx2.Response:
        return self.http.get(f"{self.node}{path}")

    def set_out(self) -> httpx2.URL:
        """Where the button leads."""
        link = re.search(
            r'href="(/sign-in/provider[^"]*)">Sign in with the clinic<', self.get("/sign-in?next=/models").text
        )
        assert link is not None
        answer = self.get(link[1])
        assert answer.status_code == 303
        return httpx2.URL(answer.headers["Location"])

    def sign_in(self, login: str, way: httpx2.URL) -> str:
        """At the provider, until it sends the browser back: where to."""
        answer = self._follow(self.http.get(way))
        while not answer.is_redirect:
            form = re.search(
                r'action="([^"]+)" method="post">\s*<input type="hidden" name="prompt" value="(\w+)"', answer.text
            )
            assert form is not None
            fields = {"prompt": form[2], "login": login, "password": "x"}
            answer = self._follow(self.http.post(form[1], data=fields))
        return answer.headers["Location"].removeprefix(self.node)

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        while answer.is_redirect and not answer.headers["Location"].startswith(self.node):
            answer = self.http.get(answer.url.join(answer.headers["Location"]))
        return answer

    @property
    def signed_in(self) -> str:
        """What the page says of who is signed in; empty when nobody is."""
        found = re.search(r"Signed in: (.+?)</span>", self.get("/").text)
        return found[1] if found else ""


@pytest.fixture
def browser(node: Member) -> Iterator[Browser]:
    found = Browser(node)
    with found.http:
        yield found


def test_person_signs_in_and_out(browser: Browser, issuer: str) -> None:
    back = browser.sign_in("dora.steward", browser.set_out())
    answer = browser.get(back)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/models")
    assert re.fullmatch(rf"token {re.escape(issuer)} [0-9a-f]{{16}}, steward", browser.signed_in)
    page = browser.get("/").text
    assert "What waits for you" in page
    assert "dora" not in page
    form = re.search(r'name="form" value="([0-9a-f]{64})"', page)
    assert form is not None
    ours = {"Sec-Fetch-Site": "same-origin"}
    browser.http.post(f"{browser.node}/sign-out", data={"form": form[1]}, headers=ours)
    assert not browser.signed_in


def test_person_is_the_same_each_time(browser: Browser) -> None:
    browser.get(browser.sign_in("dora.steward", browser.set_out()))
    one = browser.signed_in
    browser.http.cookies.clear()
    browser.get(browser.sign_in("dora.steward", browser.set_out()))
    assert browser.signed_in == one


@pytest.mark.parametrize("login", ["emil.nobody", "fay.both"])
def test_person_without_one_role_is_told_so(browser: Browser, login: str) -> None:
    answer = browser.get(browser.sign_in(login, browser.set_out()))
    assert answer.status_code == 403
    assert "no single role at this node is yours" in answer.text
    assert not browser.signed_in


Change = Callable[[httpx2.URL], httpx2.URL]
CHANGED: dict[str, tuple[Change, str]] = {
    "nonce": (lambda way: way.copy_set_param("nonce", "x" * 43), "token is of another sign-in"),
    "challenge": (lambda way: way.copy_set_param("code_challenge", "x" * 43), "does not take this code"),
    "client": (lambda way: way.copy_set_param("client_id", OTHER), "does not take this code"),
    "state": (lambda way: way.copy_set_param("state", "x" * 43), "did not begin that sign-in"),
    "no state": (lambda way: way.copy_remove_param("state"), "did not begin that sign-in"),
}


@pytest.mark.parametrize(("change", "why"), CHANGED.values(), ids=CHANGED)
def test_sign_in_that_was_tampered_with_is_not_finished(browser: Browser, change: Change, why: str) -> None:
    answer = browser.get(browser.sign_in("dora.steward", change(browser.set_out())))
    assert answer.status_code == 401
    assert why in answer.text
    assert "That sign-in was not finished." in answer.text
    assert not browser.signed_in


def test_code_serves_once_and_in_its_own_browser(browser: Browser, node: Member) -> None:
    way = browser.set_out()
    kept = dict(browser.http.cookies)
    back = browser.sign_in("dora.steward", way)
    with (other := Browser(node)).http:
        other.set_out()
        assert other.get(back).status_code == 401
        assert not other.signed_in
    assert browser.get(back).status_code == 303
    assert browser.signed_in
    assert browser.get(back).status_code == 401  # what the browser took along has served
    browser.http.cookies.update(kept)
    assert browser.get(back).status_code == 401  # and so has the code


def test_who_thinks_better_of_it_is_not_signed_in(browser: Browser) -> None:
    page = browser._follow(browser.http.get(browser.set_out()))
    leave = re.search(r'href="([^"]+/abort)"', page.text)
    assert leave is not None
    answer = browser.get(browser._follow(browser.http.get(leave[1])).headers["Location"].removeprefix(browser.node))
    assert answer.status_code == 401
    assert "The identity provider signed nobody in." in answer.text


def test_person_signs_in_with_chromium(node: Member) -> None:
    """What a browser enforces of policies and cookies lets the way to the provider and back pass."""
    program = chromium()
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=program) as browser:
        context = browser.new_context(base_url=node.url, locale="fr-FR")
        page = context.new_page()
        page.goto("/sign-in?next=/consortium")
        assert not violations(page)
        page.get_by_role("link", name="Se connecter avec the clinic").click()
        page.locator("[name=login]").fill("dora.steward")
        page.locator("[name=password]").fill("x")
        page.get_by_role("button", name="Sign-in").click()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{node.url}/consortium")
        expect(page.locator("header")).to_contain_text("gestionnaire des données")
        names = {cookie["name"] for cookie in context.cookies(node.url)}
        assert names >= {f"medledger-{node.port}"}
        assert f"medledger-{node.port}-way" not in names
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("link", name="Se connecter").first).to_be_visible()
