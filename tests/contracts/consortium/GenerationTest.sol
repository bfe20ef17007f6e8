// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AnchorLog } from "../../../contracts/AnchorLog.sol";
import { ConsentToken } from "../../../contracts/ConsentToken.sol";
import { DatasetRegistry } from "../../../contracts/DatasetRegistry.sol";
import { ModelRegistry } from "../../../contracts/ModelRegistry.sol";
import { TrainingLog } from "../../../contracts/TrainingLog.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { RunTest } from "../base/RunTest.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// @notice A second set of real contracts for the same consortium, and the vote that puts it into force.
abstract contract GenerationTest is RunTest, GovernanceTest {
    function setUp() public virtual override(RunTest, ConsortiumTest) {
        RunTest.setUp();
    }

    function deployNext() internal returns (IConsortium.Generation memory next) {
        next = predicted(address(this), vm.getNonce(address(this)));
        DatasetRegistry nextDatasets = new DatasetRegistry(consortium, ConsentToken(next.consents));
        ConsentToken nextConsents =
            new ConsentToken(consortium, nextDatasets, TrainingLog(next.training), ModelRegistry(next.models));
        TrainingLog nextTraining = new TrainingLog(consortium, nextConsents);
        new ModelRegistry(consortium, nextConsents, nextTraining);
        new AnchorLog(consortium);
    }

    function enter(IConsortium.Generation memory next) internal {
        bytes memory payload = abi.encode(next);
        execute(passed(IConsortium.ProposalKind.REGISTER_GENERATION, payload), payload);
    }

    /// @notice From now on the fields of the test name the contracts of `generation`.
    function use(IConsortium.Generation memory generation) internal {
        datasets = DatasetRegistry(generation.datasets);
        consents = ConsentToken(generation.consents);
        training = TrainingLog(generation.training);
        models = ModelRegistry(generation.models);
        anchors = AnchorLog(generation.anchors);
    }

    function placesOf(IConsortium.Generation memory generation) internal pure returns (address[5] memory) {
        return [generation.datasets, generation.consents, generation.training, generation.models, generation.anchors];
    }

    function expectNotInForce(address target) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, target));
    }

    function expectBadGeneration(address target) internal {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadGeneration.selector, target));
    }
}
