// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IAccessRequests } from "../interfaces/IAccessRequests.sol";
import { IConsortium } from "../interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../interfaces/IDatasetRegistry.sol";
import { Ids } from "../libraries/Ids.sol";
import { CUSTODIAN } from "../types/Capabilities.sol";
import { NOBODY, OrganisationId, RequestId } from "../types/Ids.sol";

/// @title AccessRequests: asking a hospital for a consent
abstract contract AccessRequests is IAccessRequests {
    struct Request {
        // slot 0
        OrganisationId requester;
        OrganisationId custodian;
        uint32 dataset;
        RequestState state;
        uint8 messages;
        // slot 1
        bytes32 recordDigest;
    }

    /// @dev A dialogue has an end, or an index could be filled with one.
    uint8 private constant MOST_MESSAGES = 100;

    IConsortium internal immutable CONSORTIUM;
    IDatasetRegistry internal immutable DATASETS;

    mapping(RequestId => Request) private _requests;

    constructor(IConsortium consortium, IDatasetRegistry datasets) {
        CONSORTIUM = consortium;
        DATASETS = datasets;
    }

    /// @inheritdoc IAccessRequests
    function makeRequest(bytes32 salt, Wanted calldata wanted) external returns (RequestId request) {
        OrganisationId requester = CONSORTIUM.requireOperator(msg.sender, 0);
        _requireUser(requester);
        if (wanted.purposes == 0) revert AccessRequestsEmptyField(0);
        if (wanted.operations == 0) revert AccessRequestsEmptyField(1);
        if (wanted.cardDigest == 0) revert AccessRequestsEmptyField(2);
        request = RequestId.wrap(Ids.derive(Ids.REQUEST, requester, salt));
        if (_requests[request].state != RequestState.NONE) revert AccessRequestsDuplicate(request);
        uint48 madeAt = Time.timestamp();
        (OrganisationId custodian, uint32 dataset) = DATASETS.registrationOf(wanted.dataset);
        _requests[request] = Request({
            requester: requester,
            custodian: custodian,
            dataset: dataset,
            state: RequestState.OPEN,
            messages: 0,
            recordDigest: keccak256(abi.encode(request, requester, madeAt, wanted))
        });
        emit RequestMade(request, requester, madeAt, wanted, msg.sender);
    }

    /// @inheritdoc IAccessRequests
    function sendMessage(RequestId request, uint8 number, bytes32 messageDigest) external {
        OrganisationId sender = CONSORTIUM.requireOperator(msg.sender, 0);
        Request storage known = _requireOpen(request);
        if (sender != known.requester && sender != known.custodian) revert AccessRequestsNotParty(sender);
        if (messageDigest == 0) revert AccessRequestsEmptyField(0);
        uint8 next = known.messages + 1;
        if (number != next) revert AccessRequestsNotNextMessage(number, next);
        if (number > MOST_MESSAGES) revert AccessRequestsTooManyMessages(request, MOST_MESSAGES);
        known.messages = number;
        emit MessageSent(request, sender, number, messageDigest, Time.timestamp(), msg.sender);
    }

    /// @inheritdoc IAccessRequests
    function declineRequest(RequestId request, DeclineReason reason) external {
        OrganisationId caller = CONSORTIUM.operatorOf(msg.sender, CUSTODIAN);
        Request storage known = _requireOpen(request);
        if (caller != known.custodian) revert AccessRequestsNotCustodian(caller, known.custodian);
        known.state = RequestState.DECLINED;
        emit RequestDeclined(request, caller, reason, Time.timestamp(), msg.sender);
    }

    /// @inheritdoc IAccessRequests
    function requestStateOf(RequestId request) external view returns (RequestState) {
        return _requests[request].state;
    }

    /// @inheritdoc IAccessRequests
    function requestDigestOf(RequestId request) external view returns (bytes32) {
        return _requests[request].recordDigest;
    }

    /// @dev Answers the request with a consent to `grantee` on the dataset with this number.
    function _grantRequest(RequestId request, OrganisationId grantee, uint32 dataset) internal {
        Request storage known = _requireOpen(request);
        if (known.requester != grantee || known.dataset != dataset) revert AccessRequestsMismatch(request);
        known.state = RequestState.GRANTED;
    }

    /// @dev Who can never use data is neither granted consents nor asks for them.
    function _requireUser(OrganisationId organisation) internal view virtual;

    function _requireOpen(RequestId request) private view returns (Request storage known) {
        known = _requests[request];
        if (known.requester == NOBODY) revert AccessRequestsUnknown(request);
        if (known.state != RequestState.OPEN) revert AccessRequestsNotOpen(request, known.state);
    }
}
