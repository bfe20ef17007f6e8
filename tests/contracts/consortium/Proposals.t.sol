// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Who may open a proposal, and what is fixed when it opens.
contract ConsortiumProposalsTest is GovernanceTest {
    bytes32 internal constant SALT = keccak256("proposal salt");

    function test_propose_fixesEverything() public {
        bytes memory payload = abi.encode(COMPANY);
        vm.warp(START + 20);
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalOpened(
            1,
            CLINIC,
            IConsortium.ProposalKind.SUSPEND,
            payload,
            START + 20 + VOTING_PERIOD,
            FOUNDERS,
            3,
            2,
            operator(CLINIC)
        );
        assertEq(propose(IConsortium.ProposalKind.SUSPEND, payload), 1);
        assertEq(consortium.proposalDigestOf(1), keccak256(abi.encode(IConsortium.ProposalKind.SUSPEND, payload)));
    }

    function test_propose_countsFromOne() public {
        assertEq(propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY)), 1);
        assertEq(propose(IConsortium.ProposalKind.REMOVE, abi.encode(COMPANY)), 2);
        assertNotEq(consortium.proposalDigestOf(1), consortium.proposalDigestOf(2));
        assertEq(consortium.proposalDigestOf(3), 0);
    }

    function test_propose_isOpenToAnyKey() public {
        vm.prank(admin(AGENCY));
        assertEq(consortium.propose(SALT, IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY)), 1);
        vm.prank(operator(AGENCY));
        assertEq(consortium.propose("other", IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY)), 2);
    }

    function test_propose_revertsWhenTheSaltWasUsed() public {
        open(HOSPITAL, IConsortium.ProposalKind.SUSPEND, COMPANY);
        bytes memory refusal = abi.encodeWithSelector(
            IConsortium.ConsortiumDuplicateProposal.selector,
            keccak256(abi.encode(Ids.PROPOSAL, block.chainid, address(consortium), HOSPITAL, SALT))
        );
        vm.expectRevert(refusal);
        open(HOSPITAL, IConsortium.ProposalKind.SUSPEND, COMPANY);
        // Whatever it asks for, by whichever key, and after it closed.
        vm.expectRevert(refusal);
        vm.prank(admin(HOSPITAL));
        consortium.propose(SALT, IConsortium.ProposalKind.REMOVE, abi.encode(INSTITUTE));
        vm.expectRevert(refusal);
        vm.prank(operator(HOSPITAL));
        consortium.propose(SALT, IConsortium.ProposalKind.ADMIT, "");
        vm.warp(START + 2 * VOTING_PERIOD);
        vm.expectRevert(refusal);
        open(HOSPITAL, IConsortium.ProposalKind.SUSPEND, COMPANY);
    }

    function test_propose_givesEachOrganisationItsOwnSalts() public {
        open(HOSPITAL, IConsortium.ProposalKind.SUSPEND, COMPANY);
        open(CLINIC, IConsortium.ProposalKind.SUSPEND, COMPANY);
        assertNotEq(consortium.proposalDigestOf(2), 0);
    }

    function test_propose_keepsTheSaltOfARefusedRequestFree() public {
        expectUnknown(NEWCOMER);
        open(HOSPITAL, IConsortium.ProposalKind.SUSPEND, NEWCOMER);
        open(HOSPITAL, IConsortium.ProposalKind.SUSPEND, COMPANY);
    }

    function test_propose_revertsWhenTheKeyIsUnknown() public {
        expectKeyUnknown(STRANGER);
        vm.prank(STRANGER);
        consortium.propose(SALT, IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
    }

    function test_propose_revertsWhenTheProposerIsSuspended() public {
        suspendOrganisation(COMPANY);
        expectInactive(COMPANY);
        open(COMPANY, IConsortium.ProposalKind.REINSTATE, COMPANY);
    }

    /// A regulator could otherwise keep a vote on itself from being opened.
    function test_propose_isOpenInAnEmergencyOfTheProposer() public {
        suspendInEmergency(COMPANY, START + 10);
        open(COMPANY, IConsortium.ProposalKind.REINSTATE, COMPANY);
        assertNotEq(consortium.proposalDigestOf(1), 0);
    }

    function test_propose_revertsWhenAVoteSuspendedInAnEmergency() public {
        suspendInEmergency(COMPANY, START + 10);
        suspendOrganisation(COMPANY);
        expectInactive(COMPANY);
        open(COMPANY, IConsortium.ProposalKind.REINSTATE, COMPANY);
        vm.warp(START + 10);
        expectInactive(COMPANY);
        open(COMPANY, IConsortium.ProposalKind.REINSTATE, COMPANY);
    }

    function test_propose_revertsWhenTheProposerIsRemoved() public {
        removeOrganisation(COMPANY);
        expectRemoved(COMPANY);
        open(COMPANY, IConsortium.ProposalKind.SUSPEND, INSTITUTE);
    }

    function test_propose_revertsWhenTheKindIsNone() public {
        bytes memory call = abi.encodeWithSelector(IConsortium.propose.selector, SALT, uint256(10), 96, 32, COMPANY);
        vm.prank(operator(CLINIC));
        (bool done, bytes memory answer) = address(consortium).call(call);
        assertFalse(done);
        assertEq(answer.length, 0);
    }

    /// The electorate is those who belong, the suspended too; the removed are no part of it.
    function test_propose_countsTheMembers() public {
        admit(newcomer());
        suspendOrganisation(COMPANY);
        assertOpened(6, 4, 2);
        removeOrganisation(COMPANY);
        assertOpened(5, 3, 2);
        removeOrganisation(NEWCOMER);
        assertOpened(4, 3, 2);
        removeOrganisation(CLINIC);
        assertOpened(3, 2, 1);
    }

    function testFuzz_propose_refusesEverySaltOnce(bytes32 salt, bytes32 other) public {
        vm.assume(salt != other);
        vm.startPrank(operator(HOSPITAL));
        consortium.propose(salt, IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        consortium.propose(other, IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        vm.expectPartialRevert(IConsortium.ConsortiumDuplicateProposal.selector);
        consortium.propose(salt, IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
    }

    function open(OrganisationId proposer, IConsortium.ProposalKind kind, OrganisationId organisation) private {
        vm.prank(operator(proposer));
        consortium.propose(SALT, kind, abi.encode(organisation));
    }

    function assertOpened(uint32 electorate, uint32 needed, uint32 neededCustodians) private {
        vm.recordLogs();
        vm.prank(operator(HOSPITAL));
        consortium.propose(freshSalt(), IConsortium.ProposalKind.SUSPEND, abi.encode(INSTITUTE));
        bytes memory opened = vm.getRecordedLogs()[0].data;
        (,,, uint32 gotElectorate, uint32 gotNeeded, uint32 gotNeededCustodians,) =
            abi.decode(opened, (IConsortium.ProposalKind, bytes, uint48, uint32, uint32, uint32, address));
        assertEq(gotElectorate, electorate);
        assertEq(gotNeeded, needed);
        assertEq(gotNeededCustodians, neededCustodians);
    }
}
