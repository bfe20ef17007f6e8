// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IModelRegistry } from "./interfaces/IModelRegistry.sol";
import { ITrainingLog } from "./interfaces/ITrainingLog.sol";
import { Ids } from "./libraries/Ids.sol";
import { Recalls } from "./parts/Recalls.sol";
import { PUBLISHER } from "./types/Capabilities.sol";
import { COMMERCIALISE, EXPORT_WEIGHTS, FINE_TUNE, Scope, TRAIN, Use } from "./types/DataUse.sol";
import { ModelId, ModelVersionId, NOBODY, NO_RUN, OrganisationId, RunId } from "./types/Ids.sol";

/// @title ModelRegistry: models, the versions that runs produced, and recalls
contract ModelRegistry is Recalls {
    struct Model {
        // slot 0
        OrganisationId publisher;
        uint32 number;
        uint32 latest;
        // slot 1
        bytes32 digest;
    }

    uint256 private constant MAX_PARENTS = 16;

    IConsentToken private immutable CONSENTS;
    ITrainingLog private immutable TRAINING;

    mapping(ModelId => Model) private _models;
    uint32 private _count;

    constructor(IConsortium consortium, IConsentToken consents, ITrainingLog training) Recalls(consortium) {
        CONSENTS = consents;
        TRAINING = training;
    }

    /// @inheritdoc IModelRegistry
    function registerModel(bytes32 salt, bytes32 cardDigest) external returns (ModelId model) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        if (cardDigest == 0) revert ModelRegistryEmptyDigest(0);
        model = ModelId.wrap(Ids.derive(Ids.MODEL, publisher, salt));
        if (_models[model].publisher != NOBODY) revert ModelRegistryDuplicate(ModelId.unwrap(model));
        uint32 number = ++_count;
        _models[model] = Model({
            publisher: publisher, number: number, latest: 0, digest: keccak256(abi.encode(model, publisher, cardDigest))
        });
        emit ModelRegistered(model, publisher, number, cardDigest, msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function publishVersion(
        bytes32 salt,
        Publication calldata publication,
        ModelVersionId[] calldata parents,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) external returns (ModelVersionId version) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        _requireRun(publisher, publication, scope, inputs);
        version = _publish(publisher, salt, publication, parents);
        _recordUses(version, publisher, EXPORT_WEIGHTS, scope, inputs);
    }

    /// @inheritdoc IModelRegistry
    function importVersion(bytes32 salt, Publication calldata publication, ModelVersionId[] calldata parents)
        external
        returns (ModelVersionId version)
    {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        if (RunId.unwrap(publication.run) != 0) revert ModelRegistryRunNotReady(publication.run);
        return _publish(publisher, salt, publication, parents);
    }

    /// @inheritdoc IModelRegistry
    function release(ModelVersionId version) external {
        Version storage known = _requireReleasable(CONSORTIUM.requireOperator(msg.sender, PUBLISHER), version);
        if (known.lifecycle != Lifecycle.PUBLISHED) revert ModelRegistryBadLifecycle(version, known.lifecycle);
        known.lifecycle = Lifecycle.RELEASED;
        emit ModelVersionReleased(version, false, Time.timestamp(), msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function releaseForSale(
        ModelVersionId version,
        Shown calldata shown,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) external {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        Version storage known = _requireReleasable(publisher, version);
        bool free = known.lifecycle == Lifecycle.RELEASED && !known.forSale;
        if (known.lifecycle != Lifecycle.PUBLISHED && !free) {
            revert ModelRegistryBadLifecycle(version, known.lifecycle);
        }
        _requireShown(version, known, shown, scope, inputs);
        known.lifecycle = Lifecycle.RELEASED;
        known.forSale = true;
        emit ModelVersionReleased(version, true, Time.timestamp(), msg.sender);
        _recordUses(version, publisher, COMMERCIALISE, scope, inputs);
    }

    /// @inheritdoc IModelRegistry
    function deprecate(ModelVersionId version) external {
        Version storage known = _requirePublisherOf(version);
        if (known.lifecycle == Lifecycle.DEPRECATED || known.lifecycle == Lifecycle.WITHDRAWN) {
            revert ModelRegistryBadLifecycle(version, known.lifecycle);
        }
        known.lifecycle = Lifecycle.DEPRECATED;
        emit ModelVersionDeprecated(version, Time.timestamp(), msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function withdraw(ModelVersionId version) external {
        Version storage known = _requirePublisherOf(version);
        if (known.lifecycle == Lifecycle.WITHDRAWN) revert ModelRegistryBadLifecycle(version, known.lifecycle);
        known.lifecycle = Lifecycle.WITHDRAWN;
        emit ModelVersionWithdrawn(version, Time.timestamp(), msg.sender);
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
    function standingOf(ModelVersionId version)
        external
        view
        returns (Lifecycle lifecycle, bool forSale, uint16 recalls)
    {
        Version storage known = _requireVersion(version);
        return (known.lifecycle, known.forSale, known.recalls);
    }

    /// @inheritdoc IModelRegistry
    function recordDigestOf(ModelVersionId version) external view returns (bytes32) {
        return _versions[version].recordDigest;
    }

    /// @inheritdoc IModelRegistry
    function modelDigestOf(ModelId model) external view returns (bytes32) {
        return _models[model].digest;
    }

    function _publish(
        OrganisationId publisher,
        bytes32 salt,
        Publication calldata publication,
        ModelVersionId[] calldata parents
    ) private returns (ModelVersionId version) {
        Model storage model = _require(publication.model);
        if (publisher != model.publisher) revert ModelRegistryNotPublisher(publisher, model.publisher);
        if (publication.artifactDigest == 0) revert ModelRegistryEmptyDigest(0);
        if (publication.cardDigest == 0) revert ModelRegistryEmptyDigest(1);
        _requireParents(parents);
        version = ModelVersionId.wrap(Ids.derive(Ids.MODEL_VERSION, publisher, salt));
        if (_versions[version].lifecycle != Lifecycle.NONE) {
            revert ModelRegistryDuplicate(ModelVersionId.unwrap(version));
        }
        uint32 number = ++model.latest;
        uint48 publishedAt = Time.timestamp();
        _versions[version] = Version({
            publisher: publisher,
            model: model.number,
            number: number,
            publishedAt: publishedAt,
            lifecycle: Lifecycle.PUBLISHED,
            forSale: false,
            recalls: 0,
            recordDigest: _digestOf(version, publisher, number, publishedAt, publication, parents)
        });
        emit ModelVersionPublished(version, publisher, number, publishedAt, publication, parents, msg.sender);
    }

    /// @dev EXPORT_WEIGHTS concerns what the weights were made from; COMMERCIALISE also what they were measured on.
    /// `inputs` are the run's, so that TrainingLog's bound on them holds here too.
    function _recordUses(
        ModelVersionId version,
        OrganisationId publisher,
        uint8 operation,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) private {
        for (uint256 i = 0; i < inputs.length; ++i) {
            ITrainingLog.Input calldata input = inputs[i];
            bool trained = input.operation == TRAIN || input.operation == FINE_TUNE;
            if (operation == EXPORT_WEIGHTS && !trained) continue;
            CONSENTS.recordUse(
                Use({
                    consent: input.consent,
                    grantee: publisher,
                    dataset: input.dataset,
                    version: input.version,
                    operation: operation,
                    scope: scope,
                    rounds: 0,
                    epsilon: 0,
                    subject: ModelVersionId.unwrap(version)
                })
            );
        }
    }

    function _require(ModelId model) private view returns (Model storage known) {
        known = _models[model];
        if (known.publisher == NOBODY) revert ModelRegistryUnknownModel(model);
    }

    function _requireParents(ModelVersionId[] calldata parents) private view {
        if (parents.length > MAX_PARENTS) revert ModelRegistryTooManyParents(parents.length, MAX_PARENTS);
        for (uint256 i = 0; i < parents.length; ++i) {
            if (_versions[parents[i]].lifecycle == Lifecycle.NONE) revert ModelRegistryUnknownParent(i);
        }
    }

    function _requireRun(
        OrganisationId caller,
        Publication calldata publication,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) private view {
        if (RunId.unwrap(publication.run) == 0) revert ModelRegistryNoRun();
        ITrainingLog.Standing memory run = TRAINING.requireInputs(publication.run, publication.model, scope, inputs);
        if (caller != run.publisher) revert ModelRegistryNotPublisher(caller, run.publisher);
        bool ready = run.outcome == ITrainingLog.Outcome.COMPLETED && run.makesWeights;
        if (!ready) revert ModelRegistryRunNotReady(publication.run);
    }

    function _requirePublisherOf(ModelVersionId version) private view returns (Version storage known) {
        OrganisationId caller = CONSORTIUM.operatorOf(msg.sender, PUBLISHER);
        known = _requireVersion(version);
        if (caller != known.publisher) revert ModelRegistryNotPublisher(caller, known.publisher);
    }

    function _requireReleasable(OrganisationId caller, ModelVersionId version)
        private
        view
        returns (Version storage known)
    {
        known = _requireVersion(version);
        if (caller != known.publisher) revert ModelRegistryNotPublisher(caller, known.publisher);
        if (known.recalls != 0) revert ModelRegistryRecalled(version, known.recalls);
    }

    /// @dev What is shown is the version's record, and `inputs` are those of its run; an import has none. An import that
    /// names parents is not shown at all: what a sale of it would need of their consents cannot be seen here.
    function _requireShown(
        ModelVersionId version,
        Version storage known,
        Shown calldata shown,
        Scope calldata scope,
        ITrainingLog.Input[] calldata inputs
    ) private view {
        bytes32 digest = _digestOf(
            version, shown.publisher, shown.number, shown.publishedAt, shown.publication, shown.parents
        );
        if (digest != known.recordDigest) revert ModelRegistryShownMismatch(version);
        RunId run = shown.publication.run;
        if (RunId.unwrap(run) != RunId.unwrap(NO_RUN)) {
            TRAINING.requireInputs(run, shown.publication.model, scope, inputs);
        } else if (inputs.length != 0 || shown.parents.length != 0) {
            revert ModelRegistryNoRun();
        }
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
            abi.encode(version, publisher, number, publishedAt, publication, keccak256(abi.encodePacked(parents)))
        );
    }
}
