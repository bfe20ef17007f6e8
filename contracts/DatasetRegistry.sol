// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IDatasetRegistry } from "./interfaces/IDatasetRegistry.sol";
import { Ids } from "./libraries/Ids.sol";
import { CUSTODIAN } from "./types/Capabilities.sol";
import { DatasetId, NOBODY, OrganisationId } from "./types/Ids.sol";

/// @title DatasetRegistry: datasets and their immutable versions
contract DatasetRegistry is IDatasetRegistry {
    struct Dataset {
        // slot 0
        OrganisationId custodian;
        uint32 latest;
        uint32 lowestUsable;
    }

    /// @dev The codes 113100 to 113112 of CID 7050.
    uint16 private constant ALL_OPTIONS = (1 << 13) - 1;

    IConsortium private immutable CONSORTIUM;

    mapping(DatasetId => Dataset) private _datasets;
    mapping(DatasetId => mapping(uint32 => bytes32)) private _versionDigests;

    constructor(IConsortium consortium) {
        CONSORTIUM = consortium;
    }

    /// @inheritdoc IDatasetRegistry
    function registerDataset(bytes32 salt, bytes32 cardDigest) external returns (DatasetId dataset) {
        OrganisationId custodian = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        if (cardDigest == 0) revert DatasetRegistryEmptyDigest(0);
        dataset = DatasetId.wrap(Ids.derive(Ids.DATASET, custodian, salt));
        if (_datasets[dataset].custodian != NOBODY) revert DatasetRegistryDuplicate(dataset);
        _datasets[dataset].custodian = custodian;
        emit DatasetRegistered(dataset, custodian, cardDigest);
    }

    /// @inheritdoc IDatasetRegistry
    function publishVersion(DatasetId dataset, Publication calldata publication) external returns (uint32 number) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        Dataset memory known = _require(dataset);
        if (publisher != known.custodian) revert DatasetRegistryNotCustodian(publisher, known.custodian);
        _check(publication, known.latest);
        number = ++known.latest;
        bool opensRange = number == 1 || publication.supersession == Supersession.WITHDRAWAL;
        if (opensRange) known.lowestUsable = number;
        uint48 publishedAt = Time.timestamp();
        _datasets[dataset] = known;
        _versionDigests[dataset][number] =
            keccak256(abi.encode(dataset, number, known.custodian, publishedAt, publication));
        emit DatasetVersionPublished(dataset, number, publishedAt, publication);
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
    function recordDigestOf(DatasetId dataset, uint32 number) external view returns (bytes32) {
        return _versionDigests[dataset][number];
    }

    function _check(Publication calldata publication, uint32 latest) private view {
        if (publication.root == 0) revert DatasetRegistryEmptyDigest(0);
        if (publication.cardDigest == 0) revert DatasetRegistryEmptyDigest(1);
        if (publication.attestationDigest == 0) revert DatasetRegistryEmptyDigest(2);
        if (publication.options > ALL_OPTIONS) revert DatasetRegistryBadOptions(publication.options, ALL_OPTIONS);
        if ((publication.supersession == Supersession.FIRST) != (latest == 0)) {
            revert DatasetRegistryBadSupersession(publication.supersession, latest);
        }
        if (publication.optOutCheckedAt > Time.timestamp()) {
            revert DatasetRegistryOptOutInFuture(publication.optOutCheckedAt, Time.timestamp());
        }
    }

    function _require(DatasetId dataset) private view returns (Dataset memory known) {
        known = _datasets[dataset];
        if (known.custodian == NOBODY) revert DatasetRegistryUnknownDataset(dataset);
    }
}
