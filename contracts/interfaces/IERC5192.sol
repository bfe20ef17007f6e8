// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title ERC-5192: minimal soulbound tokens (https://eips.ethereum.org/EIPS/eip-5192), interface id 0xb45a3c0e
interface IERC5192 {
    /// @notice Emitted when the token becomes bound to its holder.
    event Locked(uint256 tokenId);

    /// @notice Emitted when the token becomes free, which a consent token never does.
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token is bound to its holder; reverts for a token that does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
