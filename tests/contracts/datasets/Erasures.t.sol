// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// Receipts for what was erased.
contract DatasetErasuresTest is DatasetTest {
    bytes32 internal constant RECEIPT = keccak256("receipt");

    DatasetId internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
    }

    function test_recordErasure_keepsADigest() public {
        vm.warp(START + 11);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetErasureRecorded(dataset, 1, RECEIPT, START + 11, operator(HOSPITAL));
        erase(HOSPITAL, dataset, 1, RECEIPT);
        assertEq(
            datasets.erasureDigestOf(dataset, RECEIPT),
            keccak256(abi.encode(dataset, uint32(1), HOSPITAL, RECEIPT, START + 11))
        );
        assertEq(datasets.erasureDigestOf(dataset, keccak256("other")), 0);
    }

    function test_recordErasure_takesManyReceipts() public {
        erase(HOSPITAL, dataset, 1, RECEIPT);
        erase(HOSPITAL, dataset, 1, keccak256("second"));
        erase(HOSPITAL, dataset, 2, keccak256("third"));
        DatasetId other = registerDataset(HOSPITAL, "other");
        publish(other, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
        erase(HOSPITAL, other, 1, RECEIPT);
        assertNotEq(datasets.erasureDigestOf(other, RECEIPT), datasets.erasureDigestOf(dataset, RECEIPT));
    }

    function test_recordErasure_isOpenToASuspendedOrganisation() public {
        suspendOrganisation(HOSPITAL);
        erase(HOSPITAL, dataset, 2, RECEIPT);
        assertNotEq(datasets.erasureDigestOf(dataset, RECEIPT), 0);
    }

    function test_recordErasure_revertsWhenDuplicate() public {
        erase(HOSPITAL, dataset, 1, RECEIPT);
        expectDuplicate();
        erase(HOSPITAL, dataset, 1, RECEIPT);
        expectDuplicate();
        erase(HOSPITAL, dataset, 2, RECEIPT);
    }

    function test_recordErasure_revertsWhenTheVersionIsUnknown() public {
        expectUnknownVersion(0);
        erase(HOSPITAL, dataset, 0, RECEIPT);
        expectUnknownVersion(3);
        erase(HOSPITAL, dataset, 3, RECEIPT);
    }

    function test_recordErasure_revertsWhenTheReceiptIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 0));
        erase(HOSPITAL, dataset, 1, 0);
    }

    function test_recordErasure_revertsWhenTheDatasetIsUnknown() public {
        expectUnknownDataset(NONE);
        erase(HOSPITAL, NONE, 1, RECEIPT);
    }

    function test_recordErasure_revertsWhenTheCallerIsNotTheCustodian() public {
        expectNotCustodian(CLINIC, HOSPITAL);
        erase(CLINIC, dataset, 1, RECEIPT);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        erase(INSTITUTE, dataset, 1, RECEIPT);
    }

    function test_recordErasure_revertsWhenTheCallerIsRemoved() public {
        carry(IConsortium.ProposalKind.REMOVE, abi.encode(HOSPITAL));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        erase(HOSPITAL, dataset, 1, RECEIPT);
    }

    function testFuzz_recordErasure_takesEveryReceiptOnce(uint32 version, bytes32 receipt) public {
        version = uint32(bound(version, 0, 4));
        if (receipt == 0) return;
        bool known = version == 1 || version == 2;
        if (!known) expectUnknownVersion(version);
        erase(HOSPITAL, dataset, version, receipt);
        assertEq(
            datasets.erasureDigestOf(dataset, receipt),
            known ? keccak256(abi.encode(dataset, version, HOSPITAL, receipt, START)) : bytes32(0)
        );
    }

    function erase(OrganisationId custodian, DatasetId of_, uint32 version, bytes32 receipt) private {
        vm.prank(operator(custodian));
        datasets.recordErasure(of_, version, receipt);
    }

    function expectDuplicate() private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryDuplicateErasure.selector, RECEIPT));
    }

    function expectUnknownVersion(uint32 version) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknownVersion.selector, dataset, version)
        );
    }
}
