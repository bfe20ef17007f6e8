"""Typed transactions as bytes: EIP-2718 envelopes of EIP-1559's kind, signed with secp256k1.

eth-account does the same and is the oracle of our tests. It takes a transaction as a mapping, checks it field by field
and encodes it three times; a node signs thousands of one shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from coincurve import PrivateKey

from ledger_node.proof import rlp
from ledger_node.proof.hashing import keccak256

#: The type byte of a transaction with a fee market.
FEE_MARKET = b"\x02"


@dataclass(frozen=True)
class Transaction:
    """A call, or the creation of a contract when `to` is empty, without value, access list or gas price.

    `gas` is the limit; `data` the calldata, or the creation code.
    """

    chain_id: int
    nonce: int
    gas: int
    to: bytes
    data: bytes

    @cached_property
    def _fields(self) -> bytes:
        """EIP-1559: chain id, nonce, priority fee, fee cap, gas limit, to, value, data, access list; each encoded."""
        zero = b""
        numbers = [rlp.scalar(number) for number in (self.chain_id, self.nonce, 0, 0, self.gas)]
        fields: list[rlp.Rlp] = [*numbers, self.to, zero, self.data, []]
        return b"".join(map(rlp.encode, fields))

    def digest(self) -> bytes:
        """What is signed (32 bytes)."""
        return keccak256(FEE_MARKET + rlp.listed(self._fields))

    def with_signature(self, r: bytes, s: bytes, parity: int) -> tuple[bytes, bytes]:
        """What is sent, and its hash (32 bytes); `r` and `s` are 32 bytes each, `parity` that of R's y coordinate."""
        signature = (rlp.scalar(parity), r.lstrip(b"\0"), s.lstrip(b"\0"))
        raw = FEE_MARKET + rlp.listed(self._fields + b"".join(map(rlp.encode, signature)))
        return raw, keccak256(raw)

    def signed_with(self, key: PrivateKey) -> tuple[bytes, bytes]:
        """As `with_signature`. The signature has the low s that EIP-2 wants."""
        signature = key.sign_recoverable(self.digest(), hasher=None)
        return self.with_signature(signature[:32], signature[32:64], signature[64])
