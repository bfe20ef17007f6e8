// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { Utf8 } from "../../../contracts/libraries/Utf8.sol";

/// RFC 3629, its table of well-formed sequences byte by byte.
contract Utf8Test is Test {
    function test_faultIn_findsNoneAtTheEdges() public pure {
        assertSound("");
        // The first and the last of each length, and those around the surrogates.
        assertSound(hex"207e");
        assertSound(hex"c280dfbf");
        assertSound(hex"e0a080efbfbf");
        assertSound(hex"ed9fbfee8080");
        assertSound(hex"f0908080f48fbfbf");
        assertSound(hex"e18080ecbfbf");
        assertSound(hex"f1808080f3bfbfbf");
    }

    function test_faultIn_findsAContinuationByteAlone() public pure {
        assertFault(hex"80", 0);
        assertFault(hex"41bf", 1);
        assertFault(hex"c3a4a4", 2);
    }

    function test_faultIn_findsASequenceCutOff() public pure {
        assertFault(hex"41c3", 1);
        assertFault(hex"e282", 0);
        assertFault(hex"e2", 0);
        assertFault(hex"4141f09f8f", 2);
    }

    function test_faultIn_findsAContinuationByteMissing() public pure {
        assertFault(hex"c341", 0);
        assertFault(hex"c3c3a4", 0);
        assertFault(hex"e24182", 0);
        assertFault(hex"e28241", 0);
        assertFault(hex"e282c2", 0);
        assertFault(hex"f09f8f41", 0);
        assertFault(hex"f09f41a5", 0);
        assertFault(hex"f0419fa5", 0);
        assertFault(hex"f09f8fc0", 0);
    }

    function test_faultIn_findsOverlongForms() public pure {
        assertFault(hex"c080", 0);
        assertFault(hex"41c1bf", 1);
        assertFault(hex"e08080", 0);
        assertFault(hex"e09fbf", 0);
        assertFault(hex"f0808080", 0);
        assertFault(hex"f08fbfbf", 0);
    }

    function test_faultIn_findsSurrogates() public pure {
        assertFault(hex"eda080", 0);
        assertFault(hex"41edbfbf", 1);
    }

    function test_faultIn_findsWhatIsBeyondTheLastCodePoint() public pure {
        assertFault(hex"f4908080", 0);
        assertFault(hex"f5808080", 0);
        assertFault(hex"f888808080", 0);
        assertFault(hex"fe", 0);
        assertFault(hex"ff", 0);
    }

    function test_faultIn_findsControlBytes() public pure {
        for (uint8 i = 0; i < 0x20; ++i) {
            assertFault(bytes.concat("A", bytes1(i)), 1);
        }
        assertFault(hex"41417f", 2);
        assertSound(hex"20");
        assertSound(hex"7e");
        // As second bytes of two they are no control bytes.
        assertSound(hex"c29f");
    }

    /// The whole table of first and second bytes, followed by continuation bytes.
    function test_faultIn_knowsEveryPairOfBytes() public pure {
        for (uint256 first = 0x80; first < 0x100; ++first) {
            for (uint256 second = 0; second < 0x100; ++second) {
                // casting to 'uint8' is safe because both are below 0x100
                // forge-lint: disable-next-line(unsafe-typecast)
                bytes memory text = abi.encodePacked(bytes1(uint8(first)), bytes1(uint8(second)), hex"8080");
                uint256 length = wellFormed(first, second);
                // What follows a sequence of two or three is a continuation byte alone.
                assertEq(Utf8.faultIn(text), length);
            }
        }
    }

    /// Every code point but the surrogates and the control bytes, encoded as RFC 3629 has it.
    function testFuzz_faultIn_findsNoneInACodePoint(uint32 code) public pure {
        code = uint32(bound(code, 0x20, 0x10ffff));
        vm.assume(code != 0x7f && (code < 0xd800 || code > 0xdfff));
        assertSound(encoded(code));
        assertSound(bytes.concat("a", encoded(code), "b", encoded(code)));
    }

    /// Whatever the bytes are, the answer lies within them, and all before it is sound.
    function testFuzz_faultIn_findsTheFirst(bytes memory text) public pure {
        uint256 fault = Utf8.faultIn(text);
        assertLe(fault, text.length);
        bytes memory sound = new bytes(fault);
        for (uint256 i = 0; i < fault; ++i) {
            sound[i] = text[i];
        }
        assertEq(Utf8.faultIn(sound), fault);
    }

    /// RFC 3629, 4: the length of what two bytes begin, 0 when nothing begins with them.
    function wellFormed(uint256 first, uint256 second) private pure returns (uint256) {
        if (first < 0xc2 || first > 0xf4 || second < 0x80 || second > 0xbf) return 0;
        if (first == 0xe0 && second < 0xa0) return 0;
        if (first == 0xed && second > 0x9f) return 0;
        if (first == 0xf0 && second < 0x90) return 0;
        if (first == 0xf4 && second > 0x8f) return 0;
        return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    }

    function assertSound(bytes memory text) private pure {
        assertEq(Utf8.faultIn(text), text.length);
    }

    function assertFault(bytes memory text, uint256 position) private pure {
        assertEq(Utf8.faultIn(text), position);
    }

    function encoded(uint32 code) private pure returns (bytes memory) {
        // casting to 'uint8' is safe because the code point is below 0x80
        // forge-lint: disable-next-line(unsafe-typecast)
        if (code < 0x80) return abi.encodePacked(uint8(code));
        bytes memory last = abi.encodePacked(uint8(0x80 | (code & 0x3f)));
        if (code < 0x800) return bytes.concat(bytes1(uint8(0xc0 | (code >> 6))), last);
        last = bytes.concat(bytes1(uint8(0x80 | ((code >> 6) & 0x3f))), last);
        if (code < 0x10000) return bytes.concat(bytes1(uint8(0xe0 | (code >> 12))), last);
        last = bytes.concat(bytes1(uint8(0x80 | ((code >> 12) & 0x3f))), last);
        return bytes.concat(bytes1(uint8(0xf0 | (code >> 18))), last);
    }
}
