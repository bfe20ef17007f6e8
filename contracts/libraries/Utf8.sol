// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Utf8: whether bytes are text that every reader can decode
/// @notice Well-formed as RFC 3629 has it: no overlong form, no surrogate, nothing beyond U+10FFFF. Control bytes, below
/// 0x20 and 0x7f, are faults too.
/// @dev Reads each byte at most twice; the caller bounds the length.
library Utf8 {
    /// @notice Where the first malformed sequence or control byte begins; the length of `text` when there is none.
    function faultIn(bytes memory text) internal pure returns (uint256 position) {
        while (position < text.length) {
            uint256 length = _sequenceAt(text, position);
            if (length == 0) return position;
            position += length;
        }
    }

    /// @dev The length of the sequence that begins at `position`, 0 when it is a fault.
    function _sequenceAt(bytes memory text, uint256 position) private pure returns (uint256 length) {
        uint8 first = uint8(text[position]);
        if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
        length = _lengthOf(first);
        if (length == 0 || length > text.length - position) return 0;
        (uint8 lowest, uint8 highest) = _secondOf(first);
        uint8 second = uint8(text[position + 1]);
        if (second < lowest || second > highest) return 0;
        for (uint256 i = 2; i < length; ++i) {
            if (uint8(text[position + i]) & 0xc0 != 0x80) return 0;
        }
    }

    /// @dev 0 for a continuation byte and for what begins only overlong forms or numbers beyond U+10FFFF.
    function _lengthOf(uint8 first) private pure returns (uint256) {
        if (first < 0xc2 || first > 0xf4) return 0;
        if (first < 0xe0) return 2;
        return first < 0xf0 ? 3 : 4;
    }

    /// @dev Which second bytes may follow: after e0 and f0 the lower would be overlong, after ed the higher are
    /// surrogates, after f4 they are beyond U+10FFFF.
    function _secondOf(uint8 first) private pure returns (uint8 lowest, uint8 highest) {
        if (first == 0xe0) return (0xa0, 0xbf);
        if (first == 0xed) return (0x80, 0x9f);
        if (first == 0xf0) return (0x90, 0xbf);
        if (first == 0xf4) return (0x80, 0x8f);
        return (0x80, 0xbf);
    }
}
