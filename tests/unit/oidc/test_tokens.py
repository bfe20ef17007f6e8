"""Which tokens open a node, and which do not: every way that is known to deceive a reader of tokens."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from joserfc.jwk import RSAKey

from ledger_node.errors import MedLedgerError
from ledger_node.oidc.callers import Callers
from ledger_node.oidc.provider import Provider
from ledger_node.oidc.signed import LEEWAY
from ledger_node.oidc.tokens import ProviderTokens
from tests.unit.oidc.issuer import AUDIENCE, NOW, Issuer, encoded

ROLES = {"ml-auditor": "auditor", "ml-audit-team": "auditor", "ml-steward": "steward"}
Forge = Callable[[Issuer], str]


@pytest.fixture
def tokens(issuer: Issuer) -> ProviderTokens:
    return tokens_of(issuer)


def tokens_of(issuer: Issuer, *claim: str) -> ProviderTokens:
    path, provider = claim or ("roles",), Provider(issuer.url, pause=30)
    callers = Callers(issuer.url, path, ROLES, b"the store's secret")
    return ProviderTokens(provider, callers, audience=AUDIENCE)


def refusal(tokens: ProviderTokens, token: str, now: int = NOW) -> str:
    """The code with which a token is refused; empty when it is taken. Nothing of it is ever told."""
    try:
        tokens.caller(token, now)
    except MedLedgerError as error:
        refused = error
    else:
        return ""
    assert not any(part and part in str(refused) for part in (*token.split("."), "anna"))
    return refused.code


@pytest.mark.parametrize(
    ("kid", "algorithm"), [("rsa", "RS256"), ("ec", "ES256"), ("ec-384", "ES384"), ("ed", "Ed25519")]
)
def test_token_of_each_kind_of_key_is_taken(tokens: ProviderTokens, issuer: Issuer, kid: str, algorithm: str) -> None:
    assert tokens.caller(issuer.token(kid, algorithm), NOW).role == "auditor"


def test_subject_is_told_by_a_keyed_hash_only(tokens: ProviderTokens, issuer: Issuer) -> None:
    one, again, other = (tokens.caller(issuer.token(sub=sub), NOW).name for sub in ("anna", "anna", "bert"))
    assert one == again != other
    assert one.startswith(f"token {issuer.url} ")
    assert "anna" not in one


FORGED: dict[str, Forge] = {
    "no algorithm": lambda issuer: issuer.forged({"alg": "none", "kid": "rsa"}),
    "no algorithm, in other letters": lambda issuer: issuer.forged({"alg": "NonE", "kid": "rsa"}),
    "an HMAC under the public key": lambda issuer: issuer.forged(
        {"alg": "HS256", "kid": "rsa"}, issuer.keys["rsa"].as_pem(private=False)
    ),
    "an HMAC under the public key's JSON": lambda issuer: issuer.forged(
        {"alg": "HS256", "kid": "rsa"}, json.dumps(issuer.keys["rsa"].as_dict(private=False)).encode()
    ),
    "an HMAC under nothing much": lambda issuer: issuer.forged({"alg": "HS256", "kid": "rsa"}, b"secret"),
    "another algorithm of the same key": lambda issuer: issuer.token(algorithm="PS256"),
    "a longer hash of the same key": lambda issuer: issuer.token(algorithm="RS512"),
    "a key that is not known": lambda issuer: stranger(issuer, "unknown"),
    "another key under a known name": lambda issuer: stranger(issuer, "rsa"),
    "no key's name": lambda issuer: issuer.forged({"alg": "RS256"}, b"x"),
    "a key's name that is no text": lambda issuer: issuer.forged({"alg": "RS256", "kid": ["rsa"]}, b"x"),
    "its own key": lambda issuer: issuer.token(header={"jwk": issuer.keys["rsa"].as_dict(private=False)}),
    "a place of keys": lambda issuer: issuer.token(header={"jku": f"{issuer.url}/jwks"}),
    "a place of certificates": lambda issuer: issuer.token(header={"x5u": f"{issuer.url}/certificate"}),
    "what must be understood": lambda issuer: issuer.forged({"alg": "RS256", "kid": "rsa", "crit": ["exp"]}, b"x"),
    "another type": lambda issuer: issuer.token(header={"typ": "logout+jwt"}),
    "an algorithm that is no text": lambda issuer: issuer.forged({"alg": ["RS256"], "kid": "rsa"}, b"x"),
    "an altered payload": lambda issuer: altered(issuer.token(), 1),
    "an altered signature": lambda issuer: altered(issuer.token(), 2),
    "an altered header": lambda issuer: altered(issuer.token(), 0),
    "a signature of another token": lambda issuer: mixed(issuer.token(), issuer.token(sub="another")),
    "two parts": lambda issuer: ".".join(issuer.token().split(".")[:2]),
    "four parts": lambda issuer: issuer.token() + ".e30",
    "nothing": lambda issuer: "..",
    "no base64": lambda issuer: "!.!.!",
    "claims that are a list": lambda issuer: issuer.signed(b"[]"),
    "claims that are no JSON": lambda issuer: issuer.signed(b"{"),
    "a role claim twice": lambda issuer: issuer.signed(
        json.dumps(issuer.claims())[:-1].encode() + b', "roles": ["ml-steward"]}'
    ),
    "an expiry twice": lambda issuer: issuer.signed(json.dumps(issuer.claims())[:-1].encode() + b', "exp": 9e9}'),
    "claims nested without end": lambda issuer: issuer.signed(b'{"a":' + b"[" * 500 + b"]" * 500 + b"}"),
    "another audience": lambda issuer: issuer.token(aud="another"),
    "an audience that begins like ours": lambda issuer: issuer.token(aud=f"{AUDIENCE}-2"),
    "an audience in other letters": lambda issuer: issuer.token(aud=AUDIENCE.upper()),
    "no audience": lambda issuer: issuer.token(aud=None),
    "another issuer": lambda issuer: issuer.token(iss="https://another.example"),
    "an issuer with a slash more": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "no subject": lambda issuer: issuer.token(sub=None),
    "a subject that is no text": lambda issuer: issuer.token(sub=7),
    "no end": lambda issuer: issuer.token(exp=None),
    "an end that is no number": lambda issuer: issuer.token(exp=str(NOW + 300)),
    "an end that is true": lambda issuer: issuer.token(exp=True),
    "an end without end": lambda issuer: issuer.signed(json.dumps(issuer.claims(exp=float("inf"))).encode()),
    "a beginning that is no number": lambda issuer: issuer.token(nbf="now"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_forged_token_is_refused(tokens: ProviderTokens, issuer: Issuer, forge: Forge) -> None:
    assert refusal(tokens, forge(issuer)) == "ML-0201"
    assert not {"/certificate"} & set(issuer.asked)


@pytest.mark.parametrize(
    ("claims", "taken"),
    [
        ({"exp": NOW - LEEWAY + 1}, True),
        ({"exp": NOW - LEEWAY}, False),
        ({"nbf": NOW + LEEWAY}, True),
        ({"nbf": NOW + LEEWAY + 1}, False),
        ({"iat": NOW + LEEWAY, "nbf": None}, True),
        ({"iat": NOW + LEEWAY + 1, "nbf": None}, False),
        ({"iat": None, "nbf": None}, True),
    ],
)
def test_times_are_taken_with_a_minute(
    tokens: ProviderTokens, issuer: Issuer, claims: dict[str, int | None], taken: bool
) -> None:
    assert (refusal(tokens, issuer.token(**claims)) == "") == taken


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ("ml-auditor", ""),
        (["other", "ml-auditor"], ""),
        (["ml-auditor", "ml-auditor"], ""),
        (["ml-auditor", "ml-audit-team"], ""),
        (["ml-auditor", "ml-steward"], "ML-0202"),
        (["other"], "ML-0202"),
        ("auditor", "ML-0202"),
        ([], "ML-0202"),
        ({"ml-auditor": True}, "ML-0202"),
        ([["ml-auditor"]], "ML-0202"),
        (None, "ML-0202"),
    ],
)
def test_token_gives_exactly_one_role(tokens: ProviderTokens, issuer: Issuer, roles: object, code: str) -> None:
    assert refusal(tokens, issuer.token(roles=roles)) == code


@pytest.mark.parametrize(
    ("path", "claims"),
    [
        (("realm_access", "roles"), {"realm_access": {"roles": ["ml-steward"]}}),
        (("https://hospital.example/roles",), {"https://hospital.example/roles": "ml-steward"}),
    ],
)
def test_roles_are_found_where_providers_put_them(
    issuer: Issuer, path: tuple[str, ...], claims: dict[str, object]
) -> None:
    assert tokens_of(issuer, *path).caller(issuer.token(**claims), NOW).role == "steward"


def test_audience_may_be_one_of_several(tokens: ProviderTokens, issuer: Issuer) -> None:
    assert refusal(tokens, issuer.token(aud=["account", AUDIENCE])) == ""


def stranger(issuer: Issuer, kid: str) -> str:
    """A token that a key signed which the issuer does not have, under a name."""
    own = issuer.keys.get(kid)
    issuer.keys[kid] = RSAKey.generate_key(2048)
    token = issuer.token(kid)
    issuer.keys = {**issuer.keys, kid: own} if own else issuer.keys
    return token


def altered(token: str, part: int) -> str:
    """With another letter in the middle of one part."""
    parts = token.split(".")
    middle = len(parts[part]) // 2
    letter = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + letter + parts[part][middle + 1 :]
    return ".".join(parts)


def mixed(one: str, other: str) -> str:
    return ".".join([*one.split(".")[:2], other.split(".")[2]])


def test_a_token_is_no_longer_than_it_may_be(tokens: ProviderTokens, issuer: Issuer) -> None:
    assert refusal(tokens, f"{encoded(b'x' * 1000)}.{encoded(b'x')}.{encoded(b'x')}") == "ML-0201"
