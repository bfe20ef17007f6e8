// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { Test } from "forge-std/Test.sol";
import { ConsentToken } from "../../../contracts/ConsentToken.sol";
import { DatasetRegistry } from "../../../contracts/DatasetRegistry.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsentHandler } from "./ConsentHandler.sol";
import { ConsentModel } from "./ConsentModel.sol";

/// The invariants of a consent, after any sequence of acts.
contract ConsentInvariantsTest is Test {
    /// ConsentToken's mappings of consents and of their logs.
    uint256 internal constant CONSENTS = 7;
    uint256 internal constant LOG = 8;

    uint256 internal constant WHOLE = 64;

    ConsentHandler internal handler;
    ConsentToken internal token;
    DatasetRegistry internal registry;
    bytes4[] internal selectors;

    function setUp() public {
        handler = new ConsentHandler();
        (token, registry) = (handler.token(), handler.registry());
        selectors = new bytes4[](14);
        selectors[0] = ConsentHandler.issue.selector;
        selectors[1] = ConsentHandler.issueByAnother.selector;
        selectors[2] = ConsentHandler.supersedeOne.selector;
        selectors[3] = ConsentHandler.suspendOne.selector;
        selectors[4] = ConsentHandler.reinstateOne.selector;
        selectors[5] = ConsentHandler.suspendOneByRegulator.selector;
        selectors[6] = ConsentHandler.suspendOneByVote.selector;
        selectors[7] = ConsentHandler.revokeOne.selector;
        selectors[8] = ConsentHandler.publishVersion.selector;
        selectors[9] = ConsentHandler.suspendOrganisation.selector;
        selectors[10] = ConsentHandler.use.selector;
        selectors[11] = ConsentHandler.train.selector;
        selectors[12] = ConsentHandler.wait.selector;
        selectors[13] = ConsentHandler.revokeOneAgain.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({ addr: address(handler), selectors: selectors }));
    }

    /// The invariants would hold of nothing in sequences that reach nothing. What one sequence reaches, the fuzzer's
    /// reach too, most of them each time: it is asked of one that is always the same, so that no luck decides.
    function test_aSequenceReachesEachKindOfAct() public {
        for (uint256 i = 0; i < WHOLE; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(i)));
            bytes4 act = selectors[drawn % selectors.length];
            (bool played,) = address(handler).call(abi.encodeWithSelector(act, uint48(drawn), uint48(drawn >> 48)));
            assertTrue(played);
        }
        assertGe(handler.runs(), 2, "runs");
        assertGe(handler.rounds(), 2, "rounds");
        assertGe(handler.answers(), 3, "answers");
        assertGe(handler.closings(), 2, "closings");
        assertGe(handler.exports(), 1, "exports");
        assertGe(handler.uses(), 2, "uses");
        assertGe(handler.refusals(), 2, "refusals");
        assertGe(handler.suspensions(), 2, "suspensions");
        assertGe(handler.timedSuspensions(), 2, "timed suspensions");
        assertGe(handler.revocations(), 2, "revocations");
        assertGe(handler.secondRevocations(), 1, "second revocations");
        assertGe(handler.supersessions(), 1, "supersessions");
        assertGe(handler.withdrawals(), 1, "withdrawals");
    }

    function invariant_aRevokedConsentIsNeverActiveAgain() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentModel.Story memory story = handler.storyAt(i);
            if (story.revokedAt == 0) continue;
            assertTrue(token.stateAt(story.consent, story.revokedAt) == ConsentState.REVOKED);
            assertTrue(token.stateAt(story.consent, Time.timestamp()) == ConsentState.REVOKED);
            assertTrue(token.stateAt(story.consent, type(uint48).max) == ConsentState.REVOKED);
        }
    }

    /// Every act and every use succeeded exactly when the model permits it: no use is recorded outside state, window,
    /// versions, rounds or budget, and `check` says OK of no other.
    function invariant_whatHappensIsWhatTheModelPermits() public view {
        assertEq(handler.disagreements(), 0);
        assertEq(handler.lost(), 0);
    }

    /// Rounds and losses stay within the limits. The model only adds, so that equal counts never fall either.
    function invariant_countsAreTheSumOfUsesAndWhatWasCarried() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentModel.Story memory story = handler.storyAt(i);
            uint256 used = token.roundsUsed(story.consent);
            assertEq(used, uint256(story.carriedRounds) + story.rounds);
            assertLe(used, story.maxRounds);
            uint256 spent = token.epsilonSpent(story.consent);
            assertEq(spent, uint256(story.carriedEpsilon) + story.epsilon);
            assertLe(spent, story.budget);
        }
    }

    /// What is carried on was charged once: the ledgers of a dataset's versions hold what its consents recorded.
    function invariant_aDatasetsLedgersHoldTheLossesOfItsConsents() public view {
        uint256[2] memory recorded;
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentModel.Story memory story = handler.storyAt(i);
            recorded[story.place] += story.epsilon;
        }
        for (uint256 place = 0; place < 2; ++place) {
            DatasetId dataset = handler.datasetAt(place);
            uint256 total;
            for (uint32 version = 1; version <= handler.latestAt(place); ++version) {
                uint64 spent = registry.epsilonSpent(dataset, version);
                assertEq(spent, handler.lossOf(place, version));
                total += spent;
            }
            assertEq(total, recorded[place]);
        }
    }

    /// And every token that was granted belongs to its grantee's holder.
    function invariant_onlyTheCustodianGrants() public view {
        assertEq(handler.grantsByOthers(), 0);
        address holder = token.holderOf(OrganisationId.wrap(3));
        assertEq(token.balanceOf(holder), handler.count());
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentModel.Story memory story = handler.storyAt(i);
            assertTrue(token.grantorOf(story.consent) == registry.custodianOf(handler.datasetAt(story.place)));
            assertEq(token.ownerOf(uint256(ConsentId.unwrap(story.consent))), holder);
        }
    }

    /// Read from storage: the log has exactly the acts that succeeded, its times never fall, and nothing follows a
    /// revocation but one that taints, after one that does not.
    function invariant_theLogIsOrdered() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentModel.Story memory story = handler.storyAt(i);
            ConsentId consent = story.consent;
            ConsentModel.Step[] memory steps = handler.stepsOf(i);
            uint256 log = uint256(keccak256(abi.encode(consent, LOG)));
            uint256 before;
            for (uint256 j = 0; j < steps.length; ++j) {
                uint256 entry = load(log, j);
                assertEq(timeOf(entry), steps[j].at);
                assertGe(timeOf(entry), timeOf(before));
                assertLe(timeOf(entry), block.timestamp);
                assertEq(isRevocation(entry), steps[j].change == ConsentModel.Change.REVOKED);
                if (j > 0) assertTrue(mayFollow(before, entry));
                before = entry;
            }
            assertEq(load(log, steps.length), 0);
            assertEq(isRevocation(before) && taints(before), story.tainted);
            uint256 grant = uint256(vm.load(address(token), keccak256(abi.encode(consent, CONSENTS))));
            assertEq(grant >> 240, steps.length);
        }
    }

    function invariant_theLogAnswersForEveryTime() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentId consent = handler.storyAt(i).consent;
            ConsentModel.Step[] memory steps = handler.stepsOf(i);
            for (uint256 j = 0; j < steps.length; ++j) {
                assertAsOf(i, consent, steps[j].at - 1);
                assertAsOf(i, consent, steps[j].at);
                if (steps[j].until == 0) continue;
                assertAsOf(i, consent, steps[j].until - 1);
                assertAsOf(i, consent, steps[j].until);
            }
            assertAsOf(i, consent, Time.timestamp());
        }
    }

    function assertAsOf(uint256 index, ConsentId consent, uint48 time) private view {
        assertTrue(token.stateAt(consent, time) == handler.stateAt(index, time));
    }

    function mayFollow(uint256 before, uint256 entry) private pure returns (bool) {
        return !isRevocation(before) || (isRevocation(entry) && taints(entry) && !taints(before));
    }

    function timeOf(uint256 entry) private pure returns (uint256) {
        return (entry >> 48) & type(uint48).max;
    }

    function isRevocation(uint256 entry) private pure returns (bool) {
        return entry & 0xff == uint256(IConsentToken.Act.REVOKED);
    }

    function taints(uint256 entry) private pure returns (bool) {
        uint256 reason = (entry >> 8) & 0xff;
        return reason == uint256(StateReason.BREACH) || reason == uint256(StateReason.ERROR);
    }

    function load(uint256 base, uint256 position) private view returns (uint256) {
        return uint256(vm.load(address(token), keccak256(abi.encode(position, base))));
    }
}
