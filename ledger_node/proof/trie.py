"""Merkle-Patricia proofs, checked strictly (Yellow Paper, appendix D; EIP-1186 for accounts and storage).

A walk goes from a root down a key and takes each node from where the caller keeps it. It ends with a value, or with the
proof that there is none. Nodes are taken by hash, so that none can be another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger_node.errors import EvidenceMalformed, InputError
from ledger_node.proof import rlp
from ledger_node.proof.hashing import keccak256

#: keccak256 of the empty string's RLP: the root of a trie without entries.
EMPTY_ROOT = keccak256(b"\x80")
#: keccak256 of nothing: the code hash of an account without code.
EMPTY_CODE = keccak256(b"")
#: A branch has 16 references of 33 bytes and a value; leaves of accounts and words are smaller.
MAX_NODE = 1024

Node = list[rlp.Rlp]
#: Gives the node of a hash, or raises EvidenceMalformed.
Fetch = Callable[[bytes], Node]


_FROM_DIGITS = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the state trie holds it. The balance is in wei."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


def walk(root: bytes, key: bytes, fetch: Fetch) -> bytes | None:
    """The value under `key`, or None when the trie has none.

    Raises EvidenceMalformed for a node that is not in its canonical form, and what `fetch` raises.
    """
    if root == EMPTY_ROOT:
        return None
    path, at = _nibbles(key), 0
    node = fetch(root)
    while True:
        if len(node) == 17:
            if at == len(path):
                return _value(node[16]) if node[16] else None
            child, at = node[path[at]], at + 1
            if child == b"":
                return None
        elif len(node) == 2:
            is_leaf, part = _unpacked(node[0])
            if is_leaf:
                value = _value(node[1])
                return value if path[at:] == part else None
            if not path.startswith(part, at):
                return None
            child, at = node[1], at + len(part)
        else:
            raise EvidenceMalformed("trie node has a wrong number of parts", got=str(len(node)), needed="2 or 17")
        node = _resolved(child, fetch)


def decoded(encoded: bytes) -> Node:
    """A node from its bytes. Raises EvidenceMalformed."""
    try:
        node = rlp.decode(encoded)
    except InputError as failure:
        raise EvidenceMalformed("trie node is not RLP", got=f"{len(encoded)} bytes") from failure
    if isinstance(node, bytes):
        raise EvidenceMalformed("trie node is not a list", got=f"{len(encoded)} bytes", needed="2 or 17 parts")
    return node


def check(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The value that `proof` shows under `key`, or None when it shows that there is none.

    The proof's nodes are those of the way down, each once and in order, and no other. For a trie without entries the
    proof is empty or the empty string's RLP alone. Raises EvidenceMalformed otherwise.
    """
    if root == EMPTY_ROOT and list(proof) in ([], [b"\x80"]):
        return None
    left = list(reversed(proof))

    def fetch(digest: bytes) -> Node:
        encoded = left.pop() if left else b""
        if len(encoded) > MAX_NODE or keccak256(encoded) != digest:
            raise EvidenceMalformed("proof node does not have its parent's hash", got=f"{len(encoded)} bytes")
        return decoded(encoded)

    value = walk(root, key, fetch)
    if left:
        raise EvidenceMalformed("proof has surplus nodes", got=str(len(left)), needed="0")
    return value


def check_account(state_root: bytes, address: bytes, proof: Sequence[bytes]) -> Account | None:
    """The account that `accountProof` of eth_getProof shows, None when there is none. Raises EvidenceMalformed."""
    value = check(state_root, keccak256(address), proof)
    return None if value is None else account(value)


def check_storage(storage_root: bytes, slot: bytes, proof: Sequence[bytes]) -> bytes:
    """The word (32 bytes) that a `storageProof` of eth_getProof shows, zero when absent. Raises EvidenceMalformed."""
    return storage_word(check(storage_root, keccak256(slot), proof))


def account(value: bytes) -> Account:
    """An account from its RLP. Raises EvidenceMalformed."""
    parts = decoded(value)
    if len(parts) != 4:
        raise EvidenceMalformed("account has a wrong number of parts", got=str(len(parts)), needed="4")
    nonce, balance, storage_root, code_hash = (_string(part) for part in parts)
    if len(storage_root) != 32 or len(code_hash) != 32:
        raise EvidenceMalformed("account's hashes are not 32 bytes", got=f"{len(storage_root)}, {len(code_hash)}")
    return Account(_scalar(nonce, 8), _scalar(balance, 32), storage_root, code_hash)


def storage_word(value: bytes | None) -> bytes:
    """A word from a storage trie's value: an RLP scalar, never zero, or absent for zero. Raises EvidenceMalformed."""
    if value is None:
        return bytes(32)
    try:
        word = _string(rlp.decode(value))
    except InputError as failure:
        raise EvidenceMalformed("stored word is not RLP", got=f"{len(value)} bytes") from failure
    if _scalar(word, 32) == 0:
        raise EvidenceMalformed("stored word is zero", needed="no entry")
    return word.rjust(32, b"\0")


def _resolved(child: rlp.Rlp, fetch: Fetch) -> Node:
    """A child by hash, or within its parent when its encoding is shorter than a hash."""
    if isinstance(child, bytes):
        if len(child) != 32:
            raise EvidenceMalformed("trie reference is not a hash", got=f"{len(child)} bytes", needed="32 bytes")
        return fetch(child)
    if len(rlp.encode(child)) >= 32:
        raise EvidenceMalformed("trie node is embedded though it is long", needed="a hash")
    return child


def _nibbles(key: bytes) -> bytes:
    return key.hex().encode().translate(_FROM_DIGITS)


def _unpacked(packed: rlp.Rlp) -> tuple[bool, bytes]:
    """The hex-prefix form: whether it is a leaf's, and its nibbles."""
    nibbles = _nibbles(_string(packed))
    flag = nibbles[0] if nibbles else 4
    if flag > 3 or (flag % 2 == 0 and nibbles[1] != 0) or (flag == 0 and len(nibbles) == 2):
        raise EvidenceMalformed("trie path is not in its canonical form", got=f"{len(nibbles)} nibbles")
    return flag >= 2, nibbles[1:] if flag % 2 else nibbles[2:]


def _value(value: rlp.Rlp) -> bytes:
    content = _string(value)
    if not content:
        raise EvidenceMalformed("trie leaf is empty", needed="a value")
    return content


def _string(part: rlp.Rlp) -> bytes:
    if not isinstance(part, bytes):
        raise EvidenceMalformed("trie has a list where a string belongs", needed="a string")
    return part


def _scalar(content: bytes, most: int) -> int:
    if len(content) > most or content[:1] == b"\0":
        raise EvidenceMalformed("number is not minimal", got=f"{len(content)} bytes", needed=f"at most {most}")
    return int.from_bytes(content, "big")
