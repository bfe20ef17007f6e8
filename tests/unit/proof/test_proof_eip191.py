"""Signatures of messages, against eth-account's: both sign deterministically (RFC 6979)."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.chain.hsm import ORDER
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.errors import InputError
from ledger_node.proof import eip191
from ledger_node.proof.hashing import to_hex

KEY = b"\x11" * 32
ACCOUNT = Account.from_key(KEY)
SIGNER = KeystoreSigner(ACCOUNT, 31_337)
ADDRESS = bytes.fromhex(ACCOUNT.address[2:])
SAID = b"a statement"
GOOD = SIGNER.sign_statement(SAID)


@given(st.binary(max_size=300))
def test_signature_is_that_of_eth_account(content: bytes) -> None:
    signature = SIGNER.sign_statement(content)
    assert signature == bytes(ACCOUNT.sign_message(encode_defunct(content)).signature)
    assert eip191.signer_of(content, signature) == ADDRESS
    assert eip191.signature.read(to_hex(signature)) == signature


def test_signature_of_another_message_names_another_signer() -> None:
    assert eip191.signer_of(SAID + b".", GOOD) != ADDRESS


def high(signature: bytes) -> bytes:
    """The other s that holds, with the other parity."""
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


ZERO, WHOLE = bytes(32), ORDER.to_bytes(32, "big")
OTHER_FORMS = {
    "the higher s": high(GOOD),
    "v of 0 or 1": GOOD[:64] + bytes([GOOD[64] - 27]),
    "v of 29": GOOD[:64] + bytes([29]),
    "a byte short": GOOD[:64],
    "a byte long": GOOD + b"\0",
    "nothing": b"",
    "s of the group's order": GOOD[:32] + WHOLE + GOOD[64:],
}
NOBODYS = {
    "no r": ZERO + GOOD[32:],
    "no s": GOOD[:32] + ZERO + GOOD[64:],
    "r of the group's order": WHOLE + GOOD[32:],
    "r that is no point": (5).to_bytes(32, "big") + GOOD[32:],
}


@pytest.mark.parametrize("signature", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_another_form_is_no_signature(signature: bytes) -> None:
    assert eip191.signer_of(SAID, signature) is None
    with pytest.raises(InputError):
        eip191.signature.read(to_hex(signature))


def test_the_higher_s_would_have_held_else() -> None:
    """So that the rule about it is what refuses it."""
    assert Account.recover_message(encode_defunct(SAID), signature=high(GOOD)) == ACCOUNT.address


@pytest.mark.parametrize("signature", NOBODYS.values(), ids=NOBODYS)
def test_numbers_out_of_the_curve_name_nobody(signature: bytes) -> None:
    assert eip191.signer_of(SAID, signature) is None


@given(st.binary(min_size=65, max_size=65))
def test_any_bytes_name_the_signer_or_nobody(signature: bytes) -> None:
    found = eip191.signer_of(SAID, signature)
    assert found is None or (len(found) == 20 and found != ADDRESS)
