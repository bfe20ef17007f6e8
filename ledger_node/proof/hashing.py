"""Hashes and strict hex. Hex is always `0x`, lowercase and of a known length, so that one value has one spelling."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from ledger_node.errors import InvalidDigest
from ledger_node.proof import pure


def _quickest() -> Callable[[bytes], bytes]:
    """Native where it is to be had."""
    try:
        from Crypto.Hash import keccak
    except ImportError:
        return pure.keccak256
    # `keccak.new` takes longer to read its options than to hash a trie's node.
    return lambda content: keccak.Keccak_Hash(content, 32, False).digest()


_keccak256 = _quickest()


def keccak256(content: bytes) -> bytes:
    """Keccak-256 as the EVM has it (32 bytes); not NIST's SHA3-256."""
    return _keccak256(content)


def sha256(content: bytes) -> bytes:
    """SHA-256 (32 bytes)."""
    return hashlib.sha256(content).digest()


def to_hex(content: bytes) -> str:
    """`0x` and lowercase digits."""
    return "0x" + content.hex()


def parse_hex(text: object, length: int) -> bytes:
    """Exactly `length` bytes of lowercase 0x-hex.

    Raises InvalidDigest for anything else: another type, another length, capitals, a missing prefix.
    """
    content = parse_hex_any(text, length)
    if len(content) != length:
        raise InvalidDigest("hex of another length", got=f"{len(content)} bytes", needed=f"{length} bytes")
    return content


def parse_hex_any(text: object, most: int) -> bytes:
    """Zero to `most` bytes of lowercase 0x-hex, whole bytes. Raises InvalidDigest."""
    if not isinstance(text, str):
        raise InvalidDigest("hex is not a string", got=type(text).__name__, needed="a string")
    if len(text) > 2 + 2 * most:
        raise InvalidDigest("hex is too long", got=f"{len(text)} characters", needed=f"at most {2 + 2 * most}")
    try:
        content = bytes.fromhex(text[2:])
    except ValueError:
        content = b""
    if text != to_hex(content):  # another prefix, capitals, spaces
        raise InvalidDigest("not strict hex", got=f"{len(text)} characters", needed="0x and lowercase pairs of digits")
    return content
