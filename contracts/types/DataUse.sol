// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId, DatasetId, OrganisationId, RequestId } from "./Ids.sol";

/// @notice Why a use is refused, in the order in which the rules are looked at. The numbers are for ever.
enum Reason {
    OK,
    UNKNOWN_TOKEN,
    NOT_GRANTEE,
    WRONG_DATASET,
    VERSION_OUT_OF_RANGE,
    NOT_YET_VALID,
    EXPIRED,
    SUSPENDED,
    REVOKED,
    GRANTOR_INACTIVE,
    GRANTEE_INACTIVE,
    VERSION_SUPERSEDED,
    OPERATION_NOT_PERMITTED,
    PURPOSE_NOT_PERMITTED,
    CONDITION_MISMATCH,
    REGION_NOT_PERMITTED,
    PROFIT_NOT_PERMITTED,
    PROJECT_MISMATCH,
    DEIDENTIFICATION_TOO_WEAK,
    ROUNDS_EXHAUSTED,
    PRIVACY_BUDGET_EXHAUSTED
}

/// @notice The ground on which the hospital grants.
enum Basis {
    CONSENT,
    NO_OBJECTION,
    EHDS_PERMIT,
    ETHICS_WAIVER,
    PUBLIC_INTEREST_LAW,
    SYNTHETIC_OR_PUBLIC
}

/// @notice The GA4GH Data Use Ontology's permission: DUO:0000004, 0000042, 0000006, 0000007, 0000011.
enum Permission {
    NRES,
    GRU,
    HMB,
    DS,
    POA
}

/// @notice Why a consent was suspended, reinstated or revoked. BREACH and ERROR taint past uses, the others look forward.
enum StateReason {
    WITHDRAWAL_BATCH,
    OPT_OUT_BATCH,
    STEWARD_DECISION,
    BREACH,
    ERROR,
    SUPERSEDED,
    REGULATOR_ORDER,
    PERMIT_ENDED
}

/// @notice A consent's state. Derived from its log, never stored.
enum ConsentState {
    ACTIVE,
    SUSPENDED,
    REVOKED
}

/// @dev Operations, one bit each.
uint8 constant TRAIN = 1 << 0;
uint8 constant FINE_TUNE = 1 << 1;
uint8 constant VALIDATE = 1 << 2;
uint8 constant TEST = 1 << 3;
uint8 constant FEDERATED_ROUND = 1 << 4;
uint8 constant EXPORT_WEIGHTS = 1 << 5;
uint8 constant COMMERCIALISE = 1 << 6;
uint8 constant DERIVE_DATASET = 1 << 7;

/// @dev Purposes, one bit each: nine HL7 ActReason codes (HRESCH, BIORCH, CLINTRCH, DSRCH, POARCH, PRECLINTRCH,
/// TRANSRCH, MLTRAINING, TREATDS in bits 0 to 8), then the EHDS Regulation's Article 53(1) letters a to f (bits 9 to 14).
uint16 constant POARCH = 1 << 4;
uint16 constant ALL_PURPOSES = (1 << 15) - 1;

/// @dev DUO's modifiers, one bit each, in the order of their numbers: RS 0000012, NMDS 15, GSO 16, NPUNCU 18, PUB 19,
/// COL 20, IRB 21, GS 22, MOR 24, TS 25, US 26, PS 27, IS 28, RTN 29, CC 43, NPOA 44, NPU 45, NCU 46 in bits 0 to 17.
/// Those named here are enforced. TS is `expiresAt` and IS the grantee. PUB, COL, RTN and MOR are obligations of the
/// grantee; RS, GSO, US and CC narrow what the policy document says. All are shown wherever the token is shown.
uint32 constant NMDS = 1 << 1;
uint32 constant NPUNCU = 1 << 3;
uint32 constant IRB = 1 << 6;
uint32 constant GS = 1 << 7;
uint32 constant PS = 1 << 11;
uint32 constant NPOA = 1 << 15;
uint32 constant NPU = 1 << 16;
uint32 constant NCU = 1 << 17;
uint32 constant ALL_MODIFIERS = (1 << 18) - 1;

/// @dev PS3.16 CID 7050: bit n is code 113100 + n. The Basic profile and the Clean options (0 to 5) take something away;
/// the Retain options (6 to 12) keep something.
uint16 constant CLEAN_OPTIONS = (1 << 6) - 1;
uint16 constant RETAIN_OPTIONS = ((1 << 13) - 1) & ~CLEAN_OPTIONS;
uint16 constant ALL_OPTIONS = CLEAN_OPTIONS | RETAIN_OPTIONS;

/// @notice What a consent permits. Every field is fixed when the consent is issued.
/// @param dataset the dataset it is about
/// @param grantee the organisation that may use it, never 0
/// @param versionFrom first dataset version covered, at least 1
/// @param versionTo last dataset version covered, 0 when open
/// @param basis the legal ground
/// @param permission DUO's permission. POARCH is a purpose that only NRES, GRU and POA allow, and POA allows no other
/// @param modifiers mask of DUO's modifiers. NMDS excludes TRAIN, FINE_TUNE and FEDERATED_ROUND; NCU and NPUNCU exclude
/// COMMERCIALISE; NPOA excludes POARCH; PS and IRB demand a `projectRef`; GS stands exactly when there are `regions`
/// @param purposes mask of purposes, not 0, within ALL_PURPOSES
/// @param operations mask of operations, not 0
/// @param condition MONDO number of the disease that it is for (7254 for MONDO:0007254), exactly when DS, else 0
/// @param regions where the data may be processed, one bit each; 0 for anywhere: the EEA's 30 states by ISO 3166-1 code
/// (AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IS, IT, LI, LT, LU, LV, MT, NL, NO, PL, PT, RO, SE, SI,
/// SK in bits 0 to 29); CH, GB, US, CA, JP, KR, NZ, IL (30 to 37); another country with an adequacy decision under GDPR
/// Article 45 (38); any other (39)
/// @param deidentification what the version must and must not have: Clean options are required, Retain options forbidden
/// @param notBefore first second of validity (Unix time)
/// @param expiresAt first second after validity, at most ten years after `notBefore`
/// @param maxRounds most federated rounds that may be charged, 0 when none may be
/// @param epsilonBudget most privacy loss that may be charged, in millionths of epsilon, 0 when none may be
/// @param projectRef salted commitment to the permit, ethics vote or project; zero when there is none
/// @param policyDigest sha-256 of the canonical policy document
/// @param request the request that it answers; zero when nobody asked
/// @param supersedes the consent that it replaces, which it revokes and whose rounds and losses it carries on; or zero
struct Terms {
    DatasetId dataset;
    OrganisationId grantee;
    uint32 versionFrom;
    uint32 versionTo;
    Basis basis;
    Permission permission;
    uint32 modifiers;
    uint16 purposes;
    uint8 operations;
    uint24 condition;
    uint40 regions;
    uint16 deidentification;
    uint48 notBefore;
    uint48 expiresAt;
    uint24 maxRounds;
    uint40 epsilonBudget;
    bytes32 projectRef;
    bytes32 policyDigest;
    RequestId request;
    ConsentId supersedes;
}

/// @notice What a use is for, and where.
/// @param purposes every purpose of the use, not 0
/// @param regions every region where the data are processed
/// @param condition MONDO number of the disease studied, 0 for none in particular
/// @param projectRef compared with the consent's, when the consent has one
struct Scope {
    uint16 purposes;
    uint40 regions;
    uint24 condition;
    bytes32 projectRef;
}

/// @notice A wanted use of one dataset version under one consent.
/// @param operation exactly one operation bit
/// @param rounds how many rounds the use charges
/// @param epsilon privacy loss that the use charges, in millionths of epsilon
/// @param subject what the use is recorded for: a run id, a model version id, or the id of a derived dataset
struct Use {
    ConsentId consent;
    OrganisationId grantee;
    DatasetId dataset;
    uint32 version;
    uint8 operation;
    Scope scope;
    uint24 rounds;
    uint40 epsilon;
    bytes32 subject;
}
