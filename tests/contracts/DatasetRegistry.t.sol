// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { Ids } from "../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { DatasetId, OrganisationId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

contract DatasetRegistryTest is ConsortiumTest {
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant CARD = keccak256("dataset card");
    DatasetId internal constant NONE = DatasetId.wrap(keccak256("none"));

    function test_registerDataset_derivesTheId() public {
        DatasetId expected = idOf(HOSPITAL, SALT);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetRegistered(expected, HOSPITAL, CARD);
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        assertTrue(dataset == expected);
        assertTrue(datasets.custodianOf(dataset) == HOSPITAL);
        assertEq(datasets.latestVersion(dataset), 0);
        assertEq(datasets.lowestUsable(dataset), 0);
    }

    function test_registerDataset_givesEachCustodianItsOwnIds() public {
        assertFalse(registerDataset(HOSPITAL, SALT) == registerDataset(CLINIC, SALT));
    }

    function test_registerDataset_revertsWhenDuplicate() public {
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryDuplicate.selector, dataset));
        registerDataset(HOSPITAL, SALT);
    }

    function test_registerDataset_revertsWhenCardIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 0));
        vm.prank(operator(HOSPITAL));
        datasets.registerDataset(SALT, 0);
    }

    function test_registerDataset_revertsWhenCallerIsNoCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        registerDataset(INSTITUTE, SALT);
    }

    function test_registerDataset_revertsWhenCallerIsNoOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        datasets.registerDataset(SALT, CARD);
    }

    function test_registerDataset_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, CLINIC));
        registerDataset(CLINIC, SALT);
    }

    function test_publishVersion_countsFromOne() public {
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        IDatasetRegistry.Publication memory first = publication(IDatasetRegistry.Supersession.FIRST);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetVersionPublished(dataset, 1, START, first);
        assertEq(publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.FIRST), 1);
        assertEq(publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION), 2);
        assertEq(datasets.latestVersion(dataset), 2);
    }

    function test_publishVersion_movesTheLowestUsableOnlyForAWithdrawal() public {
        DatasetId dataset = datasetOf(HOSPITAL);
        assertEq(datasets.lowestUsable(dataset), 1);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        assertEq(datasets.lowestUsable(dataset), 1);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        assertEq(datasets.lowestUsable(dataset), 3);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.CORRECTION);
        assertEq(datasets.lowestUsable(dataset), 3);
        assertEq(datasets.latestVersion(dataset), 4);
    }

    function test_publishVersion_storesADigestOfTheWholeRecord() public {
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        IDatasetRegistry.Publication memory p = publication(IDatasetRegistry.Supersession.FIRST);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
        assertEq(
            datasets.recordDigestOf(dataset, 1),
            keccak256(
                bytes.concat(
                    abi.encode(dataset, uint32(1), HOSPITAL, START, p.root, p.cardDigest, p.attestationDigest),
                    abi.encode(p.options, p.sizeClass, p.claim, p.supersession, p.optOutCheckedAt)
                )
            )
        );
        assertEq(datasets.recordDigestOf(dataset, 0), 0);
        assertEq(datasets.recordDigestOf(dataset, 2), 0);
    }

    function test_publishVersion_revertsWhenDatasetIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknownDataset.selector, NONE));
        publish(NONE, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
    }

    function test_publishVersion_revertsWhenCallerIsAnotherCustodian() public {
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryNotCustodian.selector, CLINIC, HOSPITAL));
        publish(dataset, CLINIC, IDatasetRegistry.Supersession.FIRST);
    }

    function test_publishVersion_revertsWhenCallerIsSuspended() public {
        DatasetId dataset = registerDataset(CLINIC, SALT);
        suspendOrganisation(CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, CLINIC));
        publish(dataset, CLINIC, IDatasetRegistry.Supersession.FIRST);
    }

    function test_publishVersion_revertsWhenADigestIsEmpty() public {
        IDatasetRegistry.Publication memory p = publication(IDatasetRegistry.Supersession.FIRST);
        p.root = 0;
        expectRefused(p, abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 0));
        p = publication(IDatasetRegistry.Supersession.FIRST);
        p.cardDigest = 0;
        expectRefused(p, abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 1));
        p = publication(IDatasetRegistry.Supersession.FIRST);
        p.attestationDigest = 0;
        expectRefused(p, abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 2));
    }

    function test_publishVersion_revertsWhenOptionsAreUnknown() public {
        IDatasetRegistry.Publication memory p = publication(IDatasetRegistry.Supersession.FIRST);
        p.options = 1 << 13;
        expectRefused(
            p, abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryBadOptions.selector, 1 << 13, (1 << 13) - 1)
        );
    }

    function test_publishVersion_revertsWhenTheFirstIsNotFirst() public {
        expectRefused(
            publication(IDatasetRegistry.Supersession.EXTENSION),
            abi.encodeWithSelector(
                IDatasetRegistry.DatasetRegistryBadSupersession.selector, IDatasetRegistry.Supersession.EXTENSION, 0
            )
        );
    }

    function test_publishVersion_revertsWhenALaterIsFirst() public {
        DatasetId dataset = datasetOf(HOSPITAL);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDatasetRegistry.DatasetRegistryBadSupersession.selector, IDatasetRegistry.Supersession.FIRST, 1
            )
        );
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
    }

    function test_publishVersion_revertsWhenOptOutIsInFuture() public {
        IDatasetRegistry.Publication memory p = publication(IDatasetRegistry.Supersession.FIRST);
        p.optOutCheckedAt = START + 1;
        expectRefused(
            p, abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryOptOutInFuture.selector, START + 1, START)
        );
    }

    function test_views_revertWhenDatasetIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknownDataset.selector, NONE);
        vm.expectRevert(refusal);
        datasets.custodianOf(NONE);
        vm.expectRevert(refusal);
        datasets.latestVersion(NONE);
        vm.expectRevert(refusal);
        datasets.lowestUsable(NONE);
    }

    /// Whatever is published, numbers have no gap and the low-water mark never falls.
    function testFuzz_publishVersion_neverLowersTheLowestUsable(uint8[8] memory kinds) public {
        DatasetId dataset = datasetOf(HOSPITAL);
        uint32 lowest = 1;
        for (uint32 i = 0; i < kinds.length; ++i) {
            IDatasetRegistry.Supersession kind = IDatasetRegistry.Supersession(1 + kinds[i] % 3);
            assertEq(publish(dataset, HOSPITAL, kind), i + 2);
            if (kind == IDatasetRegistry.Supersession.WITHDRAWAL) lowest = i + 2;
            assertEq(datasets.lowestUsable(dataset), lowest);
        }
    }

    function expectRefused(IDatasetRegistry.Publication memory p, bytes memory refusal) private {
        DatasetId dataset = registerDataset(HOSPITAL, keccak256(refusal));
        vm.expectRevert(refusal);
        vm.prank(operator(HOSPITAL));
        datasets.publishVersion(dataset, p);
    }

    function idOf(OrganisationId organisation, bytes32 salt) private view returns (DatasetId) {
        return DatasetId.wrap(keccak256(abi.encode(Ids.DATASET, block.chainid, address(datasets), organisation, salt)));
    }
}
