// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { ModelVersionId, NO_VERSION, OrganisationId, RecallId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

/// Issuing recalls. Lifting and acknowledging are in RecallAnswers.
contract RecallTest is ModelTest {
    /// What is left of the counter's 65,535 is kept for regulators.
    uint16 internal constant MOST_OF_PUBLISHER = 60_000;
    /// Where ModelRegistry keeps its versions, as tests/contracts/Layout.t.sol has it.
    uint256 internal constant VERSIONS = 0;

    ModelVersionId internal version;

    function setUp() public override {
        super.setUp();
        version = publishVersion(SALT);
    }

    function testFuzz_recall_recalls(bool byRegulator, uint8 kind, bytes32 notice, bool replaced, uint48 later) public {
        vm.assume(notice != 0);
        uint48 at = START + later % 300 days;
        ModelVersionId replacement = !byRegulator && replaced ? publishVersion("next") : NO_VERSION;
        vm.warp(at);
        OrganisationId issuer = byRegulator ? AGENCY : INSTITUTE;
        IModelRegistry.Severity severity = IModelRegistry.Severity(kind % 3);
        RecallId expected = RecallId.wrap(idOf(Ids.RECALL, issuer, SALT));
        vm.expectEmit(address(models));
        emit IModelRegistry.RecallIssued(expected, version, issuer, severity, notice, replacement, at, operator(issuer));
        vm.prank(operator(issuer));
        RecallId recalled = models.recall(SALT, version, severity, notice, replacement);
        assertEq(RecallId.unwrap(recalled), RecallId.unwrap(expected));
        assertTrue(models.isRecallStanding(recalled));
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
        assertEq(
            models.recallDigestOf(recalled),
            keccak256(abi.encode(recalled, version, issuer, severity, notice, replacement, at))
        );
    }

    function test_recall_countsEach() public {
        recallBy(INSTITUTE, "one", version);
        recallBy(INSTITUTE, "two", version);
        recallBy(AGENCY, "one", version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 3);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryRecalled.selector, version, 3));
        release(version);
    }

    function test_recall_leavesOtherVersionsAlone() public {
        ModelVersionId other = publishVersion("other");
        recallBy(AGENCY, SALT, version);
        assertStands(other, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
        release(other);
    }

    function test_recall_isOpenToASuspendedPublisher() public {
        suspendOrganisation(INSTITUTE);
        recallBy(INSTITUTE, SALT, version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
    }

    function test_recall_isOpenInAFormerGeneration() public {
        enterSecondGeneration();
        recallBy(AGENCY, SALT, version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
    }

    function test_recall_revertsWhenCallerMayNot() public {
        OrganisationId[3] memory others = [HOSPITAL, CLINIC, COMPANY];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryCannotRecall.selector, others[i]));
            recallBy(others[i], SALT, version);
        }
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        models.recall(SALT, version, IModelRegistry.Severity.MINOR, NOTICE, NO_VERSION);
    }

    function test_recall_revertsWhenTheVersionIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryUnknownVersion.selector, UNKNOWN));
        recallBy(AGENCY, SALT, UNKNOWN);
    }

    function test_recall_revertsWhenTheNoticeIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryEmptyDigest.selector, 0));
        vm.prank(operator(AGENCY));
        models.recall(SALT, version, IModelRegistry.Severity.MINOR, 0, NO_VERSION);
    }

    function test_recall_revertsWhenARegulatorNamesAReplacement() public {
        ModelVersionId next = publishVersion("next");
        expectBadReplacement(AGENCY, next);
    }

    function test_recall_revertsWhenTheReplacementIsBad() public {
        expectBadReplacement(INSTITUTE, version);
        expectBadReplacement(INSTITUTE, UNKNOWN);
        vm.prank(operator(INSTITUTE));
        IModelRegistry.Publication memory p = importing();
        p.model = models.registerModel("other", keccak256("card"));
        ModelVersionId ofAnotherModel = importVersion("other", p);
        expectBadReplacement(INSTITUTE, ofAnotherModel);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
    }

    /// Or whoever trusts the notice would take up what is taken back itself.
    function test_recall_revertsWhenTheReplacementIsTakenBack() public {
        ModelVersionId withdrawn = publishVersion("withdrawn");
        withdraw(withdrawn);
        expectBadReplacement(INSTITUTE, withdrawn);
        ModelVersionId recalled = publishVersion("recalled");
        RecallId ofRegulator = recallBy(AGENCY, "other", recalled);
        RecallId ofPublisher = recallBy(INSTITUTE, "other", recalled);
        expectBadReplacement(INSTITUTE, recalled);
        vm.prank(operator(AGENCY));
        models.liftRecall(ofRegulator);
        expectBadReplacement(INSTITUTE, recalled);
        vm.prank(operator(INSTITUTE));
        models.liftRecall(ofPublisher);
        replaceBy(recalled);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
    }

    /// So two versions never replace each other.
    function test_recall_revertsWhenTheReplacementIsReplacedByThis() public {
        ModelVersionId next = publishVersion("next");
        replaceBy(next);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryBadReplacement.selector, version));
        vm.prank(operator(INSTITUTE));
        models.recall("back", next, IModelRegistry.Severity.MINOR, NOTICE, version);
    }

    /// Whatever else was done with it.
    function test_recall_takesAReplacementInEveryOtherLifecycle() public {
        ModelVersionId next = publishVersion("next");
        uint256 snapshot = vm.snapshotState();
        replaceBy(next);
        vm.revertToState(snapshot);
        release(next);
        replaceBy(next);
        vm.revertToState(snapshot);
        deprecate(next);
        replaceBy(next);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
    }

    /// A publisher that used the counter up would keep regulators from recalling.
    function test_recall_revertsWhenThePublisherHasTooMany() public {
        setRecalls(MOST_OF_PUBLISHER - 1);
        RecallId last = recallBy(INSTITUTE, "last", version);
        expectTooMany();
        // Also with recalls of others among them.
        recallBy(AGENCY, "one", version);
        expectTooMany();
        setRecalls(type(uint16).max - 1);
        expectTooMany();
        setRecalls(MOST_OF_PUBLISHER);
        vm.prank(operator(INSTITUTE));
        models.liftRecall(last);
        recallBy(INSTITUTE, "again", version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, MOST_OF_PUBLISHER);
    }

    /// Up to what the counter holds.
    function test_recall_hasRoomForRegulators() public {
        setRecalls(MOST_OF_PUBLISHER);
        recallBy(AGENCY, "one", version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, MOST_OF_PUBLISHER + 1);
        setRecalls(type(uint16).max - 1);
        recallBy(AGENCY, "two", version);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, type(uint16).max);
    }

    /// It is counted for each version.
    function test_recall_leavesOtherVersionsTheirRoom() public {
        ModelVersionId other = publishVersion("other");
        setRecalls(MOST_OF_PUBLISHER);
        recallBy(INSTITUTE, SALT, other);
        assertStands(other, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
    }

    /// The replacement may be older than what it replaces.
    function test_recall_takesAnEarlierReplacement() public {
        ModelVersionId second = publishVersion("second");
        vm.prank(operator(INSTITUTE));
        models.recall(SALT, second, IModelRegistry.Severity.CRITICAL, NOTICE, version);
        assertStands(second, IModelRegistry.Lifecycle.PUBLISHED, false, 1);
        assertStands(version, IModelRegistry.Lifecycle.PUBLISHED, false, 0);
    }

    function replaceBy(ModelVersionId replacement) private {
        vm.prank(operator(INSTITUTE));
        models.recall(SALT, version, IModelRegistry.Severity.MINOR, NOTICE, replacement);
    }

    function expectTooMany() private {
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistryTooManyRecalls.selector, version, MOST_OF_PUBLISHER)
        );
        recallBy(INSTITUTE, "too many", version);
    }

    /// @dev The counter lies in bits 160 to 175 of the version's first word.
    function setRecalls(uint256 recalls) private {
        bytes32 slot = keccak256(abi.encode(version, VERSIONS));
        uint256 word = uint256(vm.load(address(models), slot)) & ~(uint256(type(uint16).max) << 160);
        vm.store(address(models), slot, bytes32(word | recalls << 160));
    }

    function expectBadReplacement(OrganisationId issuer, ModelVersionId replacement) private {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistryBadReplacement.selector, replacement));
        vm.prank(operator(issuer));
        models.recall(SALT, version, IModelRegistry.Severity.MINOR, NOTICE, replacement);
    }
}
