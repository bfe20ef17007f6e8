// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAnchorLog } from "../../../contracts/interfaces/IAnchorLog.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId, StreamId } from "../../../contracts/types/Ids.sol";
import { AnchorTest } from "./AnchorTest.sol";

/// How a stream begins.
contract AnchorStreamsTest is AnchorTest {
    function test_registerStream_derivesTheId() public {
        StreamId expected = idOf(HOSPITAL, SALT);
        vm.expectEmit(address(anchors));
        emit IAnchorLog.StreamRegistered(expected, HOSPITAL, IAnchorLog.DeviceClass.ULTRASOUND, operator(HOSPITAL));
        StreamId stream = register(HOSPITAL);
        assertEq(StreamId.unwrap(stream), StreamId.unwrap(expected));
        assertTrue(anchors.custodianOf(stream) == HOSPITAL);
        assertTrue(anchors.deviceClassOf(stream) == IAnchorLog.DeviceClass.ULTRASOUND);
        assertHead(stream, 0, 0);
        assertEq(anchors.recordDigestOf(stream), 0);
    }

    function test_registerStream_takesEveryDeviceClass() public {
        for (uint8 i = 0; i <= uint8(IAnchorLog.DeviceClass.MICROSCOPY); ++i) {
            IAnchorLog.DeviceClass class_ = IAnchorLog.DeviceClass(i);
            StreamId stream = register(CLINIC, bytes32(uint256(i)), class_);
            assertEq(uint8(anchors.deviceClassOf(stream)), i);
            anchor(CLINIC, stream, 128, ROOT);
            assertEq(uint8(anchors.deviceClassOf(stream)), i);
        }
    }

    function test_registerStream_revertsWhenTheDeviceClassIsNone() public {
        bytes memory call = abi.encodeWithSelector(IAnchorLog.registerStream.selector, SALT, uint256(12));
        vm.prank(operator(HOSPITAL));
        (bool done, bytes memory answer) = address(anchors).call(call);
        assertFalse(done);
        assertEq(answer.length, 0);
    }

    function test_registerStream_revertsWhenDuplicate() public {
        StreamId stream = register(HOSPITAL);
        anchor(HOSPITAL, stream, 128, ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.AnchorLogDuplicate.selector, stream));
        register(HOSPITAL, SALT, IAnchorLog.DeviceClass.CT);
        assertHead(stream, 128, START);
        assertTrue(anchors.deviceClassOf(stream) == IAnchorLog.DeviceClass.ULTRASOUND);
    }

    function test_registerStream_revertsWhenTheCallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        register(COMPANY);
        suspendOrganisation(CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, CLINIC));
        register(CLINIC);
    }

    function test_views_revertWhenTheStreamIsUnknown() public {
        expectUnknownStream(NONE);
        anchors.custodianOf(NONE);
        expectUnknownStream(NONE);
        anchors.deviceClassOf(NONE);
        expectUnknownStream(NONE);
        anchors.headOf(NONE);
        assertEq(anchors.recordDigestOf(NONE), 0);
    }

    function testFuzz_registerStream_givesEachCustodianItsOwnIds(bytes32 salt, uint8 class_) public {
        class_ %= 12;
        StreamId one = register(HOSPITAL, salt, IAnchorLog.DeviceClass(class_));
        StreamId other = register(CLINIC, salt, IAnchorLog.DeviceClass(class_));
        assertEq(StreamId.unwrap(one), StreamId.unwrap(idOf(HOSPITAL, salt)));
        assertEq(StreamId.unwrap(other), StreamId.unwrap(idOf(CLINIC, salt)));
        assertEq(uint8(anchors.deviceClassOf(other)), class_);
    }

    function idOf(OrganisationId organisation, bytes32 salt) private view returns (StreamId) {
        return StreamId.wrap(keccak256(abi.encode(Ids.STREAM, block.chainid, address(anchors), organisation, salt)));
    }
}
