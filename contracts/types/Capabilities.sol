// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev What an organisation may do, one bit each, given at admission and never changed.
uint8 constant CUSTODIAN = 1 << 0;
uint8 constant PUBLISHER = 1 << 1;
uint8 constant REGULATOR = 1 << 2;
uint8 constant ALL_CAPABILITIES = (1 << 3) - 1;
