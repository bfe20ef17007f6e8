// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ModelId, ModelVersionId, OrganisationId, RecallId, RunId } from "../types/Ids.sol";
import { Scope } from "../types/DataUse.sol";
import { ITrainingLog } from "./ITrainingLog.sol";

/// @title ModelRegistry: models, the versions that runs produced, and recalls
/// @notice A version names its run and its parent versions. Publishing checks EXPORT_WEIGHTS against the consent of every
/// input that the run trained on; releasing for sale checks COMMERCIALISE against the consent of every input; both in the
/// same transaction. A version without a run is an import, and says so.
/// @dev Cannot happen: a version of a run that did not close as COMPLETED; a version from a run that only validated or
/// tested; a release while a recall stands; a withdrawn version that returns; a replacement by another than the publisher
/// or of another model; an import with parents that is for sale; a recall lifted by another than its issuer without a vote.
interface IModelRegistry {
    /// @param run a run of the same publisher on the same model, closed as COMPLETED, with an input for TRAIN or
    /// FINE_TUNE; zero for an import
    /// @param artifactDigest digest of the model's files, not zero
    /// @param cardDigest sha-256 of the public card, not zero
    struct Publication {
        ModelId model;
        RunId run;
        bytes32 artifactDigest;
        bytes32 cardDigest;
    }

    /// @notice A version as its event shows it, to be shown again. Compared with its record digest.
    struct Shown {
        OrganisationId publisher;
        uint32 number;
        uint48 publishedAt;
        Publication publication;
        ModelVersionId[] parents;
    }

    /// @notice Only forward, except that a version released free of charge may be released for sale.
    enum Lifecycle {
        NONE,
        PUBLISHED,
        RELEASED,
        DEPRECATED,
        WITHDRAWN
    }

    enum Severity {
        MINOR,
        SERIOUS,
        CRITICAL
    }

    event ModelRegistered(
        ModelId indexed model, OrganisationId indexed publisher, uint32 number, bytes32 cardDigest, address operator
    );
    event ModelVersionPublished(
        ModelVersionId indexed version,
        OrganisationId indexed publisher,
        uint32 number,
        uint48 publishedAt,
        Publication publication,
        ModelVersionId[] parents,
        address operator
    );
    event ModelVersionReleased(ModelVersionId indexed version, bool forSale, uint48 at, address operator);
    event ModelVersionDeprecated(ModelVersionId indexed version, uint48 at, address operator);
    event ModelVersionWithdrawn(ModelVersionId indexed version, uint48 at, address operator);
    /// @param noticeDigest sha-256 of the public notice
    /// @param replacement the version to use instead, zero when there is none
    event RecallIssued(
        RecallId indexed recall,
        ModelVersionId indexed version,
        OrganisationId indexed issuer,
        Severity severity,
        bytes32 noticeDigest,
        ModelVersionId replacement,
        uint48 at,
        address operator
    );
    event RecallAcknowledged(RecallId indexed recall, OrganisationId indexed organisation, uint48 at, address operator);
    /// @param actor 0 for a vote
    event RecallLifted(RecallId indexed recall, OrganisationId indexed actor, uint48 at, address operator);

    error ModelRegistryDuplicate(bytes32 got);
    error ModelRegistryUnknownModel(ModelId got);
    error ModelRegistryUnknownVersion(ModelVersionId got);
    error ModelRegistryUnknownParent(uint256 position);
    error ModelRegistryNotPublisher(OrganisationId got, OrganisationId needed);
    error ModelRegistryRunNotReady(RunId got);
    error ModelRegistryNoRun();
    error ModelRegistryTooManyParents(uint256 got, uint256 most);
    error ModelRegistryEmptyDigest(uint256 position);
    error ModelRegistryBadLifecycle(ModelVersionId got, Lifecycle lifecycle);
    error ModelRegistryRecalled(ModelVersionId got, uint16 recalls);
    error ModelRegistryShownMismatch(ModelVersionId got);
    error ModelRegistryUnknownRecall(RecallId got);
    /// @notice The publisher has so many recalls of the version standing that what is left is kept for regulators.
    error ModelRegistryTooManyRecalls(ModelVersionId got, uint16 most);
    error ModelRegistryCannotRecall(OrganisationId got);
    error ModelRegistryBadReplacement(ModelVersionId got);
    error ModelRegistryRecallLifted(RecallId got);
    error ModelRegistryNotIssuer(OrganisationId got, OrganisationId needed);
    error ModelRegistryAlreadyAcknowledged(OrganisationId got);
    error ModelRegistryNotConsortium(address got);

    function registerModel(bytes32 salt, bytes32 cardDigest) external returns (ModelId model);

    /// @notice Publishes the model's next version (numbers count from 1). The caller shows the run's scope and inputs.
    function publishVersion(
        bytes32 salt,
        Publication calldata publication,
        ModelVersionId[] calldata parents,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) external returns (ModelVersionId version);

    /// @notice Publishes the model's next version as an import: made elsewhere, with no run and no consent checked here.
    /// That it is no copy of a version with a run is only asserted. One that names parents is never released for sale.
    /// @param publication its `run` is zero
    function importVersion(bytes32 salt, Publication calldata publication, ModelVersionId[] calldata parents)
        external
        returns (ModelVersionId version);

    /// @notice The publisher releases a version for use free of charge.
    function release(ModelVersionId version) external;

    /// @notice The publisher releases a version for sale: checks COMMERCIALISE against every input of its run. An import
    /// has no inputs to show, and must have no parents, whose consents it would pass by.
    function releaseForSale(
        ModelVersionId version,
        Shown calldata shown,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) external;

    /// @notice The publisher advises against further use. Open to a suspended organisation.
    function deprecate(ModelVersionId version) external;

    /// @notice The publisher takes a version back for ever. Open to a suspended organisation.
    function withdraw(ModelVersionId version) external;

    /// @notice Its publisher or a regulator recalls a version. Open to a suspended organisation. A recall that was lifted,
    /// by vote too, can be issued anew: the vote judged that one, and who recalls again without cause can be suspended.
    /// @param noticeDigest sha-256 of the public notice, not zero
    /// @param replacement another version of the same model, neither withdrawn nor recalled, only by the publisher; zero
    /// when there is none
    function recall(
        bytes32 salt,
        ModelVersionId version,
        Severity severity,
        bytes32 noticeDigest,
        ModelVersionId replacement
    ) external returns (RecallId);

    /// @notice An organisation says, once, that it read the recall. Open to a suspended organisation.
    function acknowledge(RecallId recall_) external;

    /// @notice The organisation that issued the recall lifts it.
    function liftRecall(RecallId recall_) external;

    /// @notice A vote lifts the recall. Only Consortium.
    function liftRecallByVote(RecallId recall_) external;

    function publisherOf(ModelId model) external view returns (OrganisationId);
    function latestNumber(ModelId model) external view returns (uint32);

    /// @notice Where a version stands, and how many recalls of it stand.
    function standingOf(ModelVersionId version)
        external
        view
        returns (Lifecycle lifecycle, bool forSale, uint16 recalls);
    function isRecallStanding(RecallId recall_) external view returns (bool);

    /// @notice keccak256(abi.encode(version, publisher, number, publishedAt, model, run, artifactDigest, cardDigest,
    /// keccak256(abi.encodePacked(parents)))).
    function recordDigestOf(ModelVersionId version) external view returns (bytes32);

    /// @notice keccak256(abi.encode(model, publisher, cardDigest)).
    function modelDigestOf(ModelId model) external view returns (bytes32);

    /// @notice keccak256(abi.encode(recall, version, issuer, severity, noticeDigest, replacement, at)).
    function recallDigestOf(RecallId recall_) external view returns (bytes32);
}
