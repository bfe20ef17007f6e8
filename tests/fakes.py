"""Fakes that implement our ports, for tests that need no engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger_node.chain import payloads
from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.command import CONTRACT_NAMES, Command, Contracts, Deployment, Listing
from ledger_node.domain.position import BlockRef, Event
from ledger_node.domain.submission import Receipt, Sent, Signed
from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable


def digest(number: int) -> str:
    return f"0x{number:064x}"


def address(number: int) -> str:
    return f"0x{number:040x}"


CONTRACTS = Contracts(**{name: address(i + 1) for i, name in enumerate(CONTRACT_NAMES)})


@dataclass
class FakeClock:
    time: int = 1_000

    def now(self) -> int:
        return self.time


@dataclass
class FakeSigner:
    address: str = address(99)

    at_once: int = 500

    def sign(self, to: str, calldata: str, nonce: int) -> Signed:
        return Signed(f"0xraw{nonce}", digest(10_000 + nonce), nonce, self.address)

    def sign_nothing(self, nonce: int) -> Signed:
        return Signed(f"0xnothing{nonce}", digest(20_000 + nonce), nonce, self.address)


@dataclass
class FakeLedger:
    """A chain in memory: sent bytes wait in `pool` until `mine`; `away` makes every call fail."""

    blocks: list[BlockRef] = field(default_factory=lambda: [BlockRef(0, digest(1), 1_000)])
    logs: list[Event] = field(default_factory=list)
    pool: dict[int, str] = field(default_factory=dict)
    receipts_by_hash: dict[str, Receipt] = field(default_factory=dict)
    serves_blocks: bool = True
    lags: int = 0  # blocks of its head that it does not give by number
    serves_receipts: bool = True
    room: int = 1_000_000
    sender: str = address(99)
    next_nonce: int = 0
    sends: list[str] = field(default_factory=list)
    failing: set[int] = field(default_factory=set)
    away: bool = False
    fork: int = 0

    @property
    def deployment(self) -> Deployment:
        return Deployment(7, self.blocks[0].hash, 0, CONTRACTS, {})

    def mine(self, events: Sequence[Event] = ()) -> None:
        number = len(self.blocks)
        block = BlockRef(number, digest(1_000_000 * (self.fork + 1) + number), 1_000 + number)
        self.blocks.append(block)
        self.logs += events
        while self.next_nonce in self.pool:
            nonce = self.next_nonce
            hash_ = self.pool.pop(nonce)
            status = 0 if nonce in self.failing else 1
            self.receipts_by_hash[hash_] = Receipt(hash_, number, block.hash, status, 21_000, self.sender)
            self.next_nonce += 1

    def reorganise(self, depth: int) -> None:
        """Drops the newest blocks with all that was in them; later blocks get other hashes."""
        self.fork += 1
        kept = len(self.blocks) - depth
        self.blocks = self.blocks[:kept]
        self.logs = [event for event in self.logs if event.at.block < kept]
        dropped = {h: r for h, r in self.receipts_by_hash.items() if r.block >= kept}
        self.receipts_by_hash = {h: r for h, r in self.receipts_by_hash.items() if r.block < kept}
        self.next_nonce -= len(dropped)

    def _answer(self) -> None:
        if self.away:
            raise ChainUnreachable("away")

    def verify(self, deployment: Deployment) -> None:
        self._answer()

    def head(self) -> BlockRef:
        self._answer()
        return self.blocks[-1]

    def block(self, number: int) -> BlockRef | None:
        self._answer()
        return self.blocks[number] if number < len(self.blocks) - self.lags else None

    def blocks_at(self, numbers: Sequence[int]) -> list[BlockRef]:
        found = [self.block(number) for number in numbers]
        if None in found:
            raise ChainAnswerInvalid("no such block")
        return [block for block in found if block is not None]

    def events(self, contracts: Sequence[Listing], first: int, last: int) -> list[Event]:
        self._answer()
        asked = {(one.role, one.generation) for one in contracts}
        found = (e for e in self.logs if first <= e.at.block <= last and (e.contract, e.generation) in asked)
        return sorted(found, key=lambda e: e.at)

    def calldata(self, command: Command) -> str:
        return "0x"

    def payload(self, kind: ProposalKind, fields: Mapping[str, Any]) -> str:
        return payloads.encode_payload(kind, fields)

    def payload_fields(self, kind: ProposalKind, payload: str) -> dict[str, Any]:
        return payloads.decode_payload(kind, payload)

    def send_all(self, raws: Sequence[str]) -> list[Sent]:
        self._answer()
        return [self._send(raw) for raw in raws]

    def _send(self, raw: str) -> Sent:
        number = int(raw.removeprefix("0xraw").removeprefix("0xnothing").removeprefix("0xforeign"))
        self.sends.append(raw)
        if number < self.next_nonce:
            return Sent.USED
        if len(self.pool) >= self.room:
            return Sent.REFUSED
        kind = {"0xr": 10_000, "0xn": 20_000, "0xf": 30_000}[raw[:3]]
        self.pool[number] = digest(kind + number)
        return Sent.TAKEN

    def receipt(self, transaction: str) -> Receipt | None:
        self._answer()
        return self.receipts_by_hash.get(transaction)

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        assert self.serves_receipts
        return [self.receipt(one) for one in transactions]

    def receipts_in(self, block: int) -> list[Receipt] | None:
        self._answer()
        assert self.serves_receipts
        if not self.serves_blocks:
            return None
        return [one for one in self.receipts_by_hash.values() if one.block == block]

    def nonce_of(self, transaction: str) -> int:
        return int(transaction, 16) % 10_000

    def outcome(self, receipt: Receipt, contracts: Sequence[Listing]) -> dict[str, Any]:
        return {"events": ["DatasetRegistered"]} if receipt.status else {"error": "ConsentTokenRefused"}

    def transaction_count(self, address: str, block: int | None = None) -> int:
        self._answer()
        later = 0 if block is None else sum(one.block > block for one in self.receipts_by_hash.values())
        return self.next_nonce - later

    def organisation_of(self, contracts: Contracts, operator: str) -> int:
        return 1

    def header(self, number: int) -> dict[str, Any]:
        raise NotImplementedError

    def proofs(self, questions: Sequence[tuple[str, Sequence[str]]], number: int) -> list[dict[str, Any]]:
        raise NotImplementedError
