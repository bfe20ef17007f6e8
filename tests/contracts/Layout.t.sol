// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../contracts/interfaces/ITrainingLog.sol";
import { PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { ALL_OPERATIONS, StateReason, TRAIN, Terms } from "../../contracts/types/DataUse.sol";
import {
    ConsentId,
    DatasetId,
    ModelId,
    ModelVersionId,
    OrganisationId,
    RunId,
    StreamId
} from "../../contracts/types/Ids.sol";
import { RunTest } from "./base/RunTest.sol";

/// Where every word lies that evidence proves. A storage proof is checked against these numbers, so they never change
/// within a generation. Fields are packed from the low-order end, in the order given here.
contract LayoutTest is RunTest {
    // Consortium
    uint256 internal constant ORGANISATIONS = 0;
    uint256 internal constant KEYS = 1;
    // DatasetRegistry
    uint256 internal constant DATASETS = 0;
    uint256 internal constant DATASET_VERSIONS = 1;
    // ConsentToken: OpenZeppelin's ERC721 has the slots 0 to 5, of which 3 holds the balances
    uint256 internal constant BALANCES = 3;
    uint256 internal constant CONSENTS = 6;
    uint256 internal constant LOG = 7;
    // TrainingLog
    uint256 internal constant RUNS = 0;
    uint256 internal constant INPUTS = 1;
    uint256 internal constant ROUNDS = 2;
    // ModelRegistry
    uint256 internal constant MODEL_VERSIONS = 0;
    uint256 internal constant MODELS = 1;
    // AnchorLog
    uint256 internal constant STREAMS = 0;

    function test_organisations_layout() public {
        uint256 slot = at(ORGANISATIONS, OrganisationId.unwrap(COMPANY));
        uint256 word = uint160(admin(COMPANY)) | uint256(PUBLISHER) << 160 | uint256(1) << 168;
        assertWord(address(consortium), slot, word | uint256(IConsortium.Status.ACTIVE) << 176);
        assertWord(address(consortium), slot + 1, uint256(consortium.recordDigestOf(COMPANY)));
        suspendOrganisation(COMPANY);
        assertWord(address(consortium), slot, word | uint256(IConsortium.Status.SUSPENDED) << 176);
    }

    function test_keys_layout() public {
        uint256 slot = at(KEYS, uint160(operator(COMPANY)));
        uint256 word = OrganisationId.unwrap(COMPANY) | uint256(IConsortium.Role.OPERATOR) << 32 | uint256(START) << 40;
        assertWord(address(consortium), slot, word);
        vm.warp(START + 9);
        vm.prank(admin(COMPANY));
        consortium.retireOperator(operator(COMPANY));
        assertWord(address(consortium), slot, word | uint256(START + 9) << 88);
    }

    function test_datasets_layout() public {
        publish(dataset[1], CLINIC, IDatasetRegistry.Supersession.WITHDRAWAL);
        publish(dataset[1], CLINIC, IDatasetRegistry.Supersession.EXTENSION);
        uint256 id = uint256(DatasetId.unwrap(dataset[1]));
        assertWord(
            address(datasets), at(DATASETS, id), OrganisationId.unwrap(CLINIC) | uint256(3) << 32 | uint256(2) << 64
        );
        for (uint32 number = 1; number <= 3; ++number) {
            assertWord(
                address(datasets),
                at(at(DATASET_VERSIONS, id), number),
                uint256(datasets.recordDigestOf(dataset[1], number))
            );
        }
    }

    function test_consents_layout() public {
        Terms memory terms = termsFor(dataset[0]);
        (terms.versionFrom, terms.versionTo, terms.maxRounds) = (1, 9, 7);
        consent[0] = issue(HOSPITAL, "layout", terms);
        openRound();
        vm.prank(operator(HOSPITAL));
        consents.suspend(consent[0], StateReason.ERROR);
        vm.prank(operator(AGENCY));
        consents.suspendByRegulator(consent[0], StateReason.REGULATOR_ORDER, START + 100);
        vm.warp(START + 50);
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent[0], StateReason.BREACH);

        uint256 slot = at(CONSENTS, uint256(ConsentId.unwrap(consent[0])));
        uint256 grant = OrganisationId.unwrap(HOSPITAL) | uint256(OrganisationId.unwrap(INSTITUTE)) << 32
            | uint256(terms.notBefore) << 64 | uint256(terms.expiresAt) << 112;
        grant |= uint256(ALL_OPERATIONS) << 160 | uint256(PURPOSES) << 176 | uint256(3) << 208;
        assertWord(address(consents), slot, grant);
        uint256 limits = uint256(1) | uint256(9) << 32 | uint256(7) << 64 | uint256(1) << 96;
        limits |= uint256(START + 100) << 128 | uint256(START + 50) << 176 | uint256(1) << 224;
        assertWord(address(consents), slot + 1, limits);
        assertWord(address(consents), slot + 2, uint256(consents.recordDigestOf(consent[0])));
        assertWord(address(consents), slot + 3, uint256(PROJECT));
        assertWord(address(consents), slot + 4, uint256(DatasetId.unwrap(dataset[0])));
        assertWord(address(consents), slot + 5, 2);

        uint256 log = at(LOG, uint256(ConsentId.unwrap(consent[0])));
        assertEntry(log, 0, IConsentToken.Act.SUSPENDED_BY_GRANTOR, StateReason.ERROR, HOSPITAL, START, 0);
        assertEntry(
            log, 1, IConsentToken.Act.SUSPENDED_BY_REGULATOR, StateReason.REGULATOR_ORDER, AGENCY, START, START + 100
        );
        assertEntry(log, 2, IConsentToken.Act.REVOKED, StateReason.BREACH, HOSPITAL, START + 50, 0);
        assertWord(address(consents), at(log, 3), 0);
        assertWord(address(consents), at(BALANCES, uint160(consents.holderOf(INSTITUTE))), 3);
    }

    function test_consents_leaveSlotsEmptyThatAreNotNeeded() public {
        Terms memory terms = termsFor(dataset[0]);
        terms.projectRef = 0;
        uint256 slot = at(CONSENTS, uint256(ConsentId.unwrap(issue(HOSPITAL, "layout", terms))));
        assertWord(address(consents), slot + 3, 0);
        assertWord(address(consents), slot + 5, 0);
    }

    function test_runs_layout() public {
        RunId run = openRound();
        contribute(run, 1, CLINIC, 1);
        uint256 slot = at(RUNS, uint256(RunId.unwrap(run)));
        uint256 word =
            OrganisationId.unwrap(INSTITUTE) | uint256(TRAIN) << 32 | uint256(PURPOSES) << 48 | uint256(START) << 88;
        word |= uint256(2) << 136 | uint256(1) << 144 | uint256(1) << 184 | uint256(2) << 192;
        assertWord(address(training), slot, word | uint256(1) << 176);
        assertWord(address(training), slot + 1, uint256(ModelId.unwrap(model)));
        assertWord(address(training), slot + 2, uint256(PROJECT));
        assertWord(address(training), slot + 3, uint256(training.recordDigestOf(run)));
        assertWord(address(training), slot + 4, 0);
        for (uint256 i = 0; i < 2; ++i) {
            assertWord(
                address(training),
                at(at(INPUTS, uint256(RunId.unwrap(run))), i),
                uint256(keccak256(abi.encode(dataset[i], uint32(1), consent[i])))
            );
        }
        closeRound(run, 1);
        complete(run);
        assertWord(address(training), slot, word | uint256(ITrainingLog.Outcome.COMPLETED) << 80);
        assertWord(address(training), slot + 4, uint256(training.closingDigestOf(run)));
        assertWord(
            address(training), at(at(ROUNDS, uint256(RunId.unwrap(run))), 1), uint256(training.roundDigestOf(run, 1))
        );
    }

    function test_models_layout() public {
        RunId run = openRun();
        complete(run);
        IModelRegistry.Publication memory publication = IModelRegistry.Publication({
            model: model, run: run, artifactDigest: keccak256("artifact"), cardDigest: keccak256("card")
        });
        vm.prank(operator(INSTITUTE));
        ModelVersionId version = models.publishVersion("v", publication, new ModelVersionId[](0), inputs());
        uint256 slot = at(MODELS, uint256(ModelId.unwrap(model)));
        assertWord(address(models), slot, OrganisationId.unwrap(INSTITUTE) | uint256(1) << 32);
        assertWord(address(models), slot + 1, uint256(models.modelDigestOf(model)));
        assertWord(
            address(models),
            at(MODEL_VERSIONS, uint256(ModelVersionId.unwrap(version))),
            uint256(models.recordDigestOf(version))
        );
    }

    function test_streams_layout() public {
        vm.prank(operator(CLINIC));
        StreamId stream = anchors.registerStream("s");
        vm.prank(operator(CLINIC));
        anchors.anchor(stream, 384, keccak256("head"));
        uint256 slot = at(STREAMS, uint256(StreamId.unwrap(stream)));
        assertWord(address(anchors), slot, OrganisationId.unwrap(CLINIC) | uint256(384) << 32 | uint256(START) << 96);
        assertWord(address(anchors), slot + 1, uint256(keccak256("head")));
    }

    function assertEntry(
        uint256 log,
        uint256 position,
        IConsentToken.Act act,
        StateReason reason,
        OrganisationId actor,
        uint48 time,
        uint48 until
    ) private view {
        uint256 word = uint256(act) | uint256(reason) << 8 | uint256(OrganisationId.unwrap(actor)) << 16 | uint256(time)
            << 48 | uint256(until) << 96;
        assertWord(address(consents), at(log, position), word);
    }

    function assertWord(address target, uint256 slot, uint256 expected) private view {
        assertEq(vm.load(target, bytes32(slot)), bytes32(expected));
    }

    /// The slot of `key` in the mapping whose own slot is `base`.
    function at(uint256 base, uint256 key) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(key, base)));
    }
}
