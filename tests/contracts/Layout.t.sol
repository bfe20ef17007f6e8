// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../contracts/interfaces/IAccessRequests.sol";
import { IAnchorLog } from "../../contracts/interfaces/IAnchorLog.sol";
import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { GS, NPU, StateReason, Terms } from "../../contracts/types/DataUse.sol";
import {
    ConsentId,
    DatasetId,
    ModelId,
    ModelVersionId,
    NO_VERSION,
    OrganisationId,
    RecallId,
    RequestId,
    RunId,
    StreamId
} from "../../contracts/types/Ids.sol";
import { RunTest } from "./base/RunTest.sol";

/// Where every word lies that evidence proves, and the other words that facts are made of. A storage proof is checked
/// against these numbers, so they never change within a generation. Fields are packed from the low-order end, in the
/// order given here.
contract LayoutTest is RunTest {
    // Consortium
    uint256 internal constant ORGANISATIONS = 0;
    uint256 internal constant KEYS = 1;
    // DatasetRegistry
    uint256 internal constant DATASETS = 0;
    uint256 internal constant DATASET_VERSIONS = 1;
    uint256 internal constant ERASURES = 2;
    // ConsentToken: OpenZeppelin's ERC721 has the slots 0 to 5, of which 3 holds the balances
    uint256 internal constant BALANCES = 3;
    uint256 internal constant REQUESTS = 6;
    uint256 internal constant CONSENTS = 7;
    uint256 internal constant LOG = 8;
    // TrainingLog
    uint256 internal constant RUNS = 0;
    uint256 internal constant INPUTS = 1;
    uint256 internal constant ROUNDS = 2;
    uint256 internal constant ANSWERS = 3;
    // ModelRegistry
    uint256 internal constant MODEL_VERSIONS = 0;
    uint256 internal constant RECALLS = 1;
    uint256 internal constant ACKNOWLEDGED = 2;
    uint256 internal constant MODELS = 3;
    // AnchorLog
    uint256 internal constant STREAMS = 0;

    function test_organisations_layout() public {
        uint256 slot = at(ORGANISATIONS, OrganisationId.unwrap(COMPANY));
        uint256 word = uint160(admin(COMPANY)) | uint256(PUBLISHER) << 160 | uint256(1) << 168;
        assertWord(address(consortium), slot, word | uint256(IConsortium.Status.ACTIVE) << 176);
        assertWord(address(consortium), slot + 1, uint256(consortium.recordDigestOf(COMPANY)));
        vm.prank(operator(AGENCY));
        consortium.suspendInEmergency(COMPANY, IConsortium.EmergencyReason.DATA_BREACH, START + 99);
        word |= uint256(START + 99) << 184;
        assertWord(address(consortium), slot, word | uint256(IConsortium.Status.ACTIVE) << 176);
        suspendOrganisation(COMPANY);
        assertWord(address(consortium), slot, word | uint256(IConsortium.Status.SUSPENDED) << 176);
    }

    function test_keys_layout() public {
        uint256 slot = at(KEYS, uint160(operator(COMPANY)));
        uint256 word = OrganisationId.unwrap(COMPANY) | uint256(IConsortium.Role.OPERATOR) << 32 | uint256(START) << 40;
        assertWord(address(consortium), slot, word);
        vm.warp(START + 9);
        vm.prank(admin(COMPANY));
        consortium.reportCompromise(operator(COMPANY), START + 5);
        word |= uint256(START + 9) << 88 | uint256(START + 5) << 136;
        assertWord(address(consortium), slot, word);
        vm.prank(operator(AGENCY));
        consortium.confirmCompromise(operator(COMPANY), START + 5);
        assertWord(address(consortium), slot, word | uint256(START + 5) << 184);
    }

    function test_datasets_layout() public {
        publish(dataset[1], CLINIC, IDatasetRegistry.Supersession.WITHDRAWAL);
        publish(dataset[1], CLINIC, IDatasetRegistry.Supersession.EXTENSION);
        uint256 id = uint256(DatasetId.unwrap(dataset[1]));
        uint256 word = OrganisationId.unwrap(CLINIC) | uint256(2) << 32 | uint256(3) << 64 | uint256(2) << 96;
        assertWord(address(datasets), at(DATASETS, id), word);
        vm.prank(operator(CLINIC));
        datasets.recordErasure(dataset[1], 1, keccak256("receipt"));
        assertWord(
            address(datasets),
            at(at(ERASURES, id), uint256(keccak256("receipt"))),
            uint256(datasets.erasureDigestOf(dataset[1], keccak256("receipt")))
        );
    }

    function test_datasetVersions_layout() public {
        openRoundWith(77);
        uint256 id = uint256(DatasetId.unwrap(dataset[1]));
        uint256 slot = at(at(DATASET_VERSIONS, id), 1);
        uint256 word = uint256(77) | uint256(START) << 64 | uint256(3) << 112
            | uint256(IDatasetRegistry.SizeClass.FROM_1_000) << 128 | uint256(START) << 152;
        assertWord(address(datasets), slot, word);
        assertWord(address(datasets), slot + 1, uint256(datasets.recordDigestOf(dataset[1], 1)));
        vm.warp(START + 7);
        IDatasetRegistry.Publication memory next = publication(IDatasetRegistry.Supersession.CORRECTION);
        next.claim = IDatasetRegistry.PrivacyClaim.SYNTHETIC;
        vm.prank(operator(CLINIC));
        datasets.publishVersion(dataset[1], 2, next);
        word = uint256(START + 7) << 64 | uint256(3) << 112 | uint256(IDatasetRegistry.SizeClass.FROM_1_000) << 128
            | uint256(IDatasetRegistry.PrivacyClaim.SYNTHETIC) << 136
            | uint256(IDatasetRegistry.Supersession.CORRECTION) << 144 | uint256(START + 7) << 152;
        assertWord(address(datasets), at(at(DATASET_VERSIONS, id), 2), word);
    }

    function test_consents_layout() public {
        Terms memory terms = termsFor(dataset[1]);
        (terms.versionFrom, terms.versionTo, terms.maxRounds, terms.condition) = (1, 9, 7, 0);
        (terms.modifiers, terms.regions, terms.deidentification) = (GS | NPU, REGIONS, 1);
        consent[1] = issue(CLINIC, "layout", terms);
        openRoundWith(77);

        uint256 slot = at(CONSENTS, uint256(ConsentId.unwrap(consent[1])));
        assertWord(address(consents), slot, grantOf(terms));
        uint256 limits = uint256(1) | uint256(9) << 32 | uint256(7) << 64 | uint256(1) << 88;
        limits |= uint256(terms.epsilonBudget) << 112 | uint256(77) << 152 | uint256(REGIONS) << 192;
        assertWord(address(consents), slot + 1, limits | uint256(1) << 232 | uint256(1) << 248);
        assertWord(address(consents), slot + 2, uint256(consents.recordDigestOf(consent[1])));
        assertWord(address(consents), slot + 3, uint256(terms.policyDigest));
        assertWord(address(consents), slot + 4, uint256(PROJECT));
        assertWord(address(consents), at(BALANCES, uint160(consents.holderOf(INSTITUTE))), 3);
    }

    function test_consents_leaveTheProjectsSlotEmptyWhenThereIsNone() public {
        Terms memory terms = termsFor(dataset[0]);
        terms.projectRef = 0;
        uint256 slot = at(CONSENTS, uint256(ConsentId.unwrap(issue(HOSPITAL, "layout", terms))));
        assertWord(address(consents), slot + 4, 0);
    }

    function test_log_layout() public {
        vm.prank(operator(HOSPITAL));
        consents.suspend(consent[0], StateReason.ERROR);
        vm.prank(operator(AGENCY));
        consents.suspendByRegulator(consent[0], StateReason.REGULATOR_ORDER, START + 100);
        vm.warp(START + 50);
        vm.prank(operator(HOSPITAL));
        consents.reinstate(consent[0], StateReason.STEWARD_DECISION);
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent[0], StateReason.PERMIT_ENDED);
        vm.warp(START + 60);
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent[0], StateReason.BREACH);

        uint256 id = uint256(ConsentId.unwrap(consent[0]));
        uint256 log = at(LOG, id);
        assertWord(address(consents), at(CONSENTS, id), grantOf(termsOfFirst()) | uint256(5) << 240);
        uint256 by = uint256(OrganisationId.unwrap(HOSPITAL)) << 16;
        uint256 ends = uint256(START + 100) << 96;
        uint256 entry = uint256(IConsentToken.Act.SUSPENDED_BY_GRANTOR) | uint256(StateReason.ERROR) << 8;
        assertWord(address(consents), at(log, 0), entry | by | uint256(START) << 48 | uint256(1) << 144);
        entry = uint256(IConsentToken.Act.SUSPENDED_BY_REGULATOR) | uint256(StateReason.REGULATOR_ORDER) << 8
            | uint256(OrganisationId.unwrap(AGENCY)) << 16;
        assertWord(address(consents), at(log, 1), entry | uint256(START) << 48 | ends | uint256(1) << 144);
        entry = uint256(IConsentToken.Act.REINSTATED_BY_GRANTOR) | uint256(StateReason.STEWARD_DECISION) << 8;
        assertWord(address(consents), at(log, 2), entry | by | uint256(START + 50) << 48 | ends);
        entry = uint256(IConsentToken.Act.REVOKED) | uint256(StateReason.PERMIT_ENDED) << 8;
        assertWord(address(consents), at(log, 3), entry | by | uint256(START + 50) << 48 | ends);
        entry = uint256(IConsentToken.Act.REVOKED) | uint256(StateReason.BREACH) << 8;
        assertWord(address(consents), at(log, 4), entry | by | uint256(START + 60) << 48 | ends);
        assertWord(address(consents), at(log, 5), 0);
    }

    function test_requests_layout() public {
        IAccessRequests.Wanted memory wanted;
        (wanted.dataset, wanted.purposes, wanted.operations) = (dataset[1], PURPOSES, ALL_OPERATIONS);
        wanted.cardDigest = keccak256("project card");
        vm.prank(operator(INSTITUTE));
        RequestId request = consents.makeRequest("r", wanted);
        uint256 slot = at(REQUESTS, uint256(RequestId.unwrap(request)));
        uint256 word =
            OrganisationId.unwrap(INSTITUTE) | uint256(OrganisationId.unwrap(CLINIC)) << 32 | uint256(2) << 64;
        assertWord(address(consents), slot, word | uint256(IAccessRequests.RequestState.OPEN) << 96);
        assertWord(address(consents), slot + 1, uint256(consents.requestDigestOf(request)));
        vm.prank(operator(CLINIC));
        consents.sendMessage(request, 1, keccak256("message"));
        word |= uint256(IAccessRequests.RequestState.OPEN) << 96;
        assertWord(address(consents), slot, word | uint256(1) << 104);
    }

    function test_runs_layout() public {
        RunId run = openRoundWith(77);
        contribute(run, 1, CLINIC, 1);
        answer(HOSPITAL, refusal(run, 1, 0));
        uint256 slot = at(RUNS, uint256(RunId.unwrap(run)));
        uint256 word = OrganisationId.unwrap(INSTITUTE) | uint256(1) << 40 | uint256(2) << 48 | uint256(1) << 56
            | uint256(1) << 96 | uint256(1) << 104 | uint256(START) << 112;
        assertWord(address(training), slot, word | uint256(1) << 88);
        assertWord(address(training), slot + 1, uint256(training.recordDigestOf(run)));
        assertWord(address(training), slot + 2, 0);
        closeRound(run, 1);
        complete(run);
        assertWord(address(training), slot, word | uint256(ITrainingLog.Outcome.COMPLETED) << 32);
        assertWord(address(training), slot + 2, uint256(training.closingDigestOf(run)));
    }

    function test_rounds_layout() public {
        RunId run = openRoundWith(77);
        contribute(run, 1, CLINIC, 1);
        uint256 id = uint256(RunId.unwrap(run));
        bytes32 setting = keccak256(abi.encode(model, scope()));
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 shown = keccak256(abi.encode(setting, inputAt(i)));
            assertWord(address(training), at(at(INPUTS, id), i), uint256(shown));
        }
        assertWord(address(training), at(at(ROUNDS, id), 1), uint256(training.roundDigestOf(run, 1)));
        uint256 answers = at(at(ANSWERS, id), 1);
        assertWord(address(training), at(answers, 0), 0);
        assertWord(address(training), at(answers, 1), uint256(training.answerDigestOf(run, 1, 1)));
        assertGt(uint256(training.answerDigestOf(run, 1, 1)), 0);
    }

    function test_models_layout() public {
        registerModel(COMPANY);
        vm.prank(operator(INSTITUTE));
        ModelId second = models.registerModel("m", keccak256("model card"));
        ModelVersionId version = import_(second, "v");
        uint256 slot = at(MODELS, uint256(ModelId.unwrap(second)));
        assertWord(address(models), slot, OrganisationId.unwrap(INSTITUTE) | uint256(3) << 32 | uint256(1) << 64);
        assertWord(address(models), slot + 1, uint256(models.modelDigestOf(second)));

        slot = at(MODEL_VERSIONS, uint256(ModelVersionId.unwrap(version)));
        uint256 word = OrganisationId.unwrap(INSTITUTE) | uint256(3) << 32 | uint256(1) << 64 | uint256(START) << 96;
        assertWord(address(models), slot, word | uint256(IModelRegistry.Lifecycle.PUBLISHED) << 144);
        assertWord(address(models), slot + 1, uint256(models.recordDigestOf(version)));
        sellImport(version, second);
        recall(version, "r");
        word |= uint256(IModelRegistry.Lifecycle.RELEASED) << 144 | uint256(1) << 152 | uint256(1) << 160;
        assertWord(address(models), slot, word);
    }

    function test_recalls_layout() public {
        ModelVersionId version = import_(model, "v");
        vm.warp(START + 3);
        RecallId issued = recall(version, "r");
        vm.prank(operator(CLINIC));
        models.acknowledge(issued);
        vm.warp(START + 5);
        vm.prank(operator(AGENCY));
        models.liftRecall(issued);
        uint256 id = uint256(RecallId.unwrap(issued));
        uint256 slot = at(RECALLS, id);
        uint256 word = OrganisationId.unwrap(AGENCY) | uint256(START + 3) << 32 | uint256(START + 5) << 80;
        assertWord(address(models), slot, word | uint256(1) << 128);
        assertWord(address(models), slot + 1, uint256(ModelVersionId.unwrap(version)));
        assertWord(address(models), slot + 2, uint256(models.recallDigestOf(issued)));
        assertWord(address(models), at(at(ACKNOWLEDGED, id), 0), 1 << OrganisationId.unwrap(CLINIC));
    }

    function test_streams_layout() public {
        vm.prank(operator(CLINIC));
        StreamId stream = anchors.registerStream("s", IAnchorLog.DeviceClass.CT);
        vm.prank(operator(CLINIC));
        anchors.anchor(IAnchorLog.Head({ stream: stream, size: 384, root: keccak256("head") }));
        uint256 slot = at(STREAMS, uint256(StreamId.unwrap(stream)));
        uint256 word = OrganisationId.unwrap(CLINIC) | uint256(IAnchorLog.DeviceClass.CT) << 32 | uint256(384) << 40
            | uint256(START) << 104;
        assertWord(address(anchors), slot, word);
        assertWord(address(anchors), slot + 1, uint256(anchors.recordDigestOf(stream)));
    }

    /// A run with its first round open, whose loss is charged.
    function openRoundWith(uint40 epsilon) private returns (RunId run) {
        run = openRun();
        ITrainingLog.RoundOpening memory opening = roundOf(run, model, inputs());
        opening.epsilon = epsilon;
        vm.prank(operator(INSTITUTE));
        training.openRound(opening);
    }

    function import_(ModelId of_, bytes32 salt) private returns (ModelVersionId) {
        vm.prank(operator(INSTITUTE));
        return models.importVersion(salt, imported(of_), new ModelVersionId[](0));
    }

    function imported(ModelId of_) private pure returns (IModelRegistry.Publication memory) {
        return IModelRegistry.Publication({
            model: of_, run: RunId.wrap(0), artifactDigest: keccak256("artifact"), cardDigest: keccak256("card")
        });
    }

    function sellImport(ModelVersionId version, ModelId of_) private {
        IModelRegistry.Shown memory shown = IModelRegistry.Shown({
            publisher: INSTITUTE,
            number: 1,
            publishedAt: START,
            publication: imported(of_),
            parents: new ModelVersionId[](0)
        });
        vm.prank(operator(INSTITUTE));
        models.releaseForSale(version, shown, scope(), new ITrainingLog.Input[](0));
    }

    function recall(ModelVersionId version, bytes32 salt) private returns (RecallId) {
        vm.prank(operator(AGENCY));
        return models.recall(salt, version, IModelRegistry.Severity.SERIOUS, keccak256("notice"), NO_VERSION);
    }

    function termsOfFirst() private view returns (Terms memory terms) {
        terms = termsFor(dataset[0]);
        (terms.notBefore, terms.expiresAt) = (START, START + 365 days);
    }

    /// The word of a grant with an empty log. Each dataset of the test has its custodian's number.
    function grantOf(Terms memory terms) private view returns (uint256 word) {
        bool first = DatasetId.unwrap(terms.dataset) == DatasetId.unwrap(dataset[0]);
        OrganisationId grantor = first ? HOSPITAL : CLINIC;
        word = OrganisationId.unwrap(grantor) | uint256(OrganisationId.unwrap(terms.grantee)) << 32;
        word |= uint256(first ? 1 : 2) << 64 | uint256(terms.notBefore) << 96 | uint256(terms.expiresAt) << 144;
        word |= uint256(terms.operations) << 192 | uint256(terms.purposes) << 200 | uint256(terms.condition) << 216;
    }

    function assertWord(address target, uint256 slot, uint256 expected) private view {
        assertEq(vm.load(target, bytes32(slot)), bytes32(expected));
    }

    /// The slot of `key` in the mapping whose own slot is `base`.
    function at(uint256 base, uint256 key) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(key, base)));
    }
}
