"""Which keys of a JSON Web Key Set (RFC 7517) may sign tokens, and with which algorithm each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OctKey, OKPKey, RSAKey

SHORTEST_MODULUS = 342  # base64url digits of 2048 bits (RFC 7518, section 3.3)
MOST_KEYS = 100
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
#: By type and curve: the first counts for a key that names none. No symmetric key, and never `none`.
_ALGORITHMS = {
    ("RSA", None): _RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("Ed25519",),  # not by its deprecated name (RFC 9864)
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the one algorithm that it is for: what a token says of its algorithm is only compared."""

    key: RSAKey | ECKey | OKPKey
    algorithm: str


def signing_keys(document: Any) -> dict[str, SigningKey]:
    """The usable keys of a set by `kid`. One that cannot be used is left out, and so is a `kid` that comes twice."""
    found: dict[str, SigningKey] = {}
    seen: set[str] = set()
    members = document.get("keys") if isinstance(document, dict) else None
    for member in members[:MOST_KEYS] if isinstance(members, list) else ():
        kid = member.get("kid") if isinstance(member, dict) else None
        if not isinstance(kid, str):
            continue
        if kid in seen:
            found.pop(kid, None)
        elif key := _signing_key(member):
            found[kid] = key
        seen.add(kid)
    return found


def _signing_key(member: Mapping[str, Any]) -> SigningKey | None:
    curve = member.get("crv")
    known = _ALGORITHMS.get((str(member.get("kty")), None if curve is None else str(curve)), ())
    algorithm = member.get("alg", known[0] if known else None)
    if algorithm not in known or member.get("use", "sig") != "sig":
        return None
    if algorithm in _RSA and len(str(member.get("n"))) < SHORTEST_MODULUS:
        return None
    try:
        if "verify" not in member.get("key_ops", ("verify",)):
            return None
        key = JWKRegistry.import_key(dict(member))
        key.public_key  # noqa: B018  # its numbers are read here
    except (JoseError, ValueError, TypeError):
        return None
    return None if isinstance(key, OctKey) else SigningKey(key, algorithm)
