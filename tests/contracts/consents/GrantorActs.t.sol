// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsentTest } from "../base/ConsentTest.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";

/// What the grantor does: suspend, reinstate, revoke.
contract GrantorActsTest is ConsentTest, SecondGeneration {
    function setUp() public override(ConsentTest, ConsortiumTest) {
        ConsentTest.setUp();
    }

    function test_suspend_suspends() public {
        vm.warp(START + 2);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentSuspended(
            consent, HOSPITAL, StateReason.STEWARD_DECISION, START + 2, 0, operator(HOSPITAL)
        );
        suspend();
        assertState(ConsentState.SUSPENDED);
    }

    function test_reinstate_reinstates() public {
        suspend();
        vm.warp(START + 5);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentReinstated(
            consent, HOSPITAL, StateReason.STEWARD_DECISION, START + 5, operator(HOSPITAL)
        );
        reinstate();
        assertState(ConsentState.ACTIVE);
        suspend();
        assertState(ConsentState.SUSPENDED);
    }

    function test_revoke_revokes() public {
        vm.warp(START + 5);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentRevoked(consent, HOSPITAL, StateReason.BREACH, START + 5, operator(HOSPITAL));
        revoke();
        assertState(ConsentState.REVOKED);
    }

    function test_acts_takeEveryReason() public {
        for (uint8 i = 0; i <= uint8(type(StateReason).max); ++i) {
            consent = issue(HOSPITAL, bytes32(uint256(i)), termsFor(dataset));
            StateReason reason = StateReason(i);
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentSuspended(consent, HOSPITAL, reason, START, 0, operator(HOSPITAL));
            vm.prank(operator(HOSPITAL));
            consents.suspend(consent, reason);
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentReinstated(consent, HOSPITAL, reason, START, operator(HOSPITAL));
            vm.prank(operator(HOSPITAL));
            consents.reinstate(consent, reason);
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentRevoked(consent, HOSPITAL, reason, START, operator(HOSPITAL));
            vm.prank(operator(HOSPITAL));
            consents.revoke(consent, reason);
        }
    }

    function test_suspend_andRevoke_areOpenToASuspendedGrantor() public {
        suspendOrganisation(HOSPITAL);
        suspend();
        assertState(ConsentState.SUSPENDED);
        revoke();
        assertState(ConsentState.REVOKED);
    }

    function test_suspend_andRevoke_areOpenInAFormerGeneration() public {
        enterSecondGeneration();
        suspend();
        assertState(ConsentState.SUSPENDED);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(consents)));
        reinstate();
        revoke();
        assertState(ConsentState.REVOKED);
    }

    function test_reinstate_revertsWhenTheGrantorIsSuspended() public {
        suspend();
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        reinstate();
    }

    function test_acts_revertWhenConsentIsUnknown() public {
        consent = ConsentId.wrap("none");
        bytes memory unknown = abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, consent);
        vm.expectRevert(unknown);
        suspend();
        vm.expectRevert(unknown);
        reinstate();
        vm.expectRevert(unknown);
        revoke();
        vm.expectRevert(unknown);
        suspendByRegulator(START + 1);
    }

    function test_acts_revertWhenCallerIsAnotherCustodian() public {
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenNotGrantor.selector, CLINIC, HOSPITAL);
        suspend();
        vm.startPrank(operator(CLINIC));
        vm.expectRevert(refusal);
        consents.suspend(consent, StateReason.ERROR);
        vm.expectRevert(refusal);
        consents.reinstate(consent, StateReason.ERROR);
        vm.expectRevert(refusal);
        consents.revoke(consent, StateReason.ERROR);
        vm.stopPrank();
        assertState(ConsentState.SUSPENDED);
    }

    function test_acts_revertWhenCallerIsNoCustodian() public {
        OrganisationId[2] memory callers = [INSTITUTE, AGENCY];
        uint8[2] memory got = [PUBLISHER, REGULATOR];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, got[i], CUSTODIAN);
            vm.startPrank(operator(callers[i]));
            vm.expectRevert(refusal);
            consents.suspend(consent, StateReason.ERROR);
            vm.expectRevert(refusal);
            consents.reinstate(consent, StateReason.ERROR);
            vm.expectRevert(refusal);
            consents.revoke(consent, StateReason.ERROR);
            vm.stopPrank();
        }
    }

    function test_acts_revertWhenCallerIsTheAdmin() public {
        bytes memory refusal = abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(HOSPITAL));
        vm.startPrank(admin(HOSPITAL));
        vm.expectRevert(refusal);
        consents.suspend(consent, StateReason.ERROR);
        vm.expectRevert(refusal);
        consents.reinstate(consent, StateReason.ERROR);
        vm.expectRevert(refusal);
        consents.revoke(consent, StateReason.ERROR);
        vm.stopPrank();
    }

    /// Whoever calls: nobody but the grantor's operator acts as the grantor.
    function testFuzz_acts_areOnlyForTheGrantor(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(2 + member % 4));
        vm.assume(caller != operator(HOSPITAL));
        suspend();
        vm.startPrank(caller);
        vm.expectRevert();
        consents.reinstate(consent, StateReason.ERROR);
        vm.expectRevert();
        consents.revoke(consent, StateReason.ERROR);
        vm.stopPrank();
        assertState(ConsentState.SUSPENDED);
        reinstate();
        vm.expectRevert();
        vm.prank(caller);
        consents.suspend(consent, StateReason.ERROR);
        assertState(ConsentState.ACTIVE);
    }

    function assertState(ConsentState expected) private view {
        assertTrue(consents.stateAt(consent, present()) == expected);
    }
}
