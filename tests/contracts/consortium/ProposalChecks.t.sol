// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId, RecallId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// What a proposal must not ask for, refused when it opens.
contract ConsortiumProposalChecksTest is GovernanceTest {
    function test_propose_revertsWhenCapabilitiesAreBad() public {
        IConsortium.Admission memory bad = newcomer();
        bad.capabilities = 0;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, 0));
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
        bad.capabilities = 8;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, 8));
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
        bad.capabilities = 7;
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
    }

    function test_propose_revertsWhenTheNewMembersAdminIsBad() public {
        IConsortium.Admission memory bad = newcomer();
        bad.admin = address(0);
        expectKeyUnknown(address(0));
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
        bad.admin = operator(CLINIC);
        expectKeyTaken(bad.admin);
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(bad));
        retire(CLINIC, operator(CLINIC));
        expectKeyTaken(bad.admin);
        vm.prank(admin(CLINIC));
        consortium.propose("salt", IConsortium.ProposalKind.ADMIT, abi.encode(bad));
    }

    function test_propose_revertsWhenTheOrganisationIsUnknown() public {
        for (uint8 i = 1; i <= 3; ++i) {
            expectUnknown(NEWCOMER);
            propose(IConsortium.ProposalKind(i), abi.encode(NEWCOMER));
            expectUnknown(OrganisationId.wrap(0));
            propose(IConsortium.ProposalKind(i), abi.encode(OrganisationId.wrap(0)));
        }
        expectUnknown(NEWCOMER);
        proposeReplacement(NEWCOMER, KEY);
    }

    function test_propose_revertsWhenTheOrganisationIsRemoved() public {
        removeOrganisation(COMPANY);
        for (uint8 i = 1; i <= 3; ++i) {
            expectRemoved(COMPANY);
            propose(IConsortium.ProposalKind(i), abi.encode(COMPANY));
        }
        expectRemoved(COMPANY);
        proposeReplacement(COMPANY, KEY);
    }

    function test_propose_revertsWhenNothingWouldChange() public {
        expectNothingToChange(COMPANY, IConsortium.Status.ACTIVE);
        propose(IConsortium.ProposalKind.REINSTATE, abi.encode(COMPANY));
        suspendOrganisation(COMPANY);
        expectNothingToChange(COMPANY, IConsortium.Status.SUSPENDED);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
    }

    function test_propose_revertsWhenItIsTheLastRegulator() public {
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(AGENCY));
        admit(secondRegulator());
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(AGENCY));
        suspendOrganisation(NEWCOMER);
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(AGENCY));
        expectLastRegulator(AGENCY);
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(AGENCY));
        // A suspended one may go: another is active.
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(NEWCOMER));
    }

    function test_propose_revertsWhenItIsTheLastCustodian() public {
        removeOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastCustodian.selector, CLINIC));
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(CLINIC));
        // To suspend it is another matter: it keeps its vote.
        propose(IConsortium.ProposalKind.SUSPEND, abi.encode(CLINIC));
    }

    function test_propose_countsASuspendedCustodian() public {
        suspendOrganisation(HOSPITAL);
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(CLINIC));
        propose(IConsortium.ProposalKind.REMOVE, abi.encode(HOSPITAL));
    }

    function test_propose_revertsWhenTooFewWouldBeLeft() public {
        removeOrganisation(COMPANY);
        // Three are left: the hospitals and the agency.
        bytes memory payload = abi.encode(INSTITUTE);
        execute(passedByThree(payload), payload);
        payload = abi.encode(CLINIC);
        uint256 removal = passedByThree(payload);
        execute(removal, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTooSmall.selector, 2, 2));
        vm.prank(operator(HOSPITAL));
        consortium.propose("salt", IConsortium.ProposalKind.REMOVE, abi.encode(HOSPITAL));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumTooSmall.selector, 2, 2));
        vm.prank(operator(HOSPITAL));
        consortium.propose("salt", IConsortium.ProposalKind.REMOVE, abi.encode(AGENCY));
    }

    function test_propose_revertsWhenTheReplacementIsBad() public {
        expectKeyUnknown(address(0));
        proposeReplacement(COMPANY, address(0));
        expectKeyTaken(admin(COMPANY));
        proposeReplacement(COMPANY, admin(COMPANY));
        expectKeyTaken(operator(HOSPITAL));
        proposeReplacement(COMPANY, operator(HOSPITAL));
    }

    function test_propose_revertsWhenAThresholdIsBad() public {
        expectBadThreshold(4999);
        proposeThresholds(4999, 5000);
        expectBadThreshold(4999);
        proposeThresholds(5000, 4999);
        expectBadThreshold(10_000);
        proposeThresholds(10_000, 9999);
        expectBadThreshold(10_000);
        proposeThresholds(9999, 10_000);
        proposeThresholds(5000, 9999);
        proposeThresholds(9999, 5000);
    }

    function test_propose_revertsWhenTheGenerationIsUnknown() public {
        for (uint32 number = 0; number <= 2; number += 2) {
            bytes memory refusal = abi.encodeWithSelector(IConsortium.ConsortiumUnknownGeneration.selector, number);
            vm.expectRevert(refusal);
            propose(
                IConsortium.ProposalKind.LIFT_RECALL, abi.encode(IConsortium.RecallLift(number, RecallId.wrap("r")))
            );
            vm.expectRevert(refusal);
            propose(
                IConsortium.ProposalKind.REVOKE_CONSENT,
                abi.encode(IConsortium.ConsentRevocation(number, ConsentId.wrap("c"), StateReason.BREACH))
            );
            vm.expectRevert(refusal);
            proposeSuspension(number, 60);
        }
    }

    function test_propose_revertsWhenAConsentsSuspensionIsBad() public {
        expectBadSuspension(0);
        proposeSuspension(1, 0);
        expectBadSuspension(30 days + 1);
        proposeSuspension(1, 30 days + 1);
        proposeSuspension(1, 1);
        proposeSuspension(1, 30 days);
    }

    function testFuzz_propose_takesThresholdsWithinTheirBounds(uint16 all, uint16 custodians) public {
        bool badAll = all < 5000 || all > 9999;
        bool badCustodians = custodians < 5000 || custodians > 9999;
        if (badAll || badCustodians) expectBadThreshold(badAll ? all : custodians);
        proposeThresholds(all, custodians);
    }

    function testFuzz_propose_takesSuspensionsOfUpTo30Days(uint32 duration) public {
        if (duration == 0 || duration > 30 days) expectBadSuspension(duration);
        proposeSuspension(1, duration);
    }

    function testFuzz_propose_takesAdmissionsOfKnownCapabilities(uint8 capabilities, bool forProfit) public {
        if (capabilities == 0 || capabilities > (CUSTODIAN | REGULATOR | 2)) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, capabilities));
        }
        propose(IConsortium.ProposalKind.ADMIT, abi.encode(admission(NEWCOMER, capabilities, forProfit, "Newcomer")));
    }

    function passedByThree(bytes memory payload) private returns (uint256 proposal) {
        proposal = propose(IConsortium.ProposalKind.REMOVE, payload);
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        vote(proposal, AGENCY);
    }

    function proposeReplacement(OrganisationId organisation, address key) private {
        propose(
            IConsortium.ProposalKind.REPLACE_ADMIN,
            abi.encode(IConsortium.AdminReplacement({ organisation: organisation, admin: key }))
        );
    }

    function proposeThresholds(uint16 all, uint16 custodians) private {
        propose(
            IConsortium.ProposalKind.CHANGE_THRESHOLDS,
            abi.encode(IConsortium.Thresholds({ all: all, custodians: custodians }))
        );
    }

    function proposeSuspension(uint32 number, uint32 duration) private {
        IConsortium.ConsentSuspension memory suspension = IConsortium.ConsentSuspension({
            generation: number, consent: ConsentId.wrap("c"), reason: StateReason.BREACH, duration: duration
        });
        propose(IConsortium.ProposalKind.SUSPEND_CONSENT, abi.encode(suspension));
    }

    function expectLastRegulator(OrganisationId organisation) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLastRegulator.selector, organisation));
    }

    function expectBadThreshold(uint16 got) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadThreshold.selector, got, 5000, 9999));
    }

    function expectBadSuspension(uint32 got) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadSuspension.selector, got, 30 days));
    }
}
