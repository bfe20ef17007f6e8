"""Signing in at the pages: what opens and ends a session, what its cookies are, and whose forms are taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger_node.errors import MedLedgerError, ProviderUnreachable, RoleMissing, Unauthenticated
from ledger_node.ports import Caller, Person
from ledger_node.services.access import Access
from ledger_node.services.sessions import IDLE, LONGEST, Sessions
from registry_api.app import SIGN_IN_TRIES
from registry_api.rates import Rates

from .fakes import KEYS, NOW, MemoryKeys, MemorySessions, World
from .story import world_of_all

TLS, LOOPBACK, AFAR = "https://node.hospital.example", "http://127.0.0.1:8480", "http://node.hospital.example"
OURS, FOREIGN = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}
FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')
COOKIE = "__Host-medledger"


class Browser:
    """A person's browser at one node. Its forms are its own unless told otherwise."""

    def __init__(self, application: FastAPI, base: str = TLS) -> None:
        self.client = TestClient(application, base_url=base, follow_redirects=False)

    def get(self, path: str = "/", **headers: str) -> str:
        return str(self.client.get(path, headers={"Accept": "text/html", **headers}).text)

    def sign_in(self, role: str = "steward", next_: str = "/", headers: dict[str, str] = OURS) -> int:
        fields = {"key": KEYS.get(role, role), "next": next_}
        self.answer = self.client.post("/sign-in", data=fields, headers=headers)
        return self.answer.status_code

    def sign_out(self, form: str, headers: dict[str, str] = OURS) -> int:
        return self.client.post("/sign-out", data={"form": form}, headers=headers).status_code

    @property
    def form(self) -> str:
        found = FORM.search(self.get())
        assert found is not None
        return found[1]

    @property
    def is_signed_in(self) -> bool:
        return FORM.search(self.get()) is not None


@pytest.fixture
def of() -> World:
    return world_of_all()


@pytest.fixture
def opened(application: FastAPI, of: World) -> FastAPI:
    application.state.node, application.state.tries = of.node, Rates(*SIGN_IN_TRIES)
    return application


@pytest.fixture
def browser(opened: FastAPI) -> Browser:
    return Browser(opened)


def test_a_key_opens_a_session_and_signing_out_ends_it(browser: Browser) -> None:
    assert not browser.is_signed_in
    assert browser.sign_in() == 303
    page = browser.get()
    assert "Node of Universitätsklinikum Nord" in page
    assert re.search(r"Signed in: key [0-9a-f]{12} steward, steward", page)
    assert "Signed in" in browser.get("/nowhere")
    assert browser.sign_out(browser.form) == 303
    assert not browser.is_signed_in
    assert not browser.client.cookies


@pytest.mark.parametrize("key", ["", "nobody's", "a.b.c", "ключ", "x" * 9_000])
def test_another_key_is_refused_and_nothing_of_it_is_said(browser: Browser, key: str) -> None:
    assert browser.sign_in(key) == 401
    assert "That key does not open this node" in browser.answer.text
    assert "set-cookie" not in browser.answer.headers
    assert not key or key not in browser.answer.text


def test_the_cookie_is_for_this_host_and_no_script(browser: Browser) -> None:
    browser.sign_in()
    name, _, rest = browser.answer.headers["set-cookie"].partition("=")
    assert name == COOKIE
    assert set(rest.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}
    assert KEYS["steward"] not in rest


def test_on_this_machine_a_cookie_says_which_node(opened: FastAPI) -> None:
    browser = Browser(opened, LOOPBACK)
    assert browser.sign_in() == 303
    name, _, rest = browser.answer.headers["set-cookie"].partition("=")
    assert name == "medledger-8480"
    assert set(rest.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=lax"}
    assert browser.is_signed_in


def test_without_tls_from_afar_no_key_is_asked_for(opened: FastAPI) -> None:
    browser = Browser(opened, AFAR)
    assert "<form" not in browser.get("/sign-in")
    assert "Signing in needs TLS" in browser.get("/sign-in")
    assert browser.sign_in() == 403
    assert "ML-0206" in browser.answer.text


@pytest.mark.parametrize("host", ["[", "[::1", "x:port", "127.0.0.1:99999", "", "x/y?z"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere"])
def test_a_host_that_cannot_be_read_is_no_fault(opened: FastAPI, host: str, path: str) -> None:
    headers = {"Host": host, "Accept": "text/html", "Cookie": "medledger-80=x"}
    answer = Browser(opened, LOOPBACK).client.get(path, headers=headers)
    assert answer.status_code == (404 if path == "/nowhere" else 200)


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8480"])
def test_a_name_that_only_leads_to_this_machine_is_not_its_own(opened: FastAPI, host: str) -> None:
    assert "<form" not in Browser(opened, LOOPBACK).get("/sign-in", Host=host)


def test_a_session_is_new_at_each_sign_in(browser: Browser) -> None:
    browser.sign_in()
    first, form = browser.client.cookies[COOKIE], browser.form
    browser.sign_in()
    assert browser.client.cookies[COOKIE] != first
    assert browser.form != form


@pytest.mark.parametrize("change", [lambda token: token[::-1], lambda token: "x" + token, lambda _: "é", lambda _: ""])
def test_a_cookie_that_the_node_did_not_make_opens_nothing(browser: Browser, change: object) -> None:
    browser.sign_in()
    token = browser.client.cookies[COOKIE]
    browser.client.cookies.clear()
    value = change(token).encode()  # type: ignore[operator]
    answer = browser.client.get("/", headers={b"Cookie": COOKIE.encode() + b"=" + value})
    assert answer.status_code == 200
    assert not FORM.search(answer.text)


@pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"expires_at": NOW}])
def test_a_key_that_ends_ends_its_sessions(browser: Browser, of: World, change: dict[str, int]) -> None:
    browser.sign_in()
    assert browser.is_signed_in
    of.keys.known[KEYS["steward"]] = replace(of.keys.known[KEYS["steward"]], **change)
    assert not browser.is_signed_in


def test_a_key_that_is_gone_ends_its_sessions(browser: Browser, of: World) -> None:
    browser.sign_in()
    del of.keys.known[KEYS["steward"]]
    assert not browser.is_signed_in


@pytest.mark.parametrize(
    "headers",
    [
        FOREIGN,
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": TLS},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{TLS}.evil.example"},
        {"Origin": TLS.replace("https", "http")},
        {},
    ],
)
def test_forms_of_other_pages_are_refused(browser: Browser, headers: dict[str, str]) -> None:
    assert browser.sign_in(headers=headers) == 403
    assert not browser.client.cookies
    browser.sign_in()
    assert browser.sign_out(browser.form, headers) == 403
    assert browser.is_signed_in


def test_an_older_browser_says_its_origin(browser: Browser) -> None:
    assert browser.sign_in(headers={"Origin": TLS}) == 303
    assert browser.sign_out(browser.form, {"Origin": TLS}) == 303


def test_forms_belong_to_their_session(opened: FastAPI, browser: Browser) -> None:
    other = Browser(opened)
    browser.sign_in()
    other.sign_in()
    assert [browser.sign_out(form) for form in ("", "é", "0" * 64, other.form)] == [403] * 4
    assert browser.client.post("/sign-out", headers=OURS).status_code == 403
    twice = f"form={browser.form}&form={browser.form}"
    kind = {**OURS, "Content-Type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/sign-out", content=twice, headers=kind).status_code == 403
    assert browser.is_signed_in


@pytest.mark.parametrize("path", ["/versions/0xab?asOf=3&lang=fr", "/", "/#consents"])
def test_signing_in_goes_on_to_the_page_it_came_from(browser: Browser, path: str) -> None:
    browser.sign_in(next_=path)
    assert browser.answer.headers["Location"] == path


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil",
        "",
        "javascript:alert(1)",
        "evil",
        " //evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(browser: Browser, path: str) -> None:
    browser.sign_in(next_=path)
    assert browser.answer.headers["Location"] == "/"
    assert browser.client.get("/sign-in", params={"next": path}).headers["Location"] == "/"
    browser.sign_out(browser.form)
    page = browser.client.get("/sign-in", params={"next": path}).text
    assert 'name="next" value="/"' in page


def test_tries_are_counted(browser: Browser) -> None:
    tries = [browser.sign_in("nobody's") for _ in range(SIGN_IN_TRIES[1] + 1)]
    assert tries == [401] * SIGN_IN_TRIES[1] + [429]
    assert browser.sign_in() == 429


def test_a_key_that_asks_too_often_is_told_so_on_a_page(opened: FastAPI, browser: Browser) -> None:
    before, opened.state.rates = opened.state.rates, Rates(0.5, 2)
    try:
        browser.sign_in()
        assert [browser.client.get("/").status_code for _ in range(3)] == [200, 200, 429]
    finally:
        opened.state.rates = before


def test_pages_with_forms_may_send_them_home_only(browser: Browser) -> None:
    policy = "Content-Security-Policy"
    assert "form-action 'none'" in browser.client.get("/v1/node").headers[policy]
    assert "form-action 'self'" in browser.client.get("/sign-in").headers[policy]
    browser.sign_in()
    answer = browser.client.get("/")
    assert "form-action 'self'" in answer.headers[policy]
    assert "default-src 'none'" in answer.headers[policy]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_cookie_opens_no_call(browser: Browser) -> None:
    browser.sign_in("operator")
    assert browser.client.get("/v1/models").status_code == 401
    assert browser.client.post("/v1/node/pause", json={}, headers=OURS).status_code == 401


class Clock:
    time = NOW

    def now(self) -> int:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sessions_of(clock: Clock) -> Sessions:
    return Sessions(Access(MemoryKeys(), clock), MemorySessions(), clock)


@pytest.mark.parametrize(("idle", "there"), [(IDLE - 1, True), (IDLE, False)])
def test_a_session_without_pages_ends(clock: Clock, idle: int, there: bool) -> None:
    sessions = sessions_of(clock)
    token = sessions.begin(KEYS["auditor"])
    clock.time += idle
    assert (sessions.read(token) is not None) is there


def test_a_session_with_pages_ends_too(clock: Clock) -> None:
    sessions = sessions_of(clock)
    token, forms = sessions.begin(KEYS["auditor"]), set()
    while session := sessions.read(token):
        forms.add(session.form)
        clock.time += IDLE // 2
    assert clock.time == NOW + LONGEST
    assert len(forms) == 1


def test_no_other_node_knows_a_token(clock: Clock) -> None:
    sessions = sessions_of(clock)
    token = sessions.begin(KEYS["auditor"])
    assert sessions.read(token) is not None
    assert sessions_of(clock).read(token) is None


class Provider:
    """The People port: whoever comes back is `person`, or meets `error`."""

    def __init__(self) -> None:
        self.at = ""
        self.person_ = Person(Caller("token https://sso.example 0123456789abcdef", "steward"), NOW + LONGEST)
        self.error: MedLedgerError | None = None
        self.takes = True
        self.came: list[tuple[str, str, dict[str, str]]] = []

    def way(self, secret: str, back: str) -> str:
        if self.error:
            raise self.error
        self.came.append((secret, back, {}))
        return "https://sso.example/sign-in?state=1"

    def person(self, secret: str, back: str, answer: Mapping[str, str], now: int) -> Person:
        self.came.append((secret, back, dict(answer)))
        if self.error:
            raise self.error
        return self.person_

    def still_takes(self, person: Person) -> bool:
        return self.takes


@pytest.fixture
def provider(of: World) -> Provider:
    of.node.sessions.people = found = Provider()
    return found


BACK = "/sign-in/callback?state=1&code=2"
WAY = f"{COOKIE}-way"


def test_a_person_goes_to_the_provider_and_comes_back_signed_in(browser: Browser, provider: Provider) -> None:
    assert "Sign in with your organisation’s account" in browser.get("/sign-in")
    provider.at = "the <clinic>"
    assert "Sign in with the &lt;clinic&gt;" in browser.get("/sign-in")
    assert 'href="/sign-in/provider?next=/models%3FasOf%3D3"' in browser.get("/sign-in?next=/models%3FasOf%3D3")
    away = browser.client.get("/sign-in/provider?next=/models%3FasOf%3D3")
    assert (away.status_code, away.headers["Location"]) == (303, "https://sso.example/sign-in?state=1")
    assert away.headers["Referrer-Policy"] == "no-referrer"
    name, _, rest = away.headers["set-cookie"].partition("=")
    assert name == WAY
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure", "Max-Age=600"} < set(rest.split("; "))
    answer = browser.client.get(BACK)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/models?asOf=3")
    (secret, to, _), (again, back, brought) = provider.came
    assert (again, back) == (secret, to) == (secret, f"{TLS}/sign-in/callback")
    assert len(secret) == 43
    assert brought == {"state": "1", "code": "2"}
    assert set(browser.client.cookies) == {COOKIE}
    assert secret not in browser.client.cookies[COOKIE]
    assert "Signed in: token https://sso.example 0123456789abcdef, steward" in browser.get()


def test_a_way_to_the_provider_is_of_one_browser_and_one_time(browser: Browser, provider: Provider) -> None:
    browser.client.get("/sign-in/provider")
    browser.client.get("/sign-in/provider")
    first, second = (secret for secret, *_ in provider.came)
    assert first != second
    browser.client.get(BACK)
    browser.client.get(BACK)
    assert [secret for secret, *_ in provider.came[2:]] == [second, ""]


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/" + "x" * 1_500, "", "javascript:alert(1)"]
)
def test_coming_back_leads_nowhere_else(browser: Browser, provider: Provider, path: str) -> None:
    browser.client.get("/sign-in/provider", params={"next": path})
    assert browser.client.get(BACK).headers["Location"] == "/"
    browser.client.cookies.set(WAY, f"secret.{quote(path, safe='')}")
    assert browser.client.get(BACK).headers["Location"] == ("/" if len(path) < 1_000 else path)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Unauthenticated("no"), 401, "That sign-in was not finished. Begin again."),
        (RoleMissing("no"), 403, "no single role at this node is yours"),
        (ProviderUnreachable("no"), 503, "Try again later, or use an API key."),
    ],
)
def test_who_is_not_taken_is_told_why_and_may_begin_again(
    browser: Browser, provider: Provider, error: MedLedgerError, status: int, words: str
) -> None:
    browser.client.get("/sign-in/provider?next=/models")
    provider.error = error
    answer = browser.client.get(BACK, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert words in answer.text
    assert error.code in answer.text
    assert 'href="/sign-in/provider?next=/models"' in answer.text
    assert 'name="key"' in answer.text
    assert not browser.client.cookies


def test_without_a_provider_nobody_is_sent_there(browser: Browser) -> None:
    assert "/sign-in/provider" not in browser.get("/sign-in")
    assert browser.client.get("/sign-in/provider").status_code == 404
    assert browser.client.get(BACK).status_code == 401


def test_without_tls_nobody_goes_to_the_provider(opened: FastAPI, provider: Provider) -> None:
    browser = Browser(opened, AFAR)
    assert "/sign-in/provider" not in browser.get("/sign-in")
    assert [browser.client.get(path).status_code for path in ("/sign-in/provider", BACK)] == [403, 403]
    assert not provider.came


def test_coming_back_is_a_try(browser: Browser, provider: Provider) -> None:
    provider.error = Unauthenticated("no")
    tries = [browser.client.get(BACK).status_code for _ in range(SIGN_IN_TRIES[1] + 1)]
    assert tries == [401] * SIGN_IN_TRIES[1] + [429]


def test_a_person_s_session_ends_with_the_provider_s_word(clock: Clock) -> None:
    provider = Provider()
    provider.person_ = replace(provider.person_, ends_at=NOW + 300)
    sessions = Sessions(Access(MemoryKeys(), clock), MemorySessions(), clock, provider)
    token = sessions.welcome("secret", "back", {})
    clock.time = NOW + 299
    session = sessions.read(token)
    assert session is not None
    assert session.caller == provider.person_.caller
    provider.takes = False
    assert sessions.read(token) is None
    provider.takes, clock.time = True, NOW + 300
    assert sessions.read(token) is None


def test_a_person_s_session_ends_when_the_provider_is_taken_away(clock: Clock) -> None:
    kept, access = MemorySessions(), Access(MemoryKeys(), clock)
    token = Sessions(access, kept, clock, Provider()).welcome("secret", "back", {})
    assert Sessions(access, kept, clock, Provider()).read(token) is not None
    assert Sessions(access, kept, clock).read(token) is None


@pytest.mark.parametrize(("idle", "there"), [(IDLE - 1, True), (IDLE, False)])
def test_a_person_s_session_without_pages_ends(clock: Clock, idle: int, there: bool) -> None:
    sessions = Sessions(Access(MemoryKeys(), clock), MemorySessions(), clock, Provider())
    token = sessions.welcome("secret", "back", {})
    clock.time += idle
    assert (sessions.read(token) is not None) is there


def test_signing_out_ends_the_session_and_not_the_cookie_alone(browser: Browser) -> None:
    browser.sign_in()
    copied = browser.client.cookies[COOKIE]
    assert browser.sign_out(browser.form) == 303
    browser.client.cookies.set(COOKIE, copied)
    assert not browser.is_signed_in
