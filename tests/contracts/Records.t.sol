// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AnchorLog } from "../../contracts/AnchorLog.sol";
import { ConsentToken } from "../../contracts/ConsentToken.sol";
import { Consortium } from "../../contracts/Consortium.sol";
import { DatasetRegistry } from "../../contracts/DatasetRegistry.sol";
import { ModelRegistry } from "../../contracts/ModelRegistry.sol";
import { TrainingLog } from "../../contracts/TrainingLog.sol";
import { IAccessRequests } from "../../contracts/interfaces/IAccessRequests.sol";
import { IAnchorLog } from "../../contracts/interfaces/IAnchorLog.sol";
import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { Basis, Permission, Scope, StateReason, Terms } from "../../contracts/types/DataUse.sol";
import {
    ConsentId,
    DatasetId,
    ModelId,
    ModelVersionId,
    RecallId,
    RequestId,
    RunId,
    StreamId
} from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";
import { RecordVectors } from "./base/RecordVectors.sol";

/// The history of `tests/vectors/records.json` happens on the contracts: every id and digest must come out as computed,
/// and at its end storage must hold the words of `words.json`.
contract RecordsTest is ConsortiumTest {
    using RecordVectors for RecordVectors.Record;

    address internal constant DEPLOYER = 0x00000000000000000000000000000000Dec0dE01;
    uint256 internal constant CHAIN = 424242;

    /// Where the record of a run or a model version stands, to be shown again.
    mapping(bytes32 => uint256) internal places;

    function setUp() public override {
        vm.chainId(CHAIN);
        vm.warp(START);
        IConsortium.Admission[] memory all = new IConsortium.Admission[](FOUNDERS);
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            all[i] = founderAt(i);
        }
        vm.startPrank(DEPLOYER);
        IConsortium.Generation memory first = predicted(DEPLOYER, 1);
        consortium = new Consortium(all, founderOperators(), first);
        datasets = new DatasetRegistry(consortium, ConsentToken(first.consents));
        consents = new ConsentToken(consortium, datasets, TrainingLog(first.training), ModelRegistry(first.models));
        training = new TrainingLog(consortium, consents);
        models = new ModelRegistry(consortium, consents, training);
        anchors = new AnchorLog(consortium);
        vm.stopPrank();
    }

    function test_recordDigestOf_equalsTheVectors() public {
        assertGe(happenAll(), 70);
    }

    function test_storage_holdsTheWordsOfTheVectors() public {
        happenAll();
        uint256 count;
        while (this.holdsWord(count)) {
            ++count;
        }
        assertGe(count, 90);
    }

    /// How many records there are.
    function happenAll() internal returns (uint256 count) {
        while (this.happen(count)) {
            ++count;
        }
    }

    /// Compares a word; false when there is none.
    function holdsWord(uint256 place) external view returns (bool) {
        string memory json = vm.readFile("tests/vectors/words.json");
        string memory path = string.concat(".words[", vm.toString(place), "]");
        if (!vm.keyExistsJson(json, path)) return false;
        address target = addressOf(vm.parseJsonString(json, string.concat(path, ".contract")));
        bytes32 slot = vm.parseJsonBytes32(json, string.concat(path, ".slot"));
        assertEq(vm.load(target, slot), vm.parseJsonBytes32(json, string.concat(path, ".value")), path);
        return true;
    }

    /// Makes a record happen; false when there is none.
    function happen(uint256 place) external returns (bool) {
        RecordVectors.Record memory r = RecordVectors.at(place);
        if (!r.exists()) return false;
        if (r.isA("organisation")) organisation(r);
        else if (r.isA("dataset-version")) datasetVersion(r);
        else if (r.isA("erasure")) erasure(r);
        else if (r.isA("request")) request(r);
        else if (r.isA("consent")) consent(r);
        else if (r.isA("consent-act")) consentAct(r);
        else if (r.isA("model")) model(r);
        else if (r.isA("run")) run(r);
        else if (r.isA("round-opened")) roundOpened(r);
        else if (r.isA("answer")) answer(r);
        else if (r.isA("round-closed")) roundClosed(r);
        else if (r.isA("run-closing")) runClosing(r);
        else if (r.isA("model-version")) modelVersion(r);
        else if (r.isA("version-step")) versionStep(r);
        else if (r.isA("recall")) recall(r);
        else if (r.isA("acknowledgement")) acknowledgement(r);
        else if (r.isA("recall-lift")) recallLift(r);
        else if (r.isA("proposal")) proposal(r);
        else if (r.isA("emergency")) emergency(r);
        else if (r.isA("stream-anchor")) streamAnchor(r);
        else revert("a record of another kind");
        return true;
    }

    function founderAt(uint256 place) private view returns (IConsortium.Admission memory) {
        RecordVectors.Record memory r = RecordVectors.at(place);
        return IConsortium.Admission({
            admin: r.key("admin"),
            capabilities: uint8(r.number("capabilities")),
            forProfit: r.flag("forProfit"),
            name: r.text("name")
        });
    }

    function organisation(RecordVectors.Record memory r) private view {
        assertEq(consortium.recordDigestOf(r.organisation("number")), r.digest());
    }

    function datasetVersion(RecordVectors.Record memory r) private {
        DatasetId dataset = DatasetId.wrap(r.word("dataset"));
        uint32 number = r.number32("number");
        address custodian = operator(r.organisation("custodian"));
        vm.warp(r.time("publishedAt"));
        if (number == 1) {
            bytes32 salt = RecordVectors.saltOf(r.word("dataset"));
            vm.prank(custodian);
            DatasetId registered = datasets.registerDataset(salt, keccak256("any card"));
            assertEq(DatasetId.unwrap(registered), r.word("dataset"));
        }
        IDatasetRegistry.Publication memory publication = publicationIn(r);
        if (r.has("derivation.parents")) {
            (Scope memory scope, IDatasetRegistry.Parent[] memory parents) = derivationIn(r);
            vm.prank(custodian);
            datasets.publishDerivedVersion(dataset, number, publication, scope, parents);
        } else {
            vm.prank(custodian);
            datasets.publishVersion(dataset, number, publication);
        }
        assertEq(datasets.recordDigestOf(dataset, number), r.digest());
    }

    function publicationIn(RecordVectors.Record memory r) private pure returns (IDatasetRegistry.Publication memory) {
        return IDatasetRegistry.Publication({
            root: r.word("root"),
            cardDigest: r.word("cardDigest"),
            attestationDigest: r.word("attestationDigest"),
            options: uint16(r.number("options")),
            sizeClass: IDatasetRegistry.SizeClass(r.number("sizeClass")),
            claim: IDatasetRegistry.PrivacyClaim(r.number("claim")),
            supersession: IDatasetRegistry.Supersession(r.number("supersession")),
            optOutCheckedAt: r.time("optOutCheckedAt")
        });
    }

    function derivationIn(RecordVectors.Record memory r)
        private
        view
        returns (Scope memory scope, IDatasetRegistry.Parent[] memory parents)
    {
        scope = scopeIn(r, "derivation.scope.");
        uint256 count;
        while (r.has(RecordVectors.part("derivation.parents", count, "dataset"))) ++count;
        parents = new IDatasetRegistry.Parent[](count);
        for (uint256 i = 0; i < count; ++i) {
            parents[i] = IDatasetRegistry.Parent({
                dataset: DatasetId.wrap(r.word(RecordVectors.part("derivation.parents", i, "dataset"))),
                version: r.number32(RecordVectors.part("derivation.parents", i, "version")),
                consent: ConsentId.wrap(r.word(RecordVectors.part("derivation.parents", i, "consent")))
            });
        }
    }

    function scopeIn(RecordVectors.Record memory r, string memory prefix) private pure returns (Scope memory) {
        return Scope({
            purposes: uint16(r.number(string.concat(prefix, "purposes"))),
            regions: uint40(r.number(string.concat(prefix, "regions"))),
            condition: uint24(r.number(string.concat(prefix, "condition"))),
            projectRef: r.word(string.concat(prefix, "projectRef"))
        });
    }

    function erasure(RecordVectors.Record memory r) private {
        DatasetId dataset = DatasetId.wrap(r.word("dataset"));
        bytes32 receipt = r.word("receiptDigest");
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("custodian")));
        datasets.recordErasure(dataset, r.number32("version"), receipt);
        assertEq(datasets.erasureDigestOf(dataset, receipt), r.digest());
    }

    function request(RecordVectors.Record memory r) private {
        IAccessRequests.Wanted memory wanted;
        wanted.dataset = DatasetId.wrap(r.word("dataset"));
        wanted.purposes = uint16(r.number("purposes"));
        wanted.operations = uint8(r.number("operations"));
        wanted.condition = uint24(r.number("condition"));
        wanted.regions = uint40(r.number("regions"));
        wanted.notBefore = r.time("notBefore");
        wanted.expiresAt = r.time("expiresAt");
        wanted.maxRounds = uint24(r.number("maxRounds"));
        wanted.epsilonBudget = uint40(r.number("epsilonBudget"));
        wanted.projectRef = r.word("projectRef");
        wanted.cardDigest = r.word("cardDigest");
        bytes32 salt = RecordVectors.saltOf(r.word("request"));
        vm.warp(r.time("madeAt"));
        vm.prank(operator(r.organisation("requester")));
        RequestId made = consents.makeRequest(salt, wanted);
        assertEq(RequestId.unwrap(made), r.word("request"));
        assertEq(consents.requestDigestOf(made), r.digest());
    }

    function consent(RecordVectors.Record memory r) private {
        Terms memory terms;
        terms.dataset = DatasetId.wrap(r.word("dataset"));
        terms.grantee = r.organisation("grantee");
        terms.versionFrom = r.number32("versionFrom");
        terms.versionTo = r.number32("versionTo");
        terms.basis = Basis(r.number("basis"));
        terms.permission = Permission(r.number("permission"));
        terms.modifiers = r.number32("modifiers");
        terms.purposes = uint16(r.number("purposes"));
        terms.operations = uint8(r.number("operations"));
        terms.condition = uint24(r.number("condition"));
        terms.regions = uint40(r.number("regions"));
        terms.deidentification = uint16(r.number("deidentification"));
        terms.notBefore = r.time("notBefore");
        terms.expiresAt = r.time("expiresAt");
        terms.maxRounds = uint24(r.number("maxRounds"));
        terms.epsilonBudget = uint40(r.number("epsilonBudget"));
        terms.projectRef = r.word("projectRef");
        terms.policyDigest = r.word("policyDigest");
        terms.request = RequestId.wrap(r.word("request"));
        terms.supersedes = ConsentId.wrap(r.word("supersedes"));
        vm.warp(r.time("issuedAt"));
        ConsentId issued = issue(r.organisation("grantor"), RecordVectors.saltOf(r.word("id")), terms);
        assertEq(ConsentId.unwrap(issued), r.word("id"));
        assertEq(consents.recordDigestOf(issued), r.digest());
    }

    function consentAct(RecordVectors.Record memory r) private {
        ConsentId target = ConsentId.wrap(r.word("consent"));
        IConsentToken.Act act = IConsentToken.Act(r.number("act"));
        StateReason reason = StateReason(r.number("reason"));
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("actor")));
        if (act == IConsentToken.Act.SUSPENDED_BY_GRANTOR) consents.suspend(target, reason);
        else if (act == IConsentToken.Act.REINSTATED_BY_GRANTOR) consents.reinstate(target, reason);
        else if (act == IConsentToken.Act.REVOKED) consents.revoke(target, reason);
        else consents.suspendByRegulator(target, reason, r.time("until"));
    }

    function model(RecordVectors.Record memory r) private {
        bytes32 salt = RecordVectors.saltOf(r.word("id"));
        vm.prank(operator(r.organisation("publisher")));
        ModelId registered = models.registerModel(salt, r.word("cardDigest"));
        assertEq(ModelId.unwrap(registered), r.word("id"));
        assertEq(models.modelDigestOf(registered), r.digest());
    }

    function run(RecordVectors.Record memory r) private {
        ITrainingLog.Opening memory opening = ITrainingLog.Opening({
            model: ModelId.wrap(r.word("model")),
            scope: scopeIn(r, "scope."),
            cardDigest: r.word("cardDigest"),
            codeDigest: r.word("codeDigest"),
            containerDigest: r.word("containerDigest")
        });
        bytes32 salt = RecordVectors.saltOf(r.word("id"));
        ITrainingLog.Input[] memory used = inputsIn(r);
        vm.warp(r.time("openedAt"));
        vm.prank(operator(r.organisation("publisher")));
        RunId opened = training.openRun(salt, opening, used);
        assertEq(RunId.unwrap(opened), r.word("id"));
        assertEq(training.recordDigestOf(opened), r.digest());
        places[r.word("id")] = r.place;
    }

    function inputsIn(RecordVectors.Record memory r) private view returns (ITrainingLog.Input[] memory all) {
        uint256 count;
        while (r.has(RecordVectors.part("inputs", count, "dataset"))) ++count;
        all = new ITrainingLog.Input[](count);
        for (uint256 i = 0; i < count; ++i) {
            all[i] = ITrainingLog.Input({
                dataset: DatasetId.wrap(r.word(RecordVectors.part("inputs", i, "dataset"))),
                version: r.number32(RecordVectors.part("inputs", i, "version")),
                consent: ConsentId.wrap(r.word(RecordVectors.part("inputs", i, "consent"))),
                operation: uint8(r.number(RecordVectors.part("inputs", i, "operation")))
            });
        }
    }

    /// The record of the run that another record names.
    function runOf(RecordVectors.Record memory r) private view returns (RecordVectors.Record memory) {
        return RecordVectors.at(places[r.word("run")]);
    }

    function roundOpened(RecordVectors.Record memory r) private {
        RecordVectors.Record memory opened = runOf(r);
        ITrainingLog.RoundOpening memory opening = ITrainingLog.RoundOpening({
            run: RunId.wrap(r.word("run")),
            round: r.number32("round"),
            epsilon: uint40(r.number("epsilon")),
            model: ModelId.wrap(opened.word("model")),
            scope: scopeIn(opened, "scope."),
            inputs: inputsIn(opened)
        });
        vm.warp(r.time("openedAt"));
        vm.prank(operator(opened.organisation("publisher")));
        training.openRound(opening);
        assertEq(training.roundDigestOf(opening.run, opening.round), r.digest());
    }

    function answer(RecordVectors.Record memory r) private {
        RecordVectors.Record memory opened = runOf(r);
        ITrainingLog.Answer memory given;
        given.run = RunId.wrap(r.word("run"));
        given.round = r.number32("round");
        given.position = uint8(r.number("position"));
        given.model = ModelId.wrap(opened.word("model"));
        given.scope = scopeIn(opened, "scope.");
        given.input = inputsIn(opened)[given.position];
        given.updateDigest = r.word("updateDigest");
        given.refusal = ITrainingLog.Refusal(r.number("refusal"));
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("custodian")));
        training.answer(given);
        assertEq(training.answerDigestOf(given.run, given.round, given.position), r.digest());
    }

    function roundClosed(RecordVectors.Record memory r) private {
        RunId opened = RunId.wrap(r.word("run"));
        uint32 round = r.number32("round");
        vm.warp(r.time("closedAt"));
        vm.prank(operator(runOf(r).organisation("publisher")));
        training.closeRound(opened, round, r.word("aggregateDigest"));
        assertEq(training.roundDigestOf(opened, round), r.digest());
    }

    function runClosing(RecordVectors.Record memory r) private {
        RunId opened = RunId.wrap(r.word("run"));
        vm.warp(r.time("closedAt"));
        vm.prank(operator(runOf(r).organisation("publisher")));
        training.closeRun(opened, ITrainingLog.Outcome(r.number("outcome")), r.word("resultDigest"));
        assertEq(training.closingDigestOf(opened), r.digest());
    }

    function modelVersion(RecordVectors.Record memory r) private {
        IModelRegistry.Publication memory publication = shownIn(r).publication;
        ModelVersionId[] memory parents = shownIn(r).parents;
        bytes32 salt = RecordVectors.saltOf(r.word("id"));
        vm.warp(r.time("publishedAt"));
        address publisher = operator(r.organisation("publisher"));
        ModelVersionId version;
        if (RunId.unwrap(publication.run) == 0) {
            vm.prank(publisher);
            version = models.importVersion(salt, publication, parents);
        } else {
            RecordVectors.Record memory made = runOf(r);
            (Scope memory scope, ITrainingLog.Input[] memory used) = (scopeIn(made, "scope."), inputsIn(made));
            vm.prank(publisher);
            version = models.publishVersion(salt, publication, parents, scope, used);
        }
        assertEq(ModelVersionId.unwrap(version), r.word("id"));
        assertEq(models.recordDigestOf(version), r.digest());
        places[r.word("id")] = r.place;
    }

    function shownIn(RecordVectors.Record memory r) private pure returns (IModelRegistry.Shown memory shown) {
        shown.publisher = r.organisation("publisher");
        shown.number = r.number32("number");
        shown.publishedAt = r.time("publishedAt");
        shown.publication = IModelRegistry.Publication({
            model: ModelId.wrap(r.word("model")),
            run: RunId.wrap(r.word("run")),
            artifactDigest: r.word("artifactDigest"),
            cardDigest: r.word("cardDigest")
        });
        bytes32[] memory words = r.words("parents");
        shown.parents = new ModelVersionId[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            shown.parents[i] = ModelVersionId.wrap(words[i]);
        }
    }

    function versionStep(RecordVectors.Record memory r) private {
        ModelVersionId version = ModelVersionId.wrap(r.word("version"));
        IModelRegistry.Lifecycle next = IModelRegistry.Lifecycle(r.number("lifecycle"));
        RecordVectors.Record memory published = RecordVectors.at(places[r.word("version")]);
        address publisher = operator(published.organisation("publisher"));
        vm.warp(r.time("at"));
        if (r.flag("forSale")) {
            releaseForSale(publisher, version, published);
            return;
        }
        vm.prank(publisher);
        if (next == IModelRegistry.Lifecycle.RELEASED) models.release(version);
        else if (next == IModelRegistry.Lifecycle.DEPRECATED) models.deprecate(version);
        else models.withdraw(version);
    }

    function releaseForSale(address publisher, ModelVersionId version, RecordVectors.Record memory published) private {
        IModelRegistry.Shown memory shown = shownIn(published);
        Scope memory scope;
        ITrainingLog.Input[] memory used = new ITrainingLog.Input[](0);
        if (RunId.unwrap(shown.publication.run) != 0) {
            RecordVectors.Record memory made = runOf(published);
            (scope, used) = (scopeIn(made, "scope."), inputsIn(made));
        }
        vm.prank(publisher);
        models.releaseForSale(version, shown, scope, used);
    }

    function recall(RecordVectors.Record memory r) private {
        bytes32 salt = RecordVectors.saltOf(r.word("id"));
        vm.warp(r.time("issuedAt"));
        vm.prank(operator(r.organisation("issuer")));
        RecallId issued = models.recall(
            salt,
            ModelVersionId.wrap(r.word("version")),
            IModelRegistry.Severity(r.number("severity")),
            r.word("noticeDigest"),
            ModelVersionId.wrap(r.word("replacement"))
        );
        assertEq(RecallId.unwrap(issued), r.word("id"));
        assertEq(models.recallDigestOf(issued), r.digest());
    }

    function acknowledgement(RecordVectors.Record memory r) private {
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("organisation")));
        models.acknowledge(RecallId.wrap(r.word("recall")));
    }

    function recallLift(RecordVectors.Record memory r) private {
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("organisation")));
        models.liftRecall(RecallId.wrap(r.word("recall")));
    }

    function proposal(RecordVectors.Record memory r) private {
        vm.warp(r.time("at"));
        uint256 carried = carry(IConsortium.ProposalKind(r.number("proposal")), r.octets("payload"));
        assertEq(consortium.proposalDigestOf(carried), r.digest());
    }

    function emergency(RecordVectors.Record memory r) private {
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("regulator")));
        consortium.suspendInEmergency(
            r.organisation("organisation"), IConsortium.EmergencyReason(r.number("reason")), r.time("until")
        );
    }

    function streamAnchor(RecordVectors.Record memory r) private {
        bytes32 salt = RecordVectors.saltOf(r.word("stream"));
        address custodian = operator(r.organisation("custodian"));
        vm.warp(r.time("at"));
        vm.prank(custodian);
        StreamId stream = anchors.registerStream(salt, IAnchorLog.DeviceClass(r.number("deviceClass")));
        assertEq(StreamId.unwrap(stream), r.word("stream"));
        IAnchorLog.Head memory head =
            IAnchorLog.Head({ stream: stream, size: uint64(r.number("size")), root: r.word("root") });
        vm.prank(custodian);
        anchors.anchor(head);
        assertEq(anchors.recordDigestOf(stream), r.digest());
    }

    function addressOf(string memory name) private view returns (address) {
        bytes32 wanted = keccak256(bytes(name));
        if (wanted == keccak256("consortium")) return address(consortium);
        if (wanted == keccak256("datasets")) return address(datasets);
        if (wanted == keccak256("consents")) return address(consents);
        if (wanted == keccak256("training")) return address(training);
        if (wanted == keccak256("models")) return address(models);
        revert("no such contract");
    }
}
