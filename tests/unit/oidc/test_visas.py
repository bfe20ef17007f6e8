"""GA4GH visas as REMS issues them: what is told of one, and every way in which one is not taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from ledger_node.domain.visa import Visa
from ledger_node.errors import InvalidVisa, ProviderUnreachable
from ledger_node.oidc.visas import LONGEST_VISA, IssuedVisas
from tests.fakes import digest
from tests.unit.oidc.issuer import NOW, Issuer, encoded

REQUEST = digest(1)
SUBJECT = "anna.musterfrau@hospital.example"
GRANT = {
    "type": "ControlledAccessGrants",
    "value": "https://repository.example/datasets/710",
    "source": "https://repository.example/dac",
    "by": "dac",
    "asserted": NOW - 30 * 86_400,
}
Forge = Callable[[Issuer], str]


@pytest.fixture
def visas(issuer: Issuer) -> IssuedVisas:
    """Of an issuer that, like REMS, has keys and no discovery document."""
    issuer.published["/.well-known/openid-configuration"] = 404
    return IssuedVisas({issuer.url: f"{issuer.url}/jwks"}, pause=30.0)


def visa(issuer: Issuer, kid: str = "rsa", algorithm: str = "RS256", grant: Any = None, **changes: Any) -> str:
    """As REMS signs it: the header names the place of the keys."""
    header = {"typ": "JWT", "jku": f"{issuer.url}/jwks", **changes.pop("header", {})}
    header = {name: value for name, value in header.items() if value is not None}
    claims = {
        "iss": issuer.url,
        "sub": SUBJECT,
        "iat": NOW,
        "exp": NOW + 365 * 86_400,
        "ga4gh_visa_v1": GRANT if grant is None else grant,
        **changes,
    }
    return issuer.signed(json.dumps(claims).encode(), kid, algorithm, header)


def granting(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GRANT, **changes}.items() if value is not None}


def refusal(visas: IssuedVisas, given: str) -> str:
    """Why it is not taken; nothing of it is repeated."""
    with pytest.raises(InvalidVisa) as refused:
        visas.read(given, REQUEST, NOW)
    told = f"{refused.value} {refused.value.got} {refused.value.needed}"
    assert not any(part and part in told for part in (*given.split("."), "anna", "repository"))
    return refused.value.detail


def test_a_visa_is_told_without_its_person(visas: IssuedVisas, issuer: Issuer) -> None:
    given = visa(issuer)
    found = visas.read(given, REQUEST, NOW)
    assert found == Visa(
        digest="0x" + hashlib.sha256(bytes.fromhex(REQUEST[2:]) + given.encode()).hexdigest(),
        issuer=issuer.url,
        type="ControlledAccessGrants",
        value="https://repository.example/datasets/710",
        source="https://repository.example/dac",
        by="dac",
        asserted="2026-10-19",
        expires="2027-11-18",
    )
    assert "anna" not in str(found)
    assert issuer.asked == ["/jwks"]


@pytest.mark.parametrize(("kid", "algorithm"), [("rsa", "RS256"), ("ec", "ES256")])
def test_both_algorithms_of_visas_are_taken(visas: IssuedVisas, issuer: Issuer, kid: str, algorithm: str) -> None:
    assert visas.read(visa(issuer, kid, algorithm), REQUEST, NOW).issuer == issuer.url


@pytest.mark.parametrize("header", [{"jku": None}, {"typ": "vnd.ga4gh.visa+jwt"}])
def test_other_headers_of_visas_are_taken(visas: IssuedVisas, issuer: Issuer, header: dict[str, Any]) -> None:
    assert visas.read(visa(issuer, header=header), REQUEST, NOW)


def test_two_requests_do_not_show_that_they_lean_on_one_visa(visas: IssuedVisas, issuer: Issuer) -> None:
    given = visa(issuer)
    assert visas.read(given, REQUEST, NOW).digest != visas.read(given, digest(2), NOW).digest


def altered(issuer: Issuer) -> str:
    head, payload, signature = visa(issuer).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["ga4gh_visa_v1"]["value"] = "https://repository.example/datasets/711"
    return f"{head}.{encoded(json.dumps(claims).encode())}.{signature}"


def told_otherwise(issuer: Issuer, kid: str = "rsa", algorithm: str = "RS256", **header: Any) -> str:
    """With another header than the one that was signed."""
    head, rest = visa(issuer, kid, algorithm).split(".", 1)
    told = {**json.loads(base64.urlsafe_b64decode(head + "==")), **header}
    return f"{encoded(json.dumps(told).encode())}.{rest}"


def unsigned(issuer: Issuer) -> str:
    _, payload, _ = visa(issuer).split(".")
    return f"{encoded(json.dumps({'alg': 'none', 'kid': 'rsa'}).encode())}.{payload}."


def keyed_with_the_public_key(issuer: Issuer) -> str:
    """HS256 with the issuer's public key as the secret."""
    _, payload, _ = visa(issuer).split(".")
    told = f"{encoded(json.dumps({'alg': 'HS256', 'kid': 'rsa', 'typ': 'JWT'}).encode())}.{payload}"
    public = issuer.keys["rsa"].as_pem(private=False)
    return f"{told}.{encoded(hmac.digest(public, told.encode(), hashlib.sha256))}"


def of_a_stranger(issuer: Issuer) -> str:
    issuer.keys["strange"] = RSAKey.generate_key(2048)
    return visa(issuer, "strange")


def with_the_key_of_another(issuer: Issuer) -> str:
    """Its header names a key of the issuer; another one signed."""
    issuer.keys["strange"] = RSAKey.generate_key(2048)
    return visa(issuer, "strange", header={"kid": "rsa"})


FORGERIES: dict[str, tuple[Forge, str]] = {
    "no signature": (unsigned, "not signed as visas are"),
    "HMAC with the public key": (keyed_with_the_public_key, "not signed as visas are"),
    "another algorithm": (lambda i: visa(i, "ed", "Ed25519"), "not signed as visas are"),
    "another algorithm of the same key": (lambda i: visa(i, "rsa", "RS512"), "not signed as visas are"),
    "the other algorithm's name": (lambda i: told_otherwise(i, "ec", "ES256", alg="RS256"), "cannot be read"),
    "unknown key": (of_a_stranger, "names a key"),
    "signed by another": (with_the_key_of_another, "signature"),
    "altered": (altered, "signature"),
    "another jku": (lambda i: visa(i, header={"jku": "https://evil.example/jwk"}), "header"),
    "its own key": (lambda i: told_otherwise(i, jwk=i.keys["rsa"].as_dict(private=False)), "header|cannot be read"),
    "a certificate": (lambda i: visa(i, header={"x5c": ["MII"]}), "header"),
    "something critical": (lambda i: told_otherwise(i, crit=["exp"]), "header"),
    "an access token": (lambda i: visa(i, header={"typ": "at+jwt"}), "another type"),
    "another issuer": (lambda i: visa(i, iss="https://evil.example"), "not configured"),
    "no issuer": (lambda i: visa(i, iss=None), "not configured"),
    "expired": (lambda i: visa(i, exp=NOW - 61), "expired"),
    "without an end": (lambda i: visa(i, exp=None), "no time"),
    "not yet": (lambda i: visa(i, iat=NOW + 61), "not valid yet"),
    "no person": (lambda i: visa(i, sub=""), "none of GA4GH's"),
    "no visa": (lambda i: visa(i, grant="ControlledAccessGrants"), "none of GA4GH's"),
    "another type of visa": (lambda i: visa(i, grant=granting(type="LinkedIdentities")), "another type"),
    "decided by nobody known": (lambda i: visa(i, grant=granting(by="myself")), "another type"),
    "with conditions": (lambda i: visa(i, grant=granting(conditions=[[{"type": "x"}]])), "conditions"),
    "no value": (lambda i: visa(i, grant=granting(value=None)), "no URI as its value"),
    "a value that is none": (lambda i: visa(i, grant=granting(value="Anna M.")), "no URI as its value"),
    "a long value": (lambda i: visa(i, grant=granting(value="https://" + "x" * 250)), "no URI as its value"),
    "a source that is none": (lambda i: visa(i, grant=granting(source="the board")), "no URI as its source"),
    "its person in the value": (
        lambda i: visa(i, grant=granting(value=f"https://repository.example/{SUBJECT.upper()}")),
        "names its person",
    ),
    "decided in the future": (lambda i: visa(i, grant=granting(asserted=NOW + 61)), "no time of its grant"),
    "decided at no time": (lambda i: visa(i, grant=granting(asserted=True)), "no time of its grant"),
    "claims twice": (
        lambda i: i.signed(f'{{"iss": "{i.url}", "iss": "{i.url}"}}'.encode(), header={"typ": "JWT"}),
        "two ways",
    ),
    "no object": (lambda i: i.signed(b"[]", header={"typ": "JWT"}), "no claims"),
    "no token": (lambda _: "a visa", "cannot be read"),
    "too long": (lambda _: "x" * (LONGEST_VISA + 1), "too long"),
}


@pytest.mark.parametrize(("forge", "why"), FORGERIES.values(), ids=FORGERIES)
def test_a_visa_that_is_not_taken(visas: IssuedVisas, issuer: Issuer, forge: Forge, why: str) -> None:
    assert re.search(why, refusal(visas, forge(issuer)))


def test_keys_are_asked_for_at_the_configured_place_only(visas: IssuedVisas, issuer: Issuer) -> None:
    for forge, _ in FORGERIES.values():
        refusal(visas, forge(issuer))
    assert set(issuer.asked) == {"/jwks"}


def test_an_issuer_that_is_away_is_no_forgery(visas: IssuedVisas, issuer: Issuer) -> None:
    issuer.published["/jwks"] = 503
    with pytest.raises(ProviderUnreachable):
        visas.read(visa(issuer), REQUEST, NOW)
