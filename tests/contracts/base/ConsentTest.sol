// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { StateReason, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./ConsortiumTest.sol";

/// @notice One consent of the hospital for the institute, and the acts on it.
abstract contract ConsentTest is ConsortiumTest {
    DatasetId internal dataset;
    ConsentId internal consent;

    function setUp() public virtual override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
        consent = consentOn(dataset, HOSPITAL);
    }

    function suspend() internal {
        vm.prank(operator(HOSPITAL));
        consents.suspend(consent, StateReason.STEWARD_DECISION);
    }

    function reinstate() internal {
        vm.prank(operator(HOSPITAL));
        consents.reinstate(consent, StateReason.STEWARD_DECISION);
    }

    function suspendByRegulator(uint48 until) internal {
        vm.prank(operator(AGENCY));
        consents.suspendByRegulator(consent, StateReason.REGULATOR_ORDER, until);
    }

    function revoke() internal {
        revoke(StateReason.BREACH);
    }

    function revoke(StateReason reason) internal {
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent, reason);
    }

    /// @notice A sixth organisation with these capabilities, and its operator.
    function join(uint8 capabilities) internal returns (address joined) {
        carry(IConsortium.ProposalKind.ADMIT, abi.encode(admission(NEWCOMER, capabilities, false, "Second Agency")));
        joined = operator(NEWCOMER);
        vm.prank(admin(NEWCOMER));
        consortium.proposeKey(joined, IConsortium.Role.OPERATOR);
        vm.prank(joined);
        consortium.acceptKey(NEWCOMER);
    }

    function record(Use memory use) internal {
        vm.prank(address(training));
        consents.recordUse(use);
    }
}
