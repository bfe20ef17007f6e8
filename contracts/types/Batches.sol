// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev Most entries of one batch. A hundred plain ones fit a block of 30 million gas; rounds with many inputs may not,
/// and then none of the batch is written.
uint256 constant MAX_BATCH = 100;
