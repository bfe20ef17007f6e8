// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { StateReason } from "../types/DataUse.sol";
import { ConsentId, OrganisationId, RecallId } from "../types/Ids.sol";

/// @title Consortium: who belongs, with which keys, by whose vote
/// @notice One organisation, one vote. A proposal passes with more than a stored share of all organisations and of all
/// custodians, so that new publishers cannot outvote the hospitals; the electorate and the shares are fixed when it
/// opens. There is no owner and no proxy: nobody changes anything here alone, except an organisation its own keys.
/// @dev Assumes that the addresses of the first generation, given at deployment, are the deployer's next contracts;
/// anyone can check that afterwards, and evidence does, by code hash. Assumes that those who vote for a further
/// generation have compared its code with its source.
///
/// Cannot happen: a second vote of an organisation on a proposal; an execution without the votes, after the deadline or
/// twice; a change of thresholds, members or generations without a vote; a member none of whose keys ever acted; a key of
/// two organisations; a retired key that counts again; fewer than two organisations, no custodian, or no regulator left
/// by a vote; a regulator's second emergency suspension of the same organisation without a vote in between.
///
/// Times are the block's, in seconds of Unix time.
interface IConsortium {
    /// @notice What an organisation is. Nothing of it but the admin's key ever changes.
    /// @param admin the key that offers and retires the organisation's keys; it carries the admission out itself
    /// @param capabilities what it may do: a mask of CUSTODIAN (1), PUBLISHER (2), REGULATOR (4), not 0
    /// @param forProfit whether consents that exclude use for profit exclude it
    /// @param name the name of a legal entity, never of a person, 1 to 128 bytes of well-formed UTF-8 without control
    /// bytes (below 0x20, and 0x7f)
    struct Admission {
        address admin;
        uint8 capabilities;
        bool forProfit;
        string name;
    }

    /// @notice One set of contracts that work together. Old generations stay listed and readable; they take protective
    /// acts and the recording of what began in time, and nothing new.
    struct Generation {
        address datasets;
        address consents;
        address training;
        address models;
        address anchors;
    }

    /// @notice What shares a proposal must exceed, in ten-thousandths: from 5,000 (a majority) to 9,999 (all).
    struct Thresholds {
        uint16 all;
        uint16 custodians;
    }

    /// @param admin the new key; it can accept once OBJECTION_PERIOD (7 days) has passed without an objection
    struct AdminReplacement {
        OrganisationId organisation;
        address admin;
    }

    struct RecallLift {
        uint32 generation;
        RecallId recall;
    }

    struct ConsentRevocation {
        uint32 generation;
        ConsentId consent;
        StateReason reason;
    }

    /// @param duration seconds from the execution, at most 30 days
    struct ConsentSuspension {
        uint32 generation;
        ConsentId consent;
        StateReason reason;
        uint32 duration;
    }

    /// @notice Derived: an organisation is SUSPENDED by vote, or while a regulator's emergency suspension runs.
    enum Status {
        UNKNOWN,
        ACTIVE,
        SUSPENDED,
        REMOVED
    }

    enum Role {
        NONE,
        ADMIN,
        OPERATOR
    }

    /// @notice What can be voted on, with the ABI of its payload: ADMIT `Admission`; SUSPEND, REINSTATE and REMOVE
    /// `OrganisationId`; REPLACE_ADMIN `AdminReplacement`; CHANGE_THRESHOLDS `Thresholds`; REGISTER_GENERATION
    /// `Generation`; LIFT_RECALL `RecallLift`; REVOKE_CONSENT `ConsentRevocation`; SUSPEND_CONSENT `ConsentSuspension`.
    enum ProposalKind {
        ADMIT,
        SUSPEND,
        REINSTATE,
        REMOVE,
        REPLACE_ADMIN,
        CHANGE_THRESHOLDS,
        REGISTER_GENERATION,
        LIFT_RECALL,
        REVOKE_CONSENT,
        SUSPEND_CONSENT
    }

    /// @notice Why a regulator suspends an organisation without waiting for a vote.
    enum EmergencyReason {
        KEY_COMPROMISED,
        UNLAWFUL_PROCESSING,
        DATA_BREACH,
        PATIENT_SAFETY,
        COURT_ORDER
    }

    event OrganisationAdmitted(
        OrganisationId indexed organisation, address indexed admin, uint8 capabilities, bool forProfit, string name
    );
    event OrganisationSuspended(OrganisationId indexed organisation, uint256 indexed proposal);
    event OrganisationReinstated(OrganisationId indexed organisation, uint256 indexed proposal);
    event OrganisationRemoved(OrganisationId indexed organisation, uint256 indexed proposal);
    event OrganisationSuspendedInEmergency(
        OrganisationId indexed organisation,
        OrganisationId indexed regulator,
        EmergencyReason reason,
        uint48 at,
        uint48 until,
        address operator
    );
    /// @param acceptableFrom from when the key may accept
    event KeyProposed(OrganisationId indexed organisation, address indexed key, Role role, uint48 acceptableFrom);
    event KeyOfferWithdrawn(OrganisationId indexed organisation, address indexed key, Role role);
    event KeyAccepted(OrganisationId indexed organisation, address indexed key, Role role, uint48 at);
    event KeyRetired(OrganisationId indexed organisation, address indexed key, Role role, uint48 at);
    /// @param since from when on what the key wrote may not be the organisation's own
    event KeyReportedCompromised(
        OrganisationId indexed organisation, address indexed key, uint48 since, uint48 at, address reporter
    );
    event KeyCompromiseConfirmed(
        OrganisationId indexed organisation,
        address indexed key,
        OrganisationId indexed regulator,
        uint48 since,
        uint48 at,
        address operator
    );
    /// @param needed how many votes in favour it takes, and how many of them custodians'
    event ProposalOpened(
        uint256 indexed proposal,
        OrganisationId indexed proposer,
        ProposalKind kind,
        bytes payload,
        uint48 deadline,
        uint32 electorate,
        uint32 needed,
        uint32 neededCustodians,
        address operator
    );
    event VoteCast(uint256 indexed proposal, OrganisationId indexed voter, bool inFavour, address operator);
    event ProposalExecuted(uint256 indexed proposal, uint48 at, address operator);
    event ThresholdsChanged(uint16 all, uint16 custodians, uint256 indexed proposal);
    event GenerationRegistered(
        uint32 indexed number, address datasets, address consents, address training, address models, address anchors
    );

    error ConsortiumNotAdmin(address got);
    error ConsortiumNotOperator(address got);
    error ConsortiumInactive(OrganisationId got);
    error ConsortiumLacksCapability(uint8 got, uint8 needed);
    error ConsortiumBadCapabilities(uint8 got);
    error ConsortiumBadName(uint256 gotLength, uint256 most);
    /// @param position where in the name the first malformed sequence or control byte begins, from 0
    error ConsortiumNameNotUtf8(uint256 position);
    error ConsortiumBadRole(Role got);
    error ConsortiumKeyTaken(address got);
    error ConsortiumKeyUnknown(address got);
    error ConsortiumKeyNotYetAcceptable(address got, uint48 acceptableFrom);
    error ConsortiumBadCompromiseTime(uint48 got, uint48 latest);
    error ConsortiumNotReported(address got, uint48 gotSince, uint48 reportedSince);
    error ConsortiumAlreadyConfirmed(address got);
    error ConsortiumOwnCase(OrganisationId got);
    error ConsortiumUnknownOrganisation(OrganisationId got);
    error ConsortiumDuplicateProposal(bytes32 got);
    error ConsortiumUnknownProposal(uint256 got);
    error ConsortiumPayloadMismatch(uint256 got);
    error ConsortiumProposalClosed(uint256 got, uint48 deadline);
    error ConsortiumNotInElectorate(OrganisationId got);
    error ConsortiumAlreadyVoted(OrganisationId got);
    error ConsortiumNotPassed(uint32 gotAll, uint32 neededAll, uint32 gotCustodians, uint32 neededCustodians);
    error ConsortiumAlreadyExecuted(uint256 got);
    error ConsortiumNothingToChange(OrganisationId got, Status status);
    error ConsortiumLastRegulator(OrganisationId got);
    error ConsortiumLastCustodian(OrganisationId got);
    error ConsortiumTooSmall(uint32 members, uint32 fewest);
    error ConsortiumEmergencyUsedUp(OrganisationId got, uint48 until);
    error ConsortiumBadSuspension(uint48 gotUntil, uint48 latest);
    error ConsortiumBadThreshold(uint16 got, uint16 least, uint16 most);
    error ConsortiumBadGeneration(address got);
    error ConsortiumUnknownGeneration(uint32 got);
    /// @notice Something new was to begin in a contract that no vote has listed, or that another generation followed.
    error ConsortiumNotInForce(address got);

    /// @notice An organisation's admin offers a role to a key, which counts once the key accepts. An accepted ADMIN
    /// takes the place of the one before, which is retired. Whenever an admin comes or goes, and when a vote suspends the
    /// organisation, its other offers are void. Not while it is suspended by vote.
    /// @dev A key belongs to one organisation for ever, so it must not have been accepted anywhere before.
    function proposeKey(address key, Role role) external;

    /// @notice The key itself accepts what was offered to it.
    function acceptKey(OrganisationId organisation) external;

    /// @notice The admin ends an operator key of its own organisation at once. The key can never come back.
    /// An offer that the key has not accepted yet is withdrawn; so an admin objects to its own replacement by vote. The
    /// admin of an organisation that is suspended by vote cannot: for an admin key in wrong hands, suspend first.
    function retireKey(address key) external;

    /// @notice Any key of an organisation claims that a key of the same organisation was compromised from `since` on.
    /// A later claim can only name an earlier time, and leaves what was confirmed. When the admin claims it of an operator
    /// key, that key is retired in the same step.
    /// @dev What the key wrote is neither deleted nor refused: every event names the key that wrote it.
    function reportCompromise(address key, uint48 since) external;

    /// @notice A regulator of another organisation confirms the claim from a time on that the claim covers, which retires
    /// the key. A time once confirmed only ever moves back. Of an admin key it also voids the offers of its organisation,
    /// one by REPLACE_ADMIN among them: confirm first, vote then.
    /// @param since not before the claimed time, so that a claim which reaches too far can be confirmed in part
    function confirmCompromise(address key, uint48 since) external;

    /// @notice A regulator suspends another organisation until a stated time, at most 30 days ahead. Once for each
    /// organisation, whoever the regulator, until a vote reinstates it.
    function suspendInEmergency(OrganisationId organisation, EmergencyReason reason, uint48 until) external;

    /// @notice Any key of an organisation that no vote has suspended opens a proposal, which counts as no vote. A
    /// regulator's emergency suspension does not keep it from that.
    /// @param salt makes a repeated request refused as a duplicate
    /// @param payload see `ProposalKind`; checked when opened, and its canonical form kept as a digest
    function propose(bytes32 salt, ProposalKind kind, bytes calldata payload) external returns (uint256 proposal);

    /// @notice One vote for each organisation that belonged when the proposal opened; a suspended one keeps its vote, a
    /// removed one casts none any more. A vote in favour can be taken back, for good, until the proposal is carried out:
    /// so a decision that another has overtaken can be stopped.
    function vote(uint256 proposal, bool inFavour) external;

    /// @notice Carries out a passed proposal, once, before its deadline. Any key of any organisation may call it; ADMIT
    /// only the newcomer's admin key, which so shows that it is there and counts from then on.
    /// @param payload as the event `ProposalOpened` shows it
    function execute(uint256 proposal, bytes calldata payload) external;

    /// @notice The organisation of an accepted, not retired operator key, with all `capabilities`; reverts otherwise.
    /// Open to a suspended organisation, for protective acts and for recording what began in time; not to a removed one.
    function operatorOf(address key, uint8 capabilities) external view returns (OrganisationId);

    /// @notice As `operatorOf`, and the organisation is active, and the calling contract is of the generation in force.
    function requireOperator(address key, uint8 capabilities) external view returns (OrganisationId);

    function statusOf(OrganisationId organisation) external view returns (Status);
    function capabilitiesOf(OrganisationId organisation) external view returns (uint8);

    /// @notice What the rules of consent must know of the two sides.
    function standingOf(OrganisationId grantor, OrganisationId grantee)
        external
        view
        returns (bool grantorActive, bool granteeActive, bool granteeForProfit);

    /// @notice Since when a key is claimed to be compromised, and since when a regulator confirmed it; 0 for neither.
    function compromiseOf(address key) external view returns (uint48 since, uint48 confirmedSince);

    /// @notice How many organisations were ever admitted.
    function organisationCount() external view returns (uint32);
    function thresholds() external view returns (Thresholds memory);

    /// @param number from 1 to `generationCount()`
    function generation(uint32 number) external view returns (Generation memory);
    function generationCount() external view returns (uint32);

    /// @notice keccak256(abi.encode(organisation, capabilities, forProfit, keccak256(name))).
    function recordDigestOf(OrganisationId organisation) external view returns (bytes32);

    /// @notice keccak256(abi.encode(kind, payload)).
    function proposalDigestOf(uint256 proposal) external view returns (bytes32);
}
