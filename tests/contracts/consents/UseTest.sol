// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { FEDERATED_ROUND, Reason, Terms, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentTest } from "../base/ConsentTest.sol";

/// @notice Uses that are refused: by `check` with a reason, by `recordUse` with the same.
abstract contract UseTest is ConsentTest {
    function wanted() internal view returns (Use memory) {
        return useOf(consent, dataset);
    }

    function charging(uint24 rounds, uint40 epsilon) internal view returns (Use memory use) {
        use = wanted();
        (use.operation, use.rounds, use.epsilon) = (FEDERATED_ROUND, rounds, epsilon);
    }

    /// @notice Other terms for the test's consent.
    function reissue(Terms memory terms) internal {
        consent = issue(HOSPITAL, freshSalt(), terms);
    }

    function expectTaken(Use memory use) internal {
        assertEq(uint8(consents.check(use)), uint8(Reason.OK));
        record(use);
    }

    function expectRefused(Use memory use, Reason reason) internal {
        assertEq(uint8(consents.check(use)), uint8(reason));
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, use.consent, reason));
        record(use);
    }
}
