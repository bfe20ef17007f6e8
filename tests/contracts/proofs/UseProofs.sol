// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Reason, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentProof } from "./base/ConsentProof.sol";

/// @notice `check` is OK exactly when a recorder's `recordUse` succeeds in the same block.
contract UseProofs is ConsentProof {
    function check_recordUse(Use calldata use, uint48 time) public {
        // The version's ledger is wider than any sum of losses that budgets allow.
        vm.assume(datasets.epsilonSpent(use.dataset, use.version) < type(uint64).max - type(uint40).max);
        anyStandings();
        vm.warp(time);
        Reason answer = consents.check(use);
        bool recorded = act(TRAINING, time, abi.encodeCall(consents.recordUse, (use)));
        assert(recorded == (answer == Reason.OK));
    }

    function check_recordUseByOthers(Use calldata use, address caller, uint48 time) public {
        vm.assume(caller != TRAINING && caller != MODELS && caller != DATASETS);
        anyStandings();
        assert(!act(caller, time, abi.encodeCall(consents.recordUse, (use))));
    }
}
