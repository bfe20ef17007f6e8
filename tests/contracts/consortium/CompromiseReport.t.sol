// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN } from "../../../contracts/types/Capabilities.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// A key's compromise: what its own organisation claims.
contract ConsortiumReportTest is GovernanceTest {
    function test_reportCompromise_keepsTheClaim() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyReportedCompromised(HOSPITAL, admin(HOSPITAL), START - 7, START, operator(HOSPITAL));
        report(operator(HOSPITAL), admin(HOSPITAL), START - 7);
        assertCompromise(admin(HOSPITAL), START - 7, 0);
        assertCompromise(operator(HOSPITAL), 0, 0);
    }

    function test_reportCompromise_takesAnyTimeUntilNow() public {
        report(operator(HOSPITAL), operator(HOSPITAL), START);
        assertCompromise(operator(HOSPITAL), START, 0);
        report(operator(CLINIC), operator(CLINIC), 1);
        assertCompromise(operator(CLINIC), 1, 0);
    }

    function test_reportCompromise_takesOnlyAnEarlierTimeLater() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START - 10);
        vm.warp(START + 10);
        expectBadTime(START + 10, START - 11);
        report(operator(HOSPITAL), admin(HOSPITAL), START + 10);
        expectBadTime(START - 10, START - 11);
        report(admin(HOSPITAL), admin(HOSPITAL), START - 10);
        report(admin(HOSPITAL), admin(HOSPITAL), START - 11);
        assertCompromise(admin(HOSPITAL), START - 11, 0);
    }

    function test_reportCompromise_takesNothingBeforeTheFirstSecond() public {
        report(operator(HOSPITAL), admin(HOSPITAL), 1);
        expectBadTime(1, 0);
        report(operator(HOSPITAL), admin(HOSPITAL), 1);
        expectBadTime(0, 0);
        report(operator(HOSPITAL), admin(HOSPITAL), 0);
    }

    /// Or one's own later claim would undo what a regulator has confirmed.
    function test_reportCompromise_leavesWhatWasConfirmed() public {
        report(operator(HOSPITAL), admin(HOSPITAL), START - 1);
        confirm(admin(HOSPITAL), START);
        assertCompromise(admin(HOSPITAL), START - 1, START);
        report(operator(HOSPITAL), admin(HOSPITAL), START - 2);
        assertCompromise(admin(HOSPITAL), START - 2, START);
        confirm(admin(HOSPITAL), START - 2);
        assertCompromise(admin(HOSPITAL), START - 2, START - 2);
    }

    function test_reportCompromise_retiresAnOperatorWhenTheAdminReports() public {
        vm.warp(START + 4);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyReportedCompromised(HOSPITAL, operator(HOSPITAL), START, START + 4, admin(HOSPITAL));
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, operator(HOSPITAL), IConsortium.Role.OPERATOR, START + 4);
        report(admin(HOSPITAL), operator(HOSPITAL), START);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, operator(HOSPITAL)));
        consortium.operatorOf(operator(HOSPITAL), 0);
    }

    function test_reportCompromise_retiresNoAdmin() public {
        report(admin(HOSPITAL), admin(HOSPITAL), START);
        offer(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
    }

    function test_reportCompromise_retiresNoKeyWhenAnOperatorReports() public {
        report(operator(HOSPITAL), operator(HOSPITAL), START);
        assertOrganisation(consortium.operatorOf(operator(HOSPITAL), CUSTODIAN), HOSPITAL);
        report(operator(HOSPITAL), admin(HOSPITAL), START);
        offer(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
    }

    function test_reportCompromise_takesAKeyThatIsRetiredAlready() public {
        retire(HOSPITAL, operator(HOSPITAL));
        vm.recordLogs();
        report(admin(HOSPITAL), operator(HOSPITAL), START - 1);
        assertEq(vm.getRecordedLogs().length, 1);
        assertCompromise(operator(HOSPITAL), START - 1, 0);
    }

    function test_reportCompromise_isOpenToASuspendedOrganisation() public {
        suspendOrganisation(COMPANY);
        report(operator(COMPANY), admin(COMPANY), START);
        assertCompromise(admin(COMPANY), START, 0);
    }

    function test_reportCompromise_revertsWhenTheTimeIsBad() public {
        expectBadTime(0, START);
        report(operator(HOSPITAL), admin(HOSPITAL), 0);
        expectBadTime(START + 1, START);
        report(operator(HOSPITAL), admin(HOSPITAL), START + 1);
    }

    function test_reportCompromise_revertsWhenTheReporterIsNobody() public {
        expectKeyUnknown(STRANGER);
        report(STRANGER, STRANGER, START);
        retire(HOSPITAL, operator(HOSPITAL));
        expectKeyUnknown(operator(HOSPITAL));
        report(operator(HOSPITAL), operator(HOSPITAL), START);
    }

    function test_reportCompromise_revertsWhenTheOrganisationIsRemoved() public {
        removeOrganisation(COMPANY);
        expectRemoved(COMPANY);
        report(operator(COMPANY), admin(COMPANY), START);
    }

    function test_reportCompromise_revertsWhenTheKeyIsOfAnother() public {
        expectKeyUnknown(operator(CLINIC));
        report(admin(HOSPITAL), operator(CLINIC), START);
        expectKeyUnknown(STRANGER);
        report(admin(HOSPITAL), STRANGER, START);
        offer(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
        expectKeyUnknown(KEY);
        report(admin(HOSPITAL), KEY, START);
    }

    /// A claim is positive, never ahead of its time, and never later than the one before.
    function testFuzz_reportCompromise_movesOnlyBack(uint48 first, uint48 second) public {
        first = uint48(bound(first, 0, uint256(START) + 10));
        second = uint48(bound(second, 0, uint256(START) + 10));
        bool taken = first != 0 && first <= START;
        if (!taken) expectBadTime(first, START);
        report(operator(HOSPITAL), admin(HOSPITAL), first);
        uint48 latest = taken ? first - 1 : START;
        bool moved = second != 0 && second <= latest;
        if (!moved) expectBadTime(second, latest);
        report(operator(HOSPITAL), admin(HOSPITAL), second);
        assertCompromise(admin(HOSPITAL), moved ? second : taken ? first : 0, 0);
    }

    function expectBadTime(uint48 got, uint48 latest) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadCompromiseTime.selector, got, latest));
    }
}
