// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { Scope } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NO_CONSENT, OrganisationId } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// Versions derived from versions of the same custodian, and how many parents there may be.
contract DatasetDerivationsTest is DatasetTest {
    DatasetId internal source;
    DatasetId internal derived;

    function setUp() public override {
        super.setUp();
        source = datasetOf(HOSPITAL);
        derived = registerDataset(HOSPITAL, "derived");
    }

    function test_publishDerivedVersion_recordsItsParents() public {
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetVersionPublished(derived, 1, START, first(), operator(HOSPITAL));
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetVersionDerived(derived, 1, scope(), parents);
        vm.recordLogs();
        derive(HOSPITAL, derived, 1, first(), parents);
        // Its own data need no consent, so that nothing is charged.
        assertEq(vm.getRecordedLogs().length, 2);
        assertEq(
            datasets.recordDigestOf(derived, 1),
            recordDigest(derived, 1, HOSPITAL, START, first(), derivationOf(scope(), parents))
        );
        assertStanding(derived, 2, 1, 1);
    }

    function test_publishDerivedVersion_takesOneTo16Parents() public {
        derive(HOSPITAL, derived, 1, first(), parentsOf(1));
        derive(HOSPITAL, derived, 2, extension(), parentsOf(16));
        expectBadCount(0);
        derive(HOSPITAL, derived, 3, extension(), parentsOf(0));
        expectBadCount(17);
        derive(HOSPITAL, derived, 3, extension(), parentsOf(17));
        assertStanding(derived, 2, 2, 1);
    }

    function test_publishDerivedVersion_bindsTheScope() public {
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        Scope memory other = scope();
        other.condition = 7;
        vm.prank(operator(HOSPITAL));
        datasets.publishDerivedVersion(derived, 1, first(), other, parents);
        assertEq(
            datasets.recordDigestOf(derived, 1),
            recordDigest(derived, 1, HOSPITAL, START, first(), derivationOf(other, parents))
        );
    }

    function test_publishDerivedVersion_takesAnEarlierVersionOfItself() public {
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        derive(HOSPITAL, source, 2, extension(), parents);
        // A corrected version may be derived from what it withdraws.
        parents[0].version = 2;
        derive(HOSPITAL, source, 3, publication(IDatasetRegistry.Supersession.WITHDRAWAL), parents);
        assertStanding(source, 1, 3, 3);
    }

    function test_publishDerivedVersion_revertsWhenItIsItsOwnParent() public {
        IDatasetRegistry.Parent[] memory parents = parentsOf(2);
        (parents[1].dataset, parents[1].version) = (derived, 1);
        expectUnusableParent(1);
        derive(HOSPITAL, derived, 1, first(), parents);
        parents[1].version = 2;
        expectUnusableParent(1);
        derive(HOSPITAL, derived, 1, first(), parents);
        // Whatever consent is shown for it.
        parents[1].consent = ConsentId.wrap("consent");
        expectUnusableParent(1);
        derive(HOSPITAL, derived, 1, first(), parents);
        parents[1].version = 1;
        expectUnusableParent(1);
        derive(HOSPITAL, derived, 1, first(), parents);
        (parents[1].dataset, parents[1].version, parents[1].consent) = (source, 2, NO_CONSENT);
        expectUnusableParent(1);
        derive(HOSPITAL, source, 2, extension(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheParentIsUnknown() public {
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        parents[0].version = 0;
        expectUnusableParent(0);
        derive(HOSPITAL, derived, 1, first(), parents);
        parents[0].version = 2;
        expectUnusableParent(0);
        derive(HOSPITAL, derived, 1, first(), parents);
        (parents[0].dataset, parents[0].version) = (NONE, 1);
        expectUnusableParent(0);
        derive(HOSPITAL, derived, 1, first(), parents);
        // A dataset without a version has no version 0 either.
        DatasetId empty = registerDataset(HOSPITAL, "empty");
        (parents[0].dataset, parents[0].version) = (empty, 0);
        expectUnusableParent(0);
        derive(HOSPITAL, derived, 1, first(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheParentIsOfAnotherWithoutConsent() public {
        IDatasetRegistry.Parent[] memory parents = parentsOf(3);
        parents[2].dataset = datasetOf(CLINIC);
        expectUnusableParent(2);
        derive(HOSPITAL, derived, 1, first(), parents);
        assertStanding(derived, 2, 0, 0);
    }

    function test_publishDerivedVersion_revertsWhenTheParentIsWithdrawn() public {
        publish(source, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        publish(source, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        expectUnusableParent(0);
        derive(HOSPITAL, derived, 1, first(), parents);
        parents[0].version = 2;
        derive(HOSPITAL, derived, 1, first(), parents);
        parents[0].version = 3;
        derive(HOSPITAL, derived, 2, extension(), parents);
        parents[0].version = 4;
        expectUnusableParent(0);
        derive(HOSPITAL, derived, 3, extension(), parents);
    }

    function test_publishDerivedVersion_keepsTheRulesOfAnyVersion() public {
        expectNotNext(2, 1);
        derive(HOSPITAL, derived, 2, first(), parentsOf(1));
        expectUnknownDataset(NONE);
        derive(HOSPITAL, NONE, 1, first(), parentsOf(1));
        IDatasetRegistry.Publication memory p = first();
        p.root = 0;
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 0));
        derive(HOSPITAL, derived, 1, p, parentsOf(1));
        // The clinic's own parent, for a dataset that is not its own.
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        parents[0].dataset = datasetOf(CLINIC);
        expectNotCustodian(CLINIC, HOSPITAL);
        derive(CLINIC, derived, 1, first(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        derive(INSTITUTE, derived, 1, first(), parentsOf(1));
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        derive(HOSPITAL, derived, 1, first(), parentsOf(1));
    }

    /// Own parents are usable exactly from the lowest usable version to the newest.
    function testFuzz_publishDerivedVersion_takesUsableVersions(uint8[6] memory kinds, uint32 version) public {
        for (uint256 i = 0; i < kinds.length; ++i) {
            publish(source, HOSPITAL, IDatasetRegistry.Supersession(1 + kinds[i] % 3));
        }
        IDatasetRegistry.Parent[] memory parents = parentsOf(1);
        parents[0].version = uint32(bound(version, 0, 9));
        bool usable = parents[0].version >= datasets.lowestUsable(source) && parents[0].version <= 7;
        if (!usable) expectUnusableParent(0);
        derive(HOSPITAL, derived, 1, first(), parents);
        assertStanding(derived, 2, usable ? 1 : 0, usable ? 1 : 0);
    }

    /// As many times the first version of the source.
    function parentsOf(uint256 count) private view returns (IDatasetRegistry.Parent[] memory parents) {
        parents = new IDatasetRegistry.Parent[](count);
        for (uint256 i = 0; i < count; ++i) {
            parents[i] = IDatasetRegistry.Parent({ dataset: source, version: 1, consent: NO_CONSENT });
        }
    }

    function derive(
        OrganisationId custodian,
        DatasetId dataset,
        uint32 number,
        IDatasetRegistry.Publication memory given,
        IDatasetRegistry.Parent[] memory parents
    ) private {
        vm.prank(operator(custodian));
        datasets.publishDerivedVersion(dataset, number, given, scope(), parents);
    }

    function expectBadCount(uint256 got) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryBadParentCount.selector, got, 16));
    }
}
