// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { FEDERATED_ROUND, Reason, Terms } from "../../contracts/types/DataUse.sol";
import { RunId } from "../../contracts/types/Ids.sol";
import { RunTest } from "./base/RunTest.sol";

/// Rounds and contributions.
contract TrainingRoundsTest is RunTest {
    function test_openRound_checksAndChargesEveryInput() public {
        RunId run = openRun();
        vm.expectEmit(address(training));
        emit ITrainingLog.RoundOpened(run, 1, START);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                consent[i], RunId.unwrap(run), address(training), 1, FEDERATED_ROUND, PURPOSES, 1
            );
        }
        assertEq(openRound(run, inputs()), 1);
        assertEq(consents.roundsUsed(consent[0]), 1);
        assertEq(consents.roundsUsed(consent[1]), 1);
        assertEq(training.roundDigestOf(run, 1), keccak256(abi.encode(run, uint32(1), START)));
    }

    function test_openRound_chargesASharedConsentOnce() public {
        publish(dataset[0], HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        Terms memory terms = termsFor(dataset[0]);
        terms.maxRounds = 1;
        consent[0] = issue(HOSPITAL, "one round", terms);
        ITrainingLog.Input[] memory shared = new ITrainingLog.Input[](3);
        (shared[0], shared[1], shared[2]) = (inputAt(0), inputAt(1), inputAt(0));
        shared[2].version = 2;
        RunId run = openRun(SALT, model, shared);
        for (uint32 i = 0; i < 3; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                shared[i].consent,
                RunId.unwrap(run),
                address(training),
                shared[i].version,
                FEDERATED_ROUND,
                PURPOSES,
                i == 2 ? 0 : 1
            );
        }
        assertEq(openRound(run, shared), 1);
        assertEq(consents.roundsUsed(consent[0]), 1);
        assertEq(consents.roundsUsed(consent[1]), 1);
        contribute(run, 1, CLINIC, 1);
        closeRound(run, 1);
        expectRefused(0, Reason.ROUNDS_EXHAUSTED);
        openRound(run, shared);
    }

    function test_openRound_countsFromOne() public {
        RunId run = openRound();
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        assertEq(openRound(run, inputs()), 2);
        contribute(run, 2, HOSPITAL, 0);
    }

    function test_openRound_revertsWhenRoundsAreExhausted() public {
        RunId run = openRun();
        for (uint32 round = 1; round <= 3; ++round) {
            openRound(run, inputs());
            contribute(run, round, CLINIC, 1);
            closeRound(run, round);
        }
        expectRefused(0, Reason.ROUNDS_EXHAUSTED);
        openRound(run, inputs());
    }

    function test_openRound_revertsWhenAConsentIsRevoked() public {
        RunId run = openRun();
        revokeFirst();
        expectRefused(0, Reason.REVOKED);
        openRound(run, inputs());
    }

    function test_openRound_revertsWhenAVersionIsWithdrawn() public {
        RunId run = openRun();
        publish(dataset[1], CLINIC, IDatasetRegistry.Supersession.WITHDRAWAL);
        expectRefused(1, Reason.VERSION_SUPERSEDED);
        openRound(run, inputs());
    }

    function test_openRound_revertsWhenInputsAreNotTheRuns() public {
        RunId run = openRun();
        ITrainingLog.Input[] memory other = inputs();
        other[1].version = 2;
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 1));
        openRound(run, other);
    }

    function test_openRound_revertsWhenAnotherIsOpen() public {
        RunId run = openRound();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundStillOpen.selector, run, 1));
        openRound(run, inputs());
    }

    function test_openRound_revertsWhenRunIsClosed() public {
        RunId run = openRun();
        complete(run);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRunClosed.selector, run));
        openRound(run, inputs());
    }

    function test_openRound_revertsWhenCallerIsNotThePublisher() public {
        RunId run = openRun();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        training.openRound(run, inputs());
    }

    function test_openRound_revertsWhenCallerIsSuspended() public {
        RunId run = openRun();
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        openRound(run, inputs());
    }

    function test_openRound_revertsWhenRunIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
        openRound(NONE, inputs());
    }

    function test_contribute_recordsAndChains() public {
        RunId run = openRound();
        vm.warp(START + 5);
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRecorded(run, 1, HOSPITAL, 0, UPDATE, Reason.OK, START + 5);
        contribute(run, 1, HOSPITAL, 0);
        contribute(run, 1, CLINIC, 1);
        bytes32 chain = keccak256(abi.encode(run, uint32(1), START));
        chain = keccak256(abi.encode(chain, HOSPITAL, uint32(0), UPDATE, Reason.OK, START + 5));
        chain = keccak256(abi.encode(chain, CLINIC, uint32(1), UPDATE, Reason.OK, START + 5));
        assertEq(training.roundDigestOf(run, 1), chain);
    }

    function test_contribute_isOkInTheLastRoundThatIsCharged() public {
        RunId run = openRun();
        for (uint32 round = 1; round <= 3; ++round) {
            openRound(run, inputs());
            expectFlag(run, round, Reason.OK);
            contribute(run, round, HOSPITAL, 0);
            closeRound(run, round);
        }
    }

    function test_contribute_carriesAFlagWhenTheConsentLapsed() public {
        RunId run = openRound();
        revokeFirst();
        expectFlag(run, 1, Reason.REVOKED);
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_contribute_carriesAFlagWhenTheConsentExpired() public {
        RunId run = openRound();
        vm.warp(START + 365 days);
        expectFlag(run, 1, Reason.EXPIRED);
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_contribute_worksForASuspendedCustodian() public {
        RunId run = openRound();
        suspendOrganisation(HOSPITAL);
        expectFlag(run, 1, Reason.GRANTOR_INACTIVE);
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_contribute_revertsWhenCallerIsNotTheCustodian() public {
        RunId run = openRound();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotCustodian.selector, CLINIC, HOSPITAL));
        contribute(run, 1, CLINIC, 0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotCustodian.selector, INSTITUTE, HOSPITAL));
        contribute(run, 1, INSTITUTE, 0);
    }

    function test_contribute_revertsWhenCallerIsNoOperator() public {
        RunId run = openRound();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        training.contribute(run, 1, 0, inputAt(0), UPDATE);
    }

    function test_contribute_revertsWhenInputIsNotTheOneAtItsPosition() public {
        RunId run = openRound();
        expectMismatch(run, 1);
        expectMismatch(run, 2);
        expectMismatch(run, type(uint32).max);
    }

    function test_contribute_revertsWhenContributedTwice() public {
        RunId run = openRound();
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogAlreadyContributed.selector, run, 1, 0));
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_contribute_revertsWhenUpdateIsEmpty() public {
        RunId run = openRound();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogEmptyDigest.selector, 0));
        vm.prank(operator(HOSPITAL));
        training.contribute(run, 1, 0, inputAt(0), 0);
    }

    function test_contribute_revertsWhenRoundIsNotOpen() public {
        RunId run = openRun();
        expectNotOpen(run, 1);
        openRound(run, inputs());
        expectNotOpen(run, 0);
        expectNotOpen(run, 2);
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        expectNotOpen(run, 1);
    }

    function test_contribute_revertsWhenRunIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
        contribute(NONE, 1, HOSPITAL, 0);
    }

    function test_closeRound_closesAndChains() public {
        RunId run = openRound();
        contribute(run, 1, CLINIC, 1);
        bytes32 chain = training.roundDigestOf(run, 1);
        vm.warp(START + 9);
        vm.expectEmit(address(training));
        emit ITrainingLog.RoundClosed(run, 1, AGGREGATE, 1, START + 9);
        closeRound(run, 1);
        assertEq(training.roundDigestOf(run, 1), keccak256(abi.encode(chain, AGGREGATE, uint32(1), START + 9)));
    }

    function test_closeRound_worksWhenConsentAndPublisherLapsed() public {
        RunId run = openRound();
        contribute(run, 1, HOSPITAL, 0);
        revokeFirst();
        suspendOrganisation(INSTITUTE);
        closeRound(run, 1);
    }

    function test_closeRound_revertsWhenNobodyContributed() public {
        RunId run = openRound();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNoContribution.selector, run, 1));
        closeRound(run, 1);
    }

    function test_closeRound_revertsWhenNobodyContributedToThisOne() public {
        RunId run = openRound();
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        openRound(run, inputs());
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNoContribution.selector, run, 2));
        closeRound(run, 2);
    }

    function test_closeRound_revertsWhenAggregateIsEmpty() public {
        RunId run = openRound();
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogEmptyDigest.selector, 0));
        vm.prank(operator(INSTITUTE));
        training.closeRound(run, 1, 0);
    }

    function test_closeRound_revertsWhenRoundIsNotOpen() public {
        RunId run = openRun();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, run, 1));
        closeRound(run, 1);
    }

    function test_closeRound_revertsWhenCallerIsNotThePublisher() public {
        RunId run = openRound();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, HOSPITAL, INSTITUTE));
        vm.prank(operator(HOSPITAL));
        training.closeRound(run, 1, AGGREGATE);
    }

    /// Each input contributes at most once to a round, in any order, and the close counts them.
    function testFuzz_contribute_countsEachInputOnce(uint8[6] memory order) public {
        RunId run = openRound();
        bool[2] memory done;
        uint32 count;
        for (uint256 i = 0; i < order.length; ++i) {
            uint32 position = order[i] % 2;
            if (done[position]) {
                vm.expectRevert(
                    abi.encodeWithSelector(ITrainingLog.TrainingLogAlreadyContributed.selector, run, 1, position)
                );
            } else {
                ++count;
            }
            contribute(run, 1, position == 0 ? HOSPITAL : CLINIC, position);
            done[position] = true;
        }
        vm.expectEmit(address(training));
        emit ITrainingLog.RoundClosed(run, 1, AGGREGATE, count, START);
        closeRound(run, 1);
    }

    function expectRefused(uint256 position, Reason reason) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[position], reason));
    }

    function expectFlag(RunId run, uint32 round, Reason flag) private {
        vm.expectEmit(address(training));
        emit ITrainingLog.ContributionRecorded(run, round, HOSPITAL, 0, UPDATE, flag, present());
    }

    function expectMismatch(RunId run, uint32 position) private {
        ITrainingLog.Input memory input = inputAt(0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, position));
        vm.prank(operator(HOSPITAL));
        training.contribute(run, 1, position, input, UPDATE);
    }

    function expectNotOpen(RunId run, uint32 round) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, run, round));
        contribute(run, round, HOSPITAL, 0);
    }
}
