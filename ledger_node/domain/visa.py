"""GA4GH visas (Passport 1.2): what an issuer grants to a person. The person stays out of here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visa:
    """What of a visa may be told to everybody.

    `type`, `value` (what is granted), `source` (who decided) and `by` (in which function) are its own. `digest`
    (0x-hex) is of the request's id and the visa: who has the visa knows it again, nobody else learns anything. Days are
    those of ISO 8601: a second could single out a person.
    """

    digest: str
    issuer: str
    type: str
    value: str
    source: str
    by: str | None
    asserted: str
    expires: str
