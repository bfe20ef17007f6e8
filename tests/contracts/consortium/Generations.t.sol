// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { CUSTODIAN } from "../../../contracts/types/Capabilities.sol";
import { Reason, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId } from "../../../contracts/types/Ids.sol";
import { GenerationTest } from "./GenerationTest.sol";

/// How a set of contracts comes into force, and which of them may charge which.
contract ConsortiumGenerationsTest is GenerationTest {
    function test_execute_registersAGeneration() public {
        IConsortium.Generation memory next = deployNext();
        uint256 proposal = passed(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(next));
        vm.expectEmit(address(consortium));
        emit IConsortium.ProposalExecuted(proposal, START, operator(HOSPITAL));
        vm.expectEmit(address(consortium));
        emit IConsortium.GenerationRegistered(2, next.datasets, next.consents, next.training, next.models, next.anchors);
        execute(proposal, abi.encode(next));
        assertEq(consortium.generationCount(), 2);
        assertEq(abi.encode(consortium.generation(2)), abi.encode(next));
        // The former stays listed.
        assertEq(consortium.generation(1).models, address(models));
    }

    function test_requireOperator_answersOnlyTheGenerationInForce() public {
        IConsortium.Generation[3] memory all;
        all[0] = consortium.generation(1);
        all[1] = deployNext();
        assertInForce(all[0], true);
        assertInForce(all[1], false);
        enter(all[1]);
        assertInForce(all[0], false);
        assertInForce(all[1], true);
        all[2] = deployNext();
        enter(all[2]);
        assertInForce(all[0], false);
        assertInForce(all[1], false);
        assertInForce(all[2], true);
        assertEq(consortium.generationCount(), 3);
    }

    function test_requireOperator_looksAtTheOrganisationFirst() public {
        suspendOrganisation(COMPANY);
        expectInactive(COMPANY);
        vm.prank(STRANGER);
        consortium.requireOperator(operator(COMPANY), 0);
    }

    function test_propose_revertsWhenAContractHasNoCode() public {
        for (uint256 i = 0; i < 5; ++i) {
            address[5] memory places = placesOf(deployNext());
            places[i] = STRANGER;
            expectBadGeneration(STRANGER);
            propose(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(places));
            places[i] = address(0);
            expectBadGeneration(address(0));
            propose(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(places));
        }
    }

    function test_propose_revertsWhenAContractIsListedAlready() public {
        address[5] memory listed = placesOf(consortium.generation(1));
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < 5; ++j) {
                address[5] memory places = placesOf(nextOnce());
                places[i] = listed[j];
                expectBadGeneration(listed[j]);
                propose(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(places));
            }
        }
    }

    function test_execute_revertsWhenAContractIsListedMeanwhile() public {
        IConsortium.Generation memory next = deployNext();
        uint256 again = passed(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(next));
        enter(next);
        expectBadGeneration(next.datasets);
        execute(again, abi.encode(next));
        // Nor once it is a former one.
        enter(deployNext());
        expectBadGeneration(next.datasets);
        execute(again, abi.encode(next));
    }

    function test_execute_revertsWhenAContractIsGoneMeanwhile() public {
        IConsortium.Generation memory next = deployNext();
        uint256 proposal = passed(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(next));
        vm.etch(next.anchors, "");
        expectBadGeneration(next.anchors);
        execute(proposal, abi.encode(next));
    }

    function test_execute_revertsWhenAContractIsTwice() public {
        address[5] memory places = placesOf(deployNext());
        places[3] = places[1];
        uint256 proposal = passed(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(places));
        expectBadGeneration(places[1]);
        execute(proposal, abi.encode(places));
        assertEq(consortium.generationCount(), 1);
    }

    /// What was given up for another generation stays passed; votes taken back keep one member from bringing it in.
    function test_vote_takenBackStopsAGenerationThatAnotherFollowed() public {
        IConsortium.Generation memory faulty = deployNext();
        uint256 stale = passed(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(faulty));
        IConsortium.Generation memory mended = deployNext();
        enter(mended);
        takeBack(stale, HOSPITAL);
        vm.warp(START + VOTING_PERIOD - 1);
        expectNotPassed(3, 3, 1, 2);
        executeBy(operator(COMPANY), stale, abi.encode(faulty));
        assertInForce(mended, true);
        assertInForce(faulty, false);
        assertEq(consortium.generationCount(), 2);
    }

    /// Of all contracts, only the TrainingLog, the ModelRegistry and the DatasetRegistry of the same generation charge a
    /// ConsentToken, and only the ConsentToken of the same generation charges a DatasetRegistry.
    function test_recorders_areThoseOfTheSameGeneration() public {
        IConsortium.Generation[2] memory all = [consortium.generation(1), deployNext()];
        enter(all[1]);
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                address[5] memory callers = placesOf(all[j]);
                assertCharges(all[i], callers[0], i == j, false);
                assertCharges(all[i], callers[1], false, i == j);
                assertCharges(all[i], callers[2], i == j, false);
                assertCharges(all[i], callers[3], i == j, false);
                assertCharges(all[i], callers[4], false, false);
            }
            assertCharges(all[i], address(consortium), false, false);
            assertCharges(all[i], operator(HOSPITAL), false, false);
            assertCharges(all[i], STRANGER, false, false);
        }
    }

    function assertInForce(IConsortium.Generation memory generation, bool inForce) private {
        address[5] memory places = placesOf(generation);
        for (uint256 i = 0; i < 5; ++i) {
            if (!inForce) expectNotInForce(places[i]);
            vm.prank(places[i]);
            consortium.requireOperator(operator(HOSPITAL), CUSTODIAN);
        }
    }

    function assertCharges(IConsortium.Generation memory of_, address caller, bool consentToken, bool registry)
        private
    {
        Use memory wanted = useOf(ConsentId.wrap("none"), DatasetId.wrap("none"));
        // A recorder gets as far as the rules.
        vm.expectRevert(
            consentToken
                ? abi.encodeWithSelector(
                    IConsentToken.ConsentTokenRefused.selector, wanted.consent, Reason.UNKNOWN_TOKEN
                )
                : abi.encodeWithSelector(IConsentToken.ConsentTokenNotRecorder.selector, caller)
        );
        vm.prank(caller);
        IConsentToken(of_.consents).recordUse(wanted);
        if (!registry) {
            vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryNotConsentToken.selector, caller));
        }
        vm.prank(caller);
        IDatasetRegistry(of_.datasets).recordPrivacyLoss(wanted.dataset, 1, 1);
    }

    function nextOnce() private returns (IConsortium.Generation memory) {
        for (uint160 i = 0; i < 5; ++i) {
            vm.etch(address(0x9000 + i), hex"00");
        }
        return
            IConsortium.Generation(address(0x9000), address(0x9001), address(0x9002), address(0x9003), address(0x9004));
    }
}
