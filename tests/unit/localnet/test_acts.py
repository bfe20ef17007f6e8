"""What organisations do with their own keys: what is sent, in which order, and what a refusal becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from eth_account import Account

from ledger_node.chain import acts
from ledger_node.chain.abi import calldata_of
from ledger_node.chain.acts import Acts
from ledger_node.chain.payloads import decode_payload, encode_payload
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import LEAST_GAS, MOST_GAS, KeystoreSigner, gas_for
from ledger_node.domain.codes import Capability, KeyRole, ProposalKind
from ledger_node.domain.command import CONTRACT_NAMES, Command, Contracts, Listing
from ledger_node.domain.submission import Receipt
from ledger_node.errors import ContractRefused, InvalidField, NetworkState
from ledger_node.localnet.admission import Admissions
from ledger_node.localnet.members import Member, Plan, make_member

CONTRACTS = Contracts(**{name: "0x" + f"{n:040x}" for n, name in enumerate(CONTRACT_NAMES, start=1)})
CHAIN = 20260


class Chain:
    """Mines whatever is sent; `refused` is the number of the transaction that fails, from 1."""

    def __init__(self, refused: int = 0) -> None:
        self.sent: list[tuple[str, str, int]] = []  # sender, calldata, nonce
        self.refused = refused

    def transaction_count(self, address: str) -> int:
        return sum(1 for sender, _, _ in self.sent if sender == address)

    def calldata(self, command: Command) -> str:
        return calldata_of(command)

    def payload(self, kind: ProposalKind, fields: dict[str, Any]) -> str:
        return encode_payload(kind, fields)

    def send(self, raw: str) -> None:
        from eth_account.typed_transactions import TypedTransaction
        from hexbytes import HexBytes

        fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        assert HexBytes(fields["to"]).hex() == CONTRACTS.consortium[2:].lower()
        sender = Account.recover_transaction(raw)
        self.sent.append((sender, HexBytes(fields["data"]).to_0x_hex(), int(fields["nonce"])))

    def receipt(self, transaction: str) -> Receipt:
        return Receipt(transaction, 5, "0x", 0 if self.refused and len(self.sent) >= self.refused else 1, 21000)

    def outcome(self, receipt: Receipt, contracts: list[Listing]) -> dict[str, Any]:
        assert {one.address for one in contracts} == {address for _, address in CONTRACTS.items()}
        if receipt.status != 1:
            return {"error": "ConsortiumNotPassed", "args": {}, "meaning": "the proposal has not the majorities"}
        return {"events": [], "proposal": 7}


def signer() -> KeystoreSigner:
    return KeystoreSigner(Account.create(), CHAIN)


def calls(chain: Chain) -> list[str]:
    """The function of each transaction, by its selector."""
    names = ("propose", "vote", "execute", "proposeKey", "acceptKey", "retireKey")
    samples: dict[str, tuple[object, ...]] = {
        "propose": ("0x" + "00" * 32, 0, "0x"),
        "vote": (1, True),
        "execute": (1, "0x"),
        "proposeKey": ("0x" + "00" * 20, 1),
        "acceptKey": (1,),
        "retireKey": ("0x" + "00" * 20,),
    }
    known = {calldata_of(Command("", "consortium", name, samples[name]))[:10]: name for name in names}
    return [known[data[:10]] for _, data, _ in chain.sent]


def test_nonces_of_one_key_follow_one_another() -> None:
    chain, admin = Chain(), signer()
    key = signer().address
    steps = [acts.offer(admin, key, KeyRole.OPERATOR), acts.retire(admin, key), acts.accept(signer(), 2)]
    done = Acts(cast(RpcLedger, chain), CONTRACTS).do(steps)
    assert calls(chain) == ["proposeKey", "retireKey", "acceptKey"]
    assert [nonce for _, _, nonce in chain.sent] == [0, 1, 0]
    assert all(outcome["block"] == 5 and outcome["transaction"].startswith("0x") for outcome in done)


def test_two_proposals_alike_have_two_salts() -> None:
    operator = signer()
    first, second = (acts.propose(operator, ProposalKind.SUSPEND, "0x00") for _ in range(2))
    assert first.args[0] != second.args[0]
    assert first.args[1:] == second.args[1:]


def test_a_refusal_names_what_the_contract_said() -> None:
    with pytest.raises(ContractRefused) as caught:
        Acts(cast(RpcLedger, Chain(refused=1)), CONTRACTS).do([acts.accept(signer(), 2)])
    assert caught.value.got == "ConsortiumNotPassed"
    assert "majorities" in caught.value.detail
    assert caught.value.facts["transaction"].startswith("0x")


def test_an_address_in_any_case_but_never_with_another_checksum() -> None:
    admin, key = signer(), signer().address
    assert acts.retire(admin, key.lower()).args == (key,)
    assert acts.retire(admin, "0x" + key[2:].upper()).args == (key,)
    swapped = "0x" + key[2:].swapcase()
    with pytest.raises(InvalidField):
        acts.retire(admin, swapped)


def members(folder: Path) -> tuple[list[Member], list[Member]]:
    plans = [
        Plan("a", "Hospital A", Capability.CUSTODIAN, founder=True),
        Plan("r", "Regulator", Capability.REGULATOR, founder=True),
        Plan("p", "Publisher", Capability.PUBLISHER, founder=False, for_profit=True),
    ]
    made = [make_member(plan, folder / plan.slug, 1) for plan in plans]
    return made[:2], made[2:]


def test_a_newcomer_is_voted_in_and_accepts_its_keys(tmp_path: Path) -> None:
    chain = Chain()
    founders, newcomers = members(tmp_path)
    Admissions(cast(RpcLedger, chain), CONTRACTS, CHAIN).admit(founders, newcomers)
    assert calls(chain) == ["propose", "vote", "vote", "execute", "proposeKey", "acceptKey"]
    proposed, executed = chain.sent[0][1], chain.sent[3][1]
    payload = encode_payload(
        ProposalKind.ADMIT,
        {"admin": newcomers[0].admin, "capabilities": 2, "forProfit": True, "name": "Publisher"},
    )
    assert decode_payload(ProposalKind.ADMIT, payload)["name"] == "Publisher"
    assert payload[2:] in proposed
    assert payload[2:] in executed
    senders = [sender for sender, _, _ in chain.sent]
    assert senders[1:3] == [founder.operator for founder in founders]
    assert senders[3:] == [newcomers[0].admin, newcomers[0].admin, newcomers[0].operator]


def test_a_refused_admission_stops_the_start(tmp_path: Path) -> None:
    founders, newcomers = members(tmp_path)
    with pytest.raises(NetworkState, match="an admission was refused"):
        Admissions(cast(RpcLedger, Chain(refused=4)), CONTRACTS, CHAIN).admit(founders, newcomers)


def test_gas_grows_with_the_calldata_up_to_what_a_block_holds() -> None:
    assert gas_for("0x") == LEAST_GAS
    assert gas_for("0x" + "00" * 100) == LEAST_GAS + 100_000
    assert gas_for("0x" + "00" * 100_000) == MOST_GAS
