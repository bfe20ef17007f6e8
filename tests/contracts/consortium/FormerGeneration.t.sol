// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../../contracts/interfaces/IAccessRequests.sol";
import { IAnchorLog } from "../../../contracts/interfaces/IAnchorLog.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { ConsentState, StateReason, TRAIN } from "../../../contracts/types/DataUse.sol";
import {
    ConsentId,
    ModelVersionId,
    NO_RUN,
    NO_VERSION,
    RecallId,
    RequestId,
    RunId,
    StreamId
} from "../../../contracts/types/Ids.sol";
import { GenerationTest } from "./GenerationTest.sol";

/// A generation that another followed begins nothing, and ends what it began.
contract ConsortiumFormerGenerationTest is GenerationTest {
    RunId internal run;
    RequestId internal request;
    ModelVersionId internal version;
    RecallId internal issued;
    StreamId internal stream;

    function setUp() public override {
        super.setUp();
        run = openRound();
        vm.prank(operator(INSTITUTE));
        request = consents.makeRequest("request", wanted());
        vm.prank(operator(INSTITUTE));
        version = models.importVersion("import", publishable(), new ModelVersionId[](0));
        vm.prank(operator(INSTITUTE));
        issued = models.recall("recall", version, IModelRegistry.Severity.MINOR, keccak256("notice"), NO_VERSION);
        vm.prank(operator(HOSPITAL));
        stream = anchors.registerStream("stream", IAnchorLog.DeviceClass.CT);
        suspendConsent();
    }

    function test_former_beginsNothing() public {
        enter(deployNext());
        assertBeginsNothing();
    }

    /// Nor does a set that no vote has listed, whoever deployed it.
    function test_unlisted_beginsNothing() public {
        use(deployNext());
        assertBeginsNothing();
    }

    function test_former_keepsProtectiveActs() public {
        enter(deployNext());
        vm.startPrank(operator(HOSPITAL));
        datasets.recordErasure(dataset[0], 1, keccak256("receipt"));
        consents.revoke(consent[0], StateReason.WITHDRAWAL_BATCH);
        consents.declineRequest(request, IAccessRequests.DeclineReason.NO_LEGAL_BASIS);
        vm.stopPrank();
        vm.prank(operator(AGENCY));
        consents.suspendByRegulator(consent[1], StateReason.REGULATOR_ORDER, START + 10);
        vm.prank(operator(CLINIC));
        consents.suspend(consent[1], StateReason.STEWARD_DECISION);
        vm.prank(operator(COMPANY));
        models.acknowledge(issued);
        vm.prank(operator(AGENCY));
        models.recall("other", version, IModelRegistry.Severity.CRITICAL, keccak256("notice"), NO_VERSION);
        vm.startPrank(operator(INSTITUTE));
        models.deprecate(version);
        models.withdraw(version);
        vm.stopPrank();
        assertTrue(consents.stateAt(consent[0], START) == ConsentState.REVOKED);
        assertTrue(consents.stateAt(consent[1], START) == ConsentState.SUSPENDED);
        (IModelRegistry.Lifecycle lifecycle,, uint16 recalls) = models.standingOf(version);
        assertTrue(lifecycle == IModelRegistry.Lifecycle.WITHDRAWN);
        assertEq(recalls, 2);
    }

    function test_former_keepsProtectiveBatches() public {
        enter(deployNext());
        ConsentId[] memory one = new ConsentId[](1);
        one[0] = consent[1];
        vm.prank(operator(AGENCY));
        consents.suspendAllByRegulator(one, StateReason.REGULATOR_ORDER, START + 10);
        vm.prank(operator(CLINIC));
        consents.suspendAll(one, StateReason.STEWARD_DECISION);
        assertTrue(consents.stateAt(consent[1], START + 11) == ConsentState.SUSPENDED);
    }

    function test_former_keepsClosings() public {
        enter(deployNext());
        contribute(run, 1, CLINIC, 1);
        ITrainingLog.Answer[] memory answers = new ITrainingLog.Answer[](1);
        answers[0] = refusal(run, 1, 0);
        vm.prank(operator(HOSPITAL));
        training.answerAll(answers);
        closeRound(run, 1);
        complete(run);
        assertTrue(training.standingOf(run).outcome == ITrainingLog.Outcome.COMPLETED);
    }

    function test_next_beginsAnew() public {
        IConsortium.Generation memory next = deployNext();
        enter(next);
        use(next);
        dataset[0] = datasetOf(HOSPITAL);
        dataset[1] = datasetOf(CLINIC);
        consent = [consentOn(dataset[0], HOSPITAL), consentOn(dataset[1], CLINIC)];
        model = registerModel(INSTITUTE);
        run = openRound();
        contribute(run, 1, HOSPITAL, 0);
        closeRound(run, 1);
        complete(run);
        vm.prank(operator(INSTITUTE));
        version = models.publishVersion(
            "version",
            IModelRegistry.Publication({
                model: model, run: run, artifactDigest: keccak256("artifact"), cardDigest: keccak256("card")
            }),
            new ModelVersionId[](0),
            scope(),
            inputs()
        );
        (IModelRegistry.Lifecycle lifecycle,,) = models.standingOf(version);
        assertTrue(lifecycle == IModelRegistry.Lifecycle.PUBLISHED);
        assertEq(consents.roundsUsed(consent[0]), 1);
    }

    function assertBeginsNothing() private {
        beginDatasets();
        beginConsents();
        beginTraining();
        beginModels();
        vm.startPrank(operator(HOSPITAL));
        expectNotInForce(address(anchors));
        anchors.registerStream("other", IAnchorLog.DeviceClass.CT);
        IAnchorLog.Head[] memory heads = new IAnchorLog.Head[](1);
        heads[0] = IAnchorLog.Head({ stream: stream, size: 128, root: keccak256("root") });
        expectNotInForce(address(anchors));
        anchors.anchor(heads[0]);
        expectNotInForce(address(anchors));
        anchors.anchorAll(heads);
        vm.stopPrank();
    }

    function beginDatasets() private {
        IDatasetRegistry.Item[] memory items = new IDatasetRegistry.Item[](1);
        items[0] = IDatasetRegistry.Item(dataset[0], 2, publication(IDatasetRegistry.Supersession.EXTENSION));
        vm.startPrank(operator(HOSPITAL));
        expectNotInForce(address(datasets));
        datasets.registerDataset("other", keccak256("card"));
        expectNotInForce(address(datasets));
        datasets.publishVersion(dataset[0], 2, items[0].publication);
        expectNotInForce(address(datasets));
        datasets.publishVersions(items);
        expectNotInForce(address(datasets));
        datasets.publishDerivedVersion(dataset[0], 2, items[0].publication, scope(), new IDatasetRegistry.Parent[](1));
        vm.stopPrank();
    }

    function beginConsents() private {
        vm.startPrank(operator(HOSPITAL));
        expectNotInForce(address(consents));
        consents.issue("other", termsFor(dataset[0]));
        expectNotInForce(address(consents));
        consents.reinstate(consent[0], StateReason.STEWARD_DECISION);
        vm.stopPrank();
        vm.startPrank(operator(INSTITUTE));
        expectNotInForce(address(consents));
        consents.makeRequest("other", wanted());
        expectNotInForce(address(consents));
        consents.sendMessage(request, 1, keccak256("message"));
        vm.stopPrank();
    }

    function beginTraining() private {
        ITrainingLog.RoundOpening[] memory openings = new ITrainingLog.RoundOpening[](1);
        openings[0] = ITrainingLog.RoundOpening({
            run: run, round: 2, epsilon: 0, model: model, scope: scope(), inputs: inputs()
        });
        vm.startPrank(operator(INSTITUTE));
        expectNotInForce(address(training));
        training.openRun("other", openingOf(model), inputs());
        expectNotInForce(address(training));
        training.openRound(openings[0]);
        expectNotInForce(address(training));
        training.openRounds(openings);
        vm.stopPrank();
    }

    function beginModels() private {
        ModelVersionId[] memory none = new ModelVersionId[](0);
        IModelRegistry.Shown memory shown = IModelRegistry.Shown(INSTITUTE, 1, START, publishable(), none);
        vm.startPrank(operator(INSTITUTE));
        expectNotInForce(address(models));
        models.registerModel("other", keccak256("card"));
        expectNotInForce(address(models));
        models.publishVersion("other", publishable(), none, scope(), inputs());
        expectNotInForce(address(models));
        models.importVersion("other", publishable(), none);
        expectNotInForce(address(models));
        models.release(version);
        expectNotInForce(address(models));
        models.releaseForSale(version, shown, scope(), inputs());
        expectNotInForce(address(models));
        models.liftRecall(issued);
        vm.stopPrank();
    }

    function suspendConsent() private {
        vm.prank(operator(HOSPITAL));
        consents.suspend(consent[0], StateReason.STEWARD_DECISION);
    }

    function publishable() private view returns (IModelRegistry.Publication memory) {
        return IModelRegistry.Publication({
            model: model, run: NO_RUN, artifactDigest: keccak256("artifact"), cardDigest: keccak256("card")
        });
    }

    function wanted() private view returns (IAccessRequests.Wanted memory) {
        return IAccessRequests.Wanted({
            dataset: dataset[0],
            purposes: PURPOSES,
            operations: TRAIN,
            condition: 0,
            regions: 0,
            notBefore: START,
            expiresAt: START + 365 days,
            maxRounds: 1,
            epsilonBudget: 0,
            projectRef: PROJECT,
            cardDigest: keccak256("project card")
        });
    }
}
