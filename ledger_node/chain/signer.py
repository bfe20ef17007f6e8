"""Signers: what they share, and the default one, a key in an encrypted keystore (Web3 Secret Storage, version 3).

`hsm` has the key in a hardware security module, `external` another process that signs.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from pathlib import Path

from coincurve import PrivateKey
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import to_checksum_address

from ledger_node.chain.transaction import Transaction
from ledger_node.domain.submission import Signed
from ledger_node.errors import KeystoreInvalid
from ledger_node.proof import eip191
from ledger_node.proof.hashing import to_hex

#: Gas that a transaction may take. On a chain without a gas price an estimate would save nothing, and asking for one
#: would refuse what only the contract may refuse. What a batch takes grows with its length, and so with its calldata:
#: an entry of some 300 bytes takes less than 200,000. More than 2**24 no transaction may take from Osaka on (EIP-7825).
LEAST_GAS, GAS_FOR_A_BYTE, MOST_GAS = 6_000_000, 1_000, 2**24

#: What a transaction costs that calls nothing (Yellow Paper, appendix G).
TRANSFER_GAS = 21_000
#: Signatures for one commit: a fraction of a second.
AT_ONCE = 1000


class TransactionSigner(ABC):
    """Signs EIP-1559 transactions for one chain, at no price, and statements. `address` is the key's, checksummed."""

    at_once: int = AT_ONCE

    def __init__(self, address: str, chain_id: int) -> None:
        self._address = address
        self._chain_id = chain_id

    @abstractmethod
    def _signed(self, transaction: Transaction) -> tuple[bytes, bytes]:
        """What is sent, and its hash."""

    @abstractmethod
    def sign_statement(self, content: bytes) -> bytes:
        """A message's signature, as EIP-191 has it."""

    @property
    def address(self) -> str:
        return self._address

    def sign(self, to: str, calldata: str, nonce: int, gas: int | None = None) -> Signed:
        """A call. `gas` is its limit, None for what the contracts' calls need at most."""
        return self._sign(nonce, gas or gas_for(calldata), bytes.fromhex(to[2:]), calldata)

    def sign_nothing(self, nonce: int) -> Signed:
        """A transaction to the key's own address that does nothing but take a nonce."""
        return self._sign(nonce, TRANSFER_GAS, bytes.fromhex(self._address[2:]), "")

    def sign_creation(self, code: str, nonce: int, gas: int) -> Signed:
        """A transaction that creates a contract."""
        return self._sign(nonce, gas, b"", code)

    def _sign(self, nonce: int, gas: int, to: bytes, data: str) -> Signed:
        content = bytes.fromhex(data.removeprefix("0x"))
        raw, digest = self._signed(Transaction(self._chain_id, nonce, gas, to, content))
        return Signed(to_hex(raw), to_hex(digest), nonce, self._address)


class KeystoreSigner(TransactionSigner):
    """The key is in this process's memory."""

    def __init__(self, account: LocalAccount, chain_id: int) -> None:
        super().__init__(str(account.address), chain_id)
        self._key = PrivateKey(bytes(account.key))

    def _signed(self, transaction: Transaction) -> tuple[bytes, bytes]:
        return transaction.signed_with(self._key)

    def sign_statement(self, content: bytes) -> bytes:
        signature = self._key.sign_recoverable(eip191.digest(content), hasher=None)
        return eip191.joined(signature[:32], signature[32:64], signature[64])

    @classmethod
    def open(cls, keystore: Path, password: str, chain_id: int) -> KeystoreSigner:
        """KeystoreInvalid when the file is absent, unreadable, malformed, or the password does not fit."""
        try:
            key = Account.decrypt(json.loads(keystore.read_text()), password)
        except FileNotFoundError:
            raise KeystoreInvalid("the keystore is absent", needed="a version 3 keystore file") from None
        except OSError:
            raise KeystoreInvalid("the keystore cannot be read", needed="a version 3 keystore file") from None
        except (ValueError, KeyError, TypeError, AttributeError, NotImplementedError):  # UnicodeError is a ValueError
            raise KeystoreInvalid(
                "the keystore cannot be opened", needed="a version 3 keystore file and its password"
            ) from None
        return cls(Account.from_key(key), chain_id)


def gas_for(calldata: str) -> int:
    """The gas limit of a transaction with this calldata (0x-hex)."""
    size = len(calldata.removeprefix("0x")) // 2
    return min(LEAST_GAS + GAS_FOR_A_BYTE * size, MOST_GAS)


def create_keystore(path: Path, password: str, *, iterations: int | None = None) -> str:
    """Makes a fresh key, writes it encrypted (mode 0600) and returns its address.

    `iterations` is scrypt's N; None takes the library's strong default (about a second to open).
    """
    account = Account.create()
    content = json.dumps(account.encrypt(password, iterations=iterations))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # others may vote on this key before the system writes it by itself
    return str(account.address)


def address_in(keystore: Path) -> str:
    """The address that a keystore names, checksummed; only opening it shows that it is the key's. KeystoreInvalid."""
    try:
        return to_checksum_address(json.loads(keystore.read_text())["address"])
    except (OSError, ValueError, KeyError, TypeError):
        raise KeystoreInvalid("the keystore names no address", needed="a version 3 keystore file") from None
