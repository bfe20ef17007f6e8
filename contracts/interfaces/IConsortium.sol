// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { OrganisationId } from "../types/Ids.sol";

/// @title Consortium: who belongs, with which keys, by whose vote
/// @notice Organisations are admitted, suspended and reinstated by vote: one organisation one vote, passed by a majority
/// of all organisations and of all custodians, with the electorate fixed when the proposal opens. There is no owner.
/// @dev Assumes that the addresses of the first generation, given at deployment, are the deployer's next contracts;
/// anyone can check that afterwards, and evidence does, by code hash.
interface IConsortium {
    /// @notice What an organisation may do: a mask of CUSTODIAN (1), PUBLISHER (2), REGULATOR (4).
    /// @dev `name` is the name of a legal entity, never of a person, 1 to 128 bytes of well-formed UTF-8 without control
    /// bytes (below 0x20, and 0x7f).
    struct Admission {
        address admin;
        uint8 capabilities;
        bool forProfit;
        string name;
    }

    /// @notice One set of contracts that work together. Old generations stay listed and readable.
    struct Generation {
        address datasets;
        address consents;
        address training;
        address models;
        address anchors;
    }

    enum Status {
        UNKNOWN,
        ACTIVE,
        SUSPENDED
    }

    enum Role {
        NONE,
        ADMIN,
        OPERATOR
    }

    enum ProposalKind {
        ADMIT,
        SUSPEND,
        REINSTATE
    }

    event OrganisationAdmitted(
        OrganisationId indexed organisation, address indexed admin, uint8 capabilities, bool forProfit, string name
    );
    event OrganisationSuspended(OrganisationId indexed organisation, uint256 indexed proposal);
    event OrganisationReinstated(OrganisationId indexed organisation, uint256 indexed proposal);
    event KeyProposed(OrganisationId indexed organisation, address indexed key, Role role);
    event KeyAccepted(OrganisationId indexed organisation, address indexed key, Role role);
    event KeyRetired(OrganisationId indexed organisation, address indexed key);
    event ProposalOpened(
        uint256 indexed proposal, OrganisationId indexed proposer, ProposalKind kind, bytes payload, uint48 deadline
    );
    event VoteCast(uint256 indexed proposal, OrganisationId indexed voter, bool inFavour);
    event ProposalExecuted(uint256 indexed proposal);
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
    error ConsortiumKeyTaken(address got);
    error ConsortiumKeyUnknown(address got);
    error ConsortiumUnknownOrganisation(OrganisationId got);
    error ConsortiumUnknownProposal(uint256 got);
    error ConsortiumProposalClosed(uint256 got, uint48 deadline);
    error ConsortiumNotInElectorate(OrganisationId got);
    error ConsortiumAlreadyVoted(OrganisationId got);
    error ConsortiumNotPassed(uint32 gotAll, uint32 neededAll, uint32 gotCustodians, uint32 neededCustodians);
    error ConsortiumAlreadyExecuted(uint256 got);
    error ConsortiumNothingToChange(OrganisationId got, Status status);
    error ConsortiumLastRegulator(OrganisationId got);

    /// @notice An organisation's admin offers a role to a key, which counts once the key accepts.
    /// @dev A key belongs to one organisation for ever, so it must not have been accepted anywhere before.
    function proposeOperator(address key) external;

    /// @notice The key itself accepts what was offered to it. Also how a newly admitted organisation's admin begins.
    function acceptKey(OrganisationId organisation) external;

    /// @notice The admin ends an operator key of its own organisation at once. The key can never come back.
    /// An offer that the key has not accepted yet is withdrawn.
    function retireOperator(address key) external;

    /// @notice Any key of an active organisation opens a proposal, which counts as no vote.
    /// @param payload ABI of `Admission` for ADMIT, of an `OrganisationId` for the others; checked when opened
    function propose(ProposalKind kind, bytes calldata payload) external returns (uint256 proposal);

    /// @notice One vote for each organisation admitted before the proposal opened; a suspended one keeps its vote.
    function vote(uint256 proposal, bool inFavour) external;

    /// @notice Carries out a passed proposal, once, before its deadline. Any key of any organisation may call it.
    function execute(uint256 proposal) external;

    /// @notice The organisation of an accepted, not retired operator key; reverts for any other address.
    /// Does not ask whether the organisation is active: protective acts stay open to a suspended one.
    function operatorOf(address key) external view returns (OrganisationId);

    /// @notice As `operatorOf`, and the organisation is active and has all `capabilities`; reverts otherwise.
    function requireOperator(address key, uint8 capabilities) external view returns (OrganisationId);

    function statusOf(OrganisationId organisation) external view returns (Status);
    function capabilitiesOf(OrganisationId organisation) external view returns (uint8);
    function organisationCount() external view returns (uint32);

    /// @notice Whether `recorder` is the TrainingLog or the ModelRegistry of the generation whose ConsentToken asks.
    function isRecorder(address consents, address recorder) external view returns (bool);

    /// @param number from 1 to `generationCount()`
    function generation(uint32 number) external view returns (Generation memory);
    function generationCount() external view returns (uint32);

    /// @notice keccak256(abi.encode(organisation, admin, capabilities, forProfit, keccak256(name))), as admitted.
    function recordDigestOf(OrganisationId organisation) external view returns (bytes32);
}
