// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId, DatasetId, OrganisationId } from "./Ids.sol";

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
uint16 constant TRAIN = 1 << 0;
uint16 constant FINE_TUNE = 1 << 1;
uint16 constant VALIDATE = 1 << 2;
uint16 constant TEST = 1 << 3;
uint16 constant FEDERATED_ROUND = 1 << 4;
uint16 constant EXPORT_WEIGHTS = 1 << 5;
uint16 constant COMMERCIALISE = 1 << 6;
uint16 constant DERIVE_DATASET = 1 << 7;
uint16 constant ALL_OPERATIONS = (1 << 8) - 1;

/// @dev Purposes, one bit each: nine HL7 ActReason codes (HRESCH, BIORCH, CLINTRCH, DSRCH, POARCH, PRECLINTRCH,
/// TRANSRCH, MLTRAINING, TREATDS in bits 0 to 8), then the EHDS Regulation's Article 53(1) letters a to f (bits 9 to 14).
uint32 constant ALL_PURPOSES = (1 << 15) - 1;

/// @notice What a consent permits. Every field is fixed when the consent is issued.
/// @param dataset the dataset it is about
/// @param grantee the organisation that may use it, never 0
/// @param versionFrom first dataset version covered, at least 1
/// @param versionTo last dataset version covered, 0 when open
/// @param basis the legal ground
/// @param purposes mask of purposes, not 0, within ALL_PURPOSES
/// @param operations mask of operations, not 0, within ALL_OPERATIONS
/// @param notBefore first second of validity (Unix time)
/// @param expiresAt first second after validity, at most ten years after `notBefore`
/// @param maxRounds most federated rounds that may be charged, 0 when none may be
/// @param projectRef salted commitment to the permit, ethics vote or project; zero when there is none
/// @param policyDigest sha-256 of the canonical policy document
struct Terms {
    DatasetId dataset;
    OrganisationId grantee;
    uint32 versionFrom;
    uint32 versionTo;
    Basis basis;
    uint32 purposes;
    uint16 operations;
    uint48 notBefore;
    uint48 expiresAt;
    uint32 maxRounds;
    bytes32 projectRef;
    bytes32 policyDigest;
}

/// @notice A wanted use of one dataset version under one consent.
/// @param operation exactly one operation bit
/// @param purposes every purpose of the use, not 0
/// @param rounds how many rounds the use charges (0 or 1)
/// @param subject what the use is recorded for: a run id or a model version id
struct Use {
    ConsentId consent;
    OrganisationId grantee;
    DatasetId dataset;
    uint32 version;
    uint16 operation;
    uint32 purposes;
    bytes32 projectRef;
    uint32 rounds;
    bytes32 subject;
}
