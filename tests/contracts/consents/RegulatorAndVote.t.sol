// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, NOBODY, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// What others than the grantor do: a regulator once, a vote at any time.
contract RegulatorAndVoteTest is ConsentTest {
    uint48 internal constant LONGEST = 30 days;

    function test_suspendByRegulator_suspendsUntilItEndsByItself() public {
        uint48 until = START + LONGEST;
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentSuspended(
            consent, AGENCY, StateReason.REGULATOR_ORDER, START, until, operator(AGENCY)
        );
        suspendByRegulator(until);
        assertTimed(until);
    }

    function test_suspendByVote_suspendsUntilItEndsByItself() public {
        uint48 until = START + LONGEST;
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentSuspended(
            consent, NOBODY, StateReason.REGULATOR_ORDER, START, until, address(consortium)
        );
        suspendByVote(until);
        assertTimed(until);
    }

    function test_suspendByRegulator_andByVote_keepTheirBounds() public {
        uint48[3] memory bad = [START - 1, START, START + LONGEST + 1];
        for (uint256 i = 0; i < bad.length; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IConsentToken.ConsentTokenBadSuspension.selector, bad[i], START + LONGEST);
            vm.expectRevert(refusal);
            suspendByRegulator(bad[i]);
            vm.expectRevert(refusal);
            suspendByVote(bad[i]);
        }
        suspendByRegulator(START + 1);
        suspendByVote(START + 1);
    }

    function testFuzz_suspendByRegulator_keepsItsBounds(uint48 until) public {
        bool good = until > START && until <= START + LONGEST;
        if (!good) {
            vm.expectRevert(
                abi.encodeWithSelector(IConsentToken.ConsentTokenBadSuspension.selector, until, START + LONGEST)
            );
        }
        suspendByRegulator(until);
        assertTrue(consents.stateAt(consent, START) == (good ? ConsentState.SUSPENDED : ConsentState.ACTIVE));
    }

    function test_suspendByRegulator_revertsWhenUsedUpByAnyRegulator() public {
        address second = join(REGULATOR);
        suspendByRegulator(START + 10);
        expectUsedUpFor(operator(AGENCY), START + 10);
        expectUsedUpFor(second, START + 10);
        vm.warp(START + 20);
        expectUsedUpFor(operator(AGENCY), START + 10);
        expectUsedUpFor(second, START + 10);
    }

    function test_suspendByRegulator_revertsWhenAVoteSuspended() public {
        suspendByVote(START + 10);
        vm.warp(START + 10);
        expectUsedUpFor(operator(AGENCY), START + 10);
    }

    function test_suspendByRegulator_isCountedForEachConsent() public {
        suspendByRegulator(START + 10);
        consent = issue(HOSPITAL, "other", termsFor(dataset));
        suspendByRegulator(START + 10);
        assertTrue(consents.stateAt(consent, START) == ConsentState.SUSPENDED);
    }

    function test_suspendByRegulator_isOpenToASuspendedRegulator() public {
        address second = join(REGULATOR);
        suspendOrganisation(NEWCOMER);
        vm.prank(second);
        consents.suspendByRegulator(consent, StateReason.BREACH, START + 1);
        assertTrue(consents.stateAt(consent, START) == ConsentState.SUSPENDED);
    }

    function test_suspendByRegulator_revertsWhenCallerIsNoRegulator() public {
        OrganisationId[2] memory callers = [HOSPITAL, INSTITUTE];
        uint8[2] memory got = [CUSTODIAN, PUBLISHER];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, got[i], REGULATOR));
            vm.prank(operator(callers[i]));
            consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, START + 1);
        }
    }

    /// A regulator that is a hospital too would spend the one suspension on itself, as short as it likes.
    function test_suspendByRegulator_revertsWhenTheConsentIsItsOwn() public {
        address second = join(CUSTODIAN | REGULATOR);
        ConsentId others = consent;
        consent = consentOn(datasetOf(NEWCOMER), NEWCOMER);
        expectOwnCase(second);
        assertStateAt(START, ConsentState.ACTIVE);
        suspendByRegulator(START + 10);
        expectOwnCase(second);
        consent = others;
        vm.prank(second);
        consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, START + 5);
        assertStateAt(START + 4, ConsentState.SUSPENDED);
    }

    /// As its grantor it suspends like any other; and a vote suspends whoever granted.
    function test_suspendByRegulator_leavesTheGrantorsOwnSuspension() public {
        address second = join(CUSTODIAN | REGULATOR);
        consent = consentOn(datasetOf(NEWCOMER), NEWCOMER);
        vm.prank(second);
        consents.suspend(consent, StateReason.STEWARD_DECISION);
        assertStateAt(START, ConsentState.SUSPENDED);
        suspendByVote(START + 5);
        vm.prank(second);
        consents.reinstate(consent, StateReason.STEWARD_DECISION);
        assertStateAt(START + 4, ConsentState.SUSPENDED);
        assertStateAt(START + 5, ConsentState.ACTIVE);
    }

    function test_suspendByVote_extendsARegulatorsSuspension() public {
        suspendByRegulator(START + 10);
        vm.warp(START + 5);
        suspendByVote(START + 25);
        assertStateAt(START + 24, ConsentState.SUSPENDED);
        assertStateAt(START + 25, ConsentState.ACTIVE);
        suspendByVote(START + 30);
        assertStateAt(START + 29, ConsentState.SUSPENDED);
    }

    function test_votes_areCarriedOutThroughTheConsortium() public {
        carry(
            IConsortium.ProposalKind.SUSPEND_CONSENT,
            abi.encode(
                IConsortium.ConsentSuspension({
                    generation: 1, consent: consent, reason: StateReason.BREACH, duration: 100
                })
            )
        );
        assertStateAt(START + 99, ConsentState.SUSPENDED);
        assertStateAt(START + 100, ConsentState.ACTIVE);
        carry(
            IConsortium.ProposalKind.REVOKE_CONSENT,
            abi.encode(IConsortium.ConsentRevocation({ generation: 1, consent: consent, reason: StateReason.BREACH }))
        );
        assertStateAt(START, ConsentState.REVOKED);
    }

    function test_revokeByVote_revokes() public {
        vm.warp(START + 3);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentRevoked(consent, NOBODY, StateReason.PERMIT_ENDED, START + 3, address(consortium));
        vm.prank(address(consortium));
        consents.revokeByVote(consent, StateReason.PERMIT_ENDED);
        assertStateAt(START + 2, ConsentState.ACTIVE);
        assertStateAt(START + 3, ConsentState.REVOKED);
    }

    function test_votes_revertWhenConsentIsUnknown() public {
        consent = ConsentId.wrap("none");
        bytes memory unknown = abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, consent);
        vm.expectRevert(unknown);
        suspendByVote(START + 1);
        vm.expectRevert(unknown);
        vm.prank(address(consortium));
        consents.revokeByVote(consent, StateReason.ERROR);
    }

    function testFuzz_votes_areOnlyForTheConsortium(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(1 + member % 5));
        vm.assume(caller != address(consortium));
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenNotConsortium.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        consents.suspendByVote(consent, StateReason.ERROR, START + 1);
        vm.expectRevert(refusal);
        consents.revokeByVote(consent, StateReason.ERROR);
        vm.stopPrank();
        assertStateAt(START, ConsentState.ACTIVE);
    }

    function suspendByVote(uint48 until) private {
        vm.prank(address(consortium));
        consents.suspendByVote(consent, StateReason.REGULATOR_ORDER, until);
    }

    function expectOwnCase(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenOwnCase.selector, NEWCOMER));
        vm.prank(caller);
        consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, present() + 5);
    }

    function expectUsedUpFor(address caller, uint48 until) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenSuspensionUsedUp.selector, consent, until));
        vm.prank(caller);
        consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, present() + 5);
    }

    function assertTimed(uint48 until) private {
        assertStateAt(START - 1, ConsentState.ACTIVE);
        assertStateAt(START, ConsentState.SUSPENDED);
        assertStateAt(until - 1, ConsentState.SUSPENDED);
        assertStateAt(until, ConsentState.ACTIVE);
        vm.warp(until);
        record(useOf(consent, dataset));
    }

    function assertStateAt(uint48 time, ConsentState expected) private view {
        assertTrue(consents.stateAt(consent, time) == expected);
    }
}
