// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { Test } from "forge-std/Test.sol";
import { AnchorLog } from "../../../contracts/AnchorLog.sol";
import { ConsentToken } from "../../../contracts/ConsentToken.sol";
import { Consortium } from "../../../contracts/Consortium.sol";
import { DatasetRegistry } from "../../../contracts/DatasetRegistry.sol";
import { ModelRegistry } from "../../../contracts/ModelRegistry.sol";
import { TrainingLog } from "../../../contracts/TrainingLog.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { Basis, Permission, Scope, TRAIN, Terms, Use } from "../../../contracts/types/DataUse.sol";
import {
    ConsentId,
    DatasetId,
    ModelId,
    NO_CONSENT,
    NO_REQUEST,
    OrganisationId,
    RunId
} from "../../../contracts/types/Ids.sol";

/// @notice A consortium of five, deployed as in production: every address is predicted before the first creation.
/// Two hospitals, two publishers, one regulator; `admin(n)` and `operator(n)` are the keys of organisation n.
abstract contract ConsortiumTest is Test {
    OrganisationId internal constant HOSPITAL = OrganisationId.wrap(1);
    OrganisationId internal constant CLINIC = OrganisationId.wrap(2);
    OrganisationId internal constant INSTITUTE = OrganisationId.wrap(3);
    OrganisationId internal constant COMPANY = OrganisationId.wrap(4);
    OrganisationId internal constant AGENCY = OrganisationId.wrap(5);
    OrganisationId internal constant NEWCOMER = OrganisationId.wrap(6);
    uint32 internal constant FOUNDERS = 5;

    uint48 internal constant START = 1_800_000_000;
    uint16 internal constant PURPOSES = (1 << 0) | (1 << 7);
    uint8 internal constant ALL_OPERATIONS = type(uint8).max;
    /// @dev Germany and Finland, by their bits.
    uint40 internal constant REGIONS = (1 << 5) | (1 << 9);
    bytes32 internal constant PROJECT = keccak256("project");
    address internal constant STRANGER = address(0xbad);

    Consortium internal consortium;
    DatasetRegistry internal datasets;
    ConsentToken internal consents;
    TrainingLog internal training;
    ModelRegistry internal models;
    AnchorLog internal anchors;

    uint256 private _salts;

    function setUp() public virtual {
        vm.warp(START);
        deploy();
    }

    function deploy() internal {
        IConsortium.Generation memory first = predicted(address(this), vm.getNonce(address(this)) + 1);
        consortium = new Consortium(founders(), founderOperators(), first);
        datasets = new DatasetRegistry(consortium, ConsentToken(first.consents));
        consents = new ConsentToken(consortium, datasets, TrainingLog(first.training), ModelRegistry(first.models));
        training = new TrainingLog(consortium, consents);
        models = new ModelRegistry(consortium, consents, training);
        anchors = new AnchorLog(consortium);
    }

    /// @notice The addresses of five contracts that `deployer` creates from `nonce` on.
    function predicted(address deployer, uint256 nonce) internal pure returns (IConsortium.Generation memory) {
        return IConsortium.Generation({
            datasets: vm.computeCreateAddress(deployer, nonce),
            consents: vm.computeCreateAddress(deployer, nonce + 1),
            training: vm.computeCreateAddress(deployer, nonce + 2),
            models: vm.computeCreateAddress(deployer, nonce + 3),
            anchors: vm.computeCreateAddress(deployer, nonce + 4)
        });
    }

    function founders() internal pure returns (IConsortium.Admission[] memory all) {
        all = new IConsortium.Admission[](FOUNDERS);
        all[0] = admission(HOSPITAL, CUSTODIAN, false, "Northern University Hospital");
        all[1] = admission(CLINIC, CUSTODIAN, false, "Lakeside Clinic");
        all[2] = admission(INSTITUTE, PUBLISHER, false, "Institute for Medical Imaging");
        all[3] = admission(COMPANY, PUBLISHER, true, "Sonography Software AG");
        all[4] = admission(AGENCY, REGULATOR, false, "Agency for Health Data");
    }

    function founderOperators() internal pure returns (address[] memory all) {
        all = new address[](FOUNDERS);
        for (uint32 i = 0; i < FOUNDERS; ++i) {
            all[i] = operator(OrganisationId.wrap(i + 1));
        }
    }

    function admission(OrganisationId organisation, uint8 capabilities, bool forProfit, string memory name)
        internal
        pure
        returns (IConsortium.Admission memory)
    {
        return IConsortium.Admission({
            admin: admin(organisation), capabilities: capabilities, forProfit: forProfit, name: name
        });
    }

    function admin(OrganisationId organisation) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("admin", organisation)))));
    }

    function operator(OrganisationId organisation) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("operator", organisation)))));
    }

    function present() internal view returns (uint48) {
        return Time.timestamp();
    }

    // Consortium

    function propose(IConsortium.ProposalKind kind, bytes memory payload) internal returns (uint256) {
        vm.prank(operator(CLINIC));
        return consortium.propose(freshSalt(), kind, payload);
    }

    /// @notice A salt that no call of the test has had.
    function freshSalt() internal returns (bytes32) {
        return keccak256(abi.encode("salt", ++_salts));
    }

    function vote(uint256 proposal, OrganisationId organisation) internal {
        vm.prank(operator(organisation));
        consortium.vote(proposal, true);
    }

    /// @notice Enough votes for five and for six organisations, two or three of them custodians.
    function pass(uint256 proposal) internal {
        vote(proposal, HOSPITAL);
        vote(proposal, CLINIC);
        vote(proposal, INSTITUTE);
        vote(proposal, COMPANY);
    }

    function carry(IConsortium.ProposalKind kind, bytes memory payload) internal returns (uint256 proposal) {
        proposal = propose(kind, payload);
        pass(proposal);
        vm.prank(executorOf(kind, payload));
        consortium.execute(proposal, payload);
    }

    /// @notice Who may carry it out: an admission only the newcomer's admin.
    function executorOf(IConsortium.ProposalKind kind, bytes memory payload) internal pure returns (address) {
        if (kind != IConsortium.ProposalKind.ADMIT) return operator(CLINIC);
        return abi.decode(payload, (IConsortium.Admission)).admin;
    }

    function suspendOrganisation(OrganisationId organisation) internal {
        carry(IConsortium.ProposalKind.SUSPEND, abi.encode(organisation));
    }

    function reinstateOrganisation(OrganisationId organisation) internal {
        carry(IConsortium.ProposalKind.REINSTATE, abi.encode(organisation));
    }

    // Datasets

    function registerDataset(OrganisationId custodian, bytes32 salt) internal returns (DatasetId) {
        vm.prank(operator(custodian));
        return datasets.registerDataset(salt, keccak256("dataset card"));
    }

    /// @notice A dataset of `custodian` with one version.
    function datasetOf(OrganisationId custodian) internal returns (DatasetId dataset) {
        dataset = registerDataset(custodian, keccak256("dataset salt"));
        publish(dataset, custodian, IDatasetRegistry.Supersession.FIRST);
    }

    function publish(DatasetId dataset, OrganisationId custodian, IDatasetRegistry.Supersession supersession)
        internal
        returns (uint32 number)
    {
        number = datasets.latestVersion(dataset) + 1;
        vm.prank(operator(custodian));
        datasets.publishVersion(dataset, number, publication(supersession));
    }

    function publication(IDatasetRegistry.Supersession supersession)
        internal
        view
        returns (IDatasetRegistry.Publication memory)
    {
        return IDatasetRegistry.Publication({
            root: keccak256("root"),
            cardDigest: keccak256("version card"),
            attestationDigest: keccak256("attestation"),
            options: 3,
            sizeClass: IDatasetRegistry.SizeClass.FROM_1_000,
            claim: IDatasetRegistry.PrivacyClaim.PSEUDONYMISED,
            supersession: supersession,
            optOutCheckedAt: present()
        });
    }

    // Consents

    function termsFor(DatasetId dataset) internal view returns (Terms memory) {
        return Terms({
            dataset: dataset,
            grantee: INSTITUTE,
            versionFrom: 1,
            versionTo: 0,
            basis: Basis.EHDS_PERMIT,
            permission: Permission.HMB,
            modifiers: 0,
            purposes: PURPOSES,
            operations: ALL_OPERATIONS,
            condition: 0,
            regions: 0,
            deidentification: 0,
            notBefore: present(),
            expiresAt: present() + 365 days,
            maxRounds: 3,
            epsilonBudget: 1_000_000,
            projectRef: PROJECT,
            policyDigest: keccak256("policy"),
            request: NO_REQUEST,
            supersedes: NO_CONSENT
        });
    }

    /// @notice A scope that every consent of `termsFor` permits.
    function scope() internal pure returns (Scope memory) {
        return Scope({ purposes: PURPOSES, regions: REGIONS, condition: 0, projectRef: PROJECT });
    }

    function issue(OrganisationId grantor, bytes32 salt, Terms memory terms) internal returns (ConsentId) {
        vm.prank(operator(grantor));
        return consents.issue(salt, terms);
    }

    function consentOn(DatasetId dataset, OrganisationId grantor) internal returns (ConsentId) {
        return issue(grantor, keccak256("consent salt"), termsFor(dataset));
    }

    function useOf(ConsentId consent, DatasetId dataset) internal pure returns (Use memory) {
        return Use({
            consent: consent,
            grantee: INSTITUTE,
            dataset: dataset,
            version: 1,
            operation: TRAIN,
            scope: scope(),
            rounds: 0,
            epsilon: 0,
            subject: keccak256("subject")
        });
    }

    // Runs and models

    function registerModel(OrganisationId publisher) internal returns (ModelId) {
        vm.prank(operator(publisher));
        return models.registerModel(keccak256("model salt"), keccak256("model card"));
    }

    function openingOf(ModelId model) internal pure returns (ITrainingLog.Opening memory) {
        return ITrainingLog.Opening({
            model: model,
            scope: scope(),
            cardDigest: keccak256("run card"),
            codeDigest: keccak256("code"),
            containerDigest: keccak256("container")
        });
    }

    function openRun(bytes32 salt, ModelId model, ITrainingLog.Input[] memory inputs) internal returns (RunId) {
        vm.prank(operator(INSTITUTE));
        return training.openRun(salt, openingOf(model), inputs);
    }

    /// @notice The next round of a run that `openRun` opened.
    function roundOf(RunId run, ModelId model, ITrainingLog.Input[] memory inputs)
        internal
        view
        returns (ITrainingLog.RoundOpening memory)
    {
        return ITrainingLog.RoundOpening({
            run: run,
            round: training.standingOf(run).rounds + 1,
            epsilon: 0,
            model: model,
            scope: scope(),
            inputs: inputs
        });
    }

    function openRound(RunId run, ModelId model, ITrainingLog.Input[] memory inputs) internal returns (uint32) {
        ITrainingLog.RoundOpening memory opening = roundOf(run, model, inputs);
        vm.prank(operator(INSTITUTE));
        training.openRound(opening);
        return opening.round;
    }

    function complete(RunId run) internal {
        vm.prank(operator(INSTITUTE));
        training.closeRun(run, ITrainingLog.Outcome.COMPLETED, keccak256("result"));
    }
}
