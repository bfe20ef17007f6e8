"""QBFT's extraData: the RLP list `[vanity, validators, vote, round, seals]`, strictly.

The list with other seals or another round says the same of a block; two hashes cover two lesser forms of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger_node.errors import InvalidField
from ledger_node.proof import rlp
from ledger_node.proof.signatures import SIGNATURE

VANITY = 32
ADDRESS = 20
_MAX_ROUND = 4  # bytes
_ADD, _DROP = b"\xff", b""


@dataclass(frozen=True, slots=True)
class Ballot:
    """Whom the proposer votes on, and whether to add or to drop."""

    subject: bytes
    adds: bool


@dataclass(frozen=True, slots=True)
class ExtraData:
    """`validators` are addresses as listed, none where a contract keeps them. `round` counts from 0."""

    vanity: bytes
    validators: tuple[bytes, ...]
    ballot: Ballot | None = None
    round: int = 0
    seals: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        vote: rlp.Rlp = [] if self.ballot is None else [self.ballot.subject, _ADD if self.ballot.adds else _DROP]
        return rlp.encode([self.vanity, [*self.validators], vote, rlp.scalar(self.round), [*self.seals]])

    def committed(self) -> ExtraData:
        """What validators sign: all but the seals."""
        return replace(self, seals=())

    def hashed(self) -> ExtraData:
        """What the block's hash covers: neither seals nor round."""
        return replace(self, seals=(), round=0)


def decode(encoded: bytes) -> ExtraData:
    """The one list that `encoded` holds. Raises InvalidField unless encoding it again gives the same bytes."""
    parts = _list(rlp.decode(encoded), "extraData")
    if len(parts) != 5:
        raise InvalidField("extraData has a wrong number of parts", got=str(len(parts)), needed="5")
    vanity, validators, vote, number, seals = parts
    return ExtraData(
        _octets(vanity, VANITY, "vanity"),
        tuple(_octets(one, ADDRESS, "validator") for one in _list(validators, "validators")),
        _ballot(_list(vote, "vote")),
        _round(number),
        tuple(_octets(one, SIGNATURE, "seal") for one in _list(seals, "seals")),
    )


def _ballot(parts: list[rlp.Rlp]) -> Ballot | None:
    if not parts:
        return None
    if len(parts) != 2 or parts[1] not in (_ADD, _DROP):
        raise InvalidField("vote of an unknown type", got=f"{len(parts)} parts", needed="an address, ff or nothing")
    return Ballot(_octets(parts[0], ADDRESS, "vote's subject"), parts[1] == _ADD)


def _round(part: rlp.Rlp) -> int:
    if isinstance(part, list) or len(part) > _MAX_ROUND or part[:1] == b"\0":
        raise InvalidField("round is not a minimal number", got=f"{len(part)} bytes", needed=f"at most {_MAX_ROUND}")
    return int.from_bytes(part, "big")


def _list(part: rlp.Rlp, what: str) -> list[rlp.Rlp]:
    if isinstance(part, bytes):
        raise InvalidField(f"{what} is not a list", got=f"{len(part)} bytes", needed="a list")
    return part


def _octets(part: rlp.Rlp, length: int, what: str) -> bytes:
    if isinstance(part, list) or len(part) != length:
        raise InvalidField(f"{what} of another length", got=f"{len(part)} bytes or parts", needed=f"{length} bytes")
    return part
