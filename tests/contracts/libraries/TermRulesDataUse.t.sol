// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { TermRules } from "../../../contracts/libraries/TermRules.sol";
import {
    ALL_MODIFIERS,
    ALL_PURPOSES,
    Basis,
    COMMERCIALISE,
    FEDERATED_ROUND,
    FINE_TUNE,
    GS,
    IRB,
    NCU,
    NMDS,
    NPOA,
    NPUNCU,
    POARCH,
    PS,
    Permission,
    TRAIN,
    Terms
} from "../../../contracts/types/DataUse.sol";
import { DatasetId, NO_CONSENT, NO_REQUEST, OrganisationId } from "../../../contracts/types/Ids.sol";

/// What DUO's permissions and modifiers exclude and demand, each in both directions.
///
/// modifier  DUO code  excludes                            demands
/// NMDS      0000015   TRAIN, FINE_TUNE, FEDERATED_ROUND
/// NPUNCU    0000018   COMMERCIALISE
/// IRB       0000021                                       a project
/// GS        0000022                                       regions, which nothing else may have
/// PS        0000027                                       a project
/// NPOA      0000044   POARCH
/// NCU       0000046   COMMERCIALISE
contract TermRulesDataUseTest is Test {
    uint48 internal constant NOW = 1_800_000_000;

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
            purposes: ALL_PURPOSES,
            operations: type(uint8).max,
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

    function test_codes_areThoseOfTheOntology() public pure {
        // Bits count the modifiers in the order of their DUO numbers: 12, 15, 16, 18, 19, 20, 21, 22, 24, 25, 26, 27,
        // 28, 29, 43, 44, 45, 46.
        assertEq(NMDS, 1 << 1);
        assertEq(NPUNCU, 1 << 3);
        assertEq(IRB, 1 << 6);
        assertEq(GS, 1 << 7);
        assertEq(PS, 1 << 11);
        assertEq(NPOA, 1 << 15);
        assertEq(NCU, 1 << 17);
    }

    function test_permission_nresAndGruTakeEveryPurpose() public {
        terms.permission = Permission.NRES;
        check();
        terms.permission = Permission.GRU;
        check();
    }

    function test_permission_hmbTakesNoAncestry() public {
        terms.permission = Permission.HMB;
        refusedPermission();
        terms.purposes = POARCH;
        refusedPermission();
        terms.purposes = ALL_PURPOSES & ~POARCH;
        check();
    }

    function test_permission_dsTakesNoAncestry() public {
        (terms.permission, terms.condition) = (Permission.DS, 7254);
        refusedPermission();
        terms.purposes = POARCH;
        refusedPermission();
        terms.purposes = ALL_PURPOSES & ~POARCH;
        check();
    }

    function test_permission_poaTakesNothingButAncestry() public {
        terms.permission = Permission.POA;
        refusedPermission();
        terms.purposes = POARCH | 1;
        refusedPermission();
        terms.purposes = 1;
        refusedPermission();
        terms.purposes = POARCH;
        check();
    }

    function test_permission_dsAloneHasACondition() public {
        for (uint8 i = 0; i <= uint8(type(Permission).max); ++i) {
            terms.permission = Permission(i);
            terms.purposes = Permission(i) == Permission.POA ? POARCH : 1;
            terms.condition = Permission(i) == Permission.DS ? 1 : 0;
            check();
            terms.condition = Permission(i) == Permission.DS ? 0 : 1;
            refusedPermission();
            terms.condition = Permission(i) == Permission.DS ? type(uint24).max : 0;
            check();
        }
    }

    function test_modifiers_excludeOperations() public {
        excludes(NMDS, TRAIN | FINE_TUNE | FEDERATED_ROUND);
        excludes(NCU, COMMERCIALISE);
        excludes(NPUNCU, COMMERCIALISE);
    }

    function test_modifiers_npoaExcludesAncestry() public {
        terms.modifiers = NPOA;
        refusedModifier(NPOA);
        terms.purposes = POARCH;
        refusedModifier(NPOA);
        terms.purposes = ALL_PURPOSES & ~POARCH;
        check();
    }

    function test_modifiers_psAndIrbDemandAProject() public {
        uint32[2] memory bits = [PS, IRB];
        for (uint256 i = 0; i < 2; ++i) {
            (terms.modifiers, terms.projectRef) = (bits[i], 0);
            refusedModifier(bits[i]);
            terms.projectRef = bytes32(uint256(1));
            check();
        }
        terms.modifiers = 0;
        check();
    }

    function test_modifiers_gsStandsExactlyWithRegions() public {
        check();
        terms.regions = 1;
        refusedModifier(GS);
        terms.modifiers = ALL_MODIFIERS & ~(GS | NMDS | NCU | NPUNCU | NPOA | PS | IRB);
        refusedModifier(GS);
        terms.modifiers = GS;
        check();
        terms.regions = 0;
        refusedModifier(GS);
    }

    /// Obligations, and those kept elsewhere (TS, IS, NPU), exclude nothing here.
    function test_modifiers_othersExcludeNothing() public {
        uint32 kept = NMDS | NCU | NPUNCU | NPOA | PS | IRB | GS;
        for (uint32 bit = 1; bit < ALL_MODIFIERS; bit <<= 1) {
            if (kept & bit != 0) continue;
            terms.modifiers = bit;
            check();
        }
        terms.modifiers = ALL_MODIFIERS & ~kept;
        check();
    }

    function test_modifiers_takeAllTogetherWhenNothingContradicts() public {
        (terms.modifiers, terms.projectRef, terms.regions) = (ALL_MODIFIERS, "project", 1);
        terms.operations = ~(TRAIN | FINE_TUNE | FEDERATED_ROUND | COMMERCIALISE);
        terms.purposes = ALL_PURPOSES & ~POARCH;
        check();
    }

    /// Against the table above, read row by row.
    function testFuzz_requireSound_followsTheTable(
        uint32 modifiers,
        uint8 operations,
        uint16 purposes,
        bool project,
        uint40 regions
    ) public {
        modifiers &= ALL_MODIFIERS;
        // Often few modifiers, or nothing would be sound.
        if (regions % 3 == 0) modifiers &= uint32(1) << (operations % 18) | uint32(1) << (purposes % 18);
        if (regions % 2 == 0) regions = 0;
        terms.modifiers = modifiers;
        terms.operations = operations == 0 ? 1 : operations;
        terms.purposes = purposes & ALL_PURPOSES == 0 ? 1 : purposes & ALL_PURPOSES;
        terms.projectRef = project ? bytes32("project") : bytes32(0);
        terms.regions = regions;
        uint32 contradicted = firstContradiction();
        if (contradicted != 0) {
            vm.expectRevert(
                abi.encodeWithSelector(IConsentToken.ConsentTokenContradictsModifier.selector, contradicted)
            );
        }
        this.requireSound(terms, NOW);
    }

    function requireSound(Terms calldata given, uint48 time) external pure {
        TermRules.requireSound(given, time);
    }

    /// Each of the operations alone is refused, and all the others together are taken.
    function excludes(uint32 bit, uint8 excluded) private {
        terms.modifiers = bit;
        for (uint16 operation = 1; operation < 256; operation <<= 1) {
            terms.operations = uint8(operation);
            if (excluded & operation != 0) refusedModifier(bit);
            else check();
        }
        terms.operations = ~excluded;
        check();
    }

    function firstContradiction() private view returns (uint32) {
        if (has(NMDS) && terms.operations & 0x13 != 0) return NMDS;
        if (has(NCU) && terms.operations & 0x40 != 0) return NCU;
        if (has(NPUNCU) && terms.operations & 0x40 != 0) return NPUNCU;
        if (has(NPOA) && terms.purposes & 0x10 != 0) return NPOA;
        if (has(PS) && terms.projectRef == 0) return PS;
        if (has(IRB) && terms.projectRef == 0) return IRB;
        if (has(GS) != (terms.regions != 0)) return GS;
        return 0;
    }

    function has(uint32 bit) private view returns (bool) {
        return terms.modifiers & bit == bit;
    }

    function check() private view {
        this.requireSound(terms, NOW);
    }

    function refusedPermission() private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsentToken.ConsentTokenContradictsPermission.selector, uint8(terms.permission))
        );
        check();
    }

    function refusedModifier(uint32 bit) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenContradictsModifier.selector, bit));
        check();
    }
}
