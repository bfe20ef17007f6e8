"""How ids are derived, as `contracts/libraries/Ids.sol` does on chain."""

from __future__ import annotations

import hmac

from ledger_node.proof import abi
from ledger_node.proof.hashing import keccak256

PROPOSAL = keccak256(b"medledger.proposal.v1")
DATASET = keccak256(b"medledger.dataset.v1")
REQUEST = keccak256(b"medledger.request.v1")
CONSENT = keccak256(b"medledger.consent.v1")
MODEL = keccak256(b"medledger.model.v1")
MODEL_VERSION = keccak256(b"medledger.model-version.v1")
RECALL = keccak256(b"medledger.recall.v1")
RUN = keccak256(b"medledger.run.v1")
STREAM = keccak256(b"medledger.stream.v1")

_SALT_PREFIX = b"medledger.salt.v1"


def derive_id(tag: bytes, chain_id: int, contract: bytes, organisation: int, salt: bytes) -> bytes:
    """keccak256(abi.encode(tag, chain id, contract, organisation, salt)): 32 bytes.

    `tag` and `salt` have 32 bytes, `contract` 20; `organisation` is the number of the one who writes.
    """
    return abi.digest(tag, chain_id, contract, organisation, salt)


def salt_of(secret: bytes, idempotency_key: str, organisation: int) -> bytes:
    """The salt that a node gives for a write: a repeated write makes the same id, which the contract refuses.

    HMAC-SHA256 under the node's own secret (32 bytes), over the prefix, the organisation's number (4 bytes, big-endian)
    and the key in UTF-8. Without the secret a salt on chain would let anyone test guesses of a key.
    """
    return hmac.digest(secret, _SALT_PREFIX + organisation.to_bytes(4, "big") + idempotency_key.encode(), "sha256")
