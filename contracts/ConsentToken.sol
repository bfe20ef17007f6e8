// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IAccessRequests } from "./interfaces/IAccessRequests.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IDatasetRegistry } from "./interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "./interfaces/IModelRegistry.sol";
import { ITrainingLog } from "./interfaces/ITrainingLog.sol";
import { ConsentRules } from "./libraries/ConsentRules.sol";
import { Ids } from "./libraries/Ids.sol";
import { StateLog } from "./libraries/StateLog.sol";
import { TermRules } from "./libraries/TermRules.sol";
import { AccessRequests } from "./parts/AccessRequests.sol";
import { BoundToken } from "./parts/BoundToken.sol";
import { MAX_BATCH } from "./types/Batches.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "./types/Capabilities.sol";
import { ConsentState, Reason, StateReason, Terms, Use } from "./types/DataUse.sol";
import { ConsentId, NOBODY, NO_CONSENT, NO_REQUEST, OrganisationId } from "./types/Ids.sol";

/// @title ConsentToken: a hospital's permission for one organisation to use one dataset
contract ConsentToken is BoundToken, AccessRequests {
    using StateLog for mapping(uint256 => StateLog.Entry);

    struct Consent {
        // slot 0
        ConsentRules.Grant grant;
        // slot 1
        ConsentRules.Limits limits;
        // slot 2
        bytes32 recordDigest;
        // slot 3
        bytes32 policyDigest;
        // slot 4, only when there is one
        bytes32 projectRef;
    }

    /// @dev For a regulator and for a vote alike.
    uint48 private constant LONGEST_SUSPENSION = 30 days;
    /// @dev The log's length is a uint16: a grantor must not use it up, or nobody could revoke.
    uint16 private constant MOST_GRANTOR_ACTS = 60_000;

    ITrainingLog private immutable TRAINING;
    IModelRegistry private immutable MODELS;

    mapping(ConsentId => Consent) private _consents;
    mapping(ConsentId => mapping(uint256 => StateLog.Entry)) private _log;

    /// @param training the TrainingLog of the same generation, which is deployed after this contract
    /// @param models the ModelRegistry of the same generation, which is deployed after this contract
    constructor(IConsortium consortium, IDatasetRegistry datasets, ITrainingLog training, IModelRegistry models)
        AccessRequests(consortium, datasets)
    {
        TRAINING = training;
        MODELS = models;
    }

    /// @inheritdoc IConsentToken
    function issue(bytes32 salt, Terms calldata terms) external returns (ConsentId consent) {
        OrganisationId grantor = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        consent = ConsentId.wrap(Ids.derive(Ids.CONSENT, grantor, salt));
        // Before the terms, whose window passes: a request that comes again must always be told that it was done.
        if (_consents[consent].grant.grantor != NOBODY) revert ConsentTokenDuplicate(consent);
        uint48 issuedAt = Time.timestamp();
        uint32 dataset = _requireTerms(grantor, terms, issuedAt);
        if (terms.request != NO_REQUEST) _grantRequest(terms.request, terms.grantee, dataset);
        ConsentRules.Limits memory former;
        if (terms.supersedes != NO_CONSENT) former = _supersede(grantor, dataset, terms);
        _write(_consents[consent], grantor, dataset, terms, former);
        _consents[consent].recordDigest = keccak256(abi.encode(consent, grantor, issuedAt, terms));
        emit ConsentIssued(consent, grantor, issuedAt, terms, former.roundsUsed, former.epsilonSpent, msg.sender);
        _bind(consent, terms.grantee);
    }

    /// @inheritdoc IConsentToken
    function suspend(ConsentId consent, StateReason reason) external {
        _suspend(CONSORTIUM.operatorOf(msg.sender, CUSTODIAN), consent, reason);
    }

    /// @inheritdoc IConsentToken
    function suspendAll(ConsentId[] calldata consents, StateReason reason) external {
        OrganisationId caller = CONSORTIUM.operatorOf(msg.sender, CUSTODIAN);
        _requireBatch(consents.length);
        for (uint256 i = 0; i < consents.length; ++i) {
            _suspend(caller, consents[i], reason);
        }
    }

    /// @inheritdoc IConsentToken
    function reinstate(ConsentId consent, StateReason reason) external {
        OrganisationId grantor = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        _requireGrantor(consent, grantor);
        StateLog.Entry memory entry = _requireNotRevoked(consent);
        if (!entry.grantorSuspended) revert ConsentTokenNotSuspended(consent);
        _requireRoom(consent);
        entry.grantorSuspended = false;
        uint48 at = _append(consent, entry, Act.REINSTATED_BY_GRANTOR, reason, grantor);
        emit ConsentReinstated(consent, grantor, reason, at, msg.sender);
    }

    /// @inheritdoc IConsentToken
    function suspendByRegulator(ConsentId consent, StateReason reason, uint48 until) external {
        _suspendByRegulator(CONSORTIUM.operatorOf(msg.sender, REGULATOR), consent, reason, until);
    }

    /// @inheritdoc IConsentToken
    function suspendAllByRegulator(ConsentId[] calldata consents, StateReason reason, uint48 until) external {
        OrganisationId regulator = CONSORTIUM.operatorOf(msg.sender, REGULATOR);
        _requireBatch(consents.length);
        for (uint256 i = 0; i < consents.length; ++i) {
            _suspendByRegulator(regulator, consents[i], reason, until);
        }
    }

    /// @inheritdoc IConsentToken
    function suspendByVote(ConsentId consent, StateReason reason, uint48 until) external {
        _requireConsortium();
        StateLog.Entry memory entry = _requireNotRevoked(consent);
        _suspendUntil(consent, entry, Act.SUSPENDED_BY_VOTE, reason, NOBODY, until);
    }

    /// @inheritdoc IConsentToken
    function revoke(ConsentId consent, StateReason reason) external {
        OrganisationId grantor = CONSORTIUM.operatorOf(msg.sender, CUSTODIAN);
        _requireGrantor(consent, grantor);
        _revoke(consent, reason, grantor);
    }

    /// @inheritdoc IConsentToken
    function revokeByVote(ConsentId consent, StateReason reason) external {
        _requireConsortium();
        _revoke(consent, reason, NOBODY);
    }

    /// @inheritdoc IConsentToken
    function recordUse(Use calldata use) external {
        bool recorder =
            msg.sender == address(TRAINING) || msg.sender == address(MODELS) || msg.sender == address(DATASETS);
        if (!recorder) revert ConsentTokenNotRecorder(msg.sender);
        (Reason reason,) = _judge(use);
        if (reason != Reason.OK) revert ConsentTokenRefused(use.consent, reason);
        _charge(use);
        emit ConsentUsed(
            use.consent,
            use.subject,
            msg.sender,
            use.version,
            use.operation,
            use.scope.purposes,
            use.rounds,
            use.epsilon
        );
        if (use.epsilon != 0) DATASETS.recordPrivacyLoss(use.dataset, use.version, use.epsilon);
    }

    /// @inheritdoc IConsentToken
    function check(Use calldata use) external view returns (Reason reason) {
        (reason,) = _judge(use);
    }

    /// @inheritdoc IConsentToken
    function checkWithGrantor(Use calldata use) external view returns (Reason reason, OrganisationId grantor) {
        return _judge(use);
    }

    /// @inheritdoc IConsentToken
    function stateAt(ConsentId consent, uint48 time) external view returns (ConsentState) {
        return _log[consent].stateAt(_require(consent).grant.logLength, time);
    }

    /// @inheritdoc IConsentToken
    function roundsUsed(ConsentId consent) external view returns (uint24) {
        return _require(consent).limits.roundsUsed;
    }

    /// @inheritdoc IConsentToken
    function epsilonSpent(ConsentId consent) external view returns (uint40) {
        return _require(consent).limits.epsilonSpent;
    }

    /// @inheritdoc IConsentToken
    function grantorOf(ConsentId consent) external view returns (OrganisationId) {
        return _require(consent).grant.grantor;
    }

    /// @inheritdoc IConsentToken
    function recordDigestOf(ConsentId consent) external view returns (bytes32) {
        return _consents[consent].recordDigest;
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IAccessRequests).interfaceId || super.supportsInterface(interfaceId);
    }

    function _requireTerms(OrganisationId grantor, Terms calldata terms, uint48 time)
        private
        view
        returns (uint32 dataset)
    {
        OrganisationId custodian;
        (custodian, dataset) = DATASETS.registrationOf(terms.dataset);
        if (grantor != custodian) revert ConsentTokenNotGrantor(grantor, custodian);
        _requireUser(terms.grantee);
        TermRules.requireSound(terms, time);
    }

    /// @dev Revokes the former consent and returns its limits, whose use the new one carries on.
    function _supersede(OrganisationId grantor, uint32 dataset, Terms calldata terms)
        private
        returns (ConsentRules.Limits memory former)
    {
        ConsentId superseded = terms.supersedes;
        ConsentRules.Grant memory grant = _require(superseded).grant;
        bool sameParties = grant.grantor == grantor && grant.grantee == terms.grantee && grant.dataset == dataset;
        StateLog.Entry memory entry = _requireNotRevoked(superseded);
        // Or a grantor could end a regulator's suspension.
        if (!sameParties || Time.timestamp() < entry.regulatorUntil) revert ConsentTokenNotSuperseding(superseded);
        former = _consents[superseded].limits;
        if (former.roundsUsed > terms.maxRounds || former.epsilonSpent > terms.epsilonBudget) {
            revert ConsentTokenCarriedExceeds(former.roundsUsed, former.epsilonSpent);
        }
        _revoke(superseded, StateReason.SUPERSEDED, grantor);
    }

    function _write(
        Consent storage fresh,
        OrganisationId grantor,
        uint32 dataset,
        Terms calldata terms,
        ConsentRules.Limits memory former
    ) private {
        fresh.grant = ConsentRules.Grant({
            grantor: grantor,
            grantee: terms.grantee,
            dataset: dataset,
            notBefore: terms.notBefore,
            expiresAt: terms.expiresAt,
            operations: terms.operations,
            purposes: terms.purposes,
            condition: terms.condition,
            logLength: 0
        });
        fresh.limits = ConsentRules.Limits({
            versionFrom: terms.versionFrom,
            versionTo: terms.versionTo,
            maxRounds: terms.maxRounds,
            roundsUsed: former.roundsUsed,
            epsilonBudget: terms.epsilonBudget,
            epsilonSpent: former.epsilonSpent,
            regions: terms.regions,
            deidentification: terms.deidentification,
            nonProfitOnly: TermRules.excludesProfit(terms.modifiers)
        });
        fresh.policyDigest = terms.policyDigest;
        if (terms.projectRef != 0) fresh.projectRef = terms.projectRef;
    }

    function _suspend(OrganisationId caller, ConsentId consent, StateReason reason) private {
        _requireGrantor(consent, caller);
        StateLog.Entry memory entry = _requireNotRevoked(consent);
        if (entry.grantorSuspended) revert ConsentTokenAlreadySuspended(consent);
        _requireRoom(consent);
        entry.grantorSuspended = true;
        uint48 at = _append(consent, entry, Act.SUSPENDED_BY_GRANTOR, reason, caller);
        emit ConsentSuspended(consent, caller, reason, at, 0, msg.sender);
    }

    function _suspendByRegulator(OrganisationId regulator, ConsentId consent, StateReason reason, uint48 until)
        private
    {
        StateLog.Entry memory entry = _requireNotRevoked(consent);
        if (_consents[consent].grant.grantor == regulator) revert ConsentTokenOwnCase(regulator);
        if (entry.regulatorUntil != 0) revert ConsentTokenSuspensionUsedUp(consent, entry.regulatorUntil);
        _suspendUntil(consent, entry, Act.SUSPENDED_BY_REGULATOR, reason, regulator, until);
    }

    function _suspendUntil(
        ConsentId consent,
        StateLog.Entry memory entry,
        Act act,
        StateReason reason,
        OrganisationId actor,
        uint48 until
    ) private {
        uint48 latest = Time.timestamp() + LONGEST_SUSPENSION;
        if (until <= Time.timestamp() || until > latest) revert ConsentTokenBadSuspension(until, latest);
        entry.regulatorUntil = until;
        uint48 at = _append(consent, entry, act, reason, actor);
        emit ConsentSuspended(consent, actor, reason, at, until, msg.sender);
    }

    /// @dev A consent that ended for a reason that looks ahead can be revoked once more, for one that taints: or whoever
    /// ends it first could keep a breach from ever being said of it.
    function _revoke(ConsentId consent, StateReason reason, OrganisationId actor) private {
        StateLog.Entry memory entry = _lastOf(consent);
        if (entry.act == Act.REVOKED && (_taints(entry.reason) || !_taints(reason))) {
            revert ConsentTokenRevoked(consent);
        }
        uint48 at = _append(consent, entry, Act.REVOKED, reason, actor);
        emit ConsentRevoked(consent, actor, reason, at, msg.sender);
    }

    /// @dev Writes `entry`, which says how the suspensions stand from now on, as the next of the log.
    function _append(ConsentId consent, StateLog.Entry memory entry, Act act, StateReason reason, OrganisationId actor)
        private
        returns (uint48 at)
    {
        at = Time.timestamp();
        entry.act = act;
        entry.reason = reason;
        entry.actor = actor;
        entry.at = at;
        _log[consent][_consents[consent].grant.logLength++] = entry;
    }

    /// @dev The one place where a use is judged.
    function _judge(Use calldata use) private view returns (Reason, OrganisationId grantor) {
        Consent storage known = _consents[use.consent];
        ConsentRules.Grant memory grant = known.grant;
        grantor = grant.grantor;
        if (grantor == NOBODY) return (Reason.UNKNOWN_TOKEN, grantor);
        ConsentRules.Facts memory facts;
        facts.time = Time.timestamp();
        facts.state = _stateNow(use.consent, grant.logLength, facts.time);
        facts.projectRef = known.projectRef;
        (facts.dataset, facts.latest, facts.lowestUsable, facts.options) = DATASETS.standingOf(use.dataset, use.version);
        (facts.grantorActive, facts.granteeActive, facts.granteeForProfit) =
            CONSORTIUM.standingOf(grantor, grant.grantee);
        return (ConsentRules.refusal(grant, known.limits, facts, use), grantor);
    }

    function _charge(Use calldata use) private {
        if (use.rounds == 0 && use.epsilon == 0) return;
        ConsentRules.Limits memory limits = _consents[use.consent].limits;
        limits.roundsUsed += use.rounds;
        limits.epsilonSpent += use.epsilon;
        _consents[use.consent].limits = limits;
    }

    function _stateNow(ConsentId consent, uint16 length, uint48 time) private view returns (ConsentState) {
        return length == 0 ? ConsentState.ACTIVE : StateLog.stateAfter(_log[consent][length - 1], time);
    }

    function _require(ConsentId consent) private view returns (Consent storage known) {
        known = _consents[consent];
        if (known.grant.grantor == NOBODY) revert ConsentTokenUnknown(consent);
    }

    function _requireGrantor(ConsentId consent, OrganisationId caller) private view {
        OrganisationId grantor = _require(consent).grant.grantor;
        if (caller != grantor) revert ConsentTokenNotGrantor(caller, grantor);
    }

    /// @dev The last entry of the log; all zero, which suspends nothing, when there is none.
    function _lastOf(ConsentId consent) private view returns (StateLog.Entry memory last) {
        uint16 length = _require(consent).grant.logLength;
        if (length != 0) last = _log[consent][length - 1];
    }

    function _requireNotRevoked(ConsentId consent) private view returns (StateLog.Entry memory last) {
        last = _lastOf(consent);
        if (last.act == Act.REVOKED) revert ConsentTokenRevoked(consent);
    }

    function _taints(StateReason reason) private pure returns (bool) {
        return reason == StateReason.BREACH || reason == StateReason.ERROR;
    }

    function _requireRoom(ConsentId consent) private view {
        if (_consents[consent].grant.logLength >= MOST_GRANTOR_ACTS) {
            revert ConsentTokenLogFull(consent, MOST_GRANTOR_ACTS);
        }
    }

    function _requireConsortium() private view {
        if (msg.sender != address(CONSORTIUM)) revert ConsentTokenNotConsortium(msg.sender);
    }

    function _requireUser(OrganisationId organisation) internal view override {
        uint8 capabilities = CONSORTIUM.capabilitiesOf(organisation);
        if (capabilities == 0) revert ConsentTokenUnknownGrantee(organisation);
        if (capabilities & (PUBLISHER | CUSTODIAN) == 0) revert ConsentTokenGranteeCannotUse(organisation);
    }

    function _granteeOf(uint256 tokenId) internal view override returns (OrganisationId) {
        return _consents[ConsentId.wrap(bytes32(tokenId))].grant.grantee;
    }

    function _policyOf(uint256 tokenId) internal view override returns (bytes32) {
        return _consents[ConsentId.wrap(bytes32(tokenId))].policyDigest;
    }

    function _requireBatch(uint256 length) private pure {
        if (length == 0 || length > MAX_BATCH) revert ConsentTokenBadBatch(length, MAX_BATCH);
    }
}
