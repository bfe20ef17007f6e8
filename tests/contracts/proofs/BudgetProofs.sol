// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId } from "../../../contracts/types/Ids.sol";
import { EveryEntryPoint } from "./base/EveryEntryPoint.sol";

/// @notice The privacy loss spent never passes the budget, and never falls once the consent is known.
contract BudgetProofs is EveryEntryPoint {
    bool private _known;
    uint40 private _spent;

    function before(ConsentId any) internal override {
        (uint40 budget, uint40 spent) = epsilon(any);
        vm.assume(spent <= budget);
        (_known, _spent) = (isKnown(any), spent);
    }

    function afterwards(ConsentId any) internal view override {
        (uint40 budget, uint40 spent) = epsilon(any);
        assert(spent <= budget);
        assert(!_known || spent >= _spent);
    }
}
