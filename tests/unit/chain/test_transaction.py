"""Our encoder against eth-account's, byte for byte: both sign deterministically (RFC 6979)."""

from __future__ import annotations

from coincurve import PrivateKey
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ledger_node.chain.signer import KeystoreSigner
from ledger_node.chain.transaction import Transaction

keys = st.integers(1, 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140).map(
    lambda number: number.to_bytes(32, "big")
)
# Lengths around where RLP's prefixes grow, and first bytes that are zero or stand alone.
data = st.one_of(st.binary(max_size=300), st.sampled_from([0, 1, 55, 56, 255, 256, 70_000]).map(bytes))
numbers = st.integers(0, 2**64 - 1)
addresses = st.one_of(st.just(b""), st.binary(min_size=20, max_size=20))


@given(keys, st.integers(1, 2**53), numbers, st.integers(21_000, 2**24), addresses, data)
def test_bytes_and_hash_are_those_of_eth_account(
    key: bytes, chain_id: int, nonce: int, gas: int, to: bytes, data: bytes
) -> None:
    fields = {"type": 2, "chainId": chain_id, "nonce": nonce, "gas": gas, "to": to, "data": data, "value": 0}
    expected = Account.sign_transaction({**fields, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0}, key)
    raw, digest = Transaction(chain_id, nonce, gas, to, data).signed_with(PrivateKey(key))
    assert (raw, digest) == (bytes(expected.raw_transaction), bytes(expected.hash))


@given(keys, st.binary(min_size=20, max_size=20), data, st.integers(0, 2**32))
def test_what_a_keystore_signs_names_its_key(key: bytes, to: bytes, data: bytes, nonce: int) -> None:
    account = Account.from_key(key)
    signer = KeystoreSigner(account, 31_337)
    signed = signer.sign("0x" + to.hex(), "0x" + data.hex(), nonce)
    assert signer.address == account.address
    assert Account.recover_transaction(signed.raw) == account.address
