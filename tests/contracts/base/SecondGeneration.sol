// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ConsortiumTest } from "./ConsortiumTest.sol";

/// @notice A vote lists five other contracts, so that those of the test become a former generation.
abstract contract SecondGeneration is ConsortiumTest {
    function enterSecondGeneration() internal {
        for (uint160 i = 0; i < 5; ++i) {
            vm.etch(address(0x2000 + i), hex"00");
        }
        IConsortium.Generation memory second = IConsortium.Generation({
            datasets: address(0x2000),
            consents: address(0x2001),
            training: address(0x2002),
            models: address(0x2003),
            anchors: address(0x2004)
        });
        carry(IConsortium.ProposalKind.REGISTER_GENERATION, abi.encode(second));
    }
}
