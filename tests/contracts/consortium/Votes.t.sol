// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Who may vote, until when, and what a vote counts.
contract ConsortiumVotesTest is GovernanceTest {
    bytes internal payload = abi.encode(COMPANY);
    uint256 internal proposal;

    function setUp() public override {
        super.setUp();
        proposal = propose(IConsortium.ProposalKind.SUSPEND, payload);
    }

    function test_vote_isCast() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.VoteCast(proposal, AGENCY, false, admin(AGENCY));
        vm.prank(admin(AGENCY));
        consortium.vote(proposal, false);
        vm.expectEmit(address(consortium));
        emit IConsortium.VoteCast(proposal, HOSPITAL, true, operator(HOSPITAL));
        vote(proposal, HOSPITAL);
        expectNotPassed(1, 3, 1, 2);
        execute(proposal, payload);
    }

    function test_vote_countsCustodiansApart() public {
        vote(proposal, INSTITUTE);
        expectNotPassed(1, 3, 0, 2);
        execute(proposal, payload);
        vote(proposal, CLINIC);
        expectNotPassed(2, 3, 1, 2);
        execute(proposal, payload);
    }

    function test_vote_againstCountsNothingAndUsesTheVote() public {
        vm.prank(operator(HOSPITAL));
        consortium.vote(proposal, false);
        expectNotPassed(0, 3, 0, 2);
        execute(proposal, payload);
        expectAlreadyVoted(HOSPITAL);
        vote(proposal, HOSPITAL);
        expectAlreadyVoted(HOSPITAL);
        takeBack(proposal, HOSPITAL);
        expectNotPassed(0, 3, 0, 2);
        execute(proposal, payload);
    }

    function test_vote_inFavourIsTakenBack() public {
        vote(proposal, HOSPITAL);
        vote(proposal, INSTITUTE);
        vote(proposal, CLINIC);
        vm.expectEmit(address(consortium));
        emit IConsortium.VoteCast(proposal, HOSPITAL, false, admin(HOSPITAL));
        vm.prank(admin(HOSPITAL));
        consortium.vote(proposal, false);
        expectNotPassed(2, 3, 1, 2);
        execute(proposal, payload);
        // No custodian: the other count stays.
        takeBack(proposal, INSTITUTE);
        expectNotPassed(1, 3, 1, 2);
        execute(proposal, payload);
        takeBack(proposal, CLINIC);
        expectNotPassed(0, 3, 0, 2);
        execute(proposal, payload);
    }

    function test_vote_isTakenBackForGood() public {
        vote(proposal, HOSPITAL);
        takeBack(proposal, HOSPITAL);
        expectAlreadyVoted(HOSPITAL);
        vote(proposal, HOSPITAL);
        expectAlreadyVoted(HOSPITAL);
        takeBack(proposal, HOSPITAL);
        expectNotPassed(0, 3, 0, 2);
        execute(proposal, payload);
    }

    function test_vote_isTakenBackOnOneProposal() public {
        uint256 other = propose(IConsortium.ProposalKind.SUSPEND, payload);
        vote(proposal, HOSPITAL);
        vote(other, HOSPITAL);
        takeBack(proposal, HOSPITAL);
        expectNotPassed(1, 3, 1, 2);
        execute(other, payload);
        takeBack(other, HOSPITAL);
    }

    function test_vote_takenBackStopsWhatHadPassed() public {
        passWithoutCompany(proposal);
        takeBack(proposal, INSTITUTE);
        takeBack(proposal, AGENCY);
        expectNotPassed(2, 3, 2, 2);
        execute(proposal, payload);
        // One that has not voted yet can still decide it.
        vote(proposal, COMPANY);
        execute(proposal, payload);
    }

    function test_vote_isTakenBackByASuspendedOrganisation() public {
        passWithoutCompany(proposal);
        suspendOrganisation(HOSPITAL);
        takeBack(proposal, HOSPITAL);
        suspendInEmergency(INSTITUTE, START + 100);
        takeBack(proposal, INSTITUTE);
        expectNotPassed(2, 3, 1, 2);
        execute(proposal, payload);
    }

    function test_vote_isTakenBackUntilTheDeadline() public {
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        vm.warp(START + VOTING_PERIOD - 1);
        takeBack(proposal, HOSPITAL);
        vm.warp(START + VOTING_PERIOD);
        expectClosed(START + VOTING_PERIOD);
        takeBack(proposal, CLINIC);
    }

    function test_vote_isNotTakenBackOnceExecuted() public {
        passWithoutCompany(proposal);
        execute(proposal, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, proposal));
        takeBack(proposal, HOSPITAL);
    }

    function test_vote_isOneOnEachProposal() public {
        uint256 other = propose(IConsortium.ProposalKind.SUSPEND, payload);
        vote(proposal, HOSPITAL);
        vote(other, HOSPITAL);
        expectAlreadyVoted(HOSPITAL);
        vote(other, HOSPITAL);
    }

    function test_vote_revertsWhenCastTwiceByAnyKey() public {
        vote(proposal, HOSPITAL);
        expectAlreadyVoted(HOSPITAL);
        vote(proposal, HOSPITAL);
        expectAlreadyVoted(HOSPITAL);
        vm.prank(admin(HOSPITAL));
        consortium.vote(proposal, true);
        offer(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
        accept(HOSPITAL, KEY);
        expectAlreadyVoted(HOSPITAL);
        vm.prank(KEY);
        consortium.vote(proposal, true);
    }

    function test_vote_isOpenToAKeyAcceptedAfterwards() public {
        offer(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
        accept(HOSPITAL, KEY);
        vm.prank(KEY);
        consortium.vote(proposal, true);
        expectNotPassed(1, 3, 1, 2);
        execute(proposal, payload);
    }

    function test_vote_revertsWhenTheKeyIsUnknown() public {
        expectKeyUnknown(STRANGER);
        vm.prank(STRANGER);
        consortium.vote(proposal, true);
    }

    function test_vote_revertsWhenTheProposalIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 0));
        vote(0, HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, proposal + 1));
        vote(proposal + 1, HOSPITAL);
    }

    function test_vote_revertsWhenAdmittedAfterOpening() public {
        admit(newcomer());
        expectNotInElectorate(NEWCOMER);
        vote(proposal, NEWCOMER);
        // The last of the electorate votes, and the newcomer on what opens after it.
        vote(proposal, AGENCY);
        vote(propose(IConsortium.ProposalKind.SUSPEND, payload), NEWCOMER);
    }

    function test_vote_staysOpenToASuspendedOrganisation() public {
        suspendOrganisation(INSTITUTE);
        vote(proposal, INSTITUTE);
        expectNotPassed(1, 3, 0, 2);
        execute(proposal, payload);
        suspendInEmergency(HOSPITAL, START + 100);
        vote(proposal, HOSPITAL);
        expectNotPassed(2, 3, 1, 2);
        execute(proposal, payload);
    }

    function test_vote_revertsWhenTheVoterIsRemoved() public {
        removeOrganisation(INSTITUTE);
        expectRemoved(INSTITUTE);
        vote(proposal, INSTITUTE);
    }

    function test_vote_countsWhenTheVoterIsRemovedAfterwards() public {
        vote(proposal, INSTITUTE);
        removeOrganisation(INSTITUTE);
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        // Nobody is left who could take it back.
        expectRemoved(INSTITUTE);
        takeBack(proposal, INSTITUTE);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_vote_isOpenUntilTheDeadline() public {
        uint48 deadline = START + VOTING_PERIOD;
        vm.warp(deadline - 1);
        vote(proposal, HOSPITAL);
        vm.warp(deadline);
        expectClosed(deadline);
        vote(proposal, CLINIC);
        vm.warp(deadline + 1);
        expectClosed(deadline);
        vote(proposal, CLINIC);
    }

    function test_vote_revertsWhenExecuted() public {
        passWithoutCompany(proposal);
        execute(proposal, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, proposal));
        vote(proposal, COMPANY);
    }

    /// Whoever votes, however, and whoever takes it back: both counts are those still in favour, and both majorities are
    /// needed.
    function testFuzz_vote_countsThoseInFavour(uint8 voters, uint8 against, uint8 back) public {
        uint32 all;
        uint32 custodians;
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            if (voters & 2 ** i == 0) continue;
            OrganisationId voter = OrganisationId.wrap(i);
            bool inFavour = against & 2 ** i == 0;
            vm.prank(i % 2 == 0 ? admin(voter) : operator(voter));
            consortium.vote(proposal, inFavour);
            if (!inFavour || back & 2 ** i != 0) continue;
            ++all;
            if (consortium.capabilitiesOf(voter) & CUSTODIAN != 0) ++custodians;
        }
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            OrganisationId voter = OrganisationId.wrap(i);
            bool inFavour = voters & ~against & 2 ** i != 0;
            if (inFavour && back & 2 ** i != 0) takeBack(proposal, voter);
        }
        if (all < 3 || custodians < 2) expectNotPassed(all, 3, custodians, 2);
        execute(proposal, payload);
    }

    /// Whatever one asks for, and how often: its vote counts at most once, and not again once it was against.
    function testFuzz_vote_countsOneAtMost(bool[4] memory wishes) public {
        bool voted;
        bool counts;
        for (uint256 i = 0; i < wishes.length; ++i) {
            if (voted && (wishes[i] || !counts)) expectAlreadyVoted(HOSPITAL);
            else (voted, counts) = (true, wishes[i]);
            vm.prank(operator(HOSPITAL));
            consortium.vote(proposal, wishes[i]);
        }
        expectNotPassed(counts ? 1 : 0, 3, counts ? 1 : 0, 2);
        execute(proposal, payload);
    }

    function expectNotInElectorate(OrganisationId voter) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInElectorate.selector, voter));
    }

    function expectClosed(uint48 deadline) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, proposal, deadline));
    }
}
