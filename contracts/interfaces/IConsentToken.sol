// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId, OrganisationId } from "../types/Ids.sol";
import { ConsentState, Reason, StateReason, Terms, Use } from "../types/DataUse.sol";

/// @title ConsentToken: a hospital's permission for one organisation to use one dataset
/// @notice ERC-721, bound to its holder (ERC-5192). The token id is the consent id as a number; the holder is the address
/// `holderOf(grantee)`, derived from the organisation's number, so that no key holds it. A consent is about a dataset,
/// never about a patient. Revocation is one-way; what was lawful before stays recorded.
/// Suspensions and limits bind one token, not the two organisations: a grantor that issues a fresh one beside it decides
/// anew, in its own name. Against that a regulator suspends the organisation, and the dataset's own ledger adds up the
/// losses of all tokens.
/// @dev Times are the block's. The window is notBefore <= t < expiresAt. Losses are in millionths of epsilon.
///
/// Assumes that the recorders, which are fixed at deployment, are the contracts that Consortium lists beside this one,
/// and that they name their caller's organisation truly as the grantee of a use.
///
/// Cannot happen: a consent on a dataset by another than its custodian; a revoked consent that is active again; a use
/// recorded outside state, window, versions, rounds or privacy budget; a budget that is exceeded, or a count of rounds or
/// losses that falls, also across a supersession; a transfer or an approval; a log whose times fall.
interface IConsentToken {
    /// @notice One entry of a consent's append-only log. An act by vote has organisation 0 as its actor.
    enum Act {
        SUSPENDED_BY_GRANTOR,
        REINSTATED_BY_GRANTOR,
        SUSPENDED_BY_REGULATOR,
        SUSPENDED_BY_VOTE,
        REVOKED
    }

    /// @param roundsUsed carried on from the consent that it supersedes
    /// @param epsilonSpent carried on from the consent that it supersedes
    event ConsentIssued(
        ConsentId indexed consent,
        OrganisationId indexed grantor,
        uint48 issuedAt,
        Terms terms,
        uint24 roundsUsed,
        uint40 epsilonSpent,
        address operator
    );
    /// @param actor 0 for a vote
    /// @param until when a suspension by a regulator or a vote ends by itself; 0 for the grantor's, which has no end
    event ConsentSuspended(
        ConsentId indexed consent,
        OrganisationId indexed actor,
        StateReason reason,
        uint48 at,
        uint48 until,
        address operator
    );
    event ConsentReinstated(
        ConsentId indexed consent, OrganisationId indexed actor, StateReason reason, uint48 at, address operator
    );
    /// @param actor 0 for a vote
    event ConsentRevoked(
        ConsentId indexed consent, OrganisationId indexed actor, StateReason reason, uint48 at, address operator
    );
    event ConsentUsed(
        ConsentId indexed consent,
        bytes32 indexed subject,
        address indexed recorder,
        uint32 version,
        uint8 operation,
        uint16 purposes,
        uint24 rounds,
        uint40 epsilon
    );

    error ConsentTokenDuplicate(ConsentId got);
    error ConsentTokenUnknown(ConsentId got);
    error ConsentTokenNotGrantor(OrganisationId got, OrganisationId needed);
    error ConsentTokenUnknownGrantee(OrganisationId got);
    error ConsentTokenGranteeCannotUse(OrganisationId got);
    error ConsentTokenBadPurposes(uint16 got, uint16 allowed);
    error ConsentTokenNoOperations();
    error ConsentTokenBadModifiers(uint32 got, uint32 allowed);
    /// @notice The modifier (its bit) excludes something that the terms permit, or demands something that they lack.
    error ConsentTokenContradictsModifier(uint32 modifierBit);
    /// @notice The permission excludes a purpose, or demands a condition, or takes none.
    error ConsentTokenContradictsPermission(uint8 permission);
    error ConsentTokenBadDeidentification(uint16 got, uint16 allowed);
    error ConsentTokenBadWindow(uint48 notBefore, uint48 expiresAt, uint48 longest);
    error ConsentTokenWindowPast(uint48 got, uint48 blockTime);
    error ConsentTokenBadVersionRange(uint32 from, uint32 to);
    error ConsentTokenEmptyPolicy();
    error ConsentTokenNotSuperseding(ConsentId got);
    /// @notice What the superseded consent used is more than the new terms permit in all.
    error ConsentTokenCarriedExceeds(uint24 roundsUsed, uint40 epsilonSpent);
    /// @notice The grantor has suspended and reinstated so often that what is left of the log is kept for others, and
    /// for the revocation.
    error ConsentTokenLogFull(ConsentId got, uint16 most);
    error ConsentTokenAlreadySuspended(ConsentId got);
    error ConsentTokenNotSuspended(ConsentId got);
    error ConsentTokenRevoked(ConsentId got);
    error ConsentTokenSuspensionUsedUp(ConsentId got, uint48 until);
    error ConsentTokenOwnCase(OrganisationId got);
    error ConsentTokenBadSuspension(uint48 gotUntil, uint48 latest);
    error ConsentTokenBadBatch(uint256 got, uint256 most);
    error ConsentTokenNotConsortium(address got);
    error ConsentTokenNotRecorder(address got);
    error ConsentTokenBound(ConsentId got);
    /// @notice The refusal that a use meets, in the very transaction that would have recorded it.
    error ConsentTokenRefused(ConsentId consent, Reason reason);

    /// @notice Issues a consent on a dataset of the caller's organisation. With `terms.supersedes` it revokes that one,
    /// of the same grantor, grantee and dataset, in the same step; not while a regulator's suspension of it runs, and not
    /// with limits below what is used already. A run keeps the consents that it was opened under: one that is superseded
    /// takes no further round and publishes nothing, so let it end first.
    function issue(bytes32 salt, Terms calldata terms) external returns (ConsentId consent);

    /// @notice The grantor's own suspension, without end until it reinstates. Open to a suspended organisation. A
    /// consent's log takes 60,000 acts of its grantor at most; it can always be revoked.
    function suspend(ConsentId consent, StateReason reason) external;

    /// @notice As `suspend`, for up to MAX_BATCH (100) consents, all or none.
    function suspendAll(ConsentId[] calldata consents, StateReason reason) external;

    /// @notice The grantor lifts its own suspension; a regulator's stays until it ends.
    function reinstate(ConsentId consent, StateReason reason) external;

    /// @notice A regulator suspends another organisation's consent until a stated time, at most 30 days ahead, once for
    /// each consent whoever the regulator, and not after a vote did. Open to a suspended organisation.
    function suspendByRegulator(ConsentId consent, StateReason reason, uint48 until) external;

    /// @notice As `suspendByRegulator`, for up to MAX_BATCH (100) consents, all or none.
    function suspendAllByRegulator(ConsentId[] calldata consents, StateReason reason, uint48 until) external;

    /// @notice A vote suspends until a stated time, at most 30 days ahead, also where a regulator's right is used up. It
    /// takes the place of a regulator's suspension that still runs, and may so shorten it. Only Consortium.
    function suspendByVote(ConsentId consent, StateReason reason, uint48 until) external;

    /// @notice The grantor ends the consent for ever. One that has ended for a reason that only looks forward, by
    /// supersession too, can be revoked once more for BREACH or ERROR, which taint what was made under it. Open to a
    /// suspended organisation.
    function revoke(ConsentId consent, StateReason reason) external;

    /// @notice A vote ends the consent for ever, as `revoke`. Only Consortium.
    function revokeByVote(ConsentId consent, StateReason reason) external;

    /// @notice OK exactly when `recordUse` with the same arguments would succeed in this block. Never reverts.
    function check(Use calldata use) external view returns (Reason);

    /// @notice As `check`, and who granted: the custodian of the consent's dataset, 0 for an unknown consent.
    function checkWithGrantor(Use calldata use) external view returns (Reason reason, OrganisationId grantor);

    /// @notice Checks and charges. Only the TrainingLog, ModelRegistry and DatasetRegistry of this contract's generation.
    function recordUse(Use calldata use) external;

    /// @notice The state at the end of second `time`, which may lie ahead: then as it will be if nobody acts. Before the
    /// consent was issued, which its event tells, it means nothing.
    function stateAt(ConsentId consent, uint48 time) external view returns (ConsentState);
    function roundsUsed(ConsentId consent) external view returns (uint24);
    function epsilonSpent(ConsentId consent) external view returns (uint40);
    function grantorOf(ConsentId consent) external view returns (OrganisationId);
    function holderOf(OrganisationId grantee) external view returns (address);

    /// @notice keccak256(abi.encode(consent, grantor, issuedAt, terms)), the terms' fields in their order.
    function recordDigestOf(ConsentId consent) external view returns (bytes32);
}
