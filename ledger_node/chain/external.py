"""A Signer that is another process: JSON-RPC's `account_signTransaction` and `account_signData`, as clef has them."""

from __future__ import annotations

from typing import Any

from coincurve import PublicKey
from eth_utils import is_hex_address, to_checksum_address

from ledger_node.chain.signer import TransactionSigner
from ledger_node.chain.transaction import FEE_MARKET, Transaction
from ledger_node.chain.transport import JsonRpc, RpcRefused
from ledger_node.errors import ChainUnreachable, KeystoreInvalid, LedgerError, MedLedgerError, SignerUnavailable
from ledger_node.proof import eip191, rlp
from ledger_node.proof.hashing import keccak256, parse_hex, parse_hex_any, to_hex
from ledger_node.proof.signatures import SIGNATURE

TIMEOUT = 60.0  # seconds: somebody may have to press a button
LARGEST = 1 << 20  # bytes of a signed transaction


class ExternalSigner(TransactionSigner):
    """What comes back is believed only when it is the transaction that was asked for, signed by the key."""

    #: Each may take seconds, so that each is worth a commit.
    at_once = 1

    def __init__(self, url: str, address: str, chain_id: int) -> None:
        """KeystoreInvalid when the address is none."""
        if not is_hex_address(address):
            raise KeystoreInvalid(
                "the external signer's key has no address", needed="signer.address: 0x and 40 hex digits"
            )
        super().__init__(to_checksum_address(address), chain_id)
        self._rpc = JsonRpc(url, TIMEOUT)

    def _signed(self, transaction: Transaction) -> tuple[bytes, bytes]:
        asked = {
            "from": self._address,
            **({"to": to_checksum_address(transaction.to)} if transaction.to else {}),
            "gas": hex(transaction.gas),
            "maxFeePerGas": "0x0",
            "maxPriorityFeePerGas": "0x0",
            "value": "0x0",
            "nonce": hex(transaction.nonce),
            "data": to_hex(transaction.data),
            "chainId": hex(transaction.chain_id),
        }
        answer = self._ask("account_signTransaction", asked)
        try:
            return self._checked(transaction, parse_hex_any(answer["raw"], LARGEST))
        except (MedLedgerError, KeyError, TypeError, ValueError, IndexError):
            raise SignerUnavailable(
                "the external signer gave another transaction", needed="the one that was asked for, signed by its key"
            ) from None

    def sign_statement(self, content: bytes) -> bytes:
        answer = self._ask("account_signData", "text/plain", self._address, to_hex(content))
        try:
            signature = parse_hex(answer, SIGNATURE)
        except MedLedgerError:
            signature = b""
        if eip191.signer_of(content, signature) != bytes.fromhex(self._address[2:]):
            raise SignerUnavailable(
                "the external signer gave no signature of the statement", needed="EIP-191's, of its key, with a low s"
            )
        return signature

    def _ask(self, method: str, *params: object) -> Any:
        try:
            return self._rpc.ask(method, *params)
        except RpcRefused:
            raise SignerUnavailable(
                "the external signer refused", got=method, needed="a rule or a person that approves"
            ) from None
        except LedgerError as error:
            away = "does not answer" if isinstance(error, ChainUnreachable) else "answered with something else"
            raise SignerUnavailable(f"the external signer {away}", needed="one at the configured URL") from None

    def _checked(self, transaction: Transaction, raw: bytes) -> tuple[bytes, bytes]:
        """Both made again from our own fields and its signature alone. ValueError unless that gives the same bytes."""
        fields = rlp.decode(raw.removeprefix(FEE_MARKET))
        parity, r, s = (int.from_bytes(bytes(part), "big") for part in fields[-3:])  # type: ignore[arg-type]
        words = r.to_bytes(32, "big"), s.to_bytes(32, "big")
        made, digest = transaction.with_signature(*words, parity)
        signer = PublicKey.from_signature_and_message(
            b"".join(words) + bytes([parity]), transaction.digest(), hasher=None
        )
        address = to_checksum_address(keccak256(signer.format(compressed=False)[1:])[-20:])
        if (made, address) != (raw, self._address):
            raise ValueError("another transaction or another key")
        return made, digest
