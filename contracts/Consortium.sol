// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { BitMaps } from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { Ballots } from "./libraries/Ballots.sol";
import { Utf8 } from "./libraries/Utf8.sol";
import { ALL_CAPABILITIES, CUSTODIAN, REGULATOR } from "./types/Capabilities.sol";
import { OrganisationId } from "./types/Ids.sol";

/// @title Consortium: who belongs, with which keys, by whose vote
contract Consortium is IConsortium {
    using Ballots for Ballots.Ballot;
    using BitMaps for BitMaps.BitMap;

    struct Organisation {
        // slot 0
        address admin;
        uint8 capabilities;
        bool forProfit;
        Status status;
        // slot 1
        bytes32 recordDigest;
    }

    struct Key {
        // slot 0
        OrganisationId organisation;
        Role role;
        uint48 acceptedAt;
        uint48 retiredAt;
    }

    struct Counts {
        // slot 0
        uint32 organisations;
        uint32 custodians;
        uint32 activeRegulators;
        uint32 generations;
        uint64 proposals;
    }

    struct Proposal {
        // slot 0
        Ballots.Ballot ballot;
        // slot 1
        bytes payload;
    }

    /// @dev How long a proposal may be voted on and carried out.
    uint48 private constant VOTING_PERIOD = 30 days;
    uint256 private constant MAX_NAME_LENGTH = 128;

    mapping(OrganisationId => Organisation) private _organisations;
    mapping(address => Key) private _keys;
    mapping(OrganisationId => mapping(address => Role)) private _offers;
    mapping(uint256 => Proposal) private _proposals;
    mapping(uint256 => BitMaps.BitMap) private _voted;
    mapping(uint32 => Generation) private _generations;
    mapping(address => address) private _consentsOfRecorder;
    Counts private _counts;

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
        _register(first);
    }

    /// @inheritdoc IConsortium
    function proposeOperator(address key) external {
        OrganisationId organisation = _requireAdmin(msg.sender);
        if (key == address(0)) revert ConsortiumKeyUnknown(key);
        _requireFree(key);
        _offer(organisation, key, Role.OPERATOR);
    }

    /// @inheritdoc IConsortium
    function acceptKey(OrganisationId organisation) external {
        Role role = _offers[organisation][msg.sender];
        if (role == Role.NONE) revert ConsortiumKeyUnknown(msg.sender);
        delete _offers[organisation][msg.sender];
        _accept(organisation, msg.sender, role);
    }

    /// @inheritdoc IConsortium
    function retireOperator(address key) external {
        OrganisationId organisation = _requireAdmin(msg.sender);
        Key storage known = _keys[key];
        if (_offers[organisation][key] == Role.OPERATOR) {
            delete _offers[organisation][key];
        } else if (known.organisation == organisation && known.role == Role.OPERATOR && known.retiredAt == 0) {
            known.retiredAt = Time.timestamp();
        } else {
            revert ConsortiumKeyUnknown(key);
        }
        emit KeyRetired(organisation, key);
    }

    /// @inheritdoc IConsortium
    function propose(ProposalKind kind, bytes calldata payload) external returns (uint256 proposal) {
        OrganisationId proposer = _organisationOf(msg.sender);
        if (_organisations[proposer].status != Status.ACTIVE) revert ConsortiumInactive(proposer);
        bytes memory canonical = _checked(kind, payload);
        uint48 deadline = Time.timestamp() + VOTING_PERIOD;
        proposal = ++_counts.proposals;
        _proposals[proposal] = Proposal({
            ballot: Ballots.Ballot({
                kind: kind,
                executed: false,
                deadline: deadline,
                organisations: _counts.organisations,
                custodians: _counts.custodians,
                inFavour: 0,
                custodiansInFavour: 0
            }),
            payload: canonical
        });
        emit ProposalOpened(proposal, proposer, kind, canonical, deadline);
    }

    /// @inheritdoc IConsortium
    function vote(uint256 proposal, bool inFavour) external {
        OrganisationId voter = _organisationOf(msg.sender);
        uint32 number = OrganisationId.unwrap(voter);
        Ballots.Ballot memory ballot = _requireOpen(proposal);
        if (number > ballot.organisations) revert ConsortiumNotInElectorate(voter);
        if (_voted[proposal].get(number)) revert ConsortiumAlreadyVoted(voter);
        _voted[proposal].set(number);
        if (inFavour) {
            ++ballot.inFavour;
            if (_organisations[voter].capabilities & CUSTODIAN != 0) ++ballot.custodiansInFavour;
            _proposals[proposal].ballot = ballot;
        }
        emit VoteCast(proposal, voter, inFavour);
    }

    /// @inheritdoc IConsortium
    function execute(uint256 proposal) external {
        _organisationOf(msg.sender);
        Ballots.Ballot memory ballot = _requireOpen(proposal);
        ballot.requirePassed();
        _proposals[proposal].ballot.executed = true;
        emit ProposalExecuted(proposal);
        bytes memory payload = _proposals[proposal].payload;
        if (ballot.kind == ProposalKind.ADMIT) {
            Admission memory admission = abi.decode(payload, (Admission));
            _offer(_admit(admission), admission.admin, Role.ADMIN);
        } else if (ballot.kind == ProposalKind.SUSPEND) {
            _suspend(abi.decode(payload, (OrganisationId)), proposal);
        } else {
            _reinstate(abi.decode(payload, (OrganisationId)), proposal);
        }
    }

    /// @inheritdoc IConsortium
    function operatorOf(address key) public view returns (OrganisationId) {
        Key memory known = _keys[key];
        if (known.role != Role.OPERATOR || known.retiredAt != 0) revert ConsortiumNotOperator(key);
        return known.organisation;
    }

    /// @inheritdoc IConsortium
    function requireOperator(address key, uint8 capabilities) external view returns (OrganisationId organisation) {
        organisation = operatorOf(key);
        Organisation storage member = _organisations[organisation];
        if (member.status != Status.ACTIVE) revert ConsortiumInactive(organisation);
        uint8 got = member.capabilities;
        if (got & capabilities != capabilities) revert ConsortiumLacksCapability(got, capabilities);
    }

    /// @inheritdoc IConsortium
    function statusOf(OrganisationId organisation) external view returns (Status) {
        return _organisations[organisation].status;
    }

    /// @inheritdoc IConsortium
    function capabilitiesOf(OrganisationId organisation) external view returns (uint8) {
        return _organisations[organisation].capabilities;
    }

    /// @inheritdoc IConsortium
    function organisationCount() external view returns (uint32) {
        return _counts.organisations;
    }

    /// @inheritdoc IConsortium
    function isRecorder(address consents, address recorder) external view returns (bool) {
        return consents != address(0) && _consentsOfRecorder[recorder] == consents;
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
    function recordDigestOf(OrganisationId organisation) external view returns (bytes32) {
        return _organisations[organisation].recordDigest;
    }

    function _admit(Admission memory admission) private returns (OrganisationId organisation) {
        _checkAdmission(admission);
        organisation = OrganisationId.wrap(++_counts.organisations);
        if (admission.capabilities & CUSTODIAN != 0) ++_counts.custodians;
        if (admission.capabilities & REGULATOR != 0) ++_counts.activeRegulators;
        _organisations[organisation] = Organisation({
            admin: admission.admin,
            capabilities: admission.capabilities,
            forProfit: admission.forProfit,
            status: Status.ACTIVE,
            recordDigest: keccak256(
                abi.encode(
                    organisation,
                    admission.admin,
                    admission.capabilities,
                    admission.forProfit,
                    keccak256(bytes(admission.name))
                )
            )
        });
        emit OrganisationAdmitted(
            organisation, admission.admin, admission.capabilities, admission.forProfit, admission.name
        );
    }

    function _suspend(OrganisationId organisation, uint256 proposal) private {
        _requireSuspendable(organisation);
        Organisation storage member = _organisations[organisation];
        member.status = Status.SUSPENDED;
        if (member.capabilities & REGULATOR != 0) --_counts.activeRegulators;
        emit OrganisationSuspended(organisation, proposal);
    }

    function _reinstate(OrganisationId organisation, uint256 proposal) private {
        _requireStatus(organisation, Status.SUSPENDED);
        Organisation storage member = _organisations[organisation];
        member.status = Status.ACTIVE;
        if (member.capabilities & REGULATOR != 0) ++_counts.activeRegulators;
        emit OrganisationReinstated(organisation, proposal);
    }

    function _register(Generation memory next) private {
        uint32 number = ++_counts.generations;
        _generations[number] = next;
        _consentsOfRecorder[next.training] = next.consents;
        _consentsOfRecorder[next.models] = next.consents;
        emit GenerationRegistered(number, next.datasets, next.consents, next.training, next.models, next.anchors);
    }

    function _offer(OrganisationId organisation, address key, Role role) private {
        _offers[organisation][key] = role;
        emit KeyProposed(organisation, key, role);
    }

    function _accept(OrganisationId organisation, address key, Role role) private {
        if (key == address(0)) revert ConsortiumKeyUnknown(key);
        _requireFree(key);
        _keys[key] = Key({ organisation: organisation, role: role, acceptedAt: Time.timestamp(), retiredAt: 0 });
        emit KeyAccepted(organisation, key, role);
    }

    /// @dev Encodes the payload anew, so that nothing but its fields reaches storage and events.
    function _checked(ProposalKind kind, bytes calldata payload) private view returns (bytes memory) {
        if (kind == ProposalKind.ADMIT) {
            Admission memory admission = abi.decode(payload, (Admission));
            _checkAdmission(admission);
            return abi.encode(admission);
        }
        OrganisationId organisation = abi.decode(payload, (OrganisationId));
        if (kind == ProposalKind.SUSPEND) _requireSuspendable(organisation);
        else _requireStatus(organisation, Status.SUSPENDED);
        return abi.encode(organisation);
    }

    function _checkAdmission(Admission memory admission) private view {
        uint8 capabilities = admission.capabilities;
        if (capabilities == 0 || capabilities > ALL_CAPABILITIES) revert ConsortiumBadCapabilities(capabilities);
        uint256 length = bytes(admission.name).length;
        if (length == 0 || length > MAX_NAME_LENGTH) revert ConsortiumBadName(length, MAX_NAME_LENGTH);
        uint256 fault = Utf8.faultIn(bytes(admission.name));
        if (fault < length) revert ConsortiumNameNotUtf8(fault);
        if (admission.admin == address(0)) revert ConsortiumKeyUnknown(admission.admin);
        _requireFree(admission.admin);
    }

    function _requireSuspendable(OrganisationId organisation) private view {
        _requireStatus(organisation, Status.ACTIVE);
        bool regulates = _organisations[organisation].capabilities & REGULATOR != 0;
        if (regulates && _counts.activeRegulators == 1) revert ConsortiumLastRegulator(organisation);
    }

    function _requireStatus(OrganisationId organisation, Status needed) private view {
        Status status = _organisations[organisation].status;
        if (status == Status.UNKNOWN) revert ConsortiumUnknownOrganisation(organisation);
        if (status != needed) revert ConsortiumNothingToChange(organisation, status);
    }

    function _requireOpen(uint256 proposal) private view returns (Ballots.Ballot memory ballot) {
        ballot = _proposals[proposal].ballot;
        ballot.requireOpen(proposal, Time.timestamp());
    }

    function _requireFree(address key) private view {
        if (_keys[key].role != Role.NONE) revert ConsortiumKeyTaken(key);
    }

    function _requireAdmin(address key) private view returns (OrganisationId) {
        Key memory known = _keys[key];
        if (known.role != Role.ADMIN) revert ConsortiumNotAdmin(key);
        return known.organisation;
    }

    /// @dev The organisation of a key in any role.
    function _organisationOf(address key) private view returns (OrganisationId) {
        Key memory known = _keys[key];
        if (known.role == Role.NONE || known.retiredAt != 0) revert ConsortiumKeyUnknown(key);
        return known.organisation;
    }
}
