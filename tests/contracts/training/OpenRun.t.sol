// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { FINE_TUNE, Reason, TEST, TRAIN, Terms, VALIDATE } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId, RunId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { RunTest } from "../base/RunTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";

contract OpenRunTest is RunTest, SecondGeneration {
    function setUp() public override(RunTest, ConsortiumTest) {
        RunTest.setUp();
    }

    function test_openRun_opens() public {
        RunId expected = RunId.wrap(keccak256(abi.encode(Ids.RUN, block.chainid, address(training), INSTITUTE, SALT)));
        vm.expectEmit(address(training));
        emit ITrainingLog.RunOpened(expected, INSTITUTE, START, openingOf(model), inputs(), operator(INSTITUTE));
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                consent[i], RunId.unwrap(expected), address(training), 1, TRAIN, PURPOSES, 0, 0
            );
        }
        RunId run = openRun();
        assertEq(RunId.unwrap(run), RunId.unwrap(expected));
        assertEq(consents.roundsUsed(consent[0]), 0);
        ITrainingLog.Standing memory standing = ITrainingLog.Standing({
            publisher: INSTITUTE,
            outcome: ITrainingLog.Outcome.OPEN,
            makesWeights: true,
            inputs: 2,
            rounds: 0,
            roundOpen: false,
            contributions: 0,
            refusals: 0,
            openedAt: START
        });
        assertEq(abi.encode(training.standingOf(run)), abi.encode(standing));
        assertEq(abi.encode(training.requireInputs(run, model, scope(), inputs())), abi.encode(standing));
        assertEq(training.closingDigestOf(run), 0);
        assertEq(training.roundDigestOf(run, 1), 0);
        assertEq(training.answerDigestOf(run, 1, 0), 0);
    }

    function testFuzz_openRun_storesADigestOfTheWholeRecord(bytes32 card, bytes32 code, bytes32 container, uint48 later)
        public
    {
        vm.assume(card != 0);
        uint48 openedAt = START + later % 300 days;
        vm.warp(openedAt);
        ITrainingLog.Opening memory o = openingOf(model);
        (o.cardDigest, o.codeDigest, o.containerDigest) = (card, code, container);
        vm.prank(operator(INSTITUTE));
        RunId run = training.openRun(SALT, o, inputs());
        // An array of static structs is a head, a count and the words of each.
        bytes32 used = keccak256(
            bytes.concat(
                abi.encode(uint256(0x20), uint256(2)),
                abi.encode(dataset[0], 1, consent[0], TRAIN),
                abi.encode(dataset[1], 1, consent[1], TRAIN)
            )
        );
        assertEq(
            training.recordDigestOf(run),
            keccak256(
                bytes.concat(
                    abi.encode(run, INSTITUTE, openedAt, model),
                    abi.encode(PURPOSES, REGIONS, 0, PROJECT),
                    abi.encode(card, code, container, used)
                )
            )
        );
    }

    function test_openRun_chargesEachInputItsOperation() public {
        uint8[4] memory operations = [TRAIN, FINE_TUNE, VALIDATE, TEST];
        for (uint256 i = 0; i < operations.length; ++i) {
            ITrainingLog.Input[] memory all = inputs();
            all[1].operation = operations[i];
            vm.expectEmit(true, false, true, true, address(consents));
            emit IConsentToken.ConsentUsed(consent[0], 0, address(training), 1, TRAIN, PURPOSES, 0, 0);
            vm.expectEmit(true, false, true, true, address(consents));
            emit IConsentToken.ConsentUsed(consent[1], 0, address(training), 1, operations[i], PURPOSES, 0, 0);
            openRun(bytes32(i), model, all);
        }
    }

    /// Whether a run makes weights, for every pair of operations.
    function test_openRun_makesWeightsWhenAnInputIsTrainedOn() public {
        uint8[4] memory operations = [TRAIN, FINE_TUNE, VALIDATE, TEST];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < 4; ++j) {
                ITrainingLog.Input[] memory all = inputs();
                (all[0].operation, all[1].operation) = (operations[i], operations[j]);
                RunId run = openRun(bytes32(4 * i + j), model, all);
                assertEq(training.standingOf(run).makesWeights, i < 2 || j < 2);
            }
        }
    }

    function testFuzz_openRun_takesOnlyTheFourOperations(uint8 operation, bool second) public {
        ITrainingLog.Input[] memory all = inputs();
        uint256 position = second ? 1 : 0;
        all[position].operation = operation;
        bool good = operation == 1 || operation == 2 || operation == 4 || operation == 8;
        if (!good) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadOperation.selector, position, operation));
        }
        openRun(SALT, model, all);
    }

    function test_openRun_revertsWhenTheInputCountIsBad() public {
        uint256[3] memory counts = [uint256(0), 65, 200];
        for (uint256 i = 0; i < counts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogBadInputCount.selector, counts[i], 64));
            openRun(SALT, model, new ITrainingLog.Input[](counts[i]));
        }
    }

    function test_openRun_takesAsManyInputsAsTheBounds() public {
        uint8[3] memory counts = [1, 2, 64];
        for (uint256 i = 0; i < counts.length; ++i) {
            ITrainingLog.Input[] memory all = consentedInputs(counts[i]);
            RunId run = openRun(bytes32(i), model, all);
            assertEq(training.standingOf(run).inputs, counts[i]);
            training.requireInputs(run, model, scope(), all);
        }
    }

    function test_openRun_revertsWhenAnInputIsTwice() public {
        ITrainingLog.Input[] memory all = new ITrainingLog.Input[](3);
        (all[0], all[1], all[2]) = (inputAt(0), inputAt(1), inputAt(0));
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogDuplicateInput.selector, 2));
        openRun(SALT, model, all);
        (all[0], all[1], all[2]) = (inputAt(0), inputAt(1), inputAt(1));
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogDuplicateInput.selector, 2));
        openRun(SALT, model, all);
    }

    /// Inputs that differ in any one field are different inputs.
    function test_openRun_takesInputsThatDifferInOneField() public {
        publish(dataset[0], HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        ITrainingLog.Input[] memory all = new ITrainingLog.Input[](4);
        for (uint256 i = 0; i < 4; ++i) {
            all[i] = inputAt(0);
        }
        all[1].operation = VALIDATE;
        all[2].version = 2;
        all[3].consent = issue(HOSPITAL, "other", termsFor(dataset[0]));
        openRun(SALT, model, all);
    }

    function test_openRun_revertsWhenTheCardIsEmpty() public {
        ITrainingLog.Opening memory opening = openingOf(model);
        opening.cardDigest = 0;
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogEmptyDigest.selector, 0));
        vm.prank(operator(INSTITUTE));
        training.openRun(SALT, opening, inputs());
    }

    function test_openRun_takesNoCodeAndNoContainer() public {
        ITrainingLog.Opening memory opening = openingOf(model);
        (opening.codeDigest, opening.containerDigest) = (0, 0);
        vm.prank(operator(INSTITUTE));
        training.openRun(SALT, opening, inputs());
    }

    function test_openRun_revertsWhenDuplicate() public {
        RunId run = openRun();
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogDuplicate.selector, run));
        openRun();
        complete(run);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogDuplicate.selector, run));
        openRun();
    }

    function test_openRun_revertsWhenAConsentRefuses() public {
        revokeFirst();
        expectRefused(consent[0], Reason.REVOKED);
        openRun();
    }

    function test_openRun_revertsWhenTheOperationIsNotPermitted() public {
        Terms memory terms = termsFor(dataset[1]);
        terms.operations = TRAIN;
        consent[1] = issue(CLINIC, "train only", terms);
        openRun();
        ITrainingLog.Input[] memory all = inputs();
        all[1].operation = TEST;
        expectRefused(consent[1], Reason.OPERATION_NOT_PERMITTED);
        openRun("test", model, all);
    }

    /// Consents are asked for the run's whole scope.
    function test_openRun_revertsWhenTheScopeIsNotPermitted() public {
        ITrainingLog.Opening memory opening = openingOf(model);
        opening.scope.purposes = 2;
        expectRefused(consent[0], Reason.PURPOSE_NOT_PERMITTED);
        vm.prank(operator(INSTITUTE));
        training.openRun(SALT, opening, inputs());
    }

    function test_openRun_revertsWhenCallerIsNotTheGrantee() public {
        expectRefused(consent[0], Reason.NOT_GRANTEE);
        vm.prank(operator(COMPANY));
        training.openRun(SALT, openingOf(model), inputs());
    }

    function test_openRun_revertsWhenCallerMayNotPublish() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        training.openRun(SALT, openingOf(model), inputs());
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        training.openRun(SALT, openingOf(model), inputs());
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        openRun();
    }

    function test_openRun_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(training)));
        openRun();
    }

    /// Whoever calls, nobody but the grantee opens a run under its consents.
    function testFuzz_openRun_isOnlyForTheGrantee(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != operator(INSTITUTE));
        vm.expectRevert();
        vm.prank(caller);
        training.openRun(SALT, openingOf(model), inputs());
    }

    function test_views_revertWhenTheRunIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE);
        vm.expectRevert(refusal);
        training.standingOf(NONE);
        vm.expectRevert(refusal);
        training.requireInputs(NONE, model, scope(), inputs());
        assertEq(training.recordDigestOf(NONE), 0);
        assertEq(training.closingDigestOf(NONE), 0);
        assertEq(training.roundDigestOf(NONE, 1), 0);
    }

    /// The same version under as many consents as wanted.
    function consentedInputs(uint256 count) private returns (ITrainingLog.Input[] memory all) {
        all = new ITrainingLog.Input[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = inputAt(0);
            all[i].consent = issue(HOSPITAL, freshSalt(), termsFor(dataset[0]));
        }
    }

    function expectRefused(ConsentId refused, Reason reason) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, refused, reason));
    }
}
