// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Consortium } from "../../contracts/Consortium.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { Utf8 } from "../../contracts/libraries/Utf8.sol";
import { PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

/// Names that every reader can decode.
contract ConsortiumNamesTest is ConsortiumTest {
    function test_propose_takesNamesOfEveryLength() public {
        expectAdmissible(unicode"Universitätsspital Zürich");
        expectAdmissible(unicode"Νοσοκομείο «Ευαγγελισμός»");
        expectAdmissible(unicode"東京大学医学部附属病院");
        expectAdmissible(unicode"Clinic 🏥");
        // The first and the last of each length, and those around the surrogates.
        expectAdmissible(hex"207e");
        expectAdmissible(hex"c280dfbf");
        expectAdmissible(hex"e0a080efbfbf");
        expectAdmissible(hex"ed9fbfee8080");
        expectAdmissible(hex"f0908080f48fbfbf");
    }

    function test_propose_revertsWhenAContinuationByteStandsAlone() public {
        expectFault(hex"80", 0);
        expectFault(hex"41bf", 1);
        expectFault(hex"c3a4a4", 2);
    }

    function test_propose_revertsWhenASequenceIsCutOff() public {
        expectFault(hex"41c3", 1);
        expectFault(hex"e282", 0);
        expectFault(hex"4141f09f8f", 2);
    }

    function test_propose_revertsWhenAContinuationByteIsMissing() public {
        expectFault(hex"c341", 0);
        expectFault(hex"c3c3a4", 0);
        expectFault(hex"e24182", 0);
        expectFault(hex"e28241", 0);
        expectFault(hex"e282c2", 0);
        expectFault(hex"f09f8f41", 0);
        expectFault(hex"f09f41a5", 0);
    }

    function test_propose_revertsWhenAFormIsOverlong() public {
        expectFault(hex"c080", 0);
        expectFault(hex"41c1bf", 1);
        expectFault(hex"e09fbf", 0);
        expectFault(hex"f08fbfbf", 0);
    }

    function test_propose_revertsWhenASurrogateIsThere() public {
        expectFault(hex"eda080", 0);
        expectFault(hex"41edbfbf", 1);
    }

    function test_propose_revertsBeyondTheLastCodePoint() public {
        expectFault(hex"f4908080", 0);
        expectFault(hex"f5808080", 0);
        expectFault(hex"f888808080", 0);
        expectFault(hex"fe", 0);
        expectFault(hex"ff", 0);
    }

    function test_propose_revertsWhenAControlByteIsThere() public {
        expectFault(hex"00", 0);
        expectFault(hex"410a", 1);
        expectFault(hex"1f41", 0);
        expectFault(hex"41417f", 2);
        expectFault(hex"c3a409", 2);
    }

    function test_constructor_revertsWhenAFoundersNameIsNotUtf8() public {
        IConsortium.Admission[] memory all = founders();
        all[3].name = string(bytes(hex"4142ff"));
        IConsortium.Generation memory first = consortium.generation(1);
        vm.expectRevert(refusal(2));
        new Consortium(all, founderOperators(), first);
    }

    function testFuzz_propose_takesPrintableAscii(bytes memory name) public {
        vm.assume(name.length > 0);
        uint256 length = name.length < 128 ? name.length : 128;
        bytes memory printable = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            printable[i] = bytes1(0x20 + uint8(name[i]) % 95);
        }
        expectAdmissible(printable);
    }

    /// Every code point but the surrogates and the control bytes, encoded as RFC 3629 has it.
    function testFuzz_faultIn_findsNoneInACodePoint(uint32 code) public pure {
        code = uint32(bound(code, 0x20, 0x10ffff));
        vm.assume(code != 0x7f && (code < 0xd800 || code > 0xdfff));
        bytes memory text = encoded(code);
        assertEq(Utf8.faultIn(text), text.length);
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

    function expectAdmissible(bytes memory name) private {
        assertEq(Utf8.faultIn(name), name.length);
        carry(IConsortium.ProposalKind.ADMIT, payload(name));
        deploy();
    }

    function expectFault(bytes memory name, uint256 position) private {
        vm.expectRevert(refusal(position));
        propose(IConsortium.ProposalKind.ADMIT, payload(name));
    }

    function payload(bytes memory name) private pure returns (bytes memory) {
        return abi.encode(admission(NEWCOMER, PUBLISHER, false, string(name)));
    }

    function refusal(uint256 position) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumNameNotUtf8.selector, position);
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
