// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev Organisations are numbered from 1 in the order of their admission; 0 is nobody.
type OrganisationId is uint32;

OrganisationId constant NOBODY = OrganisationId.wrap(0);

/// @dev All other ids are keccak256 of (type tag, chain id, contract, organisation, salt); see the library `Ids`.
type DatasetId is bytes32;
type ConsentId is bytes32;
type ModelId is bytes32;
type ModelVersionId is bytes32;
type RunId is bytes32;
type StreamId is bytes32;

using { same as == } for OrganisationId global;
using { differs as != } for OrganisationId global;
using { sameDataset as == } for DatasetId global;
using { sameConsent as == } for ConsentId global;
using { sameModel as == } for ModelId global;

function same(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) == OrganisationId.unwrap(b);
}

function differs(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) != OrganisationId.unwrap(b);
}

function sameDataset(DatasetId a, DatasetId b) pure returns (bool) {
    return DatasetId.unwrap(a) == DatasetId.unwrap(b);
}

function sameConsent(ConsentId a, ConsentId b) pure returns (bool) {
    return ConsentId.unwrap(a) == ConsentId.unwrap(b);
}

function sameModel(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) == ModelId.unwrap(b);
}
