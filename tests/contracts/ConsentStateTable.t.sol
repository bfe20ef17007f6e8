// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { ConsentState, Reason } from "../../contracts/types/DataUse.sol";
import { ConsentTest } from "./base/ConsentTest.sol";

/// Every state of a consent against every act: the next state, or the refusal.
///
///                    suspend      reinstate     regulator    revoke    use
/// ACTIVE             OWN          NotSuspended  REGULATOR    REVOKED   ACTIVE
/// OWN                Already      ACTIVE        BOTH         REVOKED   SUSPENDED
/// REGULATOR          BOTH         NotSuspended  UsedUp       REVOKED   SUSPENDED
/// BOTH               Already      REGULATOR     UsedUp       REVOKED   SUSPENDED
/// ENDED              OWN_ENDED    NotSuspended  UsedUp       REVOKED   ENDED
/// OWN_ENDED          Already      ENDED         UsedUp       REVOKED   SUSPENDED
/// REVOKED            Revoked      Revoked       Revoked      Revoked   REVOKED (refused)
contract ConsentStateTableTest is ConsentTest {
    /// ENDED: the regulator's suspension is over, and used up.
    enum State {
        ACTIVE,
        OWN,
        REGULATOR,
        BOTH,
        ENDED,
        OWN_ENDED,
        REVOKED
    }

    enum Action {
        SUSPEND,
        REINSTATE,
        REGULATOR,
        REVOKE,
        USE
    }

    uint48 internal constant UNTIL = START + 100;
    uint48 internal constant AFTER = START + 200;

    bytes4 internal immutable ALREADY = IConsentToken.ConsentTokenAlreadySuspended.selector;
    bytes4 internal immutable NOT_SUSPENDED = IConsentToken.ConsentTokenNotSuspended.selector;
    bytes4 internal immutable USED_UP = IConsentToken.ConsentTokenSuspensionUsedUp.selector;
    bytes4 internal immutable OVER = IConsentToken.ConsentTokenRevoked.selector;
    bytes4 internal immutable REFUSED = IConsentToken.ConsentTokenRefused.selector;

    function test_suspend_followsTheTable() public {
        row(Action.SUSPEND, State.ACTIVE, State.OWN);
        refused(Action.SUSPEND, State.OWN, ALREADY);
        row(Action.SUSPEND, State.REGULATOR, State.BOTH);
        refused(Action.SUSPEND, State.BOTH, ALREADY);
        row(Action.SUSPEND, State.ENDED, State.OWN_ENDED);
        refused(Action.SUSPEND, State.OWN_ENDED, ALREADY);
        refused(Action.SUSPEND, State.REVOKED, OVER);
    }

    function test_reinstate_followsTheTable() public {
        refused(Action.REINSTATE, State.ACTIVE, NOT_SUSPENDED);
        row(Action.REINSTATE, State.OWN, State.ACTIVE);
        refused(Action.REINSTATE, State.REGULATOR, NOT_SUSPENDED);
        row(Action.REINSTATE, State.BOTH, State.REGULATOR);
        refused(Action.REINSTATE, State.ENDED, NOT_SUSPENDED);
        row(Action.REINSTATE, State.OWN_ENDED, State.ENDED);
        refused(Action.REINSTATE, State.REVOKED, OVER);
    }

    function test_suspendByRegulator_followsTheTable() public {
        row(Action.REGULATOR, State.ACTIVE, State.REGULATOR);
        row(Action.REGULATOR, State.OWN, State.BOTH);
        refused(Action.REGULATOR, State.REGULATOR, USED_UP);
        refused(Action.REGULATOR, State.BOTH, USED_UP);
        refused(Action.REGULATOR, State.ENDED, USED_UP);
        refused(Action.REGULATOR, State.OWN_ENDED, USED_UP);
        refused(Action.REGULATOR, State.REVOKED, OVER);
    }

    function test_revoke_followsTheTable() public {
        for (uint8 i = 0; i < uint8(State.REVOKED); ++i) {
            row(Action.REVOKE, State(i), State.REVOKED);
        }
        refused(Action.REVOKE, State.REVOKED, OVER);
    }

    function test_recordUse_followsTheTable() public {
        row(Action.USE, State.ACTIVE, State.ACTIVE);
        refused(Action.USE, State.OWN, REFUSED);
        refused(Action.USE, State.REGULATOR, REFUSED);
        refused(Action.USE, State.BOTH, REFUSED);
        row(Action.USE, State.ENDED, State.ENDED);
        refused(Action.USE, State.OWN_ENDED, REFUSED);
        refused(Action.USE, State.REVOKED, REFUSED);
    }

    /// In every state, `check` and `stateAt` tell the same story.
    function test_check_agreesWithStateAt() public {
        for (uint8 i = 0; i <= uint8(State.REVOKED); ++i) {
            uint256 snapshot = vm.snapshotState();
            enter(State(i));
            assertTrue(consents.check(useOf(consent, dataset)) == reasonIn(State(i)));
            assertTrue(consents.stateAt(consent, present()) == shown(State(i)));
            vm.revertToState(snapshot);
        }
    }

    function row(Action action, State from, State to) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        act(action);
        assertTrue(consents.stateAt(consent, present()) == shown(to));
        assertTrue(consents.check(useOf(consent, dataset)) == reasonIn(to));
        // What tells states apart that look alike: how the suspensions may go on.
        assertEq(allows(Action.SUSPEND), to == State.ACTIVE || to == State.REGULATOR || to == State.ENDED);
        assertEq(allows(Action.REINSTATE), to == State.OWN || to == State.BOTH || to == State.OWN_ENDED);
        assertEq(allows(Action.REGULATOR), to == State.ACTIVE || to == State.OWN);
        assertEq(allows(Action.REVOKE), to != State.REVOKED);
        vm.revertToState(snapshot);
    }

    function refused(Action action, State from, bytes4 selector) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        vm.expectPartialRevert(selector);
        act(action);
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
        if (state == State.REGULATOR || state == State.BOTH || state == State.ENDED || state == State.OWN_ENDED) {
            act(Action.REGULATOR);
        }
        if (state == State.OWN || state == State.BOTH || state == State.OWN_ENDED) act(Action.SUSPEND);
        if (state == State.ENDED || state == State.OWN_ENDED) vm.warp(AFTER);
        if (state == State.REVOKED) act(Action.REVOKE);
    }

    function act(Action action) public {
        if (action == Action.SUSPEND) suspend();
        else if (action == Action.REINSTATE) reinstate();
        else if (action == Action.REGULATOR) suspendByRegulator(present() < AFTER ? UNTIL : AFTER + 1);
        else if (action == Action.REVOKE) revoke();
        else record(useOf(consent, dataset));
    }

    function shown(State state) private pure returns (ConsentState) {
        if (state == State.REVOKED) return ConsentState.REVOKED;
        bool active = state == State.ACTIVE || state == State.ENDED;
        return active ? ConsentState.ACTIVE : ConsentState.SUSPENDED;
    }

    function reasonIn(State state) private pure returns (Reason) {
        ConsentState seen = shown(state);
        if (seen == ConsentState.REVOKED) return Reason.REVOKED;
        return seen == ConsentState.SUSPENDED ? Reason.SUSPENDED : Reason.OK;
    }
}
