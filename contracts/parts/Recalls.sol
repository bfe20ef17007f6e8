// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { BitMaps } from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsortium } from "../interfaces/IConsortium.sol";
import { IModelRegistry } from "../interfaces/IModelRegistry.sol";
import { Ids } from "../libraries/Ids.sol";
import { REGULATOR } from "../types/Capabilities.sol";
import { ModelVersionId, NOBODY, NO_VERSION, OrganisationId, RecallId } from "../types/Ids.sol";

/// @title Recalls: taking back what is in use, and who knows of it
/// @notice The part of ModelRegistry that keeps each version's standing and its recalls.
abstract contract Recalls is IModelRegistry {
    using BitMaps for BitMaps.BitMap;

    /// @dev `model` is the model's number.
    struct Version {
        // slot 0
        OrganisationId publisher;
        uint32 model;
        uint32 number;
        uint48 publishedAt;
        Lifecycle lifecycle;
        bool forSale;
        uint16 recalls;
        // slot 1
        bytes32 recordDigest;
    }

    struct Recall {
        // slot 0
        OrganisationId issuer;
        uint48 issuedAt;
        uint48 liftedAt;
        uint32 acknowledgements;
        // slot 1
        ModelVersionId version;
        // slot 2
        bytes32 recordDigest;
    }

    /// @dev What is left of the counter is kept for regulators.
    uint16 private constant MOST_OF_PUBLISHER = 60_000;

    IConsortium internal immutable CONSORTIUM;

    mapping(ModelVersionId => Version) internal _versions;
    mapping(RecallId => Recall) private _recalls;
    mapping(RecallId => BitMaps.BitMap) private _acknowledged;

    constructor(IConsortium consortium) {
        CONSORTIUM = consortium;
    }

    /// @inheritdoc IModelRegistry
    function recall(
        bytes32 salt,
        ModelVersionId version,
        Severity severity,
        bytes32 noticeDigest,
        ModelVersionId replacement
    ) external returns (RecallId recall_) {
        OrganisationId issuer = CONSORTIUM.operatorOf(msg.sender, 0);
        _requireMayRecall(issuer, version, replacement);
        if (noticeDigest == 0) revert ModelRegistryEmptyDigest(0);
        recall_ = RecallId.wrap(Ids.derive(Ids.RECALL, issuer, salt));
        if (_recalls[recall_].issuer != NOBODY) revert ModelRegistryDuplicate(RecallId.unwrap(recall_));
        uint48 at = Time.timestamp();
        ++_versions[version].recalls;
        _recalls[recall_] = Recall({
            issuer: issuer,
            issuedAt: at,
            liftedAt: 0,
            acknowledgements: 0,
            version: version,
            recordDigest: keccak256(abi.encode(recall_, version, issuer, severity, noticeDigest, replacement, at))
        });
        emit RecallIssued(recall_, version, issuer, severity, noticeDigest, replacement, at, msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function acknowledge(RecallId recall_) external {
        OrganisationId organisation = CONSORTIUM.operatorOf(msg.sender, 0);
        Recall storage known = _requireRecall(recall_);
        uint256 number = OrganisationId.unwrap(organisation);
        if (_acknowledged[recall_].get(number)) revert ModelRegistryAlreadyAcknowledged(organisation);
        _acknowledged[recall_].set(number);
        ++known.acknowledgements;
        emit RecallAcknowledged(recall_, organisation, Time.timestamp(), msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function liftRecall(RecallId recall_) external {
        OrganisationId caller = CONSORTIUM.requireOperator(msg.sender, 0);
        OrganisationId issuer = _requireRecall(recall_).issuer;
        if (caller != issuer) revert ModelRegistryNotIssuer(caller, issuer);
        _lift(recall_, caller);
    }

    /// @inheritdoc IModelRegistry
    function liftRecallByVote(RecallId recall_) external {
        if (msg.sender != address(CONSORTIUM)) revert ModelRegistryNotConsortium(msg.sender);
        _lift(recall_, NOBODY);
    }

    /// @inheritdoc IModelRegistry
    function isRecallStanding(RecallId recall_) external view returns (bool) {
        return _requireRecall(recall_).liftedAt == 0;
    }

    /// @inheritdoc IModelRegistry
    function recallDigestOf(RecallId recall_) external view returns (bytes32) {
        return _recalls[recall_].recordDigest;
    }

    function _lift(RecallId recall_, OrganisationId actor) private {
        Recall storage known = _requireRecall(recall_);
        if (known.liftedAt != 0) revert ModelRegistryRecallLifted(recall_);
        uint48 at = Time.timestamp();
        known.liftedAt = at;
        --_versions[known.version].recalls;
        emit RecallLifted(recall_, actor, at, msg.sender);
    }

    function _requireVersion(ModelVersionId version) internal view returns (Version storage known) {
        known = _versions[version];
        if (known.lifecycle == Lifecycle.NONE) revert ModelRegistryUnknownVersion(version);
    }

    function _requireMayRecall(OrganisationId issuer, ModelVersionId version, ModelVersionId replacement) private view {
        Version storage known = _requireVersion(version);
        bool isPublisher = issuer == known.publisher;
        if (!isPublisher && CONSORTIUM.capabilitiesOf(issuer) & REGULATOR == 0) {
            revert ModelRegistryCannotRecall(issuer);
        }
        if (isPublisher && known.recalls >= MOST_OF_PUBLISHER) {
            revert ModelRegistryTooManyRecalls(version, MOST_OF_PUBLISHER);
        }
        if (replacement == NO_VERSION) return;
        Version storage next = _versions[replacement];
        bool fits = replacement != version && next.model == known.model && next.recalls == 0
            && next.lifecycle != Lifecycle.WITHDRAWN;
        if (!isPublisher || !fits) revert ModelRegistryBadReplacement(replacement);
    }

    function _requireRecall(RecallId recall_) private view returns (Recall storage known) {
        known = _recalls[recall_];
        if (known.issuer == NOBODY) revert ModelRegistryUnknownRecall(recall_);
    }
}
