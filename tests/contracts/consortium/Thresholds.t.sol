// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// The shares that a proposal must exceed: changed only by vote, and only for what opens later.
contract ConsortiumThresholdsTest is GovernanceTest {
    bytes internal payload = abi.encode(COMPANY);

    function test_execute_changesTheThresholds() public {
        bytes memory next = abi.encode(IConsortium.Thresholds({ all: 6666, custodians: 7500 }));
        uint256 proposal = passed(IConsortium.ProposalKind.CHANGE_THRESHOLDS, next);
        vm.expectEmit(address(consortium));
        emit IConsortium.ThresholdsChanged(6666, 7500, proposal);
        execute(proposal, next);
        assertEq(consortium.thresholds().all, 6666);
        assertEq(consortium.thresholds().custodians, 7500);
        // What lies beside them in the same word is as it was.
        assertEq(consortium.organisationCount(), FOUNDERS);
        assertEq(consortium.generationCount(), 1);
        assertEq(propose(IConsortium.ProposalKind.SUSPEND, payload), proposal + 1);
    }

    function test_propose_asksForMoreThanTheShares() public {
        // Of five and of two: more than the half, two thirds, three quarters, four fifths; all.
        assertNeeded(5000, 5000, 3, 2);
        assertNeeded(5999, 5000, 3, 2);
        assertNeeded(6000, 5000, 4, 2);
        assertNeeded(6667, 9999, 4, 2);
        assertNeeded(7999, 5000, 4, 2);
        assertNeeded(8000, 5000, 5, 2);
        assertNeeded(9999, 9999, 5, 2);
    }

    function test_propose_tellsTheTwoSharesApart() public {
        admit(newcomer());
        // Of six, three of them custodians.
        assertNeeded(5000, 6666, 4, 2);
        assertNeeded(5000, 6667, 4, 3);
        assertNeeded(6666, 5000, 4, 2);
        assertNeeded(6667, 5000, 5, 2);
    }

    function test_execute_countsForLaterProposalsOnly() public {
        uint256 former = propose(IConsortium.ProposalKind.SUSPEND, payload);
        changeThresholds(9999, 9999);
        uint256 later = propose(IConsortium.ProposalKind.SUSPEND, payload);
        vote(former, HOSPITAL);
        vote(former, CLINIC);
        expectNotPassed(2, 3, 2, 2);
        execute(former, payload);
        vote(former, AGENCY);
        execute(former, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
        passWithoutCompany(later);
        expectNotPassed(4, 5, 2, 2);
        execute(later, payload);
    }

    function test_execute_countsFormerProposalsWhenThresholdsFall() public {
        changeThresholds(9999, 9999);
        uint256 former = propose(IConsortium.ProposalKind.SUSPEND, payload);
        bytes memory next = abi.encode(IConsortium.Thresholds({ all: 5000, custodians: 5000 }));
        uint256 change = propose(IConsortium.ProposalKind.CHANGE_THRESHOLDS, next);
        passWithoutCompany(change);
        vote(change, COMPANY);
        execute(change, next);
        passWithoutCompany(former);
        expectNotPassed(4, 5, 2, 2);
        execute(former, payload);
        vote(former, COMPANY);
        execute(former, payload);
    }

    /// The electorate is fixed too: nobody who comes or goes moves what an open proposal needs.
    function test_execute_needsWhatTheOpeningSaid() public {
        uint256 former = propose(IConsortium.ProposalKind.SUSPEND, payload);
        admit(newcomer());
        removeOrganisation(INSTITUTE);
        vote(former, HOSPITAL);
        vote(former, CLINIC);
        expectNotPassed(2, 3, 2, 2);
        execute(former, payload);
        vote(former, AGENCY);
        execute(former, payload);
    }

    function assertNeeded(uint16 all, uint16 custodians, uint32 needed, uint32 neededCustodians) private {
        uint256 snapshot = vm.snapshotState();
        changeThresholds(all, custodians);
        uint256 proposal = propose(IConsortium.ProposalKind.SUSPEND, payload);
        expectNotPassed(0, needed, 0, neededCustodians);
        execute(proposal, payload);
        vm.revertToState(snapshot);
    }
}
