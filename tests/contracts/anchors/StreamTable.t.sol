// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAnchorLog } from "../../../contracts/interfaces/IAnchorLog.sol";
import { StreamId } from "../../../contracts/types/Ids.sol";
import { AnchorTest } from "./AnchorTest.sol";

/// Every state of a stream against every act: the next size, or the refusal.
///
///                UNKNOWN    EMPTY      GROWN (256)  FULL (2**53)
/// REGISTER       0          duplicate  duplicate    duplicate
/// SMALLER        unknown    bad size   bad size     bad size       to nothing, or by one padding
/// SAME           unknown    bad size   bad size     bad size
/// LARGER         unknown    128        384          bad size
/// UNPADDED       unknown    bad size   bad size     bad size       larger by one
/// LARGEST        unknown    2**53      2**53        bad size
/// NO_ROOT        unknown    no root    no root      bad size
/// BY_ANOTHER     unknown    custodian  custodian    custodian
contract AnchorStreamTableTest is AnchorTest {
    enum State {
        UNKNOWN,
        EMPTY,
        GROWN,
        FULL
    }

    enum Act {
        REGISTER,
        SMALLER,
        SAME,
        LARGER,
        UNPADDED,
        LARGEST,
        NO_ROOT,
        BY_ANOTHER
    }

    bytes4 internal immutable DUPLICATE = IAnchorLog.AnchorLogDuplicate.selector;
    bytes4 internal immutable UNKNOWN_ = IAnchorLog.AnchorLogUnknownStream.selector;
    bytes4 internal immutable BAD_SIZE = IAnchorLog.AnchorLogBadSize.selector;
    bytes4 internal immutable EMPTY_ROOT = IAnchorLog.AnchorLogEmptyRoot.selector;
    bytes4 internal immutable CUSTODIAN_ = IAnchorLog.AnchorLogNotCustodian.selector;

    StreamId internal stream;

    function test_registerStream_followsTheTable() public {
        row(Act.REGISTER, [bytes4(0), DUPLICATE, DUPLICATE, DUPLICATE], [uint64(0), 0, 256, MAX_SIZE]);
    }

    function test_anchor_followsTheTable() public {
        uint64[4] memory same = [uint64(0), 0, 256, MAX_SIZE];
        row(Act.SMALLER, [UNKNOWN_, BAD_SIZE, BAD_SIZE, BAD_SIZE], same);
        row(Act.SAME, [UNKNOWN_, BAD_SIZE, BAD_SIZE, BAD_SIZE], same);
        row(Act.LARGER, [UNKNOWN_, bytes4(0), 0, BAD_SIZE], [uint64(0), 128, 384, MAX_SIZE]);
        row(Act.UNPADDED, [UNKNOWN_, BAD_SIZE, BAD_SIZE, BAD_SIZE], same);
        row(Act.LARGEST, [UNKNOWN_, bytes4(0), 0, BAD_SIZE], [uint64(0), MAX_SIZE, MAX_SIZE, MAX_SIZE]);
        row(Act.NO_ROOT, [UNKNOWN_, EMPTY_ROOT, EMPTY_ROOT, BAD_SIZE], same);
        row(Act.BY_ANOTHER, [UNKNOWN_, CUSTODIAN_, CUSTODIAN_, CUSTODIAN_], same);
    }

    function row(Act act, bytes4[4] memory no, uint64[4] memory next) private {
        for (uint8 i = 0; i < 4; ++i) {
            uint256 snapshot = vm.snapshotState();
            enter(State(i));
            vm.warp(START + 10);
            try this.perform(act, sizeIn(State(i))) {
                assertEq(no[i], bytes4(0), "not refused");
                assertHead(stream, next[i], act == Act.REGISTER ? 0 : START + 10);
            } catch (bytes memory refusal) {
                // casting to 'bytes4' is safe because only the selector is compared
                // forge-lint: disable-next-line(unsafe-typecast)
                assertEq(bytes4(refusal), no[i], "refused");
                // Nothing of it is kept.
                assertEq(next[i], sizeIn(State(i)), "table");
                if (i != 0) assertHead(stream, next[i], State(i) == State.EMPTY ? 0 : START);
            }
            vm.revertToState(snapshot);
        }
    }

    function enter(State state) private {
        stream = NONE;
        if (state == State.UNKNOWN) return;
        stream = register(HOSPITAL);
        if (state != State.EMPTY) anchor(HOSPITAL, stream, sizeIn(state), ROOT);
    }

    function perform(Act act, uint64 current) external {
        if (act == Act.REGISTER) stream = register(HOSPITAL);
        else if (act == Act.SMALLER) anchor(HOSPITAL, stream, current == 0 ? 0 : current - 128, ROOT);
        else if (act == Act.SAME) anchor(HOSPITAL, stream, current, ROOT);
        else if (act == Act.LARGER) anchor(HOSPITAL, stream, current + 128, ROOT);
        else if (act == Act.UNPADDED) anchor(HOSPITAL, stream, current + 1, ROOT);
        else if (act == Act.LARGEST) anchor(HOSPITAL, stream, MAX_SIZE, ROOT);
        else if (act == Act.NO_ROOT) anchor(HOSPITAL, stream, current + 128, 0);
        else anchor(CLINIC, stream, current + 128, ROOT);
    }

    function sizeIn(State state) private pure returns (uint64) {
        if (state == State.GROWN) return 256;
        return state == State.FULL ? MAX_SIZE : 0;
    }
}
