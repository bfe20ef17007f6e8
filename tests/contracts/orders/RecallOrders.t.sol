// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { Reason } from "../../../contracts/types/DataUse.sol";
import { ModelVersionId, RecallId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "../models/ModelTest.sol";

/// Bringing out and taking back in one block, in both orders.
contract RecallOrdersTest is ModelTest {
    function test_recallThenPublish_recallsNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, versionIdOf(SALT)));
        recallBy(AGENCY, SALT, versionIdOf(SALT));
        ModelVersionId version = publishVersion(SALT);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        release(version);
    }

    function test_publishThenRecall_recalls() public {
        ModelVersionId version = publishVersion(SALT);
        recallBy(AGENCY, SALT, version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
        expectRecalled(version);
        release(version);
    }

    function test_recallThenRelease_refuses() public {
        ModelVersionId version = publishVersion(SALT);
        recallBy(AGENCY, SALT, version);
        expectRecalled(version);
        release(version);
        expectRecalled(version);
        sell(version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
    }

    function test_releaseThenRecall_keepsBoth() public {
        ModelVersionId version = publishVersion(SALT);
        release(version);
        recallBy(AGENCY, SALT, version);
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, false, 1);
    }

    function test_liftThenRelease_releases() public {
        ModelVersionId version = publishVersion(SALT);
        RecallId recalled = recallBy(AGENCY, SALT, version);
        vm.prank(operator(AGENCY));
        models.liftRecall(recalled);
        release(version);
        assertStands(version, IModelRegistry.Lifecycle.RELEASED, false, 0);
    }

    function test_withdrawThenRelease_refuses() public {
        ModelVersionId version = publishVersion(SALT);
        withdraw(version);
        vm.expectRevert(
            abi.encodeWithSelector(
                IModelRegistry.ModelRegistryBadLifecycle.selector, version, IModelRegistry.Lifecycle.WITHDRAWN
            )
        );
        release(version);
    }

    function test_releaseThenWithdraw_withdraws() public {
        ModelVersionId version = publishVersion(SALT);
        release(version);
        withdraw(version);
        assertStands(version, IModelRegistry.Lifecycle.WITHDRAWN, false, 0);
    }

    function test_revokeThenPublish_refuses() public {
        revokeFirst();
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], Reason.REVOKED));
        publishVersion(SALT);
    }

    function test_publishThenRevoke_keepsTheVersionAndForbidsItsSale() public {
        ModelVersionId version = publishVersion(SALT);
        revokeFirst();
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent[0], Reason.REVOKED));
        sell(version);
    }

    function expectRecalled(ModelVersionId version) private {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryRecalled.selector, version, 1));
    }
}
