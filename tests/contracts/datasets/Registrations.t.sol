// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// How a dataset begins, and what can be asked about it.
contract DatasetRegistrationsTest is DatasetTest {
    function test_registerDataset_derivesTheId() public {
        DatasetId expected = idOf(HOSPITAL, SALT);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetRegistered(expected, HOSPITAL, 1, CARD, operator(HOSPITAL));
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        assertDataset(dataset, expected);
        assertTrue(datasets.custodianOf(dataset) == HOSPITAL);
        assertStanding(dataset, 1, 0, 0);
    }

    function test_registerDataset_countsAllCustodiansTogether() public {
        DatasetId[3] memory all =
            [registerDataset(HOSPITAL, SALT), registerDataset(CLINIC, SALT), registerDataset(HOSPITAL, "other")];
        for (uint32 i = 0; i < 3; ++i) {
            assertStanding(all[i], i + 1, 0, 0);
            (OrganisationId custodian, uint32 number) = datasets.registrationOf(all[i]);
            assertTrue(custodian == (i == 1 ? CLINIC : HOSPITAL));
            assertEq(number, i + 1);
        }
    }

    function test_registerDataset_revertsWhenDuplicate() public {
        DatasetId dataset = registerDataset(HOSPITAL, SALT);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryDuplicate.selector, dataset));
        registerDataset(HOSPITAL, SALT);
        assertStanding(dataset, 1, 1, 1);
        // And no number is used up.
        assertStanding(registerDataset(HOSPITAL, "other"), 2, 0, 0);
    }

    function test_registerDataset_revertsWhenTheCardIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, 0));
        vm.prank(operator(HOSPITAL));
        datasets.registerDataset(SALT, 0);
    }

    function test_registerDataset_revertsWhenTheCallerIsNoCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        registerDataset(INSTITUTE, SALT);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        datasets.registerDataset(SALT, CARD);
    }

    function test_registerDataset_revertsWhenTheCallerIsSuspended() public {
        suspendOrganisation(CLINIC);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, CLINIC));
        registerDataset(CLINIC, SALT);
    }

    function test_views_revertWhenTheDatasetIsUnknown() public {
        expectUnknownDataset(NONE);
        datasets.custodianOf(NONE);
        expectUnknownDataset(NONE);
        datasets.latestVersion(NONE);
        expectUnknownDataset(NONE);
        datasets.lowestUsable(NONE);
        expectUnknownDataset(NONE);
        datasets.registrationOf(NONE);
    }

    function test_views_sayNothingOfTheUnknown() public view {
        assertStanding(NONE, 0, 0, 0);
        assertOptions(NONE, 1, 0);
        assertEq(datasets.epsilonSpent(NONE, 1), 0);
        assertEq(datasets.recordDigestOf(NONE, 1), 0);
        assertEq(datasets.erasureDigestOf(NONE, keccak256("receipt")), 0);
    }

    function testFuzz_registerDataset_givesEachCustodianItsOwnIds(bytes32 salt, bytes32 card) public {
        vm.assume(card != 0);
        vm.prank(operator(HOSPITAL));
        DatasetId one = datasets.registerDataset(salt, card);
        vm.prank(operator(CLINIC));
        DatasetId other = datasets.registerDataset(salt, card);
        assertDataset(one, idOf(HOSPITAL, salt));
        assertDataset(other, idOf(CLINIC, salt));
        assertNotEq(DatasetId.unwrap(one), DatasetId.unwrap(other));
    }

    function idOf(OrganisationId organisation, bytes32 salt) private view returns (DatasetId) {
        return DatasetId.wrap(keccak256(abi.encode(Ids.DATASET, block.chainid, address(datasets), organisation, salt)));
    }
}
