// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { ModelId, ModelVersionId, OrganisationId, RunId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

/// What publishing from a run and importing have in common, and importing.
contract PublicationsTest is ModelTest {
    function test_importVersion_publishesWithoutARunOrAConsent() public {
        revokeFirst();
        ModelVersionId expected = versionIdOf(SALT);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionPublished(
            expected, INSTITUTE, 1, START, importing(), none(), operator(INSTITUTE)
        );
        assertTrue(importVersion(SALT, importing()) == expected);
        assertStands(expected, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        assertEq(models.latestNumber(model), 1);
    }

    function test_importVersion_revertsWithARun() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryRunNotReady.selector, run));
        importVersion(SALT, publication());
    }

    function test_importVersion_revertsWhenTheModelIsAnothers() public {
        IModelRegistry.Publication memory p = importing();
        p.model = registerModel(COMPANY);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotPublisher.selector, INSTITUTE, COMPANY));
        importVersion(SALT, p);
    }

    function test_importVersion_revertsWhenTheModelIsUnknown() public {
        IModelRegistry.Publication memory p = importing();
        p.model = ModelId.wrap(0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownModel.selector, p.model));
        importVersion(SALT, p);
    }

    function test_importVersion_revertsWhenCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER));
        vm.prank(operator(HOSPITAL));
        models.importVersion(SALT, importing(), none());
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        importVersion(SALT, importing());
    }

    function test_importVersion_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(models)));
        importVersion(SALT, importing());
    }

    function testFuzz_importVersion_isOnlyForThePublisher(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != operator(INSTITUTE));
        IModelRegistry.Publication memory p = importing();
        vm.expectRevert();
        vm.prank(caller);
        models.importVersion(SALT, p, none());
    }

    function test_publications_countVersionsOfEachModel() public {
        publishVersion("one");
        importVersion("two", importing());
        assertEq(models.latestNumber(model), 2);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionPublished(
            versionIdOf("three"), INSTITUTE, 3, START, publication(), none(), operator(INSTITUTE)
        );
        publishVersion("three");
        vm.prank(operator(INSTITUTE));
        ModelId other = models.registerModel("other", keccak256("card"));
        IModelRegistry.Publication memory p = importing();
        p.model = other;
        importVersion("four", p);
        assertEq(models.latestNumber(other), 1);
        assertEq(models.latestNumber(model), 3);
    }

    function testFuzz_publications_storeADigestOfTheWholeRecord(
        bytes32 artifact,
        bytes32 card,
        uint48 later,
        bool imported,
        uint8 count
    ) public {
        vm.assume(artifact != 0 && card != 0);
        ModelVersionId[] memory parents = parentsOf(count % 4);
        uint48 at = START + later % 300 days;
        vm.warp(at);
        IModelRegistry.Publication memory p = imported ? importing() : publication();
        (p.artifactDigest, p.cardDigest) = (artifact, card);
        ModelVersionId version;
        if (imported) {
            vm.prank(operator(INSTITUTE));
            version = models.importVersion(SALT, p, parents);
        } else {
            version = publishVersion(SALT, p, parents);
        }
        bytes memory packed;
        for (uint256 i = 0; i < parents.length; ++i) {
            packed = bytes.concat(packed, ModelVersionId.unwrap(parents[i]));
        }
        uint256 number = parents.length + 1;
        RunId from = imported ? RunId.wrap(0) : run;
        assertEq(
            models.recordDigestOf(version),
            keccak256(
                bytes.concat(
                    abi.encode(version, INSTITUTE, number, at, model, from),
                    abi.encode(artifact, card, keccak256(packed))
                )
            )
        );
    }

    function test_publications_revertWhenDuplicate() public {
        ModelVersionId version = publishVersion(SALT);
        bytes memory duplicate =
            abi.encodeWithSelector(IModelRegistry.ModelRegistryDuplicate.selector, ModelVersionId.unwrap(version));
        vm.expectRevert(duplicate);
        publishVersion(SALT);
        vm.expectRevert(duplicate);
        importVersion(SALT, importing());
        withdraw(version);
        vm.expectRevert(duplicate);
        publishVersion(SALT);
        assertEq(models.latestNumber(model), 1);
    }

    function test_publications_revertWhenADigestIsEmpty() public {
        IModelRegistry.Publication memory p = publication();
        p.artifactDigest = 0;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 0));
        publishVersion(SALT, p, none());
        p = importing();
        p.cardDigest = 0;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 1));
        importVersion(SALT, p);
    }

    function test_publications_takeUpToSixteenParents() public {
        ModelVersionId[] memory parents = parentsOf(16);
        publishVersion(SALT, publication(), parents);
        bytes memory tooMany = abi.encodeWithSelector(IModelRegistry.ModelRegistryTooManyParents.selector, 17, 16);
        ModelVersionId[] memory more = new ModelVersionId[](17);
        vm.expectRevert(tooMany);
        publishVersion("more", publication(), more);
        vm.expectRevert(tooMany);
        vm.prank(operator(INSTITUTE));
        models.importVersion("more", importing(), more);
    }

    /// A parent may be of any model and publisher, and in any lifecycle.
    function test_publications_takeParentsOfOthers() public {
        IModelRegistry.Publication memory p = importing();
        p.model = registerModel(COMPANY);
        ModelVersionId[] memory parents = new ModelVersionId[](1);
        vm.prank(operator(COMPANY));
        parents[0] = models.importVersion("base", p, none());
        vm.prank(operator(COMPANY));
        models.withdraw(parents[0]);
        publishVersion(SALT, publication(), parents);
    }

    function testFuzz_publications_revertWhenAParentIsUnknown(uint8 position) public {
        ModelVersionId[] memory parents = parentsOf(4);
        parents[position % 4] = versionIdOf("child");
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownParent.selector, uint256(position % 4))
        );
        publishVersion("child", publication(), parents);
    }

    function test_views_knowNothingOfAnUnknownVersion() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, UNKNOWN));
        models.standingOf(UNKNOWN);
        assertEq(models.recordDigestOf(UNKNOWN), 0);
    }

    function parentsOf(uint256 count) private returns (ModelVersionId[] memory parents) {
        parents = new ModelVersionId[](count);
        for (uint256 i = 0; i < count; ++i) {
            parents[i] = importVersion(bytes32(i), importing());
        }
    }
}
