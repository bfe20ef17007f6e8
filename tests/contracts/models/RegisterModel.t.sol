// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { ModelId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

contract RegisterModelTest is ModelTest {
    bytes32 internal constant CARD = keccak256("model card");
    ModelId internal constant NO_MODEL = ModelId.wrap(keccak256("no model"));

    /// The test's own model is the first, so that this is the second.
    function testFuzz_registerModel_registers(bytes32 salt, bytes32 card) public {
        vm.assume(card != 0);
        ModelId expected = ModelId.wrap(idOf(Ids.MODEL, COMPANY, salt));
        // The fuzzer may find the salt of the test's own model.
        vm.assume(models.modelDigestOf(expected) == 0);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelRegistered(expected, COMPANY, 2, card, operator(COMPANY));
        ModelId registered = register(COMPANY, salt, card);
        assertTrue(ModelId.unwrap(registered) == ModelId.unwrap(expected));
        assertTrue(models.publisherOf(registered) == COMPANY);
        assertEq(models.latestNumber(registered), 0);
        assertEq(models.modelDigestOf(registered), keccak256(abi.encode(registered, COMPANY, card)));
    }

    function test_registerModel_revertsWhenDuplicate() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryDuplicate.selector, ModelId.unwrap(model)));
        registerModel(INSTITUTE);
    }

    function test_registerModel_revertsWhenTheCardIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 0));
        register(COMPANY, SALT, 0);
    }

    function test_registerModel_revertsWhenCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        register(CLINIC, SALT, CARD);
        suspendOrganisation(COMPANY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, COMPANY));
        register(COMPANY, SALT, CARD);
    }

    function test_registerModel_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(models)));
        register(COMPANY, SALT, CARD);
    }

    function test_views_revertWhenTheModelIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownModel.selector, NO_MODEL);
        vm.expectRevert(refusal);
        models.publisherOf(NO_MODEL);
        vm.expectRevert(refusal);
        models.latestNumber(NO_MODEL);
        assertEq(models.modelDigestOf(NO_MODEL), 0);
    }

    function register(OrganisationId publisher, bytes32 salt, bytes32 card) private returns (ModelId) {
        vm.prank(operator(publisher));
        return models.registerModel(salt, card);
    }
}
