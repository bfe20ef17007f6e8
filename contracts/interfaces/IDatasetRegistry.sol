// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Scope } from "../types/DataUse.sol";
import { ConsentId, DatasetId, OrganisationId } from "../types/Ids.sol";

/// @title DatasetRegistry: datasets and their immutable versions
/// @notice A version is a Merkle root over salted record leaves, a public card and a de-identification attestation.
/// Records, manifests and keys stay in the hospital.
/// @dev Cannot happen: a version that changes; a version written by another than the dataset's custodian; a version
/// derived from another's dataset without a consent for DERIVE_DATASET, checked in the same transaction; a privacy loss
/// that shrinks. A digest says nothing of what it stands for: that a document can be had and is true is its writer's word.
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

    /// @param number the version's number: one more than the newest, so that a repeated request is refused
    struct Item {
        DatasetId dataset;
        uint32 number;
        Publication publication;
    }

    /// @notice A dataset version that another was derived from.
    /// @param consent the consent for DERIVE_DATASET; zero for a dataset of the same custodian
    struct Parent {
        DatasetId dataset;
        uint32 version;
        ConsentId consent;
    }

    event DatasetRegistered(
        DatasetId indexed dataset, OrganisationId indexed custodian, uint32 number, bytes32 cardDigest, address operator
    );
    event DatasetVersionPublished(
        DatasetId indexed dataset, uint32 indexed number, uint48 publishedAt, Publication publication, address operator
    );
    /// @notice Of which versions a version was derived, in the same transaction as its publication.
    event DatasetVersionDerived(DatasetId indexed dataset, uint32 indexed number, Scope scope, Parent[] parents);
    event DatasetErasureRecorded(
        DatasetId indexed dataset, uint32 indexed version, bytes32 receiptDigest, uint48 at, address operator
    );

    error DatasetRegistryDuplicate(DatasetId got);
    error DatasetRegistryDuplicateErasure(bytes32 got);
    error DatasetRegistryUnknownDataset(DatasetId got);
    error DatasetRegistryUnknownVersion(DatasetId got, uint32 version);
    error DatasetRegistryNotCustodian(OrganisationId got, OrganisationId needed);
    error DatasetRegistryNotNext(uint32 got, uint32 needed);
    error DatasetRegistryEmptyDigest(uint256 position);
    error DatasetRegistryBadOptions(uint16 got, uint16 allowed);
    error DatasetRegistryBadSupersession(Supersession got, uint32 latest);
    error DatasetRegistryOptOutInFuture(uint48 got, uint48 latest);
    error DatasetRegistryBadParentCount(uint256 got, uint256 most);
    error DatasetRegistryUnusableParent(uint256 position);
    error DatasetRegistryBadBatch(uint256 got, uint256 most);
    error DatasetRegistryNotConsentToken(address got);

    function registerDataset(bytes32 salt, bytes32 cardDigest) external returns (DatasetId dataset);

    /// @notice Publishes the next version (numbers count from 1). Only the custodian's operators.
    /// FIRST exactly for version 1.
    /// @param number one more than the newest
    function publishVersion(DatasetId dataset, uint32 number, Publication calldata publication) external;

    /// @notice Publishes up to MAX_BATCH (100) versions, all or none.
    function publishVersions(Item[] calldata items) external;

    /// @notice Publishes a version derived from others, each used under a consent for DERIVE_DATASET, or of the same
    /// custodian and not superseded for withdrawal.
    /// @param scope what the derived dataset is made for; compared with the consents
    /// @param parents 1 to 16
    function publishDerivedVersion(
        DatasetId dataset,
        uint32 number,
        Publication calldata publication,
        Scope calldata scope,
        Parent[] calldata parents
    ) external;

    /// @notice The custodian records that it erased records of a version, by the digest of a receipt that names no
    /// record. Open to a suspended organisation.
    function recordErasure(DatasetId dataset, uint32 version, bytes32 receiptDigest) external;

    /// @notice Adds to the version's ledger of privacy loss. Only the ConsentToken of the same generation, whose event
    /// `ConsentUsed` states the loss.
    /// @param epsilon in millionths of epsilon
    function recordPrivacyLoss(DatasetId dataset, uint32 version, uint40 epsilon) external;

    function custodianOf(DatasetId dataset) external view returns (OrganisationId);
    function latestVersion(DatasetId dataset) external view returns (uint32);

    /// @notice Earlier versions take no new runs and no new rounds; at least 1 once a version exists.
    function lowestUsable(DatasetId dataset) external view returns (uint32);

    /// @notice Who holds a dataset, and its place in the order of registration, from 1. Reverts for an unknown one.
    function registrationOf(DatasetId dataset) external view returns (OrganisationId custodian, uint32 number);

    /// @notice What the rules of consent must know of a dataset and the version used; 0 for what is unknown.
    /// @return number the dataset's place in the order of registration
    /// @return latest its newest version
    /// @return lowest its lowest version that takes new uses
    /// @return options the version's de-identification options
    function standingOf(DatasetId dataset, uint32 version)
        external
        view
        returns (uint32 number, uint32 latest, uint32 lowest, uint16 options);

    /// @notice The privacy loss charged to a version under all consents, in millionths of epsilon.
    function epsilonSpent(DatasetId dataset, uint32 version) external view returns (uint64);

    /// @notice keccak256(abi.encode(dataset, number, custodian, publishedAt, root, cardDigest, attestationDigest,
    /// options, sizeClass, claim, supersession, optOutCheckedAt, derivation)), where derivation is zero, or
    /// keccak256(abi.encode(scope, parents)); zero when there is no such version.
    function recordDigestOf(DatasetId dataset, uint32 number) external view returns (bytes32);

    /// @notice keccak256(abi.encode(dataset, version, custodian, receiptDigest, at)); zero when there is none.
    function erasureDigestOf(DatasetId dataset, bytes32 receiptDigest) external view returns (bytes32);
}
