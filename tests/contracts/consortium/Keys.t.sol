// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN } from "../../../contracts/types/Capabilities.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Offered, accepted, retired: the life of an operator key.
contract ConsortiumKeysTest is GovernanceTest {
    IConsortium.Role internal constant OPERATOR = IConsortium.Role.OPERATOR;
    IConsortium.Role internal constant ADMIN = IConsortium.Role.ADMIN;

    function test_proposeKey_offersTheRole() public {
        vm.warp(START + 3);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyProposed(HOSPITAL, KEY, OPERATOR, START + 3);
        offer(HOSPITAL, KEY, OPERATOR);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyProposed(HOSPITAL, OTHER_KEY, ADMIN, START + 3);
        offer(HOSPITAL, OTHER_KEY, ADMIN);
    }

    function test_proposeKey_givesNoRoleBeforeAcceptance() public {
        offer(HOSPITAL, KEY, OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, KEY));
        consortium.operatorOf(KEY, 0);
        uint256 proposal = propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        expectKeyUnknown(KEY);
        vm.prank(KEY);
        consortium.vote(proposal, true);
    }

    function test_proposeKey_replacesAnEarlierOffer() public {
        offer(HOSPITAL, KEY, ADMIN);
        offer(HOSPITAL, KEY, OPERATOR);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyAccepted(HOSPITAL, KEY, OPERATOR, START);
        accept(HOSPITAL, KEY);
        // Still the admin.
        offer(HOSPITAL, OTHER_KEY, OPERATOR);
    }

    function test_proposeKey_worksInAnEmergency() public {
        suspendInEmergency(COMPANY, START + 10);
        offer(COMPANY, KEY, OPERATOR);
        accept(COMPANY, KEY);
        assertOrganisation(consortium.operatorOf(KEY, 0), COMPANY);
    }

    function test_proposeKey_revertsWhileSuspendedByVote() public {
        suspendOrganisation(COMPANY);
        expectInactive(COMPANY);
        offer(COMPANY, KEY, OPERATOR);
        expectInactive(COMPANY);
        offer(COMPANY, KEY, ADMIN);
        reinstateOrganisation(COMPANY);
        offer(COMPANY, KEY, OPERATOR);
        accept(COMPANY, KEY);
        assertOrganisation(consortium.operatorOf(KEY, 0), COMPANY);
    }

    function test_proposeKey_revertsWhenCallerIsNoAdmin() public {
        expectNotAdmin(operator(HOSPITAL));
        vm.prank(operator(HOSPITAL));
        consortium.proposeKey(KEY, OPERATOR);
        expectNotAdmin(STRANGER);
        vm.prank(STRANGER);
        consortium.proposeKey(KEY, OPERATOR);
    }

    function test_proposeKey_revertsWhenTheRoleIsNone() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadRole.selector, IConsortium.Role.NONE));
        offer(HOSPITAL, KEY, IConsortium.Role.NONE);
    }

    function test_proposeKey_revertsWhenTheKeyIsZero() public {
        expectKeyUnknown(address(0));
        offer(HOSPITAL, address(0), OPERATOR);
    }

    function test_proposeKey_revertsWhenTheKeyIsTaken() public {
        expectKeyTaken(operator(CLINIC));
        offer(HOSPITAL, operator(CLINIC), OPERATOR);
        expectKeyTaken(operator(HOSPITAL));
        offer(HOSPITAL, operator(HOSPITAL), ADMIN);
        expectKeyTaken(admin(HOSPITAL));
        offer(HOSPITAL, admin(HOSPITAL), OPERATOR);
    }

    function test_acceptKey_bindsTheKey() public {
        offer(HOSPITAL, KEY, OPERATOR);
        vm.warp(START + 60);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyAccepted(HOSPITAL, KEY, OPERATOR, START + 60);
        accept(HOSPITAL, KEY);
        assertOrganisation(consortium.operatorOf(KEY, CUSTODIAN), HOSPITAL);
        // The other operator keeps its role.
        assertOrganisation(consortium.operatorOf(operator(HOSPITAL), CUSTODIAN), HOSPITAL);
    }

    function test_acceptKey_revertsWhenNothingIsOffered() public {
        expectKeyUnknown(KEY);
        accept(HOSPITAL, KEY);
        expectKeyUnknown(KEY);
        accept(NEWCOMER, KEY);
    }

    function test_acceptKey_revertsWhenOfferedByAnother() public {
        offer(HOSPITAL, KEY, OPERATOR);
        expectKeyUnknown(KEY);
        accept(CLINIC, KEY);
    }

    function test_acceptKey_revertsWhenAcceptedTwice() public {
        offer(HOSPITAL, KEY, OPERATOR);
        accept(HOSPITAL, KEY);
        expectKeyUnknown(KEY);
        accept(HOSPITAL, KEY);
    }

    function test_acceptKey_revertsWhenAcceptedElsewhereMeanwhile() public {
        offer(HOSPITAL, KEY, OPERATOR);
        offer(CLINIC, KEY, OPERATOR);
        accept(HOSPITAL, KEY);
        expectKeyTaken(KEY);
        accept(CLINIC, KEY);
        assertOrganisation(consortium.operatorOf(KEY, 0), HOSPITAL);
    }

    function test_acceptKey_revertsWhenTheOrganisationIsRemovedMeanwhile() public {
        offer(COMPANY, KEY, OPERATOR);
        removeOrganisation(COMPANY);
        expectRemoved(COMPANY);
        accept(COMPANY, KEY);
        // The key stays free for another.
        offer(HOSPITAL, KEY, OPERATOR);
        accept(HOSPITAL, KEY);
    }

    /// Whoever holds the admin key may have offered roles in time; a vote's suspension ends that too.
    function test_acceptKey_revertsWhenAVoteSuspendedSince() public {
        offer(COMPANY, KEY, OPERATOR);
        offer(COMPANY, OTHER_KEY, ADMIN);
        offer(HOSPITAL, address(0xaaaa), OPERATOR);
        suspendOrganisation(COMPANY);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
        expectKeyUnknown(OTHER_KEY);
        accept(COMPANY, OTHER_KEY);
        // For good, and for nobody else.
        reinstateOrganisation(COMPANY);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
        accept(HOSPITAL, address(0xaaaa));
        offer(COMPANY, KEY, OPERATOR);
        accept(COMPANY, KEY);
    }

    function test_acceptKey_outlivesAnEmergency() public {
        offer(COMPANY, KEY, OPERATOR);
        offer(COMPANY, OTHER_KEY, ADMIN);
        suspendInEmergency(COMPANY, START + 10);
        accept(COMPANY, KEY);
        vm.warp(START + 10);
        accept(COMPANY, OTHER_KEY);
    }

    function test_retireKey_endsTheKeyAtOnce() public {
        vm.warp(START + 60);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, operator(HOSPITAL), OPERATOR, START + 60);
        retire(HOSPITAL, operator(HOSPITAL));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, operator(HOSPITAL)));
        consortium.operatorOf(operator(HOSPITAL), 0);
    }

    function test_retireKey_takesAwayEveryAct() public {
        bytes memory payload = abi.encode(COMPANY);
        uint256 proposal = passed(IConsortium.ProposalKind.SUSPEND, payload);
        retire(COMPANY, operator(COMPANY));
        address key = operator(COMPANY);
        vm.startPrank(key);
        expectKeyUnknown(key);
        consortium.vote(proposal, true);
        expectKeyUnknown(key);
        consortium.execute(proposal, payload);
        expectKeyUnknown(key);
        consortium.propose("salt", IConsortium.ProposalKind.SUSPEND, payload);
        expectKeyUnknown(key);
        consortium.reportCompromise(key, 1);
        vm.stopPrank();
    }

    function test_retireKey_leavesAKeyThatNeverComesBack() public {
        retire(HOSPITAL, operator(HOSPITAL));
        expectKeyTaken(operator(HOSPITAL));
        offer(HOSPITAL, operator(HOSPITAL), OPERATOR);
        expectKeyTaken(operator(HOSPITAL));
        offer(CLINIC, operator(HOSPITAL), ADMIN);
    }

    function test_retireKey_withdrawsAnOffer() public {
        offer(HOSPITAL, KEY, OPERATOR);
        offer(HOSPITAL, OTHER_KEY, ADMIN);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyOfferWithdrawn(HOSPITAL, KEY, OPERATOR);
        retire(HOSPITAL, KEY);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyOfferWithdrawn(HOSPITAL, OTHER_KEY, ADMIN);
        retire(HOSPITAL, OTHER_KEY);
        expectKeyUnknown(KEY);
        accept(HOSPITAL, KEY);
        expectKeyUnknown(OTHER_KEY);
        accept(HOSPITAL, OTHER_KEY);
        // The key was never taken.
        offer(CLINIC, KEY, OPERATOR);
        accept(CLINIC, KEY);
    }

    function test_retireKey_withdrawsNoOfferWhileSuspendedByVote() public {
        offer(COMPANY, KEY, OPERATOR);
        suspendOrganisation(COMPANY);
        expectInactive(COMPANY);
        retire(COMPANY, KEY);
        reinstateOrganisation(COMPANY);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyOfferWithdrawn(COMPANY, KEY, OPERATOR);
        retire(COMPANY, KEY);
    }

    function test_retireKey_withdrawsAnOfferInAnEmergency() public {
        offer(COMPANY, KEY, OPERATOR);
        suspendInEmergency(COMPANY, START + 10);
        retire(COMPANY, KEY);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
    }

    /// To end a key protects, and stays open.
    function test_retireKey_endsAnOperatorWhileSuspendedByVote() public {
        suspendOrganisation(COMPANY);
        retire(COMPANY, operator(COMPANY));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, operator(COMPANY)));
        consortium.operatorOf(operator(COMPANY), 0);
    }

    /// An offer to a key of another organisation is withdrawn, and the key itself left alone.
    function test_retireKey_leavesTheKeyOfAnotherAlone() public {
        offer(HOSPITAL, KEY, OPERATOR);
        offer(CLINIC, KEY, OPERATOR);
        accept(CLINIC, KEY);
        retire(HOSPITAL, KEY);
        assertOrganisation(consortium.operatorOf(KEY, 0), CLINIC);
        expectKeyUnknown(KEY);
        retire(HOSPITAL, KEY);
    }

    function test_retireKey_revertsWhenCallerIsNoAdmin() public {
        expectNotAdmin(STRANGER);
        vm.prank(STRANGER);
        consortium.retireKey(operator(HOSPITAL));
        expectNotAdmin(operator(HOSPITAL));
        vm.prank(operator(HOSPITAL));
        consortium.retireKey(operator(HOSPITAL));
    }

    function test_retireKey_revertsWhenTheKeyIsUnknown() public {
        expectKeyUnknown(KEY);
        retire(HOSPITAL, KEY);
    }

    function test_retireKey_revertsWhenTheKeyIsOfAnother() public {
        expectKeyUnknown(operator(CLINIC));
        retire(HOSPITAL, operator(CLINIC));
    }

    function test_retireKey_revertsWhenTheKeyIsTheAdmin() public {
        expectKeyUnknown(admin(HOSPITAL));
        retire(HOSPITAL, admin(HOSPITAL));
    }

    function test_retireKey_revertsWhenRetiredTwice() public {
        retire(HOSPITAL, operator(HOSPITAL));
        expectKeyUnknown(operator(HOSPITAL));
        retire(HOSPITAL, operator(HOSPITAL));
    }

    /// A key belongs to the organisation that it accepted, for ever, and to no other.
    function testFuzz_acceptKey_bindsForEver(address key, bool accepts, bool retires) public {
        vm.assume(key != address(0));
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            vm.assume(key != founders()[i - 1].admin && key != founderOperators()[i - 1]);
        }
        offer(HOSPITAL, key, OPERATOR);
        if (!accepts) {
            offer(CLINIC, key, ADMIN);
            return;
        }
        accept(HOSPITAL, key);
        if (retires) retire(HOSPITAL, key);
        expectKeyTaken(key);
        offer(CLINIC, key, ADMIN);
    }
}
