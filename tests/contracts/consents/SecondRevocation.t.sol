// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ConsentState, Reason, StateReason, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, NOBODY } from "../../../contracts/types/Ids.sol";
import { ConsentTest } from "../base/ConsentTest.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";

/// A consent that ended for a reason that only looks forward, and of which a breach or an error is said afterwards: or
/// whoever ends it first could keep that from ever being said.
contract SecondRevocationTest is ConsentTest, SecondGeneration {
    function setUp() public override(ConsentTest, ConsortiumTest) {
        ConsentTest.setUp();
    }

    function test_revoke_taintsWhatHasEnded() public {
        revoke(StateReason.PERMIT_ENDED);
        vm.warp(START + 9);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentRevoked(consent, HOSPITAL, StateReason.BREACH, START + 9, operator(HOSPITAL));
        revoke(StateReason.BREACH);
        assertRevokedFrom(START);
        expectRevokedOf(StateReason.BREACH);
    }

    function test_revokeByVote_taintsWhatHasEnded() public {
        revokeByVote(StateReason.REGULATOR_ORDER);
        vm.warp(START + 9);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentRevoked(consent, NOBODY, StateReason.ERROR, START + 9, address(consortium));
        revokeByVote(StateReason.ERROR);
        assertRevokedFrom(START);
        expectRevokedOf(StateReason.ERROR);
    }

    /// What this is for: the grantor ends the consent before the vote on its breach is carried out.
    function test_revokeByVote_taintsWhatTheGrantorEnded() public {
        revoke(StateReason.STEWARD_DECISION);
        vm.warp(START + 9);
        carry(
            IConsortium.ProposalKind.REVOKE_CONSENT,
            abi.encode(IConsortium.ConsentRevocation({ generation: 1, consent: consent, reason: StateReason.BREACH }))
        );
        assertRevokedFrom(START);
        expectRevokedOf(StateReason.BREACH);
    }

    function test_revoke_taintsWhatAVoteEnded() public {
        revokeByVote(StateReason.PERMIT_ENDED);
        revoke(StateReason.ERROR);
        assertRevokedFrom(START);
        expectRevokedOf(StateReason.ERROR);
    }

    /// Of the former alone: what took its place goes on.
    function test_revoke_taintsWhatWasSuperseded() public {
        vm.warp(START + 3);
        ConsentId next = supersede();
        vm.warp(START + 9);
        revoke(StateReason.BREACH);
        assertRevokedFrom(START + 3);
        assertTrue(consents.stateAt(next, START + 9) == ConsentState.ACTIVE);
        expectRevokedOf(StateReason.BREACH);
    }

    function test_revokeByVote_taintsWhatWasSuperseded() public {
        ConsentId next = supersede();
        revokeByVote(StateReason.BREACH);
        assertRevokedFrom(START);
        assertTrue(consents.stateAt(next, START) == ConsentState.ACTIVE);
        expectRevokedOf(StateReason.BREACH);
    }

    function test_revoke_revertsWhenTheSecondReasonLooksForwardToo() public {
        revoke(StateReason.OPT_OUT_BATCH);
        expectRevokedOf(StateReason.OPT_OUT_BATCH);
        expectRevokedOf(StateReason.PERMIT_ENDED);
        // And still takes the one that taints.
        revoke(StateReason.BREACH);
    }

    function test_revoke_revertsWhenTaintedAtOnce() public {
        revoke(StateReason.ERROR);
        expectRevokedOf(StateReason.BREACH);
        expectRevokedOf(StateReason.ERROR);
        expectRevokedOf(StateReason.SUPERSEDED);
    }

    /// Every reason after every other, by the grantor and by vote: twice exactly when the second alone taints.
    function testFuzz_revoke_goesFromForwardToTaint(uint8 first, uint8 second, bool firstByVote, bool secondByVote)
        public
    {
        StateReason earlier = StateReason(first % 8);
        StateReason later = StateReason(second % 8);
        revokeBy(firstByVote, earlier);
        vm.warp(START + 9);
        bool good = taints(later) && !taints(earlier);
        if (good) {
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentRevoked(
                consent,
                secondByVote ? NOBODY : HOSPITAL,
                later,
                START + 9,
                secondByVote ? address(consortium) : operator(HOSPITAL)
            );
        } else {
            vm.expectRevert(revoked());
        }
        revokeBy(secondByVote, later);
        assertRevokedFrom(START);
        for (uint8 i = 0; i < 8; ++i) {
            if (taints(StateReason(i)) && !good && !taints(earlier)) continue;
            expectRevokedOf(StateReason(i));
        }
    }

    /// A consent that ended can be said to be in breach, and by nothing else be acted on.
    function test_acts_revertAfterEitherRevocation() public {
        revoke(StateReason.PERMIT_ENDED);
        expectOver();
        revoke(StateReason.BREACH);
        expectOver();
    }

    function test_revoke_secondTime_isOpenToASuspendedGrantor() public {
        revoke(StateReason.PERMIT_ENDED);
        suspendOrganisation(HOSPITAL);
        revoke(StateReason.BREACH);
        expectRevokedOf(StateReason.BREACH);
    }

    function test_revoke_secondTime_isOpenInAFormerGeneration() public {
        revoke(StateReason.PERMIT_ENDED);
        enterSecondGeneration();
        revoke(StateReason.BREACH);
        expectRevokedOf(StateReason.BREACH);
    }

    function test_revoke_secondTime_revertsWhenAnotherCalls() public {
        revoke(StateReason.PERMIT_ENDED);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotGrantor.selector, CLINIC, HOSPITAL));
        vm.prank(operator(CLINIC));
        consents.revoke(consent, StateReason.BREACH);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotConsortium.selector, operator(HOSPITAL)));
        vm.prank(operator(HOSPITAL));
        consents.revokeByVote(consent, StateReason.BREACH);
        // Neither used it up.
        revoke(StateReason.BREACH);
    }

    function supersede() private returns (ConsentId) {
        Terms memory terms = termsFor(dataset);
        terms.supersedes = consent;
        return issue(HOSPITAL, "next", terms);
    }

    function revokeByVote(StateReason reason) private {
        vm.prank(address(consortium));
        consents.revokeByVote(consent, reason);
    }

    function revokeBy(bool byVote, StateReason reason) private {
        if (byVote) revokeByVote(reason);
        else revoke(reason);
    }

    function expectRevokedOf(StateReason reason) private {
        vm.expectRevert(revoked());
        revoke(reason);
        vm.expectRevert(revoked());
        revokeByVote(reason);
    }

    function expectOver() private {
        vm.expectRevert(revoked());
        suspend();
        vm.expectRevert(revoked());
        reinstate();
        vm.expectRevert(revoked());
        suspendByRegulator(START + 1);
        vm.expectRevert(revoked());
        vm.prank(address(consortium));
        consents.suspendByVote(consent, StateReason.BREACH, START + 1);
        Terms memory terms = termsFor(dataset);
        terms.supersedes = consent;
        vm.expectRevert(revoked());
        issue(HOSPITAL, "next", terms);
        assertTrue(consents.check(useOf(consent, dataset)) == Reason.REVOKED);
    }

    function assertRevokedFrom(uint48 time) private view {
        assertTrue(consents.stateAt(consent, time - 1) == ConsentState.ACTIVE);
        for (uint48 t = time; t < time + 20; ++t) {
            assertTrue(consents.stateAt(consent, t) == ConsentState.REVOKED);
        }
        assertTrue(consents.stateAt(consent, type(uint48).max) == ConsentState.REVOKED);
        assertTrue(consents.check(useOf(consent, dataset)) == Reason.REVOKED);
    }

    function revoked() private view returns (bytes memory) {
        return abi.encodeWithSelector(IConsentToken.ConsentTokenRevoked.selector, consent);
    }

    function taints(StateReason reason) private pure returns (bool) {
        return reason == StateReason.BREACH || reason == StateReason.ERROR;
    }
}
