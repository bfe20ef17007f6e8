"""What an organisation does with its own keys, signed where the keys are: no node holds an admin key."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils import is_checksum_address, is_hex_address, to_checksum_address

from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import KeyRole, ProposalKind
from ledger_node.domain.command import Command, Contracts, Generations
from ledger_node.errors import ChainUnreachable, ContractRefused, InvalidField, NotFound

TIMEOUT = 60.0  # seconds for one transaction to be mined
LOG_RANGE = 2_000  # blocks, which every server answers for


@dataclass(frozen=True, slots=True)
class Act:
    """One transaction of one key to the Consortium."""

    signer: KeystoreSigner
    function: str
    args: tuple[object, ...]


def offer(admin: KeystoreSigner, key: str, role: KeyRole) -> Act:
    """An admin offers a role to a key by its address, which counts once it accepts. InvalidField."""
    return Act(admin, "proposeKey", (_address(key), int(role)))


def accept(key: KeystoreSigner, organisation: int) -> Act:
    """A key accepts what an organisation offered to it."""
    return Act(key, "acceptKey", (organisation,))


def retire(admin: KeystoreSigner, key: str) -> Act:
    """An admin ends an operator key for ever, or takes back an offer that was not accepted. InvalidField."""
    return Act(admin, "retireKey", (_address(key),))


def report(key: KeystoreSigner, compromised: str, since: int) -> Act:
    """A key claims that one of its organisation was compromised from a Unix time on. An admin's claim retires an
    operator key in the same step. InvalidField."""
    return Act(key, "reportCompromise", (_address(compromised), since))


def propose(operator: KeystoreSigner, kind: ProposalKind, payload: str) -> Act:
    return Act(operator, "propose", ("0x" + secrets.token_hex(32), int(kind), payload))


def vote(operator: KeystoreSigner, proposal: int, in_favour: bool) -> Act:
    return Act(operator, "vote", (proposal, in_favour))


def execute(operator: KeystoreSigner, proposal: int, payload: str) -> Act:
    """Carries out a passed proposal; the contract keeps but the digest of its payload, which is shown again."""
    return Act(operator, "execute", (proposal, payload))


def _address(key: str) -> str:
    """With the checksum of EIP-55. An address in capitals and small letters must have it: a slip of the pen shows."""
    digits = key.removeprefix("0x")
    if not (is_hex_address(key) and (digits in (digits.lower(), digits.upper()) or is_checksum_address(key))):
        raise InvalidField(
            "the key's address has another checksum", got="other capitals", needed="the address as it was shown"
        )
    return str(to_checksum_address(key))


class Acts:
    """Sends acts to the Consortium of a deployment and waits for them."""

    def __init__(self, ledger: RpcLedger, contracts: Contracts) -> None:
        self._ledger = ledger
        self._contracts = contracts

    def do(self, acts: Sequence[Act]) -> list[dict[str, Any]]:
        """Sends all in their order, then waits for all: what each did. ContractRefused for the first that was refused;
        ChainUnreachable when one is not mined in time."""
        nonces: dict[str, int] = {}
        sent = []
        for act in acts:
            address = act.signer.address
            nonce = nonces[address] + 1 if address in nonces else self._ledger.transaction_count(address)
            nonces[address] = nonce
            calldata = self._ledger.calldata(Command(act.function, "consortium", act.function, act.args))
            signed = act.signer.sign(self._contracts.consortium, calldata, nonce)
            self._ledger.send(signed.raw)
            sent.append(signed.hash)
        return [self._outcome(transaction) for transaction in sent]

    def payload_of(self, proposal: int) -> str:
        """What a proposal carries (0x-hex), from the chain's own events, the newest first. NotFound."""
        consortium = [one for one in Generations(self._contracts).listings() if one.role == "consortium"]
        last = self._ledger.head().number
        while last >= 0:
            first = max(0, last + 1 - LOG_RANGE)
            for event in self._ledger.events(consortium, first, last):
                if event.name == "ProposalOpened" and event.args["proposal"] == proposal:
                    return str(event.args["payload"])
            last = first - 1
        raise NotFound("there is no such proposal on this chain", got=str(proposal), needed="the number of a proposal")

    def _outcome(self, transaction: str) -> dict[str, Any]:
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            receipt = self._ledger.receipt(transaction)
            if receipt is None:
                time.sleep(0.1)
                continue
            outcome = self._ledger.outcome(receipt, Generations(self._contracts).listings())
            if receipt.status != 1:
                raise ContractRefused(
                    outcome.get("meaning") or "the contract refused the transaction",
                    got=str(outcome.get("error")),
                    transaction=transaction,
                    error=outcome.get("error"),
                    args=outcome.get("args"),
                )
            return {**outcome, "transaction": transaction, "block": receipt.block}
        raise ChainUnreachable(
            "the transaction was sent and is not in a block yet",
            got=f"no block in {TIMEOUT:.0f} seconds",
            needed="a chain that takes blocks; look whether it arrived before you repeat it",
            transaction=transaction,
        )
