// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAnchorLog } from "../../../contracts/interfaces/IAnchorLog.sol";
import { OrganisationId, StreamId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice What the tests of streams share.
abstract contract AnchorTest is ConsortiumTest {
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant ROOT = keccak256("root");
    uint64 internal constant PADDING = 128;
    uint64 internal constant MAX_SIZE = 2 ** 53;
    StreamId internal constant NONE = StreamId.wrap(keccak256("none"));

    function register(OrganisationId custodian, bytes32 salt, IAnchorLog.DeviceClass class_)
        internal
        returns (StreamId)
    {
        vm.prank(operator(custodian));
        return anchors.registerStream(salt, class_);
    }

    function register(OrganisationId custodian) internal returns (StreamId) {
        return register(custodian, SALT, IAnchorLog.DeviceClass.ULTRASOUND);
    }

    function anchor(OrganisationId custodian, StreamId stream, uint64 size, bytes32 root) internal {
        vm.prank(operator(custodian));
        anchors.anchor(IAnchorLog.Head({ stream: stream, size: size, root: root }));
    }

    function assertHead(StreamId stream, uint64 size, uint48 at) internal view {
        (uint64 gotSize, uint48 gotAt) = anchors.headOf(stream);
        assertEq(gotSize, size);
        assertEq(gotAt, at);
    }

    function expectBadSize(uint64 size, uint64 current) internal {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogBadSize.selector, size, current, PADDING));
    }

    function expectUnknownStream(StreamId stream) internal {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogUnknownStream.selector, stream));
    }

    function expectNotCustodian(OrganisationId got, OrganisationId needed) internal {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogNotCustodian.selector, got, needed));
    }
}
