// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ModelVersionId, NOBODY, OrganisationId, RecallId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

/// Acknowledging and lifting. Every state of a recall against every act:
///
///           recall (same salt)  acknowledge  acknowledge again  lift         lift by vote
/// NONE      STANDING            Unknown      Unknown            Unknown      Unknown
/// STANDING  Duplicate           taken        Already            LIFTED       LIFTED
/// LIFTED    Duplicate           taken        Already            RecallLifted RecallLifted
contract RecallAnswersTest is ModelTest {
    RecallId internal constant NO_RECALL = RecallId.wrap(keccak256("no recall"));

    ModelVersionId internal version;
    RecallId internal recalled;

    function setUp() public override {
        super.setUp();
        version = publishVersion(SALT);
        recalled = recallBy(AGENCY, SALT, version);
    }

    function test_none_followsTheTable() public {
        bytes memory unknown = abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownRecall.selector, NO_RECALL);
        recalled = NO_RECALL;
        vm.expectRevert(unknown);
        acknowledge(HOSPITAL);
        vm.expectRevert(unknown);
        lift(AGENCY);
        vm.expectRevert(unknown);
        liftByVote();
        vm.expectRevert(unknown);
        models.isRecallStanding(NO_RECALL);
        assertEq(models.recallDigestOf(NO_RECALL), 0);
    }

    function test_standing_followsTheTable() public {
        expectDuplicate();
        acknowledge(HOSPITAL);
        expectAlready(HOSPITAL);
        uint256 snapshot = vm.snapshotState();
        lift(AGENCY);
        assertFalse(models.isRecallStanding(recalled));
        vm.revertToState(snapshot);
        liftByVote();
        assertFalse(models.isRecallStanding(recalled));
    }

    function test_lifted_followsTheTable() public {
        acknowledge(CLINIC);
        lift(AGENCY);
        expectDuplicate();
        acknowledge(HOSPITAL);
        expectAlready(HOSPITAL);
        expectAlready(CLINIC);
        bytes memory lifted = abi.encodeWithSelector(IModelRegistry.ModelRegistryRecallLifted.selector, recalled);
        vm.expectRevert(lifted);
        lift(AGENCY);
        vm.expectRevert(lifted);
        liftByVote();
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
    }

    function test_acknowledge_isOnceForEveryOrganisation() public {
        vm.warp(START + 4);
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            OrganisationId organisation = OrganisationId.wrap(i);
            vm.expectEmit(address(models));
            emit IModelRegistry.RecallAcknowledged(recalled, organisation, START + 4, operator(organisation));
            acknowledge(organisation);
            expectAlready(organisation);
        }
    }

    function test_acknowledge_isOfOneRecall() public {
        acknowledge(HOSPITAL);
        recalled = recallBy(AGENCY, "other", version);
        acknowledge(HOSPITAL);
        expectAlready(HOSPITAL);
    }

    function test_acknowledge_isOpenToASuspendedOrganisation() public {
        suspendOrganisation(HOSPITAL);
        acknowledge(HOSPITAL);
        expectAlready(HOSPITAL);
    }

    function test_acknowledge_isOpenInAFormerGeneration() public {
        enterSecondGeneration();
        acknowledge(HOSPITAL);
        expectAlready(HOSPITAL);
    }

    function testFuzz_acknowledge_isOnlyForMembers(address caller) public {
        bool member = false;
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            member = member || caller == operator(OrganisationId.wrap(i));
        }
        vm.assume(!member);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, caller));
        vm.prank(caller);
        models.acknowledge(recalled);
    }

    function test_liftRecall_lifts() public {
        vm.warp(START + 4);
        vm.expectEmit(address(models));
        emit IModelRegistry.RecallLifted(recalled, AGENCY, START + 4, operator(AGENCY));
        lift(AGENCY);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        release(version);
    }

    function test_liftRecallByVote_lifts() public {
        vm.warp(START + 4);
        vm.expectEmit(address(models));
        emit IModelRegistry.RecallLifted(recalled, NOBODY, START + 4, address(consortium));
        liftByVote();
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
    }

    function test_liftRecallByVote_isCarriedOutThroughTheConsortium() public {
        carry(
            IConsortium.ProposalKind.LIFT_RECALL,
            abi.encode(IConsortium.RecallLift({ generation: 1, recall: recalled }))
        );
        assertFalse(models.isRecallStanding(recalled));
    }

    /// A version is released again only when no recall of it stands.
    function test_liftRecall_liftsOne() public {
        RecallId other = recallBy(INSTITUTE, SALT, version);
        lift(AGENCY);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
        assertTrue(models.isRecallStanding(other));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryRecalled.selector, version, 1));
        release(version);
        recalled = other;
        lift(INSTITUTE);
        release(version);
    }

    function test_liftRecall_keepsTheDigest() public {
        bytes32 digest = models.recallDigestOf(recalled);
        lift(AGENCY);
        assertEq(models.recallDigestOf(recalled), digest);
    }

    /// Not even the version's publisher lifts a regulator's recall.
    function test_liftRecall_revertsWhenCallerIsNotTheIssuer() public {
        OrganisationId[3] memory others = [INSTITUTE, HOSPITAL, COMPANY];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotIssuer.selector, others[i], AGENCY));
            lift(others[i]);
        }
        recalled = recallBy(INSTITUTE, SALT, version);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotIssuer.selector, AGENCY, INSTITUTE));
        lift(AGENCY);
    }

    function test_liftRecall_revertsWhenTheIssuerIsSuspended() public {
        recalled = recallBy(INSTITUTE, SALT, version);
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        lift(INSTITUTE);
    }

    function test_liftRecall_inAFormerGenerationTakesAVote() public {
        enterSecondGeneration();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(models)));
        lift(AGENCY);
        liftByVote();
        assertFalse(models.isRecallStanding(recalled));
    }

    function testFuzz_liftRecallByVote_isOnlyForTheConsortium(address caller) public {
        vm.assume(caller != address(consortium));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryNotConsortium.selector, caller));
        vm.prank(caller);
        models.liftRecallByVote(recalled);
    }

    function acknowledge(OrganisationId organisation) private {
        vm.prank(operator(organisation));
        models.acknowledge(recalled);
    }

    function lift(OrganisationId organisation) private {
        vm.prank(operator(organisation));
        models.liftRecall(recalled);
    }

    function liftByVote() private {
        vm.prank(address(consortium));
        models.liftRecallByVote(recalled);
    }

    function expectAlready(OrganisationId organisation) private {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryAlreadyAcknowledged.selector, organisation));
        acknowledge(organisation);
    }

    function expectDuplicate() private {
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistryDuplicate.selector, RecallId.unwrap(recalled))
        );
        recallBy(AGENCY, SALT, version);
    }
}
