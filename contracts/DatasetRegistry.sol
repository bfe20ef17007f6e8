// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IDatasetRegistry } from "./interfaces/IDatasetRegistry.sol";
import { Ids } from "./libraries/Ids.sol";
import { MAX_BATCH } from "./types/Batches.sol";
import { CUSTODIAN } from "./types/Capabilities.sol";
import { ALL_OPTIONS, DERIVE_DATASET, Scope, Use } from "./types/DataUse.sol";
import { DatasetId, NOBODY, NO_CONSENT, OrganisationId } from "./types/Ids.sol";

/// @title DatasetRegistry: datasets and their immutable versions
contract DatasetRegistry is IDatasetRegistry {
    struct Dataset {
        // slot 0
        OrganisationId custodian;
        uint32 number;
        uint32 latest;
        uint32 lowestUsable;
    }

    struct Version {
        // slot 0
        uint64 epsilonSpent;
        uint48 publishedAt;
        uint16 options;
        SizeClass sizeClass;
        PrivacyClaim claim;
        Supersession supersession;
        uint48 optOutCheckedAt;
        // slot 1
        bytes32 recordDigest;
    }

    uint256 private constant MAX_PARENTS = 16;

    IConsortium private immutable CONSORTIUM;
    IConsentToken private immutable CONSENTS;

    mapping(DatasetId => Dataset) private _datasets;
    mapping(DatasetId => mapping(uint32 => Version)) private _versions;
    mapping(DatasetId => mapping(bytes32 => bytes32)) private _erasures;
    uint32 private _count;

    /// @param consents the ConsentToken of the same generation, which is deployed after this contract
    constructor(IConsortium consortium, IConsentToken consents) {
        CONSORTIUM = consortium;
        CONSENTS = consents;
    }

    /// @inheritdoc IDatasetRegistry
    function registerDataset(bytes32 salt, bytes32 cardDigest) external returns (DatasetId dataset) {
        OrganisationId custodian = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        if (cardDigest == 0) revert DatasetRegistryEmptyDigest(0);
        dataset = DatasetId.wrap(Ids.derive(Ids.DATASET, custodian, salt));
        if (_datasets[dataset].custodian != NOBODY) revert DatasetRegistryDuplicate(dataset);
        uint32 number = ++_count;
        _datasets[dataset] = Dataset({ custodian: custodian, number: number, latest: 0, lowestUsable: 0 });
        emit DatasetRegistered(dataset, custodian, number, cardDigest, msg.sender);
    }

    /// @inheritdoc IDatasetRegistry
    function publishVersion(DatasetId dataset, uint32 number, Publication calldata publication) external {
        OrganisationId caller = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        _publish(caller, dataset, number, publication, 0);
    }

    /// @inheritdoc IDatasetRegistry
    function publishVersions(Item[] calldata items) external {
        OrganisationId caller = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        if (items.length == 0 || items.length > MAX_BATCH) revert DatasetRegistryBadBatch(items.length, MAX_BATCH);
        for (uint256 i = 0; i < items.length; ++i) {
            _publish(caller, items[i].dataset, items[i].number, items[i].publication, 0);
        }
    }

    /// @inheritdoc IDatasetRegistry
    function publishDerivedVersion(
        DatasetId dataset,
        uint32 number,
        Publication calldata publication,
        Scope calldata scope,
        Parent[] calldata parents
    ) external {
        OrganisationId caller = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        if (parents.length == 0 || parents.length > MAX_PARENTS) {
            revert DatasetRegistryBadParentCount(parents.length, MAX_PARENTS);
        }
        for (uint256 i = 0; i < parents.length; ++i) {
            _requireParent(caller, dataset, number, parents[i], i);
        }
        _publish(caller, dataset, number, publication, keccak256(abi.encode(scope, parents)));
        emit DatasetVersionDerived(dataset, number, scope, parents);
        for (uint256 i = 0; i < parents.length; ++i) {
            if (parents[i].consent != NO_CONSENT) CONSENTS.recordUse(_use(caller, dataset, scope, parents[i]));
        }
    }

    /// @inheritdoc IDatasetRegistry
    function recordErasure(DatasetId dataset, uint32 version, bytes32 receiptDigest) external {
        OrganisationId caller = CONSORTIUM.operatorOf(msg.sender, CUSTODIAN);
        Dataset memory known = _requireCustodian(dataset, caller);
        if (version == 0 || version > known.latest) revert DatasetRegistryUnknownVersion(dataset, version);
        if (receiptDigest == 0) revert DatasetRegistryEmptyDigest(0);
        if (_erasures[dataset][receiptDigest] != 0) revert DatasetRegistryDuplicateErasure(receiptDigest);
        uint48 at = Time.timestamp();
        _erasures[dataset][receiptDigest] = keccak256(abi.encode(dataset, version, caller, receiptDigest, at));
        emit DatasetErasureRecorded(dataset, version, receiptDigest, at, msg.sender);
    }

    /// @inheritdoc IDatasetRegistry
    function recordPrivacyLoss(DatasetId dataset, uint32 version, uint40 epsilon) external {
        if (msg.sender != address(CONSENTS)) revert DatasetRegistryNotConsentToken(msg.sender);
        _versions[dataset][version].epsilonSpent += epsilon;
    }

    /// @inheritdoc IDatasetRegistry
    function custodianOf(DatasetId dataset) external view returns (OrganisationId) {
        return _require(dataset).custodian;
    }

    /// @inheritdoc IDatasetRegistry
    function latestVersion(DatasetId dataset) external view returns (uint32) {
        return _require(dataset).latest;
    }

    /// @inheritdoc IDatasetRegistry
    function lowestUsable(DatasetId dataset) external view returns (uint32) {
        return _require(dataset).lowestUsable;
    }

    /// @inheritdoc IDatasetRegistry
    function registrationOf(DatasetId dataset) external view returns (OrganisationId custodian, uint32 number) {
        Dataset memory known = _require(dataset);
        return (known.custodian, known.number);
    }

    /// @inheritdoc IDatasetRegistry
    function standingOf(DatasetId dataset, uint32 version)
        external
        view
        returns (uint32 number, uint32 latest, uint32 lowest, uint16 options)
    {
        Dataset memory known = _datasets[dataset];
        return (known.number, known.latest, known.lowestUsable, _versions[dataset][version].options);
    }

    /// @inheritdoc IDatasetRegistry
    function epsilonSpent(DatasetId dataset, uint32 version) external view returns (uint64) {
        return _versions[dataset][version].epsilonSpent;
    }

    /// @inheritdoc IDatasetRegistry
    function recordDigestOf(DatasetId dataset, uint32 number) external view returns (bytes32) {
        return _versions[dataset][number].recordDigest;
    }

    /// @inheritdoc IDatasetRegistry
    function erasureDigestOf(DatasetId dataset, bytes32 receiptDigest) external view returns (bytes32) {
        return _erasures[dataset][receiptDigest];
    }

    function _publish(
        OrganisationId caller,
        DatasetId dataset,
        uint32 number,
        Publication calldata publication,
        bytes32 derivation
    ) private {
        Dataset memory known = _requireCustodian(dataset, caller);
        if (number != known.latest + 1) revert DatasetRegistryNotNext(number, known.latest + 1);
        uint48 publishedAt = Time.timestamp();
        _check(publication, number, publishedAt);
        known.latest = number;
        if (number == 1 || publication.supersession == Supersession.WITHDRAWAL) known.lowestUsable = number;
        _datasets[dataset] = known;
        _versions[dataset][number] = Version({
            epsilonSpent: 0,
            publishedAt: publishedAt,
            options: publication.options,
            sizeClass: publication.sizeClass,
            claim: publication.claim,
            supersession: publication.supersession,
            optOutCheckedAt: publication.optOutCheckedAt,
            recordDigest: keccak256(abi.encode(dataset, number, caller, publishedAt, publication, derivation))
        });
        emit DatasetVersionPublished(dataset, number, publishedAt, publication, msg.sender);
    }

    function _check(Publication calldata publication, uint32 number, uint48 time) private pure {
        if (publication.root == 0) revert DatasetRegistryEmptyDigest(0);
        if (publication.cardDigest == 0) revert DatasetRegistryEmptyDigest(1);
        if (publication.attestationDigest == 0) revert DatasetRegistryEmptyDigest(2);
        if (publication.options > ALL_OPTIONS) revert DatasetRegistryBadOptions(publication.options, ALL_OPTIONS);
        if ((publication.supersession == Supersession.FIRST) != (number == 1)) {
            revert DatasetRegistryBadSupersession(publication.supersession, number - 1);
        }
        if (publication.optOutCheckedAt > time) {
            revert DatasetRegistryOptOutInFuture(publication.optOutCheckedAt, time);
        }
    }

    /// @dev No version is its own parent. What a consent says of the others is asked afterwards; without one, a version
    /// superseded for withdrawal holds records that were withdrawn, so nothing is derived from it.
    function _requireParent(
        OrganisationId caller,
        DatasetId dataset,
        uint32 number,
        Parent calldata parent,
        uint256 position
    ) private view {
        bool itself = DatasetId.unwrap(parent.dataset) == DatasetId.unwrap(dataset) && parent.version >= number;
        if (itself) revert DatasetRegistryUnusableParent(position);
        if (parent.consent != NO_CONSENT) return;
        Dataset storage known = _datasets[parent.dataset];
        bool usable = parent.version != 0 && parent.version >= known.lowestUsable && parent.version <= known.latest;
        if (known.custodian != caller || !usable) revert DatasetRegistryUnusableParent(position);
    }

    function _require(DatasetId dataset) private view returns (Dataset memory known) {
        known = _datasets[dataset];
        if (known.custodian == NOBODY) revert DatasetRegistryUnknownDataset(dataset);
    }

    function _requireCustodian(DatasetId dataset, OrganisationId caller) private view returns (Dataset memory known) {
        known = _require(dataset);
        if (caller != known.custodian) revert DatasetRegistryNotCustodian(caller, known.custodian);
    }

    function _use(OrganisationId caller, DatasetId dataset, Scope calldata scope, Parent calldata parent)
        private
        pure
        returns (Use memory)
    {
        return Use({
            consent: parent.consent,
            grantee: caller,
            dataset: parent.dataset,
            version: parent.version,
            operation: DERIVE_DATASET,
            scope: scope,
            rounds: 0,
            epsilon: 0,
            subject: DatasetId.unwrap(dataset)
        });
    }
}
