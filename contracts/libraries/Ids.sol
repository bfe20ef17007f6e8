// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { OrganisationId } from "../types/Ids.sol";

/// @title Ids: how every id on the ledger is derived
/// @notice keccak256(abi.encode(tag, chain id, contract, organisation, salt)). The node derives the salt from the
/// idempotency key, so that a repeated or restored request meets the id that it made before and is refused.
library Ids {
    bytes32 internal constant PROPOSAL = keccak256("medledger.proposal.v1");
    bytes32 internal constant DATASET = keccak256("medledger.dataset.v1");
    bytes32 internal constant REQUEST = keccak256("medledger.request.v1");
    bytes32 internal constant CONSENT = keccak256("medledger.consent.v1");
    bytes32 internal constant MODEL = keccak256("medledger.model.v1");
    bytes32 internal constant MODEL_VERSION = keccak256("medledger.model-version.v1");
    bytes32 internal constant RECALL = keccak256("medledger.recall.v1");
    bytes32 internal constant RUN = keccak256("medledger.run.v1");
    bytes32 internal constant STREAM = keccak256("medledger.stream.v1");

    function derive(bytes32 tag, OrganisationId organisation, bytes32 salt) internal view returns (bytes32) {
        return keccak256(abi.encode(tag, block.chainid, address(this), organisation, salt));
    }
}
