// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { Reason, Terms } from "../../../contracts/types/DataUse.sol";
import { RunId } from "../../../contracts/types/Ids.sol";
import { RoundTest } from "./RoundTest.sol";

/// Rounds of many runs at once, all or none.
contract OpenRoundsTest is RoundTest {
    function setUp() public override {
        super.setUp();
        Terms memory terms = termsFor(dataset[0]);
        (terms.maxRounds, terms.epsilonBudget) = (1000, type(uint40).max);
        consent[0] = issue(HOSPITAL, "many", terms);
    }

    function test_openRounds_opensEach() public {
        ITrainingLog.RoundOpening[] memory all = openings(3);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(training));
            emit ITrainingLog.RoundOpened(all[i].run, 1, uint40(i), START, operator(INSTITUTE));
        }
        openAll(all);
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(training.standingOf(all[i].run).roundOpen);
            assertEq(training.roundDigestOf(all[i].run, 1), keccak256(abi.encode(all[i].run, 1, i, START)));
        }
        assertEq(consents.roundsUsed(consent[0]), 3);
        assertEq(consents.epsilonSpent(consent[0]), 3);
    }

    function test_openRounds_keepsItsBounds() public {
        expectBadBatch(0);
        expectBadBatch(101);
        openAll(openings(100));
        assertEq(consents.roundsUsed(consent[0]), 100);
        openAll(openings(1));
        assertEq(consents.roundsUsed(consent[0]), 101);
    }

    function test_openRounds_revertsWhenARunIsTwice() public {
        ITrainingLog.RoundOpening[] memory all = openings(2);
        all[1] = all[0];
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundStillOpen.selector, all[0].run, 1));
        openAll(all);
    }

    /// One fault, wherever it is, and nothing is done.
    function testFuzz_openRounds_isAllOrNone(uint8 position) public {
        ITrainingLog.RoundOpening[] memory all = openings(5);
        uint256 bad = position % 5;
        all[bad].round = 2;
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotNextRound.selector, 2, 1));
        openAll(all);
        for (uint256 i = 0; i < 5; ++i) {
            assertFalse(training.standingOf(all[i].run).roundOpen);
        }
        assertEq(consents.roundsUsed(consent[0]), 0);
    }

    /// A consent that fits all rounds but the last refuses the whole batch.
    function test_openRounds_revertsWhenTheRoundsRunOut() public {
        Terms memory terms = termsFor(dataset[0]);
        terms.maxRounds = 2;
        consent[0] = issue(HOSPITAL, "two", terms);
        ITrainingLog.RoundOpening[] memory all = openings(3);
        vm.expectRevert(refusalOf(0, Reason.ROUNDS_EXHAUSTED));
        openAll(all);
        assertEq(consents.roundsUsed(consent[0]), 0);
    }

    function test_openRounds_revertsWhenCallerMayNot() public {
        ITrainingLog.RoundOpening[] memory all = openings(1);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        training.openRounds(all);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        training.openRounds(all);
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        openAll(all);
    }

    /// The first rounds of as many new runs, each on the hospital's input, each with another loss.
    function openings(uint256 count) private returns (ITrainingLog.RoundOpening[] memory all) {
        all = new ITrainingLog.RoundOpening[](count);
        ITrainingLog.Input[] memory one = new ITrainingLog.Input[](1);
        one[0] = inputAt(0);
        for (uint256 i = 0; i < count; ++i) {
            RunId opened = openRun(freshSalt(), model, one);
            all[i] = roundOf(opened, model, one);
            all[i].epsilon = uint40(i);
        }
    }

    function openAll(ITrainingLog.RoundOpening[] memory all) private {
        vm.prank(operator(INSTITUTE));
        training.openRounds(all);
    }

    function expectBadBatch(uint256 count) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadBatch.selector, count, 100));
        openAll(new ITrainingLog.RoundOpening[](count));
    }
}
