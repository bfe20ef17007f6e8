// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Every state of an organisation against every act, its own and others': the next state, or the refusal.
///
///            UNKNOWN      ACTIVE       EMERGENCY    ENDED        SUSPENDED    BOTH         REMOVED
/// SUSPEND    unknown      SUSPENDED    BOTH         LATER        nothing      nothing      nothing
/// REINSTATE  unknown      nothing      ACTIVE       ACTIVE       ACTIVE       ACTIVE       nothing
/// REMOVE     unknown      REMOVED      REMOVED      REMOVED      REMOVED      REMOVED      nothing
/// REPLACE    unknown      =            =            =            =            =            nothing
/// EMERGENCY  unknown      EMERGENCY    used up      used up      nothing      used up      nothing
/// RECORD     no operator  =            =            =            =            =            inactive
/// BEGIN      no operator  =            inactive     =            inactive     inactive     inactive
/// PROPOSE    key unknown  =            =            =            inactive     inactive     nothing
/// VOTE       key unknown  =            =            =            =            =            nothing
/// TAKE_BACK  key unknown  =            =            =            =            =            nothing
/// EXECUTE    key unknown  =            =            =            =            =            nothing
/// OFFER      no admin     =            =            =            inactive     inactive     nothing
/// ACCEPT     key unknown  =            =            =            key unknown  key unknown  nothing
/// RETIRE     no admin     =            =            =            =            =            nothing
/// WITHDRAW   no admin     =            =            =            inactive     inactive     nothing
/// REPORT     key unknown  =            =            =            =            =            nothing
///
/// ENDED: the emergency is over, and used up. BOTH: suspended by vote while an emergency runs. LATER, not a column: by
/// vote after one is over. ACCEPT and WITHDRAW are of an offer made before. A removal after an emergency leaves it used up, but there is nobody left to suspend.
contract ConsortiumOrganisationTableTest is GovernanceTest {
    enum State {
        UNKNOWN,
        ACTIVE,
        EMERGENCY,
        ENDED,
        SUSPENDED,
        BOTH,
        REMOVED
    }

    enum Act {
        SUSPEND,
        REINSTATE,
        REMOVE,
        REPLACE,
        EMERGENCY,
        RECORD,
        BEGIN,
        PROPOSE,
        VOTE,
        TAKE_BACK,
        EXECUTE,
        OFFER,
        ACCEPT,
        RETIRE,
        WITHDRAW,
        REPORT
    }

    uint48 internal constant UNTIL = START + 1000;
    address internal constant OFFERED = address(0xcafe);

    bytes4 internal immutable NOTHING = IConsortium.ConsortiumNothingToChange.selector;
    bytes4 internal immutable NOBODY_ = IConsortium.ConsortiumUnknownOrganisation.selector;
    bytes4 internal immutable INACTIVE = IConsortium.ConsortiumInactive.selector;
    bytes4 internal immutable USED_UP = IConsortium.ConsortiumEmergencyUsedUp.selector;
    bytes4 internal immutable NO_OPERATOR = IConsortium.ConsortiumNotOperator.selector;
    bytes4 internal immutable NO_ADMIN = IConsortium.ConsortiumNotAdmin.selector;
    bytes4 internal immutable NO_KEY = IConsortium.ConsortiumKeyUnknown.selector;

    OrganisationId internal subject;
    uint256 internal open;
    uint256 internal backed;
    uint256 internal ready;
    bytes internal payload = abi.encode(INSTITUTE);

    function setUp() public override {
        super.setUp();
        open = propose(IConsortium.ProposalKind.REMOVE, payload);
        backed = propose(IConsortium.ProposalKind.REMOVE, payload);
        vote(backed, COMPANY);
        ready = passed(IConsortium.ProposalKind.SUSPEND, payload);
    }

    function test_votes_followTheTable() public {
        State[7] memory states = every();
        bytes4[7] memory no = [NOBODY_, bytes4(0), 0, 0, NOTHING, NOTHING, NOTHING];
        IConsortium.Status[7] memory next = allOf(IConsortium.Status.SUSPENDED);
        row(Act.SUSPEND, states, no, next);
        no = [NOBODY_, NOTHING, bytes4(0), 0, 0, 0, NOTHING];
        row(Act.REINSTATE, states, no, allOf(IConsortium.Status.ACTIVE));
        no = [NOBODY_, bytes4(0), 0, 0, 0, 0, NOTHING];
        row(Act.REMOVE, states, no, allOf(IConsortium.Status.REMOVED));
        row(Act.REPLACE, states, no, unchanged());
    }

    function test_regulators_followTheTable() public {
        bytes4[7] memory no = [NOBODY_, bytes4(0), USED_UP, USED_UP, NOTHING, USED_UP, NOTHING];
        row(Act.EMERGENCY, every(), no, allOf(IConsortium.Status.SUSPENDED));
    }

    function test_operators_followTheTable() public {
        bytes4[7] memory no = [NO_OPERATOR, bytes4(0), 0, 0, 0, 0, INACTIVE];
        row(Act.RECORD, every(), no, unchanged());
        no = [NO_OPERATOR, bytes4(0), INACTIVE, 0, INACTIVE, INACTIVE, INACTIVE];
        row(Act.BEGIN, every(), no, unchanged());
    }

    function test_voters_followTheTable() public {
        bytes4[7] memory no = [NO_KEY, bytes4(0), 0, 0, INACTIVE, INACTIVE, NOTHING];
        row(Act.PROPOSE, every(), no, unchanged());
        no = [NO_KEY, bytes4(0), 0, 0, 0, 0, NOTHING];
        row(Act.VOTE, every(), no, unchanged());
        row(Act.TAKE_BACK, every(), no, unchanged());
        row(Act.EXECUTE, every(), no, unchanged());
    }

    function test_keys_followTheTable() public {
        bytes4[7] memory no = [NO_ADMIN, bytes4(0), 0, 0, INACTIVE, INACTIVE, NOTHING];
        row(Act.OFFER, every(), no, unchanged());
        row(Act.WITHDRAW, every(), no, unchanged());
        no = [NO_ADMIN, bytes4(0), 0, 0, 0, 0, NOTHING];
        row(Act.RETIRE, every(), no, unchanged());
        no = [NO_KEY, bytes4(0), 0, 0, NO_KEY, NO_KEY, NOTHING];
        row(Act.ACCEPT, every(), no, unchanged());
        no = [NO_KEY, bytes4(0), 0, 0, 0, 0, NOTHING];
        row(Act.REPORT, every(), no, unchanged());
    }

    /// Two states look alike; what they allow next tells them apart.
    function test_states_differInWhatTheyAllow() public {
        for (uint8 i = 0; i <= uint8(State.REMOVED); ++i) {
            State state = State(i);
            uint256 snapshot = vm.snapshotState();
            enter(state);
            assertStatus(subject, shown(state));
            // An emergency's end is the clock's, a vote's is not.
            vm.warp(UNTIL);
            if (state == State.EMERGENCY) assertStatus(subject, IConsortium.Status.ACTIVE);
            else assertStatus(subject, shown(state));
            vm.revertToState(snapshot);
        }
    }

    function row(Act act, State[7] memory states, bytes4[7] memory no, IConsortium.Status[7] memory next) private {
        for (uint256 i = 0; i < 7; ++i) {
            uint256 snapshot = vm.snapshotState();
            enter(states[i]);
            try this.perform(act) {
                assertEq(no[i], bytes4(0), "not refused");
                assertStatus(subject, next[i]);
            } catch (bytes memory refusal) {
                // casting to 'bytes4' is safe because only the selector is compared
                // forge-lint: disable-next-line(unsafe-typecast)
                assertEq(bytes4(refusal), no[i], "refused");
                assertStatus(subject, shown(states[i]));
            }
            vm.revertToState(snapshot);
        }
    }

    function enter(State state) private {
        subject = state == State.UNKNOWN ? NEWCOMER : COMPANY;
        if (state != State.UNKNOWN) offer(COMPANY, OFFERED, IConsortium.Role.OPERATOR);
        if (state == State.EMERGENCY || state == State.BOTH || state == State.ENDED) {
            suspendInEmergency(COMPANY, state == State.ENDED ? START + 1 : UNTIL);
        }
        if (state == State.ENDED) vm.warp(START + 1);
        if (state == State.SUSPENDED || state == State.BOTH) suspendOrganisation(COMPANY);
        if (state == State.REMOVED) removeOrganisation(COMPANY);
    }

    function perform(Act act) external {
        if (act <= Act.REPLACE) carryOut(act);
        else if (act == Act.EMERGENCY) suspendInEmergency(subject, UNTIL + 1);
        else if (act == Act.RECORD) consortium.operatorOf(operator(subject), 0);
        else if (act <= Act.EXECUTE) performAsOperator(act);
        else if (act == Act.OFFER) offer(subject, KEY, IConsortium.Role.OPERATOR);
        else if (act == Act.ACCEPT) accept(subject, OFFERED);
        else if (act == Act.RETIRE) retire(subject, operator(subject));
        else if (act == Act.WITHDRAW) retire(subject, OFFERED);
        else report(operator(subject), admin(subject), START);
    }

    function carryOut(Act act) private {
        IConsortium.ProposalKind kind = IConsortium.ProposalKind(uint8(act) + 1);
        bytes memory wanted = act == Act.REPLACE
            ? abi.encode(IConsortium.AdminReplacement({ organisation: subject, admin: KEY }))
            : abi.encode(subject);
        execute(passed(kind, wanted), wanted);
    }

    function performAsOperator(Act act) private {
        if (act == Act.BEGIN) {
            vm.prank(address(datasets));
            consortium.requireOperator(operator(subject), 0);
            return;
        }
        vm.prank(operator(subject));
        if (act == Act.PROPOSE) consortium.propose("own", IConsortium.ProposalKind.REMOVE, payload);
        else if (act == Act.VOTE) consortium.vote(open, true);
        else if (act == Act.TAKE_BACK) consortium.vote(backed, false);
        else consortium.execute(ready, payload);
    }

    function shown(State state) private pure returns (IConsortium.Status) {
        if (state == State.UNKNOWN) return IConsortium.Status.UNKNOWN;
        if (state == State.REMOVED) return IConsortium.Status.REMOVED;
        bool active = state == State.ACTIVE || state == State.ENDED;
        return active ? IConsortium.Status.ACTIVE : IConsortium.Status.SUSPENDED;
    }

    function every() private pure returns (State[7] memory) {
        return [State.UNKNOWN, State.ACTIVE, State.EMERGENCY, State.ENDED, State.SUSPENDED, State.BOTH, State.REMOVED];
    }

    function unchanged() private pure returns (IConsortium.Status[7] memory all) {
        for (uint8 i = 0; i < 7; ++i) {
            all[i] = shown(State(i));
        }
    }

    function allOf(IConsortium.Status status) private pure returns (IConsortium.Status[7] memory all) {
        for (uint8 i = 0; i < 7; ++i) {
            all[i] = status;
        }
    }
}
