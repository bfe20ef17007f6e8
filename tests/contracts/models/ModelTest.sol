// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { ModelVersionId, NO_VERSION, OrganisationId, RecallId, RunId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { RunTest } from "../base/RunTest.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";

/// @notice A run that completed, versions published from it, and what is done with them.
abstract contract ModelTest is RunTest, SecondGeneration {
    bytes32 internal constant NOTICE = keccak256("notice");
    ModelVersionId internal constant UNKNOWN = ModelVersionId.wrap(keccak256("unknown version"));

    RunId internal run;

    function setUp() public virtual override(RunTest, ConsortiumTest) {
        RunTest.setUp();
        run = openRun();
        complete(run);
    }

    function publication() internal view returns (IModelRegistry.Publication memory) {
        return IModelRegistry.Publication({
            model: model, run: run, artifactDigest: keccak256("artifact"), cardDigest: keccak256("version card")
        });
    }

    function importing() internal view returns (IModelRegistry.Publication memory p) {
        p = publication();
        p.run = RunId.wrap(0);
    }

    function none() internal pure returns (ModelVersionId[] memory) {
        return new ModelVersionId[](0);
    }

    function noInputs() internal pure returns (ITrainingLog.Input[] memory) {
        return new ITrainingLog.Input[](0);
    }

    function publishVersion(bytes32 salt, IModelRegistry.Publication memory p, ModelVersionId[] memory parents)
        internal
        returns (ModelVersionId)
    {
        vm.prank(operator(INSTITUTE));
        return models.publishVersion(salt, p, parents, scope(), inputs());
    }

    function publishVersion(bytes32 salt) internal returns (ModelVersionId) {
        return publishVersion(salt, publication(), none());
    }

    function importVersion(bytes32 salt, IModelRegistry.Publication memory p) internal returns (ModelVersionId) {
        vm.prank(operator(INSTITUTE));
        return models.importVersion(salt, p, none());
    }

    function release(ModelVersionId version) internal {
        vm.prank(operator(INSTITUTE));
        models.release(version);
    }

    /// @notice What the event of the model's first version showed, published from the run at START.
    function shown() internal view returns (IModelRegistry.Shown memory) {
        return IModelRegistry.Shown({
            publisher: INSTITUTE, number: 1, publishedAt: START, publication: publication(), parents: none()
        });
    }

    function sell(ModelVersionId version) internal {
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, shown(), scope(), inputs());
    }

    function deprecate(ModelVersionId version) internal {
        vm.prank(operator(INSTITUTE));
        models.deprecate(version);
    }

    function withdraw(ModelVersionId version) internal {
        vm.prank(operator(INSTITUTE));
        models.withdraw(version);
    }

    function recallBy(OrganisationId issuer, bytes32 salt, ModelVersionId version) internal returns (RecallId) {
        vm.prank(operator(issuer));
        return models.recall(salt, version, IModelRegistry.Severity.SERIOUS, NOTICE, NO_VERSION);
    }

    function idOf(bytes32 tag, OrganisationId organisation, bytes32 salt) internal view returns (bytes32) {
        return keccak256(abi.encode(tag, block.chainid, address(models), organisation, salt));
    }

    function versionIdOf(bytes32 salt) internal view returns (ModelVersionId) {
        return ModelVersionId.wrap(idOf(Ids.MODEL_VERSION, INSTITUTE, salt));
    }

    function assertStands(ModelVersionId version, IModelRegistry.Lifecycle lifecycle, bool forSale, uint16 recalls)
        internal
        view
    {
        (IModelRegistry.Lifecycle gotLifecycle, bool gotForSale, uint16 gotRecalls) = models.standingOf(version);
        assertEq(uint8(gotLifecycle), uint8(lifecycle));
        assertEq(gotForSale, forSale);
        assertEq(gotRecalls, recalls);
    }
}
