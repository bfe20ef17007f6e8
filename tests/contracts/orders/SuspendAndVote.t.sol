// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { GovernanceTest } from "../consortium/GovernanceTest.sol";

/// Two transactions in one block, in both orders: an organisation is suspended or removed, and acts.
contract SuspendAndVoteOrdersTest is GovernanceTest {
    bytes internal payload = abi.encode(COMPANY);
    bytes internal otherPayload = abi.encode(INSTITUTE);
    uint256 internal suspension;
    uint256 internal removal;
    uint256 internal other;

    /// Two votes of three are cast for the other proposal: the company's decides it.
    function setUp() public override {
        super.setUp();
        suspension = passed(IConsortium.ProposalKind.SUSPEND, payload);
        removal = passed(IConsortium.ProposalKind.REMOVE, payload);
        other = propose(IConsortium.ProposalKind.SUSPEND, otherPayload);
        vote(other, HOSPITAL);
        vote(other, CLINIC);
    }

    function test_suspendedThenVotes() public {
        execute(suspension, payload);
        vote(other, COMPANY);
        assertDecided(IConsortium.Status.SUSPENDED);
    }

    function test_votesThenSuspended() public {
        vote(other, COMPANY);
        execute(suspension, payload);
        assertDecided(IConsortium.Status.SUSPENDED);
    }

    function test_suspendedInEmergencyThenVotes() public {
        suspendInEmergency(COMPANY, START + 10);
        vote(other, COMPANY);
        assertDecided(IConsortium.Status.SUSPENDED);
    }

    function test_votesThenSuspendedInEmergency() public {
        vote(other, COMPANY);
        suspendInEmergency(COMPANY, START + 10);
        assertDecided(IConsortium.Status.SUSPENDED);
    }

    function test_removedThenVotes() public {
        execute(removal, payload);
        expectRemoved(COMPANY);
        vote(other, COMPANY);
        expectNotPassed(2, 3, 2, 2);
        execute(other, otherPayload);
    }

    function test_votesThenRemoved() public {
        vote(other, COMPANY);
        execute(removal, payload);
        assertDecided(IConsortium.Status.REMOVED);
    }

    /// On the very proposal that suspends it: after the execution there is nothing left to vote on.
    function test_suspendedThenVotesOnItsOwnSuspension() public {
        execute(suspension, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, suspension));
        vote(suspension, COMPANY);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_votesOnItsOwnSuspensionThenSuspended() public {
        vm.prank(operator(COMPANY));
        consortium.vote(suspension, false);
        execute(suspension, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
    }

    function test_suspendedThenProposes() public {
        execute(suspension, payload);
        expectInactive(COMPANY);
        proposeAsCompany();
    }

    function test_proposesThenSuspended() public {
        proposeAsCompany();
        execute(suspension, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
        // What it opened in time stands.
        vote(other + 1, COMPANY);
    }

    function test_suspendedThenExecutes() public {
        vote(other, INSTITUTE);
        execute(suspension, payload);
        executeAsCompany();
        assertStatus(INSTITUTE, IConsortium.Status.SUSPENDED);
    }

    function test_removedThenExecutes() public {
        vote(other, INSTITUTE);
        execute(removal, payload);
        expectRemoved(COMPANY);
        executeAsCompany();
        assertStatus(INSTITUTE, IConsortium.Status.ACTIVE);
    }

    function test_executesThenRemoved() public {
        vote(other, INSTITUTE);
        executeAsCompany();
        execute(removal, payload);
        assertStatus(INSTITUTE, IConsortium.Status.SUSPENDED);
        assertStatus(COMPANY, IConsortium.Status.REMOVED);
    }

    function test_suspendedThenRemoved() public {
        execute(suspension, payload);
        execute(removal, payload);
        assertStatus(COMPANY, IConsortium.Status.REMOVED);
    }

    function test_removedThenSuspended() public {
        execute(removal, payload);
        expectRemoved(COMPANY);
        execute(suspension, payload);
        assertStatus(COMPANY, IConsortium.Status.REMOVED);
    }

    function assertDecided(IConsortium.Status status) private {
        assertStatus(COMPANY, status);
        execute(other, otherPayload);
        assertStatus(INSTITUTE, IConsortium.Status.SUSPENDED);
    }

    function proposeAsCompany() private {
        vm.prank(operator(COMPANY));
        consortium.propose(freshSalt(), IConsortium.ProposalKind.SUSPEND, otherPayload);
    }

    function executeAsCompany() private {
        vm.prank(operator(COMPANY));
        consortium.execute(other, otherPayload);
    }
}
