// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// A hospital's admin key is in wrong hands, and no other key of the hospital is left: what the others do by vote.
contract ConsortiumStolenAdminTest is GovernanceTest {
    IConsortium.Role internal constant OPERATOR = IConsortium.Role.OPERATOR;
    IConsortium.Role internal constant ADMIN = IConsortium.Role.ADMIN;
    address internal constant ACCOMPLICE = address(0xaaaa);

    bytes internal suspension = abi.encode(HOSPITAL);
    bytes internal replacement = abi.encode(IConsortium.AdminReplacement({ organisation: HOSPITAL, admin: KEY }));
    address internal thief = admin(HOSPITAL);

    /// A third custodian, or the thief's vote would be a veto.
    function setUp() public override {
        super.setUp();
        admit(newcomer());
        retire(HOSPITAL, operator(HOSPITAL));
    }

    function test_execute_replacesAThiefThatObjects() public {
        offer(HOSPITAL, ACCOMPLICE, ADMIN);
        decide(IConsortium.ProposalKind.SUSPEND, suspension);
        decide(IConsortium.ProposalKind.REPLACE_ADMIN, replacement);
        expectInactive(HOSPITAL);
        retire(HOSPITAL, KEY);
        // Nor does it rotate to another key, which would void the replacement.
        expectKeyUnknown(ACCOMPLICE);
        accept(HOSPITAL, ACCOMPLICE);
        expectInactive(HOSPITAL);
        offer(HOSPITAL, ACCOMPLICE, ADMIN);
        expectInactive(HOSPITAL);
        offer(HOSPITAL, ACCOMPLICE, OPERATOR);
        // Nor by a claim against itself: that retires no admin.
        report(thief, thief, START);
        vm.warp(START + OBJECTION_PERIOD);
        vm.expectEmit(address(consortium));
        emit IConsortium.KeyRetired(HOSPITAL, thief, ADMIN, START + OBJECTION_PERIOD);
        accept(HOSPITAL, KEY);
        assertReplaced();
    }

    /// Without the suspension the thief objects, as often as it is voted on.
    function test_retireKey_objectsWhenNobodySuspendedFirst() public {
        for (uint48 i = 1; i <= 3; ++i) {
            decide(IConsortium.ProposalKind.REPLACE_ADMIN, replacement);
            retire(HOSPITAL, KEY);
            vm.warp(START + i * OBJECTION_PERIOD);
            expectKeyUnknown(KEY);
            accept(HOSPITAL, KEY);
        }
    }

    /// The suspension is what takes the objection away: one lifted too early gives it back.
    function test_retireKey_objectsWhenReinstatedTooEarly() public {
        decide(IConsortium.ProposalKind.SUSPEND, suspension);
        decide(IConsortium.ProposalKind.REPLACE_ADMIN, replacement);
        decide(IConsortium.ProposalKind.REINSTATE, suspension);
        retire(HOSPITAL, KEY);
        vm.warp(START + OBJECTION_PERIOD);
        expectKeyUnknown(KEY);
        accept(HOSPITAL, KEY);
    }

    /// A key whose offer the thief withdrew once can be offered again.
    function test_execute_replacesAThiefThatObjectedOnce() public {
        decide(IConsortium.ProposalKind.REPLACE_ADMIN, replacement);
        retire(HOSPITAL, KEY);
        decide(IConsortium.ProposalKind.SUSPEND, suspension);
        decide(IConsortium.ProposalKind.REPLACE_ADMIN, replacement);
        vm.warp(START + OBJECTION_PERIOD);
        accept(HOSPITAL, KEY);
        assertReplaced();
    }

    /// With the votes of the others; the thief's, given and taken back, changes nothing.
    function decide(IConsortium.ProposalKind kind, bytes memory payload) private {
        uint256 proposal = propose(kind, payload);
        vote(proposal, CLINIC);
        vote(proposal, NEWCOMER);
        vote(proposal, INSTITUTE);
        vote(proposal, AGENCY);
        vm.startPrank(thief);
        consortium.vote(proposal, true);
        consortium.vote(proposal, false);
        vm.stopPrank();
        executeBy(operator(CLINIC), proposal, payload);
    }

    function assertReplaced() private {
        expectNotAdmin(thief);
        offer(HOSPITAL, ACCOMPLICE, OPERATOR);
        decideAfterwards();
        vm.prank(KEY);
        consortium.proposeKey(OTHER_KEY, OPERATOR);
        accept(HOSPITAL, OTHER_KEY);
        assertOrganisation(consortium.operatorOf(OTHER_KEY, 0), HOSPITAL);
        assertStatus(HOSPITAL, IConsortium.Status.ACTIVE);
    }

    /// The hospital votes again, by its new admin.
    function decideAfterwards() private {
        uint256 proposal = propose(IConsortium.ProposalKind.REINSTATE, suspension);
        vm.prank(KEY);
        consortium.vote(proposal, true);
        vote(proposal, CLINIC);
        vote(proposal, INSTITUTE);
        vote(proposal, AGENCY);
        executeBy(operator(CLINIC), proposal, suspension);
    }
}
