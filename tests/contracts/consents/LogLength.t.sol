// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// @notice Given a log as long as a grantor may make it, when the grantor goes on, then it is refused, and others and the
/// revocation still have room.
contract LogLengthTest is ConsentTest {
    uint16 private constant MOST = 60_000;
    /// @dev Where ConsentToken keeps its consents, as tests/contracts/Layout.t.sol has it.
    uint256 private constant CONSENTS = 7;

    function test_suspend_revertsWhenLogFull() public {
        setLength(MOST);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenLogFull.selector, consent, MOST));
        suspend();
    }

    function test_suspend_takesTheLastPlace() public {
        setLength(MOST - 1);
        suspend();
        assertEq(uint8(consents.stateAt(consent, present())), uint8(ConsentState.SUSPENDED));
    }

    function test_reinstate_revertsWhenLogFull() public {
        setLength(MOST - 1);
        suspend();
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenLogFull.selector, consent, MOST));
        reinstate();
    }

    function test_revoke_hasRoomWhenLogFull() public {
        setLength(MOST - 1);
        suspend();
        suspendByRegulator(present() + 1 days);
        vm.prank(address(consortium));
        consents.suspendByVote(consent, StateReason.REGULATOR_ORDER, present() + 2 days);
        revoke(StateReason.PERMIT_ENDED);
        assertEq(uint8(consents.stateAt(consent, present())), uint8(ConsentState.REVOKED));
        // And for the second one.
        revoke(StateReason.BREACH);
        assertEq(uint8(consents.stateAt(consent, present())), uint8(ConsentState.REVOKED));
    }

    /// @dev The length lies in the uppermost 16 bits of the consent's first word.
    function setLength(uint256 length) private {
        bytes32 slot = keccak256(abi.encode(consent, CONSENTS));
        uint256 grant = uint256(vm.load(address(consents), slot));
        vm.store(address(consents), slot, bytes32((grant << 16) >> 16 | length << 240));
    }
}
