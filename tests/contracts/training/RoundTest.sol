// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { Reason } from "../../../contracts/types/DataUse.sol";
import { RunId } from "../../../contracts/types/Ids.sol";
import { RunTest } from "../base/RunTest.sol";

/// @notice A run on two inputs, and its next round.
abstract contract RoundTest is RunTest {
    RunId internal run;

    function setUp() public virtual override {
        super.setUp();
        run = openRun();
    }

    function opening(uint40 epsilon) internal view returns (ITrainingLog.RoundOpening memory next) {
        next = roundOf(run, model, inputs());
        next.epsilon = epsilon;
    }

    function open(ITrainingLog.RoundOpening memory next) internal {
        vm.prank(operator(INSTITUTE));
        training.openRound(next);
    }

    function expectFault(ITrainingLog.RoundOpening memory next, bytes memory refusal) internal {
        vm.expectRevert(refusal);
        open(next);
    }

    function refusalOf(uint256 position, Reason reason) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[position], reason);
    }

    /// @notice The next round is refused for the consent of one input.
    function expectRefused(uint256 position, Reason reason) internal {
        expectFault(opening(0), refusalOf(position, reason));
    }

    function expectRefused(uint256 position, Reason reason, uint40 epsilon) internal {
        expectFault(opening(epsilon), refusalOf(position, reason));
    }
}
