// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

/// Offered, accepted, retired: the life of a key.
contract ConsortiumKeysTest is ConsortiumTest {
    address internal constant KEY = address(0x1234);

    function test_proposeOperator_offersTheKey() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyProposed(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
        offer();
    }

    function test_proposeOperator_givesNoRoleBeforeAcceptance() public {
        offer();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, KEY));
        consortium.operatorOf(KEY);
    }

    function test_proposeOperator_worksForASuspendedOrganisation() public {
        suspendOrganisation(HOSPITAL);
        offer();
        accept();
        assertTrue(consortium.operatorOf(KEY) == HOSPITAL);
    }

    function test_proposeOperator_revertsWhenCallerIsNoAdmin() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotAdmin.selector, operator(HOSPITAL)));
        vm.prank(operator(HOSPITAL));
        consortium.proposeOperator(KEY);
    }

    function test_proposeOperator_revertsWhenKeyIsTaken() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, operator(CLINIC)));
        vm.prank(admin(HOSPITAL));
        consortium.proposeOperator(operator(CLINIC));
    }

    function test_proposeOperator_revertsWhenKeyIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, address(0)));
        vm.prank(admin(HOSPITAL));
        consortium.proposeOperator(address(0));
    }

    function test_acceptKey_bindsTheKey() public {
        offer();
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyAccepted(HOSPITAL, KEY, IConsortium.Role.OPERATOR);
        accept();
        assertTrue(consortium.operatorOf(KEY) == HOSPITAL);
        assertTrue(consortium.requireOperator(KEY, CUSTODIAN) == HOSPITAL);
    }

    function test_acceptKey_revertsWhenNothingIsOffered() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, KEY));
        accept();
    }

    function test_acceptKey_revertsWhenOfferedByAnother() public {
        offer();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, KEY));
        vm.prank(KEY);
        consortium.acceptKey(CLINIC);
    }

    function test_acceptKey_revertsWhenAcceptedTwice() public {
        offer();
        accept();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, KEY));
        accept();
    }

    function test_acceptKey_revertsWhenAcceptedElsewhereMeanwhile() public {
        offer();
        vm.prank(admin(CLINIC));
        consortium.proposeOperator(KEY);
        accept();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, KEY));
        vm.prank(KEY);
        consortium.acceptKey(CLINIC);
    }

    function test_retireOperator_endsTheKeyAtOnce() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, operator(HOSPITAL));
        retire(operator(HOSPITAL));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, operator(HOSPITAL)));
        consortium.operatorOf(operator(HOSPITAL));
    }

    function test_retireOperator_takesAwayTheVote() public {
        uint256 proposal = propose(IConsortium.ProposalKind.SUSPEND, abi.encode(COMPANY));
        retire(operator(HOSPITAL));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, operator(HOSPITAL)));
        vote(proposal, HOSPITAL);
    }

    function test_retireOperator_withdrawsAnOffer() public {
        offer();
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, KEY);
        retire(KEY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, KEY));
        accept();
    }

    function test_retireOperator_revertsWhenCallerIsNoAdmin() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotAdmin.selector, STRANGER));
        vm.prank(STRANGER);
        consortium.retireOperator(operator(HOSPITAL));
    }

    function test_retireOperator_revertsWhenKeyIsUnknown() public {
        expectRetireRefused(KEY);
    }

    function test_retireOperator_revertsWhenKeyIsOfAnother() public {
        expectRetireRefused(operator(CLINIC));
    }

    function test_retireOperator_revertsWhenKeyIsTheAdmin() public {
        expectRetireRefused(admin(HOSPITAL));
    }

    function test_retireOperator_revertsWhenRetiredTwice() public {
        retire(operator(HOSPITAL));
        expectRetireRefused(operator(HOSPITAL));
    }

    function test_retireOperator_leavesAKeyThatNeverComesBack() public {
        retire(operator(HOSPITAL));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, operator(HOSPITAL)));
        vm.prank(admin(HOSPITAL));
        consortium.proposeOperator(operator(HOSPITAL));
    }

    function test_operatorOf_worksForASuspendedOrganisation() public {
        suspendOrganisation(COMPANY);
        assertTrue(consortium.operatorOf(operator(COMPANY)) == COMPANY);
    }

    function test_operatorOf_revertsWhenKeyIsAnAdmin() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(HOSPITAL)));
        consortium.operatorOf(admin(HOSPITAL));
    }

    function test_requireOperator_revertsWhenKeyIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        consortium.requireOperator(STRANGER, 0);
    }

    function test_requireOperator_revertsWhenOrganisationIsSuspended() public {
        suspendOrganisation(COMPANY);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, COMPANY));
        consortium.requireOperator(operator(COMPANY), PUBLISHER);
    }

    function test_requireOperator_revertsWhenCapabilityIsLacking() public {
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN, CUSTODIAN | PUBLISHER)
        );
        consortium.requireOperator(operator(HOSPITAL), CUSTODIAN | PUBLISHER);
    }

    function offer() private {
        vm.prank(admin(HOSPITAL));
        consortium.proposeOperator(KEY);
    }

    function accept() private {
        vm.prank(KEY);
        consortium.acceptKey(HOSPITAL);
    }

    function retire(address key) private {
        vm.prank(admin(HOSPITAL));
        consortium.retireOperator(key);
    }

    function expectRetireRefused(address key) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, key));
        retire(key);
    }
}
