// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { OrganisationId, StreamId } from "../types/Ids.sol";

/// @title AnchorLog: tree heads of device streams
/// @notice A stream's custodian anchors the head of an append-only RFC 9162 tree. Sizes are padded by the hospital to
/// multiples of 128 with random leaves, so that a size says nothing about one patient.
interface IAnchorLog {
    event StreamRegistered(StreamId indexed stream, OrganisationId indexed custodian);
    event StreamAnchored(StreamId indexed stream, uint64 size, bytes32 root, uint48 at);

    error AnchorLogDuplicate(StreamId got);
    error AnchorLogUnknownStream(StreamId got);
    error AnchorLogNotCustodian(OrganisationId got, OrganisationId needed);
    error AnchorLogBadSize(uint64 got, uint64 current, uint64 multiple);
    error AnchorLogEmptyRoot();

    function registerStream(bytes32 salt) external returns (StreamId stream);

    /// @notice Anchors the next head: `size` is a multiple of 128, larger than the one before and at most 2**53, so that
    /// JSON carries it without loss.
    function anchor(StreamId stream, uint64 size, bytes32 root) external;

    function custodianOf(StreamId stream) external view returns (OrganisationId);

    /// @notice The newest head; (0, 0) before the first.
    function head(StreamId stream) external view returns (uint64 size, bytes32 root);

    /// @notice keccak256(abi.encode(stream, custodian, size, root, at)) of the newest head; zero before the first.
    function recordDigestOf(StreamId stream) external view returns (bytes32);
}
