// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { Ids } from "../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../contracts/types/Capabilities.sol";
import {
    COMMERCIALISE,
    DERIVE_DATASET,
    EXPORT_WEIGHTS,
    FEDERATED_ROUND,
    FINE_TUNE,
    Reason,
    TEST,
    TRAIN,
    VALIDATE
} from "../../contracts/types/DataUse.sol";
import { ConsentId, RunId } from "../../contracts/types/Ids.sol";
import { RunTest } from "./base/RunTest.sol";

/// Opening and closing a run.
contract TrainingRunsTest is RunTest {
    function test_openRun_opens() public {
        RunId expected = RunId.wrap(keccak256(abi.encode(Ids.RUN, block.chainid, address(training), INSTITUTE, SALT)));
        vm.expectEmit(address(training));
        emit ITrainingLog.RunOpened(expected, INSTITUTE, START, openingOf(model), inputs());
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(consent[i], RunId.unwrap(expected), address(training), 1, TRAIN, PURPOSES, 0);
        }
        RunId run = openRun();
        assertEq(RunId.unwrap(run), RunId.unwrap(expected));
        assertTrue(training.publisherOf(run) == INSTITUTE);
        assertTrue(training.modelOf(run) == model);
        assertTrue(training.outcomeOf(run) == ITrainingLog.Outcome.OPEN);
        assertEq(training.purposesOf(run), PURPOSES);
        assertEq(training.projectOf(run), PROJECT);
        assertEq(training.closingDigestOf(run), 0);
        assertEq(training.roundDigestOf(run, 1), 0);
        training.requireInputs(run, inputs());
    }

    function test_openRun_storesADigestOfTheWholeRecord() public {
        RunId run = openRun();
        ITrainingLog.Opening memory o = openingOf(model);
        bytes memory all = bytes.concat(
            abi.encode(dataset[0], uint32(1), consent[0]), abi.encode(dataset[1], uint32(1), consent[1])
        );
        assertEq(
            training.recordDigestOf(run),
            keccak256(
                abi.encode(
                    run, INSTITUTE, START, model, o.operation, o.purposes, o.projectRef, o.cardDigest, keccak256(all)
                )
            )
        );
    }

    function test_openRun_takesTheFourOpeningOperations() public {
        uint16[4] memory operations = [TRAIN, FINE_TUNE, VALIDATE, TEST];
        for (uint256 i = 0; i < operations.length; ++i) {
            open(bytes32(i), operations[i]);
        }
    }

    function test_openRun_revertsWhenOperationIsBad() public {
        uint16[7] memory operations =
            [0, TRAIN | TEST, FEDERATED_ROUND, EXPORT_WEIGHTS, COMMERCIALISE, DERIVE_DATASET, uint16(1 << 8)];
        for (uint256 i = 0; i < operations.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadOperation.selector, operations[i]));
            open(SALT, operations[i]);
        }
    }

    function test_openRun_revertsWhenDuplicate() public {
        RunId run = openRun();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogDuplicate.selector, run));
        openRun();
    }

    function test_openRun_revertsWhenCallerIsNoPublisher() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        training.openRun(SALT, openingOf(model), inputs());
    }

    function test_openRun_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        openRun();
    }

    function test_openRun_revertsWhenInputCountIsBad() public {
        expectBadCount(0);
        expectBadCount(65);
    }

    function test_openRun_takesAsManyInputsAsTheBound() public {
        ITrainingLog.Input[] memory all = consentedInputs(64);
        RunId run = openRun(SALT, model, all);
        training.requireInputs(run, all);
    }

    function test_openRun_revertsWhenCardIsEmpty() public {
        ITrainingLog.Opening memory opening = openingOf(model);
        opening.cardDigest = 0;
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogEmptyDigest.selector, 0));
        vm.prank(operator(INSTITUTE));
        training.openRun(SALT, opening, inputs());
    }

    function test_openRun_revertsWhenAnInputIsTwice() public {
        ITrainingLog.Input[] memory all = new ITrainingLog.Input[](3);
        (all[0], all[1], all[2]) = (inputAt(0), inputAt(1), inputAt(0));
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogDuplicateInput.selector, 2));
        openRun(SALT, model, all);
    }

    function test_openRun_revertsWhenAConsentRefuses() public {
        revokeFirst();
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], Reason.REVOKED));
        openRun();
    }

    function test_openRun_revertsWhenCallerIsNotTheGrantee() public {
        vm.expectRevert(
            abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], Reason.NOT_GRANTEE)
        );
        vm.prank(operator(COMPANY));
        training.openRun(SALT, openingOf(model), inputs());
    }

    function test_requireInputs_revertsWhenAnyIsNotShown() public {
        RunId run = openRun();
        expectMismatch(run, new ITrainingLog.Input[](0), 0);
        ITrainingLog.Input[] memory fewer = new ITrainingLog.Input[](1);
        fewer[0] = inputAt(0);
        expectMismatch(run, fewer, 1);
        ITrainingLog.Input[] memory more = new ITrainingLog.Input[](3);
        (more[0], more[1], more[2]) = (inputAt(0), inputAt(1), inputAt(1));
        expectMismatch(run, more, 2);
        ITrainingLog.Input[] memory swapped = new ITrainingLog.Input[](2);
        (swapped[0], swapped[1]) = (inputAt(1), inputAt(0));
        expectMismatch(run, swapped, 0);
        ITrainingLog.Input[] memory changed = inputs();
        changed[1].version = 2;
        expectMismatch(run, changed, 1);
        changed = inputs();
        changed[1].consent = ConsentId.wrap(0);
        expectMismatch(run, changed, 1);
    }

    function test_closeRun_completes() public {
        RunId run = openRun();
        vm.warp(START + 60);
        vm.expectEmit(address(training));
        emit ITrainingLog.RunClosed(run, ITrainingLog.Outcome.COMPLETED, AGGREGATE, START + 60);
        closeRun(run, ITrainingLog.Outcome.COMPLETED, AGGREGATE);
        assertTrue(training.outcomeOf(run) == ITrainingLog.Outcome.COMPLETED);
        assertEq(
            training.closingDigestOf(run),
            keccak256(abi.encode(run, ITrainingLog.Outcome.COMPLETED, AGGREGATE, START + 60, uint32(0)))
        );
    }

    function test_closeRun_abandons() public {
        RunId run = openRun();
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        assertTrue(training.outcomeOf(run) == ITrainingLog.Outcome.ABANDONED);
        assertEq(
            training.closingDigestOf(run),
            keccak256(abi.encode(run, ITrainingLog.Outcome.ABANDONED, bytes32(0), START, uint32(0)))
        );
    }

    function test_closeRun_worksWhenConsentAndPublisherLapsed() public {
        RunId run = openRun();
        revokeFirst();
        suspendOrganisation(INSTITUTE);
        vm.warp(START + 3650 days);
        complete(run);
    }

    function test_closeRun_abandonsWithAnUnheardRound() public {
        RunId run = openRound();
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
        assertEq(
            training.closingDigestOf(run),
            keccak256(abi.encode(run, ITrainingLog.Outcome.ABANDONED, bytes32(0), START, uint32(1)))
        );
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRoundNotOpen.selector, run, 1));
        contribute(run, 1, HOSPITAL, 0);
    }

    function test_closeRun_revertsWhenARoundIsOpen() public {
        RunId run = openRound();
        bytes memory refusal = abi.encodeWithSelector(ITrainingLog.TrainingLogRoundStillOpen.selector, run, 1);
        vm.expectRevert(refusal);
        closeRun(run, ITrainingLog.Outcome.COMPLETED, AGGREGATE);
        contribute(run, 1, HOSPITAL, 0);
        vm.expectRevert(refusal);
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
    }

    function test_closeRun_revertsWhenOutcomeIsBad() public {
        RunId run = openRun();
        expectBadOutcome(run, ITrainingLog.Outcome.OPEN, AGGREGATE);
        expectBadOutcome(run, ITrainingLog.Outcome.ABANDONED, AGGREGATE);
    }

    function test_closeRun_revertsWhenResultIsEmpty() public {
        RunId run = openRun();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogEmptyDigest.selector, 0));
        closeRun(run, ITrainingLog.Outcome.COMPLETED, 0);
    }

    function test_closeRun_revertsWhenClosedTwice() public {
        RunId run = openRun();
        complete(run);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogRunClosed.selector, run));
        closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
    }

    function test_closeRun_revertsWhenCallerIsNotThePublisher() public {
        RunId run = openRun();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        training.closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
    }

    function test_closeRun_revertsWhenRunIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
        complete(NONE);
    }

    function test_views_revertWhenRunIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE);
        vm.expectRevert(refusal);
        training.publisherOf(NONE);
        vm.expectRevert(refusal);
        training.modelOf(NONE);
        vm.expectRevert(refusal);
        training.outcomeOf(NONE);
        vm.expectRevert(refusal);
        training.purposesOf(NONE);
        vm.expectRevert(refusal);
        training.projectOf(NONE);
        vm.expectRevert(refusal);
        training.requireInputs(NONE, inputs());
        assertEq(training.recordDigestOf(NONE), 0);
        assertEq(training.closingDigestOf(NONE), 0);
    }

    function open(bytes32 salt, uint16 operation) private {
        ITrainingLog.Opening memory opening = openingOf(model);
        opening.operation = operation;
        vm.prank(operator(INSTITUTE));
        training.openRun(salt, opening, inputs());
    }

    /// The same version under as many consents as wanted.
    function consentedInputs(uint256 count) private returns (ITrainingLog.Input[] memory all) {
        all = new ITrainingLog.Input[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = inputAt(0);
            all[i].consent = issue(HOSPITAL, bytes32(i), termsFor(dataset[0]));
        }
    }

    function expectBadCount(uint256 count) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadInputCount.selector, count, 64));
        openRun(SALT, model, new ITrainingLog.Input[](count));
    }

    function expectMismatch(RunId run, ITrainingLog.Input[] memory shown, uint256 position) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, position));
        training.requireInputs(run, shown);
    }

    function expectBadOutcome(RunId run, ITrainingLog.Outcome outcome, bytes32 result) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadOutcome.selector, outcome));
        closeRun(run, outcome, result);
    }
}
