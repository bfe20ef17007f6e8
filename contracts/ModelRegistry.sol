// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IModelRegistry } from "./interfaces/IModelRegistry.sol";
import { ITrainingLog } from "./interfaces/ITrainingLog.sol";
import { Ids } from "./libraries/Ids.sol";
import { PUBLISHER } from "./types/Capabilities.sol";
import { EXPORT_WEIGHTS, FINE_TUNE, TRAIN, Use } from "./types/DataUse.sol";
import { ModelId, ModelVersionId, NOBODY, OrganisationId, RunId } from "./types/Ids.sol";

/// @title ModelRegistry: models and the versions that runs produced
contract ModelRegistry is IModelRegistry {
    struct Model {
        // slot 0
        OrganisationId publisher;
        uint32 latest;
        // slot 1
        bytes32 digest;
    }

    uint256 private constant MAX_PARENTS = 16;

    IConsortium private immutable CONSORTIUM;
    IConsentToken private immutable CONSENTS;
    ITrainingLog private immutable TRAINING;

    mapping(ModelVersionId => bytes32) private _versionDigests;
    mapping(ModelId => Model) private _models;

    constructor(IConsortium consortium, IConsentToken consents, ITrainingLog training) {
        CONSORTIUM = consortium;
        CONSENTS = consents;
        TRAINING = training;
    }

    /// @inheritdoc IModelRegistry
    function registerModel(bytes32 salt, bytes32 cardDigest) external returns (ModelId model) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        if (cardDigest == 0) revert ModelRegistryEmptyDigest(0);
        model = ModelId.wrap(Ids.derive(Ids.MODEL, publisher, salt));
        if (_models[model].publisher != NOBODY) revert ModelRegistryDuplicate(ModelId.unwrap(model));
        _models[model] =
            Model({ publisher: publisher, latest: 0, digest: keccak256(abi.encode(model, publisher, cardDigest)) });
        emit ModelRegistered(model, publisher, cardDigest);
    }

    /// @inheritdoc IModelRegistry
    function publishVersion(
        bytes32 salt,
        Publication calldata publication,
        ModelVersionId[] calldata parents,
        ITrainingLog.Input[] calldata inputs
    ) external returns (ModelVersionId version) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        _requirePublisher(publication.model, publisher);
        if (publication.artifactDigest == 0) revert ModelRegistryEmptyDigest(0);
        if (publication.cardDigest == 0) revert ModelRegistryEmptyDigest(1);
        _requireParents(parents);
        _requireRun(publication, publisher);
        TRAINING.requireInputs(publication.run, inputs);
        version = ModelVersionId.wrap(Ids.derive(Ids.MODEL_VERSION, publisher, salt));
        if (_versionDigests[version] != 0) revert ModelRegistryDuplicate(ModelVersionId.unwrap(version));
        uint32 number = ++_models[publication.model].latest;
        uint48 publishedAt = Time.timestamp();
        _versionDigests[version] = _digestOf(version, publisher, number, publishedAt, publication, parents);
        emit ModelVersionPublished(version, publisher, number, publishedAt, publication, parents);
        _recordUses(version, publisher, publication.run, inputs);
    }

    /// @inheritdoc IModelRegistry
    function publisherOf(ModelId model) external view returns (OrganisationId) {
        return _require(model).publisher;
    }

    /// @inheritdoc IModelRegistry
    function latestNumber(ModelId model) external view returns (uint32) {
        return _require(model).latest;
    }

    /// @inheritdoc IModelRegistry
    function recordDigestOf(ModelVersionId version) external view returns (bytes32) {
        return _versionDigests[version];
    }

    /// @inheritdoc IModelRegistry
    function modelDigestOf(ModelId model) external view returns (bytes32) {
        return _models[model].digest;
    }

    /// @dev `inputs` are the run's, so that TrainingLog's bound on them holds here too.
    function _recordUses(
        ModelVersionId version,
        OrganisationId publisher,
        RunId run,
        ITrainingLog.Input[] calldata inputs
    ) private {
        uint32 purposes = TRAINING.purposesOf(run);
        bytes32 projectRef = TRAINING.projectOf(run);
        for (uint256 i = 0; i < inputs.length; ++i) {
            CONSENTS.recordUse(
                Use({
                    consent: inputs[i].consent,
                    grantee: publisher,
                    dataset: inputs[i].dataset,
                    version: inputs[i].version,
                    operation: EXPORT_WEIGHTS,
                    purposes: purposes,
                    projectRef: projectRef,
                    rounds: 0,
                    subject: ModelVersionId.unwrap(version)
                })
            );
        }
    }

    function _require(ModelId model) private view returns (Model storage known) {
        known = _models[model];
        if (known.publisher == NOBODY) revert ModelRegistryUnknownModel(model);
    }

    function _requirePublisher(ModelId model, OrganisationId caller) private view {
        OrganisationId needed = _require(model).publisher;
        if (caller != needed) revert ModelRegistryNotPublisher(caller, needed);
    }

    function _requireParents(ModelVersionId[] calldata parents) private view {
        if (parents.length > MAX_PARENTS) revert ModelRegistryTooManyParents(parents.length, MAX_PARENTS);
        for (uint256 i = 0; i < parents.length; ++i) {
            if (_versionDigests[parents[i]] == 0) revert ModelRegistryUnknownParent(i);
        }
    }

    function _requireRun(Publication calldata publication, OrganisationId caller) private view {
        OrganisationId needed = TRAINING.publisherOf(publication.run);
        if (caller != needed) revert ModelRegistryNotPublisher(caller, needed);
        ModelId model = TRAINING.modelOf(publication.run);
        if (!(model == publication.model)) revert ModelRegistryRunOfAnotherModel(model, publication.model);
        if (!_isReady(publication.run)) revert ModelRegistryRunNotReady(publication.run);
    }

    /// @dev Validating and testing make no weights that could be published.
    function _isReady(RunId run) private view returns (bool) {
        uint16 operation = TRAINING.operationOf(run);
        if (operation != TRAIN && operation != FINE_TUNE) return false;
        ITrainingLog.Outcome outcome = TRAINING.outcomeOf(run);
        if (outcome != ITrainingLog.Outcome.OPEN) return outcome == ITrainingLog.Outcome.COMPLETED;
        (uint32 rounds, bool open) = TRAINING.roundsOf(run);
        return rounds > 0 && !open;
    }

    function _digestOf(
        ModelVersionId version,
        OrganisationId publisher,
        uint32 number,
        uint48 publishedAt,
        Publication calldata publication,
        ModelVersionId[] calldata parents
    ) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                version,
                publication.model,
                publisher,
                number,
                publishedAt,
                publication.run,
                publication.artifactDigest,
                publication.cardDigest,
                keccak256(abi.encodePacked(parents))
            )
        );
    }
}
