// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsortium } from "../interfaces/IConsortium.sol";
import { Utf8 } from "../libraries/Utf8.sol";
import { ALL_CAPABILITIES, CUSTODIAN, REGULATOR } from "../types/Capabilities.sol";
import { OrganisationId } from "../types/Ids.sol";

/// @title Organisations: members and their keys
/// @notice The part of Consortium that needs no vote: what an organisation does with its own keys, and what a regulator
/// does in an emergency. What votes decide is called from Consortium.
abstract contract Organisations is IConsortium {
    struct Standing {
        // slot 0
        address admin;
        uint8 capabilities;
        bool forProfit;
        // Never SUSPENDED for an emergency, which ends by itself.
        Status voted;
        // 0 until a regulator used its right to suspend, and again after a vote reinstated.
        uint48 emergencyUntil;
    }

    struct Organisation {
        // slot 0
        Standing standing;
        // slot 1
        bytes32 recordDigest;
    }

    struct Key {
        // slot 0
        OrganisationId organisation;
        Role role;
        uint48 acceptedAt;
        uint48 retiredAt;
        uint48 compromisedSince;
        // What a regulator confirmed; later claims leave it.
        uint48 confirmedSince;
    }

    struct Offer {
        // slot 0
        Role role;
        uint48 acceptableFrom;
        uint32 term;
    }

    /// @dev Organisations are those ever admitted, members those not removed; the other counts are of members.
    struct Counts {
        // slot 0
        uint32 organisations;
        uint32 members;
        uint32 custodians;
        uint32 activeRegulators;
        uint32 generations;
        uint32 proposals;
        // slot 1
        Thresholds thresholds;
    }

    /// @dev How long an admin may object to its replacement.
    uint48 private constant OBJECTION_PERIOD = 7 days;
    uint48 private constant LONGEST_EMERGENCY = 30 days;
    uint256 private constant MAX_NAME_LENGTH = 128;
    /// @dev One alone cannot vote.
    uint32 private constant FEWEST_MEMBERS = 2;

    mapping(OrganisationId => Organisation) internal _organisations;
    mapping(address => Key) private _keys;
    mapping(OrganisationId => mapping(address => Offer)) private _offers;
    Counts internal _counts;
    /// @dev Rises whenever an admin comes or goes and when a vote suspends. Offers of an earlier term are void, or one
    /// that a compromised admin made could outlive it.
    mapping(OrganisationId => uint32) private _terms;

    /// @inheritdoc IConsortium
    function proposeKey(address key, Role role) external {
        OrganisationId organisation = _requireAdmin(msg.sender);
        _requireNotSuspendedByVote(organisation);
        if (role == Role.NONE) revert ConsortiumBadRole(role);
        if (key == address(0)) revert ConsortiumKeyUnknown(key);
        _requireFree(key);
        _offer(organisation, key, role, Time.timestamp());
    }

    /// @inheritdoc IConsortium
    function acceptKey(OrganisationId organisation) external {
        Offer memory offer = _offers[organisation][msg.sender];
        bool stands = offer.role != Role.NONE && offer.term == _terms[organisation];
        if (!stands) revert ConsortiumKeyUnknown(msg.sender);
        _requireMember(organisation);
        if (Time.timestamp() < offer.acceptableFrom) {
            revert ConsortiumKeyNotYetAcceptable(msg.sender, offer.acceptableFrom);
        }
        delete _offers[organisation][msg.sender];
        _accept(organisation, msg.sender, offer.role);
        if (offer.role != Role.ADMIN) return;
        ++_terms[organisation];
        address former = _organisations[organisation].standing.admin;
        _organisations[organisation].standing.admin = msg.sender;
        _retire(former);
    }

    /// @inheritdoc IConsortium
    function retireKey(address key) external {
        OrganisationId organisation = _requireAdmin(msg.sender);
        Role offered = _offers[organisation][key].role;
        if (offered != Role.NONE) {
            _requireNotSuspendedByVote(organisation);
            delete _offers[organisation][key];
            emit KeyOfferWithdrawn(organisation, key, offered);
            return;
        }
        Key storage known = _keys[key];
        bool isOperator = known.organisation == organisation && known.role == Role.OPERATOR;
        if (!isOperator || known.retiredAt != 0) revert ConsortiumKeyUnknown(key);
        _retire(key);
    }

    /// @inheritdoc IConsortium
    function reportCompromise(address key, uint48 since) external {
        Key memory reporter = _requireKey(msg.sender);
        Key storage known = _keys[key];
        if (known.organisation != reporter.organisation) revert ConsortiumKeyUnknown(key);
        uint48 claimed = known.compromisedSince;
        uint48 latest = claimed == 0 ? Time.timestamp() : claimed - 1;
        if (since == 0 || since > latest) revert ConsortiumBadCompromiseTime(since, latest);
        known.compromisedSince = since;
        emit KeyReportedCompromised(reporter.organisation, key, since, Time.timestamp(), msg.sender);
        if (reporter.role == Role.ADMIN && known.role == Role.OPERATOR) _retire(key);
    }

    /// @inheritdoc IConsortium
    function confirmCompromise(address key, uint48 since) external {
        OrganisationId regulator = _requireActive(msg.sender, REGULATOR);
        Key storage known = _keys[key];
        (uint48 claimed, uint48 confirmed) = (known.compromisedSince, known.confirmedSince);
        if (claimed == 0 || since < claimed || since > Time.timestamp()) {
            revert ConsortiumNotReported(key, since, claimed);
        }
        if (known.organisation == regulator) revert ConsortiumOwnCase(regulator);
        if (confirmed != 0 && since >= confirmed) revert ConsortiumAlreadyConfirmed(key);
        known.confirmedSince = since;
        emit KeyCompromiseConfirmed(known.organisation, key, regulator, since, Time.timestamp(), msg.sender);
        _retire(key);
    }

    /// @inheritdoc IConsortium
    function suspendInEmergency(OrganisationId organisation, EmergencyReason reason, uint48 until) external {
        OrganisationId regulator = _requireActive(msg.sender, REGULATOR);
        if (organisation == regulator) revert ConsortiumOwnCase(regulator);
        uint48 used = _organisations[organisation].standing.emergencyUntil;
        if (used != 0) revert ConsortiumEmergencyUsedUp(organisation, used);
        _requireStatus(organisation, Status.ACTIVE);
        uint48 at = Time.timestamp();
        uint48 latest = at + LONGEST_EMERGENCY;
        if (until <= at || until > latest) revert ConsortiumBadSuspension(until, latest);
        _organisations[organisation].standing.emergencyUntil = until;
        emit OrganisationSuspendedInEmergency(organisation, regulator, reason, at, until, msg.sender);
    }

    /// @inheritdoc IConsortium
    function operatorOf(address key, uint8 capabilities) external view returns (OrganisationId organisation) {
        (organisation,) = _operator(key, capabilities);
    }

    /// @inheritdoc IConsortium
    function statusOf(OrganisationId organisation) public view returns (Status) {
        return _statusOf(_organisations[organisation].standing);
    }

    /// @inheritdoc IConsortium
    function capabilitiesOf(OrganisationId organisation) external view returns (uint8) {
        return _organisations[organisation].standing.capabilities;
    }

    /// @inheritdoc IConsortium
    function standingOf(OrganisationId grantor, OrganisationId grantee)
        external
        view
        returns (bool grantorActive, bool granteeActive, bool granteeForProfit)
    {
        Standing storage user = _organisations[grantee].standing;
        return (_isActive(_organisations[grantor].standing), _isActive(user), user.forProfit);
    }

    /// @inheritdoc IConsortium
    function compromiseOf(address key) external view returns (uint48 since, uint48 confirmedSince) {
        return (_keys[key].compromisedSince, _keys[key].confirmedSince);
    }

    /// @inheritdoc IConsortium
    function organisationCount() external view returns (uint32) {
        return _counts.organisations;
    }

    /// @inheritdoc IConsortium
    function recordDigestOf(OrganisationId organisation) external view returns (bytes32) {
        return _organisations[organisation].recordDigest;
    }

    function _admit(Admission memory admission) internal returns (OrganisationId organisation) {
        _checkAdmission(admission);
        organisation = OrganisationId.wrap(++_counts.organisations);
        ++_counts.members;
        if (admission.capabilities & CUSTODIAN != 0) ++_counts.custodians;
        if (admission.capabilities & REGULATOR != 0) ++_counts.activeRegulators;
        _organisations[organisation] = Organisation({
            standing: Standing({
                admin: admission.admin,
                capabilities: admission.capabilities,
                forProfit: admission.forProfit,
                voted: Status.ACTIVE,
                emergencyUntil: 0
            }),
            recordDigest: keccak256(
                abi.encode(organisation, admission.capabilities, admission.forProfit, keccak256(bytes(admission.name)))
            )
        });
        emit OrganisationAdmitted(
            organisation, admission.admin, admission.capabilities, admission.forProfit, admission.name
        );
    }

    function _suspend(OrganisationId organisation, uint256 proposal) internal {
        _requireSuspendable(organisation);
        _organisations[organisation].standing.voted = Status.SUSPENDED;
        if (_regulates(organisation)) --_counts.activeRegulators;
        ++_terms[organisation];
        emit OrganisationSuspended(organisation, proposal);
    }

    function _reinstate(OrganisationId organisation, uint256 proposal) internal {
        _requireReinstatable(organisation);
        Standing storage member = _organisations[organisation].standing;
        if (member.voted == Status.SUSPENDED && _regulates(organisation)) ++_counts.activeRegulators;
        member.voted = Status.ACTIVE;
        member.emergencyUntil = 0;
        emit OrganisationReinstated(organisation, proposal);
    }

    function _remove(OrganisationId organisation, uint256 proposal) internal {
        _requireRemovable(organisation);
        Standing storage member = _organisations[organisation].standing;
        --_counts.members;
        if (member.capabilities & CUSTODIAN != 0) --_counts.custodians;
        if (member.voted == Status.ACTIVE && _regulates(organisation)) --_counts.activeRegulators;
        member.voted = Status.REMOVED;
        emit OrganisationRemoved(organisation, proposal);
    }

    function _replaceAdmin(AdminReplacement memory replacement) internal {
        _requireReplaceable(replacement);
        uint48 acceptableFrom = Time.timestamp() + OBJECTION_PERIOD;
        _offer(replacement.organisation, replacement.admin, Role.ADMIN, acceptableFrom);
    }

    function _offer(OrganisationId organisation, address key, Role role, uint48 acceptableFrom) internal {
        _offers[organisation][key] = Offer({ role: role, acceptableFrom: acceptableFrom, term: _terms[organisation] });
        emit KeyProposed(organisation, key, role, acceptableFrom);
    }

    function _accept(OrganisationId organisation, address key, Role role) internal {
        if (key == address(0)) revert ConsortiumKeyUnknown(key);
        _requireFree(key);
        uint48 at = Time.timestamp();
        _keys[key] = Key({
            organisation: organisation, role: role, acceptedAt: at, retiredAt: 0, compromisedSince: 0, confirmedSince: 0
        });
        emit KeyAccepted(organisation, key, role, at);
    }

    /// @dev Does nothing to a key that does not count any more.
    function _retire(address key) private {
        Key storage known = _keys[key];
        if (known.retiredAt != 0) return;
        uint48 at = Time.timestamp();
        known.retiredAt = at;
        if (known.role == Role.ADMIN) ++_terms[known.organisation];
        emit KeyRetired(known.organisation, key, known.role, at);
    }

    function _checkAdmission(Admission memory admission) internal view {
        uint8 capabilities = admission.capabilities;
        if (capabilities == 0 || capabilities > ALL_CAPABILITIES) revert ConsortiumBadCapabilities(capabilities);
        uint256 length = bytes(admission.name).length;
        if (length == 0 || length > MAX_NAME_LENGTH) revert ConsortiumBadName(length, MAX_NAME_LENGTH);
        uint256 fault = Utf8.faultIn(bytes(admission.name));
        if (fault < length) revert ConsortiumNameNotUtf8(fault);
        if (admission.admin == address(0)) revert ConsortiumKeyUnknown(admission.admin);
        _requireFree(admission.admin);
    }

    function _requireSuspendable(OrganisationId organisation) internal view {
        _requireMember(organisation);
        Status voted = _organisations[organisation].standing.voted;
        if (voted != Status.ACTIVE) revert ConsortiumNothingToChange(organisation, voted);
        _requireNotLastRegulator(organisation);
    }

    function _requireReinstatable(OrganisationId organisation) internal view {
        _requireMember(organisation);
        Standing storage member = _organisations[organisation].standing;
        if (member.voted != Status.SUSPENDED && member.emergencyUntil == 0) {
            revert ConsortiumNothingToChange(organisation, member.voted);
        }
    }

    function _requireRemovable(OrganisationId organisation) internal view {
        _requireMember(organisation);
        Standing storage member = _organisations[organisation].standing;
        if (_counts.members <= FEWEST_MEMBERS) revert ConsortiumTooSmall(_counts.members, FEWEST_MEMBERS);
        if (member.voted == Status.ACTIVE) _requireNotLastRegulator(organisation);
        if (member.capabilities & CUSTODIAN != 0 && _counts.custodians == 1) {
            revert ConsortiumLastCustodian(organisation);
        }
    }

    function _requireReplaceable(AdminReplacement memory replacement) internal view {
        _requireMember(replacement.organisation);
        if (replacement.admin == address(0)) revert ConsortiumKeyUnknown(replacement.admin);
        _requireFree(replacement.admin);
    }

    /// @dev The organisation of a key in any role.
    function _organisationOf(address key) internal view returns (OrganisationId) {
        return _requireKey(key).organisation;
    }

    /// @dev The organisation of an operator key, when it is active.
    function _requireActive(address key, uint8 capabilities) internal view returns (OrganisationId organisation) {
        Status status;
        (organisation, status) = _operator(key, capabilities);
        if (status != Status.ACTIVE) revert ConsortiumInactive(organisation);
    }

    function _operator(address key, uint8 capabilities)
        private
        view
        returns (OrganisationId organisation, Status status)
    {
        Key storage known = _keys[key];
        if (known.role != Role.OPERATOR || known.retiredAt != 0) revert ConsortiumNotOperator(key);
        organisation = known.organisation;
        Standing memory member = _organisations[organisation].standing;
        status = _statusOf(member);
        if (status == Status.REMOVED) revert ConsortiumInactive(organisation);
        uint8 got = member.capabilities;
        if (got & capabilities != capabilities) revert ConsortiumLacksCapability(got, capabilities);
    }

    /// @dev As `_statusOf`, for the path of every use.
    function _isActive(Standing storage member) private view returns (bool) {
        return member.voted == Status.ACTIVE && Time.timestamp() >= member.emergencyUntil;
    }

    function _statusOf(Standing memory member) private view returns (Status) {
        Status voted = member.voted;
        if (voted == Status.ACTIVE && Time.timestamp() < member.emergencyUntil) return Status.SUSPENDED;
        return voted;
    }

    function _requireMember(OrganisationId organisation) private view {
        Status voted = _organisations[organisation].standing.voted;
        if (voted == Status.UNKNOWN) revert ConsortiumUnknownOrganisation(organisation);
        if (voted == Status.REMOVED) revert ConsortiumNothingToChange(organisation, voted);
    }

    /// @dev A suspended organisation's admin could otherwise outlast its replacement by vote, with objections and with
    /// offers to keys of its own.
    function _requireNotSuspendedByVote(OrganisationId organisation) private view {
        if (_organisations[organisation].standing.voted == Status.SUSPENDED) revert ConsortiumInactive(organisation);
    }

    function _requireStatus(OrganisationId organisation, Status needed) private view {
        _requireMember(organisation);
        Status status = statusOf(organisation);
        if (status != needed) revert ConsortiumNothingToChange(organisation, status);
    }

    function _requireNotLastRegulator(OrganisationId organisation) private view {
        if (_regulates(organisation) && _counts.activeRegulators == 1) revert ConsortiumLastRegulator(organisation);
    }

    function _regulates(OrganisationId organisation) private view returns (bool) {
        return _organisations[organisation].standing.capabilities & REGULATOR != 0;
    }

    function _requireFree(address key) private view {
        if (_keys[key].role != Role.NONE) revert ConsortiumKeyTaken(key);
    }

    function _requireAdmin(address key) private view returns (OrganisationId) {
        Key memory known = _keys[key];
        if (known.role != Role.ADMIN || known.retiredAt != 0) revert ConsortiumNotAdmin(key);
        _requireMember(known.organisation);
        return known.organisation;
    }

    /// @dev A key in any role that counts, of an organisation that was not removed.
    function _requireKey(address key) private view returns (Key memory known) {
        known = _keys[key];
        if (known.role == Role.NONE || known.retiredAt != 0) revert ConsortiumKeyUnknown(key);
        _requireMember(known.organisation);
    }
}
