"""IPFS pointers: the very CIDs that `ipfs add --cid-version=1 --raw-leaves` gives (multiformats CID; UnixFS; dag-pb).

A file of one block is a raw leaf whose CID holds the file's own sha-256: digest and CID are two spellings of one thing.
A longer file is a balanced tree of 256 KiB blocks with at most 174 links in a node.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger_node.errors import InvalidDigest
from ledger_node.proof.hashing import sha256

#: The size of a block, and the most that a document on chain may have (bytes).
BLOCK = 262_144
_LINKS = 174

_RAW = b"\x01\x55\x12\x20"  # CIDv1, raw, sha2-256, 32 bytes
_DAG_PB = b"\x01\x70\x12\x20"  # CIDv1, dag-pb, sha2-256, 32 bytes
_UNIXFS_FILE = b"\x08\x02"  # UnixFS Data.Type = File


@dataclass(frozen=True, slots=True)
class _Block:
    """A block in the tree: its binary CID, the bytes of the file below it, and the bytes of all blocks below it."""

    cid: bytes
    content: int
    total: int


def cid_of_digest(digest: bytes) -> str:
    """The CID of a one-block file from its sha-256."""
    if len(digest) != 32:
        raise InvalidDigest("not a sha-256", got=f"{len(digest)} bytes", needed="32 bytes")
    return _text(_RAW + digest)


def digest_of_cid(cid: str) -> bytes:
    """The sha-256 of a one-block file from its CID. Raises InvalidDigest for any other CID and any other spelling."""
    try:
        content = base64.b32decode(cid[1:].upper() + "=" * (-(len(cid) - 1) % 8))
    except (binascii.Error, ValueError) as failure:
        raise InvalidDigest("CID is not base32", got=f"{len(cid)} characters", needed="multibase b") from failure
    if len(content) != 36 or content[:4] != _RAW or _text(content) != cid:
        raise InvalidDigest("CID is not that of one raw block", got=f"{len(cid)} characters", needed="bafkrei…")
    return content[4:]


def cid_of(content: bytes | Iterable[bytes]) -> str:
    """The CID of a file, given whole or in pieces of any size; memory does not grow with the file."""
    levels: list[list[_Block]] = [[]]
    for block in _blocks([content] if isinstance(content, bytes) else content):
        _push(levels, 0, _Block(_RAW + sha256(block), len(block), len(block)))
    level = 0
    while level + 1 < len(levels) or len(levels[level]) > 1:
        _push(levels, level + 1, _node(levels[level]))
        level += 1
    return _text(levels[level][0].cid)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The file cut into blocks; an empty file is one empty block."""
    left = bytearray()
    first = True
    for piece in pieces:
        left += piece
        while len(left) > BLOCK:
            yield bytes(left[:BLOCK])
            del left[:BLOCK]
            first = False
    if left or first:
        yield bytes(left)


def _push(levels: list[list[_Block]], level: int, block: _Block) -> None:
    """Adds a block to its level; a level that is full becomes a node of the next one first."""
    if level == len(levels):
        levels.append([])
    if len(levels[level]) == _LINKS:
        _push(levels, level + 1, _node(levels[level]))
        levels[level].clear()
    levels[level].append(block)


def _node(children: list[_Block]) -> _Block:
    """A dag-pb node in its canonical form: links before data, fields in order."""
    links = b"".join(_field(0x12, _field(0x0A, c.cid) + b"\x12\x00\x18" + _varint(c.total)) for c in children)
    size = sum(child.content for child in children)
    sizes = b"".join(b"\x20" + _varint(child.content) for child in children)
    encoded = links + _field(0x0A, _UNIXFS_FILE + b"\x18" + _varint(size) + sizes)
    return _Block(_DAG_PB + sha256(encoded), size, len(encoded) + sum(child.total for child in children))


def _field(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _text(cid: bytes) -> str:
    return "b" + base64.b32encode(cid).decode().rstrip("=").lower()
