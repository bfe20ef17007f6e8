// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { FEDERATED_ROUND, Reason, TEST, TRAIN, Terms } from "../../../contracts/types/DataUse.sol";
import { RunId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";
import { RoundTest } from "./RoundTest.sol";

contract OpenRoundTest is RoundTest, SecondGeneration {
    function setUp() public override(RoundTest, ConsortiumTest) {
        RoundTest.setUp();
    }

    function test_openRound_checksAndChargesEveryInput() public {
        vm.warp(START + 4);
        vm.expectEmit(address(training));
        emit ITrainingLog.RoundOpened(run, 1, 250, START + 4, operator(INSTITUTE));
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                consent[i], RunId.unwrap(run), address(training), 1, FEDERATED_ROUND, PURPOSES, 1, 250
            );
        }
        open(opening(250));
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(consents.roundsUsed(consent[i]), 1);
            assertEq(consents.epsilonSpent(consent[i]), 250);
            assertEq(datasets.epsilonSpent(dataset[i], 1), 250);
        }
        assertEq(training.roundDigestOf(run, 1), keccak256(abi.encode(run, 1, 250, START + 4)));
        ITrainingLog.Standing memory standing = training.standingOf(run);
        assertEq(standing.rounds, 1);
        assertTrue(standing.roundOpen);
        assertEq(standing.contributions, 0);
        assertEq(standing.openedAt, START);
    }

    function test_openRound_countsFromOne() public {
        for (uint32 round = 1; round <= 3; ++round) {
            open(opening(0));
            assertEq(training.standingOf(run).rounds, round);
            contribute(run, round, HOSPITAL, 0);
            answer(CLINIC, refusal(run, round, 1));
            closeRound(run, round);
        }
        expectRefused(0, Reason.ROUNDS_EXHAUSTED);
    }

    /// What was answered before does not count for the next round.
    function test_openRound_beginsWithoutAnswers() public {
        open(opening(0));
        contribute(run, 1, HOSPITAL, 0);
        answer(CLINIC, refusal(run, 1, 1));
        closeRound(run, 1);
        open(opening(0));
        ITrainingLog.Standing memory standing = training.standingOf(run);
        assertEq(standing.contributions, 0);
        assertEq(standing.refusals, 0);
        contribute(run, 2, CLINIC, 1);
    }

    function testFuzz_openRound_wantsTheNextNumber(uint32 number) public {
        open(opening(0));
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        ITrainingLog.RoundOpening memory next = opening(0);
        next.round = number % 4 == 0 ? 2 : number;
        if (next.round != 2) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotNextRound.selector, next.round, 2));
        }
        open(next);
    }

    function testFuzz_openRound_chargesTheLossToEachInput(uint40 epsilon) public {
        epsilon = uint40(bound(epsilon, 0, 1_000_001));
        if (epsilon > 1_000_000) {
            expectRefused(0, Reason.PRIVACY_BUDGET_EXHAUSTED, epsilon);
            return;
        }
        open(opening(epsilon));
        assertEq(consents.epsilonSpent(consent[0]), epsilon);
        assertEq(consents.epsilonSpent(consent[1]), epsilon);
        assertEq(training.roundDigestOf(run, 1), keccak256(abi.encode(run, 1, epsilon, START)));
    }

    /// Three inputs under two consents: each consent is charged one round, each input the loss.
    function test_openRound_chargesASharedConsentOnce() public {
        publish(dataset[0], HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        Terms memory terms = termsFor(dataset[0]);
        terms.maxRounds = 1;
        consent[0] = issue(HOSPITAL, "one round", terms);
        ITrainingLog.Input[] memory shared = new ITrainingLog.Input[](4);
        (shared[0], shared[1], shared[2], shared[3]) = (inputAt(0), inputAt(1), inputAt(0), inputAt(0));
        shared[2].version = 2;
        shared[3].operation = TEST;
        run = openRun("shared", model, shared);
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                shared[i].consent,
                RunId.unwrap(run),
                address(training),
                shared[i].version,
                FEDERATED_ROUND,
                PURPOSES,
                i < 2 ? 1 : 0,
                10
            );
        }
        ITrainingLog.RoundOpening memory next = roundOf(run, model, shared);
        next.epsilon = 10;
        open(next);
        assertEq(consents.roundsUsed(consent[0]), 1);
        assertEq(consents.roundsUsed(consent[1]), 1);
        assertEq(consents.epsilonSpent(consent[0]), 30);
        assertEq(consents.epsilonSpent(consent[1]), 10);
        assertEq(datasets.epsilonSpent(dataset[0], 1), 20);
        assertEq(datasets.epsilonSpent(dataset[0], 2), 10);
        contribute(run, 1, CLINIC, 1);
        closeRound(run, 1);
        next = roundOf(run, model, shared);
        vm.expectRevert(refusalOf(0, Reason.ROUNDS_EXHAUSTED));
        open(next);
    }

    function test_openRound_revertsWhenAConsentIsRevoked() public {
        revokeFirst();
        expectRefused(0, Reason.REVOKED);
    }

    function test_openRound_revertsWhenRoundsAreNotPermitted() public {
        Terms memory terms = termsFor(dataset[1]);
        terms.operations = TRAIN;
        consent[1] = issue(CLINIC, "no rounds", terms);
        run = openRun("no rounds", model, inputs());
        expectRefused(1, Reason.OPERATION_NOT_PERMITTED);
    }

    function test_openRound_revertsWhenAVersionIsWithdrawn() public {
        publish(dataset[1], CLINIC, IDatasetRegistry.Supersession.WITHDRAWAL);
        expectRefused(1, Reason.VERSION_SUPERSEDED);
    }

    function test_openRound_revertsWhenWhatIsShownIsNotTheRuns() public {
        ITrainingLog.RoundOpening memory next = opening(0);
        next.inputs[1].version = 2;
        expectFault(next, abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 1));
        next = opening(0);
        next.scope.purposes = 1;
        expectFault(next, abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 0));
    }

    function test_openRound_revertsWhenAnotherIsOpen() public {
        open(opening(0));
        expectFault(opening(0), abi.encodeWithSelector(ITrainingLog.TrainingLogRoundStillOpen.selector, run, 1));
    }

    function test_openRound_revertsWhenTheRunIsClosed() public {
        complete(run);
        expectFault(opening(0), abi.encodeWithSelector(ITrainingLog.TrainingLogRunClosed.selector, run));
    }

    function test_openRound_revertsWhenTheRunIsUnknown() public {
        ITrainingLog.RoundOpening memory next = opening(0);
        next.run = NONE;
        expectFault(next, abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
    }

    function test_openRound_revertsWhenCallerIsNotThePublisher() public {
        ITrainingLog.RoundOpening memory next = opening(0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        training.openRound(next);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        training.openRound(next);
    }

    function test_openRound_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(INSTITUTE);
        expectFault(opening(0), abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
    }

    function test_openRound_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        expectFault(opening(0), abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(training)));
    }
}
