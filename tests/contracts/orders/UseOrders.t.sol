// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { Reason, StateReason, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, RunId } from "../../../contracts/types/Ids.sol";
import { RunTest } from "../base/RunTest.sol";

/// A use and an act that ends it, in one block: whichever comes first decides, and nothing else does. Every test stays
/// in the block of its beginning.
contract UseOrdersTest is RunTest {
    RunId internal run;
    uint256 internal blockNumber;

    function setUp() public override {
        super.setUp();
        run = openRun();
        blockNumber = vm.getBlockNumber();
    }

    modifier inOneBlock() {
        _;
        assertEq(vm.getBlockNumber(), blockNumber);
        assertEq(present(), START);
    }

    function test_revokeThenRound_refuses() public inOneBlock {
        revokeFirst();
        expectRefused(Reason.REVOKED);
    }

    function test_roundThenRevoke_recordsAndFlags() public inOneBlock {
        openRound(run, model, inputs());
        revokeFirst();
        finishRound(Reason.REVOKED);
    }

    function test_revokeThenRun_refuses() public inOneBlock {
        revokeFirst();
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], Reason.REVOKED));
        openRun("second", model, inputs());
    }

    function test_runThenRevoke_keepsTheRun() public inOneBlock {
        RunId second = openRun("second", model, inputs());
        revokeFirst();
        complete(second);
        assertEq(uint8(training.standingOf(second).outcome), uint8(ITrainingLog.Outcome.COMPLETED));
    }

    function test_suspendThenRound_refuses() public inOneBlock {
        suspend();
        expectRefused(Reason.SUSPENDED);
    }

    function test_roundThenSuspend_recordsAndFlags() public inOneBlock {
        openRound(run, model, inputs());
        suspend();
        finishRound(Reason.SUSPENDED);
    }

    function test_withdrawalThenRound_refuses() public inOneBlock {
        publish(dataset[0], HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        expectRefused(Reason.VERSION_SUPERSEDED);
    }

    function test_roundThenWithdrawal_recordsAndFlags() public inOneBlock {
        openRound(run, model, inputs());
        publish(dataset[0], HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        finishRound(Reason.VERSION_SUPERSEDED);
    }

    /// The round goes to the consent that stood when it was opened, and is carried on.
    function test_roundThenSupersede_carriesTheRound() public inOneBlock {
        openRound(run, model, inputs());
        assertEq(consents.roundsUsed(supersede()), 1);
        finishRound(Reason.REVOKED);
    }

    function test_supersedeThenRound_refusesAndCarriesNothing() public inOneBlock {
        ConsentId next = supersede();
        expectRefused(Reason.REVOKED);
        assertEq(consents.roundsUsed(next), 0);
    }

    /// Two rounds of two runs compete for the last of the consent: the second is refused.
    function test_twoRoundsForTheLast_takesTheFirst() public inOneBlock {
        Terms memory terms = termsFor(dataset[0]);
        terms.maxRounds = 1;
        consent[0] = issue(HOSPITAL, "one round", terms);
        RunId one = openRun("one", model, inputs());
        RunId two = openRun("two", model, inputs());
        uint256 snapshot = vm.snapshotState();
        compete(one, two);
        vm.revertToState(snapshot);
        compete(two, one);
    }

    function compete(RunId first, RunId second) private {
        openRound(first, model, inputs());
        run = second;
        expectRefused(Reason.ROUNDS_EXHAUSTED);
        assertTrue(training.standingOf(first).roundOpen);
        assertFalse(training.standingOf(second).roundOpen);
    }

    function suspend() private {
        vm.prank(operator(HOSPITAL));
        consents.suspend(consent[0], StateReason.STEWARD_DECISION);
    }

    function supersede() private returns (ConsentId) {
        Terms memory terms = termsFor(dataset[0]);
        terms.supersedes = consent[0];
        return issue(HOSPITAL, "next", terms);
    }

    function expectRefused(Reason reason) private {
        ITrainingLog.RoundOpening memory next = roundOf(run, model, inputs());
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], reason));
        vm.prank(operator(INSTITUTE));
        training.openRound(next);
        assertEq(training.standingOf(run).rounds, 0);
    }

    /// What began in time is recorded to its end.
    function finishRound(Reason flag) private {
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRecorded(run, 1, HOSPITAL, 0, UPDATE, flag, START, operator(HOSPITAL));
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        assertEq(consents.roundsUsed(consent[0]), 1);
    }
}
