// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { Cid } from "../../../contracts/libraries/Cid.sol";

contract CidTest is Test {
    /// Computed without Solidity: base32 of 01 55 12 20 and the digest. The third is the address of the empty file.
    function test_ofRawBlock_equalsTheVectors() public pure {
        assertEq(Cid.ofRawBlock(0), "bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assertEq(
            Cid.ofRawBlock(bytes32(type(uint256).max)), "bafkreih777777777777777777777777777777777777777777777777774"
        );
        assertEq(Cid.ofRawBlock(sha256("")), "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
        assertEq(Cid.ofRawBlock(sha256("hello\n")), "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am");
        assertEq(
            Cid.ofRawBlock(0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f),
            "bafkreiaaaebagbafaydqqcikbmga2dqpcaireeyuculbogazdinryhi6d4"
        );
    }

    /// Read back letter by letter, the text holds the version, the codec, the hash function and the digest.
    function testFuzz_ofRawBlock_canBeReadBack(bytes32 digest) public pure {
        bytes memory text = bytes(Cid.ofRawBlock(digest));
        assertEq(text.length, 59);
        assertEq(text[0], "b");
        bytes memory got = new bytes(36);
        uint256 held;
        uint256 bits;
        uint256 count;
        for (uint256 i = 1; i < 59; ++i) {
            held = (held << 5) | valueOf(text[i]);
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            // casting to 'uint8' is safe because fewer than eight bits were held before
            // forge-lint: disable-next-line(unsafe-typecast)
            got[count++] = bytes1(uint8(held >> bits));
            held %= 2 ** bits;
        }
        assertEq(got, abi.encodePacked(hex"01551220", digest));
        // The bits that are left over are zeros.
        assertEq(count, 36);
        assertEq(held, 0);
    }

    /// RFC 4648, 6, in lower case.
    function valueOf(bytes1 letter) private pure returns (uint256) {
        uint256 code = uint8(letter);
        if (code >= 0x61 && code <= 0x7a) return code - 0x61;
        assertTrue(code >= 0x32 && code <= 0x37, "not base32");
        return code - 0x32 + 26;
    }
}
