// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../../contracts/interfaces/IAccessRequests.sol";
import { TRAIN } from "../../../contracts/types/DataUse.sol";
import { DatasetId, OrganisationId, RequestId } from "../../../contracts/types/Ids.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";

/// @notice A dataset of the hospital, and what the institute wants of it.
abstract contract RequestTest is SecondGeneration {
    bytes32 internal constant SALT = keccak256("request salt");
    DatasetId internal constant NO_DATASET = DatasetId.wrap(keccak256("no dataset"));

    DatasetId internal dataset;

    function setUp() public virtual override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
    }

    function wanted() internal view returns (IAccessRequests.Wanted memory) {
        return IAccessRequests.Wanted({
            dataset: dataset,
            purposes: PURPOSES,
            operations: TRAIN,
            condition: 0,
            regions: REGIONS,
            notBefore: START,
            expiresAt: START + 365 days,
            maxRounds: 10,
            epsilonBudget: 2_000_000,
            projectRef: PROJECT,
            cardDigest: keccak256("project card")
        });
    }

    function make(OrganisationId requester, bytes32 salt, IAccessRequests.Wanted memory w)
        internal
        returns (RequestId)
    {
        vm.prank(operator(requester));
        return consents.makeRequest(salt, w);
    }

    function decline(OrganisationId custodian, RequestId request, IAccessRequests.DeclineReason reason) internal {
        vm.prank(operator(custodian));
        consents.declineRequest(request, reason);
    }

    function assertState(RequestId request, IAccessRequests.RequestState expected) internal view {
        assertEq(uint8(consents.requestStateOf(request)), uint8(expected));
    }
}
