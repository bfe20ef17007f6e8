// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { CUSTODIAN, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// Versions in bulk: 1 to 100, all or none.
contract DatasetVersionBatchesTest is DatasetTest {
    uint256 internal constant MOST = 100;

    DatasetId[2] internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = [registerDataset(HOSPITAL, SALT), registerDataset(HOSPITAL, "other")];
    }

    function test_publishVersions_publishesEachInItsOrder() public {
        IDatasetRegistry.Item[] memory items = itemsOf(3);
        items[1].dataset = dataset[1];
        items[1].number = 1;
        items[1].publication = first();
        items[1].publication.options = 5;
        items[2].number = 2;
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(datasets));
            emit IDatasetRegistry.DatasetVersionPublished(
                items[i].dataset, items[i].number, START, items[i].publication, operator(HOSPITAL)
            );
        }
        publishAll(HOSPITAL, items);
        assertStanding(dataset[0], 1, 2, 1);
        assertStanding(dataset[1], 2, 1, 1);
        for (uint256 i = 0; i < 3; ++i) {
            IDatasetRegistry.Item memory one = items[i];
            assertEq(
                datasets.recordDigestOf(one.dataset, one.number),
                recordDigest(one.dataset, one.number, HOSPITAL, START, one.publication, 0)
            );
            assertOptions(one.dataset, one.number, one.publication.options);
        }
    }

    function test_publishVersions_takesOneTo100() public {
        publishAll(HOSPITAL, itemsOf(1));
        assertStanding(dataset[0], 1, 1, 1);
        IDatasetRegistry.Item[] memory items = itemsOf(MOST);
        for (uint256 i = 0; i < MOST; ++i) {
            items[i].number += 1;
            items[i].publication = extension();
        }
        publishAll(HOSPITAL, items);
        assertStanding(dataset[0], 1, 101, 1);
    }

    function test_publishVersions_revertsWhenTheBatchIsEmptyOrTooLarge() public {
        expectBadBatch(0);
        publishAll(HOSPITAL, itemsOf(0));
        expectBadBatch(101);
        publishAll(HOSPITAL, itemsOf(101));
        assertStanding(dataset[0], 1, 0, 0);
    }

    function test_publishVersions_publishesAllOrNone() public {
        IDatasetRegistry.Item[] memory items = itemsOf(4);
        items[3].publication.root = 0;
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 0));
        publishAll(HOSPITAL, items);
        items = itemsOf(4);
        items[2].number = 2;
        expectNotNext(2, 3);
        publishAll(HOSPITAL, items);
        items[2].dataset = NONE;
        expectUnknownDataset(NONE);
        publishAll(HOSPITAL, items);
        assertStanding(dataset[0], 1, 0, 0);
        assertEq(datasets.recordDigestOf(dataset[0], 1), 0);
    }

    function test_publishVersions_revertsWhenOneIsOfAnotherCustodian() public {
        IDatasetRegistry.Item[] memory items = itemsOf(2);
        items[1] = IDatasetRegistry.Item(registerDataset(CLINIC, SALT), 1, first());
        expectNotCustodian(HOSPITAL, CLINIC);
        publishAll(HOSPITAL, items);
        expectNotCustodian(CLINIC, HOSPITAL);
        publishAll(CLINIC, items);
    }

    function test_publishVersions_revertsWhenTheCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, REGULATOR, CUSTODIAN));
        publishAll(AGENCY, itemsOf(1));
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        publishAll(HOSPITAL, itemsOf(1));
    }

    /// A batch does what its entries do one by one.
    function testFuzz_publishVersions_equalsOneByOne(uint8 count, uint16 options) public {
        IDatasetRegistry.Item[] memory items = itemsOf(1 + count % 12);
        for (uint256 i = 0; i < items.length; ++i) {
            items[i].publication.options = uint16((options + i) % (1 << 13));
        }
        uint256 snapshot = vm.snapshotState();
        publishAll(HOSPITAL, items);
        bytes32 digest = datasets.recordDigestOf(dataset[0], uint32(items.length));
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < items.length; ++i) {
            publishAs(HOSPITAL, items[i].dataset, items[i].number, items[i].publication);
        }
        assertEq(datasets.recordDigestOf(dataset[0], uint32(items.length)), digest);
    }

    /// The first versions of the first dataset.
    function itemsOf(uint256 count) private view returns (IDatasetRegistry.Item[] memory items) {
        items = new IDatasetRegistry.Item[](count);
        for (uint32 i = 0; i < count; ++i) {
            items[i] = IDatasetRegistry.Item(dataset[0], i + 1, i == 0 ? first() : extension());
        }
    }

    function publishAll(OrganisationId custodian, IDatasetRegistry.Item[] memory items) private {
        vm.prank(operator(custodian));
        datasets.publishVersions(items);
    }

    function expectBadBatch(uint256 got) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryBadBatch.selector, got, MOST));
    }
}
