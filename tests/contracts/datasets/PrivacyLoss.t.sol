// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { Terms, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// The ledger of privacy loss of each version, across all consents.
contract DatasetPrivacyLossTest is DatasetTest {
    DatasetId internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
    }

    function test_recordPrivacyLoss_addsUpAcrossConsents() public {
        ConsentId one = issue(HOSPITAL, "one", termsFor(dataset));
        Terms memory terms = termsFor(dataset);
        terms.grantee = COMPANY;
        ConsentId other = issue(HOSPITAL, "other", terms);
        charge(one, 1, 300_000);
        charge(one, 1, 200_000);
        Use memory use = useOf(other, dataset);
        (use.grantee, use.epsilon) = (COMPANY, 1_000_000);
        vm.prank(address(training));
        consents.recordUse(use);
        assertEq(datasets.epsilonSpent(dataset, 1), 1_500_000);
        assertEq(datasets.epsilonSpent(dataset, 2), 0);
        charge(one, 2, 7);
        assertEq(datasets.epsilonSpent(dataset, 1), 1_500_000);
        assertEq(datasets.epsilonSpent(dataset, 2), 7);
        assertEq(consents.epsilonSpent(one), 500_007);
    }

    function test_recordPrivacyLoss_leavesTheVersionAsItWas() public {
        bytes32 digest = datasets.recordDigestOf(dataset, 1);
        vm.prank(address(consents));
        datasets.recordPrivacyLoss(dataset, 1, type(uint40).max);
        assertEq(datasets.epsilonSpent(dataset, 1), type(uint40).max);
        assertEq(datasets.recordDigestOf(dataset, 1), digest);
        assertOptions(dataset, 1, 3);
        assertStanding(dataset, 1, 2, 1);
    }

    function test_publishVersion_leavesTheLossOfEarlierVersions() public {
        vm.prank(address(consents));
        datasets.recordPrivacyLoss(dataset, 2, 5);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        assertEq(datasets.epsilonSpent(dataset, 2), 5);
        assertEq(datasets.epsilonSpent(dataset, 3), 0);
    }

    function test_recordPrivacyLoss_revertsWhenTheCallerIsNotTheConsentToken() public {
        address[7] memory others = [
            operator(HOSPITAL),
            admin(HOSPITAL),
            address(consortium),
            address(datasets),
            address(training),
            address(models),
            address(anchors)
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryNotConsentToken.selector, others[i]));
            vm.prank(others[i]);
            datasets.recordPrivacyLoss(dataset, 1, 1);
        }
        assertEq(datasets.epsilonSpent(dataset, 1), 0);
    }

    /// The loss only grows, by exactly what is charged.
    function testFuzz_recordPrivacyLoss_addsUp(uint40[6] memory losses, uint8 versions) public {
        uint64[3] memory spent;
        for (uint256 i = 0; i < losses.length; ++i) {
            uint32 version = 1 + ((versions >> i) & 1);
            vm.prank(address(consents));
            datasets.recordPrivacyLoss(dataset, version, losses[i]);
            spent[version] += losses[i];
            assertEq(datasets.epsilonSpent(dataset, version), spent[version]);
        }
        assertEq(datasets.epsilonSpent(dataset, 1), spent[1]);
        assertEq(datasets.epsilonSpent(dataset, 2), spent[2]);
    }

    function charge(ConsentId consent, uint32 version, uint40 epsilon) private {
        Use memory use = useOf(consent, dataset);
        (use.version, use.epsilon) = (version, epsilon);
        vm.prank(address(training));
        consents.recordUse(use);
    }
}
