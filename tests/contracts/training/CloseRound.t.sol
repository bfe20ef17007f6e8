// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId, RunId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";
import { RoundTest } from "./RoundTest.sol";

contract CloseRoundTest is RoundTest, SecondGeneration {
    function setUp() public override(RoundTest, ConsortiumTest) {
        RoundTest.setUp();
        open(opening(9));
    }

    function test_closeRound_closesAndSaysWhatWasAnswered() public {
        contribute(run, 1, CLINIC, 1);
        answer(HOSPITAL, refusal(run, 1, 0));
        vm.warp(START + 9);
        vm.expectEmit(address(training));
        emit ITrainingLog.RoundClosed(run, 1, AGGREGATE, 1, 1, START + 9, operator(INSTITUTE));
        closeRound(run, 1);
        bytes32 opened = keccak256(abi.encode(run, 1, 9, START));
        assertEq(training.roundDigestOf(run, 1), keccak256(abi.encode(opened, AGGREGATE, 1, 1, START + 9)));
        ITrainingLog.Standing memory standing = training.standingOf(run);
        assertFalse(standing.roundOpen);
        assertEq(standing.rounds, 1);
        assertEq(standing.contributions, 1);
        assertEq(standing.refusals, 1);
        assertEq(uint8(standing.outcome), uint8(ITrainingLog.Outcome.OPEN));
    }

    /// Zero exactly when nobody contributed, whatever was refused.
    function testFuzz_closeRound_wantsAnAggregateOfContributions(bytes32 aggregate, uint8 answers, bool empty) public {
        uint8 contributions = answerAs(HOSPITAL, 0, answers % 3) + answerAs(CLINIC, 1, (answers / 3) % 3);
        if (empty) aggregate = 0;
        bool good = (aggregate == 0) == (contributions == 0);
        if (!good) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadAggregate.selector, contributions));
        }
        vm.prank(operator(INSTITUTE));
        training.closeRound(run, 1, aggregate);
        assertEq(training.standingOf(run).roundOpen, !good);
    }

    function test_closeRound_closesWithoutAnswers() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadAggregate.selector, 0));
        closeRound(run, 1);
        vm.expectEmit(address(training));
        emit ITrainingLog.RoundClosed(run, 1, 0, 0, 0, START, operator(INSTITUTE));
        vm.prank(operator(INSTITUTE));
        training.closeRound(run, 1, 0);
    }

    function test_closeRound_worksWhenConsentAndPublisherLapsed() public {
        contribute(run, 1, HOSPITAL, 0);
        revokeFirst();
        suspendOrganisation(INSTITUTE);
        vm.warp(START + 3650 days);
        closeRound(run, 1);
        assertFalse(training.standingOf(run).roundOpen);
    }

    function test_closeRound_isOpenInAFormerGeneration() public {
        contribute(run, 1, HOSPITAL, 0);
        enterSecondGeneration();
        closeRound(run, 1);
        assertFalse(training.standingOf(run).roundOpen);
    }

    function test_closeRound_revertsWhenTheRoundIsNotOpen() public {
        expectNotOpen(0);
        expectNotOpen(2);
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        expectNotOpen(1);
    }

    function test_closeRound_revertsWhenTheRunIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
        closeRound(NONE, 1);
    }

    function test_closeRound_revertsWhenCallerIsNotThePublisher() public {
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        training.closeRound(run, 1, AGGREGATE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        training.closeRound(run, 1, AGGREGATE);
    }

    function testFuzz_closeRound_isOnlyForThePublisher(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != operator(INSTITUTE));
        vm.expectRevert();
        vm.prank(caller);
        training.closeRound(run, 1, 0);
        assertTrue(training.standingOf(run).roundOpen);
    }

    /// What is written of one run is of no other.
    function test_closeRound_leavesOtherRunsAlone() public {
        ITrainingLog.Input[] memory one = new ITrainingLog.Input[](1);
        one[0] = inputAt(0);
        RunId other = openRun("other", model, one);
        openRound(other, model, one);
        contribute(run, 1, CLINIC, 1);
        closeRound(run, 1);
        assertTrue(training.standingOf(other).roundOpen);
        assertEq(training.standingOf(other).contributions, 0);
        assertEq(training.roundDigestOf(other, 1), keccak256(abi.encode(other, 1, 0, START)));
    }

    function answerAs(OrganisationId custodian, uint8 position, uint8 how) private returns (uint8 contributions) {
        if (how == 1) contribute(run, 1, custodian, position);
        if (how == 2) answer(custodian, refusal(run, 1, position));
        return how == 1 ? 1 : 0;
    }

    function expectNotOpen(uint32 round) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, run, round));
        closeRound(run, round);
    }
}
