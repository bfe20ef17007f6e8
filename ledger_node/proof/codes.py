"""The numbers of `contracts/types` and of the interfaces' enums that proofs look at. A test compares them."""

from __future__ import annotations

from typing import Final

# Capabilities
CUSTODIAN: Final = 1
PUBLISHER: Final = 2
REGULATOR: Final = 4

# IConsortium.Status
UNKNOWN: Final = 0
ACTIVE: Final = 1
SUSPENDED: Final = 2
REMOVED: Final = 3

# Operations
TRAIN: Final = 1
FINE_TUNE: Final = 2
VALIDATE: Final = 4
TEST: Final = 8
FEDERATED_ROUND: Final = 16
EXPORT_WEIGHTS: Final = 32
COMMERCIALISE: Final = 64
DERIVE_DATASET: Final = 128
MAKES_WEIGHTS: Final = TRAIN | FINE_TUNE

# Purposes, and how many bits each mask has
POARCH: Final = 16
ALL_PURPOSES: Final = (1 << 15) - 1
ALL_MODIFIERS: Final = (1 << 18) - 1
ALL_REGIONS: Final = (1 << 40) - 1
ALL_OPTIONS: Final = (1 << 13) - 1
CLEAN_OPTIONS: Final = (1 << 6) - 1

# Permission
HMB: Final = 2
DS: Final = 3
POA: Final = 4

# DUO's modifiers that are enforced
NMDS: Final = 1 << 1
NPUNCU: Final = 1 << 3
IRB: Final = 1 << 6
GS: Final = 1 << 7
PS: Final = 1 << 11
NPOA: Final = 1 << 15
NPU: Final = 1 << 16
NCU: Final = 1 << 17

# StateReason
BREACH: Final = 3
ERROR: Final = 4
SUPERSEDED: Final = 5
#: Reasons of a revocation that reach back.
TAINTING: Final = frozenset({BREACH, ERROR})

# Supersession of a dataset version
FIRST: Final = 0
WITHDRAWAL: Final = 3

# Outcome of a run
OPEN: Final = 0
COMPLETED: Final = 1
ABANDONED: Final = 2

# Lifecycle of a model version
PUBLISHED: Final = 1
RELEASED: Final = 2
DEPRECATED: Final = 3
WITHDRAWN: Final = 4
