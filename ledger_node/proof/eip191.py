"""EIP-191, version 0x45 ("personal message"): what a wallet signs when it is given text, and who signed it.

A signature is 65 bytes: r, s, and v, which is 27 or 28 as wallets have it. Of the two s that hold only the lower one
is taken (EIP-2), so that nobody can make a second signature of a first.
"""

from __future__ import annotations

from ledger_node.errors import InvalidField
from ledger_node.proof.codec import Codec, octets
from ledger_node.proof.hashing import keccak256, parse_hex, to_hex
from ledger_node.proof.signatures import SIGNATURE, is_low, recover

V = 27  # and 28, for an even and an odd y of the point that r stands for


def digest(content: bytes) -> bytes:
    """What is signed of a message (32 bytes)."""
    return keccak256(b"\x19Ethereum Signed Message:\n%d" % len(content) + content)


def joined(r: bytes, s: bytes, parity: int) -> bytes:
    """A signature of its parts: `r` and `s` are 32 bytes each, `parity` is 0 or 1."""
    return r + s + bytes([V + parity])


def signer_of(content: bytes, signature: bytes) -> bytes | None:
    """The address (20 bytes) whose key signed a message; None when the signature is none, or not in its one form."""
    if not _is_well_formed(signature):
        return None
    try:
        return recover(digest(content), signature[:-1] + bytes([signature[-1] - V]))
    except InvalidField:
        return None


def _is_well_formed(signature: bytes) -> bool:
    return len(signature) == SIGNATURE and signature[-1] in (V, V + 1) and is_low(signature)


def _read(value: object) -> bytes:
    found = parse_hex(value, SIGNATURE)
    if not _is_well_formed(found):
        raise InvalidField(
            "not a signature in its one form", got=f"{len(found)} bytes", needed="r, a low s, v 27 or 28"
        )
    return found


signature: Codec[bytes] = Codec(_read, to_hex, octets(SIGNATURE).shape)
