"""Who signed: the address behind an ECDSA signature over secp256k1, as Ethereum makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger_node.errors import InvalidField
from ledger_node.proof import pure
from ledger_node.proof.hashing import keccak256

SIGNATURE: Final = 65  # bytes: r, s and the parity of R's y coordinate

_HALF: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0  # of the curve's order, EIP-2


def recover(digest: bytes, signature: bytes) -> bytes:
    """The address (20 bytes) whose key signed `digest` (32 bytes, taken as it is, with no prefix).

    `signature` is r ‖ s ‖ parity: 32 bytes each, big-endian, then 0 or 1 (not 27 or 28). Whoever has one signature can
    make its twin with n - s, which recovers to the same address: compare addresses, never signatures, and where only
    one form may stand ask `is_low` as well. Nearly every signature recovers to somebody: whether that address may sign
    is the caller's question.

    Raises InvalidField for another length, another parity, r or s that are 0 or not below the curve's order, an r on no
    point of the curve, and a key at infinity.
    """
    if len(digest) != 32 or len(signature) != SIGNATURE or signature[64] > 1:
        raise InvalidField(
            "not a recoverable signature",
            got=f"{len(signature)} bytes over {len(digest)}",
            needed="r, s, parity 0 or 1",
        )
    try:
        key = _recover(digest, signature)
    except ValueError:
        raise InvalidField("no key made the signature", got=f"{SIGNATURE} bytes", needed="r, s, parity") from None
    return keccak256(key)[-20:]


def is_low(signature: bytes) -> bool:
    """Whether s is in the lower half of the curve's order (EIP-2): the one of two twins that signers write today."""
    return int.from_bytes(signature[32:64], "big") <= _HALF


def _in_python(digest: bytes, signature: bytes) -> bytes:
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    return pure.recover(digest, r, s, signature[64])


def _quickest() -> Callable[[bytes, bytes], bytes]:
    """Native where it is to be had: both give the public key (64 bytes), or ValueError."""
    try:
        from coincurve import PublicKey
    except ImportError:
        return _in_python

    def native(digest: bytes, signature: bytes) -> bytes:
        return PublicKey.from_signature_and_message(signature, digest, hasher=None).format(compressed=False)[1:]

    return native


_recover = _quickest()
