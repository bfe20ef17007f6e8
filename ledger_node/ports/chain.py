"""The chain, the key that signs for it, and when its blocks stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.command import Command, Contracts, Deployment, Listing
from ledger_node.domain.position import BlockRef, Event
from ledger_node.domain.submission import Receipt, Sent, Signed, SubmissionState

#: Events of one answer, some 700 bytes each as logs: what a step holds in memory, and one SQL transaction writes.
MOST_EVENTS = 30_000


class RangeTooLarge(Exception):
    """So many blocks, or so many logs, are more than the engine gives or we take in one answer."""


class Signer(Protocol):
    """One key. The key itself never leaves the adapter."""

    @property
    def address(self) -> str: ...

    def sign(self, to: str, calldata: str, nonce: int) -> Signed:
        """A typed (EIP-1559) transaction to a contract, signed for this node's chain with no gas price.

        SignerUnavailable when the key cannot be asked now.
        """

    def sign_nothing(self, nonce: int) -> Signed:
        """A transaction to the key's own address that does nothing but take a nonce."""

    def sign_statement(self, content: bytes) -> bytes:
        """A message's signature as EIP-191 has it (version 0x45): 65 bytes, r, a low s, v 27 or 28.

        SignerUnavailable when the key cannot be asked now, or who holds it signs no messages.
        """

    @property
    def at_once(self) -> int:
        """How many it signs in a second or so: what is worth one commit."""


class Ledger(Protocol):
    """The chain. Every method may raise ChainUnreachable; answers that cannot be right raise ChainAnswerInvalid."""

    def verify(self, deployment: Deployment) -> None:
        """Raises WrongChain or WrongCode unless chain id, genesis and every contract's code are the recorded ones."""

    def head(self) -> BlockRef: ...

    def block(self, number: int) -> BlockRef | None: ...

    def blocks_at(self, numbers: Sequence[int]) -> list[BlockRef]:
        """In the order of their numbers as given. ChainAnswerInvalid when the chain does not know one."""

    def events(self, contracts: Sequence[Listing], first: int, last: int) -> list[Event]:
        """All logs of the listed contracts in blocks first..last, decoded, in order. UnknownEvent; RangeTooLarge when
        fewer blocks at once may be answered."""

    def calldata(self, command: Command) -> str: ...

    def payload(self, kind: ProposalKind, fields: Mapping[str, Any]) -> str:
        """What a proposal carries, as 0x-hex, from the fields of its struct by their Solidity names (an admission's are
        `admin`, `capabilities`, `forProfit`, `name`; of a suspension, reinstatement or removal `organisation`).

        InvalidField unless exactly these are there, each of its type. Enums and masks are numbers.
        """

    def payload_fields(self, kind: ProposalKind, payload: str) -> dict[str, Any]:
        """`payload` the other way round; addresses come checksummed. ChainAnswerInvalid when it cannot be read."""

    def send_all(self, raws: Sequence[str]) -> list[Sent]:
        """Hands signed bytes to the pool, in their order, in one request."""

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        """By transaction hash, in one request."""

    def receipts_in(self, block: int) -> list[Receipt] | None:
        """Of all transactions of a block; None when the engine does not know it, or gives no receipts by block."""

    def nonce_of(self, transaction: str) -> int:
        """Of a transaction that a receipt names."""

    def outcome(self, receipt: Receipt, contracts: Sequence[Listing]) -> dict[str, Any]:
        """What a mined transaction did: its events' subjects, or the decoded refusal."""

    def transaction_count(self, address: str, block: int | None = None) -> int:
        """Of mined ones, as of a block; None for the newest."""

    def organisation_of(self, contracts: Contracts, operator: str) -> int:
        """The organisation of an accepted operator key; 0 when it is nobody's."""

    def code_hash(self, address: str) -> str:
        """keccak-256 of the newest code at an address."""

    def header(self, number: int) -> dict[str, Any]: ...

    def headers(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Blocks as the engine shows them, in the order asked for. EvidenceUnavailable when it does not know one."""

    def proofs(self, questions: Sequence[tuple[str, Sequence[str]]], number: int) -> list[dict[str, Any]]:
        """`eth_getProof` of each contract's address and its slots, as the engine gives it, in one request.
        EvidenceUnavailable when it does not serve that block."""


class Finality(Protocol):
    """When a block is beyond a reorganisation's reach, by the engine's own rule."""

    @property
    def state(self) -> SubmissionState:
        """FINAL, or SAFE where the rule rests on most signers being honest and connected."""

    def height(self, head: BlockRef) -> int:
        """The newest block that is; negative when there is none."""
