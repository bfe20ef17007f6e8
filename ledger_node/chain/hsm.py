"""A Signer whose key is in a hardware security module and never leaves it (PKCS#11)."""

from __future__ import annotations

from typing import Any

from coincurve import PublicKey
from eth_utils import to_checksum_address

from ledger_node.chain.signer import TransactionSigner
from ledger_node.chain.transaction import Transaction
from ledger_node.errors import KeystoreInvalid, SignerUnavailable, ToolMissing
from ledger_node.proof import eip191
from ledger_node.proof.hashing import keccak256

#: The order of secp256k1's group (SEC 2, 2.4.1).
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
POINT = 65  # bytes of an uncompressed point


class HsmSigner(TransactionSigner):
    """`key` is the private key's object, `public` its point, uncompressed."""

    def __init__(self, key: Any, public: bytes, chain_id: int) -> None:
        super().__init__(to_checksum_address(keccak256(public[1:])[-20:]), chain_id)
        self._key = key
        self._public = public

    @classmethod
    def open(cls, module: str, token: str, label: str, pin: str, chain_id: int) -> HsmSigner:
        """`module` is the vendor's library, `token` and `label` name the token and its key pair.

        ToolMissing without python-pkcs11; KeystoreInvalid when the module, the token, the pair or the PIN is not right.
        """
        try:
            import pkcs11
        except ModuleNotFoundError:
            raise ToolMissing(
                "a key in a security module needs a package that is not installed", needed="pip install medledger[hsm]"
            ) from None
        session = None
        try:
            session = pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin)
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
            point = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)[pkcs11.Attribute.EC_POINT]
        except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
            if session is not None:
                session.close()
            raise KeystoreInvalid(
                "the key in the security module cannot be opened",
                got=type(error).__name__,
                needed="its module, the labels of token and key pair, and the PIN",
            ) from None
        # DER's OCTET STRING around the point (PKCS#11 v2.40, 2.3.3).
        public = bytes(point)[-POINT:]
        if len(public) != POINT or public[0] != 4:
            raise KeystoreInvalid("the key is of another curve", got=f"{len(point)} bytes", needed="secp256k1")
        return cls(key, public, chain_id)

    def sign_statement(self, content: bytes) -> bytes:
        return eip191.joined(*self._signature(eip191.digest(content)))

    def _signed(self, transaction: Transaction) -> tuple[bytes, bytes]:
        return transaction.with_signature(*self._signature(transaction.digest()))

    def _signature(self, digest: bytes) -> tuple[bytes, bytes, int]:
        """r, s (32 bytes each), and the parity of R's y coordinate."""
        import pkcs11

        try:
            signature = bytes(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except pkcs11.PKCS11Error as error:
            raise SignerUnavailable("the security module did not sign", got=type(error).__name__) from None
        number = int.from_bytes(signature[32:], "big")
        # EIP-2 takes the smaller of the two s; modules give either.
        r, s = signature[:32], min(number, ORDER - number).to_bytes(32, "big")
        return r, s, self._parity(digest, r + s)

    def _parity(self, digest: bytes, signature: bytes) -> int:
        """Of the two points that r may stand for, the one that gives our key."""
        for parity in (0, 1):
            try:
                found = PublicKey.from_signature_and_message(signature + bytes([parity]), digest, hasher=None)
            except ValueError:
                continue
            if found.format(compressed=False) == self._public:
                return parity
        raise SignerUnavailable("the security module signed with another key", needed="the pair of one label")
