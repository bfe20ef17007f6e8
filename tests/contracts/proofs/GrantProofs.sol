// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN } from "../../../contracts/types/Capabilities.sol";
import { Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { EveryEntryPoint } from "./base/EveryEntryPoint.sol";

/// @notice Only the custodian of a dataset grants on it: a consent becomes known by `issue` alone, and only when an operator
/// of that custodian, active and able, calls it.
contract GrantProofs is EveryEntryPoint {
    function check_issue(ConsentId any, bytes32 salt, Terms calldata terms, address caller, uint48 time)
        public
        override
    {
        before(any);
        act(caller, time, abi.encodeCall(consents.issue, (salt, terms)));
        if (!isKnown(any)) return;
        assert(answers(address(consortium), abi.encodeCall(consortium.operatorOf, (caller, 0)), grantorOf(any)));
        assert(answers(address(datasets), abi.encodeCall(datasets.custodianOf, (terms.dataset)), grantorOf(any)));
        OrganisationId grantor = grantorOf(any);
        assert(consortium.capabilitiesOf(grantor) & CUSTODIAN != 0);
        assert(consortium.statusOf(grantor) == IConsortium.Status.ACTIVE);
    }

    function before(ConsentId any) internal view override {
        vm.assume(!isKnown(any));
    }

    function afterwards(ConsentId any) internal view override {
        assert(!isKnown(any));
    }
}
