// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumHandler } from "./ConsortiumHandler.sol";
import { ConsortiumModel } from "./ConsortiumModel.sol";

/// What no sequence of acts brings about.
contract ConsortiumInvariantsTest is Test {
    /// @dev Slots of Consortium: the counts, and the proposals by number.
    uint256 internal constant COUNTS = 3;
    uint256 internal constant PROPOSALS = 6;

    uint256 internal constant WHOLE = 64;

    ConsortiumHandler internal handler;
    IConsortium internal consortium;
    bytes4[] internal selectors;

    function setUp() public {
        handler = new ConsortiumHandler();
        consortium = handler.subject();
        targetContract(address(handler));
        selectors = new bytes4[](12);
        selectors[0] = ConsortiumHandler.decide.selector;
        selectors[1] = ConsortiumHandler.open.selector;
        selectors[2] = ConsortiumHandler.voteOn.selector;
        selectors[3] = ConsortiumHandler.executeOne.selector;
        selectors[4] = ConsortiumHandler.offerKey.selector;
        selectors[5] = ConsortiumHandler.acceptKey.selector;
        selectors[6] = ConsortiumHandler.retireKey.selector;
        selectors[7] = ConsortiumHandler.reportCompromise.selector;
        selectors[8] = ConsortiumHandler.confirmCompromise.selector;
        selectors[9] = ConsortiumHandler.suspendInEmergency.selector;
        selectors[10] = ConsortiumHandler.intrude.selector;
        selectors[11] = ConsortiumHandler.wait.selector;
        targetSelector(FuzzSelector({ addr: address(handler), selectors: selectors }));
    }

    /// The invariants would hold of nothing in sequences that reach nothing. What one sequence reaches, the fuzzer's
    /// reach too, most of them each time: it is asked of one that is always the same, so that no luck decides.
    function test_aSequenceReachesEachKindOfAct() public {
        for (uint256 i = 0; i < WHOLE; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(i)));
            bytes4 act = selectors[drawn % selectors.length];
            // The second and third argument of an offer are yes or no, all others small numbers.
            uint256 most = act == ConsortiumHandler.offerKey.selector ? 2 : 256;
            bytes memory call = abi.encodeWithSelector(act, drawn, (drawn >> 8) % most, (drawn >> 16) % most);
            (bool played,) = address(handler).call(call);
            assertTrue(played);
        }
        assertGe(handler.proposals(), 3, "proposals");
        assertGe(handler.votes(), 6, "votes");
        assertGe(handler.votesTakenBack(), 1, "votes taken back");
        assertGe(handler.executions(), 1, "executions");
        assertGe(handler.keyChanges(), 1, "key changes");
        assertGe(handler.protections(), 1, "protections");
        assertGe(handler.intrusions(), 12, "intrusions");
    }

    function invariant_nothingForbiddenEverSucceeds() public view {
        uint256 count = handler.breachCount();
        assertEq(count == 0 ? "" : handler.breaches(0), "");
    }

    /// The electorate, what is needed, the deadline and the payload are as they were at the opening.
    function invariant_anOpenedProposalNeverChanges() public view {
        for (uint256 i = 1; i <= handler.proposals(); ++i) {
            ConsortiumModel.Story memory story = handler.storyOf(i);
            uint256 ballot = ballotOf(i);
            assertEq(part(ballot, 0, 8), uint8(story.kind));
            assertEq(part(ballot, 16, 48), story.deadline);
            assertEq(part(ballot, 64, 32), story.organisations);
            assertEq(part(ballot, 96, 32), fewestAbove(story.members, story.thresholds.all));
            assertEq(part(ballot, 128, 32), fewestAbove(story.custodians, story.thresholds.custodians));
            assertEq(consortium.proposalDigestOf(i), keccak256(abi.encode(story.kind, story.payload)));
        }
    }

    /// A vote that was taken back counts no more.
    function invariant_everyOrganisationVotesAtMostOnce() public view {
        for (uint256 i = 1; i <= handler.proposals(); ++i) {
            ConsortiumModel.Story memory story = handler.storyOf(i);
            uint256 ballot = ballotOf(i);
            assertEq(part(ballot, 160, 32), story.inFavour);
            assertEq(part(ballot, 192, 32), story.custodiansInFavour);
            assertLe(story.inFavour, story.members);
            assertLe(story.custodiansInFavour, story.custodians);
        }
    }

    function invariant_nothingIsCarriedOutWithoutItsVotes() public view {
        for (uint256 i = 1; i <= handler.proposals(); ++i) {
            ConsortiumModel.Story memory story = handler.storyOf(i);
            assertEq(part(ballotOf(i), 8, 8) != 0, story.executed);
            if (!story.executed) continue;
            assertGt(10_000 * uint256(story.inFavour), uint256(story.members) * story.thresholds.all);
            assertGt(
                10_000 * uint256(story.custodiansInFavour), uint256(story.custodians) * story.thresholds.custodians
            );
        }
        IConsortium.Thresholds memory expected = handler.expectedThresholds();
        assertEq(consortium.thresholds().all, expected.all);
        assertEq(consortium.thresholds().custodians, expected.custodians);
    }

    function invariant_theCountsEqualTheRecount() public view {
        uint256 counts = uint256(vm.load(address(consortium), bytes32(COUNTS)));
        (uint32 members, uint32 custodians, uint32 regulators) = handler.recount();
        assertEq(part(counts, 0, 32), handler.organisations());
        assertEq(part(counts, 32, 32), members);
        assertEq(part(counts, 64, 32), custodians);
        assertEq(part(counts, 96, 32), regulators);
        assertEq(part(counts, 128, 32), 1);
        assertEq(part(counts, 160, 32), handler.proposals());
    }

    function invariant_aConsortiumCanAlwaysGovernItself() public view {
        (uint32 members, uint32 custodians, uint32 regulators) = handler.recount();
        assertGe(members, 2);
        assertGe(custodians, 1);
        assertGe(regulators, 1);
    }

    function invariant_statusesFollowVotesAndEmergencies() public view {
        for (uint32 i = 1; i <= handler.organisations(); ++i) {
            ConsortiumModel.Member memory member = handler.memberOf(i);
            IConsortium.Status expected = member.voted;
            if (expected == IConsortium.Status.ACTIVE && vm.getBlockTimestamp() < member.emergencyUntil) {
                expected = IConsortium.Status.SUSPENDED;
            }
            assertEq(uint8(consortium.statusOf(OrganisationId.wrap(i))), uint8(expected));
            assertEq(consortium.capabilitiesOf(OrganisationId.wrap(i)), member.capabilities);
        }
        OrganisationId next = OrganisationId.wrap(handler.organisations() + 1);
        assertEq(uint8(consortium.statusOf(next)), uint8(IConsortium.Status.UNKNOWN));
    }

    /// An operator key acts for the organisation that it accepted first, and for none once retired.
    function invariant_aKeyBelongsToOneOrganisationForEver() public view {
        address[] memory keys = handler.everyKey();
        for (uint256 i = 0; i < keys.length; ++i) {
            ConsortiumModel.KnownKey memory known = handler.knownKeyOf(keys[i]);
            (uint48 since, uint48 confirmedSince) = consortium.compromiseOf(keys[i]);
            assertEq(since, known.reportedSince);
            assertEq(confirmedSince, known.confirmedSince);
            bool removed = handler.memberOf(known.organisation).voted == IConsortium.Status.REMOVED;
            bool counts = known.role == IConsortium.Role.OPERATOR && !known.retired && !removed;
            try consortium.operatorOf(keys[i], 0) returns (OrganisationId organisation) {
                assertTrue(counts, "a key that does not count");
                assertEq(OrganisationId.unwrap(organisation), known.organisation);
            } catch {
                assertFalse(counts, "a key that counts");
            }
        }
    }

    function ballotOf(uint256 proposal) private view returns (uint256) {
        return uint256(vm.load(address(consortium), keccak256(abi.encode(proposal, PROPOSALS))));
    }

    /// So many bits of a word, above the first ones.
    function part(uint256 word, uint256 from, uint256 bits) private pure returns (uint256) {
        return (word >> from) % 2 ** bits;
    }

    /// Counted upwards, without the contract's division.
    function fewestAbove(uint256 electorate, uint256 share) private pure returns (uint256 votes) {
        while (votes * 10_000 <= electorate * share) {
            ++votes;
        }
    }
}
