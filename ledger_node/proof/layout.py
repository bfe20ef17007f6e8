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
DATASET_VERSIONS: Final = 1  # DatasetRegistry._versions, by dataset, then number
CONSENTS_BASE: Final = 7  # ConsentToken._consents, after OpenZeppelin's ERC721 (six variables) and the requests
CONSENT_LOG: Final = 8  # ConsentToken._log, by consent, then position
RUNS: Final = 0  # TrainingLog._runs
ROUNDS: Final = 2  # TrainingLog._roundDigests, by run, then round
ANSWERS: Final = 3  # TrainingLog._answerDigests, by run, then round, then the input's position
MODEL_VERSIONS: Final = 0  # ModelRegistry._versions
RECALLS: Final = 1  # ModelRegistry._recalls
ACKNOWLEDGED: Final = 2  # ModelRegistry._acknowledged, by recall, then 256 organisations to a word
MODELS_BASE: Final = 3  # ModelRegistry._models

# Members of the structs, in words from the struct's first. A packed word is always the first.
ORGANISATION_RECORD: Final = 1
DATASET_VERSION_RECORD: Final = 1
CONSENT_LIMITS: Final = 1
CONSENT_RECORD: Final = 2
RUN_RECORD: Final = 1
RUN_CLOSING: Final = 2
MODEL_RECORD: Final = 1
MODEL_VERSION_RECORD: Final = 1
RECALL_VERSION: Final = 1
RECALL_RECORD: Final = 2

# Packed words: the bits of each member, low-order first.
# admin, capabilities, forProfit, voted, emergencyUntil
ORGANISATION_WORD: Final = (160, 8, 8, 8, 48)
# custodian, number, latest, lowestUsable
DATASET_WORD: Final = (32, 32, 32, 32)
# epsilonSpent, publishedAt, options, sizeClass, claim, supersession, optOutCheckedAt
DATASET_VERSION_WORD: Final = (64, 48, 16, 8, 8, 8, 48)
# grantor, grantee, dataset, notBefore, expiresAt, operations, purposes, condition, logLength
GRANT_WORD: Final = (32, 32, 32, 48, 48, 8, 16, 24, 16)
# versionFrom, versionTo, maxRounds, roundsUsed, epsilonBudget, epsilonSpent, regions, deidentification, nonProfitOnly
LIMITS_WORD: Final = (32, 32, 24, 24, 40, 40, 40, 16, 8)
# act, reason, actor, at, regulatorUntil, grantorSuspended
LOG_WORD: Final = (8, 8, 32, 48, 48, 8)
# publisher, outcome, makesWeights, inputs, rounds, roundOpen, contributions, refusals, openedAt
RUN_WORD: Final = (32, 8, 8, 8, 32, 8, 8, 8, 48)
# publisher, number, latest
MODEL_WORD: Final = (32, 32, 32)
# publisher, model, number, publishedAt, lifecycle, forSale, recalls
MODEL_VERSION_WORD: Final = (32, 32, 32, 48, 8, 8, 16)
# issuer, issuedAt, liftedAt, acknowledgements
RECALL_WORD: Final = (32, 48, 48, 32)


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
