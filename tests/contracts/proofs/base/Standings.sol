// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { OrganisationId } from "../../../../contracts/types/Ids.sol";

/// @notice In Consortium's place: with storage that holds anything, it gives any answer at all to `standingOf`. What is
/// proved with it holds for every consortium, and halmos has fewer paths to walk.
contract Standings {
    struct Standing {
        bool grantorActive;
        bool granteeActive;
        bool granteeForProfit;
    }

    mapping(OrganisationId => mapping(OrganisationId => Standing)) private _standings;

    function standingOf(OrganisationId grantor, OrganisationId grantee) external view returns (bool, bool, bool) {
        Standing storage found = _standings[grantor][grantee];
        return (found.grantorActive, found.granteeActive, found.granteeForProfit);
    }
}
