// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {
    FEDERATED_ROUND,
    GS,
    NPU,
    NPUNCU,
    COMMERCIALISE,
    Permission,
    Reason,
    Terms,
    Use
} from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NOBODY, OrganisationId } from "../../../contracts/types/Ids.sol";
import { UseTest } from "./UseTest.sol";

/// Every reason, met through the contracts. The edges of the rules are tested with the library ConsentRules.
contract UseReasonsTest is UseTest {
    function test_recordUse_emitsTheUse() public {
        Use memory use = charging(1, 7);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentUsed(consent, use.subject, address(training), 1, FEDERATED_ROUND, PURPOSES, 1, 7);
        record(use);
    }

    function test_recordUse_isForTheListedRecorders() public {
        address[3] memory recorders = [address(training), address(models), address(datasets)];
        for (uint256 i = 0; i < recorders.length; ++i) {
            Use memory use = wanted();
            vm.expectEmit(address(consents));
            emit IConsentToken.ConsentUsed(consent, use.subject, recorders[i], 1, use.operation, PURPOSES, 0, 0);
            vm.prank(recorders[i]);
            consents.recordUse(use);
        }
    }

    function testFuzz_recordUse_isForNobodyElse(address caller, uint8 member) public {
        address[6] memory others = [
            address(consents),
            address(consortium),
            address(anchors),
            operator(HOSPITAL),
            operator(INSTITUTE),
            operator(AGENCY)
        ];
        if (member < 200) caller = others[member % 6];
        vm.assume(caller != address(training) && caller != address(models) && caller != address(datasets));
        Use memory use = charging(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotRecorder.selector, caller));
        vm.prank(caller);
        consents.recordUse(use);
        assertEq(consents.roundsUsed(consent), 0);
    }

    function test_checkWithGrantor_saysWhoGranted() public {
        assertJudged(wanted(), HOSPITAL);
        revoke();
        assertJudged(wanted(), HOSPITAL);
        Use memory use = wanted();
        use.grantee = COMPANY;
        assertJudged(use, HOSPITAL);
        use.consent = consentOn(datasetOf(CLINIC), CLINIC);
        assertJudged(use, CLINIC);
        use.consent = ConsentId.wrap("none");
        assertJudged(use, NOBODY);
    }

    function test_check_unknownToken() public {
        Use memory use = wanted();
        use.consent = ConsentId.wrap(0);
        expectRefused(use, Reason.UNKNOWN_TOKEN);
    }

    function test_check_notGrantee() public {
        Use memory use = wanted();
        use.grantee = COMPANY;
        expectRefused(use, Reason.NOT_GRANTEE);
    }

    function test_check_wrongDataset() public {
        Use memory use = wanted();
        use.dataset = datasetOf(CLINIC);
        expectRefused(use, Reason.WRONG_DATASET);
        use.dataset = DatasetId.wrap(0);
        expectRefused(use, Reason.WRONG_DATASET);
    }

    function test_check_versionOutOfRange() public {
        Terms memory terms = termsFor(dataset);
        (terms.versionFrom, terms.versionTo) = (2, 3);
        reissue(terms);
        for (uint32 version = 1; version <= 5; ++version) {
            Use memory use = wanted();
            use.version = version;
            expectRefused(use, Reason.VERSION_OUT_OF_RANGE);
        }
        for (uint256 i = 0; i < 3; ++i) {
            publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        }
        for (uint32 version = 1; version <= 5; ++version) {
            Use memory use = wanted();
            use.version = version;
            if (version == 2 || version == 3) expectTaken(use);
            else expectRefused(use, Reason.VERSION_OUT_OF_RANGE);
        }
    }

    function test_check_outsideTheWindow() public {
        Terms memory terms = termsFor(dataset);
        (terms.notBefore, terms.expiresAt) = (START + 10, START + 20);
        reissue(terms);
        vm.warp(START + 9);
        expectRefused(wanted(), Reason.NOT_YET_VALID);
        vm.warp(START + 10);
        expectTaken(wanted());
        vm.warp(START + 19);
        expectTaken(wanted());
        vm.warp(START + 20);
        expectRefused(wanted(), Reason.EXPIRED);
    }

    function test_check_suspended() public {
        suspend();
        expectRefused(wanted(), Reason.SUSPENDED);
        reinstate();
        suspendByRegulator(START + 10);
        vm.warp(START + 9);
        expectRefused(wanted(), Reason.SUSPENDED);
        vm.warp(START + 10);
        expectTaken(wanted());
    }

    function test_check_revokedInTheSameBlock() public {
        expectTaken(wanted());
        revoke();
        expectRefused(wanted(), Reason.REVOKED);
    }

    function test_check_grantorInactive() public {
        suspendOrganisation(HOSPITAL);
        expectRefused(wanted(), Reason.GRANTOR_INACTIVE);
        reinstateOrganisation(HOSPITAL);
        expectTaken(wanted());
        carry(IConsortium.ProposalKind.REMOVE, abi.encode(HOSPITAL));
        expectRefused(wanted(), Reason.GRANTOR_INACTIVE);
    }

    function test_check_granteeInactive() public {
        suspendOrganisation(INSTITUTE);
        expectRefused(wanted(), Reason.GRANTEE_INACTIVE);
        reinstateOrganisation(INSTITUTE);
        expectTaken(wanted());
    }

    function test_check_granteeInactiveInAnEmergency() public {
        vm.prank(operator(AGENCY));
        consortium.suspendInEmergency(INSTITUTE, IConsortium.EmergencyReason.DATA_BREACH, START + 10);
        expectRefused(wanted(), Reason.GRANTEE_INACTIVE);
        vm.warp(START + 10);
        expectTaken(wanted());
    }

    function test_check_versionSuperseded() public {
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.CORRECTION);
        expectTaken(wanted());
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        Use memory use = wanted();
        expectRefused(use, Reason.VERSION_SUPERSEDED);
        use.version = 2;
        expectRefused(use, Reason.VERSION_SUPERSEDED);
        use.version = 3;
        expectTaken(use);
    }

    /// Each operation alone is permitted by its own bit and by no other.
    function test_check_operationNotPermitted() public {
        Terms memory terms = termsFor(dataset);
        for (uint16 granted = 1; granted < 256; granted <<= 1) {
            terms.operations = uint8(granted);
            reissue(terms);
            Use memory use = wanted();
            for (uint16 asked = 1; asked < 256; asked <<= 1) {
                use.operation = uint8(asked);
                if (asked == granted) expectTaken(use);
                else expectRefused(use, Reason.OPERATION_NOT_PERMITTED);
            }
        }
    }

    function test_check_purposeNotPermitted() public {
        Use memory use = wanted();
        use.scope.purposes = PURPOSES | 2;
        expectRefused(use, Reason.PURPOSE_NOT_PERMITTED);
        use.scope.purposes = 0;
        expectRefused(use, Reason.PURPOSE_NOT_PERMITTED);
        use.scope.purposes = 1;
        expectTaken(use);
    }

    function test_check_conditionMismatch() public {
        Terms memory terms = termsFor(dataset);
        (terms.permission, terms.condition) = (Permission.DS, 7254);
        reissue(terms);
        Use memory use = wanted();
        expectRefused(use, Reason.CONDITION_MISMATCH);
        use.scope.condition = 7255;
        expectRefused(use, Reason.CONDITION_MISMATCH);
        use.scope.condition = 7254;
        expectTaken(use);
    }

    function test_check_regionNotPermitted() public {
        Terms memory terms = termsFor(dataset);
        (terms.modifiers, terms.regions) = (GS, REGIONS | (uint40(1) << 39));
        reissue(terms);
        Use memory use = wanted();
        expectTaken(use);
        use.scope.regions = REGIONS | 1;
        expectRefused(use, Reason.REGION_NOT_PERMITTED);
        use.scope.regions = 0;
        expectRefused(use, Reason.REGION_NOT_PERMITTED);
        use.scope.regions = uint40(1) << 39;
        expectTaken(use);
    }

    function test_check_profitNotPermitted() public {
        uint32[2] memory excluding = [NPU, NPUNCU];
        for (uint256 i = 0; i < 2; ++i) {
            Terms memory terms = termsFor(dataset);
            (terms.modifiers, terms.operations) = (excluding[i], ~COMMERCIALISE);
            reissue(terms);
            expectTaken(wanted());
            terms.grantee = COMPANY;
            reissue(terms);
            Use memory use = wanted();
            use.grantee = COMPANY;
            expectRefused(use, Reason.PROFIT_NOT_PERMITTED);
            terms.modifiers = 0;
            reissue(terms);
            use.consent = consent;
            expectTaken(use);
        }
    }

    function test_check_projectMismatch() public {
        Use memory use = wanted();
        use.scope.projectRef = 0;
        expectRefused(use, Reason.PROJECT_MISMATCH);
        Terms memory terms = termsFor(dataset);
        terms.projectRef = 0;
        reissue(terms);
        use.consent = consent;
        expectTaken(use);
    }

    /// The test's version was cleaned with options 0 and 1 and retains nothing.
    function test_check_deidentificationTooWeak() public {
        Terms memory terms = termsFor(dataset);
        terms.deidentification = 3 | (uint16(1) << 6);
        reissue(terms);
        expectTaken(wanted());
        terms.deidentification = 4;
        reissue(terms);
        expectRefused(wanted(), Reason.DEIDENTIFICATION_TOO_WEAK);
        IDatasetRegistry.Publication memory retaining = publication(IDatasetRegistry.Supersession.EXTENSION);
        retaining.options = 3 | (uint16(1) << 6);
        vm.prank(operator(HOSPITAL));
        datasets.publishVersion(dataset, 2, retaining);
        terms.deidentification = uint16(1) << 6;
        reissue(terms);
        expectTaken(wanted());
        Use memory use = wanted();
        use.version = 2;
        expectRefused(use, Reason.DEIDENTIFICATION_TOO_WEAK);
    }

    function test_check_roundsExhausted() public {
        for (uint24 i = 1; i <= 3; ++i) {
            expectTaken(charging(1, 0));
            assertEq(consents.roundsUsed(consent), i);
        }
        expectRefused(charging(1, 0), Reason.ROUNDS_EXHAUSTED);
        expectTaken(charging(0, 0));
        assertEq(consents.roundsUsed(consent), 3);
    }

    function assertJudged(Use memory use, OrganisationId granted) private view {
        (Reason reason, OrganisationId grantor) = consents.checkWithGrantor(use);
        assertEq(uint8(reason), uint8(consents.check(use)));
        assertTrue(grantor == granted);
    }
}
