"""Code lists. The numbers are those of `contracts/types/DataUse.sol` and never change."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from functools import lru_cache


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


class Permission(IntEnum):
    """The GA4GH Data Use Ontology's permission; `DUO_PERMISSIONS` has the numbers."""

    NRES = 0
    GRU = 1
    HMB = 2
    DS = 3
    POA = 4


#: The DUO term of each permission: NRES is DUO:0000004.
DUO_PERMISSIONS = {
    Permission.NRES: 4,
    Permission.GRU: 42,
    Permission.HMB: 6,
    Permission.DS: 7,
    Permission.POA: 11,
}


class Modifier(IntFlag):
    """DUO's modifiers, one bit each, in the order of their numbers; `DUO_MODIFIERS` has the numbers."""

    RS = 1 << 0
    NMDS = 1 << 1
    GSO = 1 << 2
    NPUNCU = 1 << 3
    PUB = 1 << 4
    COL = 1 << 5
    IRB = 1 << 6
    GS = 1 << 7
    MOR = 1 << 8
    TS = 1 << 9
    US = 1 << 10
    PS = 1 << 11
    IS = 1 << 12
    RTN = 1 << 13
    CC = 1 << 14
    NPOA = 1 << 15
    NPU = 1 << 16
    NCU = 1 << 17


#: The DUO term of each modifier: RS is DUO:0000012. Some public examples mislabel 18 and 46.
DUO_MODIFIERS = dict(
    zip(Modifier, (12, 15, 16, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 43, 44, 45, 46), strict=True)
)
#: Modifiers that no contract can enforce: duties of the grantee, shown wherever the consent is shown.
OBLIGATIONS = Modifier.PUB | Modifier.COL | Modifier.RTN | Modifier.MOR


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
    SUSPENDED_BY_VOTE = 3
    REVOKED = 4


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


class Region(IntFlag):
    """Where data are processed: the EEA's 30 states and eight others by ISO 3166-1 code, then two classes.

    ADEQUATE is another country with an adequacy decision under GDPR Article 45, OTHER any other.
    """

    AT = 1 << 0
    BE = 1 << 1
    BG = 1 << 2
    CY = 1 << 3
    CZ = 1 << 4
    DE = 1 << 5
    DK = 1 << 6
    EE = 1 << 7
    ES = 1 << 8
    FI = 1 << 9
    FR = 1 << 10
    GR = 1 << 11
    HR = 1 << 12
    HU = 1 << 13
    IE = 1 << 14
    IS = 1 << 15
    IT = 1 << 16
    LI = 1 << 17
    LT = 1 << 18
    LU = 1 << 19
    LV = 1 << 20
    MT = 1 << 21
    NL = 1 << 22
    NO = 1 << 23
    PL = 1 << 24
    PT = 1 << 25
    RO = 1 << 26
    SE = 1 << 27
    SI = 1 << 28
    SK = 1 << 29
    CH = 1 << 30
    GB = 1 << 31
    US = 1 << 32
    CA = 1 << 33
    JP = 1 << 34
    KR = 1 << 35
    NZ = 1 << 36
    IL = 1 << 37
    ADEQUATE = 1 << 38
    OTHER = 1 << 39


class RequestState(IntEnum):
    """Where a request for a consent stands. Whether the custodian asked back is derived: to the contract it is OPEN."""

    NONE = 0
    OPEN = 1
    GRANTED = 2
    DECLINED = 3
    ASKED_BACK = 4


class DeclineReason(IntEnum):
    """Why a custodian declines a request."""

    INCOMPLETE = 0
    PURPOSE_NOT_COVERED = 1
    NO_LEGAL_BASIS = 2
    SAFEGUARDS_TOO_WEAK = 3
    ETHICS_REFUSED = 4
    DATASET_UNAVAILABLE = 5


class Capability(IntFlag):
    """What an organisation may do."""

    CUSTODIAN = 1
    PUBLISHER = 2
    REGULATOR = 4


class OrganisationStatus(IntEnum):
    """SUSPENDED by vote, or while a regulator's emergency suspension runs."""

    UNKNOWN = 0
    ACTIVE = 1
    SUSPENDED = 2
    REMOVED = 3


class EmergencyReason(IntEnum):
    """Why a regulator suspends an organisation without waiting for a vote."""

    KEY_COMPROMISED = 0
    UNLAWFUL_PROCESSING = 1
    DATA_BREACH = 2
    PATIENT_SAFETY = 3
    COURT_ORDER = 4


class KeyRole(IntEnum):
    NONE = 0
    ADMIN = 1
    OPERATOR = 2


class ProposalKind(IntEnum):
    """What can be voted on."""

    ADMIT = 0
    SUSPEND = 1
    REINSTATE = 2
    REMOVE = 3
    REPLACE_ADMIN = 4
    CHANGE_THRESHOLDS = 5
    REGISTER_GENERATION = 6
    LIFT_RECALL = 7
    REVOKE_CONSENT = 8
    SUSPEND_CONSENT = 9


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


class Refusal(IntEnum):
    """Why a hospital took no part in a round; NONE for a contribution."""

    NONE = 0
    CONSENT_LAPSED = 1
    DATA_UNAVAILABLE = 2
    PRIVACY_RISK = 3
    QUALITY_TOO_LOW = 4
    TECHNICAL_FAILURE = 5
    NOT_AGREED = 6


class Lifecycle(IntEnum):
    """Where a model version stands; only forward."""

    NONE = 0
    PUBLISHED = 1
    RELEASED = 2
    DEPRECATED = 3
    WITHDRAWN = 4


class Severity(IntEnum):
    """How grave a recall is."""

    MINOR = 0
    SERIOUS = 1
    CRITICAL = 2


class DeviceClass(IntEnum):
    """What sends a stream, after the modalities of DICOM PS3.3 C.7.3.1.1.1."""

    OTHER = 0
    ULTRASOUND = 1
    ENDOSCOPY = 2
    RADIOGRAPHY = 3
    MAMMOGRAPHY = 4
    ANGIOGRAPHY = 5
    CT = 6
    MR = 7
    NUCLEAR_MEDICINE = 8
    ELECTROCARDIOGRAPHY = 9
    PATIENT_MONITOR = 10
    MICROSCOPY = 11


def names_of(mask: IntFlag) -> list[str]:
    """The names in a mask, by bit: `names_of(Operation(3)) == ["TRAIN", "FINE_TUNE"]`."""
    return list(_names(mask))


@lru_cache(maxsize=10_000, typed=True)
def _names(mask: IntFlag) -> tuple[str, ...]:
    return tuple(member.name for member in type(mask) if member in mask and member.name is not None)
