// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Reason, TEST, TRAIN } from "../../../contracts/types/DataUse.sol";
import { RulesTest } from "./RulesTest.sol";

/// The order of the rules: with any faults together, the answer is the first of them.
contract ConsentRulesTest is RulesTest {
    function test_refusal_isOkWhenEveryRuleHolds() public view {
        assertReason(Reason.OK);
    }

    function test_refusal_namesEachFaultAlone() public {
        for (uint8 fault = 1; fault <= uint8(type(Reason).max); ++fault) {
            setUp();
            spoil(Reason(fault));
            assertReason(Reason(fault));
        }
    }

    /// A consent has one state, so that SUSPENDED and REVOKED are the one pair that cannot be.
    function test_refusal_namesTheEarlierOfTwoFaults() public {
        for (uint8 first = 1; first <= uint8(type(Reason).max); ++first) {
            for (uint8 second = first + 1; second <= uint8(type(Reason).max); ++second) {
                if (Reason(first) == Reason.SUSPENDED && Reason(second) == Reason.REVOKED) continue;
                setUp();
                spoil(Reason(first));
                spoil(Reason(second));
                assertReason(Reason(first));
            }
        }
    }

    function testFuzz_refusal_namesTheFirstOfAnyFaults(uint32 faults) public {
        Reason expected = Reason.OK;
        for (uint8 fault = uint8(type(Reason).max); fault > 0; --fault) {
            if (faults & (uint32(1) << fault) == 0) continue;
            // The earlier state overwrites the later one, which is why faults are made from the last to the first.
            spoil(Reason(fault));
            expected = Reason(fault);
        }
        assertReason(expected);
    }

    function testFuzz_refusal_keepsTheWindow(uint48 notBefore, uint48 expiresAt, uint48 time) public {
        (grant.notBefore, grant.expiresAt, facts.time) = (notBefore, expiresAt, time);
        Reason expected = time < notBefore ? Reason.NOT_YET_VALID : time < expiresAt ? Reason.OK : Reason.EXPIRED;
        assertReason(expected);
    }

    function testFuzz_refusal_neverGrantsOutsideTheMasks(uint8 operation, uint16 purposes, uint40 regions) public {
        (use.operation, use.scope.purposes, use.scope.regions) = (operation, purposes, regions);
        bool one = operation == TRAIN || operation == TEST;
        bool covered = purposes == 2 || purposes == 4 || purposes == 6;
        bool inside = regions == 2 || regions == 4 || regions == 6;
        assertEq(answer() == Reason.OK, one && covered && inside);
    }

    /// As above, with values that are often good.
    function testFuzz_refusal_grantsWithinTheMasks(uint8 operation, uint8 purposes, uint8 regions) public {
        testFuzz_refusal_neverGrantsOutsideTheMasks(
            uint8(1) << (operation % 4), uint16(purposes) % 8, uint40(regions) % 8
        );
    }

    function testFuzz_refusal_keepsLimits(uint24 used, uint24 rounds, uint24 most, uint40 spent, uint40 epsilon)
        public
    {
        uint40 budget = limits.epsilonBudget;
        spent = uint40(bound(spent, 0, budget + 1));
        epsilon = uint40(bound(epsilon, 0, budget + 1));
        (limits.roundsUsed, use.rounds, limits.maxRounds) = (used, rounds, most);
        (limits.epsilonSpent, use.epsilon) = (spent, epsilon);
        if (uint256(used) + rounds > most) assertReason(Reason.ROUNDS_EXHAUSTED);
        else if (uint256(spent) + epsilon > budget) assertReason(Reason.PRIVACY_BUDGET_EXHAUSTED);
        else assertReason(Reason.OK);
    }

    function testFuzz_refusal_wantsWhatIsCleanAndNothingRetained(uint16 options, uint16 demanded) public {
        (facts.options, limits.deidentification) = (options, demanded);
        bool clean = true;
        for (uint256 i = 0; i < 13; ++i) {
            bool asked = (demanded >> i) & 1 == 1;
            bool done = (options >> i) & 1 == 1;
            if (asked && done != (i < 6)) clean = false;
        }
        assertReason(clean ? Reason.OK : Reason.DEIDENTIFICATION_TOO_WEAK);
    }
}
