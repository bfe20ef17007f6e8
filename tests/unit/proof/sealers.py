"""Sealed blocks by an encoder of their own, from the engines' rules alone: QBFT as Besu makes them, Clique as geth.

Each part can be given, so that a block breaks one rule and no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from coincurve import PrivateKey

from ledger_node.proof import header
from ledger_node.proof.hashing import keccak256, to_hex
from ledger_node.proof.header import BlockRef, Header
from ledger_node.proof.validators import Engine, Mode, Validators

QUANTITIES = {
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"),
    *("blobGasUsed", "excessBlobGas", "slotNumber"),
}
#: What later forks append; a block has some of the first of them.
APPENDED = {
    "baseFeePerGas": b"",
    "withdrawalsRoot": b"\x17" * 32,
    "blobGasUsed": b"",
    "excessBlobGas": b"\x01\x00",
    "parentBeaconBlockRoot": b"\x18" * 32,
    "requestsHash": b"\x19" * 32,
    "blockAccessListHash": b"\x1a" * 32,
    "slotNumber": b"\x07",
}
LONDON = 1  # how many of them
QBFT_MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
VANITY = b"vanity".ljust(32, b"\0")
EPOCH = 30_000


class Sealer:
    """A validator's key, the same for a name each time."""

    def __init__(self, name: str) -> None:
        self._key = PrivateKey(hashlib.sha256(b"sealer " + name.encode()).digest())
        self.address = keccak256(self._key.public_key.format(compressed=False)[1:])[-20:]

    def seal(self, digest: bytes) -> bytes:
        return self._key.sign_recoverable(digest, hasher=None)


def sealers(count: int) -> list[Sealer]:
    """In the order of their addresses."""
    return sorted((Sealer(str(number)) for number in range(count)), key=lambda one: one.address)


STRANGER = Sealer("stranger")
FIRST = BlockRef(0, keccak256(b"first block"))


def in_force(
    engine: Engine, members: Sequence[Sealer], at: BlockRef = FIRST, *, epoch: int = EPOCH, mode: Mode = Mode.HEADER
) -> Validators:
    return Validators(engine, epoch, mode, at, tuple(one.address for one in members))


@dataclass(frozen=True)
class Made:
    """A block: its fields as RLP holds them, its hash, and what its seals sign."""

    raw: dict[str, bytes]
    hash: bytes
    commit: bytes

    @property
    def ref(self) -> BlockRef:
        return BlockRef(int.from_bytes(self.raw["number"], "big"), self.hash)

    def rlp(self) -> bytes:
        return bytes(rlp.encode(list(self.raw.values())))

    def rpc(self) -> dict[str, Any]:
        """As an RPC shows it, with keys that are not the header's."""
        return shown(self.raw) | {"hash": to_hex(self.hash), "size": "0x220", "transactions": [], "uncles": []}

    def header(self) -> Header:
        return header.sealed_from_rpc(self.rpc())


def shown(raw: dict[str, bytes]) -> dict[str, Any]:
    return {
        name: hex(int.from_bytes(part, "big")) if name in QUANTITIES else to_hex(part) for name, part in raw.items()
    }


def fields(parent: BlockRef, appended: int = LONDON, **changes: Any) -> dict[str, bytes]:
    number = parent.number + 1
    empty = keccak256(b"\x80")
    raw = {
        "parentHash": parent.hash,
        "sha3Uncles": keccak256(b"\xc0"),
        "miner": bytes(20),
        "stateRoot": keccak256(b"state %d" % number),
        "transactionsRoot": empty,
        "receiptsRoot": empty,
        "logsBloom": bytes(256),
        "difficulty": b"\x01",
        "number": scalar(number),
        "gasLimit": scalar(100_000_000),
        "gasUsed": b"",
        "timestamp": scalar(1_900_000_000 + number),
        "extraData": b"",
        "mixHash": bytes(32),
        "nonce": bytes(8),
    }
    return raw | dict(list(APPENDED.items())[:appended]) | changes


def qbft(
    members: Sequence[Sealer],
    parent: BlockRef = FIRST,
    *,
    by: Sequence[Sealer] | None = None,
    more: Sequence[bytes] = (),
    listed: Sequence[bytes] | None = None,
    vote: Any = (),
    number: int = 0,
    signed_round: int | None = None,
    vanity: bytes = VANITY,
    extra: bytes | None = None,
    **changes: Any,
) -> Made:
    """A block of round `number`, sealed by `by` (else by all), then by the seals in `more`.

    The first member proposes. `vote` is what stands in extraData. `signed_round` is the round that is signed, when that
    is another. `extra` stands instead of the whole list.
    """
    addresses = [one.address for one in members] if listed is None else list(listed)
    raw = fields(parent, **{"miner": members[0].address, "mixHash": QBFT_MIX_HASH, **changes})

    def hashed(round_: int) -> bytes:
        data = rlp.encode([vanity, addresses, vote, scalar(round_), []])
        return keccak256(rlp.encode(list((raw | {"extraData": data}).values())))

    commit = hashed(number if signed_round is None else signed_round)
    seals = [one.seal(commit) for one in (members if by is None else by)]
    data = rlp.encode([vanity, addresses, vote, scalar(number), [*seals, *more]])
    return Made(raw | {"extraData": data if extra is None else extra}, hashed(0), hashed(number))


def clique(
    members: Sequence[Sealer],
    parent: BlockRef = FIRST,
    *,
    by: Sealer | None = None,
    listed: Sequence[bytes] = (),
    vanity: bytes = VANITY,
    seal: bytes | None = None,
    **changes: Any,
) -> Made:
    """A block sealed by `by`, else by the signer whose turn it is; `members` are in rising order."""
    number = parent.number + 1
    turn = members[number % len(members)]
    by = by or turn
    difficulty = b"\x02" if by.address == turn.address else b"\x01"
    unsealed = vanity + b"".join(listed)
    raw = fields(parent, **{"difficulty": difficulty, "extraData": unsealed, **changes})
    commit = keccak256(rlp.encode(list(raw.values())))
    raw["extraData"] = unsealed + (by.seal(commit) if seal is None else seal)
    return Made(raw, keccak256(rlp.encode(list(raw.values()))), commit)


def scalar(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
