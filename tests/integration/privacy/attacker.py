"""Somebody who wants to know whose records are in a hospital's datasets.

They have the whole chain, all public documents, and the full list of patients with all data of each in canonical form;
and they know this software. They have not what the hospital keeps: keys, nonces, salts. They try whatever a careless
ledger would have made of a record: plain digests, digests under keys that can be guessed or are seen on the chain,
leaves and trees of them, receipts.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ledger_node.proof.hashing import keccak256, sha256
from ledger_node.proof.merkle import leaf_hash, root_of
from ledger_node.proof.strict_json import Json, dump_canonical

WORD = 32
_HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
PLAIN = (sha256, keccak256, lambda fact: hashlib.sha3_256(fact).digest(), lambda fact: sha256(sha256(fact)))


@dataclass(frozen=True, slots=True)
class Patient:
    """What is known of a person beforehand: `facts` are names, numbers, ids and whole records, byte for byte; `records`
    the canonical digests of their records."""

    facts: frozenset[bytes]
    records: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is public: `targets` every value of 32 bytes, at whatever place; `words` those that may be a key."""

    targets: frozenset[bytes]
    words: frozenset[bytes]

    @classmethod
    def of(cls, chain: Iterable[bytes], documents: Iterable[bytes]) -> Seen:
        parts = [*chain]
        targets = {part[at : at + WORD] for part in parts for at in range(len(part) - WORD + 1)}
        # Calldata has its words after a selector of four bytes, an event from its beginning.
        words = {part[at : at + WORD] for part in parts for at in range(len(part) % WORD, len(part) - WORD + 1, WORD)}
        texts = b"\n".join(documents)
        targets |= {bytes.fromhex(found.decode()) for found in _HEX.findall(texts)}
        return cls(frozenset(targets), frozenset(words))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the hospital keeps of a version, and who attacks does not have: the key, and nonces by record digest."""

    key: bytes = b""
    nonces: Mapping[bytes, bytes] = field(default_factory=dict)


NONE = Secrets()
GUESSED_NONCES = (b"", bytes(16), bytes(32))


def keys(seen: Seen, secrets: Secrets) -> list[bytes]:
    """What a key might be: nothing, zeros, a small number, and any id, root, digest or address that was ever seen."""
    addresses = {word[12:] for word in seen.words if word[:12] == bytes(12)}
    guessed = {b"", bytes(16), bytes(32), *(n.to_bytes(32, "big") for n in range(1, 9)), *seen.words, *addresses}
    return [*guessed, *({secrets.key} - {b""})]


def found_by_digests(patients: Mapping[str, Patient], seen: Seen, secrets: Secrets = NONE) -> set[str]:
    """Of whom some digest is public: of a fact, of a record, or the head of a tree that holds it alone."""
    tried = keys(seen, secrets)
    return {
        name
        for name, patient in patients.items()
        if any(
            made in seen.targets or leaf_hash(made) in seen.targets
            for fact in patient.facts | patient.records
            for made in _made_of(fact, tried, secrets)
        )
    }


def _made_of(fact: bytes, tried: Iterable[bytes], secrets: Secrets) -> Iterator[bytes]:
    yield fact
    for plain in PLAIN:
        yield plain(fact)
    salted = [nonce + fact for nonce in GUESSED_NONCES]
    if fact in secrets.nonces:
        salted.append(secrets.nonces[fact] + fact)
    for key in tried:
        yield sha256(key + fact)
        for message in salted:
            yield hmac.digest(key, message, "sha256")


def found_by_trees(patients: Mapping[str, Patient], seen: Seen, secrets: Secrets = NONE) -> set[str]:
    """Who is in a tree whose head is public, made of the records of everybody in question: all, and all but one.

    With nonces only those are in question whose records have one.
    """
    found: set[str] = set()
    for key in keys(seen, secrets):
        for nonce in (*GUESSED_NONCES, None):
            leaves = {name: _leaves(patient, key, nonce, secrets) for name, patient in patients.items()}
            everybody = {name for name, own in leaves.items() if own}
            if _head(leaves, everybody) in seen.targets:
                found |= everybody
        if key in (b"", secrets.key):
            without = ((name, everybody - {name}) for name in everybody)
            found |= {name for name, others in without if others and _head(leaves, others) in seen.targets}
    return found


def _leaves(patient: Patient, key: bytes, nonce: bytes | None, secrets: Secrets) -> list[bytes]:
    """Under one nonce for all, or each record under its own, as far as it is known."""
    nonces = {record: secrets.nonces.get(record) if nonce is None else nonce for record in patient.records}
    return [hmac.digest(key, salt + record, "sha256") for record, salt in nonces.items() if salt is not None]


def _head(leaves: Mapping[str, list[bytes]], whose: Iterable[str]) -> bytes | None:
    listed = sorted(leaf for name in whose for leaf in leaves[name])
    return root_of(map(leaf_hash, listed)) if listed else None


def found_by_receipts(
    leaves: Mapping[str, Iterable[bytes]],
    said: Mapping[str, Json],
    times: Iterable[str],
    seen: Seen,
    salts: Iterable[str | None] = (None, "", "0x", "0x" + "00" * 32),
) -> set[str]:
    """Whose erasure a public digest confirms, when even the leaves of everybody are known: a receipt's content is
    guessed, with the second of its making and a salt."""
    moments, tried = list(times), list(salts)
    return {
        name
        for name, own in leaves.items()
        if any(
            sha256(dump_canonical(_receipt(said, own, moment, salt))) in seen.targets
            for moment in moments
            for salt in tried
        )
    }


def _receipt(said: Mapping[str, Json], own: Iterable[bytes], moment: str, salt: str | None) -> dict[str, Json]:
    made: dict[str, Json] = {**said, "erasedAt": moment, "leaves": [f"0x{leaf.hex()}" for leaf in sorted(own)]}
    return made if salt is None else {**made, "salt": salt}
