// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAnchorLog } from "../../contracts/interfaces/IAnchorLog.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { Ids } from "../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { OrganisationId, StreamId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

contract AnchorLogTest is ConsortiumTest {
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant ROOT = keccak256("root");
    uint64 internal constant MAX_SIZE = 2 ** 53;
    StreamId internal constant NONE = StreamId.wrap(keccak256("none"));

    function test_registerStream_derivesTheId() public {
        StreamId expected =
            StreamId.wrap(keccak256(abi.encode(Ids.STREAM, block.chainid, address(anchors), HOSPITAL, SALT)));
        vm.expectEmit(address(anchors));
        emit IAnchorLog.StreamRegistered(expected, HOSPITAL);
        StreamId stream = register(HOSPITAL);
        assertEq(StreamId.unwrap(stream), StreamId.unwrap(expected));
        assertTrue(anchors.custodianOf(stream) == HOSPITAL);
        expectHead(stream, 0, 0);
        assertEq(anchors.recordDigestOf(stream), 0);
    }

    function test_registerStream_revertsWhenDuplicate() public {
        StreamId stream = register(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogDuplicate.selector, stream));
        register(HOSPITAL);
    }

    function test_registerStream_revertsWhenCallerIsNoCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        register(COMPANY);
    }

    function test_anchor_replacesTheHead() public {
        StreamId stream = register(HOSPITAL);
        vm.expectEmit(address(anchors));
        emit IAnchorLog.StreamAnchored(stream, 128, ROOT, START);
        anchor(stream, HOSPITAL, 128, ROOT);
        expectHead(stream, 128, ROOT);
        vm.warp(START + 60);
        anchor(stream, HOSPITAL, 1 << 40, keccak256("next"));
        expectHead(stream, 1 << 40, keccak256("next"));
        assertEq(
            anchors.recordDigestOf(stream),
            keccak256(abi.encode(stream, HOSPITAL, uint64(1 << 40), keccak256("next"), START + 60))
        );
    }

    function test_anchor_takesSizesUpToTheLargest() public {
        StreamId stream = register(HOSPITAL);
        uint64 beyond = MAX_SIZE + 128;
        expectBadSize(beyond, 0);
        anchor(stream, HOSPITAL, beyond, ROOT);
        anchor(stream, HOSPITAL, MAX_SIZE, ROOT);
        expectHead(stream, MAX_SIZE, ROOT);
        expectBadSize(beyond, MAX_SIZE);
        anchor(stream, HOSPITAL, beyond, ROOT);
    }

    function test_anchor_revertsWhenStreamIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogUnknownStream.selector, NONE));
        anchor(NONE, HOSPITAL, 128, ROOT);
    }

    function test_anchor_revertsWhenCallerIsAnotherCustodian() public {
        StreamId stream = register(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogNotCustodian.selector, CLINIC, HOSPITAL));
        anchor(stream, CLINIC, 128, ROOT);
    }

    function test_anchor_revertsWhenCallerIsSuspended() public {
        StreamId stream = register(CLINIC);
        suspendOrganisation(CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, CLINIC));
        anchor(stream, CLINIC, 128, ROOT);
    }

    function test_anchor_revertsWhenRootIsEmpty() public {
        StreamId stream = register(HOSPITAL);
        vm.expectRevert(IAnchorLog.AnchorLogEmptyRoot.selector);
        anchor(stream, HOSPITAL, 128, 0);
    }

    function test_views_revertWhenStreamIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(IAnchorLog.AnchorLogUnknownStream.selector, NONE);
        vm.expectRevert(refusal);
        anchors.custodianOf(NONE);
        vm.expectRevert(refusal);
        anchors.head(NONE);
        assertEq(anchors.recordDigestOf(NONE), 0);
    }

    /// A stream only grows, by whole paddings, up to the largest size.
    function testFuzz_anchor_takesOnlyLargerPaddedSizes(uint64 size, uint64 current) public {
        StreamId stream = register(HOSPITAL);
        current = uint64(bound(current, 1, MAX_SIZE / 128)) * 128;
        if (size % 4 != 0) size = uint64(bound(size, 0, MAX_SIZE));
        if (size % 2 == 0) size -= size % 128;
        anchor(stream, HOSPITAL, current, ROOT);
        if (size <= current || size > MAX_SIZE || size % 128 != 0) {
            expectBadSize(size, current);
            anchor(stream, HOSPITAL, size, ROOT);
        } else {
            anchor(stream, HOSPITAL, size, ROOT);
            expectHead(stream, size, ROOT);
        }
    }

    function register(OrganisationId custodian) private returns (StreamId) {
        vm.prank(operator(custodian));
        return anchors.registerStream(SALT);
    }

    function anchor(StreamId stream, OrganisationId custodian, uint64 size, bytes32 root) private {
        vm.prank(operator(custodian));
        anchors.anchor(stream, size, root);
    }

    function expectBadSize(uint64 size, uint64 current) private {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogBadSize.selector, size, current, 128));
    }

    function expectHead(StreamId stream, uint64 size, bytes32 root) private view {
        (uint64 gotSize, bytes32 gotRoot) = anchors.head(stream);
        assertEq(gotSize, size);
        assertEq(gotRoot, root);
    }
}
