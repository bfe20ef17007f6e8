// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { StateLog } from "../../../contracts/libraries/StateLog.sol";
import { ConsentState, StateReason } from "../../../contracts/types/DataUse.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";

contract StateLogTest is Test {
    using StateLog for mapping(uint256 => StateLog.Entry);

    struct Draw {
        uint8 pause;
        uint8 duration;
        bool own;
        bool revokes;
    }

    mapping(uint256 => StateLog.Entry) internal entries;

    function test_stateAfter_followsTheEntry() public pure {
        StateLog.Entry memory entry = entryAt(10, false, 0);
        assertAfter(entry, 0, ConsentState.ACTIVE);
        assertAfter(entry, type(uint48).max, ConsentState.ACTIVE);
        entry.grantorSuspended = true;
        assertAfter(entry, type(uint48).max, ConsentState.SUSPENDED);
        entry.regulatorUntil = 20;
        assertAfter(entry, 20, ConsentState.SUSPENDED);
        entry.grantorSuspended = false;
        assertAfter(entry, 19, ConsentState.SUSPENDED);
        assertAfter(entry, 20, ConsentState.ACTIVE);
        assertAfter(entry, 21, ConsentState.ACTIVE);
        entry.act = IConsentToken.Act.REVOKED;
        assertAfter(entry, 0, ConsentState.REVOKED);
        entry.grantorSuspended = true;
        assertAfter(entry, 19, ConsentState.REVOKED);
    }

    /// Only the act REVOKED revokes.
    function test_stateAfter_leavesOtherActsAlone() public pure {
        for (uint8 act = 0; act < uint8(IConsentToken.Act.REVOKED); ++act) {
            StateLog.Entry memory entry = entryAt(10, false, 0);
            entry.act = IConsentToken.Act(act);
            assertAfter(entry, 10, ConsentState.ACTIVE);
        }
    }

    function test_stateAt_isActiveWithoutEntries() public view {
        assertAt(0, 0, ConsentState.ACTIVE);
        assertAt(0, type(uint48).max, ConsentState.ACTIVE);
    }

    function test_stateAt_readsNoEntryBeyondItsLength() public {
        entries[0] = entryAt(10, true, 0);
        assertAt(0, 10, ConsentState.ACTIVE);
        assertAt(1, 10, ConsentState.SUSPENDED);
        assertAt(1, 9, ConsentState.ACTIVE);
    }

    function test_stateAt_takesTheLastEntryOfASecond() public {
        entries[0] = entryAt(10, true, 0);
        entries[1] = entryAt(10, false, 0);
        entries[2] = entryAt(10, true, 0);
        assertAt(1, 10, ConsentState.SUSPENDED);
        assertAt(2, 10, ConsentState.ACTIVE);
        assertAt(3, 10, ConsentState.SUSPENDED);
    }

    /// The number of reads is logarithmic: 1,024 entries cost about ten more steps than one.
    function test_stateAt_readsFewEntries() public {
        for (uint48 i = 0; i < 1024; ++i) {
            entries[i] = entryAt(i, i % 2 == 0, 0);
        }
        uint256 before = gasleft();
        ConsentState state = entries.stateAt(1024, 700);
        assertLt(before - gasleft(), 13 * 3000);
        assertTrue(state == ConsentState.SUSPENDED);
        assertAt(1024, 701, ConsentState.ACTIVE);
    }

    function testFuzz_stateAt_equalsAReplay(Draw[24] memory draws, uint8 length, uint48[8] memory times) public {
        uint48 time = 100;
        for (uint256 i = 0; i < draws.length; ++i) {
            time += draws[i].pause % 16;
            entries[i] = entryAt(time, draws[i].own, draws[i].duration % 4 == 0 ? time + draws[i].duration : 0);
            if (draws[i].revokes && i % 8 == 7) entries[i].act = IConsentToken.Act.REVOKED;
        }
        uint256 count = length % (draws.length + 1);
        for (uint256 i = 0; i < times.length; ++i) {
            uint48 asked = times[i] % (time + 300);
            assertAt(count, asked, replay(count, asked));
        }
        assertAt(count, time, replay(count, time));
    }

    function replay(uint256 count, uint48 time) private view returns (ConsentState state) {
        for (uint256 i = 0; i < count && entries[i].at <= time; ++i) {
            bool suspended = entries[i].grantorSuspended || time < entries[i].regulatorUntil;
            state = suspended ? ConsentState.SUSPENDED : ConsentState.ACTIVE;
            if (entries[i].act == IConsentToken.Act.REVOKED) state = ConsentState.REVOKED;
        }
    }

    function entryAt(uint48 at, bool own, uint48 until) private pure returns (StateLog.Entry memory) {
        return StateLog.Entry({
            act: IConsentToken.Act.SUSPENDED_BY_GRANTOR,
            reason: StateReason.STEWARD_DECISION,
            actor: OrganisationId.wrap(1),
            at: at,
            regulatorUntil: until,
            grantorSuspended: own
        });
    }

    function assertAfter(StateLog.Entry memory entry, uint48 time, ConsentState expected) private pure {
        assertTrue(StateLog.stateAfter(entry, time) == expected);
    }

    function assertAt(uint256 length, uint48 time, ConsentState expected) private view {
        assertTrue(entries.stateAt(length, time) == expected);
    }
}
