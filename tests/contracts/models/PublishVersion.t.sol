// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import {
    EXPORT_WEIGHTS,
    FINE_TUNE,
    Reason,
    Scope,
    TEST,
    TRAIN,
    Terms,
    VALIDATE
} from "../../../contracts/types/DataUse.sol";
import { ModelId, ModelVersionId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

/// Publishing from a run. Who, with which parents and digests, is in Publications.
contract PublishVersionTest is ModelTest {
    function test_publishVersion_publishesAndChecksEveryInput() public {
        ModelVersionId expected = versionIdOf(SALT);
        vm.warp(START + 8);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionPublished(
            expected, INSTITUTE, 1, START + 8, publication(), none(), operator(INSTITUTE)
        );
        for (uint256 i = 0; i < 2; ++i) {
            expectExport(expected, i);
        }
        assertTrue(publishVersion(SALT) == expected);
        assertStands(expected, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        assertEq(models.latestNumber(model), 1);
        assertEq(consents.roundsUsed(consent[0]), 0);
    }

    /// Only what the weights were made from is asked for its export.
    function test_publishVersion_asksOnlyForTrainedInputs() public {
        uint8[4] memory operations = [TRAIN, FINE_TUNE, VALIDATE, TEST];
        Terms memory terms = termsFor(dataset[1]);
        terms.operations = ~EXPORT_WEIGHTS;
        consent[1] = issue(CLINIC, "no export", terms);
        for (uint256 i = 0; i < 4; ++i) {
            ITrainingLog.Input[] memory all = inputs();
            all[1].operation = operations[i];
            IModelRegistry.Publication memory p = publication();
            p.run = openRun(bytes32(i), model, all);
            complete(p.run);
            if (i < 2) expectConsentRefused(1, Reason.OPERATION_NOT_PERMITTED);
            vm.prank(operator(INSTITUTE));
            models.publishVersion(bytes32(i), p, none(), scope(), all);
        }
        assertEq(models.latestNumber(model), 2);
    }

    function test_publishVersion_revertsWhenAConsentIsRevoked() public {
        revokeFirst();
        expectConsentRefused(0, Reason.REVOKED);
        publishVersion(SALT);
    }

    function test_publishVersion_publishesManyVersionsOfARun() public {
        publishVersion("one");
        publishVersion("two");
        assertEq(models.latestNumber(model), 2);
    }

    function test_publishVersion_revertsWhenTheRunDidNotComplete() public {
        IModelRegistry.Publication memory p = publication();
        p.run = openRun("open", model, inputs());
        bytes memory refusal = abi.encodeWithSelector(IModelRegistry.ModelRegistryRunNotReady.selector, p.run);
        expectFault(p, refusal);
        openRound(p.run, model, inputs());
        expectFault(p, refusal);
        contribute(p.run, 1, HOSPITAL, 0);
        closeRound(p.run, 1);
        expectFault(p, refusal);
        closeRun(p.run, ITrainingLog.Outcome.ABANDONED, 0);
        expectFault(p, refusal);
    }

    function test_publishVersion_revertsWhenTheRunMakesNoWeights() public {
        ITrainingLog.Input[] memory all = inputs();
        (all[0].operation, all[1].operation) = (VALIDATE, TEST);
        IModelRegistry.Publication memory p = publication();
        p.run = openRun("no weights", model, all);
        complete(p.run);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryRunNotReady.selector, p.run));
        vm.prank(operator(INSTITUTE));
        models.publishVersion(SALT, p, none(), scope(), all);
    }

    function test_publishVersion_revertsWithoutARun() public {
        expectFault(importing(), abi.encodeWithSelector(IModelRegistry.ModelRegistryNoRun.selector));
    }

    function test_publishVersion_revertsWhenTheRunIsUnknown() public {
        IModelRegistry.Publication memory p = publication();
        p.run = NONE;
        expectFault(p, abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
    }

    function test_publishVersion_revertsWhenTheRunIsOfAnotherModel() public {
        vm.prank(operator(INSTITUTE));
        ModelId other = models.registerModel("other", keccak256("card"));
        IModelRegistry.Publication memory p = publication();
        p.model = other;
        expectFault(p, abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 0));
    }

    function test_publishVersion_revertsWhenInputsOrScopeAreNotTheRuns() public {
        ITrainingLog.Input[] memory one = new ITrainingLog.Input[](1);
        one[0] = inputAt(0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 1));
        vm.prank(operator(INSTITUTE));
        models.publishVersion(SALT, publication(), none(), scope(), one);
        Scope memory other = scope();
        other.regions = 1;
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 0));
        vm.prank(operator(INSTITUTE));
        models.publishVersion(SALT, publication(), none(), other, inputs());
    }

    function test_publishVersion_revertsWhenCallerIsNotTheRunsPublisher() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        models.publishVersion(SALT, publication(), none(), scope(), inputs());
    }

    /// A run on another organisation's model can be opened, but makes no version of it.
    function test_publishVersion_revertsWhenTheModelIsAnothers() public {
        IModelRegistry.Publication memory p = publication();
        p.model = registerModel(COMPANY);
        p.run = openRun("for another", p.model, inputs());
        complete(p.run);
        expectFault(p, abi.encodeWithSelector(IModelRegistry.ModelRegistryNotPublisher.selector, INSTITUTE, COMPANY));
    }

    function test_publishVersion_revertsWhenCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        models.publishVersion(SALT, publication(), none(), scope(), inputs());
        suspendOrganisation(INSTITUTE);
        expectFault(publication(), abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
    }

    function test_publishVersion_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        expectFault(publication(), abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(models)));
    }

    function testFuzz_publishVersion_isOnlyForThePublisher(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != operator(INSTITUTE));
        IModelRegistry.Publication memory p = publication();
        vm.expectRevert();
        vm.prank(caller);
        models.publishVersion(SALT, p, none(), scope(), inputs());
        assertEq(models.latestNumber(model), 0);
    }

    function expectFault(IModelRegistry.Publication memory p, bytes memory refusal) private {
        vm.expectRevert(refusal);
        publishVersion(SALT, p, none());
    }

    function expectExport(ModelVersionId version, uint256 position) private {
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentUsed(
            consent[position], ModelVersionId.unwrap(version), address(models), 1, EXPORT_WEIGHTS, PURPOSES, 0, 0
        );
    }

    function expectConsentRefused(uint256 position, Reason reason) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[position], reason));
    }
}
