// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId } from "../../../contracts/types/Ids.sol";
import { EveryEntryPoint } from "./base/EveryEntryPoint.sol";

/// @notice A revoked consent never becomes active again: it is still revoked after any call.
contract RevocationProofs is EveryEntryPoint {
    function before(ConsentId any) internal view override {
        vm.assume(isKnown(any) && isRevoked(any));
    }

    function afterwards(ConsentId any) internal view override {
        assert(isKnown(any) && isRevoked(any));
    }
}
