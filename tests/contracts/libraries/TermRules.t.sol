// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { TermRules } from "../../../contracts/libraries/TermRules.sol";
import {
    ALL_MODIFIERS,
    ALL_OPTIONS,
    ALL_PURPOSES,
    Basis,
    GS,
    NPU,
    NPUNCU,
    Permission,
    TRAIN,
    Terms
} from "../../../contracts/types/DataUse.sol";
import { DatasetId, NO_CONSENT, NO_REQUEST, OrganisationId } from "../../../contracts/types/Ids.sol";

/// What each field of the terms may be, and the edges.
contract TermRulesTest is Test {
    uint48 internal constant NOW = 1_800_000_000;
    uint48 internal constant LONGEST = 3650 days;

    Terms internal terms;

    function setUp() public {
        terms = Terms({
            dataset: DatasetId.wrap("dataset"),
            grantee: OrganisationId.wrap(3),
            versionFrom: 1,
            versionTo: 0,
            basis: Basis.CONSENT,
            permission: Permission.GRU,
            modifiers: 0,
            purposes: 1,
            operations: TRAIN,
            condition: 0,
            regions: 0,
            deidentification: 0,
            notBefore: NOW,
            expiresAt: NOW + 1,
            maxRounds: 0,
            epsilonBudget: 0,
            projectRef: 0,
            policyDigest: "policy",
            request: NO_REQUEST,
            supersedes: NO_CONSENT
        });
    }

    function test_requireSound_takesTheLeastTerms() public view {
        check();
    }

    function test_requireSound_takesEveryBasis() public {
        for (uint8 i = 0; i <= uint8(type(Basis).max); ++i) {
            terms.basis = Basis(i);
            check();
        }
    }

    function test_requireSound_revertsWhenPurposesAreBad() public {
        uint16[3] memory bad = [0, ALL_PURPOSES + 1, type(uint16).max];
        for (uint256 i = 0; i < bad.length; ++i) {
            terms.purposes = bad[i];
            refused(abi.encodeWithSelector(IConsentToken.ConsentTokenBadPurposes.selector, bad[i], ALL_PURPOSES));
        }
        terms.purposes = ALL_PURPOSES;
        check();
    }

    function test_requireSound_revertsWhenThereAreNoOperations() public {
        terms.operations = 0;
        refused(abi.encodeWithSelector(IConsentToken.ConsentTokenNoOperations.selector));
        terms.operations = type(uint8).max;
        check();
    }

    function test_requireSound_revertsWhenTheWindowIsEmpty() public {
        terms.expiresAt = terms.notBefore;
        refusedWindow();
        terms.expiresAt = terms.notBefore - 1;
        refusedWindow();
    }

    function test_requireSound_revertsWhenTheWindowIsLongerThanTenYears() public {
        terms.expiresAt = terms.notBefore + LONGEST + 1;
        refusedWindow();
        terms.expiresAt = terms.notBefore + LONGEST;
        check();
    }

    function test_requireSound_revertsWhenTheWindowIsPast() public {
        (terms.notBefore, terms.expiresAt) = (NOW - 10, NOW - 1);
        refused(abi.encodeWithSelector(IConsentToken.ConsentTokenWindowPast.selector, NOW - 1, NOW));
        terms.expiresAt = NOW;
        refused(abi.encodeWithSelector(IConsentToken.ConsentTokenWindowPast.selector, NOW, NOW));
        terms.expiresAt = NOW + 1;
        check();
    }

    function test_requireSound_takesAWindowThatBeginsLater() public {
        (terms.notBefore, terms.expiresAt) = (NOW + 100 days, NOW + 101 days);
        check();
    }

    function test_requireSound_revertsWhenTheVersionRangeIsBad() public {
        uint32[2][3] memory bad = [[uint32(0), 0], [uint32(0), 1], [uint32(3), 2]];
        for (uint256 i = 0; i < bad.length; ++i) {
            (terms.versionFrom, terms.versionTo) = (bad[i][0], bad[i][1]);
            refused(abi.encodeWithSelector(IConsentToken.ConsentTokenBadVersionRange.selector, bad[i][0], bad[i][1]));
        }
        (terms.versionFrom, terms.versionTo) = (3, 3);
        check();
        (terms.versionFrom, terms.versionTo) = (3, 0);
        check();
    }

    /// Every mask of the type is a mask of regions, so that only the ABI refuses a greater number.
    function test_requireSound_takesEveryRegion() public {
        terms.modifiers = GS;
        terms.regions = type(uint40).max;
        check();
    }

    function test_requireSound_revertsWhenDeidentificationIsBad() public {
        uint16[2] memory bad = [ALL_OPTIONS + 1, type(uint16).max];
        for (uint256 i = 0; i < bad.length; ++i) {
            terms.deidentification = bad[i];
            refused(abi.encodeWithSelector(IConsentToken.ConsentTokenBadDeidentification.selector, bad[i], ALL_OPTIONS));
        }
        terms.deidentification = ALL_OPTIONS;
        check();
    }

    function test_requireSound_revertsWhenThePolicyIsEmpty() public {
        terms.policyDigest = 0;
        refused(abi.encodeWithSelector(IConsentToken.ConsentTokenEmptyPolicy.selector));
    }

    function test_requireSound_revertsWhenModifiersAreBad() public {
        uint32[2] memory bad = [ALL_MODIFIERS + 1, type(uint32).max];
        for (uint256 i = 0; i < bad.length; ++i) {
            terms.modifiers = bad[i];
            refused(abi.encodeWithSelector(IConsentToken.ConsentTokenBadModifiers.selector, bad[i], ALL_MODIFIERS));
        }
    }

    function testFuzz_requireSound_keepsTheWindow(uint48 notBefore, uint48 expiresAt, uint48 time) public {
        (terms.notBefore, terms.expiresAt) = (notBefore, expiresAt);
        if (expiresAt <= notBefore || expiresAt - notBefore > LONGEST) {
            vm.expectRevert(
                abi.encodeWithSelector(IConsentToken.ConsentTokenBadWindow.selector, notBefore, expiresAt, LONGEST)
            );
        } else if (expiresAt <= time) {
            vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenWindowPast.selector, expiresAt, time));
        }
        this.requireSound(terms, time);
    }

    function testFuzz_excludesProfit_forNpuAndNpuncu(uint32 modifiers) public pure {
        bool expected = (modifiers >> 3) & 1 == 1 || (modifiers >> 16) & 1 == 1;
        assertEq(TermRules.excludesProfit(modifiers), expected);
    }

    function test_excludesProfit_forEachAlone() public pure {
        assertTrue(TermRules.excludesProfit(NPU));
        assertTrue(TermRules.excludesProfit(NPUNCU));
        assertFalse(TermRules.excludesProfit(ALL_MODIFIERS & ~(NPU | NPUNCU)));
    }

    function requireSound(Terms calldata given, uint48 time) external pure {
        TermRules.requireSound(given, time);
    }

    function check() private view {
        this.requireSound(terms, NOW);
    }

    function refused(bytes memory refusal) private {
        vm.expectRevert(refusal);
        this.requireSound(terms, NOW);
    }

    function refusedWindow() private {
        refused(
            abi.encodeWithSelector(
                IConsentToken.ConsentTokenBadWindow.selector, terms.notBefore, terms.expiresAt, LONGEST
            )
        );
    }
}
