// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// When a proposal may be carried out: with its votes, as it was opened, in time, once.
contract ConsortiumExecutionsTest is GovernanceTest {
    bytes internal payload = abi.encode(COMPANY);
    uint256 internal proposal;

    function setUp() public override {
        super.setUp();
        proposal = propose(IConsortium.ProposalKind.SUSPEND, payload);
    }

    function test_execute_saysWhenAndByWhom() public {
        passWithoutCompany(proposal);
        vm.warp(START + 50);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalExecuted(proposal, START + 50, admin(INSTITUTE));
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationSuspended(COMPANY, proposal);
        vm.prank(admin(INSTITUTE));
        consortium.execute(proposal, payload);
    }

    function test_execute_needsExactlyBothMajorities() public {
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        expectNotPassed(2, 3, 2, 2);
        execute(proposal, payload);
        vote(proposal, AGENCY);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_execute_revertsWhenNotMostOfTheCustodians() public {
        vote(proposal, HOSPITAL);
        vote(proposal, INSTITUTE);
        vote(proposal, COMPANY);
        vote(proposal, AGENCY);
        expectNotPassed(4, 3, 1, 2);
        execute(proposal, payload);
        vote(proposal, CLINIC);
        execute(proposal, payload);
    }

    function test_execute_revertsWhenOpeningWasTheOnlyAct() public {
        expectNotPassed(0, 3, 0, 2);
        execute(proposal, payload);
    }

    function test_execute_revertsWhenThePayloadIsAnother() public {
        passWithoutCompany(proposal);
        expectMismatch();
        execute(proposal, abi.encode(INSTITUTE));
        expectMismatch();
        execute(proposal, "");
        expectMismatch();
        execute(proposal, bytes.concat(payload, hex"00"));
        execute(proposal, payload);
    }

    function test_execute_revertsWhenTheKeyIsUnknown() public {
        passWithoutCompany(proposal);
        expectKeyUnknown(STRANGER);
        vm.prank(STRANGER);
        consortium.execute(proposal, payload);
    }

    function test_execute_asksForTheKeyBeforeTheVotes() public {
        expectKeyUnknown(STRANGER);
        executeBy(STRANGER, proposal, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 7));
        executeBy(STRANGER, 7, payload);
        vm.warp(START + VOTING_PERIOD);
        expectClosed(START + VOTING_PERIOD);
        executeBy(STRANGER, proposal, payload);
    }

    function test_execute_isOpenToASuspendedOrganisation() public {
        suspendOrganisation(INSTITUTE);
        passWithoutCompany(proposal);
        vm.prank(operator(INSTITUTE));
        consortium.execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_execute_isOpenToOneAdmittedAfterwards() public {
        passWithoutCompany(proposal);
        admit(newcomer());
        vm.prank(operator(NEWCOMER));
        consortium.execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_execute_revertsWhenTheOrganisationIsRemoved() public {
        passWithoutCompany(proposal);
        removeOrganisation(INSTITUTE);
        expectRemoved(INSTITUTE);
        vm.prank(operator(INSTITUTE));
        consortium.execute(proposal, payload);
    }

    function test_execute_revertsWhenTheProposalIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 0));
        execute(0, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 7));
        execute(7, payload);
    }

    function test_execute_revertsWhenExecutedTwice() public {
        passWithoutCompany(proposal);
        execute(proposal, payload);
        reinstateOrganisation(COMPANY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, proposal));
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.ACTIVE);
    }

    function test_execute_isOpenUntilTheDeadline() public {
        uint48 deadline = START + VOTING_PERIOD;
        passWithoutCompany(proposal);
        vm.warp(deadline);
        expectClosed(deadline);
        execute(proposal, payload);
        vm.warp(deadline + 1);
        expectClosed(deadline);
        execute(proposal, payload);
        vm.warp(deadline - 1);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    /// What cannot be done at the moment may be done later, while the proposal is open.
    function test_execute_staysOpenWhenItFails() public {
        passWithoutCompany(proposal);
        suspendOrganisation(COMPANY);
        expectNothingToChange(COMPANY, IConsortium.Status.SUSPENDED);
        execute(proposal, payload);
        reinstateOrganisation(COMPANY);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function expectMismatch() private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumPayloadMismatch.selector, proposal));
    }

    function expectClosed(uint48 deadline) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, proposal, deadline));
    }
}
