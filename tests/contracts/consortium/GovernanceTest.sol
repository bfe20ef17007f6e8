// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice What the tests of governance share: keys, passed proposals, further members.
abstract contract GovernanceTest is ConsortiumTest {
    uint48 internal constant VOTING_PERIOD = 30 days;
    uint48 internal constant OBJECTION_PERIOD = 7 days;
    uint48 internal constant LONGEST_SUSPENSION = 30 days;
    address internal constant KEY = address(0x1234);
    address internal constant OTHER_KEY = address(0x5678);

    // Keys

    function offer(OrganisationId organisation, address key, IConsortium.Role role) internal {
        vm.prank(admin(organisation));
        consortium.proposeKey(key, role);
    }

    function accept(OrganisationId organisation, address key) internal {
        vm.prank(key);
        consortium.acceptKey(organisation);
    }

    function retire(OrganisationId organisation, address key) internal {
        vm.prank(admin(organisation));
        consortium.retireKey(key);
    }

    function report(address reporter, address key, uint48 since) internal {
        vm.prank(reporter);
        consortium.reportCompromise(key, since);
    }

    function confirm(address key, uint48 since) internal {
        vm.prank(operator(AGENCY));
        consortium.confirmCompromise(key, since);
    }

    function suspendInEmergency(OrganisationId organisation, uint48 until) internal {
        vm.prank(operator(AGENCY));
        consortium.suspendInEmergency(organisation, IConsortium.EmergencyReason.DATA_BREACH, until);
    }

    // Proposals

    /// @notice A proposal with the votes of the hospitals, the institute and the agency: enough for five and for six.
    function passed(IConsortium.ProposalKind kind, bytes memory payload) internal returns (uint256 proposal) {
        proposal = propose(kind, payload);
        passWithoutCompany(proposal);
    }

    function passWithoutCompany(uint256 proposal) internal {
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        vote(proposal, INSTITUTE);
        vote(proposal, AGENCY);
    }

    function takeBack(uint256 proposal, OrganisationId organisation) internal {
        vm.prank(operator(organisation));
        consortium.vote(proposal, false);
    }

    function execute(uint256 proposal, bytes memory payload) internal {
        executeBy(operator(HOSPITAL), proposal, payload);
    }

    function executeBy(address key, uint256 proposal, bytes memory payload) internal {
        vm.prank(key);
        consortium.execute(proposal, payload);
    }

    function removeOrganisation(OrganisationId organisation) internal {
        bytes memory payload = abi.encode(organisation);
        execute(passed(IConsortium.ProposalKind.REMOVE, payload), payload);
    }

    function changeThresholds(uint16 all, uint16 custodians) internal {
        bytes memory payload = abi.encode(IConsortium.Thresholds({ all: all, custodians: custodians }));
        execute(passed(IConsortium.ProposalKind.CHANGE_THRESHOLDS, payload), payload);
    }

    // Members

    function newcomer() internal pure returns (IConsortium.Admission memory) {
        return admission(NEWCOMER, CUSTODIAN | PUBLISHER, false, unicode"Clinique de l’Étoile");
    }

    function secondRegulator() internal pure returns (IConsortium.Admission memory) {
        return admission(NEWCOMER, REGULATOR, false, "Second Agency");
    }

    /// @notice Admits `NEWCOMER`, whose admin carries it out and offers its operator the role.
    function admit(IConsortium.Admission memory fresh) internal {
        bytes memory payload = abi.encode(fresh);
        executeBy(fresh.admin, passed(IConsortium.ProposalKind.ADMIT, payload), payload);
        vm.prank(fresh.admin);
        consortium.proposeKey(operator(NEWCOMER), IConsortium.Role.OPERATOR);
        accept(NEWCOMER, operator(NEWCOMER));
    }

    // Expectations

    function assertStatus(OrganisationId organisation, IConsortium.Status status) internal view {
        assertEq(uint8(consortium.statusOf(organisation)), uint8(status));
    }

    function assertCompromise(address key, uint48 since, uint48 confirmedSince) internal view {
        (uint48 gotSince, uint48 gotConfirmedSince) = consortium.compromiseOf(key);
        assertEq(gotSince, since);
        assertEq(gotConfirmedSince, confirmedSince);
    }

    function assertOrganisation(OrganisationId got, OrganisationId expected) internal pure {
        assertEq(OrganisationId.unwrap(got), OrganisationId.unwrap(expected));
    }

    function expectKeyUnknown(address key) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, key));
    }

    function expectKeyTaken(address key) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, key));
    }

    function expectNotAdmin(address key) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotAdmin.selector, key));
    }

    function expectInactive(OrganisationId organisation) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, organisation));
    }

    function expectUnknown(OrganisationId organisation) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownOrganisation.selector, organisation));
    }

    function expectNothingToChange(OrganisationId organisation, IConsortium.Status status) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNothingToChange.selector, organisation, status));
    }

    function expectRemoved(OrganisationId organisation) internal {
        expectNothingToChange(organisation, IConsortium.Status.REMOVED);
    }

    function expectAlreadyVoted(OrganisationId voter) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyVoted.selector, voter));
    }

    function expectNotPassed(uint32 all, uint32 neededAll, uint32 custodians, uint32 neededCustodians) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsortium.ConsortiumNotPassed.selector, all, neededAll, custodians, neededCustodians
            )
        );
    }
}
