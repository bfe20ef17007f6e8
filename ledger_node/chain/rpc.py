"""The Ledger port over JSON-RPC."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eth_utils import keccak

from ledger_node.chain import abi, payloads, reading
from ledger_node.chain.transport import Call, JsonRpc, Observe, RpcRefused
from ledger_node.domain.codes import ProposalKind, Reason
from ledger_node.domain.command import Command, Contracts, Deployment, Listing
from ledger_node.domain.outcome import outcome_of
from ledger_node.domain.position import BlockRef, Event
from ledger_node.domain.refusals import REFUSALS
from ledger_node.domain.submission import Receipt, Sent
from ledger_node.errors import (
    ChainAnswerInvalid,
    ChainUnreachable,
    EvidenceUnavailable,
    WrongChain,
    WrongCode,
)
from ledger_node.ports import MOST_EVENTS, RangeTooLarge

TIMEOUT = 20  # seconds for one call
#: What engines answer when they already hold these very bytes: for us that is success.
ALREADY_KNOWN = ("already known", "already imported", "known transaction", "already in mempool", "already in pool")
#: What servers answer that lag behind another one: asked again, they have it.
NOT_YET = ("header not found", "block not found", "unknown block")
NONCE_TOO_LOW = ("nonce too low",)


class RpcLedger:
    """One engine, one connection pool for each thread."""

    def __init__(self, url: str, timeout: float = TIMEOUT, observe: Observe | None = None) -> None:
        self._rpc = JsonRpc(url, timeout, observe)
        self._ask = self._rpc.ask  # for those that read the engine's error

    def call(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call; the raw `result`. ChainAnswerInvalid when the engine answers with an error."""
        try:
            return self._ask(method, *params)
        except RpcRefused:
            raise ChainAnswerInvalid("the chain's RPC answered with an error", got=method) from None

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The raw `result` of each call, all in one request. ChainAnswerInvalid when one is answered with an error."""
        try:
            results = self._rpc.ask_all(calls)
        except RpcRefused:
            raise ChainAnswerInvalid("the chain's RPC refused a batch", got=f"{len(calls)} calls") from None
        if any(isinstance(result, RpcRefused) for result in results):
            raise ChainAnswerInvalid("the chain's RPC answered with an error", got=calls[0][0])
        return results

    # What the chain is

    def chain_id(self) -> int:
        return reading.quantity_of(self.call("eth_chainId"))

    def code_hash(self, address: str) -> str:
        code = bytes.fromhex(self.call("eth_getCode", address, "latest").removeprefix("0x"))
        return "0x" + keccak(code).hex()

    def verify(self, deployment: Deployment) -> None:
        chain_id = self.chain_id()
        if chain_id != deployment.chain_id:
            raise WrongChain("the chain id differs", got=str(chain_id), needed=str(deployment.chain_id))
        genesis = self.block(0)
        if genesis is None or genesis.hash != deployment.genesis:
            raise WrongChain("the chain's first block differs", needed="the chain of the deployment record")
        for role, address in deployment.contracts.items():
            if self.code_hash(address) != deployment.code_hashes[role]:
                raise WrongCode(f"the code of {role} differs from the deployment record", needed="the recorded code")

    # Blocks and logs

    def head(self) -> BlockRef:
        return reading.block_of(self.call("eth_getBlockByNumber", "latest", False))

    def block(self, number: int) -> BlockRef | None:
        found = self.call("eth_getBlockByNumber", hex(number), False)
        return None if found is None else reading.block_of(found)

    def blocks_at(self, numbers: Sequence[int]) -> list[BlockRef]:
        found = [reading.block_of(block) for block in self._blocks(numbers)]
        if [block.number for block in found] != list(numbers):
            raise ChainAnswerInvalid("the chain gave other blocks than those that were asked for")
        return found

    def headers(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        found = list(self._blocks(numbers))
        if not all(isinstance(block, dict) for block in found):
            raise EvidenceUnavailable("the chain has no such block", got=f"one of {len(numbers)}")
        return found

    def _blocks(self, numbers: Sequence[int]) -> Iterator[Any]:
        calls: list[Call] = [("eth_getBlockByNumber", [hex(number), False]) for number in numbers]
        size = reading.HEADERS_OF_A_REQUEST
        for first in range(0, len(calls), size):
            yield from self.batch(calls[first : first + size])

    def header(self, number: int) -> dict[str, Any]:
        found = self.call("eth_getBlockByNumber", hex(number), False)
        if found is None:
            raise EvidenceUnavailable("the chain has no such block", got=f"block {number}")
        return dict(found)

    def events(self, contracts: Sequence[Listing], first: int, last: int) -> list[Event]:
        try:
            logs = self._ask("eth_getLogs", reading.question(contracts, first, last))
        except (RpcRefused, ChainUnreachable, ChainAnswerInvalid) as error:
            if reading.asked_too_much(error):
                raise RangeTooLarge from None
            if not isinstance(error, RpcRefused):
                raise
            raise ChainAnswerInvalid("the chain's RPC answered with an error", got="eth_getLogs") from None
        if last > first and isinstance(logs, list) and len(logs) > MOST_EVENTS:
            raise RangeTooLarge
        found = reading.events_of(contracts, logs)
        if any(not first <= event.at.block <= last for event in found):
            raise ChainAnswerInvalid("the chain gave logs of blocks that were not asked for")
        return found

    # Transactions

    def calldata(self, command: Command) -> str:
        return abi.calldata_of(command)

    def payload(self, kind: ProposalKind, fields: Mapping[str, Any]) -> str:
        return payloads.encode_payload(kind, fields)

    def payload_fields(self, kind: ProposalKind, payload: str) -> dict[str, Any]:
        return payloads.decode_payload(kind, payload)

    def send(self, raw: str) -> None:
        """One alone, for who waits for it. ChainAnswerInvalid when the engine does not take it."""
        if self.send_all([raw]) != [Sent.TAKEN]:
            raise ChainAnswerInvalid("the engine refused the transaction", needed="an engine that takes it")

    def send_all(self, raws: Sequence[str]) -> list[Sent]:
        try:
            answers = self._rpc.ask_all([("eth_sendRawTransaction", [raw]) for raw in raws])
        except RpcRefused:
            raise ChainAnswerInvalid("the chain's RPC refused a batch", got=f"{len(raws)} transactions") from None
        return [_sent(answer) for answer in answers]

    def receipt(self, transaction: str) -> Receipt | None:
        return self.receipts([transaction])[0]

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        found = self.batch([("eth_getTransactionReceipt", [one]) for one in transactions])
        return [None if one is None else reading.receipt_of(one) for one in found]

    def receipts_in(self, block: int) -> list[Receipt] | None:
        try:
            found = self._ask("eth_getBlockReceipts", hex(block))
        except RpcRefused:
            return None
        if found is None:
            return None
        if not isinstance(found, list):
            raise ChainAnswerInvalid("the chain gave something else than receipts")
        return [reading.receipt_of(one) for one in found]

    def nonce_of(self, transaction: str) -> int:
        found = self.call("eth_getTransactionByHash", transaction)
        return reading.quantity_of(found.get("nonce") if isinstance(found, dict) else None)

    def outcome(self, receipt: Receipt, contracts: Sequence[Listing]) -> dict[str, Any]:
        if receipt.status == 1:
            return outcome_of(reading.events_of(contracts, receipt.logs))
        error, position = self._refusal(receipt)
        refused: dict[str, Any] = {"error": error.name, "args": error.args, "meaning": REFUSALS.get(error.name, "")}
        if error.name == "ConsentTokenRefused":
            refused["reason"] = Reason(error.args["reason"]).name
        if position is not None:
            refused["position"] = position
        return refused

    def _refusal(self, receipt: Receipt) -> tuple[abi.DecodedError, int | None]:
        """Why a mined transaction failed: the same call on the state of its block, then on the one before; and of a
        batch the place of the first item that was refused.

        Engines keep no reason in the receipt. The state in the middle of a block cannot be asked for, so a refusal
        that held only there gives the name `Unknown`.
        """
        sent = self.call("eth_getTransactionByHash", receipt.transaction)
        call = {"from": sent["from"], "to": sent["to"], "data": sent["input"], "gas": sent["gas"]}
        for number in (receipt.block, receipt.block - 1):
            error = self._revert(call, number)
            if error is not None:
                return error, self._refused_item(call, number)
        return abi.DecodedError("Unknown", {}), None

    def _revert(self, call: dict[str, Any], number: int) -> abi.DecodedError | None:
        """How a call is refused on the state after a block; None when it is not, or without a reason."""
        try:
            self._ask("eth_call", call, hex(number))
        except RpcRefused as error:
            data = _revert_data(error)
            if data:
                return abi.decode_error(data)
            if any(words in str(error).lower() for words in NOT_YET):
                raise ChainAnswerInvalid("the engine does not have a block that it showed", got="no state") from None
        return None

    def _refused_item(self, call: dict[str, Any], number: int) -> int | None:
        """The place of the item at which a refused batch ended; None for no batch, or one refused whatever is in it.

        A batch ends at the first item that is refused, so the shortest beginning of it that is refused ends there.
        """
        batch = abi.batch_of(call["data"])
        if batch is None:
            return None

        def revert(count: int) -> abi.DecodedError | None:
            return self._revert({**call, "data": batch.first(count)}, number)

        empty = revert(0)
        if empty is None or not empty.name.endswith("BadBatch"):
            return None
        return bisect_left(range(1, len(batch)), True, key=lambda count: revert(count) is not None)

    def transaction_count(self, address: str, block: int | None = None) -> int:
        at = "latest" if block is None else hex(block)
        return reading.quantity_of(self.call("eth_getTransactionCount", address, at))

    def organisation_of(self, contracts: Contracts, operator: str) -> int:
        data = abi.calldata_of(Command("", "consortium", "operatorOf", (operator, 0)))
        try:
            return int(self._ask("eth_call", {"to": contracts.consortium, "data": data}, "latest"), 16)
        except RpcRefused:
            return 0

    # Proofs

    def proof(self, address: str, slots: Sequence[str], number: int) -> dict[str, Any]:
        return self.proofs([(address, slots)], number)[0]

    def proofs(self, questions: Sequence[tuple[str, Sequence[str]]], number: int) -> list[dict[str, Any]]:
        try:
            answers = self._rpc.ask_all(
                [("eth_getProof", [address, list(slots), hex(number)]) for address, slots in questions]
            )
        except RpcRefused as refused:
            answers = [refused]
        if any(isinstance(answer, RpcRefused) for answer in answers):
            raise EvidenceUnavailable(
                "the engine serves no proof for this block", got=f"block {number}", needed="a newer block"
            )
        if not all(isinstance(answer, dict) for answer in answers):
            raise ChainAnswerInvalid("the chain gave something else than proofs")
        return answers


def _sent(answer: Any) -> Sent:
    if not isinstance(answer, RpcRefused):
        return Sent.TAKEN
    said = str(answer).lower()
    if any(words in said for words in ALREADY_KNOWN):
        return Sent.TAKEN
    return Sent.USED if any(words in said for words in NONCE_TOO_LOW) else Sent.REFUSED


def _revert_data(refused: RpcRefused) -> bytes:
    """The revert bytes in an engine's error object; engines nest them differently."""
    data = refused.error.get("data") if isinstance(refused.error, dict) else None
    if isinstance(data, dict):
        data = data.get("data")
    if isinstance(data, str) and data.startswith("0x"):
        return bytes.fromhex(data[2:])
    return b""
