"""The trust file: what a reader of evidence believes beforehand, and where from is the reader's affair.

`{"format": "medledger-trust/2", "chainId", "genesis", "contracts": {name: {"address", "codeHash"}}}`, and at least one
of `checkpoint` (`{"number", "hash"}`: a block), `operators` (whose signed checkpoints count) and `validators` (who may
seal blocks). The contracts are those of `layout.CONTRACTS`; `anchors` may be named too and is not needed. Those of
later generations stand in `laterGenerations`, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger_node.errors import InputError, InvalidField, TrustMalformed
from ledger_node.proof import layout
from ledger_node.proof.codec import Codec, constant, many, octets, record, uint
from ledger_node.proof.header import BlockRef
from ledger_node.proof.operators import Operators, operators
from ledger_node.proof.strict_json import Json, dump_canonical, parse
from ledger_node.proof.validators import Validators, validators

FORMAT: Final = "medledger-trust/2"
MAX_TRUST = 4 * 1024 * 1024  # as many organisations and operators as there may be
MAX_GENERATIONS = 64


@dataclass(frozen=True, slots=True)
class TrustedContract:
    """An address (20 bytes) and keccak256 of the code that must be there."""

    address: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Trust:
    """What is believed of a chain. `contracts` are the first generation's; later ones have all but the Consortium,
    which is the same. One of the last three at least is there."""

    format: str
    chain_id: int
    genesis: bytes
    contracts: Mapping[str, TrustedContract]
    later_generations: tuple[Mapping[str, TrustedContract], ...] | None = None
    checkpoint: BlockRef | None = None
    operators: Operators | None = None
    validators: Validators | None = None

    @property
    def generations(self) -> list[Mapping[str, TrustedContract]]:
        """The contracts of each, the first's first."""
        return [self.contracts, *({**self.contracts, **later} for later in self.later_generations or ())]


_contract = record(TrustedContract, {"address": octets(20), "code_hash": octets(32)})


def _named(names: Sequence[str]) -> Codec[Mapping[str, TrustedContract]]:
    """Exactly these contracts, by name; `anchors` may stand beside them."""

    def read(value: object) -> Mapping[str, TrustedContract]:
        if not isinstance(value, dict) or value.keys() - {"anchors"} != set(names):
            raise InvalidField("not the contracts", got=type(value).__name__, needed=", ".join(names))
        return {name: _contract.read(part) for name, part in value.items()}

    return Codec(
        read,
        lambda value: {name: _contract.write(part) for name, part in value.items()},
        {
            "type": "object",
            "properties": dict.fromkeys((*names, "anchors"), _contract.shape),
            "required": list(names),
            "additionalProperties": False,
        },
    )


trust = record(
    Trust,
    {
        "format": constant(FORMAT),
        "chain_id": uint(64),
        "genesis": octets(32),
        "contracts": _named(layout.CONTRACTS),
        "later_generations": many(_named(layout.CONTRACTS[1:]), MAX_GENERATIONS),
        "checkpoint": record(BlockRef, {"number": uint(64), "hash": octets(32)}),
        "operators": operators,
        "validators": validators,
    },
    optional=("later_generations", "checkpoint", "operators", "validators"),
)


def read(content: bytes) -> Trust:
    """A trust file, which people may write by hand: spaces and the order of keys are free. Raises TrustMalformed."""
    try:
        found = trust.read(parse(content, MAX_TRUST))
    except InputError as failure:
        raise TrustMalformed(failure.detail, got=failure.got, needed=failure.needed) from failure
    if found.checkpoint is None and found.operators is None and found.validators is None:
        raise TrustMalformed("no block can be told by it", needed="a checkpoint, operators or validators")
    return found


def dump(one: Trust) -> bytes:
    """The file's canonical bytes (RFC 8785)."""
    return dump_canonical(trust.write(one))


def to_json(one: Trust) -> Json:
    """The file's JSON."""
    return trust.write(one)
