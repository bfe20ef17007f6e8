// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { RoundTest } from "./RoundTest.sol";

/// Every state of a run against every act on it: the next state, or the refusal. The answers are the hospital's. The
/// round is closed with an aggregate or with zero.
///
///           open round  contribute    refuse        close        close (zero)  complete   abandon
/// READY     ROUND       NotOpen       NotOpen       NotOpen      NotOpen       COMPLETED  ABANDONED
/// ROUND     StillOpen   ANSWERED      REFUSED       BadAggregate BETWEEN       StillOpen  ABANDONED
/// ANSWERED  StillOpen   Already       Already       BETWEEN      BadAggregate  StillOpen  ABANDONED
/// REFUSED   StillOpen   Already       Already       BadAggregate BETWEEN       StillOpen  ABANDONED
/// BETWEEN   ROUND       NotOpen       NotOpen       NotOpen      NotOpen       COMPLETED  ABANDONED
/// COMPLETED RunClosed   NotOpen       NotOpen       NotOpen      NotOpen       RunClosed  RunClosed
/// ABANDONED RunClosed   NotOpen       NotOpen       NotOpen      NotOpen       RunClosed  RunClosed
contract RunTableTest is RoundTest {
    enum State {
        READY,
        ROUND,
        ANSWERED,
        REFUSED,
        BETWEEN,
        COMPLETED,
        ABANDONED
    }

    enum Action {
        OPEN,
        CONTRIBUTE,
        REFUSE,
        CLOSE,
        CLOSE_ZERO,
        COMPLETE,
        ABANDON
    }

    bytes4 internal immutable NOT_OPEN = ITrainingLog.TrainingLogRoundNotOpen.selector;
    bytes4 internal immutable STILL_OPEN = ITrainingLog.TrainingLogRoundStillOpen.selector;
    bytes4 internal immutable ALREADY = ITrainingLog.TrainingLogAlreadyAnswered.selector;
    bytes4 internal immutable BAD_AGGREGATE = ITrainingLog.TrainingLogBadAggregate.selector;
    bytes4 internal immutable CLOSED = ITrainingLog.TrainingLogRunClosed.selector;

    function test_ready_followsTheTable() public {
        betweenRounds(State.READY);
    }

    function test_between_followsTheTable() public {
        betweenRounds(State.BETWEEN);
    }

    function test_round_followsTheTable() public {
        refused(State.ROUND, Action.OPEN, STILL_OPEN);
        row(State.ROUND, Action.CONTRIBUTE, State.ANSWERED);
        row(State.ROUND, Action.REFUSE, State.REFUSED);
        refused(State.ROUND, Action.CLOSE, BAD_AGGREGATE);
        row(State.ROUND, Action.CLOSE_ZERO, State.BETWEEN);
        refused(State.ROUND, Action.COMPLETE, STILL_OPEN);
        row(State.ROUND, Action.ABANDON, State.ABANDONED);
    }

    function test_answered_followsTheTable() public {
        refused(State.ANSWERED, Action.OPEN, STILL_OPEN);
        refused(State.ANSWERED, Action.CONTRIBUTE, ALREADY);
        refused(State.ANSWERED, Action.REFUSE, ALREADY);
        row(State.ANSWERED, Action.CLOSE, State.BETWEEN);
        refused(State.ANSWERED, Action.CLOSE_ZERO, BAD_AGGREGATE);
        refused(State.ANSWERED, Action.COMPLETE, STILL_OPEN);
        row(State.ANSWERED, Action.ABANDON, State.ABANDONED);
    }

    function test_refused_followsTheTable() public {
        refused(State.REFUSED, Action.OPEN, STILL_OPEN);
        refused(State.REFUSED, Action.CONTRIBUTE, ALREADY);
        refused(State.REFUSED, Action.REFUSE, ALREADY);
        refused(State.REFUSED, Action.CLOSE, BAD_AGGREGATE);
        row(State.REFUSED, Action.CLOSE_ZERO, State.BETWEEN);
        refused(State.REFUSED, Action.COMPLETE, STILL_OPEN);
        row(State.REFUSED, Action.ABANDON, State.ABANDONED);
    }

    function test_completed_followsTheTable() public {
        over(State.COMPLETED);
    }

    function test_abandoned_followsTheTable() public {
        over(State.ABANDONED);
    }

    function betweenRounds(State state) private {
        row(state, Action.OPEN, State.ROUND);
        refused(state, Action.CONTRIBUTE, NOT_OPEN);
        refused(state, Action.REFUSE, NOT_OPEN);
        refused(state, Action.CLOSE, NOT_OPEN);
        refused(state, Action.CLOSE_ZERO, NOT_OPEN);
        row(state, Action.COMPLETE, State.COMPLETED);
        row(state, Action.ABANDON, State.ABANDONED);
    }

    function over(State state) private {
        refused(state, Action.OPEN, CLOSED);
        refused(state, Action.CONTRIBUTE, NOT_OPEN);
        refused(state, Action.REFUSE, NOT_OPEN);
        refused(state, Action.CLOSE, NOT_OPEN);
        refused(state, Action.CLOSE_ZERO, NOT_OPEN);
        refused(state, Action.COMPLETE, CLOSED);
        refused(state, Action.ABANDON, CLOSED);
    }

    function row(State from, Action action, State to) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        act(action, last());
        assertStands(to, last());
        vm.revertToState(snapshot);
    }

    function refused(State from, Action action, bytes4 selector) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        uint32 rounds = last();
        bytes memory before = abi.encode(training.standingOf(run));
        ITrainingLog.RoundOpening memory next = opening(0);
        vm.expectPartialRevert(selector);
        if (action == Action.OPEN) open(next);
        else act(action, rounds);
        assertEq(abi.encode(training.standingOf(run)), before);
        vm.revertToState(snapshot);
    }

    function enter(State state) private {
        if (state == State.READY) return;
        if (state == State.COMPLETED) return act(Action.COMPLETE, 0);
        act(Action.OPEN, 0);
        if (state == State.ANSWERED) act(Action.CONTRIBUTE, 1);
        if (state == State.REFUSED) act(Action.REFUSE, 1);
        if (state == State.BETWEEN) act(Action.CLOSE_ZERO, 1);
        if (state == State.ABANDONED) act(Action.ABANDON, 1);
    }

    function act(Action action, uint32 round) private {
        if (action == Action.OPEN) return open(opening(0));
        if (action == Action.CONTRIBUTE) return contribute(run, round, HOSPITAL, 0);
        if (action == Action.REFUSE) return answer(HOSPITAL, refusal(run, round, 0));
        vm.prank(operator(INSTITUTE));
        if (action == Action.CLOSE) training.closeRound(run, round, AGGREGATE);
        if (action == Action.CLOSE_ZERO) training.closeRound(run, round, 0);
        if (action == Action.COMPLETE) training.closeRun(run, ITrainingLog.Outcome.COMPLETED, AGGREGATE);
        if (action == Action.ABANDON) training.closeRun(run, ITrainingLog.Outcome.ABANDONED, 0);
    }

    function last() private view returns (uint32) {
        return training.standingOf(run).rounds;
    }

    function assertStands(State state, uint32 rounds) private view {
        ITrainingLog.Standing memory standing = training.standingOf(run);
        bool inRound = state == State.ROUND || state == State.ANSWERED || state == State.REFUSED;
        assertEq(standing.roundOpen, inRound);
        if (inRound) {
            assertEq(standing.contributions, state == State.ANSWERED ? 1 : 0);
            assertEq(standing.refusals, state == State.REFUSED ? 1 : 0);
        }
        if (state == State.BETWEEN) assertGe(rounds, 1);
        ITrainingLog.Outcome outcome = ITrainingLog.Outcome.OPEN;
        if (state == State.COMPLETED) outcome = ITrainingLog.Outcome.COMPLETED;
        if (state == State.ABANDONED) outcome = ITrainingLog.Outcome.ABANDONED;
        assertEq(uint8(standing.outcome), uint8(outcome));
    }
}
