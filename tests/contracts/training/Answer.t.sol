// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { Reason, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, ModelId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";
import { RoundTest } from "./RoundTest.sol";

/// A hospital's answer to the open round: a contribution or a refusal, in its own name.
contract AnswerTest is RoundTest, SecondGeneration {
    function setUp() public override(RoundTest, ConsortiumTest) {
        RoundTest.setUp();
        open(opening(0));
    }

    function test_answer_recordsAContribution() public {
        vm.warp(START + 5);
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRecorded(run, 1, CLINIC, 1, UPDATE, Reason.OK, START + 5, operator(CLINIC));
        contribute(run, 1, CLINIC, 1);
        assertCounts(1, 0);
        assertEq(
            training.answerDigestOf(run, 1, 1),
            keccak256(abi.encode(run, 1, 1, CLINIC, UPDATE, ITrainingLog.Refusal.NONE, Reason.OK, START + 5))
        );
        assertEq(training.answerDigestOf(run, 1, 0), 0);
    }

    function test_answer_recordsARefusal() public {
        vm.warp(START + 5);
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRefused(
            run, 1, HOSPITAL, 0, ITrainingLog.Refusal.DATA_UNAVAILABLE, Reason.OK, START + 5, operator(HOSPITAL)
        );
        answer(HOSPITAL, refusal(run, 1, 0));
        assertCounts(0, 1);
        assertEq(
            training.answerDigestOf(run, 1, 0),
            keccak256(
                abi.encode(run, 1, 0, HOSPITAL, bytes32(0), ITrainingLog.Refusal.DATA_UNAVAILABLE, Reason.OK, START + 5)
            )
        );
    }

    function test_answer_leavesTheRoundsDigestAlone() public {
        bytes32 digest = training.roundDigestOf(run, 1);
        contribute(run, 1, CLINIC, 1);
        answer(HOSPITAL, refusal(run, 1, 0));
        assertEq(training.roundDigestOf(run, 1), digest);
        assertCounts(1, 1);
    }

    /// Any refusal and any digest: taken exactly when it is one or the other.
    function testFuzz_answer_isOneOrTheOther(bytes32 update, uint8 why, bool empty) public {
        ITrainingLog.Answer memory given = contribution(run, 1, 0);
        given.updateDigest = empty ? bytes32(0) : update;
        given.refusal = ITrainingLog.Refusal(why % 7);
        bool contributes = given.refusal == ITrainingLog.Refusal.NONE;
        bool good = contributes ? given.updateDigest != 0 : given.updateDigest == 0;
        if (!good) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadAnswer.selector, given.refusal));
        }
        answer(HOSPITAL, given);
        assertCounts(good && contributes ? 1 : 0, good && !contributes ? 1 : 0);
        assertEq(training.answerDigestOf(run, 1, 0) != 0, good);
    }

    function test_answer_isOkInTheLastRoundThatIsCharged() public {
        for (uint32 round = 1; round <= 3; ++round) {
            expectFlag(round, Reason.OK);
            contribute(run, round, HOSPITAL, 0);
            closeRound(run, round);
            if (round < 3) open(opening(0));
        }
        assertEq(consents.roundsUsed(consent[0]), 3);
    }

    function test_answer_carriesAFlagWhenTheConsentIsRevoked() public {
        revokeFirst();
        expectFlag(1, Reason.REVOKED);
        contribute(run, 1, HOSPITAL, 0);
        assertEq(
            training.answerDigestOf(run, 1, 0),
            keccak256(abi.encode(run, 1, 0, HOSPITAL, UPDATE, ITrainingLog.Refusal.NONE, Reason.REVOKED, START))
        );
    }

    function test_answer_carriesAFlagWhenARefusingConsentLapsed() public {
        revokeFirst();
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRefused(
            run, 1, HOSPITAL, 0, ITrainingLog.Refusal.CONSENT_LAPSED, Reason.REVOKED, START, operator(HOSPITAL)
        );
        ITrainingLog.Answer memory given = refusal(run, 1, 0);
        given.refusal = ITrainingLog.Refusal.CONSENT_LAPSED;
        answer(HOSPITAL, given);
    }

    function test_answer_carriesAFlagWhenTheConsentExpired() public {
        vm.warp(START + 365 days);
        expectFlag(1, Reason.EXPIRED);
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_answer_carriesAFlagWhenThePublisherIsSuspended() public {
        suspendOrganisation(INSTITUTE);
        expectFlag(1, Reason.GRANTEE_INACTIVE);
        contribute(run, 1, HOSPITAL, 0);
    }

    /// The flag is of a round, though the input is for training: it says what another round would be told.
    function test_answer_chargesNothing() public {
        contribute(run, 1, HOSPITAL, 0);
        assertEq(consents.roundsUsed(consent[0]), 1);
        assertEq(consents.epsilonSpent(consent[0]), 0);
    }

    function test_answer_isOpenToASuspendedCustodian() public {
        suspendOrganisation(HOSPITAL);
        expectFlag(1, Reason.GRANTOR_INACTIVE);
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_answer_isOpenInAFormerGeneration() public {
        enterSecondGeneration();
        expectFlag(1, Reason.OK);
        contribute(run, 1, HOSPITAL, 0);
        answer(CLINIC, refusal(run, 1, 1));
        assertCounts(1, 1);
    }

    function test_answer_revertsWhenCallerIsNotTheCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotCustodian.selector, CLINIC, HOSPITAL));
        contribute(run, 1, CLINIC, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        contribute(run, 1, INSTITUTE, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        training.answer(contribution(run, 1, 0));
        assertCounts(0, 0);
    }

    function test_answer_revertsWhenAnsweredTwice() public {
        bytes memory already = abi.encodeWithSelector(ITrainingLog.TrainingLogAlreadyAnswered.selector, run, 1, 0);
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(already);
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(already);
        answer(HOSPITAL, refusal(run, 1, 0));
        assertCounts(1, 0);
    }

    function test_answer_revertsWhenWhatIsShownIsNotTheInput() public {
        ITrainingLog.Answer memory given = contribution(run, 1, 0);
        given.position = 1;
        expectMismatch(given);
        given.position = 2;
        expectMismatch(given);
        given.position = type(uint8).max;
        expectMismatch(given);
        given = contribution(run, 1, 0);
        given.scope.regions = 0;
        expectMismatch(given);
        given = contribution(run, 1, 0);
        given.model = ModelId.wrap(0);
        expectMismatch(given);
        given = contribution(run, 1, 0);
        given.input.version = 2;
        expectMismatch(given);
        given = contribution(run, 1, 0);
        given.input.consent = ConsentId.wrap(0);
        expectMismatch(given);
        given = contribution(run, 1, 0);
        given.input.dataset = DatasetId.wrap(0);
        expectMismatch(given);
    }

    function test_answer_revertsWhenTheRoundIsNotOpen() public {
        expectNotOpen(0);
        expectNotOpen(2);
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        expectNotOpen(1);
        expectNotOpen(2);
        open(opening(0));
        expectNotOpen(1);
    }

    function test_answer_revertsWhenTheRunIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
        contribute(NONE, 1, HOSPITAL, 0);
    }

    /// One custodian answers for each of its inputs, also under one consent.
    function test_answer_isOnceForEachInput() public {
        ITrainingLog.Input[] memory both = new ITrainingLog.Input[](2);
        (both[0], both[1]) = (inputAt(0), inputAt(0));
        both[1].operation = 4;
        run = openRun("both", model, both);
        open(roundOf(run, model, both));
        contribute(run, 1, HOSPITAL, 0);
        ITrainingLog.Answer memory given = contribution(run, 1, 1);
        given.input = both[1];
        answer(HOSPITAL, given);
        assertCounts(2, 0);
    }

    /// Whoever calls, only the custodian of the input answers.
    function testFuzz_answer_isOnlyForTheCustodian(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(2 + member % 4));
        vm.assume(caller != operator(HOSPITAL));
        ITrainingLog.Answer memory given = contribution(run, 1, 0);
        vm.expectRevert();
        vm.prank(caller);
        training.answer(given);
        assertCounts(0, 0);
    }

    /// Also where the consent does not permit rounds any more, because a stricter one took its place.
    function test_answer_carriesAFlagWhenTheConsentIsSuperseded() public {
        Terms memory terms = termsFor(dataset[0]);
        terms.supersedes = consent[0];
        issue(HOSPITAL, "next", terms);
        expectFlag(1, Reason.REVOKED);
        contribute(run, 1, HOSPITAL, 0);
    }

    function expectFlag(uint32 round, Reason flag) private {
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRecorded(run, round, HOSPITAL, 0, UPDATE, flag, present(), operator(HOSPITAL));
    }

    function expectMismatch(ITrainingLog.Answer memory given) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, given.position));
        answer(HOSPITAL, given);
    }

    function expectNotOpen(uint32 round) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, run, round));
        contribute(run, round, HOSPITAL, 0);
    }

    function assertCounts(uint8 contributions, uint8 refusals) private view {
        ITrainingLog.Standing memory standing = training.standingOf(run);
        assertEq(standing.contributions, contributions);
        assertEq(standing.refusals, refusals);
    }
}
