// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAnchorLog } from "../../../contracts/interfaces/IAnchorLog.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId, StreamId } from "../../../contracts/types/Ids.sol";
import { AnchorTest } from "./AnchorTest.sol";

/// Tree heads in bulk: 1 to 100, in their order, all or none.
contract AnchorBatchesTest is AnchorTest {
    uint256 internal constant MOST = 100;

    StreamId[2] internal stream;

    function setUp() public override {
        super.setUp();
        stream = [register(HOSPITAL), register(HOSPITAL, "other", IAnchorLog.DeviceClass.MR)];
    }

    function test_anchorAll_anchorsEachInItsOrder() public {
        IAnchorLog.Head[] memory heads = headsOf(3);
        heads[1].stream = stream[1];
        heads[1].size = 1024;
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(anchors));
            emit IAnchorLog.StreamAnchored(heads[i].stream, heads[i].size, heads[i].root, START, operator(HOSPITAL));
        }
        anchorAll(HOSPITAL, heads);
        assertHead(stream[0], 384, START);
        assertHead(stream[1], 1024, START);
        assertEq(
            anchors.recordDigestOf(stream[0]),
            keccak256(abi.encode(stream[0], HOSPITAL, uint64(384), heads[2].root, START))
        );
    }

    function test_anchorAll_takesOneTo100() public {
        anchorAll(HOSPITAL, headsOf(MOST));
        assertHead(stream[0], 12_800, START);
        IAnchorLog.Head[] memory one = headsOf(1);
        one[0].stream = stream[1];
        anchorAll(HOSPITAL, one);
        assertHead(stream[1], 128, START);
    }

    function test_anchorAll_revertsWhenTheBatchIsEmptyOrTooLarge() public {
        expectBadBatch(0);
        anchorAll(HOSPITAL, headsOf(0));
        expectBadBatch(101);
        anchorAll(HOSPITAL, headsOf(101));
        assertHead(stream[0], 0, 0);
    }

    function test_anchorAll_anchorsAllOrNone() public {
        IAnchorLog.Head[] memory heads = headsOf(3);
        heads[2].size = 256;
        expectBadSize(256, 256);
        anchorAll(HOSPITAL, heads);
        heads = headsOf(3);
        heads[2].root = 0;
        vm.expectRevert(IAnchorLog.AnchorLogEmptyRoot.selector);
        anchorAll(HOSPITAL, heads);
        heads = headsOf(3);
        heads[1].stream = NONE;
        expectUnknownStream(NONE);
        anchorAll(HOSPITAL, heads);
        assertHead(stream[0], 0, 0);
        assertEq(anchors.recordDigestOf(stream[0]), 0);
    }

    function test_anchorAll_revertsWhenOneIsOfAnotherCustodian() public {
        IAnchorLog.Head[] memory heads = headsOf(2);
        heads[1].stream = register(CLINIC);
        expectNotCustodian(HOSPITAL, CLINIC);
        anchorAll(HOSPITAL, heads);
    }

    function test_anchorAll_revertsWhenTheCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        anchorAll(INSTITUTE, headsOf(1));
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        anchorAll(HOSPITAL, headsOf(1));
    }

    /// A batch does what its entries do one by one.
    function testFuzz_anchorAll_equalsOneByOne(uint64[6] memory steps) public {
        IAnchorLog.Head[] memory heads = headsOf(6);
        uint64 size;
        for (uint256 i = 0; i < 6; ++i) {
            size += PADDING * (1 + steps[i] % 1_000_000);
            heads[i].size = size;
        }
        uint256 snapshot = vm.snapshotState();
        anchorAll(HOSPITAL, heads);
        bytes32 digest = anchors.recordDigestOf(stream[0]);
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < 6; ++i) {
            anchor(HOSPITAL, stream[0], heads[i].size, heads[i].root);
        }
        assertEq(anchors.recordDigestOf(stream[0]), digest);
    }

    function headsOf(uint256 count) private view returns (IAnchorLog.Head[] memory heads) {
        heads = new IAnchorLog.Head[](count);
        for (uint64 i = 0; i < count; ++i) {
            heads[i] = IAnchorLog.Head(stream[0], PADDING * (i + 1), keccak256(abi.encode("root", i)));
        }
    }

    function anchorAll(OrganisationId custodian, IAnchorLog.Head[] memory heads) private {
        vm.prank(operator(custodian));
        anchors.anchorAll(heads);
    }

    function expectBadBatch(uint256 got) private {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogBadBatch.selector, got, MOST));
    }
}
