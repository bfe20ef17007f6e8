// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { Scope } from "../../../contracts/types/DataUse.sol";
import { DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice What the tests of datasets share.
abstract contract DatasetTest is ConsortiumTest {
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant CARD = keccak256("dataset card");
    DatasetId internal constant NONE = DatasetId.wrap(keccak256("none"));

    function first() internal view returns (IDatasetRegistry.Publication memory) {
        return publication(IDatasetRegistry.Supersession.FIRST);
    }

    function extension() internal view returns (IDatasetRegistry.Publication memory) {
        return publication(IDatasetRegistry.Supersession.EXTENSION);
    }

    function publishAs(
        OrganisationId custodian,
        DatasetId dataset,
        uint32 number,
        IDatasetRegistry.Publication memory given
    ) internal {
        vm.prank(operator(custodian));
        datasets.publishVersion(dataset, number, given);
    }

    /// @notice keccak256 over the fields one by one, as the interface has it.
    function recordDigest(
        DatasetId dataset,
        uint32 number,
        OrganisationId custodian,
        uint48 publishedAt,
        IDatasetRegistry.Publication memory p,
        bytes32 derivation
    ) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                abi.encode(dataset, number, custodian, publishedAt, p.root, p.cardDigest, p.attestationDigest),
                abi.encode(p.options, p.sizeClass, p.claim, p.supersession, p.optOutCheckedAt, derivation)
            )
        );
    }

    function derivationOf(Scope memory scope_, IDatasetRegistry.Parent[] memory parents)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(scope_, parents));
    }

    function assertDataset(DatasetId got, DatasetId expected) internal pure {
        assertEq(DatasetId.unwrap(got), DatasetId.unwrap(expected));
    }

    function assertStanding(DatasetId dataset, uint32 number, uint32 latest, uint32 lowest) internal view {
        (uint32 gotNumber, uint32 gotLatest, uint32 gotLowest,) = datasets.standingOf(dataset, 1);
        assertEq(gotNumber, number);
        assertEq(gotLatest, latest);
        assertEq(gotLowest, lowest);
        if (number == 0) return;
        assertEq(datasets.latestVersion(dataset), latest);
        assertEq(datasets.lowestUsable(dataset), lowest);
    }

    function assertOptions(DatasetId dataset, uint32 version, uint16 options) internal view {
        (,,, uint16 got) = datasets.standingOf(dataset, version);
        assertEq(got, options);
    }

    function expectUnknownDataset(DatasetId dataset) internal {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknownDataset.selector, dataset));
    }

    function expectNotCustodian(OrganisationId got, OrganisationId needed) internal {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryNotCustodian.selector, got, needed));
    }

    function expectNotNext(uint32 got, uint32 needed) internal {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryNotNext.selector, got, needed));
    }

    function expectUnusableParent(uint256 position) internal {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnusableParent.selector, position));
    }
}
