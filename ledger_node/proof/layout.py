"""Where the contracts keep the words that evidence proves (Solidity, "Layout of State Variables in Storage").

The numbers are the compiler's: a test compares them with the `storageLayout` of the compiled contracts.
"""

from __future__ import annotations

from typing import Final

from ledger_node.errors import InvalidField
from ledger_node.proof import abi
from ledger_node.proof.hashing import keccak256

CONSORTIUM: Final = "consortium"
DATASETS: Final = "datasets"
CONSENTS: Final = "consents"
TRAINING: Final = "training"
MODELS: Final = "models"
#: The contracts that a bundle proves facts of, by the names that bundles and trust files use.
CONTRACTS: Final = (CONSORTIUM, DATASETS, CONSENTS, TRAINING, MODELS)

# Base slots of the mappings.
ORGANISATIONS: Final = 0  # Consortium._organisations
DATASETS_BASE: Final = 0  # DatasetRegistry._datasets
DATASET_VERSIONS: Final = 1  # DatasetRegistry._versionDigests, by dataset, then number
CONSENTS_BASE: Final = 6  # ConsentToken._consents, after the six variables of OpenZeppelin's ERC721
CONSENT_LOG: Final = 7  # ConsentToken._log, by consent, then position
RUNS: Final = 0  # TrainingLog._runs
ROUNDS: Final = 2  # TrainingLog._roundDigests, by run, then round
MODEL_VERSIONS: Final = 0  # ModelRegistry._versionDigests
MODELS_BASE: Final = 1  # ModelRegistry._models

# Members of the structs, in words from the struct's first.
ORGANISATION_STANDING: Final = 0
ORGANISATION_RECORD: Final = 1
CONSENT_GRANT: Final = 0
CONSENT_LIMITS: Final = 1
CONSENT_RECORD: Final = 2
RUN_PROGRESS: Final = 0
RUN_RECORD: Final = 3
RUN_CLOSING: Final = 4
MODEL_STANDING: Final = 0
MODEL_RECORD: Final = 1

# Packed words: the bits of each member, low-order first.
# admin, capabilities, forProfit, status
ORGANISATION_WORD: Final = (160, 8, 8, 8)
# custodian, latest, lowestUsable
DATASET_WORD: Final = (32, 32, 32)
# grantor, grantee, notBefore, expiresAt, operations, purposes, logLength
GRANT_WORD: Final = (32, 32, 48, 48, 16, 32, 32)
# versionFrom, versionTo, maxRounds, roundsUsed, regulatorUntil, revokedAt, grantorSuspended
LIMITS_WORD: Final = (32, 32, 32, 32, 48, 48, 8)
# act, reason, actor, at, until
LOG_WORD: Final = (8, 8, 32, 48, 48)
# publisher, operation, purposes, outcome, openedAt, inputs, rounds, roundOpen, contributions, contributed
RUN_WORD: Final = (32, 16, 32, 8, 48, 8, 32, 8, 8, 64)
# publisher, latest
MODEL_WORD: Final = (32, 32)


def slot_of_mapping(key: abi.Value, base: int | bytes) -> bytes:
    """The slot of a mapping's value: keccak256(key, base), one word each. `base` is a number or a slot (32 bytes)."""
    return keccak256(abi.encode(key, base))


def slot_after(slot: bytes, words: int) -> bytes:
    """The slot `words` further on, as struct members lie."""
    return ((int.from_bytes(slot, "big") + words) % (1 << 256)).to_bytes(32, "big")


def pack(bits: tuple[int, ...], values: tuple[int, ...]) -> bytes:
    """One word of packed members, the first in the lowest bits. Raises InvalidField for a value of too many bits."""
    packed = shift = 0
    for width, value in zip(bits, values, strict=True):
        if not 0 <= value < 1 << width:
            raise InvalidField("number does not fit its bits", got=f"{value.bit_length()} bits", needed=f"{width} bits")
        packed |= value << shift
        shift += width
    return packed.to_bytes(32, "big")
