// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { ConsentRules } from "../../contracts/libraries/ConsentRules.sol";
import { ConsentState, Reason, TEST, TRAIN, Use, VALIDATE } from "../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NOBODY, OrganisationId } from "../../contracts/types/Ids.sol";

/// The rules alone: a use that breaks them all is repaired rule by rule, and each repair shows the next reason.
contract ConsentRulesTest is Test {
    uint48 internal constant NOW = 1_800_000_000;
    OrganisationId internal constant GRANTOR = OrganisationId.wrap(1);
    OrganisationId internal constant GRANTEE = OrganisationId.wrap(2);
    DatasetId internal constant DATASET = DatasetId.wrap("dataset");
    bytes32 internal constant PROJECT = "project";

    ConsentRules.Grant internal grant;
    ConsentRules.Limits internal limits;
    ConsentRules.Facts internal facts;
    Use internal use;

    function setUp() public {
        grant = ConsentRules.Grant({
            grantor: GRANTOR,
            grantee: GRANTEE,
            notBefore: NOW,
            expiresAt: NOW + 1,
            operations: TRAIN | TEST,
            purposes: 6,
            logLength: 0
        });
        limits = ConsentRules.Limits({
            versionFrom: 2,
            versionTo: 4,
            maxRounds: 5,
            roundsUsed: 4,
            regulatorUntil: NOW,
            revokedAt: 0,
            grantorSuspended: false
        });
        facts = ConsentRules.Facts({
            dataset: DATASET,
            projectRef: PROJECT,
            time: NOW,
            latest: 4,
            lowestUsable: 3,
            grantorActive: true,
            granteeActive: true
        });
        use = Use({
            consent: ConsentId.wrap("consent"),
            grantee: GRANTEE,
            dataset: DATASET,
            version: 3,
            operation: TRAIN,
            purposes: 2,
            projectRef: PROJECT,
            rounds: 1,
            subject: "run"
        });
    }

    function test_refusal_isOkWhenEveryRuleHolds() public view {
        assertReason(Reason.OK);
    }

    function test_refusal_looksInTheOrderOfTheEnum() public {
        ConsentRules.Limits memory good = limits;
        breakAll();
        assertReason(Reason.UNKNOWN_TOKEN);
        grant.grantor = GRANTOR;
        assertReason(Reason.NOT_GRANTEE);
        use.grantee = GRANTEE;
        assertReason(Reason.WRONG_DATASET);
        use.dataset = DATASET;
        assertReason(Reason.VERSION_OUT_OF_RANGE);
        use.version = 2;
        assertReason(Reason.NOT_YET_VALID);
        grant.notBefore = NOW;
        assertReason(Reason.EXPIRED);
        grant.expiresAt = NOW + 1;
        assertReason(Reason.SUSPENDED);
        limits.regulatorUntil = good.regulatorUntil;
        assertReason(Reason.SUSPENDED);
        limits.grantorSuspended = false;
        assertReason(Reason.GRANTOR_INACTIVE);
        limits.revokedAt = NOW;
        assertReason(Reason.REVOKED);
        limits.revokedAt = 0;
        facts.grantorActive = true;
        assertReason(Reason.GRANTEE_INACTIVE);
        facts.granteeActive = true;
        assertReason(Reason.VERSION_SUPERSEDED);
        use.version = 3;
        assertReason(Reason.OPERATION_NOT_PERMITTED);
        use.operation = TRAIN;
        assertReason(Reason.PURPOSE_NOT_PERMITTED);
        use.purposes = 2;
        assertReason(Reason.PROJECT_MISMATCH);
        use.projectRef = PROJECT;
        assertReason(Reason.ROUNDS_EXHAUSTED);
        use.rounds = 1;
        assertReason(Reason.OK);
    }

    function test_refusal_keepsTheVersionRange() public {
        for (uint32 version = 0; version < 6; ++version) {
            use.version = version;
            assertReason(version < 2 || version > 4 ? Reason.VERSION_OUT_OF_RANGE : versionReason(version));
        }
        limits.versionTo = 0;
        use.version = 5;
        assertReason(Reason.VERSION_OUT_OF_RANGE);
        facts.latest = 5;
        assertReason(Reason.OK);
    }

    function test_refusal_refusesAVersionNeverPublished() public {
        limits.versionFrom = 1;
        facts.latest = 0;
        facts.lowestUsable = 0;
        use.version = 1;
        assertReason(Reason.VERSION_OUT_OF_RANGE);
    }

    function test_refusal_keepsTheWindow() public {
        facts.time = NOW - 1;
        assertReason(Reason.NOT_YET_VALID);
        facts.time = NOW;
        assertReason(Reason.OK);
        facts.time = NOW + 1;
        assertReason(Reason.EXPIRED);
    }

    function test_refusal_wantsExactlyOneOperation() public {
        use.operation = 0;
        assertReason(Reason.OPERATION_NOT_PERMITTED);
        use.operation = TRAIN | TEST;
        assertReason(Reason.OPERATION_NOT_PERMITTED);
        use.operation = VALIDATE;
        assertReason(Reason.OPERATION_NOT_PERMITTED);
        use.operation = TEST;
        assertReason(Reason.OK);
    }

    function test_refusal_wantsEveryPurpose() public {
        use.purposes = 0;
        assertReason(Reason.PURPOSE_NOT_PERMITTED);
        use.purposes = 6;
        assertReason(Reason.OK);
        use.purposes = 7;
        assertReason(Reason.PURPOSE_NOT_PERMITTED);
    }

    function test_refusal_asksForAProjectOnlyWhenTheConsentHasOne() public {
        use.projectRef = "another";
        assertReason(Reason.PROJECT_MISMATCH);
        facts.projectRef = 0;
        assertReason(Reason.OK);
    }

    function test_refusal_countsRounds() public {
        use.rounds = 2;
        assertReason(Reason.ROUNDS_EXHAUSTED);
        limits.roundsUsed = 5;
        use.rounds = 1;
        assertReason(Reason.ROUNDS_EXHAUSTED);
        use.rounds = 0;
        assertReason(Reason.OK);
        use.rounds = type(uint32).max;
        assertReason(Reason.ROUNDS_EXHAUSTED);
    }

    function testFuzz_stateNow_isRevokedWhateverElse(ConsentRules.Limits memory any, uint48 time) public pure {
        vm.assume(any.revokedAt != 0);
        assertTrue(ConsentRules.stateNow(any, time) == ConsentState.REVOKED);
    }

    function testFuzz_refusal_neverGrantsOutsideTheMasks(uint16 operation, uint32 purposes) public {
        use.operation = operation;
        use.purposes = purposes;
        bool one = operation == TRAIN || operation == TEST;
        bool covered = purposes == 2 || purposes == 4 || purposes == 6;
        assertEq(answer() == Reason.OK, one && covered);
    }

    function refusal(Use calldata wanted) external view returns (Reason) {
        return ConsentRules.refusal(grant, limits, facts, wanted);
    }

    function breakAll() private {
        grant.grantor = NOBODY;
        use.grantee = GRANTOR;
        use.dataset = DatasetId.wrap("another");
        use.version = 1;
        grant.notBefore = NOW + 1;
        grant.expiresAt = NOW;
        limits.grantorSuspended = true;
        limits.regulatorUntil = NOW + 1;
        facts.grantorActive = false;
        facts.granteeActive = false;
        use.operation = VALIDATE;
        use.purposes = 1;
        use.projectRef = "another";
        use.rounds = 2;
    }

    function versionReason(uint32 version) private view returns (Reason) {
        return version < facts.lowestUsable ? Reason.VERSION_SUPERSEDED : Reason.OK;
    }

    function answer() private view returns (Reason) {
        return this.refusal(use);
    }

    function assertReason(Reason expected) private view {
        assertEq(uint8(answer()), uint8(expected));
    }
}
