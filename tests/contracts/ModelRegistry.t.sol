// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { Ids } from "../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { EXPORT_WEIGHTS, FINE_TUNE, Reason, TEST, TRAIN, Terms, VALIDATE } from "../../contracts/types/DataUse.sol";
import { ModelId, ModelVersionId, RunId } from "../../contracts/types/Ids.sol";
import { RunTest } from "./base/RunTest.sol";

contract ModelRegistryTest is RunTest {
    bytes32 internal constant CARD = keccak256("model card");
    ModelId internal constant NO_MODEL = ModelId.wrap(keccak256("no model"));

    RunId internal run;

    function setUp() public override {
        super.setUp();
        run = openRun();
        complete(run);
    }

    function test_registerModel_derivesTheId() public {
        ModelId expected = ModelId.wrap(keccak256(abi.encode(Ids.MODEL, block.chainid, address(models), COMPANY, SALT)));
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelRegistered(expected, COMPANY, CARD);
        vm.prank(operator(COMPANY));
        ModelId registered = models.registerModel(SALT, CARD);
        assertTrue(registered == expected);
        assertTrue(models.publisherOf(registered) == COMPANY);
        assertEq(models.latestNumber(registered), 0);
        assertEq(models.modelDigestOf(registered), keccak256(abi.encode(registered, COMPANY, CARD)));
    }

    function test_registerModel_revertsWhenDuplicate() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryDuplicate.selector, model));
        registerModel(INSTITUTE);
    }

    function test_registerModel_revertsWhenCardIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 0));
        vm.prank(operator(COMPANY));
        models.registerModel(SALT, 0);
    }

    function test_registerModel_revertsWhenCallerIsNoPublisher() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        registerModel(CLINIC);
    }

    function test_publishVersion_publishesAndChecksEveryInput() public {
        ModelVersionId expected = versionOf(SALT);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionPublished(expected, INSTITUTE, 1, START, publication(), none());
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                consent[i], ModelVersionId.unwrap(expected), address(models), 1, EXPORT_WEIGHTS, PURPOSES, 0
            );
        }
        assertEq(ModelVersionId.unwrap(publishVersion(SALT, none())), ModelVersionId.unwrap(expected));
        assertEq(models.latestNumber(model), 1);
        assertEq(consents.roundsUsed(consent[0]), 0);
    }

    function test_publishVersion_storesADigestOfTheWholeRecord() public {
        ModelVersionId first = publishVersion(SALT, none());
        ModelVersionId[] memory parents = new ModelVersionId[](2);
        (parents[0], parents[1]) = (first, publishVersion("second", none()));
        ModelVersionId third = publishVersion("third", parents);
        IModelRegistry.Publication memory p = publication();
        bytes memory concatenated = bytes.concat(ModelVersionId.unwrap(first), ModelVersionId.unwrap(parents[1]));
        bytes memory head = abi.encode(third, model, INSTITUTE, uint32(3), START);
        bytes memory tail = abi.encode(run, p.artifactDigest, p.cardDigest, keccak256(concatenated));
        assertEq(models.recordDigestOf(third), keccak256(bytes.concat(head, tail)));
    }

    function test_publishVersion_takesAsManyParentsAsTheBound() public {
        ModelVersionId[] memory parents = new ModelVersionId[](16);
        for (uint256 i = 0; i < parents.length; ++i) {
            parents[i] = publishVersion(bytes32(i), none());
        }
        publishVersion(SALT, parents);
    }

    function test_publishVersion_revertsWhenDuplicate() public {
        ModelVersionId version = publishVersion(SALT, none());
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryDuplicate.selector, version));
        publishVersion(SALT, none());
    }

    function test_publishVersion_revertsWhenModelIsUnknown() public {
        IModelRegistry.Publication memory p = publication();
        p.model = NO_MODEL;
        expectRefused(p, abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownModel.selector, NO_MODEL));
    }

    function test_publishVersion_revertsWhenModelIsOfAnother() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        models.publishVersion(SALT, publication(), none(), inputs());
    }

    function test_publishVersion_revertsWhenRunIsOfAnother() public {
        ModelId other = registerModel(COMPANY);
        IModelRegistry.Publication memory p = publication();
        p.model = other;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotPublisher.selector, COMPANY, INSTITUTE));
        vm.prank(operator(COMPANY));
        models.publishVersion(SALT, p, none(), inputs());
    }

    function test_publishVersion_revertsWhenRunIsOfAnotherModel() public {
        vm.prank(operator(INSTITUTE));
        ModelId other = models.registerModel("other", CARD);
        IModelRegistry.Publication memory p = publication();
        p.model = other;
        expectRefused(p, abi.encodeWithSelector(IModelRegistry.ModelRegistryRunOfAnotherModel.selector, model, other));
    }

    function test_publishVersion_publishesFromARunThatGoesOn() public {
        IModelRegistry.Publication memory p = publication();
        p.run = openRun("goes on", model, inputs());
        openRound(p.run, inputs());
        contribute(p.run, 1, HOSPITAL, 0);
        closeRound(p.run, 1);
        (uint32 rounds, bool open) = training.roundsOf(p.run);
        assertEq(rounds, 1);
        assertFalse(open);
        vm.prank(operator(INSTITUTE));
        models.publishVersion("goes on", p, none(), inputs());
        assertEq(openRound(p.run, inputs()), 2);
    }

    function test_publishVersion_revertsWhenRunIsNotReady() public {
        IModelRegistry.Publication memory p = publication();
        p.run = openRun("open", model, inputs());
        bytes memory refusal = abi.encodeWithSelector(IModelRegistry.ModelRegistryRunNotReady.selector, p.run);
        // No round yet, a round that is open, an abandoned run.
        expectRefused(p, refusal);
        openRound(p.run, inputs());
        expectRefused(p, refusal);
        contribute(p.run, 1, HOSPITAL, 0);
        closeRound(p.run, 1);
        closeRun(p.run, ITrainingLog.Outcome.ABANDONED, 0);
        expectRefused(p, refusal);
    }

    function test_publishVersion_publishesFromARunThatFineTunes() public {
        IModelRegistry.Publication memory p = publication();
        p.run = openRunFor(FINE_TUNE);
        complete(p.run);
        vm.prank(operator(INSTITUTE));
        models.publishVersion(SALT, p, none(), inputs());
    }

    function test_publishVersion_revertsWhenRunTrainsNothing() public {
        uint16[2] memory operations = [VALIDATE, TEST];
        for (uint256 i = 0; i < operations.length; ++i) {
            IModelRegistry.Publication memory p = publication();
            p.run = openRunFor(operations[i]);
            assertEq(training.operationOf(p.run), operations[i]);
            bytes memory refusal = abi.encodeWithSelector(IModelRegistry.ModelRegistryRunNotReady.selector, p.run);
            openRound(p.run, inputs());
            contribute(p.run, 1, HOSPITAL, 0);
            closeRound(p.run, 1);
            expectRefused(p, refusal);
            complete(p.run);
            expectRefused(p, refusal);
        }
    }

    function test_publishVersion_revertsWhenRunIsUnknown() public {
        IModelRegistry.Publication memory p = publication();
        p.run = NONE;
        expectRefused(p, abi.encodeWithSelector(ITrainingLog.TrainingLogUnknownRun.selector, NONE));
    }

    function test_publishVersion_revertsWhenADigestIsEmpty() public {
        IModelRegistry.Publication memory p = publication();
        p.artifactDigest = 0;
        expectRefused(p, abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 0));
        p = publication();
        p.cardDigest = 0;
        expectRefused(p, abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 1));
    }

    function test_publishVersion_revertsWhenParentsAreTooMany() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryTooManyParents.selector, 17, 16));
        publishVersion(SALT, new ModelVersionId[](17));
    }

    function test_publishVersion_revertsWhenAParentIsUnknown() public {
        ModelVersionId[] memory parents = new ModelVersionId[](2);
        parents[0] = publishVersion(SALT, none());
        parents[1] = versionOf("child");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownParent.selector, 1));
        publishVersion("child", parents);
    }

    function test_publishVersion_revertsWhenInputsAreNotTheRuns() public {
        ITrainingLog.Input[] memory one = new ITrainingLog.Input[](1);
        one[0] = inputAt(0);
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 1));
        vm.prank(operator(INSTITUTE));
        models.publishVersion(SALT, publication(), none(), one);
    }

    function test_publishVersion_revertsWhenAConsentIsRevoked() public {
        revokeFirst();
        expectConsentRefused(Reason.REVOKED);
        publishVersion(SALT, none());
    }

    function test_publishVersion_revertsWhenExportIsNotPermitted() public {
        Terms memory terms = termsFor(dataset[0]);
        terms.operations = TRAIN;
        consent[0] = issue(HOSPITAL, "no export", terms);
        run = openRun("no export", model, inputs());
        complete(run);
        expectConsentRefused(Reason.OPERATION_NOT_PERMITTED);
        publishVersion(SALT, none());
    }

    function test_publishVersion_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        publishVersion(SALT, none());
    }

    function test_views_revertWhenModelIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownModel.selector, NO_MODEL);
        vm.expectRevert(refusal);
        models.publisherOf(NO_MODEL);
        vm.expectRevert(refusal);
        models.latestNumber(NO_MODEL);
        assertEq(models.modelDigestOf(NO_MODEL), 0);
        assertEq(models.recordDigestOf(versionOf("none")), 0);
    }

    function openRunFor(uint16 operation) private returns (RunId) {
        ITrainingLog.Opening memory opening = openingOf(model);
        opening.operation = operation;
        vm.prank(operator(INSTITUTE));
        return training.openRun(bytes32(uint256(operation)), opening, inputs());
    }

    function publication() private view returns (IModelRegistry.Publication memory) {
        return IModelRegistry.Publication({
            model: model, run: run, artifactDigest: keccak256("artifact"), cardDigest: keccak256("version card")
        });
    }

    function publishVersion(bytes32 salt, ModelVersionId[] memory parents) private returns (ModelVersionId) {
        vm.prank(operator(INSTITUTE));
        return models.publishVersion(salt, publication(), parents, inputs());
    }

    function none() private pure returns (ModelVersionId[] memory) {
        return new ModelVersionId[](0);
    }

    function versionOf(bytes32 salt) private view returns (ModelVersionId) {
        return ModelVersionId.wrap(
            keccak256(abi.encode(Ids.MODEL_VERSION, block.chainid, address(models), INSTITUTE, salt))
        );
    }

    function expectRefused(IModelRegistry.Publication memory p, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(operator(INSTITUTE));
        models.publishVersion(SALT, p, none(), inputs());
    }

    function expectConsentRefused(Reason reason) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], reason));
    }
}
