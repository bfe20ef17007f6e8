"""How each fact of a lineage is known."""

from __future__ import annotations

from dataclasses import dataclass

from registry_api.levels import How


@dataclass(frozen=True, slots=True)
class Known:
    """A kind of fact, how it is known, and who or what says so."""

    fact: str
    how: How
    why: str


KNOWN = (
    Known("Which consent was used for which dataset version", "verified", "the contract charged it at once"),
    Known("State of a consent", "verified", "derived from the contract's append-only log at the block's time"),
    Known("Consent in force at each round", "verified", "the contract checks every input again when a round opens"),
    Known("Times", "verified", "the time of the block that holds the fact"),
    Known("Terms and legal basis of a consent", "attested", "signed by the hospital that granted it"),
    Known("Tree head, size class and privacy claim of a dataset version", "attested", "signed by the hospital"),
    Known("De-identification options", "attested", "signed by the hospital, with the digest of its attestation"),
    Known("Rounds and privacy loss charged to a consent", "verified", "the contract counts them and keeps the budget"),
    Known("Recalls and what became of a version", "verified", "the contract asks whether this one may"),
    Known("A hospital's contribution to a round, or its refusal", "attested", "signed by that hospital"),
    Known("Aggregate, result and artifact digests", "attested", "signed by the publisher"),
    Known(
        "Privacy loss of a round, code and container", "asserted", "stated by the publisher; only budgets are checked"
    ),
    Known("That an imported version was made as it says", "asserted", "it names no run; nothing was checked here"),
    Known("What cards say", "asserted", "free text in a public document; only its digest is signed"),
)
