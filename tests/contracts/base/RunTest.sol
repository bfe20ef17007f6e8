// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { StateReason, TRAIN } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, ModelId, OrganisationId, RunId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./ConsortiumTest.sol";

/// @notice A model of the institute and two inputs, one of each hospital.
abstract contract RunTest is ConsortiumTest {
    bytes32 internal constant SALT = keccak256("run salt");
    bytes32 internal constant UPDATE = keccak256("update");
    bytes32 internal constant AGGREGATE = keccak256("aggregate");
    RunId internal constant NONE = RunId.wrap(keccak256("none"));

    ModelId internal model;
    DatasetId[2] internal dataset;
    ConsentId[2] internal consent;

    function setUp() public virtual override {
        super.setUp();
        model = registerModel(INSTITUTE);
        dataset = [datasetOf(HOSPITAL), datasetOf(CLINIC)];
        consent = [consentOn(dataset[0], HOSPITAL), consentOn(dataset[1], CLINIC)];
    }

    function inputs() internal view returns (ITrainingLog.Input[] memory all) {
        all = new ITrainingLog.Input[](2);
        all[0] = inputAt(0);
        all[1] = inputAt(1);
    }

    function inputAt(uint256 position) internal view returns (ITrainingLog.Input memory) {
        return
            ITrainingLog.Input({ dataset: dataset[position], version: 1, consent: consent[position], operation: TRAIN });
    }

    function openRun() internal returns (RunId) {
        return openRun(SALT, model, inputs());
    }

    /// @notice A run with its first round open.
    function openRound() internal returns (RunId run) {
        run = openRun();
        openRound(run, model, inputs());
    }

    /// @notice A contribution to a round of a run that `openRun` opened.
    function contribution(RunId run, uint32 round, uint8 position) internal view returns (ITrainingLog.Answer memory) {
        return ITrainingLog.Answer({
            run: run,
            round: round,
            position: position,
            model: model,
            scope: scope(),
            input: inputAt(position),
            updateDigest: UPDATE,
            refusal: ITrainingLog.Refusal.NONE
        });
    }

    function refusal(RunId run, uint32 round, uint8 position) internal view returns (ITrainingLog.Answer memory given) {
        given = contribution(run, round, position);
        given.updateDigest = 0;
        given.refusal = ITrainingLog.Refusal.DATA_UNAVAILABLE;
    }

    function answer(OrganisationId custodian, ITrainingLog.Answer memory given) internal {
        vm.prank(operator(custodian));
        training.answer(given);
    }

    function contribute(RunId run, uint32 round, OrganisationId custodian, uint8 position) internal {
        answer(custodian, contribution(run, round, position));
    }

    function closeRound(RunId run, uint32 round) internal {
        vm.prank(operator(INSTITUTE));
        training.closeRound(run, round, AGGREGATE);
    }

    function closeRun(RunId run, ITrainingLog.Outcome outcome, bytes32 resultDigest) internal {
        vm.prank(operator(INSTITUTE));
        training.closeRun(run, outcome, resultDigest);
    }

    function revokeFirst() internal {
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent[0], StateReason.WITHDRAWAL_BATCH);
    }
}
