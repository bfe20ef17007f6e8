// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId } from "../../../contracts/types/Ids.sol";
import { ConsentProof } from "./base/ConsentProof.sol";

/// @notice No regulator suspends a consent that its own organisation granted.
contract OwnCaseProofs is ConsentProof {
    function check_suspendByRegulator(ConsentId consent, StateReason reason, uint48 until, address caller, uint48 time)
        public
    {
        if (!act(caller, time, abi.encodeCall(consents.suspendByRegulator, (consent, reason, until)))) return;
        assert(!isOfGrantor(caller, consent));
    }

    function check_suspendAllByRegulator(
        ConsentId[] calldata all,
        StateReason reason,
        uint48 until,
        address caller,
        uint48 time
    ) public {
        if (!act(caller, time, abi.encodeCall(consents.suspendAllByRegulator, (all, reason, until)))) {
            return;
        }
        for (uint256 i = 0; i < all.length; ++i) {
            assert(!isOfGrantor(caller, all[i]));
        }
    }

    function isOfGrantor(address caller, ConsentId consent) private view returns (bool) {
        bytes memory question = abi.encodeCall(consortium.operatorOf, (caller, 0));
        return answers(address(consortium), question, grantorOf(consent));
    }
}
