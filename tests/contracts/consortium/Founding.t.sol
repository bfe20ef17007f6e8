// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Consortium } from "../../../contracts/Consortium.sol";
import { DatasetRegistry } from "../../../contracts/DatasetRegistry.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { ALL_CAPABILITIES, CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// What a deployment founds.
contract ConsortiumFoundingTest is GovernanceTest {
    function test_constructor_numbersFoundersInOrder() public {
        IConsortium.Admission[] memory all = founders();
        assertEq(consortium.organisationCount(), FOUNDERS);
        for (uint32 i = 0; i < FOUNDERS; ++i) {
            OrganisationId organisation = OrganisationId.wrap(i + 1);
            assertEq(consortium.capabilitiesOf(organisation), all[i].capabilities);
            assertStatus(organisation, IConsortium.Status.ACTIVE);
            assertOrganisation(consortium.operatorOf(operator(organisation), 0), organisation);
            // The admin key counts without accepting.
            vm.prank(admin(organisation));
            consortium.proposeKey(KEY, IConsortium.Role.OPERATOR);
            (,, bool forProfit) = consortium.standingOf(organisation, organisation);
            assertEq(forProfit, organisation == COMPANY);
        }
    }

    function test_constructor_beginsWithMajorities() public view {
        IConsortium.Thresholds memory thresholds = consortium.thresholds();
        assertEq(thresholds.all, 5000);
        assertEq(thresholds.custodians, 5000);
    }

    function test_constructor_listsThePredictedContracts() public view {
        IConsortium.Generation memory first = consortium.generation(1);
        assertEq(consortium.generationCount(), 1);
        assertEq(first.datasets, address(datasets));
        assertEq(first.consents, address(consents));
        assertEq(first.training, address(training));
        assertEq(first.models, address(models));
        assertEq(first.anchors, address(anchors));
    }

    function test_constructor_leavesAWronglyPredictedContractUseless() public {
        IConsortium.Generation memory wrong = predicted(address(this), vm.getNonce(address(this)) + 2);
        consortium = new Consortium(founders(), founderOperators(), wrong);
        datasets = new DatasetRegistry(consortium, IConsentToken(wrong.consents));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(datasets)));
        registerDataset(HOSPITAL, "salt");
    }

    function test_constructor_emitsAdmissionsKeysAndGeneration() public {
        IConsortium.Admission[] memory all = founders();
        IConsortium.Generation memory first = consortium.generation(1);
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.warp(START + 5);
        for (uint32 i = 0; i < FOUNDERS; ++i) {
            OrganisationId organisation = OrganisationId.wrap(i + 1);
            vm.expectEmit(next);
            emit IConsortium.OrganisationAdmitted(
                organisation, all[i].admin, all[i].capabilities, all[i].forProfit, all[i].name
            );
            vm.expectEmit(next);
            emit IConsortium.KeyAccepted(organisation, all[i].admin, IConsortium.Role.ADMIN, START + 5);
            vm.expectEmit(next);
            emit IConsortium.KeyAccepted(organisation, operator(organisation), IConsortium.Role.OPERATOR, START + 5);
        }
        vm.expectEmit(next);
        emit IConsortium.GenerationRegistered(
            1, first.datasets, first.consents, first.training, first.models, first.anchors
        );
        new Consortium(all, founderOperators(), first);
    }

    function test_constructor_storesADigestOfEachFounder() public view {
        assertEq(
            consortium.recordDigestOf(COMPANY),
            keccak256(abi.encode(COMPANY, PUBLISHER, true, keccak256("Sonography Software AG")))
        );
        assertEq(
            consortium.recordDigestOf(AGENCY),
            keccak256(abi.encode(AGENCY, REGULATOR, false, keccak256("Agency for Health Data")))
        );
    }

    function test_constructor_takesOneFounderThatIsEverything() public {
        IConsortium.Admission[] memory all = new IConsortium.Admission[](1);
        all[0] = admission(HOSPITAL, ALL_CAPABILITIES, true, "All in One");
        address[] memory keys = new address[](1);
        keys[0] = operator(HOSPITAL);
        consortium = new Consortium(all, keys, consortium.generation(1));
        assertEq(consortium.organisationCount(), 1);
        assertEq(consortium.capabilitiesOf(HOSPITAL), ALL_CAPABILITIES);
    }

    function test_constructor_revertsWhenNobodyFounds() public {
        expectLacks(new IConsortium.Admission[](0), new address[](0), 0);
    }

    function test_constructor_revertsWhenNoRegulator() public {
        IConsortium.Admission[] memory all = founders();
        all[4].capabilities = PUBLISHER;
        expectLacks(all, founderOperators(), CUSTODIAN | PUBLISHER);
    }

    function test_constructor_revertsWhenNoCustodian() public {
        IConsortium.Admission[] memory all = founders();
        all[0].capabilities = PUBLISHER;
        all[1].capabilities = REGULATOR;
        expectLacks(all, founderOperators(), PUBLISHER | REGULATOR);
    }

    function test_constructor_revertsWhenAnOperatorIsTwice() public {
        address[] memory keys = founderOperators();
        keys[1] = keys[0];
        expectKeyTaken(keys[0]);
        found(founders(), keys);
    }

    function test_constructor_revertsWhenAnAdminIsTwice() public {
        IConsortium.Admission[] memory all = founders();
        all[3].admin = all[2].admin;
        expectKeyTaken(all[2].admin);
        found(all, founderOperators());
    }

    function test_constructor_revertsWhenAnAdminIsAnOperator() public {
        IConsortium.Admission[] memory all = founders();
        address[] memory keys = founderOperators();
        keys[2] = all[2].admin;
        expectKeyTaken(keys[2]);
        found(all, keys);
        keys = founderOperators();
        all[4].admin = keys[0];
        expectKeyTaken(keys[0]);
        found(all, keys);
    }

    function test_constructor_revertsWhenAKeyIsZero() public {
        address[] memory keys = founderOperators();
        keys[2] = address(0);
        expectKeyUnknown(address(0));
        found(founders(), keys);
        IConsortium.Admission[] memory all = founders();
        all[1].admin = address(0);
        expectKeyUnknown(address(0));
        found(all, founderOperators());
    }

    function test_constructor_revertsWhenAnOperatorHasNoFounder() public {
        for (uint32 extra = 1; extra <= 2; ++extra) {
            address[] memory keys = new address[](FOUNDERS + extra);
            for (uint32 i = 0; i < keys.length; ++i) {
                keys[i] = operator(OrganisationId.wrap(i + 1));
            }
            expectKeyUnknown(keys[FOUNDERS]);
            found(founders(), keys);
        }
    }

    function test_constructor_revertsWhenAFounderHasNoOperator() public {
        address[] memory keys = founderOperators();
        assembly {
            mstore(keys, 4)
        }
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x32));
        found(founders(), keys);
    }

    function test_constructor_revertsWhenCapabilitiesAreBad() public {
        IConsortium.Admission[] memory all = founders();
        all[2].capabilities = 0;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, 0));
        found(all, founderOperators());
        all[2].capabilities = 8;
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadCapabilities.selector, 8));
        found(all, founderOperators());
    }

    function test_constructor_revertsWhenANameIsBad() public {
        IConsortium.Admission[] memory all = founders();
        all[3].name = "";
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadName.selector, 0, 128));
        found(all, founderOperators());
        all[3].name = string(bytes(hex"4142ff"));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameNotUtf8.selector, 2));
        found(all, founderOperators());
    }

    function test_constructor_revertsWhenAContractIsNowhere() public {
        for (uint256 i = 0; i < 5; ++i) {
            address[5] memory places = [address(1), address(2), address(3), address(4), address(5)];
            places[i] = address(0);
            expectBadGeneration(places, address(0));
        }
    }

    function test_constructor_revertsWhenAContractIsTwice() public {
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                address[5] memory places = [address(1), address(2), address(3), address(4), address(5)];
                places[i] = places[j];
                expectBadGeneration(places, places[j]);
            }
        }
    }

    function test_views_sayNothingOfTheUnknown() public view {
        assertStatus(NEWCOMER, IConsortium.Status.UNKNOWN);
        assertEq(consortium.capabilitiesOf(NEWCOMER), 0);
        assertEq(consortium.recordDigestOf(NEWCOMER), 0);
        assertEq(consortium.proposalDigestOf(1), 0);
        assertEq(consortium.generation(0).datasets, address(0));
        assertEq(consortium.generation(2).consents, address(0));
        (uint48 since, uint48 confirmedSince) = consortium.compromiseOf(STRANGER);
        assertEq(since, 0);
        assertEq(confirmedSince, 0);
        (bool grantorActive, bool granteeActive, bool forProfit) = consortium.standingOf(NEWCOMER, NEWCOMER);
        assertFalse(grantorActive || granteeActive || forProfit);
    }

    function testFuzz_constructor_wantsACustodianAndARegulator(uint8[FOUNDERS] memory capabilities) public {
        IConsortium.Admission[] memory all = founders();
        uint8 present;
        for (uint256 i = 0; i < FOUNDERS; ++i) {
            all[i].capabilities = uint8(bound(capabilities[i], 1, ALL_CAPABILITIES));
            present |= all[i].capabilities;
        }
        bool enough = present & CUSTODIAN != 0 && present & REGULATOR != 0;
        if (!enough) expectLacks(all, founderOperators(), present);
        else found(all, founderOperators());
    }

    function found(IConsortium.Admission[] memory all, address[] memory keys) private {
        new Consortium(all, keys, predicted(address(this), 1000));
    }

    function expectLacks(IConsortium.Admission[] memory all, address[] memory keys, uint8 present) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, present, CUSTODIAN | REGULATOR)
        );
        found(all, keys);
    }

    function expectBadGeneration(address[5] memory places, address bad) private {
        IConsortium.Generation memory first =
            IConsortium.Generation(places[0], places[1], places[2], places[3], places[4]);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadGeneration.selector, bad));
        new Consortium(founders(), founderOperators(), first);
    }
}
