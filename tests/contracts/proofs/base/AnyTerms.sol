// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { NPU, NPUNCU, Terms } from "../../../../contracts/types/DataUse.sol";

/// @notice In the place of contracts/libraries/TermRules.sol, when halmos runs: no terms are refused. TermRules only
/// refuses and keeps nothing, so that what holds of `issue` with any terms holds with sound ones; its many refusals would
/// multiply the paths.
library TermRules {
    function requireSound(Terms calldata, uint48) internal pure { }

    function excludesProfit(uint32 modifiers) internal pure returns (bool) {
        return modifiers & (NPU | NPUNCU) != 0;
    }
}
