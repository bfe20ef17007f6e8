"""What the verifier says: each check, and each fact with how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger_node.proof.strict_json import Json


class Result(StrEnum):
    """`UNANCHORED`: all holds together, and nothing says that it is the chain that the reader trusts."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNANCHORED = "unanchored"


class Known(StrEnum):
    """How a fact is known.

    VERIFIED: a storage proof below a trusted block shows it. ATTESTED: a named organisation put the document's digest
    on chain. ASSERTED: what a document says; someone typed it. UNANCHORED: it hangs on a block that nobody vouches for.
    UNPROVEN: the bundle failed. NOT_AVAILABLE: the bundle does not hold the document.
    """

    VERIFIED = "verified"
    ATTESTED = "attested"
    ASSERTED = "asserted"
    UNANCHORED = "unanchored"
    UNPROVEN = "unproven"
    NOT_AVAILABLE = "not-available"


@dataclass(frozen=True, slots=True)
class Check:
    """One check, by a name that does not change, and what was found."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact or a document, by kind and id, how it is known, and a sentence about it."""

    kind: str
    id: str
    known: Known
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """The answer. `kind` and `subject` name what it is about; `at` is the time asked about and `as_of_time` the block's
    (Unix seconds); without a trust file `trust_roots` is empty."""

    result: Result
    kind: str
    subject: str
    at: int
    as_of_number: int
    as_of_hash: str
    as_of_time: int
    checks: tuple[Check, ...]
    facts: tuple[KnownFact, ...]
    not_proved: tuple[str, ...]
    trust_roots: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The report for machines."""
        return {
            "result": self.result.value,
            "kind": self.kind,
            "subject": self.subject,
            "at": self.at,
            "asOf": {"number": self.as_of_number, "hash": self.as_of_hash, "time": self.as_of_time},
            "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in self.checks],
            "facts": [{"kind": f.kind, "id": f.id, "known": f.known.value, "detail": f.detail} for f in self.facts],
            "notProved": list(self.not_proved),
            "trustRoots": list(self.trust_roots),
        }
