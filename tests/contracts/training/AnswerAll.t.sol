// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { Reason, Terms } from "../../../contracts/types/DataUse.sol";
import { RunId } from "../../../contracts/types/Ids.sol";
import { RoundTest } from "./RoundTest.sol";

/// Answers of one hospital to many rounds, all or none.
contract AnswerAllTest is RoundTest {
    function setUp() public override {
        super.setUp();
        Terms memory terms = termsFor(dataset[0]);
        terms.maxRounds = 1000;
        consent[0] = issue(HOSPITAL, "many", terms);
    }

    function test_answerAll_recordsEach() public {
        ITrainingLog.Answer[] memory all = answers(3);
        (all[1].updateDigest, all[1].refusal) = (0, ITrainingLog.Refusal.QUALITY_TOO_LOW);
        recordExpected(all[0]);
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRefused(
            all[1].run, 1, HOSPITAL, 0, ITrainingLog.Refusal.QUALITY_TOO_LOW, Reason.OK, START, operator(HOSPITAL)
        );
        recordExpected(all[2]);
        answerAll(all);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(training.standingOf(all[i].run).contributions, i == 1 ? 0 : 1);
            assertEq(training.standingOf(all[i].run).refusals, i == 1 ? 1 : 0);
        }
    }

    function test_answerAll_recordsManyInputsOfOneRound() public {
        ITrainingLog.Input[] memory both = new ITrainingLog.Input[](2);
        (both[0], both[1]) = (inputAt(0), inputAt(0));
        both[1].operation = 4;
        run = openRun("both", model, both);
        open(roundOf(run, model, both));
        ITrainingLog.Answer[] memory all = new ITrainingLog.Answer[](2);
        (all[0], all[1]) = (contribution(run, 1, 0), contribution(run, 1, 1));
        all[1].input = both[1];
        answerAll(all);
        assertEq(training.standingOf(run).contributions, 2);
    }

    function test_answerAll_keepsItsBounds() public {
        expectBadBatch(0);
        expectBadBatch(101);
        ITrainingLog.Answer[] memory all = answers(100);
        answerAll(all);
        for (uint256 i = 0; i < 100; ++i) {
            assertEq(training.standingOf(all[i].run).contributions, 1);
        }
        answerAll(answers(1));
    }

    /// One fault, wherever it is, and nothing is recorded.
    function testFuzz_answerAll_isAllOrNone(uint8 position, uint8 fault) public {
        ITrainingLog.Answer[] memory all = answers(4);
        uint256 bad = position % 4;
        bytes memory refused;
        if (fault % 3 == 0) {
            all[bad].round = 2;
            refused = abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, all[bad].run, 2);
        } else if (fault % 3 == 1) {
            all[bad].updateDigest = 0;
            refused = abi.encodeWithSelector(ITrainingLog.TrainingLogBadAnswer.selector, ITrainingLog.Refusal.NONE);
        } else {
            (all[bad].position, all[bad].input) = (1, inputAt(1));
            refused = abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 1);
        }
        vm.expectRevert(refused);
        answerAll(all);
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(training.standingOf(all[i].run).contributions, 0);
            assertEq(training.answerDigestOf(all[i].run, 1, 0), 0);
        }
    }

    function test_answerAll_revertsWhenAnInputIsTwice() public {
        ITrainingLog.Answer[] memory all = answers(2);
        all[1] = all[0];
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogAlreadyAnswered.selector, all[0].run, 1, 0));
        answerAll(all);
    }

    function test_answerAll_revertsWhenCallerMayNot() public {
        ITrainingLog.Answer[] memory all = answers(1);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotCustodian.selector, CLINIC, HOSPITAL));
        vm.prank(operator(CLINIC));
        training.answerAll(all);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        vm.prank(operator(INSTITUTE));
        training.answerAll(all);
    }

    function test_answerAll_isOpenToASuspendedCustodian() public {
        ITrainingLog.Answer[] memory all = answers(1);
        suspendOrganisation(HOSPITAL);
        answerAll(all);
        assertEq(training.standingOf(all[0].run).contributions, 1);
    }

    /// Contributions to the first rounds of as many new runs on the hospital's input.
    function answers(uint256 count) private returns (ITrainingLog.Answer[] memory all) {
        all = new ITrainingLog.Answer[](count);
        ITrainingLog.Input[] memory one = new ITrainingLog.Input[](1);
        one[0] = inputAt(0);
        for (uint256 i = 0; i < count; ++i) {
            RunId opened = openRun(freshSalt(), model, one);
            open(roundOf(opened, model, one));
            all[i] = contribution(opened, 1, 0);
        }
    }

    function answerAll(ITrainingLog.Answer[] memory all) private {
        vm.prank(operator(HOSPITAL));
        training.answerAll(all);
    }

    function recordExpected(ITrainingLog.Answer memory given) private {
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRecorded(given.run, 1, HOSPITAL, 0, UPDATE, Reason.OK, START, operator(HOSPITAL));
    }

    function expectBadBatch(uint256 count) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadBatch.selector, count, 100));
        answerAll(new ITrainingLog.Answer[](count));
    }
}
