// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// How an organisation changes its own admin key, and how a vote does.
contract ConsortiumAdminRotationTest is GovernanceTest {
    IConsortium.Role internal constant OPERATOR = IConsortium.Role.OPERATOR;
    IConsortium.Role internal constant ADMIN = IConsortium.Role.ADMIN;

    function test_acceptKey_rotatesTheAdmin() public {
        offer(HOSPITAL, KEY, ADMIN);
        vm.warp(START + 60);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyAccepted(HOSPITAL, KEY, ADMIN, START + 60);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, admin(HOSPITAL), ADMIN, START + 60);
        accept(HOSPITAL, KEY);
        vm.prank(KEY);
        consortium.proposeKey(OTHER_KEY, OPERATOR);
        vm.prank(KEY);
        consortium.retireKey(operator(HOSPITAL));
    }

    function test_acceptKey_rotatesAgain() public {
        offer(HOSPITAL, KEY, ADMIN);
        accept(HOSPITAL, KEY);
        vm.prank(KEY);
        consortium.proposeKey(OTHER_KEY, ADMIN);
        accept(HOSPITAL, OTHER_KEY);
        expectNotAdmin(KEY);
        vm.prank(KEY);
        consortium.proposeKey(address(0x9999), OPERATOR);
    }

    function test_acceptKey_takesEverythingFromTheFormerAdmin() public {
        bytes memory payload = abi.encode(COMPANY);
        uint256 proposal = passed(IConsortium.ProposalKind.SUSPEND, payload);
        offer(COMPANY, KEY, ADMIN);
        accept(COMPANY, KEY);
        address former = admin(COMPANY);
        vm.startPrank(former);
        expectNotAdmin(former);
        consortium.proposeKey(OTHER_KEY, OPERATOR);
        expectNotAdmin(former);
        consortium.retireKey(operator(COMPANY));
        expectKeyUnknown(former);
        consortium.propose("salt", IConsortium.ProposalKind.SUSPEND, payload);
        expectKeyUnknown(former);
        consortium.vote(proposal, true);
        expectKeyUnknown(former);
        consortium.execute(proposal, payload);
        expectKeyUnknown(former);
        consortium.reportCompromise(operator(COMPANY), START);
        vm.stopPrank();
        expectKeyTaken(former);
        vm.prank(KEY);
        consortium.proposeKey(former, OPERATOR);
    }

    /// Whoever held the former admin key leaves nothing behind that could take the organisation over.
    function test_acceptKey_voidsTheOtherOffers() public {
        offer(HOSPITAL, address(0xaaaa), ADMIN);
        offer(HOSPITAL, address(0xbbbb), OPERATOR);
        offer(HOSPITAL, KEY, ADMIN);
        accept(HOSPITAL, KEY);
        expectKeyUnknown(address(0xaaaa));
        accept(HOSPITAL, address(0xaaaa));
        expectKeyUnknown(address(0xbbbb));
        accept(HOSPITAL, address(0xbbbb));
        vm.prank(KEY);
        consortium.proposeKey(address(0xbbbb), OPERATOR);
        accept(HOSPITAL, address(0xbbbb));
    }

    function test_acceptKey_leavesTheOffersOfOthersWhenAnOperatorAccepts() public {
        offer(HOSPITAL, KEY, OPERATOR);
        offer(HOSPITAL, OTHER_KEY, OPERATOR);
        offer(CLINIC, address(0xaaaa), OPERATOR);
        accept(HOSPITAL, KEY);
        accept(HOSPITAL, OTHER_KEY);
        offer(HOSPITAL, address(0xbbbb), ADMIN);
        accept(HOSPITAL, address(0xbbbb));
        accept(CLINIC, address(0xaaaa));
    }

    function test_execute_replacesTheAdminAfterTheDelay() public {
        uint48 from = START + OBJECTION_PERIOD;
        uint256 proposal = passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement());
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalExecuted(proposal, START, operator(HOSPITAL));
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyProposed(COMPANY, KEY, ADMIN, from);
        execute(proposal, replacement());
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumKeyNotYetAcceptable.selector, KEY, from));
        accept(COMPANY, KEY);
        // Until then the former admin has its role.
        offer(COMPANY, OTHER_KEY, OPERATOR);
        vm.warp(from);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyAccepted(COMPANY, KEY, ADMIN, from);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(COMPANY, admin(COMPANY), ADMIN, from);
        accept(COMPANY, KEY);
        expectKeyUnknown(OTHER_KEY);
        accept(COMPANY, OTHER_KEY);
    }

    function test_retireKey_objectsToAReplacementByVote() public {
        execute(passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement()), replacement());
        vm.warp(START + OBJECTION_PERIOD - 1);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyOfferWithdrawn(COMPANY, KEY, ADMIN);
        retire(COMPANY, KEY);
        vm.warp(START + OBJECTION_PERIOD);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
    }

    function test_acceptKey_voidsAReplacementWhenTheAdminRotatesItself() public {
        execute(passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement()), replacement());
        offer(COMPANY, OTHER_KEY, ADMIN);
        accept(COMPANY, OTHER_KEY);
        vm.warp(START + OBJECTION_PERIOD);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
    }

    /// Only a vote's suspension takes the objection away, not a regulator's.
    function test_retireKey_objectsInAnEmergency() public {
        execute(passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement()), replacement());
        suspendInEmergency(COMPANY, START + LONGEST_SUSPENSION);
        retire(COMPANY, KEY);
        vm.warp(START + OBJECTION_PERIOD);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
    }

    function test_execute_voidsAReplacementByASuspensionAfterIt() public {
        execute(passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement()), replacement());
        suspendOrganisation(COMPANY);
        vm.warp(START + OBJECTION_PERIOD);
        expectKeyUnknown(KEY);
        accept(COMPANY, KEY);
    }

    /// An admission that was voted twice comes about once: or two organisations would share an admin, and to replace the
    /// one's would retire the other's.
    function test_acceptKey_leavesTheAdminOfAnotherAlone() public {
        bytes memory payload = abi.encode(newcomer());
        uint256 again = passed(IConsortium.ProposalKind.ADMIT, payload);
        admit(newcomer());
        expectKeyTaken(admin(NEWCOMER));
        executeBy(admin(NEWCOMER), again, payload);
        OrganisationId seventh = OrganisationId.wrap(7);
        expectUnknown(seventh);
        propose(
            IConsortium.ProposalKind.REPLACE_ADMIN,
            abi.encode(IConsortium.AdminReplacement({ organisation: seventh, admin: KEY }))
        );
        execute(passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement()), replacement());
        vm.warp(START + OBJECTION_PERIOD);
        accept(COMPANY, KEY);
        offer(NEWCOMER, OTHER_KEY, OPERATOR);
        expectNotAdmin(admin(COMPANY));
        offer(COMPANY, OTHER_KEY, OPERATOR);
    }

    function test_execute_revertsWhenTheNewAdminIsTakenMeanwhile() public {
        uint256 proposal = passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement());
        offer(CLINIC, KEY, OPERATOR);
        accept(CLINIC, KEY);
        expectKeyTaken(KEY);
        execute(proposal, replacement());
    }

    function test_execute_revertsWhenTheOrganisationIsRemovedMeanwhile() public {
        uint256 proposal = passed(IConsortium.ProposalKind.REPLACE_ADMIN, replacement());
        removeOrganisation(COMPANY);
        expectRemoved(COMPANY);
        execute(proposal, replacement());
    }

    function replacement() private pure returns (bytes memory) {
        return abi.encode(IConsortium.AdminReplacement({ organisation: COMPANY, admin: KEY }));
    }
}
