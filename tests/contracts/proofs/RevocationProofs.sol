// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId } from "../../../contracts/types/Ids.sol";
import { EveryEntryPoint } from "./base/EveryEntryPoint.sol";

/// @notice A revoked consent never becomes active again: it is still revoked after any call. One that was revoked for a
/// reason that taints is so for ever: no later revocation takes the place of that reason.
contract RevocationProofs is EveryEntryPoint {
    uint256 private _taint;

    function before(ConsentId any) internal override {
        vm.assume(isKnown(any) && isRevoked(any));
        _taint = taint(any);
    }

    function afterwards(ConsentId any) internal view override {
        assert(isKnown(any) && isRevoked(any));
        assert(taint(any) >= _taint);
    }
}
