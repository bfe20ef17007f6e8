// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, ModelVersionId, NOBODY, NO_RUN, NO_VERSION, RecallId } from "../../../contracts/types/Ids.sol";
import { GenerationTest } from "./GenerationTest.sol";

/// Votes that act on another contract, of the generation that they name.
contract ConsortiumVotesElsewhereTest is GenerationTest {
    IConsortium.Generation[2] internal all;
    ConsentId[2] internal consentIn;
    RecallId[2] internal recallIn;

    function setUp() public override {
        super.setUp();
        all[0] = consortium.generation(1);
        all[1] = deployNext();
        begin(0);
        enter(all[1]);
        use(all[1]);
        begin(1);
    }

    function test_execute_revokesAConsentOfTheGenerationNamed() public {
        for (uint32 i = 0; i < 2; ++i) {
            bytes memory payload = revocation(i + 1, consentIn[i]);
            uint256 proposal = passed(IConsortium.ProposalKind.REVOKE_CONSENT, payload);
            vm.expectEmit(address(consortium));
            emit IConsortium.ProposalExecuted(proposal, START, operator(HOSPITAL));
            vm.expectEmit(all[i].consents);
            emit IConsentToken.ConsentRevoked(
                consentIn[i], NOBODY, StateReason.PERMIT_ENDED, START, address(consortium)
            );
            execute(proposal, payload);
            assertState(i, START, ConsentState.REVOKED);
            if (i == 0) assertState(1, START, ConsentState.ACTIVE);
        }
    }

    function test_execute_suspendsAConsentFromTheExecutionOn() public {
        for (uint32 i = 0; i < 2; ++i) {
            bytes memory payload = suspension(i + 1, consentIn[i], 100);
            uint256 proposal = passed(IConsortium.ProposalKind.SUSPEND_CONSENT, payload);
            uint48 at = START + 50 * (i + 1);
            vm.warp(at);
            vm.expectEmit(all[i].consents);
            emit IConsentToken.ConsentSuspended(
                consentIn[i], NOBODY, StateReason.REGULATOR_ORDER, at, at + 100, address(consortium)
            );
            execute(proposal, payload);
            assertState(i, at - 1, ConsentState.ACTIVE);
            assertState(i, at, ConsentState.SUSPENDED);
            assertState(i, at + 99, ConsentState.SUSPENDED);
            assertState(i, at + 100, ConsentState.ACTIVE);
        }
    }

    function test_execute_suspendsForUpTo30Days() public {
        bytes memory payload = suspension(2, consentIn[1], 30 days);
        execute(passed(IConsortium.ProposalKind.SUSPEND_CONSENT, payload), payload);
        assertState(1, START + 30 days - 1, ConsentState.SUSPENDED);
        assertState(1, START + 30 days, ConsentState.ACTIVE);
    }

    function test_execute_liftsARecallOfTheGenerationNamed() public {
        for (uint32 i = 0; i < 2; ++i) {
            bytes memory payload = lift(i + 1, recallIn[i]);
            uint256 proposal = passed(IConsortium.ProposalKind.LIFT_RECALL, payload);
            vm.expectEmit(all[i].models);
            emit IModelRegistry.RecallLifted(recallIn[i], NOBODY, START, address(consortium));
            execute(proposal, payload);
            assertFalse(IModelRegistry(all[i].models).isRecallStanding(recallIn[i]));
            if (i == 0) assertTrue(IModelRegistry(all[1].models).isRecallStanding(recallIn[1]));
        }
    }

    function test_execute_revertsWhenItIsInAnotherGeneration() public {
        bytes memory payload = revocation(2, consentIn[0]);
        uint256 proposal = passed(IConsortium.ProposalKind.REVOKE_CONSENT, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, consentIn[0]));
        execute(proposal, payload);
        payload = suspension(1, consentIn[1], 60);
        proposal = passed(IConsortium.ProposalKind.SUSPEND_CONSENT, payload);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, consentIn[1]));
        execute(proposal, payload);
        payload = lift(1, recallIn[1]);
        proposal = passed(IConsortium.ProposalKind.LIFT_RECALL, payload);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownRecall.selector, recallIn[1]));
        execute(proposal, payload);
    }

    function test_propose_revertsWhenTheGenerationIsAhead() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownGeneration.selector, 3));
        propose(IConsortium.ProposalKind.REVOKE_CONSENT, revocation(3, consentIn[0]));
    }

    /// A refusal over there undoes the execution, which may be tried again.
    function test_execute_staysOpenWhenTheOtherContractRefuses() public {
        bytes memory revoking = revocation(1, consentIn[0]);
        uint256 first = passed(IConsortium.ProposalKind.REVOKE_CONSENT, revoking);
        uint256 second = passed(IConsortium.ProposalKind.REVOKE_CONSENT, revoking);
        execute(first, revoking);
        bytes memory refusal_ = abi.encodeWithSelector(IConsentToken.ConsentTokenRevoked.selector, consentIn[0]);
        vm.expectRevert(refusal_);
        execute(second, revoking);
        vm.expectRevert(refusal_);
        execute(second, revoking);
    }

    function begin(uint256 i) private {
        dataset[0] = i == 0 ? dataset[0] : datasetOf(HOSPITAL);
        if (i == 1) model = registerModel(INSTITUTE);
        consentIn[i] = issue(HOSPITAL, "elsewhere", termsFor(dataset[0]));
        vm.startPrank(operator(INSTITUTE));
        ModelVersionId version = models.importVersion(
            "import",
            IModelRegistry.Publication({
                model: model, run: NO_RUN, artifactDigest: keccak256("artifact"), cardDigest: keccak256("card")
            }),
            new ModelVersionId[](0)
        );
        recallIn[i] = models.recall("r", version, IModelRegistry.Severity.MINOR, keccak256("notice"), NO_VERSION);
        vm.stopPrank();
    }

    function revocation(uint32 number, ConsentId id) private pure returns (bytes memory) {
        return abi.encode(
            IConsortium.ConsentRevocation({ generation: number, consent: id, reason: StateReason.PERMIT_ENDED })
        );
    }

    function suspension(uint32 number, ConsentId id, uint32 duration) private pure returns (bytes memory) {
        return abi.encode(
            IConsortium.ConsentSuspension({
                generation: number, consent: id, reason: StateReason.REGULATOR_ORDER, duration: duration
            })
        );
    }

    function lift(uint32 number, RecallId id) private pure returns (bytes memory) {
        return abi.encode(IConsortium.RecallLift({ generation: number, recall: id }));
    }

    function assertState(uint256 i, uint48 time, ConsentState state) private view {
        assertTrue(IConsentToken(all[i].consents).stateAt(consentIn[i], time) == state);
    }
}
