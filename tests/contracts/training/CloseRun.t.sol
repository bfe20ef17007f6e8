// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";
import { RoundTest } from "./RoundTest.sol";

contract CloseRunTest is RoundTest, SecondGeneration {
    bytes32 internal constant RESULT = keccak256("result");

    function setUp() public override(RoundTest, ConsortiumTest) {
        RoundTest.setUp();
    }

    function test_closeRun_completes() public {
        openAndCloseRound();
        vm.warp(START + 60);
        vm.expectEmit(address(training));
        emit ITrainingLog.RunClosed(run, ITrainingLog.Outcome.COMPLETED, RESULT, START + 60, operator(INSTITUTE));
        closeRun(run, ITrainingLog.Outcome.COMPLETED, RESULT);
        assertEq(
            training.closingDigestOf(run),
            keccak256(abi.encode(run, ITrainingLog.Outcome.COMPLETED, RESULT, START + 60, 1))
        );
        ITrainingLog.Standing memory standing = training.standingOf(run);
        assertEq(uint8(standing.outcome), uint8(ITrainingLog.Outcome.COMPLETED));
        assertEq(standing.rounds, 1);
        assertEq(standing.openedAt, START);
        assertTrue(standing.publisher == INSTITUTE);
    }

    function test_closeRun_abandons() public {
        vm.expectEmit(address(training));
        emit ITrainingLog.RunClosed(run, ITrainingLog.Outcome.ABANDONED, 0, START, operator(INSTITUTE));
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        assertEq(uint8(training.standingOf(run).outcome), uint8(ITrainingLog.Outcome.ABANDONED));
        assertEq(
            training.closingDigestOf(run),
            keccak256(abi.encode(run, ITrainingLog.Outcome.ABANDONED, bytes32(0), START, 0))
        );
    }

    function test_closeRun_abandonsWithAnOpenRound() public {
        open(opening(0));
        contribute(run, 1, CLINIC, 1);
        bytes32 digest = training.roundDigestOf(run, 1);
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        assertFalse(training.standingOf(run).roundOpen);
        assertEq(training.roundDigestOf(run, 1), digest);
        assertEq(
            training.closingDigestOf(run),
            keccak256(abi.encode(run, ITrainingLog.Outcome.ABANDONED, bytes32(0), START, 1))
        );
        bytes memory refused = abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, run, 1);
        vm.expectRevert(refused);
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(refused);
        closeRound(run, 1);
    }

    function test_closeRun_worksWhenConsentAndPublisherLapsed() public {
        revokeFirst();
        suspendOrganisation(INSTITUTE);
        vm.warp(START + 3650 days);
        complete(run);
        assertEq(uint8(training.standingOf(run).outcome), uint8(ITrainingLog.Outcome.COMPLETED));
    }

    function test_closeRun_isOpenInAFormerGeneration() public {
        enterSecondGeneration();
        complete(run);
        assertEq(uint8(training.standingOf(run).outcome), uint8(ITrainingLog.Outcome.COMPLETED));
    }

    function test_closeRun_revertsWhenCompletedWithAnOpenRound() public {
        open(opening(0));
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundStillOpen.selector, run, 1));
        closeRun(run, ITrainingLog.Outcome.COMPLETED, RESULT);
    }

    /// Any outcome and result: COMPLETED needs a result, ABANDONED takes none, OPEN is no closing.
    function testFuzz_closeRun_wantsAResultExactlyWhenCompleted(uint8 which, bytes32 result, bool empty) public {
        ITrainingLog.Outcome outcome = ITrainingLog.Outcome(which % 3);
        if (empty) result = 0;
        if (outcome == ITrainingLog.Outcome.COMPLETED && result == 0) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogEmptyDigest.selector, 0));
        } else if (outcome == ITrainingLog.Outcome.OPEN || (outcome == ITrainingLog.Outcome.ABANDONED && result != 0)) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadOutcome.selector, outcome));
        }
        closeRun(run, outcome, result);
    }

    function test_closeRun_revertsWhenClosedTwice() public {
        complete(run);
        bytes32 digest = training.closingDigestOf(run);
        bytes memory closed = abi.encodeWithSelector(ITrainingLog.TrainingLogRunClosed.selector, run);
        vm.expectRevert(closed);
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        vm.expectRevert(closed);
        complete(run);
        assertEq(training.closingDigestOf(run), digest);
    }

    function test_closeRun_revertsWhenTheRunIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
        complete(NONE);
    }

    function test_closeRun_revertsWhenCallerIsNotThePublisher() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        training.closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        training.closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
    }

    function testFuzz_closeRun_isOnlyForThePublisher(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != operator(INSTITUTE));
        vm.expectRevert();
        vm.prank(caller);
        training.closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        assertEq(training.closingDigestOf(run), 0);
    }

    function openAndCloseRound() private {
        open(opening(0));
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
    }
}
