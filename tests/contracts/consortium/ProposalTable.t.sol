// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Every state of a proposal against every act: the next state, or the refusal.
///
///                  UNKNOWN   OPEN        PASSED    EXECUTED   EXPIRED   EXPIRED_PASSED
/// VOTE             unknown   OPEN        PASSED    executed   closed    closed
/// VOTE_DECIDING    unknown   PASSED      PASSED    executed   closed    closed
/// VOTE_AGAIN       unknown   voted       voted     executed   closed    closed
/// VOTE_OVER        unknown   voted       voted     executed   closed    closed
/// TAKE_BACK        unknown   OPEN        OPEN      executed   closed    closed
/// TAKE_BACK_OVER   unknown   voted       voted     executed   closed    closed
/// VOTE_LATE        unknown   electorate  electorate executed  closed    closed
/// EXECUTE          unknown   not passed  EXECUTED  executed   closed    closed
/// EXECUTE_OTHER    unknown   not passed  mismatch  executed   closed    closed
/// EXECUTE_STRANGER unknown   no key      no key    executed   closed    closed
/// WAIT             UNKNOWN   EXPIRED     EXPIRED_P EXECUTED   EXPIRED   EXPIRED_PASSED
///
/// VOTE_AGAIN is by one that voted in favour; VOTE_OVER is against and then in favour; TAKE_BACK_OVER takes a vote back
/// and votes in favour anew. VOTE_LATE is by one admitted after the opening, EXECUTE_STRANGER by a key of nobody.
contract ConsortiumProposalTableTest is GovernanceTest {
    enum State {
        UNKNOWN,
        OPEN,
        PASSED,
        EXECUTED,
        EXPIRED,
        EXPIRED_PASSED
    }

    enum Act {
        VOTE,
        VOTE_DECIDING,
        VOTE_AGAIN,
        VOTE_OVER,
        TAKE_BACK,
        TAKE_BACK_OVER,
        VOTE_LATE,
        EXECUTE,
        EXECUTE_OTHER,
        EXECUTE_STRANGER,
        WAIT
    }

    bytes4 internal immutable NONE = IConsortium.ConsortiumUnknownProposal.selector;
    bytes4 internal immutable VOTED = IConsortium.ConsortiumAlreadyVoted.selector;
    bytes4 internal immutable ELECTORATE = IConsortium.ConsortiumNotInElectorate.selector;
    bytes4 internal immutable DONE = IConsortium.ConsortiumAlreadyExecuted.selector;
    bytes4 internal immutable CLOSED = IConsortium.ConsortiumProposalClosed.selector;
    bytes4 internal immutable NOT_PASSED = IConsortium.ConsortiumNotPassed.selector;
    bytes4 internal immutable NO_KEY = IConsortium.ConsortiumKeyUnknown.selector;
    bytes4 internal immutable MISMATCH = IConsortium.ConsortiumPayloadMismatch.selector;

    bytes internal payload = abi.encode(COMPANY);
    uint256 internal proposal;
    uint256 internal subject;

    /// The proposal has two votes of three, the newcomer has none in it.
    function setUp() public override {
        super.setUp();
        proposal = propose(IConsortium.ProposalKind.SUSPEND, payload);
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        admit(newcomer());
    }

    function test_votes_followTheTable() public {
        row(Act.VOTE, [NONE, bytes4(0), 0, DONE, CLOSED, CLOSED], same());
        State[6] memory next = same();
        next[1] = State.PASSED;
        row(Act.VOTE_DECIDING, [NONE, bytes4(0), 0, DONE, CLOSED, CLOSED], next);
        row(Act.VOTE_AGAIN, [NONE, VOTED, VOTED, DONE, CLOSED, CLOSED], same());
        row(Act.VOTE_OVER, [NONE, VOTED, VOTED, DONE, CLOSED, CLOSED], same());
        row(Act.VOTE_LATE, [NONE, ELECTORATE, ELECTORATE, DONE, CLOSED, CLOSED], same());
    }

    function test_votesTakenBack_followTheTable() public {
        State[6] memory next = same();
        next[2] = State.OPEN;
        row(Act.TAKE_BACK, [NONE, bytes4(0), 0, DONE, CLOSED, CLOSED], next);
        row(Act.TAKE_BACK_OVER, [NONE, VOTED, VOTED, DONE, CLOSED, CLOSED], same());
    }

    function test_executions_followTheTable() public {
        State[6] memory next = same();
        next[2] = State.EXECUTED;
        row(Act.EXECUTE, [NONE, NOT_PASSED, bytes4(0), DONE, CLOSED, CLOSED], next);
        row(Act.EXECUTE_OTHER, [NONE, NOT_PASSED, MISMATCH, DONE, CLOSED, CLOSED], same());
        row(Act.EXECUTE_STRANGER, [NONE, NO_KEY, NO_KEY, DONE, CLOSED, CLOSED], same());
    }

    function test_time_followsTheTable() public {
        State[6] memory next =
            [State.UNKNOWN, State.EXPIRED, State.EXPIRED_PASSED, State.EXECUTED, State.EXPIRED, State.EXPIRED_PASSED];
        row(Act.WAIT, [bytes4(0), 0, 0, 0, 0, 0], next);
    }

    function row(Act act, bytes4[6] memory no, State[6] memory next) private {
        for (uint8 i = 0; i < 6; ++i) {
            uint256 snapshot = vm.snapshotState();
            enter(State(i));
            try this.perform(act) {
                assertEq(no[i], bytes4(0), "not refused");
                assertState(next[i]);
            } catch (bytes memory refusal) {
                // casting to 'bytes4' is safe because only the selector is compared
                // forge-lint: disable-next-line(unsafe-typecast)
                assertEq(bytes4(refusal), no[i], "refused");
                assertState(State(i));
            }
            vm.revertToState(snapshot);
        }
    }

    function enter(State state) private {
        subject = state == State.UNKNOWN ? 99 : proposal;
        bool decided = state == State.PASSED || state == State.EXECUTED || state == State.EXPIRED_PASSED;
        if (decided) vote(proposal, AGENCY);
        if (state == State.EXECUTED) execute(proposal, payload);
        if (state == State.EXPIRED || state == State.EXPIRED_PASSED) vm.warp(START + VOTING_PERIOD);
    }

    function perform(Act act) external {
        if (act == Act.VOTE || act == Act.VOTE_OVER) {
            vm.prank(operator(COMPANY));
            consortium.vote(subject, false);
            if (act == Act.VOTE_OVER) vote(subject, COMPANY);
        } else if (act == Act.TAKE_BACK || act == Act.TAKE_BACK_OVER) {
            takeBack(subject, CLINIC);
            if (act == Act.TAKE_BACK_OVER) vote(subject, CLINIC);
        } else if (act == Act.VOTE_DECIDING) {
            vote(subject, INSTITUTE);
        } else if (act == Act.VOTE_AGAIN) {
            vote(subject, CLINIC);
        } else if (act == Act.VOTE_LATE) {
            vote(subject, NEWCOMER);
        } else if (act == Act.EXECUTE) {
            execute(subject, payload);
        } else if (act == Act.EXECUTE_OTHER) {
            execute(subject, abi.encode(INSTITUTE));
        } else if (act == Act.EXECUTE_STRANGER) {
            executeBy(STRANGER, subject, payload);
        } else {
            vm.warp(START + VOTING_PERIOD);
        }
    }

    /// What an execution meets tells the states apart; whether the votes were enough shows before the deadline.
    function assertState(State state) private {
        bytes4 met;
        uint256 snapshot = vm.snapshotState();
        try this.perform(Act.EXECUTE) { }
        catch (bytes memory refusal) {
            // casting to 'bytes4' is safe because only the selector is compared
            // forge-lint: disable-next-line(unsafe-typecast)
            met = bytes4(refusal);
        }
        vm.revertToState(snapshot);
        if (state == State.UNKNOWN) assertEq(met, NONE);
        else if (state == State.OPEN) assertEq(met, NOT_PASSED);
        else if (state == State.PASSED) assertEq(met, bytes4(0));
        else if (state == State.EXECUTED) assertEq(met, DONE);
        else assertEq(met, CLOSED);
    }

    function same() private pure returns (State[6] memory) {
        return [State.UNKNOWN, State.OPEN, State.PASSED, State.EXECUTED, State.EXPIRED, State.EXPIRED_PASSED];
    }
}
