// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { Reason, Terms, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId } from "../../../contracts/types/Ids.sol";
import { UseTest } from "./UseTest.sol";

/// Losses: charged to a consent up to its budget, and to the ledger of the dataset version across all consents.
contract PrivacyBudgetTest is UseTest {
    function test_recordUse_chargesLosses() public {
        expectTaken(charging(0, 400_000));
        assertSpent(400_000, 400_000);
        expectTaken(charging(1, 600_000));
        assertSpent(1_000_000, 1_000_000);
        expectRefused(charging(0, 1), Reason.PRIVACY_BUDGET_EXHAUSTED);
        expectTaken(charging(1, 0));
        assertSpent(1_000_000, 1_000_000);
        assertEq(consents.roundsUsed(consent), 2);
    }

    function test_recordUse_chargesNothingWithoutABudget() public {
        Terms memory terms = termsFor(dataset);
        (terms.maxRounds, terms.epsilonBudget) = (0, 0);
        reissue(terms);
        expectRefused(charging(0, 1), Reason.PRIVACY_BUDGET_EXHAUSTED);
        expectRefused(charging(1, 0), Reason.ROUNDS_EXHAUSTED);
        expectTaken(charging(0, 0));
        assertSpent(0, 0);
    }

    function test_recordUse_countsEachVersionByItself() public {
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        expectTaken(charging(0, 100));
        Use memory use = charging(0, 20);
        use.version = 2;
        expectTaken(use);
        assertSpent(120, 100);
        assertEq(datasets.epsilonSpent(dataset, 2), 20);
    }

    function test_recordUse_sumsAcrossConsents() public {
        ConsentId first = consent;
        expectTaken(charging(0, 1_000_000));
        reissue(termsFor(dataset));
        expectTaken(charging(0, 1_000_000));
        assertSpent(1_000_000, 2_000_000);
        assertEq(consents.epsilonSpent(first), 1_000_000);
    }

    /// The ledger of a version is wider than a consent's, so that many whole budgets fit.
    function test_recordUse_ledgerHoldsManyBudgets() public {
        Terms memory terms = termsFor(dataset);
        terms.epsilonBudget = type(uint40).max;
        for (uint256 i = 0; i < 3; ++i) {
            reissue(terms);
            expectTaken(charging(0, type(uint40).max));
            expectRefused(charging(0, 1), Reason.PRIVACY_BUDGET_EXHAUSTED);
        }
        assertEq(datasets.epsilonSpent(dataset, 1), 3 * uint256(type(uint40).max));
    }

    function test_recordUse_holdsTheGreatestCounts() public {
        Terms memory terms = termsFor(dataset);
        (terms.maxRounds, terms.epsilonBudget) = (type(uint24).max, type(uint40).max);
        reissue(terms);
        expectTaken(charging(type(uint24).max, type(uint40).max));
        assertEq(consents.roundsUsed(consent), type(uint24).max);
        expectRefused(charging(1, 0), Reason.ROUNDS_EXHAUSTED);
        expectRefused(charging(type(uint24).max, 0), Reason.ROUNDS_EXHAUSTED);
        expectRefused(charging(0, type(uint40).max), Reason.PRIVACY_BUDGET_EXHAUSTED);
    }

    /// Any sequence of charges: each is taken exactly when it fits, and all that is taken adds up.
    function testFuzz_recordUse_neverPassesTheBudget(uint24[10] memory losses, uint40 budget) public {
        Terms memory terms = termsFor(dataset);
        terms.epsilonBudget = budget % (1 << 26);
        reissue(terms);
        uint40 spent;
        for (uint256 i = 0; i < losses.length; ++i) {
            if (spent + losses[i] > terms.epsilonBudget) {
                expectRefused(charging(0, losses[i]), Reason.PRIVACY_BUDGET_EXHAUSTED);
            } else {
                expectTaken(charging(0, losses[i]));
                spent += losses[i];
            }
            assertSpent(spent, spent);
        }
    }

    function assertSpent(uint40 ofConsent, uint64 ofVersion) private view {
        assertEq(consents.epsilonSpent(consent), ofConsent);
        assertEq(datasets.epsilonSpent(dataset, 1), ofVersion);
    }
}
