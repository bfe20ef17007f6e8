"""The Visas port: GA4GH visas as REMS issues them (Passport 1.2, AAI 1.2), of issuers that are configured."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from ledger_node.domain.visa import Visa
from ledger_node.errors import InvalidVisa
from ledger_node.oidc.provider import Provider
from ledger_node.oidc.signed import LEEWAY, NotTaken, claims_of, is_time, read_claims, require_now
from ledger_node.proof.hashing import parse_hex, sha256, to_hex

TYPES = {None, "jwt", "vnd.ga4gh.visa+jwt"}
ALGORITHMS = ("RS256", "ES256")
#: The one type that REMS issues. Others tell of a person's own accounts and employment.
GRANTS = "ControlledAccessGrants"
BY = (None, "self", "peer", "system", "so", "dac")
LONGEST = 255  # characters of a value (Passport 1.2)
LONGEST_VISA = 8192
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


class IssuedVisas:
    """`issuers` are those whose visas are taken, each with the place of its keys (its `jku`)."""

    def __init__(self, issuers: Mapping[str, str], *, pause: float, tls: ssl.SSLContext | None = None) -> None:
        self._issuers = {
            issuer: (Provider(issuer, pause=pause, tls=tls, jwks=jwks), jwks) for issuer, jwks in issuers.items()
        }

    def read(self, visa: str, request: str, now: int) -> Visa:
        """InvalidVisa, which repeats nothing of it; ProviderUnreachable."""
        try:
            return self._read(visa, request, now)
        except NotTaken as error:
            raise InvalidVisa(
                f"the visa {error}",
                got=f"text of {len(visa)} characters",
                needed=f"a valid {GRANTS} visa of a configured issuer, signed with {' or '.join(ALGORITHMS)}",
            ) from None

    def _read(self, visa: str, request: str, now: int) -> Visa:
        if len(visa) > LONGEST_VISA:
            raise NotTaken("is too long")
        algorithm, issuer = _unchecked(visa)
        if algorithm not in ALGORITHMS:
            raise NotTaken("is not signed as visas are")
        if issuer not in self._issuers:
            raise NotTaken("is of an issuer that is not configured")
        provider, jwks = self._issuers[issuer]
        claims = claims_of(visa, provider, TYPES, jwks)
        require_now(claims, now)
        granted = _grant(claims, now)
        return Visa(
            digest=to_hex(sha256(parse_hex(request, 32) + visa.encode())),
            issuer=issuer,
            type=GRANTS,
            value=granted["value"],
            source=granted["source"],
            by=granted.get("by"),
            asserted=_day(granted["asserted"]),
            expires=_day(claims["exp"]),
        )


def _unchecked(visa: str) -> tuple[object, str]:
    """Algorithm and issuer as the visa says, to choose whose keys to look among. Nothing else is believed yet."""
    try:
        found = jws.extract_compact(visa.encode())
    except (JoseError, ValueError, TypeError):
        raise NotTaken("cannot be read") from None
    return found.headers().get("alg"), str(read_claims(found.payload or b"").get("iss"))


def _grant(claims: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The visa's own object, once it is one that may be told."""
    granted, subject = claims.get("ga4gh_visa_v1"), claims.get("sub")
    if not isinstance(granted, dict) or not isinstance(subject, str) or not subject:
        raise NotTaken("is none of GA4GH's")
    if granted.get("type") != GRANTS or granted.get("by") not in BY:
        raise NotTaken("is of another type")
    if granted.get("conditions"):
        raise NotTaken("has conditions, which nothing here judges")
    for name in ("value", "source"):
        told = granted.get(name)
        if not isinstance(told, str) or len(told) > LONGEST or not _URI.fullmatch(told):
            raise NotTaken(f"has no URI as its {name}")
        if subject.lower() in told.lower():
            raise NotTaken(f"names its person in its {name}")
    asserted = granted.get("asserted")
    if not is_time(asserted) or not 0 < asserted <= now + LEEWAY:  # type: ignore[operator]  # a time
        raise NotTaken("has no time of its grant")
    return granted


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(min(at, 253402300799)))
