// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { OrganisationId, StreamId } from "../types/Ids.sol";

/// @title AnchorLog: tree heads of device streams
/// @notice A stream's custodian anchors the head of an append-only RFC 9162 tree. Sizes are padded by the hospital to
/// multiples of 128 with random leaves, so that a size says nothing about one patient. What an anchor costs does not
/// depend on how long the stream is.
/// @dev Cannot happen: a head that is smaller than the one before; an anchor by another than the stream's custodian.
/// That a head extends the one before is not checked here: a consistency proof (RFC 9162, 2.1.4) shows it to whoever
/// asks the custodian.
interface IAnchorLog {
    /// @notice What sends the stream, after the modalities of DICOM PS3.3 C.7.3.1.1.1.
    enum DeviceClass {
        OTHER,
        ULTRASOUND,
        ENDOSCOPY,
        RADIOGRAPHY,
        MAMMOGRAPHY,
        ANGIOGRAPHY,
        CT,
        MR,
        NUCLEAR_MEDICINE,
        ELECTROCARDIOGRAPHY,
        PATIENT_MONITOR,
        MICROSCOPY
    }

    struct Head {
        StreamId stream;
        uint64 size;
        bytes32 root;
    }

    event StreamRegistered(
        StreamId indexed stream, OrganisationId indexed custodian, DeviceClass deviceClass, address operator
    );
    event StreamAnchored(StreamId indexed stream, uint64 size, bytes32 root, uint48 at, address operator);

    error AnchorLogDuplicate(StreamId got);
    error AnchorLogUnknownStream(StreamId got);
    error AnchorLogNotCustodian(OrganisationId got, OrganisationId needed);
    error AnchorLogBadSize(uint64 got, uint64 current, uint64 multiple);
    error AnchorLogEmptyRoot();
    error AnchorLogBadBatch(uint256 got, uint256 most);

    function registerStream(bytes32 salt, DeviceClass deviceClass) external returns (StreamId stream);

    /// @notice Anchors the next head: `size` is a multiple of 128, larger than the one before and at most 2**53, so that
    /// JSON carries it without loss.
    function anchor(Head calldata next) external;

    /// @notice Anchors up to MAX_BATCH (100) heads in their order, all or none.
    function anchorAll(Head[] calldata heads) external;

    function custodianOf(StreamId stream) external view returns (OrganisationId);
    function deviceClassOf(StreamId stream) external view returns (DeviceClass);

    /// @notice The size of the newest head and when it was anchored; (0, 0) before the first.
    function headOf(StreamId stream) external view returns (uint64 size, uint48 at);

    /// @notice keccak256(abi.encode(stream, custodian, size, root, at)) of the newest head; zero before the first.
    function recordDigestOf(StreamId stream) external view returns (bytes32);
}
