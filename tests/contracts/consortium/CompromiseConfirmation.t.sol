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
        assertCompromise(operator(HOSPITAL), START - 5, START - 5);
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
        assertCompromise(operator(COMPANY), START, START);
    }

    function test_confirmCompromise_revertsWhenNothingIsReported() public {
        expectNotReported(operator(HOSPITAL), START, 0);
        confirm(operator(HOSPITAL), START);
        expectNotReported(operator(HOSPITAL), 0, 0);
        confirm(operator(HOSPITAL), 0);
    }

    function test_confirmCompromise_revertsWhenTheClaimDoesNotCoverTheTime() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START - 5);
        expectNotReported(admin(HOSPITAL), START - 6, START - 5);
        confirm(admin(HOSPITAL), START - 6);
        expectNotReported(admin(HOSPITAL), 0, START - 5);
        confirm(admin(HOSPITAL), 0);
        expectNotReported(admin(HOSPITAL), START + 1, START - 5);
        confirm(admin(HOSPITAL), START + 1);
        assertCompromise(admin(HOSPITAL), START - 5, 0);
    }

    function test_confirmCompromise_takesAnyTimeThatTheClaimCovers() public {
        report(operator(HOSPITAL), operator(HOSPITAL), START - 5);
        confirm(operator(HOSPITAL), START - 4);
        assertCompromise(operator(HOSPITAL), START - 5, START - 4);
        report(operator(CLINIC), operator(CLINIC), START - 5);
        vm.warp(START + 9);
        confirm(operator(CLINIC), START + 9);
        assertCompromise(operator(CLINIC), START - 5, START + 9);
    }

    /// A claim that reaches too far would otherwise keep every honest time from being confirmed.
    function test_confirmCompromise_takesAPartOfAClaimThatReachesTooFar() public {
        report(admin(COMPANY), admin(COMPANY), 1);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyCompromiseConfirmed(COMPANY, admin(COMPANY), AGENCY, START - 100, START, operator(AGENCY));
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(COMPANY, admin(COMPANY), IConsortium.Role.ADMIN, START);
        confirm(admin(COMPANY), START - 100);
        assertCompromise(admin(COMPANY), 1, START - 100);
    }

    /// The accused key claims an earlier time just before each confirmation, and gains nothing by it.
    function test_confirmCompromise_isNotDodgedByEarlierClaims() public {
        report(operator(COMPANY), admin(COMPANY), START);
        for (uint48 i = 1; i < 4; ++i) {
            report(admin(COMPANY), admin(COMPANY), START - i);
        }
        confirm(admin(COMPANY), START);
        assertCompromise(admin(COMPANY), START - 3, START);
        expectKeyUnknown(admin(COMPANY));
        report(admin(COMPANY), admin(COMPANY), START - 4);
        // Nor by an accomplice afterwards: the key stays confirmed, and retired.
        report(operator(COMPANY), admin(COMPANY), START - 4);
        assertCompromise(admin(COMPANY), START - 4, START);
        expectNotAdmin(admin(COMPANY));
        offer(COMPANY, KEY, IConsortium.Role.OPERATOR);
    }

    function test_confirmCompromise_movesOnlyBack() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START - 9);
        confirm(admin(HOSPITAL), START - 3);
        expectAlreadyConfirmed(admin(HOSPITAL));
        confirm(admin(HOSPITAL), START - 2);
        expectAlreadyConfirmed(admin(HOSPITAL));
        confirm(admin(HOSPITAL), START - 3);
        vm.recordLogs();
        confirm(admin(HOSPITAL), START - 4);
        // Nothing is retired a second time.
        assertEq(vm.getRecordedLogs().length, 1);
        assertCompromise(admin(HOSPITAL), START - 9, START - 4);
        expectNotReported(admin(HOSPITAL), START - 10, START - 9);
        confirm(admin(HOSPITAL), START - 10);
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
        expectAlreadyConfirmed(admin(HOSPITAL));
        confirm(admin(HOSPITAL), START);
        // Also when a later claim covers more: the time must be another.
        report(operator(HOSPITAL), admin(HOSPITAL), START - 1);
        expectAlreadyConfirmed(admin(HOSPITAL));
        confirm(admin(HOSPITAL), START);
        confirm(admin(HOSPITAL), START - 1);
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

    /// What is confirmed lies within the claim and not ahead of the clock, and only moves back.
    function testFuzz_confirmCompromise_takesWhatTheClaimCovers(uint48 claim, uint48 first, uint48 second) public {
        claim = uint48(bound(claim, START - 20, START));
        first = uint48(bound(first, START - 25, START + 5));
        second = uint48(bound(second, START - 25, START + 5));
        report(operator(HOSPITAL), admin(HOSPITAL), claim);
        bool taken = first >= claim && first <= START;
        if (!taken) expectNotReported(admin(HOSPITAL), first, claim);
        confirm(admin(HOSPITAL), first);
        bool covered = second >= claim && second <= START;
        bool moved = covered && (!taken || second < first);
        if (!covered) expectNotReported(admin(HOSPITAL), second, claim);
        else if (!moved) expectAlreadyConfirmed(admin(HOSPITAL));
        confirm(admin(HOSPITAL), second);
        assertCompromise(admin(HOSPITAL), claim, moved ? second : taken ? first : 0);
    }

    function expectAlreadyConfirmed(address key) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyConfirmed.selector, key));
    }

    function expectNotReported(address key, uint48 got, uint48 reported) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotReported.selector, key, got, reported));
    }
}
