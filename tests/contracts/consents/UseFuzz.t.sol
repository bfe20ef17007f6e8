// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { FEDERATED_ROUND, GS, Permission, Reason, TRAIN, Terms, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId } from "../../../contracts/types/Ids.sol";
import { UseTest } from "./UseTest.sol";

/// `check` says OK exactly when `recordUse` succeeds, and nothing is charged otherwise.
contract UseFuzzTest is UseTest {
    /// Most fields are drawn near the edge between yes and no, so that both happen often.
    struct Draw {
        uint8 acts;
        uint8 wrong;
        uint8 version;
        uint8 charge;
        uint8 used;
        uint16 time;
    }

    function testFuzz_check_isOkExactlyWhenRecordUseSucceeds(Draw memory draw) public {
        reissue(drawnTerms());
        prepare(draw);
        Use memory use = drawn(draw);
        uint24 rounds = consents.roundsUsed(consent);
        uint40 epsilon = consents.epsilonSpent(consent);
        Reason reason = consents.check(use);
        vm.prank(address(training));
        try consents.recordUse(use) {
            assertEq(uint8(reason), uint8(Reason.OK));
            (rounds, epsilon) = (rounds + use.rounds, epsilon + use.epsilon);
        } catch (bytes memory refusal) {
            assertTrue(reason != Reason.OK);
            assertEq(refusal, abi.encodeWithSelector(IConsentToken.ConsentTokenRefused.selector, use.consent, reason));
        }
        assertEq(consents.roundsUsed(consent), rounds);
        assertEq(consents.epsilonSpent(consent), epsilon);
        uint64 ledgers;
        for (uint32 version = 1; version <= datasets.latestVersion(dataset); ++version) {
            ledgers += datasets.epsilonSpent(dataset, version);
        }
        assertEq(ledgers, epsilon);
    }

    /// Any bytes at all: neither `check` nor `recordUse` ever fails in another way.
    function testFuzz_check_neverReverts(Use memory use, bool known, bool ours) public {
        if (known) use.consent = consent;
        if (ours) (use.grantee, use.dataset, use.version) = (INSTITUTE, dataset, 1);
        Reason reason = consents.check(use);
        if (reason != Reason.OK) expectRefused(use, reason);
        else expectTaken(use);
    }

    function drawnTerms() private view returns (Terms memory terms) {
        terms = termsFor(dataset);
        (terms.notBefore, terms.expiresAt) = (START + 100, START + 1000);
        (terms.versionFrom, terms.versionTo) = (1, 3);
        (terms.permission, terms.condition) = (Permission.DS, 7254);
        (terms.modifiers, terms.regions) = (GS, REGIONS);
        terms.deidentification = 1;
    }

    function prepare(Draw memory draw) private {
        vm.warp(START + 100);
        for (uint24 i = 0; i < draw.used % 4; ++i) {
            record(permitted(1, 300_000));
        }
        vm.warp(START);
        publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.EXTENSION);
        if (draw.version & 8 != 0) publish(dataset, HOSPITAL, IDatasetRegistry.Supersession.WITHDRAWAL);
        if (draw.acts & 7 == 1) suspendByRegulator(present() + 400);
        if (draw.acts & 24 == 8) suspend();
        if (draw.acts & 224 == 32) revoke();
        if (draw.acts & 224 == 64) suspendOrganisation(HOSPITAL);
        if (draw.acts & 224 == 96) suspendOrganisation(INSTITUTE);
        vm.warp(block.timestamp + draw.time % 1200);
    }

    function permitted(uint24 rounds, uint40 epsilon) private view returns (Use memory use) {
        use = charging(rounds, epsilon);
        use.scope.condition = 7254;
    }

    function drawn(Draw memory draw) private view returns (Use memory use) {
        use = permitted(draw.charge % 3, uint40(draw.charge >> 2) * 10_000);
        use.version = draw.version % 5;
        uint8 wrong = draw.wrong % 32;
        if (wrong == 1) use.operation = TRAIN | FEDERATED_ROUND;
        if (wrong == 2) use.operation = 0;
        if (wrong == 3) use.scope.purposes = 2;
        if (wrong == 4) use.scope.purposes = 0;
        if (wrong == 5) use.scope.projectRef = 0;
        if (wrong == 6) use.grantee = COMPANY;
        if (wrong == 7) use.dataset = DatasetId.wrap("another");
        if (wrong == 8) use.consent = ConsentId.wrap("another");
        if (wrong == 9) use.rounds = type(uint24).max;
        if (wrong == 10) use.epsilon = type(uint40).max;
        if (wrong == 11) use.scope.condition = 0;
        if (wrong == 12) use.scope.regions = 1;
    }
}
