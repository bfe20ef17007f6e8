// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { DatasetId, OrganisationId } from "../types/Ids.sol";

/// @title DatasetRegistry: datasets and their immutable versions
/// @notice A version is a Merkle root over salted record leaves, a public card and a de-identification attestation.
/// Records, manifests and keys stay in the hospital.
interface IDatasetRegistry {
    /// @notice How many records, as a class: never a count.
    enum SizeClass {
        UNDER_10,
        FROM_10,
        FROM_100,
        FROM_1_000,
        FROM_10_000,
        FROM_100_000,
        FROM_1_000_000,
        FROM_10_000_000
    }

    /// @notice What the custodian claims about the records.
    enum PrivacyClaim {
        PSEUDONYMISED,
        ANONYMISED_CLAIMED,
        SYNTHETIC
    }

    /// @notice Why a version replaces the one before. WITHDRAWAL ends new runs and rounds on all earlier versions.
    enum Supersession {
        FIRST,
        EXTENSION,
        CORRECTION,
        WITHDRAWAL
    }

    /// @param root RFC 9162 tree head (SHA-256) over the salted record leaves, not zero
    /// @param cardDigest sha-256 of the public card, not zero
    /// @param attestationDigest sha-256 of the de-identification attestation, not zero
    /// @param options mask of PS3.16 CID 7050 codes done: bit n is code 113100 + n (0 to 12)
    /// @param optOutCheckedAt when opt-outs were last applied (Unix time, not in the future); 0 when not applicable
    struct Publication {
        bytes32 root;
        bytes32 cardDigest;
        bytes32 attestationDigest;
        uint16 options;
        SizeClass sizeClass;
        PrivacyClaim claim;
        Supersession supersession;
        uint48 optOutCheckedAt;
    }

    event DatasetRegistered(DatasetId indexed dataset, OrganisationId indexed custodian, bytes32 cardDigest);
    event DatasetVersionPublished(
        DatasetId indexed dataset, uint32 indexed number, uint48 publishedAt, Publication publication
    );

    error DatasetRegistryDuplicate(DatasetId got);
    error DatasetRegistryUnknownDataset(DatasetId got);
    error DatasetRegistryNotCustodian(OrganisationId got, OrganisationId needed);
    error DatasetRegistryEmptyDigest(uint256 position);
    error DatasetRegistryBadOptions(uint16 got, uint16 allowed);
    error DatasetRegistryBadSupersession(Supersession got, uint32 latest);
    error DatasetRegistryOptOutInFuture(uint48 got, uint48 latest);

    function registerDataset(bytes32 salt, bytes32 cardDigest) external returns (DatasetId dataset);

    /// @notice Publishes the next version (numbers count from 1). Only the custodian's operators.
    /// FIRST exactly for version 1.
    function publishVersion(DatasetId dataset, Publication calldata publication) external returns (uint32 number);

    function custodianOf(DatasetId dataset) external view returns (OrganisationId);
    function latestVersion(DatasetId dataset) external view returns (uint32);

    /// @notice Earlier versions take no new runs and no new rounds; at least 1 once a version exists.
    function lowestUsable(DatasetId dataset) external view returns (uint32);

    /// @notice keccak256(abi.encode(dataset, number, custodian, publishedAt, root, cardDigest, attestationDigest,
    /// options, sizeClass, claim, supersession, optOutCheckedAt)); zero when there is no such version.
    function recordDigestOf(DatasetId dataset, uint32 number) external view returns (bytes32);
}
