// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Reason, TEST, TRAIN, VALIDATE } from "../../../contracts/types/DataUse.sol";
import { RulesTest } from "./RulesTest.sol";

/// Each rule at its edges, with all other rules kept.
contract ConsentRulesEdgesTest is RulesTest {
    function test_refusal_keepsTheVersionRange() public {
        (facts.latest, facts.lowestUsable) = (9, 1);
        assertVersions(2, 4);
        limits.versionTo = 2;
        assertVersions(2, 2);
        limits.versionTo = 0;
        assertVersions(2, 9);
        facts.latest = 3;
        assertVersions(2, 3);
    }

    function test_refusal_refusesAVersionNeverPublished() public {
        (limits.versionFrom, facts.latest, facts.lowestUsable) = (1, 0, 0);
        for (use.version = 0; use.version < 3; ++use.version) {
            assertReason(Reason.VERSION_OUT_OF_RANGE);
        }
    }

    function test_refusal_refusesVersionsBelowTheLowestUsable() public {
        facts.lowestUsable = 3;
        (use.version, limits.versionFrom) = (2, 1);
        assertReason(Reason.VERSION_SUPERSEDED);
        use.version = 3;
        assertReason(Reason.OK);
        use.version = 4;
        assertReason(Reason.OK);
    }

    function test_refusal_wantsExactlyOneOperation() public {
        uint8[4] memory refused = [0, TRAIN | TEST, VALIDATE, TRAIN | VALIDATE];
        for (uint256 i = 0; i < refused.length; ++i) {
            use.operation = refused[i];
            assertReason(Reason.OPERATION_NOT_PERMITTED);
        }
        use.operation = TEST;
        assertReason(Reason.OK);
    }

    function test_refusal_wantsEveryPurpose() public {
        use.scope.purposes = 0;
        assertReason(Reason.PURPOSE_NOT_PERMITTED);
        use.scope.purposes = 6;
        assertReason(Reason.OK);
        use.scope.purposes = 7;
        assertReason(Reason.PURPOSE_NOT_PERMITTED);
    }

    function test_refusal_asksForAConditionOnlyWhenTheConsentHasOne() public {
        use.scope.condition = 0;
        assertReason(Reason.CONDITION_MISMATCH);
        use.scope.condition = 7255;
        assertReason(Reason.CONDITION_MISMATCH);
        grant.condition = 0;
        assertReason(Reason.OK);
        use.scope.condition = 0;
        assertReason(Reason.OK);
    }

    function test_refusal_wantsEveryRegionNamed() public {
        use.scope.regions = 0;
        assertReason(Reason.REGION_NOT_PERMITTED);
        use.scope.regions = 6;
        assertReason(Reason.OK);
        use.scope.regions = 7;
        assertReason(Reason.REGION_NOT_PERMITTED);
        limits.regions = 0;
        assertReason(Reason.OK);
        use.scope.regions = 0;
        assertReason(Reason.OK);
    }

    function test_refusal_refusesProfitOnlyWhenItIsExcluded() public {
        facts.granteeForProfit = true;
        assertReason(Reason.PROFIT_NOT_PERMITTED);
        limits.nonProfitOnly = false;
        assertReason(Reason.OK);
        facts.granteeForProfit = false;
        assertReason(Reason.OK);
    }

    function test_refusal_asksForAProjectOnlyWhenTheConsentHasOne() public {
        use.scope.projectRef = 0;
        assertReason(Reason.PROJECT_MISMATCH);
        use.scope.projectRef = "another";
        assertReason(Reason.PROJECT_MISMATCH);
        facts.projectRef = 0;
        assertReason(Reason.OK);
    }

    function test_refusal_wantsEachOptionAlone() public {
        for (uint16 i = 0; i < 13; ++i) {
            limits.deidentification = uint16(1) << i;
            facts.options = i < 6 ? limits.deidentification : 0;
            assertReason(Reason.OK);
            facts.options = i < 6 ? ~limits.deidentification : limits.deidentification;
            assertReason(Reason.DEIDENTIFICATION_TOO_WEAK);
        }
        (limits.deidentification, facts.options) = (0, 0);
        assertReason(Reason.OK);
        facts.options = type(uint16).max;
        assertReason(Reason.OK);
    }

    function test_refusal_countsRoundsToTheLast() public {
        use.rounds = 2;
        assertReason(Reason.ROUNDS_EXHAUSTED);
        limits.roundsUsed = 5;
        use.rounds = 1;
        assertReason(Reason.ROUNDS_EXHAUSTED);
        use.rounds = 0;
        assertReason(Reason.OK);
        limits.maxRounds = 0;
        limits.roundsUsed = 0;
        assertReason(Reason.OK);
        use.rounds = 1;
        assertReason(Reason.ROUNDS_EXHAUSTED);
    }

    /// The sums are wider than their parts, or they would turn over.
    function test_refusal_sumsWithoutOverflow() public {
        (limits.maxRounds, limits.roundsUsed, use.rounds) = (type(uint24).max, type(uint24).max, type(uint24).max);
        assertReason(Reason.ROUNDS_EXHAUSTED);
        use.rounds = 0;
        (limits.epsilonBudget, limits.epsilonSpent) = (type(uint40).max, type(uint40).max);
        use.epsilon = type(uint40).max;
        assertReason(Reason.PRIVACY_BUDGET_EXHAUSTED);
        use.epsilon = 0;
        assertReason(Reason.OK);
    }

    function test_refusal_countsLossToTheLast() public {
        use.epsilon = 101;
        assertReason(Reason.PRIVACY_BUDGET_EXHAUSTED);
        (limits.epsilonBudget, limits.epsilonSpent) = (0, 0);
        use.epsilon = 1;
        assertReason(Reason.PRIVACY_BUDGET_EXHAUSTED);
        use.epsilon = 0;
        assertReason(Reason.OK);
    }

    function assertVersions(uint32 first, uint32 last) private {
        for (use.version = 0; use.version < 12; ++use.version) {
            bool inside = use.version >= first && use.version <= last;
            assertReason(inside ? Reason.OK : Reason.VERSION_OUT_OF_RANGE);
        }
    }
}
