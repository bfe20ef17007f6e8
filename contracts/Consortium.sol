// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { BitMaps } from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IModelRegistry } from "./interfaces/IModelRegistry.sol";
import { Ballots } from "./libraries/Ballots.sol";
import { Ids } from "./libraries/Ids.sol";
import { Organisations } from "./parts/Organisations.sol";
import { CUSTODIAN, REGULATOR } from "./types/Capabilities.sol";
import { OrganisationId } from "./types/Ids.sol";

/// @title Consortium: who belongs, with which keys, by whose vote
contract Consortium is Organisations {
    using Ballots for Ballots.Ballot;
    using BitMaps for BitMaps.BitMap;

    struct Proposal {
        // slot 0
        Ballots.Ballot ballot;
        // slot 1
        bytes32 payloadDigest;
    }

    /// @dev To which generation a contract belongs. A former one is one that another has followed.
    struct Listing {
        // slot 0
        uint32 generation;
        bool former;
    }

    /// @dev How long a proposal may be voted on and carried out.
    uint48 private constant VOTING_PERIOD = 30 days;
    uint32 private constant LONGEST_SUSPENSION = 30 days;

    mapping(uint256 => Proposal) private _proposals;
    mapping(bytes32 => bool) private _opened;
    /// @dev Two bits for each organisation: that it voted, and that its vote is in favour.
    mapping(uint256 => BitMaps.BitMap) private _voted;
    mapping(uint32 => Generation) private _generations;
    mapping(address => Listing) private _listings;

    /// @param founders numbered from 1 in this order; among them at least one custodian and one regulator
    /// @param founderOperators one operator key for each founder
    /// @param first the first generation; the addresses of the contracts that the deployer creates next
    constructor(Admission[] memory founders, address[] memory founderOperators, Generation memory first) {
        uint8 present;
        for (uint256 i = 0; i < founders.length; ++i) {
            OrganisationId organisation = _admit(founders[i]);
            _accept(organisation, founders[i].admin, Role.ADMIN);
            _accept(organisation, founderOperators[i], Role.OPERATOR);
            present |= founders[i].capabilities;
        }
        if (founderOperators.length > founders.length) revert ConsortiumKeyUnknown(founderOperators[founders.length]);
        if (present & (CUSTODIAN | REGULATOR) != CUSTODIAN | REGULATOR) {
            revert ConsortiumLacksCapability(present, CUSTODIAN | REGULATOR);
        }
        _counts.thresholds = Thresholds({ all: Ballots.LEAST_SHARE, custodians: Ballots.LEAST_SHARE });
        _register(first);
    }

    /// @inheritdoc IConsortium
    function propose(bytes32 salt, ProposalKind kind, bytes calldata payload) external returns (uint256 proposal) {
        OrganisationId proposer = _organisationOf(msg.sender);
        // Not what a regulator does in an emergency: it could keep a vote on itself from being opened.
        if (_organisations[proposer].standing.voted != Status.ACTIVE) revert ConsortiumInactive(proposer);
        bytes32 id = Ids.derive(Ids.PROPOSAL, proposer, salt);
        if (_opened[id]) revert ConsortiumDuplicateProposal(id);
        _opened[id] = true;
        bytes memory canonical = _checked(kind, payload);
        proposal = ++_counts.proposals;
        Counts memory counts = _counts;
        Ballots.Ballot memory ballot = Ballots.Ballot({
            kind: kind,
            executed: false,
            deadline: Time.timestamp() + VOTING_PERIOD,
            lastVoter: counts.organisations,
            needed: Ballots.votesNeeded(counts.members, counts.thresholds.all),
            neededCustodians: Ballots.votesNeeded(counts.custodians, counts.thresholds.custodians),
            inFavour: 0,
            custodiansInFavour: 0
        });
        _proposals[proposal] = Proposal({ ballot: ballot, payloadDigest: keccak256(abi.encode(kind, canonical)) });
        emit ProposalOpened(
            proposal,
            proposer,
            kind,
            canonical,
            ballot.deadline,
            counts.members,
            ballot.needed,
            ballot.neededCustodians,
            msg.sender
        );
    }

    /// @inheritdoc IConsortium
    function vote(uint256 proposal, bool inFavour) external {
        OrganisationId voter = _organisationOf(msg.sender);
        uint32 number = OrganisationId.unwrap(voter);
        Ballots.Ballot memory ballot = _requireOpen(proposal);
        if (number > ballot.lastVoter) revert ConsortiumNotInElectorate(voter);
        uint256 place = 2 * uint256(number);
        bool wasInFavour = _voted[proposal].get(place + 1);
        if (_voted[proposal].get(place) && (inFavour || !wasInFavour)) revert ConsortiumAlreadyVoted(voter);
        _voted[proposal].set(place);
        _voted[proposal].setTo(place + 1, inFavour);
        if (inFavour || wasInFavour) {
            bool isCustodian = _organisations[voter].standing.capabilities & CUSTODIAN != 0;
            ballot.count(inFavour, isCustodian);
            _proposals[proposal].ballot = ballot;
        }
        emit VoteCast(proposal, voter, inFavour, msg.sender);
    }

    /// @inheritdoc IConsortium
    function execute(uint256 proposal, bytes calldata payload) external {
        Ballots.Ballot memory ballot = _requireOpen(proposal);
        if (ballot.kind != ProposalKind.ADMIT) _organisationOf(msg.sender);
        ballot.requirePassed();
        if (_proposals[proposal].payloadDigest != keccak256(abi.encode(ballot.kind, payload))) {
            revert ConsortiumPayloadMismatch(proposal);
        }
        _proposals[proposal].ballot.executed = true;
        emit ProposalExecuted(proposal, Time.timestamp(), msg.sender);
        _carryOut(ballot.kind, payload, proposal);
    }

    /// @inheritdoc IConsortium
    function requireOperator(address key, uint8 capabilities) external view returns (OrganisationId organisation) {
        organisation = _requireActive(key, capabilities);
        Listing memory asking = _listings[msg.sender];
        if (asking.generation == 0 || asking.former) revert ConsortiumNotInForce(msg.sender);
    }

    /// @inheritdoc IConsortium
    function thresholds() external view returns (Thresholds memory) {
        return _counts.thresholds;
    }

    /// @inheritdoc IConsortium
    function generation(uint32 number) external view returns (Generation memory) {
        return _generations[number];
    }

    /// @inheritdoc IConsortium
    function generationCount() external view returns (uint32) {
        return _counts.generations;
    }

    /// @inheritdoc IConsortium
    function proposalDigestOf(uint256 proposal) external view returns (bytes32) {
        return _proposals[proposal].payloadDigest;
    }

    function _carryOut(ProposalKind kind, bytes calldata payload, uint256 proposal) private {
        if (kind == ProposalKind.ADMIT) {
            Admission memory admission = abi.decode(payload, (Admission));
            // A member whose key was mistyped would count in every vote and never cast one.
            if (msg.sender != admission.admin) revert ConsortiumNotAdmin(msg.sender);
            _accept(_admit(admission), admission.admin, Role.ADMIN);
        } else if (kind == ProposalKind.SUSPEND) {
            _suspend(abi.decode(payload, (OrganisationId)), proposal);
        } else if (kind == ProposalKind.REINSTATE) {
            _reinstate(abi.decode(payload, (OrganisationId)), proposal);
        } else if (kind == ProposalKind.REMOVE) {
            _remove(abi.decode(payload, (OrganisationId)), proposal);
        } else if (kind == ProposalKind.REPLACE_ADMIN) {
            _replaceAdmin(abi.decode(payload, (AdminReplacement)));
        } else if (kind == ProposalKind.CHANGE_THRESHOLDS) {
            Thresholds memory next = abi.decode(payload, (Thresholds));
            _counts.thresholds = next;
            emit ThresholdsChanged(next.all, next.custodians, proposal);
        } else if (kind == ProposalKind.REGISTER_GENERATION) {
            Generation memory next = abi.decode(payload, (Generation));
            _requireCode(next);
            _register(next);
        } else {
            _carryOutElsewhere(kind, payload);
        }
    }

    /// @dev Calls a contract that a vote listed, after everything here is written.
    function _carryOutElsewhere(ProposalKind kind, bytes calldata payload) private {
        if (kind == ProposalKind.LIFT_RECALL) {
            RecallLift memory lift = abi.decode(payload, (RecallLift));
            IModelRegistry(_generations[lift.generation].models).liftRecallByVote(lift.recall);
        } else if (kind == ProposalKind.REVOKE_CONSENT) {
            ConsentRevocation memory revocation = abi.decode(payload, (ConsentRevocation));
            IConsentToken(_generations[revocation.generation].consents)
                .revokeByVote(revocation.consent, revocation.reason);
        } else {
            ConsentSuspension memory suspension = abi.decode(payload, (ConsentSuspension));
            IConsentToken(_generations[suspension.generation].consents)
                .suspendByVote(suspension.consent, suspension.reason, Time.timestamp() + suspension.duration);
        }
    }

    function _register(Generation memory next) private {
        uint32 number = ++_counts.generations;
        _retireGeneration(number - 1);
        _generations[number] = next;
        _list(next.datasets, number);
        _list(next.consents, number);
        _list(next.training, number);
        _list(next.models, number);
        _list(next.anchors, number);
        emit GenerationRegistered(number, next.datasets, next.consents, next.training, next.models, next.anchors);
    }

    function _list(address place, uint32 number) private {
        if (place == address(0) || _listings[place].generation != 0) revert ConsortiumBadGeneration(place);
        _listings[place] = Listing({ generation: number, former: false });
    }

    function _retireGeneration(uint32 number) private {
        if (number == 0) return;
        Generation memory former = _generations[number];
        _listings[former.datasets].former = true;
        _listings[former.consents].former = true;
        _listings[former.training].former = true;
        _listings[former.models].former = true;
        _listings[former.anchors].former = true;
    }

    /// @dev Encodes the payload anew, so that nothing but its fields reaches digests and events.
    function _checked(ProposalKind kind, bytes calldata payload) private view returns (bytes memory) {
        if (kind == ProposalKind.ADMIT) {
            Admission memory admission = abi.decode(payload, (Admission));
            _checkAdmission(admission);
            return abi.encode(admission);
        }
        if (kind == ProposalKind.REPLACE_ADMIN) {
            AdminReplacement memory replacement = abi.decode(payload, (AdminReplacement));
            _requireReplaceable(replacement);
            return abi.encode(replacement);
        }
        if (kind == ProposalKind.CHANGE_THRESHOLDS) {
            Thresholds memory next = abi.decode(payload, (Thresholds));
            Ballots.requireShare(next.all);
            Ballots.requireShare(next.custodians);
            return abi.encode(next);
        }
        if (kind == ProposalKind.REGISTER_GENERATION) {
            Generation memory next = abi.decode(payload, (Generation));
            _requireCode(next);
            return abi.encode(next);
        }
        if (kind == ProposalKind.LIFT_RECALL) {
            RecallLift memory lift = abi.decode(payload, (RecallLift));
            _requireGeneration(lift.generation);
            return abi.encode(lift);
        }
        if (kind == ProposalKind.REVOKE_CONSENT) {
            ConsentRevocation memory revocation = abi.decode(payload, (ConsentRevocation));
            _requireGeneration(revocation.generation);
            return abi.encode(revocation);
        }
        if (kind == ProposalKind.SUSPEND_CONSENT) {
            ConsentSuspension memory suspension = abi.decode(payload, (ConsentSuspension));
            _requireGeneration(suspension.generation);
            if (suspension.duration == 0 || suspension.duration > LONGEST_SUSPENSION) {
                revert ConsortiumBadSuspension(suspension.duration, LONGEST_SUSPENSION);
            }
            return abi.encode(suspension);
        }
        OrganisationId organisation = abi.decode(payload, (OrganisationId));
        if (kind == ProposalKind.SUSPEND) _requireSuspendable(organisation);
        else if (kind == ProposalKind.REINSTATE) _requireReinstatable(organisation);
        else _requireRemovable(organisation);
        return abi.encode(organisation);
    }

    function _requireCode(Generation memory next) private view {
        address[5] memory places = [next.datasets, next.consents, next.training, next.models, next.anchors];
        for (uint256 i = 0; i < places.length; ++i) {
            if (places[i].code.length == 0 || _listings[places[i]].generation != 0) {
                revert ConsortiumBadGeneration(places[i]);
            }
        }
    }

    function _requireGeneration(uint32 number) private view {
        if (number == 0 || number > _counts.generations) revert ConsortiumUnknownGeneration(number);
    }

    function _requireOpen(uint256 proposal) private view returns (Ballots.Ballot memory ballot) {
        ballot = _proposals[proposal].ballot;
        ballot.requireOpen(proposal, Time.timestamp());
    }
}
