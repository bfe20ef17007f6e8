// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IAnchorLog } from "./interfaces/IAnchorLog.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { Ids } from "./libraries/Ids.sol";
import { CUSTODIAN } from "./types/Capabilities.sol";
import { NOBODY, OrganisationId, StreamId } from "./types/Ids.sol";

/// @title AnchorLog: tree heads of device streams
contract AnchorLog is IAnchorLog {
    struct Stream {
        // slot 0
        OrganisationId custodian;
        uint64 size;
        uint48 anchoredAt;
        // slot 1
        bytes32 root;
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
    function registerStream(bytes32 salt) external returns (StreamId stream) {
        OrganisationId custodian = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        stream = StreamId.wrap(Ids.derive(Ids.STREAM, custodian, salt));
        if (_streams[stream].custodian != NOBODY) revert AnchorLogDuplicate(stream);
        _streams[stream].custodian = custodian;
        emit StreamRegistered(stream, custodian);
    }

    /// @inheritdoc IAnchorLog
    function anchor(StreamId stream, uint64 size, bytes32 root) external {
        OrganisationId caller = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        Stream storage known = _require(stream);
        OrganisationId custodian = known.custodian;
        if (caller != custodian) revert AnchorLogNotCustodian(caller, custodian);
        uint64 current = known.size;
        if (size <= current || size > MAX_SIZE || size % PADDING != 0) {
            revert AnchorLogBadSize(size, current, PADDING);
        }
        if (root == 0) revert AnchorLogEmptyRoot();
        uint48 anchoredAt = Time.timestamp();
        _streams[stream] = Stream({ custodian: custodian, size: size, anchoredAt: anchoredAt, root: root });
        emit StreamAnchored(stream, size, root, anchoredAt);
    }

    /// @inheritdoc IAnchorLog
    function custodianOf(StreamId stream) external view returns (OrganisationId) {
        return _require(stream).custodian;
    }

    /// @inheritdoc IAnchorLog
    function head(StreamId stream) external view returns (uint64 size, bytes32 root) {
        Stream storage known = _require(stream);
        return (known.size, known.root);
    }

    /// @inheritdoc IAnchorLog
    function recordDigestOf(StreamId stream) external view returns (bytes32) {
        Stream memory known = _streams[stream];
        if (known.size == 0) return 0;
        return keccak256(abi.encode(stream, known.custodian, known.size, known.root, known.anchoredAt));
    }

    function _require(StreamId stream) private view returns (Stream storage known) {
        known = _streams[stream];
        if (known.custodian == NOBODY) revert AnchorLogUnknownStream(stream);
    }
}
