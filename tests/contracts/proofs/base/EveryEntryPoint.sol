// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../../../contracts/interfaces/IAccessRequests.sol";
import { StateReason, Terms, Use } from "../../../../contracts/types/DataUse.sol";
import { ConsentId, RequestId } from "../../../../contracts/types/Ids.sol";
import { ConsentProof } from "./ConsentProof.sol";

/// @notice One proof for each function of ConsentToken that may write: what `before` assumes of any consent, and any one
/// call by anybody, then what `afterwards` claims of that consent. The call may be about it or about another.
abstract contract EveryEntryPoint is ConsentProof {
    modifier keeps(ConsentId any) {
        before(any);
        _;
        afterwards(any);
    }

    function check_issue(ConsentId any, bytes32 salt, Terms calldata terms, address caller, uint48 time)
        public
        virtual
        keeps(any)
    {
        act(caller, time, abi.encodeCall(consents.issue, (salt, terms)));
    }

    function check_suspend(ConsentId any, ConsentId consent, StateReason reason, address caller, uint48 time)
        public
        keeps(any)
    {
        act(caller, time, abi.encodeCall(consents.suspend, (consent, reason)));
    }

    function check_suspendAll(ConsentId any, ConsentId[] calldata all, StateReason reason, address caller, uint48 time)
        public
        keeps(any)
    {
        act(caller, time, abi.encodeCall(consents.suspendAll, (all, reason)));
    }

    function check_reinstate(ConsentId any, ConsentId consent, StateReason reason, address caller, uint48 time)
        public
        keeps(any)
    {
        act(caller, time, abi.encodeCall(consents.reinstate, (consent, reason)));
    }

    function check_suspendByRegulator(
        ConsentId any,
        ConsentId consent,
        StateReason reason,
        uint48 until,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeCall(consents.suspendByRegulator, (consent, reason, until)));
    }

    function check_suspendAllByRegulator(
        ConsentId any,
        ConsentId[] calldata all,
        StateReason reason,
        uint48 until,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeCall(consents.suspendAllByRegulator, (all, reason, until)));
    }

    function check_suspendByVote(
        ConsentId any,
        ConsentId consent,
        StateReason reason,
        uint48 until,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeCall(consents.suspendByVote, (consent, reason, until)));
    }

    function check_revoke(ConsentId any, ConsentId consent, StateReason reason, address caller, uint48 time)
        public
        keeps(any)
    {
        act(caller, time, abi.encodeCall(consents.revoke, (consent, reason)));
    }

    function check_revokeByVote(ConsentId any, ConsentId consent, StateReason reason, address caller, uint48 time)
        public
        keeps(any)
    {
        act(caller, time, abi.encodeCall(consents.revokeByVote, (consent, reason)));
    }

    /// @dev By one of the recorders, which the contract treats alike; UseProofs shows that others do nothing.
    function check_recordUse(ConsentId any, Use calldata use, uint48 time) public keeps(any) {
        anyStandings();
        act(TRAINING, time, abi.encodeCall(consents.recordUse, (use)));
    }

    function check_makeRequest(
        ConsentId any,
        bytes32 salt,
        IAccessRequests.Wanted calldata wanted,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeCall(consents.makeRequest, (salt, wanted)));
    }

    function check_sendMessage(
        ConsentId any,
        RequestId request,
        uint8 number,
        bytes32 messageDigest,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeCall(consents.sendMessage, (request, number, messageDigest)));
    }

    function check_declineRequest(
        ConsentId any,
        RequestId request,
        IAccessRequests.DeclineReason reason,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeCall(consents.declineRequest, (request, reason)));
    }

    function check_safeTransferFrom(
        ConsentId any,
        address from,
        address to,
        uint256 tokenId,
        address caller,
        uint48 time
    ) public keeps(any) {
        act(caller, time, abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, tokenId));
    }

    /// @dev What is assumed of `any`, and remembered.
    function before(ConsentId any) internal virtual;

    /// @dev What must hold of `any` then, whether the call succeeded or not.
    function afterwards(ConsentId any) internal virtual;
}
