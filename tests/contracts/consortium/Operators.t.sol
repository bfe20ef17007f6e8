// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// What the other contracts ask about a caller.
contract ConsortiumOperatorsTest is GovernanceTest {
    function test_operatorOf_isOpenToASuspendedOrganisation() public {
        suspendOrganisation(COMPANY);
        assertOrganisation(consortium.operatorOf(operator(COMPANY), PUBLISHER), COMPANY);
        suspendInEmergency(HOSPITAL, START + 1);
        assertOrganisation(consortium.operatorOf(operator(HOSPITAL), CUSTODIAN), HOSPITAL);
    }

    function test_operatorOf_revertsWhenTheOrganisationIsRemoved() public {
        removeOrganisation(COMPANY);
        expectInactive(COMPANY);
        consortium.operatorOf(operator(COMPANY), PUBLISHER);
    }

    function test_operatorOf_revertsWhenTheKeyIsNoOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(HOSPITAL)));
        consortium.operatorOf(admin(HOSPITAL), 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        consortium.operatorOf(STRANGER, 0);
    }

    function test_requireOperator_namesTheOrganisation() public {
        vm.prank(address(datasets));
        assertOrganisation(consortium.requireOperator(operator(HOSPITAL), CUSTODIAN), HOSPITAL);
    }

    function test_requireOperator_revertsWhenTheKeyIsNoOperator() public {
        vm.startPrank(address(datasets));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        consortium.requireOperator(STRANGER, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(HOSPITAL)));
        consortium.requireOperator(admin(HOSPITAL), 0);
    }

    function test_requireOperator_revertsWhenTheOrganisationIsSuspended() public {
        suspendOrganisation(COMPANY);
        expectInactive(COMPANY);
        vm.prank(address(datasets));
        consortium.requireOperator(operator(COMPANY), PUBLISHER);
    }

    function test_requireOperator_revertsWhileAnEmergencyRuns() public {
        suspendInEmergency(COMPANY, START + 10);
        vm.startPrank(address(datasets));
        vm.warp(START + 9);
        expectInactive(COMPANY);
        consortium.requireOperator(operator(COMPANY), PUBLISHER);
        vm.warp(START + 10);
        assertOrganisation(consortium.requireOperator(operator(COMPANY), PUBLISHER), COMPANY);
    }

    function test_requireOperator_revertsWhenTheOrganisationIsRemoved() public {
        removeOrganisation(COMPANY);
        expectInactive(COMPANY);
        vm.prank(address(datasets));
        consortium.requireOperator(operator(COMPANY), PUBLISHER);
    }

    function test_requireOperator_revertsWhenTheCallerIsNotListed() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, STRANGER));
        vm.prank(STRANGER);
        consortium.requireOperator(operator(HOSPITAL), CUSTODIAN);
    }

    function test_requireOperator_answersAllFiveContracts() public {
        IConsortium.Generation memory first = consortium.generation(1);
        address[5] memory places = [first.datasets, first.consents, first.training, first.models, first.anchors];
        for (uint256 i = 0; i < places.length; ++i) {
            vm.prank(places[i]);
            assertOrganisation(consortium.requireOperator(operator(CLINIC), CUSTODIAN), CLINIC);
        }
    }

    function test_standingOf_tellsTheTwoSidesApart() public {
        assertStanding(HOSPITAL, COMPANY, true, true, true);
        assertStanding(COMPANY, HOSPITAL, true, true, false);
        suspendOrganisation(COMPANY);
        assertStanding(HOSPITAL, COMPANY, true, false, true);
        assertStanding(COMPANY, INSTITUTE, false, true, false);
        suspendInEmergency(HOSPITAL, START + 10);
        assertStanding(HOSPITAL, INSTITUTE, false, true, false);
        vm.warp(START + 10);
        assertStanding(HOSPITAL, INSTITUTE, true, true, false);
        removeOrganisation(COMPANY);
        assertStanding(HOSPITAL, COMPANY, true, false, true);
    }

    /// Every capability asked for must be there, and no other matters.
    function testFuzz_operatorOf_wantsEveryCapability(uint8 asked, uint32 chosen) public {
        OrganisationId organisation = OrganisationId.wrap(uint32(bound(chosen, 1, FOUNDERS)));
        uint8 got = consortium.capabilitiesOf(organisation);
        bytes memory refusal = abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, got, asked);
        bool lacks = asked & ~got != 0;
        if (lacks) vm.expectRevert(refusal);
        OrganisationId found = consortium.operatorOf(operator(organisation), asked);
        if (!lacks) assertOrganisation(found, organisation);
        if (lacks) vm.expectRevert(refusal);
        vm.prank(address(anchors));
        found = consortium.requireOperator(operator(organisation), asked);
        if (!lacks) assertOrganisation(found, organisation);
    }

    function assertStanding(OrganisationId grantor, OrganisationId grantee, bool first, bool second, bool third)
        private
        view
    {
        (bool grantorActive, bool granteeActive, bool forProfit) = consortium.standingOf(grantor, grantee);
        assertEq(grantorActive, first);
        assertEq(granteeActive, second);
        assertEq(forProfit, third);
    }
}
