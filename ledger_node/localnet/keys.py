"""Keys of processes: secp256k1 pairs by which devp2p nodes find one another and Besu's validators seal."""

from __future__ import annotations

from dataclasses import dataclass

from coincurve import PrivateKey, PublicKey

from ledger_node.proof.hashing import keccak256

#: scrypt's N for throw-away keys on one machine: opening one takes milliseconds. A real key wants the default.
LIGHT_SCRYPT = 4096


@dataclass(frozen=True, slots=True)
class NodeKey:
    """`secret` and `public` are lower-case hex without a prefix: 32 bytes, and 64 (x and y)."""

    secret: str
    public: str

    @classmethod
    def fresh(cls) -> NodeKey:
        return cls.of(PrivateKey().secret.hex())

    @classmethod
    def of(cls, secret: str) -> NodeKey:
        return cls(secret, PrivateKey(bytes.fromhex(secret)).public_key.format(compressed=False)[1:].hex())

    @property
    def address(self) -> str:
        """The account's address, 0x and lower-case hex."""
        return address_of(self.public)

    def enode(self, host: str, port: int) -> str:
        """Where a devp2p peer finds it."""
        return f"enode://{self.public}@{host}:{port}"


def address_of(public: str) -> str:
    """The last twenty bytes of the digest of a public key (64 bytes as hex, a point of the curve)."""
    key = PublicKey(b"\x04" + bytes.fromhex(public)).format(compressed=False)[1:]
    return "0x" + keccak256(key)[12:].hex()
