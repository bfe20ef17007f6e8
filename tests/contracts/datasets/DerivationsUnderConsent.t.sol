// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { DERIVE_DATASET, Reason, Scope, StateReason, TRAIN, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NO_CONSENT } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// Versions derived from another's data, each under a consent for it, checked in the same transaction.
contract DatasetDerivationsUnderConsentTest is DatasetTest {
    DatasetId internal source;
    DatasetId internal derived;
    ConsentId internal consent;

    function setUp() public override {
        super.setUp();
        source = datasetOf(HOSPITAL);
        derived = registerDataset(CLINIC, "derived");
        consent = issue(HOSPITAL, "consent", terms());
    }

    function test_publishDerivedVersion_recordsTheUse() public {
        IDatasetRegistry.Parent[] memory parents = parent();
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetVersionPublished(derived, 1, START, first(), operator(CLINIC));
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetVersionDerived(derived, 1, scope(), parents);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentUsed(
            consent, DatasetId.unwrap(derived), address(datasets), 1, DERIVE_DATASET, PURPOSES, 0, 0
        );
        derive(scope(), parents);
        assertEq(consents.roundsUsed(consent), 0);
        assertEq(datasets.epsilonSpent(source, 1), 0);
        assertEq(
            datasets.recordDigestOf(derived, 1),
            recordDigest(derived, 1, CLINIC, START, first(), derivationOf(scope(), parents))
        );
    }

    function test_publishDerivedVersion_mixesOwnAndOthers() public {
        IDatasetRegistry.Parent[] memory parents = new IDatasetRegistry.Parent[](3);
        parents[0] = IDatasetRegistry.Parent(datasetOf(CLINIC), 1, NO_CONSENT);
        parents[1] = parent()[0];
        parents[2] = parent()[0];
        vm.recordLogs();
        derive(scope(), parents);
        // Published, derived, and a use for each parent that is another's.
        assertEq(vm.getRecordedLogs().length, 4);
        revoke();
        expectRefused(Reason.REVOKED);
        vm.prank(operator(CLINIC));
        datasets.publishDerivedVersion(derived, 2, extension(), scope(), parents);
    }

    /// Under a consent the version asked for is the one that the consent must cover.
    function test_publishDerivedVersion_revertsWhenTheVersionIsNotCovered() public {
        IDatasetRegistry.Parent[] memory parents = parent();
        parents[0].version = 2;
        expectRefused(Reason.VERSION_OUT_OF_RANGE);
        derive(scope(), parents);
        parents[0].version = 0;
        expectRefused(Reason.VERSION_OUT_OF_RANGE);
        derive(scope(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheVersionIsWithdrawn() public {
        publish(source, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        expectRefused(Reason.VERSION_SUPERSEDED);
        derive(scope(), parent());
        IDatasetRegistry.Parent[] memory parents = parent();
        parents[0].version = 2;
        derive(scope(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheConsentIsUnknown() public {
        IDatasetRegistry.Parent[] memory parents = parent();
        parents[0].consent = ConsentId.wrap("other");
        vm.expectRevert(
            abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, parents[0].consent, Reason.UNKNOWN_TOKEN)
        );
        derive(scope(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheConsentIsForAnother() public {
        Terms memory other = terms();
        other.grantee = INSTITUTE;
        consent = issue(HOSPITAL, "other", other);
        expectRefused(Reason.NOT_GRANTEE);
        derive(scope(), parent());
    }

    function test_publishDerivedVersion_revertsWhenTheConsentIsOnAnotherDataset() public {
        IDatasetRegistry.Parent[] memory parents = parent();
        parents[0].dataset = registerDataset(HOSPITAL, "third");
        publish(parents[0].dataset, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
        expectRefused(Reason.WRONG_DATASET);
        derive(scope(), parents);
        parents[0].dataset = NONE;
        expectRefused(Reason.WRONG_DATASET);
        derive(scope(), parents);
    }

    function test_publishDerivedVersion_revertsWhenTheOperationIsNotPermitted() public {
        Terms memory other = terms();
        other.operations = ALL_OPERATIONS & ~DERIVE_DATASET;
        consent = issue(HOSPITAL, "other", other);
        expectRefused(Reason.OPERATION_NOT_PERMITTED);
        derive(scope(), parent());
        other.operations = DERIVE_DATASET;
        consent = issue(HOSPITAL, "third", other);
        derive(scope(), parent());
    }

    function test_publishDerivedVersion_revertsWhenTheScopeIsNotPermitted() public {
        Scope memory other = scope();
        other.purposes = 1 << 2;
        expectRefused(Reason.PURPOSE_NOT_PERMITTED);
        derive(other, parent());
        other = scope();
        other.projectRef = keccak256("other project");
        expectRefused(Reason.PROJECT_MISMATCH);
        derive(other, parent());
    }

    function test_publishDerivedVersion_revertsOutsideTheWindow() public {
        vm.warp(START + 365 days);
        expectRefused(Reason.EXPIRED);
        derive(scope(), parent());
    }

    function test_publishDerivedVersion_revertsWhenTheConsentIsNotActive() public {
        vm.prank(operator(HOSPITAL));
        consents.suspend(consent, StateReason.STEWARD_DECISION);
        expectRefused(Reason.SUSPENDED);
        derive(scope(), parent());
        revoke();
        expectRefused(Reason.REVOKED);
        derive(scope(), parent());
    }

    function test_publishDerivedVersion_revertsWhenTheGrantorIsSuspended() public {
        suspendOrganisation(HOSPITAL);
        expectRefused(Reason.GRANTOR_INACTIVE);
        derive(scope(), parent());
    }

    function test_publishDerivedVersion_leavesNothingBehindWhenRefused() public {
        revoke();
        expectRefused(Reason.REVOKED);
        derive(scope(), parent());
        assertStanding(derived, 2, 0, 0);
        assertEq(datasets.recordDigestOf(derived, 1), 0);
    }

    /// A consent for training alone never lets anything be derived, whatever else it says.
    function testFuzz_publishDerivedVersion_wantsTheOperation(uint8 operations) public {
        Terms memory other = terms();
        other.operations = operations | TRAIN;
        consent = issue(HOSPITAL, "other", other);
        if (operations & DERIVE_DATASET == 0) expectRefused(Reason.OPERATION_NOT_PERMITTED);
        derive(scope(), parent());
    }

    function terms() private view returns (Terms memory given) {
        given = termsFor(source);
        given.grantee = CLINIC;
    }

    function parent() private view returns (IDatasetRegistry.Parent[] memory parents) {
        parents = new IDatasetRegistry.Parent[](1);
        parents[0] = IDatasetRegistry.Parent({ dataset: source, version: 1, consent: consent });
    }

    function derive(Scope memory wanted, IDatasetRegistry.Parent[] memory parents) private {
        vm.prank(operator(CLINIC));
        datasets.publishDerivedVersion(derived, 1, first(), wanted, parents);
    }

    function revoke() private {
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent, StateReason.WITHDRAWAL_BATCH);
    }

    function expectRefused(Reason reason) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, consent, reason));
    }
}
