// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../interfaces/IConsentToken.sol";
import {
    ALL_MODIFIERS,
    ALL_OPTIONS,
    ALL_PURPOSES,
    COMMERCIALISE,
    FEDERATED_ROUND,
    FINE_TUNE,
    GS,
    IRB,
    NCU,
    NMDS,
    NPOA,
    NPU,
    NPUNCU,
    POARCH,
    PS,
    Permission,
    TRAIN,
    Terms
} from "../types/DataUse.sol";

/// @title TermRules: which terms make sense together
/// @notice Pure. Refuses terms that say nothing or contradict themselves, before they become a consent: what a DUO
/// permission or modifier excludes cannot be granted beside it.
library TermRules {
    /// @dev Ten years.
    uint48 private constant LONGEST_WINDOW = 3650 days;

    /// @notice Reverts with the first fault.
    function requireSound(Terms calldata terms, uint48 time) internal pure {
        uint16 purposes = terms.purposes;
        if (purposes == 0 || purposes > ALL_PURPOSES) {
            revert IConsentToken.ConsentTokenBadPurposes(purposes, ALL_PURPOSES);
        }
        if (terms.operations == 0) revert IConsentToken.ConsentTokenNoOperations();
        _requireWindow(terms.notBefore, terms.expiresAt, time);
        (uint32 from, uint32 to) = (terms.versionFrom, terms.versionTo);
        if (from == 0 || (to != 0 && to < from)) revert IConsentToken.ConsentTokenBadVersionRange(from, to);
        if (terms.deidentification > ALL_OPTIONS) {
            revert IConsentToken.ConsentTokenBadDeidentification(terms.deidentification, ALL_OPTIONS);
        }
        if (terms.policyDigest == 0) revert IConsentToken.ConsentTokenEmptyPolicy();
        _requirePermission(terms.permission, purposes, terms.condition);
        _requireModifiers(terms.modifiers, terms);
    }

    /// @notice Whether the modifiers exclude a grantee that works for profit.
    function excludesProfit(uint32 modifiers) internal pure returns (bool) {
        return modifiers & (NPU | NPUNCU) != 0;
    }

    function _requireWindow(uint48 notBefore, uint48 expiresAt, uint48 time) private pure {
        if (expiresAt <= notBefore || expiresAt - notBefore > LONGEST_WINDOW) {
            revert IConsentToken.ConsentTokenBadWindow(notBefore, expiresAt, LONGEST_WINDOW);
        }
        if (expiresAt <= time) revert IConsentToken.ConsentTokenWindowPast(expiresAt, time);
    }

    /// @dev DUO: HMB and DS do not include population origins or ancestry, POA is for nothing else.
    function _requirePermission(Permission permission, uint16 purposes, uint24 condition) private pure {
        bool fits = (permission == Permission.DS) == (condition != 0);
        if (permission == Permission.POA) fits = fits && purposes == POARCH;
        if (permission == Permission.HMB || permission == Permission.DS) fits = fits && purposes & POARCH == 0;
        if (!fits) revert IConsentToken.ConsentTokenContradictsPermission(uint8(permission));
    }

    function _requireModifiers(uint32 modifiers, Terms calldata terms) private pure {
        if (modifiers > ALL_MODIFIERS) revert IConsentToken.ConsentTokenBadModifiers(modifiers, ALL_MODIFIERS);
        uint8 operations = terms.operations;
        bool noProject = terms.projectRef == 0;
        _forbid(modifiers, NMDS, operations & (TRAIN | FINE_TUNE | FEDERATED_ROUND) != 0);
        _forbid(modifiers, NCU, operations & COMMERCIALISE != 0);
        _forbid(modifiers, NPUNCU, operations & COMMERCIALISE != 0);
        _forbid(modifiers, NPOA, terms.purposes & POARCH != 0);
        _forbid(modifiers, PS, noProject);
        _forbid(modifiers, IRB, noProject);
        _forbid(modifiers, GS, terms.regions == 0);
        _forbid(~modifiers, GS, terms.regions != 0);
    }

    function _forbid(uint32 modifiers, uint32 bit, bool found) private pure {
        if (found && modifiers & bit != 0) revert IConsentToken.ConsentTokenContradictsModifier(bit);
    }
}
