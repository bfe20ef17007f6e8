// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// A regulator's suspension of an organisation, without waiting for a vote.
contract ConsortiumEmergencyTest is GovernanceTest {
    IConsortium.Status internal constant ACTIVE = IConsortium.Status.ACTIVE;
    IConsortium.Status internal constant SUSPENDED = IConsortium.Status.SUSPENDED;

    function test_suspendInEmergency_runsUntilItsTime() public {
        uint48 until = START + 100;
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationSuspendedInEmergency(
            COMPANY, AGENCY, IConsortium.EmergencyReason.PATIENT_SAFETY, START, until, operator(AGENCY)
        );
        vm.prank(operator(AGENCY));
        consortium.suspendInEmergency(COMPANY, IConsortium.EmergencyReason.PATIENT_SAFETY, until);
        assertStatus(COMPANY, SUSPENDED);
        assertStatus(INSTITUTE, ACTIVE);
        vm.warp(until - 1);
        assertStatus(COMPANY, SUSPENDED);
        vm.warp(until);
        assertStatus(COMPANY, ACTIVE);
        vm.warp(until + 1);
        assertStatus(COMPANY, ACTIVE);
    }

    function test_suspendInEmergency_takesFromOneSecondTo30Days() public {
        expectBadSuspension(START - 1);
        suspendInEmergency(COMPANY, START - 1);
        expectBadSuspension(START);
        suspendInEmergency(COMPANY, START);
        expectBadSuspension(START + LONGEST_SUSPENSION + 1);
        suspendInEmergency(COMPANY, START + LONGEST_SUSPENSION + 1);
        suspendInEmergency(COMPANY, START + LONGEST_SUSPENSION);
        suspendInEmergency(INSTITUTE, START + 1);
        vm.warp(START + 1);
        assertStatus(COMPANY, SUSPENDED);
        assertStatus(INSTITUTE, ACTIVE);
        vm.warp(START + LONGEST_SUSPENSION);
        assertStatus(COMPANY, ACTIVE);
    }

    function test_suspendInEmergency_revertsWhenUsedUpByAnyRegulator() public {
        admit(secondRegulator());
        suspendInEmergency(COMPANY, START + 100);
        expectUsedUp(START + 100);
        suspendInEmergency(COMPANY, START + 200);
        // Also when it is over, and for the other regulator.
        vm.warp(START + 100);
        expectUsedUp(START + 100);
        suspendInEmergency(COMPANY, START + 200);
        expectUsedUp(START + 100);
        vm.prank(operator(NEWCOMER));
        consortium.suspendInEmergency(COMPANY, IConsortium.EmergencyReason.DATA_BREACH, START + 200);
    }

    function test_suspendInEmergency_worksAgainAfterAReinstatementByVote() public {
        suspendInEmergency(COMPANY, START + 100);
        vm.warp(START + 200);
        reinstateOrganisation(COMPANY);
        suspendInEmergency(COMPANY, START + 300);
        assertStatus(COMPANY, SUSPENDED);
        expectUsedUp(START + 300);
        suspendInEmergency(COMPANY, START + 300);
    }

    function test_execute_reinstatesWhileTheEmergencyRuns() public {
        suspendInEmergency(COMPANY, START + 100);
        reinstateOrganisation(COMPANY);
        assertStatus(COMPANY, ACTIVE);
    }

    function test_execute_suspendsBeyondTheEmergency() public {
        suspendInEmergency(COMPANY, START + 100);
        suspendOrganisation(COMPANY);
        vm.warp(START + 100);
        assertStatus(COMPANY, SUSPENDED);
        // One reinstatement ends both, and gives the right back.
        reinstateOrganisation(COMPANY);
        assertStatus(COMPANY, ACTIVE);
        suspendInEmergency(COMPANY, START + 200);
        assertStatus(COMPANY, SUSPENDED);
    }

    function test_execute_endsAnEmergencyThatAVoteOutlasts() public {
        suspendInEmergency(COMPANY, START + 100);
        suspendOrganisation(COMPANY);
        reinstateOrganisation(COMPANY);
        assertStatus(COMPANY, ACTIVE);
    }

    function test_suspendInEmergency_revertsWhenItIsItsOwnCase() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOwnCase.selector, AGENCY));
        suspendInEmergency(AGENCY, START + 100);
    }

    function test_suspendInEmergency_takesAnotherRegulator() public {
        admit(secondRegulator());
        suspendInEmergency(NEWCOMER, START + 100);
        assertStatus(NEWCOMER, SUSPENDED);
        expectInactive(NEWCOMER);
        vm.prank(operator(NEWCOMER));
        consortium.suspendInEmergency(AGENCY, IConsortium.EmergencyReason.DATA_BREACH, START + 100);
        vm.warp(START + 100);
        vm.prank(operator(NEWCOMER));
        consortium.suspendInEmergency(AGENCY, IConsortium.EmergencyReason.DATA_BREACH, START + 200);
        assertStatus(AGENCY, SUSPENDED);
    }

    function test_suspendInEmergency_revertsWhenTheRegulatorIsSuspendedByVote() public {
        admit(secondRegulator());
        suspendOrganisation(NEWCOMER);
        expectInactive(NEWCOMER);
        vm.prank(operator(NEWCOMER));
        consortium.suspendInEmergency(COMPANY, IConsortium.EmergencyReason.DATA_BREACH, START + 100);
    }

    function test_suspendInEmergency_revertsWhenTheCallerIsNoRegulator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, REGULATOR));
        vm.prank(operator(INSTITUTE));
        consortium.suspendInEmergency(COMPANY, IConsortium.EmergencyReason.DATA_BREACH, START + 100);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(AGENCY)));
        vm.prank(admin(AGENCY));
        consortium.suspendInEmergency(COMPANY, IConsortium.EmergencyReason.DATA_BREACH, START + 100);
    }

    function test_suspendInEmergency_revertsWhenTheOrganisationIsUnknown() public {
        expectUnknown(NEWCOMER);
        suspendInEmergency(NEWCOMER, START + 100);
    }

    function test_suspendInEmergency_revertsWhenTheOrganisationIsSuspendedByVote() public {
        suspendOrganisation(COMPANY);
        expectNothingToChange(COMPANY, SUSPENDED);
        suspendInEmergency(COMPANY, START + 100);
    }

    function test_suspendInEmergency_revertsWhenTheOrganisationIsRemoved() public {
        removeOrganisation(COMPANY);
        expectRemoved(COMPANY);
        suspendInEmergency(COMPANY, START + 100);
    }

    /// The last active regulator by vote may be suspended in an emergency; a vote cannot follow.
    function test_propose_countsARegulatorInAnEmergencyAsActive() public {
        admit(secondRegulator());
        suspendInEmergency(NEWCOMER, START + 100);
        suspendOrganisation(AGENCY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastRegulator.selector, NEWCOMER));
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(NEWCOMER));
    }

    /// One regulator's key suspends everybody else; they admit a second regulator, and suspend the first by vote.
    function test_propose_staysOpenWhenARegulatorSuspendsEverybody() public {
        for (uint32 i = 1; i <= 4; ++i) {
            suspendInEmergency(OrganisationId.wrap(i), START + LONGEST_SUSPENSION);
        }
        carry(IConsortium.ProposalKind.ADMIT, abi.encode(secondRegulator()));
        suspendOrganisation(AGENCY);
        assertStatus(AGENCY, SUSPENDED);
        for (uint32 i = 1; i <= 4; ++i) {
            reinstateOrganisation(OrganisationId.wrap(i));
            assertStatus(OrganisationId.wrap(i), ACTIVE);
            expectInactive(AGENCY);
            suspendInEmergency(OrganisationId.wrap(i), START + LONGEST_SUSPENSION);
        }
    }

    function testFuzz_statusOf_followsTheClock(uint48 until, uint48 time) public {
        until = uint48(bound(until, uint256(START) + 1, uint256(START) + LONGEST_SUSPENSION));
        time = uint48(bound(time, START, uint256(START) + 2 * LONGEST_SUSPENSION));
        suspendInEmergency(COMPANY, until);
        vm.warp(time);
        assertStatus(COMPANY, time < until ? SUSPENDED : ACTIVE);
    }

    function testFuzz_suspendInEmergency_takesOnlyAWindow(uint48 until, uint32 chosen) public {
        OrganisationId organisation = OrganisationId.wrap(uint32(bound(chosen, 1, 4)));
        until = uint48(bound(until, uint256(START) - 10, uint256(START) + LONGEST_SUSPENSION + 10));
        bool bad = until <= START || until > START + LONGEST_SUSPENSION;
        if (bad) expectBadSuspension(until);
        suspendInEmergency(organisation, until);
        assertStatus(organisation, bad ? ACTIVE : SUSPENDED);
    }

    function expectUsedUp(uint48 until) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumEmergencyUsedUp.selector, COMPANY, until));
    }

    function expectBadSuspension(uint48 until) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumBadSuspension.selector, until, START + LONGEST_SUSPENSION)
        );
    }
}
