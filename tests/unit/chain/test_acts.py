"""What an organisation does with its own keys, as the Consortium reads it."""

from __future__ import annotations

import pytest
from eth_account import Account

from ledger_node.chain import abi, acts
from ledger_node.chain.acts import Act
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.domain.codes import KeyRole
from ledger_node.domain.command import Command
from ledger_node.errors import InvalidField

KEY = "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"
SIGNER = KeystoreSigner(Account.create(), 1)


@pytest.mark.parametrize(
    ("act", "function", "args"),
    [
        (acts.offer(SIGNER, KEY, KeyRole.OPERATOR), "proposeKey", (KEY, 2)),
        (acts.accept(SIGNER, 2), "acceptKey", (2,)),
        (acts.retire(SIGNER, KEY.lower()), "retireKey", (KEY,)),
        (acts.report(SIGNER, KEY.lower(), 1_767_225_600), "reportCompromise", (KEY, 1_767_225_600)),
    ],
    ids=["offer", "accept", "retire", "report"],
)
def test_an_act_is_a_call_of_the_contract(act: Act, function: str, args: tuple[object, ...]) -> None:
    assert act == Act(SIGNER, function, args)
    assert abi.calldata_of(Command("", "consortium", act.function, act.args))


@pytest.mark.parametrize("key", [KEY.swapcase().replace("0X", "0x"), "0x12"])
def test_a_slip_of_the_pen_is_not_sent(key: str) -> None:
    for act in (acts.retire, lambda signer, of: acts.report(signer, of, 1)):
        with pytest.raises(InvalidField):
            act(SIGNER, key)
