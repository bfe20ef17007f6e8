// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev Organisations are numbered from 1 in the order of their admission; 0 is nobody.
type OrganisationId is uint32;

OrganisationId constant NOBODY = OrganisationId.wrap(0);

/// @dev All other ids are keccak256 of (type tag, chain id, contract, organisation, salt); see the library `Ids`.
type DatasetId is bytes32;
type ConsentId is bytes32;
type RequestId is bytes32;
type ModelId is bytes32;
type ModelVersionId is bytes32;
type RunId is bytes32;
type RecallId is bytes32;
type StreamId is bytes32;

using { same as ==, differs as != } for OrganisationId global;
using { sameConsent as ==, differentConsent as != } for ConsentId global;
using { sameVersion as ==, differentVersion as != } for ModelVersionId global;
using { sameRequest as ==, differentRequest as != } for RequestId global;

ConsentId constant NO_CONSENT = ConsentId.wrap(0);
RequestId constant NO_REQUEST = RequestId.wrap(0);
ModelVersionId constant NO_VERSION = ModelVersionId.wrap(0);
RunId constant NO_RUN = RunId.wrap(0);

function same(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) == OrganisationId.unwrap(b);
}

function differs(OrganisationId a, OrganisationId b) pure returns (bool) {
    return OrganisationId.unwrap(a) != OrganisationId.unwrap(b);
}

function sameConsent(ConsentId a, ConsentId b) pure returns (bool) {
    return ConsentId.unwrap(a) == ConsentId.unwrap(b);
}

function differentConsent(ConsentId a, ConsentId b) pure returns (bool) {
    return ConsentId.unwrap(a) != ConsentId.unwrap(b);
}

function sameVersion(ModelVersionId a, ModelVersionId b) pure returns (bool) {
    return ModelVersionId.unwrap(a) == ModelVersionId.unwrap(b);
}

function differentVersion(ModelVersionId a, ModelVersionId b) pure returns (bool) {
    return ModelVersionId.unwrap(a) != ModelVersionId.unwrap(b);
}

function sameRequest(RequestId a, RequestId b) pure returns (bool) {
    return RequestId.unwrap(a) == RequestId.unwrap(b);
}

function differentRequest(RequestId a, RequestId b) pure returns (bool) {
    return RequestId.unwrap(a) != RequestId.unwrap(b);
}
