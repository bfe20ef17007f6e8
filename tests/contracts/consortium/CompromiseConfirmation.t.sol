// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// A key's compromise: what a regulator confirms.
contract ConsortiumConfirmTest is GovernanceTest {
    function test_confirmCompromise_retiresTheKey() public {
        report(operator(HOSPITAL), operator(HOSPITAL), START - 5);
        vm.warp(START + 9);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyCompromiseConfirmed(
            HOSPITAL, operator(HOSPITAL), AGENCY, START - 5, START + 9, operator(AGENCY)
        );
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, operator(HOSPITAL), IConsortium.Role.OPERATOR, START + 9);
        confirm(operator(HOSPITAL), START - 5);
        (uint48 since, bool confirmed) = consortium.compromiseOf(operator(HOSPITAL));
        assertEq(since, START - 5);
        assertTrue(confirmed);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, operator(HOSPITAL)));
        consortium.operatorOf(operator(HOSPITAL), 0);
    }

    function test_confirmCompromise_retiresAnAdminWhomAVoteReplaces() public {
        report(operator(COMPANY), admin(COMPANY), START);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(COMPANY, admin(COMPANY), IConsortium.Role.ADMIN, START);
        confirm(admin(COMPANY), START);
        expectNotAdmin(admin(COMPANY));
        offer(COMPANY, OTHER_KEY, IConsortium.Role.OPERATOR);

        bytes memory payload = abi.encode(IConsortium.AdminReplacement({ organisation: COMPANY, admin: KEY }));
        execute(passed(IConsortium.ProposalKind.REPLACE_ADMIN, payload), payload);
        vm.warp(START + OBJECTION_PERIOD);
        vm.recordLogs();
        accept(COMPANY, KEY);
        // The former admin is not retired a second time.
        assertEq(vm.getRecordedLogs().length, 1);
        vm.prank(KEY);
        consortium.proposeKey(OTHER_KEY, IConsortium.Role.OPERATOR);
        accept(COMPANY, OTHER_KEY);
        assertOrganisation(consortium.operatorOf(OTHER_KEY, 0), COMPANY);
    }

    /// What a compromised admin offered before does not outlive it; nor does a vote's offer, which must come anew.
    function test_confirmCompromise_voidsTheOffersOfTheAdmin() public {
        offer(COMPANY, KEY, IConsortium.Role.ADMIN);
        offer(COMPANY, OTHER_KEY, IConsortium.Role.OPERATOR);
        report(operator(COMPANY), admin(COMPANY), START);
        confirm(admin(COMPANY), START);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
        expectKeyUnknown(OTHER_KEY);
        accept(COMPANY, OTHER_KEY);
    }

    function test_confirmCompromise_leavesOffersWhenAnOperatorIsRetired() public {
        offer(COMPANY, KEY, IConsortium.Role.OPERATOR);
        report(operator(COMPANY), operator(COMPANY), START);
        confirm(operator(COMPANY), START);
        accept(COMPANY, KEY);
    }

    function test_confirmCompromise_retiresNoKeyTwice() public {
        report(admin(HOSPITAL), operator(HOSPITAL), START);
        vm.recordLogs();
        confirm(operator(HOSPITAL), START);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_confirmCompromise_worksForARemovedOrganisation() public {
        report(operator(COMPANY), operator(COMPANY), START);
        removeOrganisation(COMPANY);
        confirm(operator(COMPANY), START);
        (, bool confirmed) = consortium.compromiseOf(operator(COMPANY));
        assertTrue(confirmed);
    }

    function test_confirmCompromise_revertsWhenNothingIsReported() public {
        expectNotReported(operator(HOSPITAL), START, 0);
        confirm(operator(HOSPITAL), START);
        expectNotReported(operator(HOSPITAL), 0, 0);
        confirm(operator(HOSPITAL), 0);
    }

    function test_confirmCompromise_revertsWhenTheTimeIsAnother() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START - 5);
        expectNotReported(admin(HOSPITAL), START - 4, START - 5);
        confirm(admin(HOSPITAL), START - 4);
        expectNotReported(admin(HOSPITAL), 0, START - 5);
        confirm(admin(HOSPITAL), 0);
        // A claim that moved meanwhile is not confirmed by mistake.
        report(operator(HOSPITAL), admin(HOSPITAL), START - 6);
        expectNotReported(admin(HOSPITAL), START - 5, START - 6);
        confirm(admin(HOSPITAL), START - 5);
    }

    function test_confirmCompromise_revertsWhenItIsItsOwnCase() public {
        report(operator(AGENCY), admin(AGENCY), START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumOwnCase.selector, AGENCY));
        confirm(admin(AGENCY), START);
    }

    function test_confirmCompromise_takesTheCaseOfAnotherRegulator() public {
        admit(secondRegulator());
        report(operator(AGENCY), admin(AGENCY), START);
        vm.prank(operator(NEWCOMER));
        consortium.confirmCompromise(admin(AGENCY), START);
        expectNotAdmin(admin(AGENCY));
        offer(AGENCY, KEY, IConsortium.Role.OPERATOR);
    }

    function test_confirmCompromise_revertsWhenConfirmedAlready() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START);
        confirm(admin(HOSPITAL), START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyConfirmed.selector, admin(HOSPITAL)));
        confirm(admin(HOSPITAL), START);
    }

    function test_confirmCompromise_revertsWhenTheCallerIsNoRegulator() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, REGULATOR));
        vm.prank(operator(CLINIC));
        consortium.confirmCompromise(admin(HOSPITAL), START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(AGENCY)));
        vm.prank(admin(AGENCY));
        consortium.confirmCompromise(admin(HOSPITAL), START);
    }

    function test_confirmCompromise_revertsWhenTheRegulatorIsSuspended() public {
        admit(secondRegulator());
        report(operator(HOSPITAL), admin(HOSPITAL), START);
        vm.prank(operator(NEWCOMER));
        consortium.suspendInEmergency(AGENCY, IConsortium.EmergencyReason.COURT_ORDER, START + 10);
        expectInactive(AGENCY);
        confirm(admin(HOSPITAL), START);
        vm.warp(START + 10);
        confirm(admin(HOSPITAL), START);
    }

    function expectNotReported(address key, uint48 got, uint48 reported) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotReported.selector, key, got, reported));
    }
}
