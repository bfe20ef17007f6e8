// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { ConsentState, FEDERATED_ROUND, Reason, StateReason, Terms, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, NO_CONSENT } from "../../../contracts/types/Ids.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// A consent that replaces another: between the same parties, and with what is used carried on.
contract SupersessionTest is ConsentTest {
    function test_issue_supersedes() public {
        charge(consent, 2, 300_000);
        vm.warp(START + 9);
        Terms memory terms = superseding(consent);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentRevoked(consent, HOSPITAL, StateReason.SUPERSEDED, START + 9, operator(HOSPITAL));
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentIssued(idOf("next"), HOSPITAL, START + 9, terms, 2, 300_000, operator(HOSPITAL));
        ConsentId next = issue(HOSPITAL, "next", terms);
        assertTrue(consents.stateAt(consent, START + 8) == ConsentState.ACTIVE);
        assertTrue(consents.stateAt(consent, START + 9) == ConsentState.REVOKED);
        assertTrue(consents.stateAt(next, START + 9) == ConsentState.ACTIVE);
        assertUsed(next, 2, 300_000);
        assertUsed(consent, 2, 300_000);
    }

    function test_issue_carriesNothingWhenNothingIsSuperseded() public {
        charge(consent, 2, 300_000);
        assertUsed(issue(HOSPITAL, "next", termsFor(dataset)), 0, 0);
    }

    function test_issue_carriesOnThroughAChain() public {
        charge(consent, 1, 100);
        ConsentId second = issue(HOSPITAL, "second", superseding(consent));
        charge(second, 1, 200);
        ConsentId third = issue(HOSPITAL, "third", superseding(second));
        charge(third, 1, 300);
        assertUsed(third, 3, 600);
        expectRefused(third, 1, 0, Reason.ROUNDS_EXHAUSTED);
        expectRefused(third, 0, 999_401, Reason.PRIVACY_BUDGET_EXHAUSTED);
        charge(third, 0, 999_400);
        ConsentId fourth = issue(HOSPITAL, "fourth", superseding(third));
        expectRefused(fourth, 0, 1, Reason.PRIVACY_BUDGET_EXHAUSTED);
        assertEq(datasets.epsilonSpent(dataset, 1), 1_000_000);
    }

    function test_issue_takesLimitsDownToWhatIsUsed() public {
        charge(consent, 2, 300_000);
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenCarriedExceeds.selector, 2, 300_000);
        Terms memory terms = superseding(consent);
        terms.maxRounds = 1;
        vm.expectRevert(refusal);
        issue(HOSPITAL, "next", terms);
        (terms.maxRounds, terms.epsilonBudget) = (2, 299_999);
        vm.expectRevert(refusal);
        issue(HOSPITAL, "next", terms);
        terms.epsilonBudget = 300_000;
        assertUsed(issue(HOSPITAL, "next", terms), 2, 300_000);
    }

    function test_issue_revertsWhenTheSupersededIsUnknown() public {
        ConsentId none = ConsentId.wrap("none");
        expectFault(superseding(none), abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, none));
        // Not even itself.
        ConsentId itself = idOf("next");
        expectFault(superseding(itself), abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, itself));
    }

    function test_issue_revertsWhenTheSupersededIsRevoked() public {
        revoke();
        expectFault(superseding(consent), abi.encodeWithSelector(IConsentToken.ConsentTokenRevoked.selector, consent));
    }

    function test_issue_revertsWhenSupersededTwice() public {
        issue(HOSPITAL, "first", superseding(consent));
        expectFault(superseding(consent), abi.encodeWithSelector(IConsentToken.ConsentTokenRevoked.selector, consent));
    }

    /// Nor again by a consent whose former was said to be in breach meanwhile.
    function test_issue_revertsWhenTheSupersededIsTainted() public {
        ConsentId next = issue(HOSPITAL, "first", superseding(consent));
        revoke(StateReason.BREACH);
        expectFault(superseding(consent), abi.encodeWithSelector(IConsentToken.ConsentTokenRevoked.selector, consent));
        assertTrue(consents.stateAt(next, START) == ConsentState.ACTIVE);
    }

    function test_issue_revertsWhenThePartiesDiffer() public {
        Terms memory terms = superseding(consent);
        terms.grantee = COMPANY;
        expectFault(terms, notSuperseding());
        terms = superseding(consent);
        terms.dataset = registerDataset(HOSPITAL, "another");
        expectFault(terms, notSuperseding());
        terms = superseding(consent);
        terms.dataset = datasetOf(CLINIC);
        vm.expectRevert(notSuperseding());
        issue(CLINIC, "next", terms);
        assertTrue(consents.stateAt(consent, START) == ConsentState.ACTIVE);
    }

    function test_issue_revertsWhileARegulatorsSuspensionRuns() public {
        suspendByRegulator(START + 100);
        keepsUntil(START + 100);
    }

    function test_issue_revertsWhileAVotesSuspensionRuns() public {
        vm.prank(address(consortium));
        consents.suspendByVote(consent, StateReason.BREACH, START + 100);
        keepsUntil(START + 100);
    }

    /// The grantor's own suspension neither hinders nor goes over.
    function test_issue_supersedesUnderTheGrantorsSuspension() public {
        suspend();
        ConsentId next = issue(HOSPITAL, "next", superseding(consent));
        assertTrue(consents.stateAt(next, START) == ConsentState.ACTIVE);
    }

    /// The new consent is a new one for regulators.
    function test_issue_givesTheRegulatorItsRightAnew() public {
        suspendByRegulator(START + 10);
        vm.warp(START + 10);
        consent = issue(HOSPITAL, "next", superseding(consent));
        suspendByRegulator(START + 20);
        assertTrue(consents.stateAt(consent, START + 10) == ConsentState.SUSPENDED);
    }

    function testFuzz_issue_carriesExactlyWhatIsUsed(uint24 rounds, uint40 epsilon, uint24 most, uint40 budget) public {
        Terms memory terms = termsFor(dataset);
        (terms.maxRounds, terms.epsilonBudget) = (rounds, epsilon);
        consent = issue(HOSPITAL, "first", terms);
        charge(consent, rounds, epsilon);
        terms.supersedes = consent;
        // Often near what is used.
        (terms.maxRounds, terms.epsilonBudget) = (most % 4 == 0 ? rounds : most, budget % 4 == 0 ? epsilon : budget);
        bool fits = terms.maxRounds >= rounds && terms.epsilonBudget >= epsilon;
        if (!fits) {
            vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenCarriedExceeds.selector, rounds, epsilon));
        }
        issue(HOSPITAL, "next", terms);
        if (!fits) return;
        assertUsed(idOf("next"), rounds, epsilon);
        assertEq(datasets.epsilonSpent(dataset, 1), epsilon);
    }

    function keepsUntil(uint48 until) private {
        expectFault(superseding(consent), notSuperseding());
        vm.warp(until - 1);
        expectFault(superseding(consent), notSuperseding());
        vm.warp(until);
        assertUsed(issue(HOSPITAL, "next", superseding(consent)), 0, 0);
    }

    function superseding(ConsentId former) private view returns (Terms memory terms) {
        terms = termsFor(dataset);
        terms.supersedes = former;
        assertTrue(former != NO_CONSENT);
    }

    function charge(ConsentId charged, uint24 rounds, uint40 epsilon) private {
        record(use(charged, rounds, epsilon));
    }

    function use(ConsentId charged, uint24 rounds, uint40 epsilon) private view returns (Use memory wanted) {
        wanted = useOf(charged, dataset);
        (wanted.operation, wanted.rounds, wanted.epsilon) = (FEDERATED_ROUND, rounds, epsilon);
    }

    function idOf(bytes32 salt) private view returns (ConsentId) {
        return ConsentId.wrap(keccak256(abi.encode(Ids.CONSENT, block.chainid, address(consents), HOSPITAL, salt)));
    }

    function notSuperseding() private view returns (bytes memory) {
        return abi.encodeWithSelector(IConsentToken.ConsentTokenNotSuperseding.selector, consent);
    }

    function expectFault(Terms memory terms, bytes memory refusal) private {
        vm.expectRevert(refusal);
        issue(HOSPITAL, "next", terms);
    }

    function expectRefused(ConsentId charged, uint24 rounds, uint40 epsilon, Reason reason) private {
        Use memory wanted = use(charged, rounds, epsilon);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, charged, reason));
        record(wanted);
    }

    function assertUsed(ConsentId charged, uint24 rounds, uint40 epsilon) private view {
        assertEq(consents.roundsUsed(charged), rounds);
        assertEq(consents.epsilonSpent(charged), epsilon);
    }
}
