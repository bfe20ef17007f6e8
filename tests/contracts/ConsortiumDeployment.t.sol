// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Consortium } from "../../contracts/Consortium.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

contract ConsortiumDeploymentTest is ConsortiumTest {
    function test_constructor_numbersFoundersInOrder() public view {
        IConsortium.Admission[] memory all = founders();
        assertEq(consortium.organisationCount(), FOUNDERS);
        for (uint32 i = 0; i < FOUNDERS; ++i) {
            OrganisationId organisation = OrganisationId.wrap(i + 1);
            assertEq(consortium.capabilitiesOf(organisation), all[i].capabilities);
            assertTrue(consortium.statusOf(organisation) == IConsortium.Status.ACTIVE);
            assertTrue(consortium.operatorOf(operator(organisation)) == organisation);
        }
    }

    function test_constructor_registersTheFirstGeneration() public view {
        IConsortium.Generation memory first = consortium.generation(1);
        assertEq(consortium.generationCount(), 1);
        assertEq(first.datasets, address(datasets));
        assertEq(first.consents, address(consents));
        assertEq(first.training, address(training));
        assertEq(first.models, address(models));
        assertEq(first.anchors, address(anchors));
    }

    function test_constructor_emitsAdmissionsKeysAndGeneration() public {
        IConsortium.Admission[] memory all = founders();
        IConsortium.Generation memory first = consortium.generation(1);
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        for (uint32 i = 0; i < FOUNDERS; ++i) {
            OrganisationId organisation = OrganisationId.wrap(i + 1);
            vm.expectEmit(next);
            emit IConsortium.OrganisationAdmitted(
                organisation, all[i].admin, all[i].capabilities, all[i].forProfit, all[i].name
            );
            vm.expectEmit(next);
            emit IConsortium.KeyAccepted(organisation, all[i].admin, IConsortium.Role.ADMIN);
            vm.expectEmit(next);
            emit IConsortium.KeyAccepted(organisation, operator(organisation), IConsortium.Role.OPERATOR);
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
            keccak256(abi.encode(COMPANY, admin(COMPANY), PUBLISHER, true, keccak256("Sonography Software AG")))
        );
    }

    function test_constructor_revertsWhenNoRegulator() public {
        IConsortium.Admission[] memory all = founders();
        all[4].capabilities = PUBLISHER;
        expectRevertOnDeploy(
            all,
            founderOperators(),
            abi.encodeWithSelector(
                IConsortium.ConsortiumLacksCapability.selector, CUSTODIAN | PUBLISHER, CUSTODIAN | REGULATOR
            )
        );
    }

    function test_constructor_revertsWhenNoCustodian() public {
        IConsortium.Admission[] memory all = founders();
        all[0].capabilities = PUBLISHER;
        all[1].capabilities = PUBLISHER;
        expectRevertOnDeploy(
            all,
            founderOperators(),
            abi.encodeWithSelector(
                IConsortium.ConsortiumLacksCapability.selector, PUBLISHER | REGULATOR, CUSTODIAN | REGULATOR
            )
        );
    }

    function test_constructor_revertsWhenAKeyIsTwice() public {
        address[] memory keys = founderOperators();
        keys[1] = keys[0];
        expectRevertOnDeploy(founders(), keys, abi.encodeWithSelector(IConsortium.ConsortiumKeyTaken.selector, keys[0]));
    }

    function test_constructor_revertsWhenAnOperatorIsZero() public {
        address[] memory keys = founderOperators();
        keys[2] = address(0);
        expectRevertOnDeploy(
            founders(), keys, abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, address(0))
        );
    }

    function test_constructor_revertsWhenAnOperatorHasNoFounder() public {
        address[] memory keys = new address[](FOUNDERS + 1);
        for (uint32 i = 0; i <= FOUNDERS; ++i) {
            keys[i] = operator(OrganisationId.wrap(i + 1));
        }
        expectRevertOnDeploy(
            founders(), keys, abi.encodeWithSelector(IConsortium.ConsortiumKeyUnknown.selector, keys[FOUNDERS])
        );
    }

    function test_constructor_revertsWhenAnAdmissionIsBad() public {
        IConsortium.Admission[] memory all = founders();
        all[3].name = "";
        expectRevertOnDeploy(
            all, founderOperators(), abi.encodeWithSelector(IConsortium.ConsortiumBadName.selector, 0, 128)
        );
    }

    function test_isRecorder_namesTheTwoRecordersOfTheGeneration() public view {
        assertTrue(consortium.isRecorder(address(consents), address(training)));
        assertTrue(consortium.isRecorder(address(consents), address(models)));
        assertFalse(consortium.isRecorder(address(consents), address(datasets)));
        assertFalse(consortium.isRecorder(address(datasets), address(training)));
        assertFalse(consortium.isRecorder(address(0), STRANGER));
    }

    function test_views_sayNothingOfTheUnknown() public view {
        assertTrue(consortium.statusOf(NEWCOMER) == IConsortium.Status.UNKNOWN);
        assertEq(consortium.capabilitiesOf(NEWCOMER), 0);
        assertEq(consortium.recordDigestOf(NEWCOMER), 0);
        assertEq(consortium.generation(2).consents, address(0));
    }

    function expectRevertOnDeploy(IConsortium.Admission[] memory all, address[] memory keys, bytes memory reason)
        private
    {
        IConsortium.Generation memory first = consortium.generation(1);
        vm.expectRevert(reason);
        new Consortium(all, keys, first);
    }
}
