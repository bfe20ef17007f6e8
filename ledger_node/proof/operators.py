"""Whose checkpoints a reader trusts: the trust file's member `operators`.

`{"quorum": N, "organisations": [{"number", "operators": ["0x…"]}…]}`: a checkpoint is trusted when operators of at
least N different organisations signed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger_node.errors import InvalidField
from ledger_node.proof.checkpoint import SignedCheckpoint, signers_of
from ledger_node.proof.codec import Codec, octets, record, rising, uint
from ledger_node.proof.report import Check

MAX_ORGANISATIONS = 1024
MAX_OPERATORS = 64


@dataclass(frozen=True, slots=True)
class TrustedOrganisation:
    """An organisation by its number, and the addresses (20 bytes each, rising) whose word counts as its own."""

    number: int
    operators: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Operators:
    """`quorum` different organisations must have signed: at least one, and no more than there are."""

    quorum: int
    organisations: tuple[TrustedOrganisation, ...]


_organisation = record(
    TrustedOrganisation, {"number": uint(32), "operators": rising(octets(20), MAX_OPERATORS, lambda one: one)}
)
_form: Codec[Operators] = record(
    Operators,
    {"quorum": uint(32), "organisations": rising(_organisation, MAX_ORGANISATIONS, lambda one: one.number)},
)


def _read(value: object) -> Operators:
    found = _form.read(value)
    if not 1 <= found.quorum <= len(found.organisations):
        raise InvalidField(
            "quorum cannot be met", got=f"{len(found.organisations)} organisations", needed="1 to as many"
        )
    known = [operator for one in found.organisations for operator in one.operators]
    if len(set(known)) != len(known) or not all(one.operators for one in found.organisations):
        raise InvalidField(
            "operators are not each of one organisation", got=f"{len(known)}", needed="one at least each"
        )
    return found


operators: Codec[Operators] = Codec(_read, _form.write, _form.shape)


def trusted_by(checkpoint: SignedCheckpoint, trusted: Operators) -> Check:
    """Passed when signatures that hold, of operators that are trusted for the organisation that they sign for, come
    from as many organisations as the quorum asks for. What others signed counts for nothing, and does no harm."""
    counted = {(one.number, operator) for one in trusted.organisations for operator in one.operators}
    # Strangers are left out before their signatures are tried, which takes long where Python alone does it.
    known = tuple(one for one in checkpoint.signatures if (one.organisation, one.operator) in counted)
    found = {one.organisation for one in signers_of(replace(checkpoint, signatures=known))}
    detail = f"signed by {len(found)} of {trusted.quorum} organisations: {', '.join(map(str, sorted(found))) or 'none'}"
    return Check("trust.operators", len(found) >= trusted.quorum, detail)
