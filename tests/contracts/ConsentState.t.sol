// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, REGULATOR } from "../../contracts/types/Capabilities.sol";
import { ConsentState, StateReason } from "../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId } from "../../contracts/types/Ids.sol";
import { ConsentTest } from "./base/ConsentTest.sol";

/// The acts on a consent: who may, when, with which event. `ConsentStateTable.t.sol` walks every state.
contract ConsentStateTest is ConsentTest {
    uint48 internal constant LONGEST = 30 days;

    function test_suspend_suspends() public {
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentSuspended(consent, HOSPITAL, StateReason.STEWARD_DECISION, START, 0);
        suspend();
        assertState(ConsentState.SUSPENDED);
    }

    function test_suspend_worksForASuspendedGrantor() public {
        suspendOrganisation(HOSPITAL);
        suspend();
        assertState(ConsentState.SUSPENDED);
    }

    function test_suspend_revertsWhenConsentIsUnknown() public {
        consent = ConsentId.wrap(0);
        expectUnknown();
        suspend();
    }

    function test_suspend_revertsWhenCallerIsNotTheGrantor() public {
        expectNotGrantor(CLINIC);
        consents.suspend(consent, StateReason.ERROR);
        expectNotGrantor(INSTITUTE);
        consents.suspend(consent, StateReason.ERROR);
        expectNotGrantor(AGENCY);
        consents.suspend(consent, StateReason.ERROR);
    }

    function test_suspend_revertsWhenCallerIsNoOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(HOSPITAL)));
        vm.prank(admin(HOSPITAL));
        consents.suspend(consent, StateReason.ERROR);
    }

    function test_reinstate_reinstates() public {
        suspend();
        vm.warp(START + 5);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentReinstated(consent, HOSPITAL, StateReason.STEWARD_DECISION, START + 5);
        reinstate();
        assertState(ConsentState.ACTIVE);
    }

    function test_reinstate_revertsWhenConsentIsUnknown() public {
        consent = ConsentId.wrap(0);
        expectUnknown();
        reinstate();
    }

    function test_reinstate_revertsWhenCallerIsNotTheGrantor() public {
        suspend();
        expectNotGrantor(CLINIC);
        consents.reinstate(consent, StateReason.ERROR);
    }

    function test_reinstate_revertsWhenTheGrantorIsSuspended() public {
        suspend();
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        reinstate();
    }

    function test_suspendByRegulator_suspendsUntilItEndsByItself() public {
        uint48 until = START + LONGEST;
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentSuspended(consent, AGENCY, StateReason.REGULATOR_ORDER, START, until);
        suspendByRegulator(until);
        assertState(ConsentState.SUSPENDED);
        vm.warp(until - 1);
        assertState(ConsentState.SUSPENDED);
        vm.warp(until);
        assertState(ConsentState.ACTIVE);
    }

    function test_suspendByRegulator_revertsWhenConsentIsUnknown() public {
        consent = ConsentId.wrap(0);
        expectUnknown();
        suspendByRegulator(START + 1);
    }

    function test_suspendByRegulator_revertsWhenCallerIsNoRegulator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, REGULATOR));
        vm.prank(operator(HOSPITAL));
        consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, START + 1);
    }

    function test_suspendByRegulator_revertsWhenEndIsBad() public {
        expectBadSuspension(START);
        expectBadSuspension(START - 1);
        expectBadSuspension(START + LONGEST + 1);
        suspendByRegulator(START + 1);
    }

    function test_suspendByRegulator_revertsWhenUsedUpByAnyRegulator() public {
        carry(IConsortium.ProposalKind.ADMIT, abi.encode(admission(NEWCOMER, REGULATOR, false, "Second Agency")));
        vm.prank(admin(NEWCOMER));
        consortium.acceptKey(NEWCOMER);
        vm.prank(admin(NEWCOMER));
        consortium.proposeOperator(operator(NEWCOMER));
        vm.prank(operator(NEWCOMER));
        consortium.acceptKey(NEWCOMER);
        suspendByRegulator(START + 10);
        vm.warp(START + 20);
        vm.expectRevert(
            abi.encodeWithSelector(IConsentToken.ConsentTokenSuspensionUsedUp.selector, consent, START + 10)
        );
        vm.prank(operator(NEWCOMER));
        consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, START + 30);
    }

    function test_revoke_revokesForEver() public {
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentRevoked(consent, HOSPITAL, StateReason.BREACH, START);
        revoke();
        assertState(ConsentState.REVOKED);
        vm.warp(START + 3650 days);
        assertState(ConsentState.REVOKED);
    }

    function test_revoke_worksForASuspendedGrantor() public {
        suspendOrganisation(HOSPITAL);
        revoke();
        assertState(ConsentState.REVOKED);
    }

    function test_revoke_revertsWhenConsentIsUnknown() public {
        consent = ConsentId.wrap(0);
        expectUnknown();
        revoke();
    }

    function test_revoke_revertsWhenCallerIsNotTheGrantor() public {
        expectNotGrantor(AGENCY);
        consents.revoke(consent, StateReason.REGULATOR_ORDER);
        expectNotGrantor(INSTITUTE);
        consents.revoke(consent, StateReason.ERROR);
    }

    function assertState(ConsentState expected) private view {
        assertTrue(consents.stateAt(consent, present()) == expected);
    }

    function expectUnknown() private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, consent));
    }

    function expectNotGrantor(OrganisationId caller) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotGrantor.selector, caller, HOSPITAL));
        vm.prank(operator(caller));
    }

    function expectBadSuspension(uint48 until) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsentToken.ConsentTokenBadSuspension.selector, until, START + LONGEST)
        );
        suspendByRegulator(until);
    }
}
