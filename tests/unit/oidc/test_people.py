"""Who signs in at the provider, and whom a browser that comes back does not stand for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from ledger_node.errors import MedLedgerError, ProviderUnreachable
from ledger_node.oidc.callers import Callers
from ledger_node.oidc.people import ProviderPeople
from ledger_node.oidc.provider import FRESH, Provider
from ledger_node.ports import Caller, Person
from tests.unit.oidc.issuer import AUDIENCE, NOW, Issuer

ROLES = {"ml-auditor": "auditor", "ml-steward": "steward"}
BACK, CLIENT, SECRET = "https://node.hospital.example/sign-in/callback", "pages of a node", "the browser's own"


def people_of(issuer: Issuer, password: str | None = "p:ss") -> ProviderPeople:
    callers = Callers(issuer.url, ("roles",), ROLES, b"the store's secret")
    provider = Provider(issuer.url, pause=30)
    return ProviderPeople(provider, callers, client=CLIENT, password=password, scopes=["openid", "roles"], at="")


@pytest.fixture
def people(issuer: Issuer) -> ProviderPeople:
    return people_of(issuer)


def asked(people: ProviderPeople) -> dict[str, str]:
    return dict(httpx2.URL(people.way(SECRET, BACK)).params)


def come_back(
    people: ProviderPeople, issuer: Issuer, answer: dict[str, str | None] | None = None, **claims: Any
) -> Person:
    """With the ID token of claims waiting for the code."""
    sent = asked(people)
    claims = {"aud": CLIENT, "nonce": sent["nonce"], **claims}
    issuer.published.setdefault("/token", {"id_token": issuer.token(header={"typ": "JWT"}, **claims)})
    brought = {"state": sent["state"], "code": "the code", **(answer or {})}
    return people.person(SECRET, BACK, {name: text for name, text in brought.items() if text is not None}, NOW)


def refusal(people: ProviderPeople, issuer: Issuer, answer: dict[str, str | None] | None = None, **claims: Any) -> str:
    with pytest.raises(MedLedgerError) as refused:
        come_back(people, issuer, answer, **claims)
    assert "anna" not in str(refused.value)
    return f"{refused.value.code} {refused.value.detail}"


def test_the_way_asks_for_a_code_and_tells_no_secret(people: ProviderPeople, issuer: Issuer) -> None:
    way = people.way(SECRET, BACK)
    assert way.startswith(f"{issuer.url}/sign-in?tenant=clinic&")
    sent = asked(people)
    fixed = ("response_type", "client_id", "redirect_uri", "scope", "code_challenge_method")
    assert [sent[name] for name in fixed] == ["code", CLIENT, BACK, "openid roles", "S256"]
    made = {sent["state"], sent["nonce"], sent["code_challenge"], SECRET}
    assert len(made) == 4
    assert asked(people) == sent
    assert not made & set(dict(httpx2.URL(people.way("another", BACK)).params).values())


def test_who_comes_back_has_a_role_and_an_end(people: ProviderPeople, issuer: Issuer) -> None:
    person = come_back(people, issuer)
    assert (person.caller.role, person.ends_at) == ("auditor", NOW + 300)
    assert person.caller.name.startswith(f"token {issuer.url} ")
    assert "anna" not in person.caller.name
    assert people.still_takes(person)


def test_a_code_goes_with_its_verifier_and_the_client_s_secret(issuer: Issuer) -> None:
    come_back(people_of(issuer), issuer)
    (header, fields), sent = issuer.posted[-1], asked(people_of(issuer))
    assert base64.b64decode(header.removeprefix("Basic ")) == b"pages+of+a+node:p%3Ass"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(fields.pop("code_verifier").encode()).digest()).rstrip(b"=")
    assert challenge.decode() == sent["code_challenge"]
    assert fields == {"grant_type": "authorization_code", "code": "the code", "redirect_uri": BACK}


@pytest.mark.parametrize("password", [None, "p:ss"])
def test_a_client_is_known_as_the_provider_wants_it(issuer: Issuer, password: str | None) -> None:
    discovered = issuer.published["/.well-known/openid-configuration"]
    discovered["token_endpoint_auth_methods_supported"] = ["client_secret_post", "none"]
    come_back(people_of(issuer, password), issuer)
    header, fields = issuer.posted[-1]
    assert header == ""
    assert (fields["client_id"], fields.get("client_secret")) == (CLIENT, password)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"state": None}, "this browser did not begin that sign-in"),
        ({"state": "é"}, "this browser did not begin that sign-in"),
        ({"iss": "https://another.example"}, "another provider answered"),
        ({"code": None, "error": "access_denied"}, "the identity provider signed nobody in"),
    ],
)
def test_an_answer_to_another_question_asks_for_no_token(
    people: ProviderPeople, issuer: Issuer, answer: dict[str, str | None], why: str
) -> None:
    assert refusal(people, issuer, answer) == f"ML-0201 {why}"
    assert not issuer.posted


def test_another_browser_s_secret_serves_nobody(people: ProviderPeople, issuer: Issuer) -> None:
    sent = asked(people)
    for secret in ("", "another"):
        with pytest.raises(MedLedgerError, match="did not begin"):
            people.person(secret, BACK, {"state": sent["state"], "code": "the code"}, NOW)


def test_a_sign_in_that_somebody_else_began_without_a_secret_is_not_ended_here(
    people: ProviderPeople, issuer: Issuer
) -> None:
    """A link could sign a person without the cookie in as whoever made the link."""
    sent = dict(httpx2.URL(people.way("", BACK)).params)
    issuer.published["/token"] = {
        "id_token": issuer.token(header={"typ": "JWT"}, aud=CLIENT, nonce=sent["nonce"]),
    }
    with pytest.raises(MedLedgerError, match="did not begin"):
        people.person("", BACK, {"state": sent["state"], "code": "the code"}, NOW)
    assert not issuer.posted


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "x"}, "is of another sign-in"),
        ({"nonce": None}, "is of another sign-in"),
        ({"aud": AUDIENCE}, "is for another audience"),
        ({"aud": [AUDIENCE, "account"]}, "is for another client"),
        ({"aud": [CLIENT, "account"]}, "is for another client"),
        ({"azp": "another"}, "is for another client"),
        ({"iss": "https://another.example"}, "is of another issuer"),
        ({"sub": None}, "names no subject"),
        ({"exp": NOW - 60}, "has expired"),
        ({"iat": NOW + 61}, "is not valid yet"),
    ],
)
def test_a_token_that_was_not_made_for_this_stands_for_nobody(
    people: ProviderPeople, issuer: Issuer, claims: dict[str, Any], why: str
) -> None:
    assert refusal(people, issuer, **claims) == f"ML-0201 the identity provider's token {why}"


def test_a_token_for_several_names_this_client(people: ProviderPeople, issuer: Issuer) -> None:
    assert come_back(people, issuer, aud=[CLIENT, "account"], azp=CLIENT).caller.role == "auditor"


@pytest.mark.parametrize("roles", [[], ["other"], ["ml-auditor", "ml-steward"], None])
def test_a_person_has_exactly_one_role(people: ProviderPeople, issuer: Issuer, roles: object) -> None:
    assert refusal(people, issuer, roles=roles).startswith("ML-0202")


Break = Callable[[Issuer], object]
BROKEN: dict[str, tuple[Break, str]] = {
    "an unsigned token": (
        lambda issuer: issuer.published.update({"/token": {"id_token": issuer.forged({"alg": "none", "kid": "rsa"})}}),
        "ML-0201",
    ),
    "an access token": (lambda issuer: issuer.published.update({"/token": {"id_token": issuer.token()}}), "ML-0201"),
    "a refused code": (lambda issuer: issuer.published.update({"/token": {"error": "invalid_grant"}}), "ML-0201"),
    "no token": (lambda issuer: issuer.published.update({"/token": {"id_token": 7}}), "ML-0201"),
    "a refused client": (lambda issuer: issuer.published.update({"/token": {"error": "invalid_client"}}), "ML-0204"),
    "no answer": (lambda issuer: issuer.published.update({"/token": 500}), "ML-0204"),
    "no JSON": (lambda issuer: issuer.published.update({"/token": b"<html>"}), "ML-0204"),
}


@pytest.mark.parametrize(("broken", "code"), BROKEN.values(), ids=BROKEN)
def test_what_the_provider_gives_instead_opens_nothing(
    people: ProviderPeople, issuer: Issuer, broken: Break, code: str
) -> None:
    broken(issuer)
    assert refusal(people, issuer).startswith(code)


@pytest.mark.parametrize(
    "changes",
    [
        {"authorization_endpoint": None},
        {"token_endpoint": "http://sso.example/token"},
        {"authorization_endpoint": "ftp://sso.example"},
        {"authorization_endpoint": "http://[bad"},
        {"issuer": "https://another.example"},
    ],
)
def test_nobody_is_sent_where_others_read_along(issuer: Issuer, changes: dict[str, str | None]) -> None:
    issuer.published["/.well-known/openid-configuration"].update(changes)
    with pytest.raises(ProviderUnreachable):
        people_of(issuer).way(SECRET, BACK)


def test_what_was_discovered_is_kept_for_a_while(issuer: Issuer) -> None:
    people = people_of(issuer)
    for _ in range(3):
        people.way(SECRET, BACK)
    assert issuer.asked.count("/.well-known/openid-configuration") == 1


def test_a_provider_that_is_away_is_asked_now_and_then(issuer: Issuer) -> None:
    time = 0.0
    provider, place = Provider(issuer.url, pause=30, clock=lambda: time), "/.well-known/openid-configuration"
    discovered, issuer.published[place] = issuer.published[place], 500

    def is_there() -> bool:
        try:
            return provider.places().tokens == f"{issuer.url}/token"
        except ProviderUnreachable:
            return False

    assert (is_there(), is_there(), issuer.asked.count(place)) == (False, False, 1)
    issuer.published[place] = discovered
    time = 29.9
    assert not is_there()
    time = 30.0
    assert is_there()
    issuer.published[place], time = 500, 30.0 + FRESH + 1  # what was discovered still holds
    assert is_there()
    assert issuer.asked.count(place) == 3


@pytest.mark.parametrize(
    ("name", "role", "takes"),
    [("token {} 0f", "steward", True), ("token {} 0f", "operator", False), ("token {}/x 0f", "steward", False)],
)
def test_a_person_is_of_this_provider_as_it_is_configured(
    people: ProviderPeople, issuer: Issuer, name: str, role: str, takes: bool
) -> None:
    assert people.still_takes(Person(Caller(name.format(issuer.url), role), NOW)) is takes
