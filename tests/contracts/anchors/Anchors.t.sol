// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAnchorLog } from "../../../contracts/interfaces/IAnchorLog.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { StreamId } from "../../../contracts/types/Ids.sol";
import { AnchorTest } from "./AnchorTest.sol";

/// Tree heads one by one.
contract AnchorsTest is AnchorTest {
    StreamId internal stream;

    function setUp() public override {
        super.setUp();
        stream = register(HOSPITAL);
    }

    function test_anchor_replacesTheHead() public {
        vm.expectEmit(address(anchors));
        emit IAnchorLog.StreamAnchored(stream, 128, ROOT, START, operator(HOSPITAL));
        anchor(HOSPITAL, stream, 128, ROOT);
        assertHead(stream, 128, START);
        assertEq(anchors.recordDigestOf(stream), keccak256(abi.encode(stream, HOSPITAL, uint64(128), ROOT, START)));
        vm.warp(START + 60);
        bytes32 next = keccak256("next");
        vm.expectEmit(address(anchors));
        emit IAnchorLog.StreamAnchored(stream, 1 << 40, next, START + 60, operator(HOSPITAL));
        anchor(HOSPITAL, stream, 1 << 40, next);
        assertHead(stream, 1 << 40, START + 60);
        assertEq(
            anchors.recordDigestOf(stream), keccak256(abi.encode(stream, HOSPITAL, uint64(1 << 40), next, START + 60))
        );
        assertTrue(anchors.custodianOf(stream) == HOSPITAL);
    }

    function test_anchor_takesSizesUpToTheLargest() public {
        expectBadSize(MAX_SIZE + 128, 0);
        anchor(HOSPITAL, stream, MAX_SIZE + 128, ROOT);
        anchor(HOSPITAL, stream, MAX_SIZE, ROOT);
        assertHead(stream, MAX_SIZE, START);
        expectBadSize(MAX_SIZE + 128, MAX_SIZE);
        anchor(HOSPITAL, stream, MAX_SIZE + 128, ROOT);
    }

    function test_anchor_revertsWhenTheStreamDoesNotGrow() public {
        expectBadSize(0, 0);
        anchor(HOSPITAL, stream, 0, ROOT);
        anchor(HOSPITAL, stream, 256, ROOT);
        expectBadSize(256, 256);
        anchor(HOSPITAL, stream, 256, keccak256("other"));
        expectBadSize(128, 256);
        anchor(HOSPITAL, stream, 128, ROOT);
        expectBadSize(0, 256);
        anchor(HOSPITAL, stream, 0, ROOT);
        anchor(HOSPITAL, stream, 384, ROOT);
    }

    function test_anchor_revertsWhenTheSizeIsNotPadded() public {
        uint64[4] memory sizes = [uint64(1), 127, 129, 192];
        for (uint256 i = 0; i < sizes.length; ++i) {
            expectBadSize(sizes[i], 0);
            anchor(HOSPITAL, stream, sizes[i], ROOT);
        }
    }

    function test_anchor_revertsWhenTheRootIsEmpty() public {
        vm.expectRevert(IAnchorLog.AnchorLogEmptyRoot.selector);
        anchor(HOSPITAL, stream, 128, 0);
    }

    function test_anchor_revertsWhenTheStreamIsUnknown() public {
        expectUnknownStream(NONE);
        anchor(HOSPITAL, NONE, 128, ROOT);
    }

    function test_anchor_revertsWhenTheCallerIsNotItsCustodian() public {
        expectNotCustodian(CLINIC, HOSPITAL);
        anchor(CLINIC, stream, 128, ROOT);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, REGULATOR, CUSTODIAN));
        anchor(AGENCY, stream, 128, ROOT);
    }

    function test_anchor_revertsWhenTheCallerIsSuspended() public {
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        anchor(HOSPITAL, stream, 128, ROOT);
    }

    /// A stream only grows, by whole paddings, up to the largest size.
    function testFuzz_anchor_takesOnlyLargerPaddedSizes(uint64 size, uint64 current) public {
        current = uint64(bound(current, 1, MAX_SIZE / 128)) * 128;
        if (size % 4 != 0) size = uint64(bound(size, 0, MAX_SIZE));
        if (size % 2 == 0) size -= size % 128;
        anchor(HOSPITAL, stream, current, ROOT);
        bool bad = size <= current || size > MAX_SIZE || size % 128 != 0;
        if (bad) expectBadSize(size, current);
        anchor(HOSPITAL, stream, size, ROOT);
        assertHead(stream, bad ? current : size, START);
    }
}
