// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IAnchorLog } from "./interfaces/IAnchorLog.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { Ids } from "./libraries/Ids.sol";
import { MAX_BATCH } from "./types/Batches.sol";
import { CUSTODIAN } from "./types/Capabilities.sol";
import { NOBODY, OrganisationId, StreamId } from "./types/Ids.sol";

/// @title AnchorLog: tree heads of device streams
contract AnchorLog is IAnchorLog {
    struct Stream {
        // slot 0
        OrganisationId custodian;
        DeviceClass deviceClass;
        uint64 size;
        uint48 anchoredAt;
        // slot 1
        bytes32 recordDigest;
    }

    /// @dev Streams are padded to a multiple of this, so that a size says nothing about one patient.
    uint64 private constant PADDING = 128;
    /// @dev Up to here JSON carries every whole number without loss; it also fits the signed numbers of a database.
    uint64 private constant MAX_SIZE = 2 ** 53;

    IConsortium private immutable CONSORTIUM;

    mapping(StreamId => Stream) private _streams;

    constructor(IConsortium consortium) {
        CONSORTIUM = consortium;
    }

    /// @inheritdoc IAnchorLog
    function registerStream(bytes32 salt, DeviceClass deviceClass) external returns (StreamId stream) {
        OrganisationId custodian = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        stream = StreamId.wrap(Ids.derive(Ids.STREAM, custodian, salt));
        if (_streams[stream].custodian != NOBODY) revert AnchorLogDuplicate(stream);
        _streams[stream].custodian = custodian;
        _streams[stream].deviceClass = deviceClass;
        emit StreamRegistered(stream, custodian, deviceClass, msg.sender);
    }

    /// @inheritdoc IAnchorLog
    function anchor(Head calldata next) external {
        _anchor(CONSORTIUM.requireOperator(msg.sender, CUSTODIAN), next);
    }

    /// @inheritdoc IAnchorLog
    function anchorAll(Head[] calldata heads) external {
        OrganisationId caller = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        if (heads.length == 0 || heads.length > MAX_BATCH) revert AnchorLogBadBatch(heads.length, MAX_BATCH);
        for (uint256 i = 0; i < heads.length; ++i) {
            _anchor(caller, heads[i]);
        }
    }

    /// @inheritdoc IAnchorLog
    function custodianOf(StreamId stream) external view returns (OrganisationId) {
        return _require(stream).custodian;
    }

    /// @inheritdoc IAnchorLog
    function deviceClassOf(StreamId stream) external view returns (DeviceClass) {
        return _require(stream).deviceClass;
    }

    /// @inheritdoc IAnchorLog
    function headOf(StreamId stream) external view returns (uint64 size, uint48 at) {
        Stream storage known = _require(stream);
        return (known.size, known.anchoredAt);
    }

    /// @inheritdoc IAnchorLog
    function recordDigestOf(StreamId stream) external view returns (bytes32) {
        return _streams[stream].recordDigest;
    }

    function _anchor(OrganisationId caller, Head calldata next) private {
        StreamId stream = next.stream;
        Stream storage known = _require(stream);
        OrganisationId custodian = known.custodian;
        if (caller != custodian) revert AnchorLogNotCustodian(caller, custodian);
        (uint64 current, uint64 size) = (known.size, next.size);
        if (size <= current || size > MAX_SIZE || size % PADDING != 0) {
            revert AnchorLogBadSize(size, current, PADDING);
        }
        bytes32 root = next.root;
        if (root == 0) revert AnchorLogEmptyRoot();
        uint48 at = Time.timestamp();
        known.size = size;
        known.anchoredAt = at;
        known.recordDigest = keccak256(abi.encode(stream, custodian, size, root, at));
        emit StreamAnchored(stream, size, root, at, msg.sender);
    }

    function _require(StreamId stream) private view returns (Stream storage known) {
        known = _streams[stream];
        if (known.custodian == NOBODY) revert AnchorLogUnknownStream(stream);
    }
}
