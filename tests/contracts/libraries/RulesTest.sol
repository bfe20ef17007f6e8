// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { ConsentRules } from "../../../contracts/libraries/ConsentRules.sol";
import { ConsentState, Reason, Scope, TEST, TRAIN, Use, VALIDATE } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NOBODY, OrganisationId } from "../../../contracts/types/Ids.sol";

/// @notice A grant, a use that it permits, and a way to break each rule by itself.
abstract contract RulesTest is Test {
    uint48 internal constant NOW = 1_800_000_000;
    OrganisationId internal constant GRANTOR = OrganisationId.wrap(1);
    OrganisationId internal constant GRANTEE = OrganisationId.wrap(2);
    bytes32 internal constant PROJECT = "project";

    ConsentRules.Grant internal grant;
    ConsentRules.Limits internal limits;
    ConsentRules.Facts internal facts;
    Use internal use;

    function setUp() public virtual {
        grant = ConsentRules.Grant({
            grantor: GRANTOR,
            grantee: GRANTEE,
            dataset: 7,
            notBefore: NOW,
            expiresAt: NOW + 1,
            operations: TRAIN | TEST,
            purposes: 6,
            condition: 7254,
            logLength: 0
        });
        limits = ConsentRules.Limits({
            versionFrom: 2,
            versionTo: 4,
            maxRounds: 5,
            roundsUsed: 4,
            epsilonBudget: 1000,
            epsilonSpent: 900,
            regions: 6,
            deidentification: (1 << 0) | (1 << 8),
            nonProfitOnly: true
        });
        facts = ConsentRules.Facts({
            time: NOW,
            state: ConsentState.ACTIVE,
            projectRef: PROJECT,
            dataset: 7,
            latest: 4,
            lowestUsable: 3,
            options: (1 << 0) | (1 << 1) | (1 << 7),
            grantorActive: true,
            granteeActive: true,
            granteeForProfit: false
        });
        use = Use({
            consent: ConsentId.wrap("consent"),
            grantee: GRANTEE,
            dataset: DatasetId.wrap("dataset"),
            version: 3,
            operation: TRAIN,
            scope: Scope({ purposes: 2, regions: 2, condition: 7254, projectRef: PROJECT }),
            rounds: 1,
            epsilon: 100,
            subject: "run"
        });
    }

    function refusal(Use calldata wanted) external view returns (Reason) {
        return ConsentRules.refusal(grant, limits, facts, wanted);
    }

    function spoil(Reason fault) internal {
        if (fault == Reason.UNKNOWN_TOKEN) grant.grantor = NOBODY;
        if (fault == Reason.NOT_GRANTEE) use.grantee = GRANTOR;
        if (fault == Reason.WRONG_DATASET) facts.dataset = 8;
        if (fault == Reason.VERSION_OUT_OF_RANGE) limits.versionFrom = 4;
        if (fault == Reason.NOT_YET_VALID) grant.notBefore = NOW + 1;
        if (fault == Reason.EXPIRED) grant.expiresAt = NOW;
        if (fault == Reason.SUSPENDED) facts.state = ConsentState.SUSPENDED;
        if (fault == Reason.REVOKED) facts.state = ConsentState.REVOKED;
        if (fault == Reason.GRANTOR_INACTIVE) facts.grantorActive = false;
        if (fault == Reason.GRANTEE_INACTIVE) facts.granteeActive = false;
        if (fault == Reason.VERSION_SUPERSEDED) facts.lowestUsable = 4;
        if (fault == Reason.OPERATION_NOT_PERMITTED) use.operation = VALIDATE;
        if (fault == Reason.PURPOSE_NOT_PERMITTED) use.scope.purposes = 1;
        if (fault == Reason.CONDITION_MISMATCH) use.scope.condition = 1;
        if (fault == Reason.REGION_NOT_PERMITTED) use.scope.regions = 1;
        if (fault == Reason.PROFIT_NOT_PERMITTED) facts.granteeForProfit = true;
        if (fault == Reason.PROJECT_MISMATCH) use.scope.projectRef = "another";
        if (fault == Reason.DEIDENTIFICATION_TOO_WEAK) facts.options = 0;
        if (fault == Reason.ROUNDS_EXHAUSTED) use.rounds = 2;
        if (fault == Reason.PRIVACY_BUDGET_EXHAUSTED) use.epsilon = 101;
    }

    function answer() internal view returns (Reason) {
        return this.refusal(use);
    }

    function assertReason(Reason expected) internal view {
        assertEq(uint8(answer()), uint8(expected));
    }
}
