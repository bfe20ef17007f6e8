// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ALL_OPERATIONS, ALL_PURPOSES, ConsentState, Reason, Use } from "../types/DataUse.sol";
import { DatasetId, NOBODY, OrganisationId } from "../types/Ids.sol";

/// @title ConsentRules: when a consent permits a use
/// @notice Pure: no storage, no clock, no call. The caller says what it knows; the answer is the first reason, in the
/// order of the enum, for which the use is refused.
library ConsentRules {
    /// @notice What was granted. Fixed at issue, except for the length of the log.
    struct Grant {
        // slot 0
        OrganisationId grantor;
        OrganisationId grantee;
        uint48 notBefore;
        uint48 expiresAt;
        uint16 operations;
        uint32 purposes;
        uint32 logLength;
    }

    /// @notice What bounds the grant, and where it stands now.
    struct Limits {
        // slot 0
        uint32 versionFrom;
        uint32 versionTo;
        uint32 maxRounds;
        uint32 roundsUsed;
        uint48 regulatorUntil;
        uint48 revokedAt;
        bool grantorSuspended;
    }

    /// @notice What the rules must know from outside the consent.
    /// @param latest newest version of the consent's dataset, 0 before the first
    /// @param lowestUsable earlier versions take no new uses
    struct Facts {
        DatasetId dataset;
        bytes32 projectRef;
        uint48 time;
        uint32 latest;
        uint32 lowestUsable;
        bool grantorActive;
        bool granteeActive;
    }

    /// @dev State is one of three, so that a suspended consent that was revoked answers REVOKED.
    function refusal(Grant memory grant, Limits memory limits, Facts memory facts, Use calldata use)
        internal
        pure
        returns (Reason)
    {
        if (grant.grantor == NOBODY) return Reason.UNKNOWN_TOKEN;
        if (grant.grantee != use.grantee) return Reason.NOT_GRANTEE;
        if (!(facts.dataset == use.dataset)) return Reason.WRONG_DATASET;
        if (!_covers(limits, facts.latest, use.version)) return Reason.VERSION_OUT_OF_RANGE;
        if (facts.time < grant.notBefore) return Reason.NOT_YET_VALID;
        if (facts.time >= grant.expiresAt) return Reason.EXPIRED;
        ConsentState state = stateNow(limits, facts.time);
        if (state == ConsentState.SUSPENDED) return Reason.SUSPENDED;
        if (state == ConsentState.REVOKED) return Reason.REVOKED;
        if (!facts.grantorActive) return Reason.GRANTOR_INACTIVE;
        if (!facts.granteeActive) return Reason.GRANTEE_INACTIVE;
        if (use.version < facts.lowestUsable) return Reason.VERSION_SUPERSEDED;
        if (!_isOne(use.operation) || use.operation & ~grant.operations != 0) return Reason.OPERATION_NOT_PERMITTED;
        if (use.purposes == 0 || use.purposes & ~grant.purposes != 0) return Reason.PURPOSE_NOT_PERMITTED;
        if (facts.projectRef != 0 && facts.projectRef != use.projectRef) return Reason.PROJECT_MISMATCH;
        if (uint256(limits.roundsUsed) + use.rounds > limits.maxRounds) return Reason.ROUNDS_EXHAUSTED;
        return Reason.OK;
    }

    /// @notice The state at `time`, which must be the present: equal to what the log says of it.
    function stateNow(Limits memory limits, uint48 time) internal pure returns (ConsentState) {
        if (limits.revokedAt != 0) return ConsentState.REVOKED;
        bool suspended = limits.grantorSuspended || time < limits.regulatorUntil;
        return suspended ? ConsentState.SUSPENDED : ConsentState.ACTIVE;
    }

    function arePurposes(uint32 mask) internal pure returns (bool) {
        return mask != 0 && mask <= ALL_PURPOSES;
    }

    function areOperations(uint16 mask) internal pure returns (bool) {
        return mask != 0 && mask <= ALL_OPERATIONS;
    }

    function _covers(Limits memory limits, uint32 latest, uint32 version) private pure returns (bool) {
        bool inRange = version >= limits.versionFrom && (limits.versionTo == 0 || version <= limits.versionTo);
        return inRange && version <= latest;
    }

    function _isOne(uint16 mask) private pure returns (bool) {
        return mask != 0 && mask & (mask - 1) == 0;
    }
}
