// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { Ballots } from "../../../contracts/libraries/Ballots.sol";

/// @notice Calls the library from outside, so that its refusals can be seen.
contract BallotsCaller {
    using Ballots for Ballots.Ballot;

    function requireShare(uint16 share) external pure {
        Ballots.requireShare(share);
    }

    function requireOpen(Ballots.Ballot memory ballot, uint256 proposal, uint48 time) external pure {
        ballot.requireOpen(proposal, time);
    }

    function requirePassed(Ballots.Ballot memory ballot) external pure {
        ballot.requirePassed();
    }
}

contract BallotsTest is Test {
    BallotsCaller internal caller;

    function setUp() public {
        caller = new BallotsCaller();
    }

    /// Electorates against the half, two thirds, three quarters and all; worked out by hand.
    function test_votesNeeded_followsTheTable() public pure {
        uint32[10] memory electorate = [uint32(1), 2, 3, 4, 5, 6, 7, 10, 99, 100];
        uint32[10] memory half = [uint32(1), 2, 2, 3, 3, 4, 4, 6, 50, 51];
        uint32[10] memory twoThirds = [uint32(1), 2, 3, 3, 4, 5, 5, 7, 67, 67];
        uint32[10] memory threeQuarters = [uint32(1), 2, 3, 4, 4, 5, 6, 8, 75, 76];
        for (uint256 i = 0; i < 10; ++i) {
            assertEq(Ballots.votesNeeded(electorate[i], 5000), half[i]);
            assertEq(Ballots.votesNeeded(electorate[i], 6667), twoThirds[i]);
            assertEq(Ballots.votesNeeded(electorate[i], 7500), threeQuarters[i]);
            assertEq(Ballots.votesNeeded(electorate[i], 9999), electorate[i]);
        }
    }

    function test_votesNeeded_takesTheLargestElectorates() public pure {
        assertEq(Ballots.votesNeeded(type(uint32).max, 5000), 2_147_483_648);
        assertEq(Ballots.votesNeeded(type(uint32).max, 9999), 4_294_537_799);
        assertEq(Ballots.votesNeeded(10_000, 9999), 10_000);
        assertEq(Ballots.votesNeeded(20_000, 9999), 19_999);
    }

    /// The fewest votes that are more than the share; and two opposite proposals never both get them.
    function testFuzz_votesNeeded_isTheFewestAboveTheShare(uint32 electorate, uint16 share) public pure {
        electorate = uint32(bound(electorate, 1, type(uint32).max));
        share = uint16(bound(share, Ballots.LEAST_SHARE, Ballots.GREATEST_SHARE));
        uint256 needed = Ballots.votesNeeded(electorate, share);
        assertGt(needed * Ballots.WHOLE, uint256(electorate) * share);
        assertLe((needed - 1) * Ballots.WHOLE, uint256(electorate) * share);
        assertLe(needed, electorate);
        assertGt(2 * needed, electorate);
    }

    function testFuzz_requireShare_takesFromAMajorityToAll(uint16 share) public {
        if (share < 5000 || share > 9999) expectBadShare(share);
        caller.requireShare(share);
    }

    function test_requireShare_knowsItsEdges() public {
        caller.requireShare(5000);
        caller.requireShare(9999);
        expectBadShare(4999);
        caller.requireShare(4999);
        expectBadShare(10_000);
        caller.requireShare(10_000);
    }

    function test_requireOpen_namesTheFirstReason() public {
        Ballots.Ballot memory ballot;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumUnknownProposal.selector, 7));
        caller.requireOpen(ballot, 7, 0);
        ballot.deadline = 100;
        caller.requireOpen(ballot, 7, 99);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, 7, 100));
        caller.requireOpen(ballot, 7, 100);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumProposalClosed.selector, 7, 100));
        caller.requireOpen(ballot, 7, 101);
        ballot.executed = true;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, 7));
        caller.requireOpen(ballot, 7, 99);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyExecuted.selector, 7));
        caller.requireOpen(ballot, 7, 100);
    }

    function testFuzz_requirePassed_needsBothCounts(uint32 all, uint32 custodians, uint32 needed, uint32 neededOfThose)
        public
    {
        Ballots.Ballot memory ballot;
        // Close to each other, so that both sides of the edge are met.
        ballot.inFavour = all % 4;
        ballot.custodiansInFavour = custodians % 4;
        ballot.needed = needed % 4;
        ballot.neededCustodians = neededOfThose % 4;
        bool passed = all % 4 >= needed % 4 && custodians % 4 >= neededOfThose % 4;
        if (!passed) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IConsortium.ConsortiumNotPassed.selector, all % 4, needed % 4, custodians % 4, neededOfThose % 4
                )
            );
        }
        caller.requirePassed(ballot);
    }

    /// What one vote adds, taking it back takes away, and nothing else of the ballot changes.
    function testFuzz_count_isTakenBack(uint32 all, uint32 custodians, bool isCustodian) public pure {
        all = uint32(bound(all, 0, type(uint32).max - 1));
        custodians = uint32(bound(custodians, 0, type(uint32).max - 1));
        Ballots.Ballot memory ballot;
        (ballot.inFavour, ballot.custodiansInFavour, ballot.needed) = (all, custodians, 7);
        bytes memory before = abi.encode(ballot);
        Ballots.count(ballot, true, isCustodian);
        assertEq(ballot.inFavour, all + 1);
        assertEq(ballot.custodiansInFavour, isCustodian ? custodians + 1 : custodians);
        Ballots.count(ballot, false, isCustodian);
        assertEq(abi.encode(ballot), before);
    }

    function expectBadShare(uint16 share) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadThreshold.selector, share, 5000, 9999));
    }
}
