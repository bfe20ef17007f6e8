// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AnchorLog } from "../../contracts/AnchorLog.sol";
import { ConsentToken } from "../../contracts/ConsentToken.sol";
import { Consortium } from "../../contracts/Consortium.sol";
import { DatasetRegistry } from "../../contracts/DatasetRegistry.sol";
import { ModelRegistry } from "../../contracts/ModelRegistry.sol";
import { TrainingLog } from "../../contracts/TrainingLog.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { Basis, StateReason, Terms } from "../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, ModelId, ModelVersionId, RunId, StreamId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";
import { RecordVectors } from "./base/RecordVectors.sol";

/// The history of `tests/vectors/records.json` happens on the contracts: every id and digest must come out as computed.
contract RecordsTest is ConsortiumTest {
    using RecordVectors for RecordVectors.Record;

    address internal constant DEPLOYER = 0x00000000000000000000000000000000Dec0dE01;
    uint256 internal constant CHAIN = 424242;

    function setUp() public override {
        vm.chainId(CHAIN);
        vm.warp(START);
        IConsortium.Admission[] memory all = new IConsortium.Admission[](FOUNDERS);
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            all[i] = founderAt(i);
        }
        vm.startPrank(DEPLOYER);
        consortium = new Consortium(all, founderOperators(), predicted(DEPLOYER, 1));
        datasets = new DatasetRegistry(consortium);
        consents = new ConsentToken(consortium, datasets);
        training = new TrainingLog(consortium, consents, datasets);
        models = new ModelRegistry(consortium, consents, training);
        anchors = new AnchorLog(consortium);
        vm.stopPrank();
    }

    function test_recordDigestOf_equalsTheVectors() public {
        organisations();
        for (uint256 i = 0; i < 3; ++i) {
            datasetVersion(RecordVectors.find("dataset-version", i));
        }
        consent(RecordVectors.find("consent", 0));
        consent(RecordVectors.find("consent", 1));
        model(RecordVectors.find("model", 0));

        ITrainingLog.Input[] memory both = inputs(0, 2);
        RunId first = run(RecordVectors.find("run", 0), both);
        bytes32 chain = openRound(RecordVectors.find("round-opened", 0), both);
        chain = contribute(RecordVectors.find("round-contribution", 0), first, both, chain);
        chain = contribute(RecordVectors.find("round-contribution", 1), first, both, chain);
        closeRound(RecordVectors.find("round-closed", 0), first, chain);
        closeRun(RecordVectors.find("run-closing", 0));

        for (uint256 i = 0; i < 3; ++i) {
            modelVersion(RecordVectors.find("model-version", i), both);
        }

        ITrainingLog.Input[] memory one = inputs(2, 1);
        RunId second = run(RecordVectors.find("run", 1), one);
        chain = openRound(RecordVectors.find("round-opened", 1), one);
        vm.prank(operator(HOSPITAL));
        consents.revoke(one[0].consent, StateReason.STEWARD_DECISION);
        chain = contribute(RecordVectors.find("round-contribution", 2), second, one, chain);
        closeRound(RecordVectors.find("round-closed", 1), second, chain);
        closeRun(RecordVectors.find("run-closing", 1));

        streamAnchor(RecordVectors.find("stream-anchor", 0));
    }

    function founderAt(uint256 index) private view returns (IConsortium.Admission memory) {
        RecordVectors.Record memory r = RecordVectors.find("organisation", index);
        return IConsortium.Admission({
            admin: vm.parseJsonAddress(r.json, r.fieldPath("admin")),
            capabilities: uint8(r.number("capabilities")),
            forProfit: vm.parseJsonBool(r.json, r.fieldPath("forProfit")),
            name: vm.parseJsonString(r.json, r.fieldPath("name"))
        });
    }

    function organisations() private view {
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            RecordVectors.Record memory r = RecordVectors.find("organisation", i);
            assertEq(consortium.recordDigestOf(r.organisation("organisation")), r.digest());
        }
    }

    function datasetVersion(RecordVectors.Record memory r) private {
        DatasetId dataset = DatasetId.wrap(r.word("dataset"));
        uint32 number = r.number32("number");
        address custodian = operator(r.organisation("custodian"));
        vm.warp(r.time("publishedAt"));
        if (number == 1) {
            bytes32 salt = RecordVectors.saltOf(r.word("dataset"));
            vm.prank(custodian);
            assertTrue(datasets.registerDataset(salt, keccak256("any card")) == dataset);
        }
        IDatasetRegistry.Publication memory publication = IDatasetRegistry.Publication({
            root: r.word("root"),
            cardDigest: r.word("cardDigest"),
            attestationDigest: r.word("attestationDigest"),
            options: uint16(r.number("options")),
            sizeClass: IDatasetRegistry.SizeClass(r.number("sizeClass")),
            claim: IDatasetRegistry.PrivacyClaim(r.number("claim")),
            supersession: IDatasetRegistry.Supersession(r.number("supersession")),
            optOutCheckedAt: r.time("optOutCheckedAt")
        });
        vm.prank(custodian);
        assertEq(datasets.publishVersion(dataset, publication), number);
        assertEq(datasets.recordDigestOf(dataset, number), r.digest());
    }

    function consent(RecordVectors.Record memory r) private {
        Terms memory terms = Terms({
            dataset: DatasetId.wrap(r.word("dataset")),
            grantee: r.organisation("grantee"),
            versionFrom: r.number32("versionFrom"),
            versionTo: r.number32("versionTo"),
            basis: Basis(r.number("basis")),
            purposes: r.number32("purposes"),
            operations: uint16(r.number("operations")),
            notBefore: r.time("notBefore"),
            expiresAt: r.time("expiresAt"),
            maxRounds: r.number32("maxRounds"),
            projectRef: r.word("projectRef"),
            policyDigest: r.word("policyDigest")
        });
        vm.warp(r.time("issuedAt"));
        ConsentId issued = issue(r.organisation("grantor"), RecordVectors.saltOf(r.word("consent")), terms);
        assertEq(ConsentId.unwrap(issued), r.word("consent"));
        assertEq(consents.recordDigestOf(issued), r.digest());
    }

    function model(RecordVectors.Record memory r) private {
        bytes32 salt = RecordVectors.saltOf(r.word("model"));
        vm.prank(operator(r.organisation("publisher")));
        ModelId registered = models.registerModel(salt, r.word("cardDigest"));
        assertEq(ModelId.unwrap(registered), r.word("model"));
        assertEq(models.modelDigestOf(registered), r.digest());
    }

    function inputs(uint256 from, uint256 count) private view returns (ITrainingLog.Input[] memory all) {
        all = new ITrainingLog.Input[](count);
        for (uint256 i = 0; i < count; ++i) {
            RecordVectors.Record memory r = RecordVectors.find("input", from + i);
            all[i] = ITrainingLog.Input({
                dataset: DatasetId.wrap(r.word("dataset")),
                version: r.number32("version"),
                consent: ConsentId.wrap(r.word("consent"))
            });
            assertEq(keccak256(abi.encode(all[i].dataset, all[i].version, all[i].consent)), r.digest());
        }
    }

    function run(RecordVectors.Record memory r, ITrainingLog.Input[] memory used) private returns (RunId opened) {
        ITrainingLog.Opening memory opening = ITrainingLog.Opening({
            model: ModelId.wrap(r.word("model")),
            operation: uint16(r.number("operation")),
            purposes: r.number32("purposes"),
            projectRef: r.word("projectRef"),
            cardDigest: r.word("cardDigest")
        });
        bytes32 salt = RecordVectors.saltOf(r.word("run"));
        vm.warp(r.time("openedAt"));
        vm.prank(operator(r.organisation("publisher")));
        opened = training.openRun(salt, opening, used);
        assertEq(RunId.unwrap(opened), r.word("run"));
        assertEq(training.recordDigestOf(opened), r.digest());
    }

    function openRound(RecordVectors.Record memory r, ITrainingLog.Input[] memory used)
        private
        returns (bytes32 chain)
    {
        RunId opened = RunId.wrap(r.word("run"));
        vm.warp(r.time("openedAt"));
        assertEq(openRound(opened, used), r.number32("round"));
        chain = training.roundDigestOf(opened, 1);
        assertEq(chain, r.digest());
    }

    function contribute(RecordVectors.Record memory r, RunId opened, ITrainingLog.Input[] memory used, bytes32 previous)
        private
        returns (bytes32 chain)
    {
        uint32 position = r.number32("input");
        assertEq(previous, r.word("previous"));
        vm.warp(r.time("at"));
        vm.prank(operator(r.organisation("custodian")));
        training.contribute(opened, 1, position, used[position], r.word("updateDigest"));
        chain = training.roundDigestOf(opened, 1);
        assertEq(chain, r.digest());
    }

    function closeRound(RecordVectors.Record memory r, RunId opened, bytes32 previous) private {
        assertEq(previous, r.word("previous"));
        vm.warp(r.time("closedAt"));
        vm.prank(operator(INSTITUTE));
        training.closeRound(opened, 1, r.word("aggregateDigest"));
        assertEq(training.roundDigestOf(opened, 1), r.digest());
    }

    function closeRun(RecordVectors.Record memory r) private {
        RunId opened = RunId.wrap(r.word("run"));
        vm.warp(r.time("closedAt"));
        vm.prank(operator(INSTITUTE));
        training.closeRun(opened, ITrainingLog.Outcome(r.number("outcome")), r.word("resultDigest"));
        assertEq(training.closingDigestOf(opened), r.digest());
    }

    function modelVersion(RecordVectors.Record memory r, ITrainingLog.Input[] memory used) private {
        bytes32[] memory words = r.words("parents");
        ModelVersionId[] memory parents = new ModelVersionId[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            parents[i] = ModelVersionId.wrap(words[i]);
        }
        IModelRegistry.Publication memory publication = IModelRegistry.Publication({
            model: ModelId.wrap(r.word("model")),
            run: RunId.wrap(r.word("run")),
            artifactDigest: r.word("artifactDigest"),
            cardDigest: r.word("cardDigest")
        });
        bytes32 salt = RecordVectors.saltOf(r.word("version"));
        vm.warp(r.time("publishedAt"));
        vm.prank(operator(r.organisation("publisher")));
        ModelVersionId version = models.publishVersion(salt, publication, parents, used);
        assertEq(ModelVersionId.unwrap(version), r.word("version"));
        assertEq(models.recordDigestOf(version), r.digest());
    }

    function streamAnchor(RecordVectors.Record memory r) private {
        bytes32 salt = RecordVectors.saltOf(r.word("stream"));
        address custodian = operator(r.organisation("custodian"));
        vm.warp(r.time("at"));
        vm.prank(custodian);
        StreamId stream = anchors.registerStream(salt);
        assertEq(StreamId.unwrap(stream), r.word("stream"));
        vm.prank(custodian);
        anchors.anchor(stream, uint64(r.number("size")), r.word("root"));
        assertEq(anchors.recordDigestOf(stream), r.digest());
    }
}
