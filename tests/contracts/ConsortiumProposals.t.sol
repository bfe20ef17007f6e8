// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

contract ConsortiumProposalsTest is ConsortiumTest {
    uint48 internal constant VOTING_PERIOD = 30 days;

    function test_propose_opensAProposal() public {
        bytes memory payload = abi.encode(newcomer());
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalOpened(1, CLINIC, IConsortium.ProposalKind.ADMIT, payload, START + VOTING_PERIOD);
        assertEq(propose(IConsortium.ProposalKind.ADMIT, payload), 1);
        assertEq(propose(IConsortium.ProposalKind.ADMIT, payload), 2);
    }

    function test_propose_worksForAnAdminKey() public {
        vm.prank(admin(AGENCY));
        assertEq(consortium.propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY)), 1);
    }

    function test_propose_keepsNothingBehindThePayload() public {
        bytes memory payload = abi.encode(COMPANY);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalOpened(1, CLINIC, IConsortium.ProposalKind.SUSPEND, payload, START + VOTING_PERIOD);
        propose(IConsortium.ProposalKind.SUSPEND, bytes.concat(payload, "Jane Doe, 1970-01-01"));
    }

    function test_propose_revertsWhenKeyIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, STRANGER));
        vm.prank(STRANGER);
        consortium.propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
    }

    function test_propose_revertsWhenProposerIsSuspended() public {
        suspendOrganisation(COMPANY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, COMPANY));
        vm.prank(operator(COMPANY));
        consortium.propose(IConsortium.ProposalKind.SUSPEND, abi.encode(HOSPITAL));
    }

    function test_propose_revertsWhenCapabilitiesAreBad() public {
        IConsortium.Admission memory bad = newcomer();
        bad.capabilities = 0;
        expectProposeRefused(bad, abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, 0));
        bad.capabilities = 8;
        expectProposeRefused(bad, abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, 8));
    }

    function test_propose_revertsWhenNameIsBad() public {
        IConsortium.Admission memory bad = newcomer();
        bad.name = "";
        expectProposeRefused(bad, abi.encodeWithSelector(IConsortium.ConsortiumBadName.selector, 0, 128));
        bad.name = string(new bytes(129));
        expectProposeRefused(bad, abi.encodeWithSelector(IConsortium.ConsortiumBadName.selector, 129, 128));
        bytes memory longest = new bytes(128);
        for (uint256 i = 0; i < longest.length; ++i) {
            longest[i] = "a";
        }
        bad.name = string(longest);
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
    }

    function test_propose_revertsWhenAdminIsTaken() public {
        IConsortium.Admission memory bad = newcomer();
        bad.admin = operator(CLINIC);
        expectProposeRefused(bad, abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, bad.admin));
    }

    function test_propose_revertsWhenAdminIsZero() public {
        IConsortium.Admission memory bad = newcomer();
        bad.admin = address(0);
        expectProposeRefused(bad, abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, address(0)));
    }

    function test_propose_revertsWhenOrganisationIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(IConsortium.ConsortiumUnknownOrganisation.selector, NEWCOMER);
        vm.expectRevert(refusal);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(NEWCOMER));
        vm.expectRevert(refusal);
        propose(IConsortium.ProposalKind.REINSTATE, abi.encode(NEWCOMER));
    }

    function test_propose_revertsWhenNothingWouldChange() public {
        expectNothingToChange(IConsortium.ProposalKind.REINSTATE, COMPANY, IConsortium.Status.ACTIVE);
        suspendOrganisation(COMPANY);
        expectNothingToChange(IConsortium.ProposalKind.SUSPEND, COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_propose_revertsWhenItIsTheLastRegulator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastRegulator.selector, AGENCY));
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
    }

    function test_propose_revertsWhenThePayloadIsNotTheAbi() public {
        vm.expectRevert();
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(COMPANY));
    }

    function test_vote_isCast() public {
        uint256 proposal = proposeSuspension();
        vm.expectEmit(address(consortium));
        emit IConsortium.VoteCast(proposal, AGENCY, false);
        vm.prank(admin(AGENCY));
        consortium.vote(proposal, false);
    }

    function test_vote_staysOpenToASuspendedOrganisation() public {
        suspendOrganisation(COMPANY);
        vote(propose(IConsortium.ProposalKind.REINSTATE, abi.encode(COMPANY)), COMPANY);
    }

    function test_vote_revertsWhenKeyIsUnknown() public {
        uint256 proposal = proposeSuspension();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, STRANGER));
        vm.prank(STRANGER);
        consortium.vote(proposal, true);
    }

    function test_vote_revertsWhenProposalIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 1));
        vote(1, HOSPITAL);
    }

    function test_vote_revertsWhenCastTwiceByAnyKey() public {
        uint256 proposal = proposeSuspension();
        vote(proposal, HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyVoted.selector, HOSPITAL));
        vm.prank(admin(HOSPITAL));
        consortium.vote(proposal, false);
    }

    function test_vote_revertsWhenAdmittedAfterOpening() public {
        uint256 proposal = proposeSuspension();
        admit(newcomer());
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInElectorate.selector, NEWCOMER));
        vm.prank(admin(NEWCOMER));
        consortium.vote(proposal, true);
    }

    function test_vote_revertsWhenClosed() public {
        uint256 proposal = proposeSuspension();
        vm.warp(START + VOTING_PERIOD - 1);
        vote(proposal, HOSPITAL);
        vm.warp(START + VOTING_PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, proposal, START + VOTING_PERIOD)
        );
        vote(proposal, CLINIC);
    }

    function test_vote_revertsWhenExecuted() public {
        uint256 proposal = carry(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, proposal));
        vote(proposal, AGENCY);
    }

    function test_execute_admits() public {
        IConsortium.Admission memory fresh = newcomer();
        uint256 proposal = propose(IConsortium.ProposalKind.ADMIT, abi.encode(fresh));
        pass(proposal);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalExecuted(proposal);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationAdmitted(NEWCOMER, fresh.admin, fresh.capabilities, fresh.forProfit, fresh.name);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyProposed(NEWCOMER, fresh.admin, IConsortium.Role.ADMIN);
        vm.prank(admin(COMPANY));
        consortium.execute(proposal);
        assertEq(consortium.organisationCount(), FOUNDERS + 1);
        assertTrue(consortium.statusOf(NEWCOMER) == IConsortium.Status.ACTIVE);
        assertEq(consortium.capabilitiesOf(NEWCOMER), fresh.capabilities);
        assertEq(
            consortium.recordDigestOf(NEWCOMER),
            keccak256(
                abi.encode(NEWCOMER, fresh.admin, fresh.capabilities, fresh.forProfit, keccak256(bytes(fresh.name)))
            )
        );
    }

    function test_execute_admitsAnOrganisationWhoseAdminBeginsByAccepting() public {
        admit(newcomer());
        vm.prank(admin(NEWCOMER));
        consortium.proposeOperator(operator(NEWCOMER));
        vm.prank(operator(NEWCOMER));
        consortium.acceptKey(NEWCOMER);
        assertTrue(consortium.requireOperator(operator(NEWCOMER), CUSTODIAN) == NEWCOMER);
    }

    function test_execute_suspendsAndReinstates() public {
        uint256 proposal = proposeSuspension();
        pass(proposal);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationSuspended(COMPANY, proposal);
        execute(proposal);
        assertTrue(consortium.statusOf(COMPANY) == IConsortium.Status.SUSPENDED);

        proposal = propose(IConsortium.ProposalKind.REINSTATE, abi.encode(COMPANY));
        pass(proposal);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationReinstated(COMPANY, proposal);
        execute(proposal);
        assertTrue(consortium.statusOf(COMPANY) == IConsortium.Status.ACTIVE);
    }

    function test_execute_worksForASuspendedOrganisation() public {
        suspendOrganisation(COMPANY);
        uint256 proposal = propose(IConsortium.ProposalKind.REINSTATE, abi.encode(COMPANY));
        pass(proposal);
        vm.prank(operator(COMPANY));
        consortium.execute(proposal);
    }

    function test_execute_suspendsARegulatorWhenAnotherIsLeft() public {
        admit(admission(NEWCOMER, REGULATOR, false, "Second Agency"));
        suspendOrganisation(AGENCY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastRegulator.selector, NEWCOMER));
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(NEWCOMER));
        reinstateOrganisation(AGENCY);
        suspendOrganisation(NEWCOMER);
    }

    function test_execute_revertsWhenTheLastRegulatorIsLeftMeanwhile() public {
        admit(admission(NEWCOMER, REGULATOR, false, "Second Agency"));
        uint256 first = propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
        uint256 second = propose(IConsortium.ProposalKind.SUSPEND, abi.encode(NEWCOMER));
        pass(first);
        pass(second);
        execute(first);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastRegulator.selector, NEWCOMER));
        execute(second);
    }

    function test_execute_revertsWhenNothingIsLeftToChange() public {
        uint256 first = proposeSuspension();
        uint256 second = proposeSuspension();
        pass(first);
        pass(second);
        execute(first);
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsortium.ConsortiumNothingToChange.selector, COMPANY, IConsortium.Status.SUSPENDED
            )
        );
        execute(second);
    }

    function test_execute_revertsWhenTheAdminIsTakenMeanwhile() public {
        uint256 proposal = propose(IConsortium.ProposalKind.ADMIT, abi.encode(newcomer()));
        pass(proposal);
        vm.prank(admin(CLINIC));
        consortium.proposeOperator(admin(NEWCOMER));
        vm.prank(admin(NEWCOMER));
        consortium.acceptKey(CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, admin(NEWCOMER)));
        execute(proposal);
    }

    function test_execute_revertsWhenNotMostOfAll() public {
        uint256 proposal = proposeSuspension();
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        expectNotPassed(proposal, 2, 2);
    }

    function test_execute_revertsWhenNotMostOfCustodians() public {
        uint256 proposal = proposeSuspension();
        vote(proposal, HOSPITAL);
        vote(proposal, INSTITUTE);
        vote(proposal, COMPANY);
        vote(proposal, AGENCY);
        expectNotPassed(proposal, 4, 1);
    }

    function test_execute_revertsWhenVotesAreAgainst() public {
        uint256 proposal = proposeSuspension();
        vote(proposal, HOSPITAL);
        vote(proposal, INSTITUTE);
        vm.prank(operator(CLINIC));
        consortium.vote(proposal, false);
        expectNotPassed(proposal, 2, 1);
    }

    function test_execute_revertsWhenOpeningWasTheOnlyAct() public {
        expectNotPassed(proposeSuspension(), 0, 0);
    }

    function test_execute_revertsWhenKeyIsUnknown() public {
        uint256 proposal = proposeSuspension();
        pass(proposal);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, STRANGER));
        vm.prank(STRANGER);
        consortium.execute(proposal);
    }

    function test_execute_revertsWhenProposalIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 7));
        execute(7);
    }

    function test_execute_revertsWhenExecutedTwice() public {
        uint256 proposal = carry(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, proposal));
        execute(proposal);
    }

    function test_execute_revertsWhenClosed() public {
        uint256 proposal = proposeSuspension();
        pass(proposal);
        vm.warp(START + VOTING_PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, proposal, START + VOTING_PERIOD)
        );
        execute(proposal);
    }

    /// New publishers cannot outvote the hospitals, however many they are, nor change an electorate that is fixed.
    function testFuzz_execute_needsBothMajorities(uint8 voters) public {
        uint256 proposal = proposeSuspension();
        uint32 all;
        uint32 custodians;
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            if (voters & 2 ** i == 0) continue;
            OrganisationId voter = OrganisationId.wrap(i);
            vote(proposal, voter);
            ++all;
            if (consortium.capabilitiesOf(voter) & CUSTODIAN != 0) ++custodians;
        }
        if (all < 3 || custodians < 2) expectNotPassed(proposal, all, custodians);
        else execute(proposal);
    }

    function newcomer() private pure returns (IConsortium.Admission memory) {
        return admission(NEWCOMER, CUSTODIAN | PUBLISHER, false, unicode"Clinique de l’Étoile");
    }

    function admit(IConsortium.Admission memory fresh) private {
        carry(IConsortium.ProposalKind.ADMIT, abi.encode(fresh));
        vm.prank(fresh.admin);
        consortium.acceptKey(NEWCOMER);
    }

    function proposeSuspension() private returns (uint256) {
        return propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
    }

    function execute(uint256 proposal) private {
        vm.prank(operator(HOSPITAL));
        consortium.execute(proposal);
    }

    function expectNotPassed(uint256 proposal, uint32 all, uint32 custodians) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotPassed.selector, all, 3, custodians, 2));
        execute(proposal);
    }

    function expectProposeRefused(IConsortium.Admission memory bad, bytes memory refusal) private {
        vm.expectRevert(refusal);
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
    }

    function expectNothingToChange(
        IConsortium.ProposalKind kind,
        OrganisationId organisation,
        IConsortium.Status status
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNothingToChange.selector, organisation, status));
        propose(kind, abi.encode(organisation));
    }
}
