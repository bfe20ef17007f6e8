"""Code lists. The numbers are those of `contracts/types/DataUse.sol` and never change."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class Reason(IntEnum):
    """Why a use is refused, in the order in which the rules are looked at."""

    OK = 0
    UNKNOWN_TOKEN = 1
    NOT_GRANTEE = 2
    WRONG_DATASET = 3
    VERSION_OUT_OF_RANGE = 4
    NOT_YET_VALID = 5
    EXPIRED = 6
    SUSPENDED = 7
    REVOKED = 8
    GRANTOR_INACTIVE = 9
    GRANTEE_INACTIVE = 10
    VERSION_SUPERSEDED = 11
    OPERATION_NOT_PERMITTED = 12
    PURPOSE_NOT_PERMITTED = 13
    CONDITION_MISMATCH = 14
    REGION_NOT_PERMITTED = 15
    PROFIT_NOT_PERMITTED = 16
    PROJECT_MISMATCH = 17
    DEIDENTIFICATION_TOO_WEAK = 18
    ROUNDS_EXHAUSTED = 19
    PRIVACY_BUDGET_EXHAUSTED = 20


class Basis(IntEnum):
    """The legal ground on which a hospital grants."""

    CONSENT = 0
    NO_OBJECTION = 1
    EHDS_PERMIT = 2
    ETHICS_WAIVER = 3
    PUBLIC_INTEREST_LAW = 4
    SYNTHETIC_OR_PUBLIC = 5


class StateReason(IntEnum):
    """Why a consent was suspended, reinstated or revoked."""

    WITHDRAWAL_BATCH = 0
    OPT_OUT_BATCH = 1
    STEWARD_DECISION = 2
    BREACH = 3
    ERROR = 4
    SUPERSEDED = 5
    REGULATOR_ORDER = 6
    PERMIT_ENDED = 7


#: Reasons that say the data should never have been used: they taint what was done before.
TAINTING = frozenset({StateReason.BREACH, StateReason.ERROR})


class ConsentState(IntEnum):
    """Derived from a consent's log, never stored."""

    ACTIVE = 0
    SUSPENDED = 1
    REVOKED = 2


class Act(IntEnum):
    """One entry of a consent's append-only log."""

    SUSPENDED_BY_GRANTOR = 0
    REINSTATED_BY_GRANTOR = 1
    SUSPENDED_BY_REGULATOR = 2
    REVOKED = 3


class Operation(IntFlag):
    """What may be done with a dataset version, one bit each."""

    TRAIN = 1
    FINE_TUNE = 2
    VALIDATE = 4
    TEST = 8
    FEDERATED_ROUND = 16
    EXPORT_WEIGHTS = 32
    COMMERCIALISE = 64
    DERIVE_DATASET = 128


class Purpose(IntFlag):
    """HL7 ActReason codes, then EHDS Regulation (EU) 2025/327, Article 53(1), letters a to f."""

    HRESCH = 1
    BIORCH = 2
    CLINTRCH = 4
    DSRCH = 8
    POARCH = 16
    PRECLINTRCH = 32
    TRANSRCH = 64
    MLTRAINING = 128
    TREATDS = 256
    EHDS_53_A = 512
    EHDS_53_B = 1024
    EHDS_53_C = 2048
    EHDS_53_D = 4096
    EHDS_53_E = 8192
    EHDS_53_F = 16384


class Capability(IntFlag):
    """What an organisation may do."""

    CUSTODIAN = 1
    PUBLISHER = 2
    REGULATOR = 4


class OrganisationStatus(IntEnum):
    UNKNOWN = 0
    ACTIVE = 1
    SUSPENDED = 2


class KeyRole(IntEnum):
    NONE = 0
    ADMIN = 1
    OPERATOR = 2


class ProposalKind(IntEnum):
    ADMIT = 0
    SUSPEND = 1
    REINSTATE = 2


class SizeClass(IntEnum):
    """How many records, as a class: never a count."""

    UNDER_10 = 0
    FROM_10 = 1
    FROM_100 = 2
    FROM_1_000 = 3
    FROM_10_000 = 4
    FROM_100_000 = 5
    FROM_1_000_000 = 6
    FROM_10_000_000 = 7

    @classmethod
    def of(cls, count: int) -> SizeClass:
        """The class of a count of records (0 or more)."""
        return cls(min(max(len(str(count)) - 1, 0), 7))


class PrivacyClaim(IntEnum):
    """What the custodian claims about the records; a claim, never this software's judgement."""

    PSEUDONYMISED = 0
    ANONYMISED_CLAIMED = 1
    SYNTHETIC = 2


class Supersession(IntEnum):
    """Why a dataset version replaces the one before."""

    FIRST = 0
    EXTENSION = 1
    CORRECTION = 2
    WITHDRAWAL = 3


class Outcome(IntEnum):
    OPEN = 0
    COMPLETED = 1
    ABANDONED = 2


def names_of(mask: IntFlag) -> list[str]:
    """The names in a mask, by bit: `names_of(Operation(3)) == ["TRAIN", "FINE_TUNE"]`."""
    return [member.name for member in type(mask) if member in mask and member.name is not None]
