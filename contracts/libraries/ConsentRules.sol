// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { CLEAN_OPTIONS, ConsentState, RETAIN_OPTIONS, Reason, Use } from "../types/DataUse.sol";
import { NOBODY, OrganisationId } from "../types/Ids.sol";

/// @title ConsentRules: when a consent permits a use
/// @notice Pure: no storage, no clock, no call. The caller says what it knows; the answer is the first reason, in the
/// order of the enum, for which the use is refused.
library ConsentRules {
    /// @notice What was granted. Fixed at issue, except for the length of the log.
    /// @dev `dataset` is its number in DatasetRegistry, which saves the slot of its id.
    struct Grant {
        // slot 0
        OrganisationId grantor;
        OrganisationId grantee;
        uint32 dataset;
        uint48 notBefore;
        uint48 expiresAt;
        uint8 operations;
        uint16 purposes;
        uint24 condition;
        uint16 logLength;
    }

    /// @notice What bounds the grant, and what of it is used.
    struct Limits {
        // slot 0
        uint32 versionFrom;
        uint32 versionTo;
        uint24 maxRounds;
        uint24 roundsUsed;
        uint40 epsilonBudget;
        uint40 epsilonSpent;
        uint40 regions;
        uint16 deidentification;
        bool nonProfitOnly;
    }

    /// @notice What the rules must know from outside the two words above.
    /// @param dataset number of the dataset used, 0 when it is unknown
    /// @param latest its newest version, 0 before the first
    /// @param lowestUsable earlier versions take no new uses
    /// @param options de-identification options of the version used
    struct Facts {
        uint48 time;
        ConsentState state;
        bytes32 projectRef;
        uint32 dataset;
        uint32 latest;
        uint32 lowestUsable;
        uint16 options;
        bool grantorActive;
        bool granteeActive;
        bool granteeForProfit;
    }

    function refusal(Grant memory grant, Limits memory limits, Facts memory facts, Use calldata use)
        internal
        pure
        returns (Reason)
    {
        if (grant.grantor == NOBODY) return Reason.UNKNOWN_TOKEN;
        if (grant.grantee != use.grantee) return Reason.NOT_GRANTEE;
        if (grant.dataset != facts.dataset) return Reason.WRONG_DATASET;
        if (!_covers(limits, facts.latest, use.version)) return Reason.VERSION_OUT_OF_RANGE;
        if (facts.time < grant.notBefore) return Reason.NOT_YET_VALID;
        if (facts.time >= grant.expiresAt) return Reason.EXPIRED;
        if (facts.state == ConsentState.SUSPENDED) return Reason.SUSPENDED;
        if (facts.state == ConsentState.REVOKED) return Reason.REVOKED;
        if (!facts.grantorActive) return Reason.GRANTOR_INACTIVE;
        if (!facts.granteeActive) return Reason.GRANTEE_INACTIVE;
        if (use.version < facts.lowestUsable) return Reason.VERSION_SUPERSEDED;
        if (!_isOneOf(use.operation, grant.operations)) return Reason.OPERATION_NOT_PERMITTED;
        uint16 purposes = use.scope.purposes;
        if (purposes == 0 || purposes & ~grant.purposes != 0) return Reason.PURPOSE_NOT_PERMITTED;
        if (grant.condition != 0 && grant.condition != use.scope.condition) return Reason.CONDITION_MISMATCH;
        if (!_isWithin(use.scope.regions, limits.regions)) return Reason.REGION_NOT_PERMITTED;
        if (limits.nonProfitOnly && facts.granteeForProfit) return Reason.PROFIT_NOT_PERMITTED;
        if (facts.projectRef != 0 && facts.projectRef != use.scope.projectRef) return Reason.PROJECT_MISMATCH;
        if (!_isClean(facts.options, limits.deidentification)) return Reason.DEIDENTIFICATION_TOO_WEAK;
        if (uint256(limits.roundsUsed) + use.rounds > limits.maxRounds) return Reason.ROUNDS_EXHAUSTED;
        if (uint256(limits.epsilonSpent) + use.epsilon > limits.epsilonBudget) return Reason.PRIVACY_BUDGET_EXHAUSTED;
        return Reason.OK;
    }

    function _covers(Limits memory limits, uint32 latest, uint32 version) private pure returns (bool) {
        bool inRange = version >= limits.versionFrom && (limits.versionTo == 0 || version <= limits.versionTo);
        return inRange && version <= latest;
    }

    function _isOneOf(uint8 operation, uint8 permitted) private pure returns (bool) {
        return operation != 0 && operation & (operation - 1) == 0 && operation & permitted != 0;
    }

    /// @dev A consent without regions permits any; one with regions wants the use to name its own.
    function _isWithin(uint40 regions, uint40 permitted) private pure returns (bool) {
        return permitted == 0 || (regions != 0 && regions & ~permitted == 0);
    }

    /// @dev Every Clean option demanded was done, and no Retain option that is forbidden.
    function _isClean(uint16 options, uint16 demanded) private pure returns (bool) {
        uint16 required = demanded & CLEAN_OPTIONS;
        return options & required == required && options & demanded & RETAIN_OPTIONS == 0;
    }
}
