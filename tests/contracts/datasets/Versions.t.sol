// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { DatasetId } from "../../../contracts/types/Ids.sol";
import { DatasetTest } from "./DatasetTest.sol";

/// Versions one by one: what is recorded, what is refused, and what a withdrawal ends.
contract DatasetVersionsTest is DatasetTest {
    DatasetId internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = registerDataset(HOSPITAL, SALT);
    }

    function test_publishVersion_recordsEverything() public {
        IDatasetRegistry.Publication memory p = IDatasetRegistry.Publication({
            root: keccak256("r"),
            cardDigest: keccak256("c"),
            attestationDigest: keccak256("a"),
            options: (1 << 13) - 1,
            sizeClass: IDatasetRegistry.SizeClass.FROM_10_000_000,
            claim: IDatasetRegistry.PrivacyClaim.SYNTHETIC,
            supersession: IDatasetRegistry.Supersession.FIRST,
            optOutCheckedAt: 0
        });
        vm.warp(START + 30);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetVersionPublished(dataset, 1, START + 30, p, operator(HOSPITAL));
        publishAs(HOSPITAL, dataset, 1, p);
        assertEq(datasets.recordDigestOf(dataset, 1), recordDigest(dataset, 1, HOSPITAL, START + 30, p, 0));
        assertEq(datasets.recordDigestOf(dataset, 0), 0);
        assertEq(datasets.recordDigestOf(dataset, 2), 0);
        assertOptions(dataset, 1, (1 << 13) - 1);
        assertOptions(dataset, 2, 0);
        assertStanding(dataset, 1, 1, 1);
        assertEq(datasets.epsilonSpent(dataset, 1), 0);
    }

    function test_publishVersion_keepsEarlierVersions() public {
        publishAs(HOSPITAL, dataset, 1, first());
        bytes32 digest = datasets.recordDigestOf(dataset, 1);
        IDatasetRegistry.Publication memory next = extension();
        next.options = 9;
        publishAs(HOSPITAL, dataset, 2, next);
        assertEq(datasets.recordDigestOf(dataset, 1), digest);
        assertOptions(dataset, 1, 3);
        assertOptions(dataset, 2, 9);
    }

    function test_publishVersion_endsEarlierVersionsOnlyForAWithdrawal() public {
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.FIRST);
        assertStanding(dataset, 1, 1, 1);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        assertStanding(dataset, 1, 2, 1);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.CORRECTION);
        assertStanding(dataset, 1, 3, 1);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        assertStanding(dataset, 1, 4, 4);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.CORRECTION);
        assertStanding(dataset, 1, 5, 4);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        assertStanding(dataset, 1, 6, 6);
    }

    function test_publishVersion_revertsWhenTheNumberIsNotNext() public {
        expectNotNext(0, 1);
        publishAs(HOSPITAL, dataset, 0, first());
        expectNotNext(2, 1);
        publishAs(HOSPITAL, dataset, 2, first());
        publishAs(HOSPITAL, dataset, 1, first());
        // A repeated request.
        expectNotNext(1, 2);
        publishAs(HOSPITAL, dataset, 1, first());
        expectNotNext(3, 2);
        publishAs(HOSPITAL, dataset, 3, extension());
    }

    function test_publishVersion_revertsWhenTheDatasetIsUnknown() public {
        expectUnknownDataset(NONE);
        publishAs(HOSPITAL, NONE, 1, first());
    }

    function test_publishVersion_revertsWhenTheCallerIsAnotherCustodian() public {
        expectNotCustodian(CLINIC, HOSPITAL);
        publishAs(CLINIC, dataset, 1, first());
    }

    function test_publishVersion_revertsWhenTheCallerIsNoCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        publishAs(COMPANY, dataset, 1, first());
    }

    function test_publishVersion_revertsWhenTheCallerIsSuspended() public {
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        publishAs(HOSPITAL, dataset, 1, first());
    }

    function test_publishVersion_revertsWhenADigestIsEmpty() public {
        IDatasetRegistry.Publication memory p = first();
        p.root = 0;
        expectEmptyDigest(p, 0);
        p = first();
        p.cardDigest = 0;
        expectEmptyDigest(p, 1);
        p = first();
        p.attestationDigest = 0;
        expectEmptyDigest(p, 2);
    }

    function test_publishVersion_revertsWhenTheSupersessionIsBad() public {
        IDatasetRegistry.Supersession[3] memory later = [
            IDatasetRegistry.Supersession.EXTENSION,
            IDatasetRegistry.Supersession.CORRECTION,
            IDatasetRegistry.Supersession.WITHDRAWAL
        ];
        for (uint256 i = 0; i < 3; ++i) {
            expectBadSupersession(later[i], 0);
            publishAs(HOSPITAL, dataset, 1, publication(later[i]));
        }
        publishAs(HOSPITAL, dataset, 1, first());
        expectBadSupersession(IDatasetRegistry.Supersession.FIRST, 1);
        publishAs(HOSPITAL, dataset, 2, first());
    }

    function test_publishVersion_takesAnOptOutCheckUntilNow() public {
        IDatasetRegistry.Publication memory p = first();
        p.optOutCheckedAt = START + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryOptOutInFuture.selector, START + 1, START)
        );
        publishAs(HOSPITAL, dataset, 1, p);
        vm.warp(START + 1);
        publishAs(HOSPITAL, dataset, 1, p);
    }

    /// Every field reaches the digest, and nothing that is sound is refused.
    function testFuzz_publishVersion_takesWhateverIsSound(
        bytes32[3] memory digests,
        uint16 options,
        uint8 sizeClass,
        uint8 claim,
        uint48 optOutCheckedAt
    ) public {
        vm.assume(digests[0] != 0 && digests[1] != 0 && digests[2] != 0);
        IDatasetRegistry.Publication memory p = IDatasetRegistry.Publication({
            root: digests[0],
            cardDigest: digests[1],
            attestationDigest: digests[2],
            options: options,
            sizeClass: IDatasetRegistry.SizeClass(sizeClass % 8),
            claim: IDatasetRegistry.PrivacyClaim(claim % 3),
            supersession: IDatasetRegistry.Supersession.FIRST,
            optOutCheckedAt: optOutCheckedAt
        });
        if (p.options >= 1 << 13) {
            vm.expectRevert(
                abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryBadOptions.selector, p.options, (1 << 13) - 1)
            );
            publishAs(HOSPITAL, dataset, 1, p);
            p.options %= 1 << 13;
        }
        if (p.optOutCheckedAt > START) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IDatasetRegistry.DatasetRegistryOptOutInFuture.selector, p.optOutCheckedAt, START
                )
            );
            publishAs(HOSPITAL, dataset, 1, p);
            p.optOutCheckedAt %= START + 1;
        }
        publishAs(HOSPITAL, dataset, 1, p);
        assertEq(datasets.recordDigestOf(dataset, 1), recordDigest(dataset, 1, HOSPITAL, START, p, 0));
        assertOptions(dataset, 1, p.options);
    }

    /// Whatever is published, numbers have no gap and the lowest usable version never falls.
    function testFuzz_publishVersion_neverLowersTheLowestUsable(uint8[8] memory kinds) public {
        publishAs(HOSPITAL, dataset, 1, first());
        uint32 lowest = 1;
        for (uint32 i = 0; i < kinds.length; ++i) {
            IDatasetRegistry.Supersession kind = IDatasetRegistry.Supersession(1 + kinds[i] % 3);
            assertEq(publish(dataset, HOSPITAL, kind), i + 2);
            if (kind == IDatasetRegistry.Supersession.WITHDRAWAL) lowest = i + 2;
            assertStanding(dataset, 1, i + 2, lowest);
        }
    }

    function expectEmptyDigest(IDatasetRegistry.Publication memory p, uint256 position) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryEmptyDigest.selector, position));
        publishAs(HOSPITAL, dataset, 1, p);
    }

    function expectBadSupersession(IDatasetRegistry.Supersession got, uint32 latest) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryBadSupersession.selector, got, latest));
    }
}
