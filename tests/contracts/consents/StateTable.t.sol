// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { ConsentState, Reason, StateReason, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// Every state of a consent against every act: the next state, or the refusal. TIMED is a regulator's or a vote's
/// suspension, ENDED is one that is over: it suspends no more, and leaves no regulator a second. OVER is revoked for a
/// reason that only looks forward, TAINTED for one that taints; so are the two ways to revoke, each by the grantor and by
/// vote.
///
///            suspend    reinstate     regulator  vote    revoke   taint    supersede       use
/// ACTIVE     OWN        NotSuspended  TIMED      TIMED   OVER     TAINTED  OVER            ACTIVE
/// OWN        Already    ACTIVE        BOTH       BOTH    OVER     TAINTED  OVER            SUSPENDED
/// TIMED      BOTH       NotSuspended  UsedUp     TIMED   OVER     TAINTED  NotSuperseding  SUSPENDED
/// BOTH       Already    TIMED         UsedUp     BOTH    OVER     TAINTED  NotSuperseding  SUSPENDED
/// ENDED      OWN_ENDED  NotSuspended  UsedUp     TIMED   OVER     TAINTED  OVER            ENDED
/// OWN_ENDED  Already    ENDED         UsedUp     BOTH    OVER     TAINTED  OVER            SUSPENDED
/// OVER       Revoked    Revoked       Revoked    Revoked Revoked  TAINTED  Revoked         REVOKED
/// TAINTED    Revoked    Revoked       Revoked    Revoked Revoked  Revoked  Revoked         REVOKED
contract StateTableTest is ConsentTest {
    enum State {
        ACTIVE,
        OWN,
        TIMED,
        BOTH,
        ENDED,
        OWN_ENDED,
        OVER,
        TAINTED
    }

    enum Action {
        SUSPEND,
        REINSTATE,
        REGULATOR,
        VOTE,
        REVOKE,
        REVOKE_BY_VOTE,
        TAINT,
        TAINT_BY_VOTE,
        SUPERSEDE,
        USE
    }

    uint48 internal constant UNTIL = START + 100;
    uint48 internal constant AFTER = START + 200;

    bytes4 internal immutable ALREADY = IConsentToken.ConsentTokenAlreadySuspended.selector;
    bytes4 internal immutable NOT_SUSPENDED = IConsentToken.ConsentTokenNotSuspended.selector;
    bytes4 internal immutable USED_UP = IConsentToken.ConsentTokenSuspensionUsedUp.selector;
    bytes4 internal immutable NOT_SUPERSEDING = IConsentToken.ConsentTokenNotSuperseding.selector;
    bytes4 internal immutable REVOKED = IConsentToken.ConsentTokenRevoked.selector;
    bytes4 internal immutable REFUSED = IConsentToken.ConsentTokenRefused.selector;

    function test_suspend_followsTheTable() public {
        row(Action.SUSPEND, State.ACTIVE, State.OWN);
        refused(Action.SUSPEND, State.OWN, ALREADY);
        row(Action.SUSPEND, State.TIMED, State.BOTH);
        refused(Action.SUSPEND, State.BOTH, ALREADY);
        row(Action.SUSPEND, State.ENDED, State.OWN_ENDED);
        refused(Action.SUSPEND, State.OWN_ENDED, ALREADY);
        refused(Action.SUSPEND, State.OVER, REVOKED);
        refused(Action.SUSPEND, State.TAINTED, REVOKED);
    }

    function test_reinstate_followsTheTable() public {
        refused(Action.REINSTATE, State.ACTIVE, NOT_SUSPENDED);
        row(Action.REINSTATE, State.OWN, State.ACTIVE);
        refused(Action.REINSTATE, State.TIMED, NOT_SUSPENDED);
        row(Action.REINSTATE, State.BOTH, State.TIMED);
        refused(Action.REINSTATE, State.ENDED, NOT_SUSPENDED);
        row(Action.REINSTATE, State.OWN_ENDED, State.ENDED);
        refused(Action.REINSTATE, State.OVER, REVOKED);
        refused(Action.REINSTATE, State.TAINTED, REVOKED);
    }

    function test_suspendByRegulator_followsTheTable() public {
        row(Action.REGULATOR, State.ACTIVE, State.TIMED);
        row(Action.REGULATOR, State.OWN, State.BOTH);
        refused(Action.REGULATOR, State.TIMED, USED_UP);
        refused(Action.REGULATOR, State.BOTH, USED_UP);
        refused(Action.REGULATOR, State.ENDED, USED_UP);
        refused(Action.REGULATOR, State.OWN_ENDED, USED_UP);
        refused(Action.REGULATOR, State.OVER, REVOKED);
        refused(Action.REGULATOR, State.TAINTED, REVOKED);
    }

    function test_suspendByVote_followsTheTable() public {
        row(Action.VOTE, State.ACTIVE, State.TIMED);
        row(Action.VOTE, State.OWN, State.BOTH);
        row(Action.VOTE, State.TIMED, State.TIMED);
        row(Action.VOTE, State.BOTH, State.BOTH);
        row(Action.VOTE, State.ENDED, State.TIMED);
        row(Action.VOTE, State.OWN_ENDED, State.BOTH);
        refused(Action.VOTE, State.OVER, REVOKED);
        refused(Action.VOTE, State.TAINTED, REVOKED);
    }

    function test_revoke_followsTheTable() public {
        Action[2] memory both = [Action.REVOKE, Action.REVOKE_BY_VOTE];
        for (uint256 i = 0; i < both.length; ++i) {
            row(both[i], State.ACTIVE, State.OVER);
            row(both[i], State.OWN, State.OVER);
            row(both[i], State.TIMED, State.OVER);
            row(both[i], State.BOTH, State.OVER);
            row(both[i], State.ENDED, State.OVER);
            row(both[i], State.OWN_ENDED, State.OVER);
            refused(both[i], State.OVER, REVOKED);
            refused(both[i], State.TAINTED, REVOKED);
        }
    }

    function test_revokeForAReasonThatTaints_followsTheTable() public {
        Action[2] memory both = [Action.TAINT, Action.TAINT_BY_VOTE];
        for (uint256 i = 0; i < both.length; ++i) {
            row(both[i], State.ACTIVE, State.TAINTED);
            row(both[i], State.OWN, State.TAINTED);
            row(both[i], State.TIMED, State.TAINTED);
            row(both[i], State.BOTH, State.TAINTED);
            row(both[i], State.ENDED, State.TAINTED);
            row(both[i], State.OWN_ENDED, State.TAINTED);
            row(both[i], State.OVER, State.TAINTED);
            refused(both[i], State.TAINTED, REVOKED);
        }
    }

    function test_supersede_followsTheTable() public {
        row(Action.SUPERSEDE, State.ACTIVE, State.OVER);
        row(Action.SUPERSEDE, State.OWN, State.OVER);
        refused(Action.SUPERSEDE, State.TIMED, NOT_SUPERSEDING);
        refused(Action.SUPERSEDE, State.BOTH, NOT_SUPERSEDING);
        row(Action.SUPERSEDE, State.ENDED, State.OVER);
        row(Action.SUPERSEDE, State.OWN_ENDED, State.OVER);
        refused(Action.SUPERSEDE, State.OVER, REVOKED);
        refused(Action.SUPERSEDE, State.TAINTED, REVOKED);
    }

    function test_recordUse_followsTheTable() public {
        row(Action.USE, State.ACTIVE, State.ACTIVE);
        refused(Action.USE, State.OWN, REFUSED);
        refused(Action.USE, State.TIMED, REFUSED);
        refused(Action.USE, State.BOTH, REFUSED);
        row(Action.USE, State.ENDED, State.ENDED);
        refused(Action.USE, State.OWN_ENDED, REFUSED);
        refused(Action.USE, State.OVER, REFUSED);
        refused(Action.USE, State.TAINTED, REFUSED);
    }

    /// In every state, `check` and `stateAt` tell the same story.
    function test_check_agreesWithStateAt() public {
        for (uint8 i = 0; i <= uint8(type(State).max); ++i) {
            uint256 snapshot = vm.snapshotState();
            enter(State(i));
            assertShown(State(i));
            vm.revertToState(snapshot);
        }
    }

    function row(Action action, State from, State to) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        act(action);
        assertShown(to);
        // What tells states apart that look alike: how they may go on.
        assertEq(allows(Action.SUSPEND), to == State.ACTIVE || to == State.TIMED || to == State.ENDED);
        assertEq(allows(Action.REINSTATE), to == State.OWN || to == State.BOTH || to == State.OWN_ENDED);
        assertEq(allows(Action.REGULATOR), to == State.ACTIVE || to == State.OWN);
        bool lives = to != State.OVER && to != State.TAINTED;
        assertEq(allows(Action.VOTE), lives);
        assertEq(allows(Action.REVOKE), lives);
        assertEq(allows(Action.REVOKE_BY_VOTE), lives);
        assertEq(allows(Action.TAINT), to != State.TAINTED);
        assertEq(allows(Action.TAINT_BY_VOTE), to != State.TAINTED);
        assertEq(allows(Action.SUPERSEDE), lives && to != State.TIMED && to != State.BOTH);
        vm.revertToState(snapshot);
    }

    function refused(Action action, State from, bytes4 selector) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        vm.expectPartialRevert(selector);
        act(action);
        assertShown(from);
        vm.revertToState(snapshot);
    }

    function allows(Action action) private returns (bool done) {
        uint256 snapshot = vm.snapshotState();
        try this.act(action) {
            done = true;
        } catch { }
        vm.revertToState(snapshot);
    }

    function enter(State state) private {
        if (state == State.TIMED || state == State.BOTH || state == State.ENDED || state == State.OWN_ENDED) {
            act(Action.REGULATOR);
        }
        if (state == State.OWN || state == State.BOTH || state == State.OWN_ENDED) act(Action.SUSPEND);
        if (state == State.ENDED || state == State.OWN_ENDED) vm.warp(AFTER);
        if (state == State.OVER) act(Action.REVOKE);
        if (state == State.TAINTED) act(Action.TAINT);
    }

    function act(Action action) public {
        uint48 until = present() < AFTER ? UNTIL : AFTER + 1;
        if (action == Action.SUSPEND) suspend();
        else if (action == Action.REINSTATE) reinstate();
        else if (action == Action.REGULATOR) suspendByRegulator(until);
        else if (action == Action.REVOKE) revoke(StateReason.OPT_OUT_BATCH);
        else if (action == Action.TAINT) revoke(StateReason.BREACH);
        else if (action == Action.SUPERSEDE) supersede();
        else if (action == Action.USE) record(useOf(consent, dataset));
        else actByVote(action, until);
    }

    function actByVote(Action action, uint48 until) private {
        vm.prank(address(consortium));
        if (action == Action.VOTE) consents.suspendByVote(consent, StateReason.BREACH, until);
        else if (action == Action.REVOKE_BY_VOTE) consents.revokeByVote(consent, StateReason.PERMIT_ENDED);
        else consents.revokeByVote(consent, StateReason.ERROR);
    }

    function supersede() private {
        Terms memory terms = termsFor(dataset);
        terms.supersedes = consent;
        issue(HOSPITAL, "next", terms);
    }

    function assertShown(State state) private view {
        Reason[8] memory reasons = [
            Reason.OK,
            Reason.SUSPENDED,
            Reason.SUSPENDED,
            Reason.SUSPENDED,
            Reason.OK,
            Reason.SUSPENDED,
            Reason.REVOKED,
            Reason.REVOKED
        ];
        ConsentState[8] memory states = [
            ConsentState.ACTIVE,
            ConsentState.SUSPENDED,
            ConsentState.SUSPENDED,
            ConsentState.SUSPENDED,
            ConsentState.ACTIVE,
            ConsentState.SUSPENDED,
            ConsentState.REVOKED,
            ConsentState.REVOKED
        ];
        assertEq(uint8(consents.check(useOf(consent, dataset))), uint8(reasons[uint8(state)]));
        assertEq(uint8(consents.stateAt(consent, present())), uint8(states[uint8(state)]));
    }
}
