// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// As-of answers from the log, against a replay that reads every act in turn.
contract StateAtTest is ConsentTest {
    struct Step {
        uint8 act;
        uint8 pause;
    }

    enum Act {
        SUSPEND,
        REINSTATE,
        REGULATOR,
        VOTE,
        END,
        REVOKE
    }

    uint48 internal constant DURATION = 400;

    Act[] internal acts;
    uint48[] internal times;

    function test_stateAt_isActiveBeforeAnyEntry() public {
        assertAt(0, ConsentState.ACTIVE);
        vm.warp(START + 10);
        suspend();
        assertAt(START + 9, ConsentState.ACTIVE);
        assertAt(START + 10, ConsentState.SUSPENDED);
    }

    function test_stateAt_countsTheEndOfASecond() public {
        suspend();
        reinstate();
        assertAt(START, ConsentState.ACTIVE);
        suspend();
        assertAt(START, ConsentState.SUSPENDED);
        revoke();
        assertAt(START, ConsentState.REVOKED);
    }

    function test_stateAt_keepsTheGrantorsSuspensionUnderTheRegulators() public {
        suspend();
        vm.warp(START + 10);
        suspendByRegulator(START + 20);
        assertAt(START + 15, ConsentState.SUSPENDED);
        assertAt(START + 20, ConsentState.SUSPENDED);
        vm.warp(START + 30);
        reinstate();
        assertAt(START + 29, ConsentState.SUSPENDED);
        assertAt(START + 30, ConsentState.ACTIVE);
    }

    function test_stateAt_keepsTheRegulatorsSuspensionUnderTheGrantors() public {
        suspendByRegulator(START + 100);
        vm.warp(START + 10);
        suspend();
        vm.warp(START + 20);
        reinstate();
        assertAt(START + 20, ConsentState.SUSPENDED);
        assertAt(START + 99, ConsentState.SUSPENDED);
        assertAt(START + 100, ConsentState.ACTIVE);
    }

    function test_stateAt_keepsTheSuspensionsBeforeARevocation() public {
        suspendByRegulator(START + 100);
        vm.warp(START + 50);
        revoke();
        assertAt(START + 49, ConsentState.SUSPENDED);
        assertAt(START + 50, ConsentState.REVOKED);
        assertAt(type(uint48).max, ConsentState.REVOKED);
    }

    /// The second revocation changes the reason alone: neither when the consent ended, nor what was before.
    function test_stateAt_keepsTheFirstRevocationUnderTheSecond() public {
        suspendByRegulator(START + 100);
        vm.warp(START + 50);
        revoke(StateReason.PERMIT_ENDED);
        vm.warp(START + 80);
        revoke(StateReason.BREACH);
        assertAt(START - 1, ConsentState.ACTIVE);
        assertAt(START + 49, ConsentState.SUSPENDED);
        assertAt(START + 50, ConsentState.REVOKED);
        assertAt(START + 79, ConsentState.REVOKED);
        assertAt(START + 80, ConsentState.REVOKED);
        assertAt(START + 100, ConsentState.REVOKED);
        assertAt(type(uint48).max, ConsentState.REVOKED);
    }

    function testFuzz_stateAt_equalsAReplayOfTheActs(Step[14] memory steps, uint16[4] memory offsets) public {
        for (uint256 i = 0; i < steps.length; ++i) {
            vm.warp(block.timestamp + steps[i].pause);
            attempt(steps[i].act % 21);
        }
        for (uint256 i = 0; i < times.length; ++i) {
            assertReplayed(times[i] - 1);
            assertReplayed(times[i]);
            assertReplayed(times[i] + DURATION - 1);
            assertReplayed(times[i] + DURATION);
        }
        for (uint256 i = 0; i < offsets.length; ++i) {
            assertReplayed(START + offsets[i] % 4000);
        }
        assertReplayed(present());
    }

    /// Mostly the grantor's to and fro, which makes the log long.
    function attempt(uint8 kind) private {
        Act next = Act.REVOKE;
        if (kind < 20) next = Act.END;
        if (kind < 19) next = Act.VOTE;
        if (kind < 17) next = Act.REGULATOR;
        if (kind < 15) next = Act.REINSTATE;
        if (kind < 8) next = Act.SUSPEND;
        try this.act(next) {
            acts.push(next);
            times.push(present());
        } catch { }
    }

    function act(Act next) external {
        if (next == Act.SUSPEND) suspend();
        else if (next == Act.REINSTATE) reinstate();
        else if (next == Act.REGULATOR) suspendByRegulator(present() + DURATION);
        else if (next == Act.END) revoke(StateReason.PERMIT_ENDED);
        else if (next == Act.REVOKE) revoke();
        else suspendByVote();
    }

    function suspendByVote() private {
        vm.prank(address(consortium));
        consents.suspendByVote(consent, StateReason.BREACH, present() + DURATION);
    }

    function replay(uint48 time) private view returns (ConsentState) {
        bool own;
        uint48 until;
        for (uint256 i = 0; i < acts.length && times[i] <= time; ++i) {
            if (acts[i] == Act.END || acts[i] == Act.REVOKE) return ConsentState.REVOKED;
            if (acts[i] == Act.REGULATOR || acts[i] == Act.VOTE) until = times[i] + DURATION;
            else own = acts[i] == Act.SUSPEND;
        }
        return own || time < until ? ConsentState.SUSPENDED : ConsentState.ACTIVE;
    }

    function assertReplayed(uint48 time) private view {
        assertAt(time, replay(time));
    }

    function assertAt(uint48 time, ConsentState expected) private view {
        assertEq(uint8(consents.stateAt(consent, time)), uint8(expected));
    }
}
