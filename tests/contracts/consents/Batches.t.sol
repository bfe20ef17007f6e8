// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId } from "../../../contracts/types/Ids.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// Suspending many consents at once, all or none.
contract BatchesTest is ConsentTest {
    uint48 internal constant UNTIL = START + 10 days;

    function test_suspendAll_suspendsEach() public {
        ConsentId[] memory all = issued(3);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentSuspended(
                all[i], HOSPITAL, StateReason.OPT_OUT_BATCH, START, 0, operator(HOSPITAL)
            );
        }
        suspendAll(all);
        assertStates(all, ConsentState.SUSPENDED);
    }

    function test_suspendAllByRegulator_suspendsEach() public {
        ConsentId[] memory all = issued(3);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentSuspended(
                all[i], AGENCY, StateReason.REGULATOR_ORDER, START, UNTIL, operator(AGENCY)
            );
        }
        suspendAllByRegulator(all, UNTIL);
        assertStates(all, ConsentState.SUSPENDED);
        vm.warp(UNTIL);
        assertStates(all, ConsentState.ACTIVE);
    }

    function test_batches_keepTheirBounds() public {
        expectBadBatch(0);
        expectBadBatch(101);
        ConsentId[] memory most = issued(100);
        suspendAll(most);
        assertStates(most, ConsentState.SUSPENDED);
        suspendAllByRegulator(most, UNTIL);
        ConsentId[] memory one = new ConsentId[](1);
        one[0] = consent;
        suspendAll(one);
        suspendAllByRegulator(one, UNTIL);
        assertStates(one, ConsentState.SUSPENDED);
    }

    /// One fault, wherever it is, and nothing is done.
    function testFuzz_batches_areAllOrNone(uint8 position, bool revoked) public {
        ConsentId[] memory all = issued(5);
        uint256 bad = position % 5;
        bytes memory refusal;
        if (revoked) {
            vm.prank(operator(HOSPITAL));
            consents.revoke(all[bad], StateReason.ERROR);
            refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenRevoked.selector, all[bad]);
        } else {
            all[bad] = ConsentId.wrap("none");
            refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, all[bad]);
        }
        vm.expectRevert(refusal);
        suspendAll(all);
        vm.expectRevert(refusal);
        suspendAllByRegulator(all, UNTIL);
        for (uint256 i = 0; i < 5; ++i) {
            if (i != bad) assertTrue(consents.stateAt(all[i], START) == ConsentState.ACTIVE);
        }
    }

    function test_batches_revertWhenAConsentIsTwice() public {
        ConsentId[] memory all = new ConsentId[](2);
        (all[0], all[1]) = (consent, consent);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenAlreadySuspended.selector, consent));
        suspendAll(all);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenSuspensionUsedUp.selector, consent, UNTIL));
        suspendAllByRegulator(all, UNTIL);
    }

    function test_suspendAll_revertsWhenOneIsAnothers() public {
        ConsentId[] memory all = issued(2);
        all[1] = consentOn(datasetOf(CLINIC), CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotGrantor.selector, HOSPITAL, CLINIC));
        suspendAll(all);
    }

    function test_suspendAllByRegulator_takesConsentsOfManyGrantors() public {
        ConsentId[] memory all = issued(2);
        all[1] = consentOn(datasetOf(CLINIC), CLINIC);
        suspendAllByRegulator(all, UNTIL);
        assertStates(all, ConsentState.SUSPENDED);
    }

    /// Wherever it is, nothing is done; of the others' consents alone, all is.
    function testFuzz_suspendAllByRegulator_revertsWhenOneIsItsOwn(uint8 position) public {
        address second = join(CUSTODIAN | REGULATOR);
        ConsentId[] memory all = issued(3);
        ConsentId others = all[position % 3];
        all[position % 3] = consentOn(datasetOf(NEWCOMER), NEWCOMER);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenOwnCase.selector, NEWCOMER));
        vm.prank(second);
        consents.suspendAllByRegulator(all, StateReason.REGULATOR_ORDER, UNTIL);
        assertStates(all, ConsentState.ACTIVE);
        suspendAllByRegulator(all, UNTIL);
        assertStates(all, ConsentState.SUSPENDED);
        all = new ConsentId[](1);
        all[0] = others;
        vm.prank(second);
        consents.suspendAllByRegulator(all, StateReason.REGULATOR_ORDER, UNTIL);
        assertStates(all, ConsentState.SUSPENDED);
    }

    function test_suspendAllByRegulator_revertsWhenTheEndIsBad() public {
        ConsentId[] memory all = issued(2);
        vm.expectRevert(
            abi.encodeWithSelector(IConsentToken.ConsentTokenBadSuspension.selector, START, START + 30 days)
        );
        suspendAllByRegulator(all, START);
    }

    function test_batches_areOpenToASuspendedOrganisation() public {
        suspendOrganisation(HOSPITAL);
        ConsentId[] memory all = new ConsentId[](1);
        all[0] = consent;
        suspendAll(all);
        assertStates(all, ConsentState.SUSPENDED);
    }

    function test_batches_revertWhenCallerLacksTheCapability() public {
        ConsentId[] memory all = issued(1);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        vm.prank(operator(INSTITUTE));
        consents.suspendAll(all, StateReason.ERROR);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, REGULATOR));
        vm.prank(operator(HOSPITAL));
        consents.suspendAllByRegulator(all, StateReason.ERROR, UNTIL);
    }

    function issued(uint256 count) private returns (ConsentId[] memory all) {
        all = new ConsentId[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = issue(HOSPITAL, bytes32(i), termsFor(dataset));
        }
    }

    function suspendAll(ConsentId[] memory all) private {
        vm.prank(operator(HOSPITAL));
        consents.suspendAll(all, StateReason.OPT_OUT_BATCH);
    }

    function suspendAllByRegulator(ConsentId[] memory all, uint48 until) private {
        vm.prank(operator(AGENCY));
        consents.suspendAllByRegulator(all, StateReason.REGULATOR_ORDER, until);
    }

    function expectBadBatch(uint256 count) private {
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenBadBatch.selector, count, 100);
        vm.expectRevert(refusal);
        suspendAll(new ConsentId[](count));
        vm.expectRevert(refusal);
        suspendAllByRegulator(new ConsentId[](count), UNTIL);
    }

    function assertStates(ConsentId[] memory all, ConsentState expected) private view {
        for (uint256 i = 0; i < all.length; ++i) {
            assertTrue(consents.stateAt(all[i], present()) == expected);
        }
    }
}
