// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Admitted, suspended, reinstated, removed: what the votes carry out.
contract ConsortiumMembershipTest is GovernanceTest {
    function test_execute_admits() public {
        IConsortium.Admission memory fresh = newcomer();
        uint256 proposal = passed(IConsortium.ProposalKind.ADMIT, abi.encode(fresh));
        vm.warp(START + 10);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalExecuted(proposal, START + 10, fresh.admin);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationAdmitted(NEWCOMER, fresh.admin, fresh.capabilities, fresh.forProfit, fresh.name);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyAccepted(NEWCOMER, fresh.admin, IConsortium.Role.ADMIN, START + 10);
        executeBy(fresh.admin, proposal, abi.encode(fresh));
        assertEq(consortium.organisationCount(), FOUNDERS + 1);
        assertStatus(NEWCOMER, IConsortium.Status.ACTIVE);
        assertEq(consortium.capabilitiesOf(NEWCOMER), fresh.capabilities);
        assertEq(
            consortium.recordDigestOf(NEWCOMER),
            keccak256(abi.encode(NEWCOMER, fresh.capabilities, fresh.forProfit, keccak256(bytes(fresh.name))))
        );
    }

    function test_execute_admitsOneWhoseAdminActsAtOnce() public {
        IConsortium.Admission memory fresh = newcomer();
        uint256 proposal = passed(IConsortium.ProposalKind.ADMIT, abi.encode(fresh));
        expectNotAdmin(fresh.admin);
        offer(NEWCOMER, KEY, IConsortium.Role.OPERATOR);
        vm.recordLogs();
        executeBy(fresh.admin, proposal, abi.encode(fresh));
        // Executed, admitted, accepted: nothing is offered first, and nothing retired.
        assertEq(vm.getRecordedLogs().length, 3);
        expectKeyUnknown(fresh.admin);
        accept(NEWCOMER, fresh.admin);
        offer(NEWCOMER, KEY, IConsortium.Role.OPERATOR);
        accept(NEWCOMER, KEY);
        assertOrganisation(consortium.operatorOf(KEY, CUSTODIAN), NEWCOMER);
        vm.prank(fresh.admin);
        consortium.propose("salt", IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
    }

    function test_execute_revertsWhenAnotherThanTheNewcomerAdmits() public {
        bytes memory payload = abi.encode(newcomer());
        uint256 proposal = passed(IConsortium.ProposalKind.ADMIT, payload);
        address[4] memory others = [operator(HOSPITAL), admin(HOSPITAL), operator(NEWCOMER), STRANGER];
        for (uint256 i = 0; i < others.length; ++i) {
            expectNotAdmin(others[i]);
            executeBy(others[i], proposal, payload);
        }
        assertEq(consortium.organisationCount(), FOUNDERS);
        executeBy(admin(NEWCOMER), proposal, payload);
        assertStatus(NEWCOMER, IConsortium.Status.ACTIVE);
    }

    function test_execute_admitsNobodyWithoutTheVotes() public {
        bytes memory payload = abi.encode(newcomer());
        uint256 proposal = propose(IConsortium.ProposalKind.ADMIT, payload);
        expectNotPassed(0, 3, 0, 2);
        executeBy(admin(NEWCOMER), proposal, payload);
        passWithoutCompany(proposal);
        // Nor as another than the votes were for.
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumPayloadMismatch.selector, proposal));
        executeBy(admin(NEWCOMER), proposal, abi.encode(secondRegulator()));
        takeBack(proposal, CLINIC);
        expectNotPassed(3, 3, 1, 2);
        executeBy(admin(NEWCOMER), proposal, payload);
    }

    /// A newcomer carries out its own admission, and before it nothing else.
    function test_execute_revertsWhenTheNewcomerCarriesOutAnother() public {
        passed(IConsortium.ProposalKind.ADMIT, abi.encode(newcomer()));
        uint256 other = passed(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        expectKeyUnknown(admin(NEWCOMER));
        executeBy(admin(NEWCOMER), other, abi.encode(COMPANY));
    }

    /// Nobody holds the key: nobody is admitted, and no vote counts one more.
    function test_execute_admitsNobodyByAMistypedKey() public {
        IConsortium.Admission memory mistyped = newcomer();
        mistyped.admin = address(0xdead);
        bytes memory payload = abi.encode(mistyped);
        uint256 proposal = passed(IConsortium.ProposalKind.ADMIT, payload);
        expectNotAdmin(operator(HOSPITAL));
        execute(proposal, payload);
        expectNotAdmin(admin(NEWCOMER));
        executeBy(admin(NEWCOMER), proposal, payload);
        assertStatus(NEWCOMER, IConsortium.Status.UNKNOWN);
        uint256 next = propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        expectNotPassed(0, 3, 0, 2);
        execute(next, abi.encode(COMPANY));
        // Asked for anew, with the right key, it has the number that was never given.
        admit(newcomer());
        assertStatus(NEWCOMER, IConsortium.Status.ACTIVE);
    }

    /// With one custodian, a second that never voted would stop every vote: also the one to remove it.
    function test_execute_goesOnBesideADeadAdmission() public {
        removeOrganisation(CLINIC);
        IConsortium.Admission memory dead = newcomer();
        dead.admin = address(0xdead);
        uint256 admitting = decideWithOneCustodian(IConsortium.ProposalKind.ADMIT, abi.encode(dead));
        expectNotAdmin(operator(HOSPITAL));
        execute(admitting, abi.encode(dead));
        uint256 suspending = decideWithOneCustodian(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        execute(suspending, abi.encode(COMPANY));
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
        vm.warp(START + VOTING_PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, admitting, START + VOTING_PERIOD)
        );
        executeBy(dead.admin, admitting, abi.encode(dead));
    }

    function test_execute_revertsWhenTheNewMembersAdminIsTakenMeanwhile() public {
        bytes memory payload = abi.encode(newcomer());
        uint256 proposal = passed(IConsortium.ProposalKind.ADMIT, payload);
        offer(CLINIC, admin(NEWCOMER), IConsortium.Role.OPERATOR);
        accept(CLINIC, admin(NEWCOMER));
        expectKeyTaken(admin(NEWCOMER));
        executeBy(admin(NEWCOMER), proposal, payload);
        assertEq(consortium.organisationCount(), FOUNDERS);
    }

    function test_execute_suspendsAndReinstates() public {
        bytes memory payload = abi.encode(COMPANY);
        uint256 proposal = passed(IConsortium.ProposalKind.SUSPEND, payload);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationSuspended(COMPANY, proposal);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
        // A vote's suspension has no end of its own.
        vm.warp(START + 3650 days);
        assertStatus(COMPANY, IConsortium.Status.SUSPENDED);
        proposal = passed(IConsortium.ProposalKind.REINSTATE, payload);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationReinstated(COMPANY, proposal);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.ACTIVE);
    }

    function test_execute_removes() public {
        bytes memory payload = abi.encode(COMPANY);
        uint256 proposal = passed(IConsortium.ProposalKind.REMOVE, payload);
        vm.expectEmit(address(consortium));
        emit IConsortium.OrganisationRemoved(COMPANY, proposal);
        execute(proposal, payload);
        assertStatus(COMPANY, IConsortium.Status.REMOVED);
        // What it was stays readable, and its number is never given again.
        assertNotEq(consortium.recordDigestOf(COMPANY), 0);
        assertNotEq(consortium.capabilitiesOf(COMPANY), 0);
        assertEq(consortium.organisationCount(), FOUNDERS);
        admit(newcomer());
        assertStatus(NEWCOMER, IConsortium.Status.ACTIVE);
    }

    function test_execute_removesOneThatIsSuspended() public {
        suspendOrganisation(COMPANY);
        removeOrganisation(COMPANY);
        assertStatus(COMPANY, IConsortium.Status.REMOVED);
        suspendInEmergency(INSTITUTE, START + 10);
        bytes memory payload = abi.encode(INSTITUTE);
        execute(passed(IConsortium.ProposalKind.REMOVE, payload), payload);
        assertStatus(INSTITUTE, IConsortium.Status.REMOVED);
        vm.warp(START + 10);
        assertStatus(INSTITUTE, IConsortium.Status.REMOVED);
    }

    function test_execute_countsRegulatorsThroughEveryChange() public {
        admit(secondRegulator());
        suspendOrganisation(AGENCY);
        expectLastRegulator(NEWCOMER);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(NEWCOMER));
        reinstateOrganisation(AGENCY);
        suspendOrganisation(NEWCOMER);
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
        // Removing a suspended one changes nothing in the count of the active.
        removeOrganisation(NEWCOMER);
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(AGENCY));
    }

    function test_execute_countsRegulatorsWhenAnActiveOneIsRemoved() public {
        admit(secondRegulator());
        removeOrganisation(NEWCOMER);
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
    }

    /// A reinstatement that ends only an emergency must not count the regulator twice.
    function test_execute_countsARegulatorOnceWhenItsEmergencyEnds() public {
        admit(secondRegulator());
        vm.prank(operator(NEWCOMER));
        consortium.suspendInEmergency(AGENCY, IConsortium.EmergencyReason.COURT_ORDER, START + 10);
        reinstateOrganisation(AGENCY);
        suspendOrganisation(NEWCOMER);
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
    }

    function test_execute_revertsWhenTheLastRegulatorIsLeftMeanwhile() public {
        admit(secondRegulator());
        uint256 first = passed(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
        uint256 second = passed(IConsortium.ProposalKind.SUSPEND, abi.encode(NEWCOMER));
        uint256 third = passed(IConsortium.ProposalKind.REMOVE, abi.encode(NEWCOMER));
        execute(first, abi.encode(AGENCY));
        expectLastRegulator(NEWCOMER);
        execute(second, abi.encode(NEWCOMER));
        expectLastRegulator(NEWCOMER);
        execute(third, abi.encode(NEWCOMER));
    }

    function test_execute_revertsWhenTheLastCustodianIsLeftMeanwhile() public {
        uint256 first = passed(IConsortium.ProposalKind.REMOVE, abi.encode(CLINIC));
        uint256 second = passed(IConsortium.ProposalKind.REMOVE, abi.encode(HOSPITAL));
        execute(first, abi.encode(CLINIC));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastCustodian.selector, HOSPITAL));
        execute(second, abi.encode(HOSPITAL));
    }

    function test_execute_revertsWhenTooFewAreLeftMeanwhile() public {
        OrganisationId[4] memory all = [COMPANY, INSTITUTE, CLINIC, HOSPITAL];
        uint256[4] memory proposals;
        for (uint256 i = 0; i < 4; ++i) {
            proposals[i] = passed(IConsortium.ProposalKind.REMOVE, abi.encode(all[i]));
        }
        for (uint256 i = 0; i < 3; ++i) {
            execute(proposals[i], abi.encode(all[i]));
        }
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTooSmall.selector, 2, 2));
        execute(proposals[3], abi.encode(HOSPITAL));
    }

    function test_execute_revertsWhenNothingIsLeftToChange() public {
        bytes memory payload = abi.encode(COMPANY);
        suspendOrganisation(COMPANY);
        uint256 first = passed(IConsortium.ProposalKind.REINSTATE, payload);
        uint256 second = passed(IConsortium.ProposalKind.REINSTATE, payload);
        uint256 third = passed(IConsortium.ProposalKind.REMOVE, payload);
        uint256 fourth = passed(IConsortium.ProposalKind.REMOVE, payload);
        execute(first, payload);
        expectNothingToChange(COMPANY, IConsortium.Status.ACTIVE);
        execute(second, payload);
        execute(third, payload);
        expectRemoved(COMPANY);
        execute(fourth, payload);
        expectRemoved(COMPANY);
        execute(second, payload);
    }

    function decideWithOneCustodian(IConsortium.ProposalKind kind, bytes memory payload)
        private
        returns (uint256 proposal)
    {
        vm.prank(operator(HOSPITAL));
        proposal = consortium.propose(freshSalt(), kind, payload);
        vote(proposal, HOSPITAL);
        vote(proposal, INSTITUTE);
        vote(proposal, AGENCY);
    }

    function expectLastRegulator(OrganisationId organisation) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastRegulator.selector, organisation));
    }
}
