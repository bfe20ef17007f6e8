// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { DatasetId, OrganisationId, RequestId } from "../types/Ids.sol";

/// @title AccessRequests: asking a hospital for a consent
/// @notice A publisher names the dataset, the terms wanted and a public project card. The dataset's custodian answers with
/// a consent that names the request, or declines with a reason. Until then both may send messages about it: the custodian
/// asks back, the requester answers. Part of ConsentToken.
/// @dev Cannot happen: two answers to one request; a request answered by another than the dataset's custodian, or with a
/// consent on another dataset or for another organisation; a message of a third organisation, or after the answer; two
/// messages of one request with the same number, or a number left out.
/// Messages are public: on chain stands the digest of a document that all members can read. Nothing here checks what it
/// says.
interface IAccessRequests {
    enum RequestState {
        NONE,
        OPEN,
        GRANTED,
        DECLINED
    }

    enum DeclineReason {
        INCOMPLETE,
        PURPOSE_NOT_COVERED,
        NO_LEGAL_BASIS,
        SAFEGUARDS_TOO_WEAK,
        ETHICS_REFUSED,
        DATASET_UNAVAILABLE
    }

    /// @notice The terms wanted; each field as in `Terms`. What is granted is the custodian's decision.
    /// @param purposes not 0
    /// @param operations not 0
    /// @param cardDigest sha-256 of the public project card, not zero
    struct Wanted {
        DatasetId dataset;
        uint16 purposes;
        uint8 operations;
        uint24 condition;
        uint40 regions;
        uint48 notBefore;
        uint48 expiresAt;
        uint24 maxRounds;
        uint40 epsilonBudget;
        bytes32 projectRef;
        bytes32 cardDigest;
    }

    event RequestMade(
        RequestId indexed request, OrganisationId indexed requester, uint48 madeAt, Wanted wanted, address operator
    );
    /// @param number counts the messages of the request, of both sides, from 1
    /// @param messageDigest sha-256 of the public document
    event MessageSent(
        RequestId indexed request,
        OrganisationId indexed sender,
        uint8 number,
        bytes32 messageDigest,
        uint48 sentAt,
        address operator
    );
    event RequestDeclined(
        RequestId indexed request, OrganisationId indexed custodian, DeclineReason reason, uint48 at, address operator
    );

    error AccessRequestsDuplicate(RequestId got);
    error AccessRequestsUnknown(RequestId got);
    error AccessRequestsNotOpen(RequestId got, RequestState state);
    error AccessRequestsNotCustodian(OrganisationId got, OrganisationId needed);
    error AccessRequestsEmptyField(uint256 position);
    error AccessRequestsMismatch(RequestId got);
    error AccessRequestsNotParty(OrganisationId got);
    error AccessRequestsNotNextMessage(uint8 got, uint8 needed);
    error AccessRequestsTooManyMessages(RequestId got, uint8 most);

    /// @notice Asks for a consent, in the name of the caller's organisation, a publisher's or a custodian's.
    function makeRequest(bytes32 salt, Wanted calldata wanted) external returns (RequestId request);

    /// @notice The requester or the dataset's custodian says something about an open request, at most 100 times in all.
    /// @param number one more than the newest message's: who has not seen that one is refused, and so is a repeat
    /// @param messageDigest sha-256 of the message, a public document; not zero
    function sendMessage(RequestId request, uint8 number, bytes32 messageDigest) external;

    /// @notice The dataset's custodian says no. Open to a suspended organisation.
    function declineRequest(RequestId request, DeclineReason reason) external;

    function requestStateOf(RequestId request) external view returns (RequestState);

    /// @notice keccak256(abi.encode(request, requester, madeAt, wanted)); zero when there is none.
    function requestDigestOf(RequestId request) external view returns (bytes32);
}
