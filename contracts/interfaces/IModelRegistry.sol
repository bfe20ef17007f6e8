// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ModelId, ModelVersionId, OrganisationId, RunId } from "../types/Ids.sol";
import { ITrainingLog } from "./ITrainingLog.sol";

/// @title ModelRegistry: models and the versions that runs produced
/// @notice A version names its run and its parent versions. Publishing checks EXPORT_WEIGHTS against the consent of
/// every input of the run, in the same transaction.
interface IModelRegistry {
    /// @param artifactDigest digest of the model's files, not zero
    /// @param cardDigest sha-256 of the public card, not zero
    /// @param run a run of the same publisher on the same model, opened for TRAIN or FINE_TUNE: validating and testing
    /// make no weights. It may go on afterwards: it has closed rounds and none open, or it is closed as COMPLETED; an
    /// abandoned run makes no version
    struct Publication {
        ModelId model;
        RunId run;
        bytes32 artifactDigest;
        bytes32 cardDigest;
    }

    event ModelRegistered(ModelId indexed model, OrganisationId indexed publisher, bytes32 cardDigest);
    event ModelVersionPublished(
        ModelVersionId indexed version,
        OrganisationId indexed publisher,
        uint32 number,
        uint48 publishedAt,
        Publication publication,
        ModelVersionId[] parents
    );

    error ModelRegistryDuplicate(bytes32 got);
    error ModelRegistryUnknownModel(ModelId got);
    error ModelRegistryUnknownParent(uint256 position);
    error ModelRegistryNotPublisher(OrganisationId got, OrganisationId needed);
    error ModelRegistryRunNotReady(RunId got);
    error ModelRegistryRunOfAnotherModel(ModelId got, ModelId needed);
    error ModelRegistryTooManyParents(uint256 got, uint256 most);
    error ModelRegistryEmptyDigest(uint256 position);

    function registerModel(bytes32 salt, bytes32 cardDigest) external returns (ModelId model);

    /// @notice Publishes the model's next version (numbers count from 1). The caller shows the run's inputs again.
    function publishVersion(
        bytes32 salt,
        Publication calldata publication,
        ModelVersionId[] calldata parents,
        ITrainingLog.Input[] calldata inputs
    ) external returns (ModelVersionId version);

    function publisherOf(ModelId model) external view returns (OrganisationId);
    function latestNumber(ModelId model) external view returns (uint32);

    /// @notice keccak256(abi.encode(version, model, publisher, number, publishedAt, run, artifactDigest, cardDigest,
    /// keccak256(abi.encodePacked(parents)))).
    function recordDigestOf(ModelVersionId version) external view returns (bytes32);

    /// @notice keccak256(abi.encode(model, publisher, cardDigest)).
    function modelDigestOf(ModelId model) external view returns (bytes32);
}
