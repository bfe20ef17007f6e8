// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Cid: the IPFS address of a document of one block
/// @notice CIDv1 (https://github.com/multiformats/cid): version 1, codec raw (0x55), multihash sha2-256 of 32 bytes
/// (0x12, 0x20), in lower-case base32 without padding (RFC 4648, 6) after the multibase prefix `b`.
library Cid {
    bytes private constant ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    bytes4 private constant RAW_SHA2_256 = 0x01551220;
    /// @dev One for the prefix, then 58 groups of 5 bits, which hold the 36 bytes.
    uint256 private constant LENGTH = 59;

    function ofRawBlock(bytes32 digest) internal pure returns (string memory) {
        bytes memory source = abi.encodePacked(RAW_SHA2_256, digest);
        bytes memory text = new bytes(LENGTH);
        text[0] = "b";
        for (uint256 i = 1; i < LENGTH; ++i) {
            text[i] = ALPHABET[_groupAt(source, (i - 1) * 5)];
        }
        return string(text);
    }

    /// @dev The five bits from the `position`th on, zeros after the end.
    function _groupAt(bytes memory source, uint256 position) private pure returns (uint256) {
        uint256 first = position / 8;
        uint256 pair = uint256(uint8(source[first])) << 8;
        if (first + 1 < source.length) pair |= uint8(source[first + 1]);
        return (pair >> (11 - position % 8)) & 0x1f;
    }
}
