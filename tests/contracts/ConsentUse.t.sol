// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { FEDERATED_ROUND, Reason, TRAIN, Terms, Use } from "../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId } from "../../contracts/types/Ids.sol";
import { ConsentTest } from "./base/ConsentTest.sol";

contract ConsentUseTest is ConsentTest {
    function test_recordUse_isForTheListedRecorders() public {
        vm.prank(address(training));
        consents.recordUse(wanted());
        vm.prank(address(models));
        consents.recordUse(wanted());
    }

    function test_recordUse_emitsTheUse() public {
        Use memory use = wanted();
        (use.operation, use.rounds) = (FEDERATED_ROUND, 1);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentUsed(consent, use.subject, address(training), 1, FEDERATED_ROUND, PURPOSES, 1);
        record(use);
    }

    function test_recordUse_chargesRoundsUntilTheyAreExhausted() public {
        Use memory use = wanted();
        (use.operation, use.rounds) = (FEDERATED_ROUND, 1);
        for (uint32 i = 1; i <= 3; ++i) {
            record(use);
            assertEq(consents.roundsUsed(consent), i);
        }
        expectRefused(use, Reason.ROUNDS_EXHAUSTED);
        use.rounds = 0;
        record(use);
        assertEq(consents.roundsUsed(consent), 3);
    }

    function test_recordUse_revertsWhenCallerIsNoRecorder() public {
        address[4] memory callers = [STRANGER, operator(HOSPITAL), operator(INSTITUTE), address(datasets)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotRecorder.selector, callers[i]));
            vm.prank(callers[i]);
            consents.recordUse(wanted());
        }
    }

    function test_recordUse_revertsWhenTokenIsUnknown() public {
        Use memory use = wanted();
        use.consent = ConsentId.wrap(0);
        expectRefused(use, Reason.UNKNOWN_TOKEN);
    }

    function test_recordUse_revertsWhenNotTheGrantee() public {
        Use memory use = wanted();
        use.grantee = COMPANY;
        expectRefused(use, Reason.NOT_GRANTEE);
    }

    function test_recordUse_revertsWhenDatasetIsAnother() public {
        Use memory use = wanted();
        use.dataset = datasetOf(CLINIC);
        expectRefused(use, Reason.WRONG_DATASET);
    }

    function test_recordUse_revertsWhenDatasetIsUnknown() public {
        Use memory use = wanted();
        use.dataset = DatasetId.wrap(0);
        expectRefused(use, Reason.WRONG_DATASET);
    }

    function test_recordUse_revertsWhenVersionWasNeverPublished() public {
        Use memory use = wanted();
        use.version = 2;
        expectRefused(use, Reason.VERSION_OUT_OF_RANGE);
        use.version = 0;
        expectRefused(use, Reason.VERSION_OUT_OF_RANGE);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        use.version = 2;
        record(use);
    }

    function test_recordUse_revertsWhenVersionIsOutsideTheTerms() public {
        Terms memory terms = termsFor(dataset);
        (terms.versionFrom, terms.versionTo) = (2, 2);
        consent = issue(HOSPITAL, "other", terms);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        Use memory use = wanted();
        expectRefused(use, Reason.VERSION_OUT_OF_RANGE);
        use.version = 3;
        expectRefused(use, Reason.VERSION_OUT_OF_RANGE);
        use.version = 2;
        record(use);
    }

    function test_recordUse_revertsOutsideTheWindow() public {
        Terms memory terms = termsFor(dataset);
        (terms.notBefore, terms.expiresAt) = (START + 10, START + 20);
        consent = issue(HOSPITAL, "other", terms);
        vm.warp(START + 9);
        expectRefused(wanted(), Reason.NOT_YET_VALID);
        vm.warp(START + 10);
        record(wanted());
        vm.warp(START + 19);
        record(wanted());
        vm.warp(START + 20);
        expectRefused(wanted(), Reason.EXPIRED);
    }

    function test_recordUse_revertsWhenSuspended() public {
        suspend();
        expectRefused(wanted(), Reason.SUSPENDED);
        reinstate();
        suspendByRegulator(START + 10);
        expectRefused(wanted(), Reason.SUSPENDED);
        vm.warp(START + 10);
        record(wanted());
    }

    function test_recordUse_revertsWhenRevokedInTheSameBlock() public {
        record(wanted());
        revoke();
        expectRefused(wanted(), Reason.REVOKED);
    }

    function test_recordUse_revertsWhenTheGrantorIsInactive() public {
        suspendOrganisation(HOSPITAL);
        expectRefused(wanted(), Reason.GRANTOR_INACTIVE);
        reinstateOrganisation(HOSPITAL);
        record(wanted());
    }

    function test_recordUse_revertsWhenTheGranteeIsInactive() public {
        suspendOrganisation(INSTITUTE);
        expectRefused(wanted(), Reason.GRANTEE_INACTIVE);
    }

    function test_recordUse_revertsWhenVersionIsWithdrawn() public {
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.CORRECTION);
        record(wanted());
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        expectRefused(wanted(), Reason.VERSION_SUPERSEDED);
        Use memory use = wanted();
        use.version = 2;
        expectRefused(use, Reason.VERSION_SUPERSEDED);
        use.version = 3;
        record(use);
    }

    function test_recordUse_revertsWhenOperationIsNotPermitted() public {
        Terms memory terms = termsFor(dataset);
        terms.operations = FEDERATED_ROUND;
        consent = issue(HOSPITAL, "other", terms);
        expectRefused(wanted(), Reason.OPERATION_NOT_PERMITTED);
    }

    function test_recordUse_revertsWhenAPurposeIsNotPermitted() public {
        Use memory use = wanted();
        use.purposes = PURPOSES | 2;
        expectRefused(use, Reason.PURPOSE_NOT_PERMITTED);
    }

    function test_recordUse_revertsWhenTheProjectIsAnother() public {
        Use memory use = wanted();
        use.projectRef = 0;
        expectRefused(use, Reason.PROJECT_MISMATCH);
        Terms memory terms = termsFor(dataset);
        terms.projectRef = 0;
        consent = issue(HOSPITAL, "other", terms);
        use.consent = consent;
        record(use);
    }

    /// Most fields are drawn near the edge between yes and no, so that both happen often.
    struct Draw {
        uint8 acts;
        uint8 wrong;
        uint8 version;
        uint8 rounds;
        uint8 used;
        uint16 time;
    }

    function testFuzz_check_isOkExactlyWhenRecordUseSucceeds(Draw memory draw) public {
        Terms memory terms = termsFor(dataset);
        (terms.notBefore, terms.expiresAt) = (START + 100, START + 1000);
        (terms.versionFrom, terms.versionTo) = (1, 3);
        consent = issue(HOSPITAL, "drawn", terms);
        prepare(draw);
        Use memory use = drawn(draw);
        uint32 before = consents.roundsUsed(consent);
        Reason reason = consents.check(use);
        vm.prank(address(training));
        try consents.recordUse(use) {
            assertEq(uint8(reason), uint8(Reason.OK));
            assertEq(consents.roundsUsed(consent), before + use.rounds);
        } catch (bytes memory refusal) {
            assertTrue(reason != Reason.OK);
            assertEq(refusal, abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, use.consent, reason));
            assertEq(consents.roundsUsed(consent), before);
        }
    }

    /// Any bytes at all: neither `check` nor `recordUse` ever fails in another way.
    function testFuzz_check_neverReverts(Use memory use, bool known) public {
        if (known) use.consent = consent;
        Reason reason = consents.check(use);
        if (reason != Reason.OK) expectRefused(use, reason);
    }

    function prepare(Draw memory draw) private {
        for (uint32 i = 0; i < draw.used % 4; ++i) {
            vm.warp(START + 100);
            Use memory use = wanted();
            (use.operation, use.rounds) = (FEDERATED_ROUND, 1);
            record(use);
        }
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        if (draw.version & 8 != 0) publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        if (draw.acts & 7 == 1) suspendByRegulator(present() + 400);
        if (draw.acts & 24 == 8) suspend();
        if (draw.acts & 224 == 32) revoke();
        if (draw.acts & 224 == 64) suspendOrganisation(HOSPITAL);
        if (draw.acts & 224 == 96) suspendOrganisation(INSTITUTE);
        vm.warp(block.timestamp + draw.time % 1200);
    }

    function drawn(Draw memory draw) private view returns (Use memory use) {
        use = wanted();
        use.version = draw.version % 5;
        if (draw.rounds % 2 == 0) (use.operation, use.rounds) = (FEDERATED_ROUND, 1);
        if (draw.wrong == 1) use.operation = TRAIN | FEDERATED_ROUND;
        if (draw.wrong == 2) use.operation = 0;
        if (draw.wrong == 3) use.purposes = 2;
        if (draw.wrong == 4) use.purposes = 0;
        if (draw.wrong == 5) use.projectRef = 0;
        if (draw.wrong == 6) use.grantee = COMPANY;
        if (draw.wrong == 7) use.dataset = DatasetId.wrap("another");
        if (draw.wrong == 8) use.consent = ConsentId.wrap("another");
        if (draw.wrong == 9) use.rounds = type(uint32).max;
    }

    function wanted() private view returns (Use memory) {
        return useOf(consent, dataset);
    }

    function expectRefused(Use memory use, Reason reason) private {
        assertEq(uint8(consents.check(use)), uint8(reason));
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, use.consent, reason));
        record(use);
    }
}
