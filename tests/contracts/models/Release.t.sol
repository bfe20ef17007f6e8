// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { COMMERCIALISE, Reason, Scope, TEST, Terms } from "../../../contracts/types/DataUse.sol";
import { ModelVersionId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

/// Release free of charge and for sale. Which states permit them is in LifecycleTable.
contract ReleaseTest is ModelTest {
    ModelVersionId internal version;

    function setUp() public override {
        super.setUp();
        version = publishVersion(SALT);
    }

    function test_release_releases() public {
        vm.warp(START + 2);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionReleased(version, false, START + 2, operator(INSTITUTE));
        release(version);
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, false, 0);
    }

    /// Free of charge asks no consent.
    function test_release_works_whenAConsentIsRevoked() public {
        revokeFirst();
        release(version);
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, false, 0);
    }

    function test_releaseForSale_asksEveryConsent() public {
        vm.warp(START + 2);
        expectSale(inputs());
        sell(version);
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, true, 0);
    }

    /// COMMERCIALISE concerns also what the model was measured on.
    function test_releaseForSale_asksForInputsThatWereNotTrainedOn() public {
        ITrainingLog.Input[] memory all = inputs();
        all[1].operation = TEST;
        run = openRun("measured", model, all);
        complete(run);
        vm.prank(operator(INSTITUTE));
        version = models.publishVersion("measured", publication(), none(), scope(), all);
        IModelRegistry.Shown memory record = shown();
        record.number = 2;
        expectSale(all);
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), all);
    }

    function test_releaseForSale_revertsWhenAConsentRefuses() public {
        Terms memory terms = termsFor(dataset[1]);
        terms.operations = ~COMMERCIALISE;
        consent[1] = issue(CLINIC, "not for sale", terms);
        run = openRun("not for sale", model, inputs());
        complete(run);
        version = publishVersion("not for sale");
        IModelRegistry.Shown memory record = shown();
        record.number = 2;
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsentToken.ConsentTokenRefused.selector, consent[1], Reason.OPERATION_NOT_PERMITTED
            )
        );
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), inputs());
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
    }

    function test_releaseForSale_sellsAnImport() public {
        version = importVersion("import", importing());
        IModelRegistry.Shown memory record = shown();
        (record.number, record.publication) = (2, importing());
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), noInputs());
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, true, 0);
    }

    /// Brought in as made elsewhere, it would pass by the consents of what it was made from.
    function test_releaseForSale_revertsWhenAnImportHasParents() public {
        ModelVersionId[] memory parents = new ModelVersionId[](1);
        parents[0] = version;
        expectNoSaleOf(parents, "one");
        // Nor when its parent is an import itself.
        parents[0] = importVersion("import", importing());
        expectNoSaleOf(parents, "of an import");
        parents = new ModelVersionId[](2);
        (parents[0], parents[1]) = (version, version);
        expectNoSaleOf(parents, "two");
    }

    /// It cannot be shown without them either.
    function test_releaseForSale_revertsWhenAnImportHidesItsParents() public {
        ModelVersionId[] memory parents = new ModelVersionId[](1);
        parents[0] = version;
        IModelRegistry.Shown memory record = importedFrom(parents, "hides");
        record.parents = none();
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryShownMismatch.selector, version));
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), noInputs());
    }

    function test_release_releasesAnImportWithParents() public {
        ModelVersionId[] memory parents = new ModelVersionId[](1);
        parents[0] = version;
        IModelRegistry.Shown memory record = importedFrom(parents, "free");
        release(version);
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, false, 0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNoRun.selector));
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), noInputs());
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, false, 0);
    }

    /// With a run it has inputs to show, whatever its parents are.
    function test_releaseForSale_sellsAVersionOfARunWithParents() public {
        ModelVersionId[] memory parents = new ModelVersionId[](1);
        parents[0] = version;
        version = publishVersion("child", publication(), parents);
        IModelRegistry.Shown memory record = shown();
        (record.number, record.parents) = (2, parents);
        expectSale(inputs());
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), inputs());
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, true, 0);
    }

    function test_releaseForSale_revertsWhenAnImportShowsInputs() public {
        version = importVersion("import", importing());
        IModelRegistry.Shown memory record = shown();
        (record.number, record.publication) = (2, importing());
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNoRun.selector));
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, record, scope(), inputs());
    }

    function test_releaseForSale_revertsWhenAFieldOfTheRecordDiffers() public {
        IModelRegistry.Shown[] memory others = new IModelRegistry.Shown[](8);
        for (uint256 i = 0; i < others.length; ++i) {
            others[i] = shown();
        }
        others[0].publisher = COMPANY;
        others[1].number = 2;
        others[2].publishedAt = START + 1;
        others[3].publication = importing();
        others[4].publication.artifactDigest = 0;
        others[5].publication.cardDigest = 0;
        others[6].parents = new ModelVersionId[](1);
        others[7].publication.model = registerModel(COMPANY);
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryShownMismatch.selector, version));
            vm.prank(operator(INSTITUTE));
            models.releaseForSale(version, others[i], scope(), inputs());
        }
    }

    function test_releaseForSale_revertsWhenInputsOrScopeAreNotTheRuns() public {
        expectMismatch(scope(), noInputs());
        Scope memory other = scope();
        other.purposes = 1;
        expectMismatch(other, inputs());
    }

    function test_releases_revertWhenAnotherCalls() public {
        bytes memory refusal =
            abi.encodeWithSelector(IModelRegistry.ModelRegistryNotPublisher.selector, COMPANY, INSTITUTE);
        vm.startPrank(operator(COMPANY));
        vm.expectRevert(refusal);
        models.release(version);
        vm.expectRevert(refusal);
        models.releaseForSale(version, shown(), scope(), inputs());
        vm.expectRevert(refusal);
        models.deprecate(version);
        vm.expectRevert(refusal);
        models.withdraw(version);
        vm.stopPrank();
    }

    function test_releases_revertWhenCallerIsNoPublisher() public {
        bytes memory refusal =
            abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, PUBLISHER);
        vm.startPrank(operator(HOSPITAL));
        vm.expectRevert(refusal);
        models.release(version);
        vm.expectRevert(refusal);
        models.releaseForSale(version, shown(), scope(), inputs());
        vm.expectRevert(refusal);
        models.deprecate(version);
        vm.expectRevert(refusal);
        models.withdraw(version);
        vm.stopPrank();
    }

    /// A suspended publisher may take back, and not bring out.
    function test_releases_ofASuspendedPublisher() public {
        suspendOrganisation(INSTITUTE);
        bytes memory refusal = abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE);
        vm.expectRevert(refusal);
        release(version);
        vm.expectRevert(refusal);
        sell(version);
        takeBack();
    }

    /// The same holds in a former generation.
    function test_releases_inAFormerGeneration() public {
        enterSecondGeneration();
        bytes memory refusal = abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(models));
        vm.expectRevert(refusal);
        release(version);
        vm.expectRevert(refusal);
        sell(version);
        takeBack();
    }

    function testFuzz_lifecycle_isOnlyForThePublisher(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != operator(INSTITUTE));
        vm.startPrank(caller);
        vm.expectRevert();
        models.release(version);
        vm.expectRevert();
        models.deprecate(version);
        vm.expectRevert();
        models.withdraw(version);
        vm.stopPrank();
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
    }

    /// `version` becomes an import from these parents, whose record this is.
    function importedFrom(ModelVersionId[] memory parents, bytes32 salt)
        private
        returns (IModelRegistry.Shown memory record)
    {
        vm.prank(operator(INSTITUTE));
        version = models.importVersion(salt, importing(), parents);
        record = shown();
        (record.number, record.publication, record.parents) = (models.latestNumber(model), importing(), parents);
    }

    function expectNoSaleOf(ModelVersionId[] memory parents, bytes32 salt) private {
        ModelVersionId former = version;
        IModelRegistry.Shown memory record = importedFrom(parents, salt);
        ITrainingLog.Input[] memory all = inputs();
        bytes memory refusal = abi.encodeWithSelector(IModelRegistry.ModelRegistryNoRun.selector);
        vm.startPrank(operator(INSTITUTE));
        vm.expectRevert(refusal);
        models.releaseForSale(version, record, scope(), noInputs());
        vm.expectRevert(refusal);
        models.releaseForSale(version, record, scope(), all);
        vm.stopPrank();
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        version = former;
    }

    function takeBack() private {
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionDeprecated(version, present(), operator(INSTITUTE));
        deprecate(version);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionWithdrawn(version, present(), operator(INSTITUTE));
        withdraw(version);
        assertStands(version, IModelRegistry.Lifecycle.WITHDRAWN, false, 0);
    }

    function expectSale(ITrainingLog.Input[] memory all) private {
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelVersionReleased(version, true, present(), operator(INSTITUTE));
        for (uint256 i = 0; i < all.length; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(
                all[i].consent, ModelVersionId.unwrap(version), address(models), 1, COMMERCIALISE, PURPOSES, 0, 0
            );
        }
    }

    function expectMismatch(Scope memory scope_, ITrainingLog.Input[] memory all) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 0));
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, shown(), scope_, all);
    }
}
