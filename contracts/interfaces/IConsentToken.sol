// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId, OrganisationId } from "../types/Ids.sol";
import { ConsentState, Reason, StateReason, Terms, Use } from "../types/DataUse.sol";

/// @title ConsentToken: a hospital's permission for one organisation to use one dataset
/// @notice ERC-721, bound to its holder (ERC-5192). The token id is the consent id as a number; the holder is the address
/// `holderOf(grantee)`, derived from the organisation's number, so that no key holds it. A consent is about a dataset,
/// never about a patient. Revocation is one-way; what was lawful before stays recorded.
/// @dev Times are the block's. The window is notBefore <= t < expiresAt.
interface IConsentToken {
    /// @notice One entry of a consent's append-only log.
    enum Act {
        SUSPENDED_BY_GRANTOR,
        REINSTATED_BY_GRANTOR,
        SUSPENDED_BY_REGULATOR,
        REVOKED
    }

    event ConsentIssued(ConsentId indexed consent, OrganisationId indexed grantor, uint48 issuedAt, Terms terms);
    /// @param until when a regulator's suspension ends by itself (Unix time); 0 for the grantor's, which has no end
    event ConsentSuspended(
        ConsentId indexed consent, OrganisationId indexed actor, StateReason reason, uint48 at, uint48 until
    );
    event ConsentReinstated(ConsentId indexed consent, OrganisationId indexed actor, StateReason reason, uint48 at);
    event ConsentRevoked(ConsentId indexed consent, OrganisationId indexed actor, StateReason reason, uint48 at);
    event ConsentUsed(
        ConsentId indexed consent,
        bytes32 indexed subject,
        address indexed recorder,
        uint32 version,
        uint16 operation,
        uint32 purposes,
        uint32 rounds
    );

    error ConsentTokenDuplicate(ConsentId got);
    error ConsentTokenUnknown(ConsentId got);
    error ConsentTokenNotGrantor(OrganisationId got, OrganisationId needed);
    error ConsentTokenUnknownGrantee(OrganisationId got);
    error ConsentTokenGranteeNotPublisher(OrganisationId got);
    error ConsentTokenBadPurposes(uint32 got, uint32 allowed);
    error ConsentTokenBadOperations(uint16 got, uint16 allowed);
    error ConsentTokenBadWindow(uint48 notBefore, uint48 expiresAt, uint48 longest);
    error ConsentTokenWindowPast(uint48 got, uint48 blockTime);
    error ConsentTokenBadVersionRange(uint32 from, uint32 to);
    error ConsentTokenEmptyPolicy();
    error ConsentTokenAlreadySuspended(ConsentId got);
    error ConsentTokenNotSuspended(ConsentId got);
    error ConsentTokenRevoked(ConsentId got);
    error ConsentTokenSuspensionUsedUp(ConsentId got, uint48 until);
    error ConsentTokenBadSuspension(uint48 gotUntil, uint48 latest);
    error ConsentTokenNotRecorder(address got);
    error ConsentTokenBound(ConsentId got);
    /// @notice The refusal that a use meets, in the very transaction that would have recorded it.
    error ConsentTokenRefused(ConsentId consent, Reason reason);

    /// @notice Issues a consent on a dataset of the caller's organisation.
    function issue(bytes32 salt, Terms calldata terms) external returns (ConsentId consent);

    /// @notice The grantor's own suspension, without end until it reinstates. Open to a suspended organisation.
    function suspend(ConsentId consent, StateReason reason) external;

    /// @notice The grantor lifts its own suspension; a regulator's stays until it ends.
    function reinstate(ConsentId consent, StateReason reason) external;

    /// @notice A regulator suspends until a stated time, at most 30 days ahead, once for each consent.
    function suspendByRegulator(ConsentId consent, StateReason reason, uint48 until) external;

    /// @notice The grantor ends the consent for ever. Open to a suspended organisation.
    function revoke(ConsentId consent, StateReason reason) external;

    /// @notice OK exactly when `recordUse` with the same arguments would succeed in this block.
    function check(Use calldata use) external view returns (Reason);

    /// @notice Checks and charges. Only the recorders that Consortium lists for this contract's generation.
    function recordUse(Use calldata use) external;

    function stateAt(ConsentId consent, uint48 time) external view returns (ConsentState);
    function roundsUsed(ConsentId consent) external view returns (uint32);
    function grantorOf(ConsentId consent) external view returns (OrganisationId);
    function holderOf(OrganisationId grantee) external view returns (address);

    /// @notice keccak256(abi.encode(consent, grantor, issuedAt, dataset, grantee, versionFrom, versionTo, basis, purposes,
    /// operations, notBefore, expiresAt, maxRounds, projectRef, policyDigest)).
    function recordDigestOf(ConsentId consent) external view returns (bytes32);
}
