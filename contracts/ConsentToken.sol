// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IDatasetRegistry } from "./interfaces/IDatasetRegistry.sol";
import { IERC5192 } from "./interfaces/IERC5192.sol";
import { ConsentRules } from "./libraries/ConsentRules.sol";
import { Ids } from "./libraries/Ids.sol";
import { StateLog } from "./libraries/StateLog.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "./types/Capabilities.sol";
import { ALL_OPERATIONS, ALL_PURPOSES, ConsentState, Reason, StateReason, Terms, Use } from "./types/DataUse.sol";
import { ConsentId, DatasetId, NOBODY, OrganisationId } from "./types/Ids.sol";

/// @title ConsentToken: a hospital's permission for one organisation to use one dataset
contract ConsentToken is ERC721, IERC5192, IConsentToken {
    using StateLog for mapping(uint256 => StateLog.Entry);

    struct Consent {
        // slot 0
        ConsentRules.Grant grant;
        // slot 1
        ConsentRules.Limits limits;
        // slot 2
        bytes32 recordDigest;
        // slot 3, only when there is one
        bytes32 projectRef;
        // slot 4
        DatasetId dataset;
        // slot 5, one more than the position in the log; only when a regulator suspended
        uint32 regulatorEntry;
    }

    /// @dev Ten years.
    uint48 private constant LONGEST_WINDOW = 3650 days;
    uint48 private constant LONGEST_REGULATOR_SUSPENSION = 30 days;

    IConsortium private immutable CONSORTIUM;
    IDatasetRegistry private immutable DATASETS;

    mapping(ConsentId => Consent) private _consents;
    mapping(ConsentId => mapping(uint256 => StateLog.Entry)) private _log;

    constructor(IConsortium consortium, IDatasetRegistry datasets) ERC721("MedLedger Consent", "MLC") {
        CONSORTIUM = consortium;
        DATASETS = datasets;
    }

    /// @inheritdoc IConsentToken
    function issue(bytes32 salt, Terms calldata terms) external returns (ConsentId consent) {
        OrganisationId grantor = CONSORTIUM.requireOperator(msg.sender, CUSTODIAN);
        consent = ConsentId.wrap(Ids.derive(Ids.CONSENT, grantor, salt));
        // Before the terms, whose window passes: a request that comes again must always be told that it was done.
        if (_consents[consent].grant.grantor != NOBODY) revert ConsentTokenDuplicate(consent);
        _checkTerms(grantor, terms);
        uint48 issuedAt = Time.timestamp();
        _write(_consents[consent], grantor, terms);
        _consents[consent].recordDigest = keccak256(abi.encode(consent, grantor, issuedAt, terms));
        emit ConsentIssued(consent, grantor, issuedAt, terms);
        _bind(uint256(ConsentId.unwrap(consent)), holderOf(terms.grantee));
    }

    /// @inheritdoc IConsentToken
    function suspend(ConsentId consent, StateReason reason) external {
        OrganisationId grantor = _requireGrantor(consent, CONSORTIUM.operatorOf(msg.sender));
        ConsentRules.Limits storage limits = _requireNotRevoked(consent);
        if (limits.grantorSuspended) revert ConsentTokenAlreadySuspended(consent);
        limits.grantorSuspended = true;
        uint48 at = _append(consent, Act.SUSPENDED_BY_GRANTOR, reason, grantor, 0);
        emit ConsentSuspended(consent, grantor, reason, at, 0);
    }

    /// @inheritdoc IConsentToken
    function reinstate(ConsentId consent, StateReason reason) external {
        OrganisationId grantor = _requireGrantor(consent, CONSORTIUM.requireOperator(msg.sender, CUSTODIAN));
        ConsentRules.Limits storage limits = _requireNotRevoked(consent);
        if (!limits.grantorSuspended) revert ConsentTokenNotSuspended(consent);
        limits.grantorSuspended = false;
        uint48 at = _append(consent, Act.REINSTATED_BY_GRANTOR, reason, grantor, 0);
        emit ConsentReinstated(consent, grantor, reason, at);
    }

    /// @inheritdoc IConsentToken
    function suspendByRegulator(ConsentId consent, StateReason reason, uint48 until) external {
        OrganisationId regulator = CONSORTIUM.requireOperator(msg.sender, REGULATOR);
        ConsentRules.Limits storage limits = _requireNotRevoked(consent);
        if (limits.regulatorUntil != 0) revert ConsentTokenSuspensionUsedUp(consent, limits.regulatorUntil);
        uint48 latest = Time.timestamp() + LONGEST_REGULATOR_SUSPENSION;
        if (until <= Time.timestamp() || until > latest) revert ConsentTokenBadSuspension(until, latest);
        limits.regulatorUntil = until;
        uint48 at = _append(consent, Act.SUSPENDED_BY_REGULATOR, reason, regulator, until);
        _consents[consent].regulatorEntry = _consents[consent].grant.logLength;
        emit ConsentSuspended(consent, regulator, reason, at, until);
    }

    /// @inheritdoc IConsentToken
    function revoke(ConsentId consent, StateReason reason) external {
        OrganisationId grantor = _requireGrantor(consent, CONSORTIUM.operatorOf(msg.sender));
        ConsentRules.Limits storage limits = _requireNotRevoked(consent);
        limits.revokedAt = Time.timestamp();
        uint48 at = _append(consent, Act.REVOKED, reason, grantor, 0);
        emit ConsentRevoked(consent, grantor, reason, at);
    }

    /// @inheritdoc IConsentToken
    function recordUse(Use calldata use) external {
        if (!CONSORTIUM.isRecorder(address(this), msg.sender)) revert ConsentTokenNotRecorder(msg.sender);
        Reason reason = check(use);
        if (reason != Reason.OK) revert ConsentTokenRefused(use.consent, reason);
        if (use.rounds != 0) _consents[use.consent].limits.roundsUsed += use.rounds;
        emit ConsentUsed(use.consent, use.subject, msg.sender, use.version, use.operation, use.purposes, use.rounds);
    }

    /// @inheritdoc IConsentToken
    function check(Use calldata use) public view returns (Reason) {
        Consent storage known = _consents[use.consent];
        ConsentRules.Grant memory grant = known.grant;
        if (grant.grantor == NOBODY) return Reason.UNKNOWN_TOKEN;
        DatasetId dataset = known.dataset;
        ConsentRules.Facts memory facts = ConsentRules.Facts({
            dataset: dataset,
            projectRef: known.projectRef,
            time: Time.timestamp(),
            latest: DATASETS.latestVersion(dataset),
            lowestUsable: DATASETS.lowestUsable(dataset),
            grantorActive: _isActive(grant.grantor),
            granteeActive: _isActive(grant.grantee)
        });
        return ConsentRules.refusal(grant, known.limits, facts, use);
    }

    /// @inheritdoc IConsentToken
    function stateAt(ConsentId consent, uint48 time) external view returns (ConsentState) {
        Consent storage known = _require(consent);
        return _log[consent].stateAt(known.grant.logLength, known.regulatorEntry, time);
    }

    /// @inheritdoc IConsentToken
    function roundsUsed(ConsentId consent) external view returns (uint32) {
        return _require(consent).limits.roundsUsed;
    }

    /// @inheritdoc IConsentToken
    function grantorOf(ConsentId consent) external view returns (OrganisationId) {
        return _require(consent).grant.grantor;
    }

    /// @inheritdoc IConsentToken
    function recordDigestOf(ConsentId consent) external view returns (bytes32) {
        return _consents[consent].recordDigest;
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @inheritdoc IConsentToken
    function holderOf(OrganisationId grantee) public pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(grantee)))));
    }

    /// @notice A consent token is bound to its holder: always reverts.
    function approve(address, uint256 tokenId) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(bytes32(tokenId)));
    }

    /// @notice Consent tokens are bound to their holders: always reverts, with no token named.
    function setApprovalForAll(address, bool) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(0));
    }

    /// @notice A consent token is bound to its holder: always reverts.
    function transferFrom(address, address, uint256 tokenId) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(bytes32(tokenId)));
    }

    /// @notice A consent token is bound to its holder: always reverts.
    function safeTransferFrom(address, address, uint256 tokenId, bytes memory) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(bytes32(tokenId)));
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC5192).interfaceId || interfaceId == type(IConsentToken).interfaceId
            || super.supportsInterface(interfaceId);
    }

    /// @dev The holder follows from the grantee; OpenZeppelin's own table of owners stays empty.
    function _ownerOf(uint256 tokenId) internal view override returns (address) {
        OrganisationId grantee = _consents[ConsentId.wrap(bytes32(tokenId))].grant.grantee;
        return grantee == NOBODY ? address(0) : holderOf(grantee);
    }

    function _checkTerms(OrganisationId grantor, Terms calldata terms) private view {
        OrganisationId custodian = DATASETS.custodianOf(terms.dataset);
        if (grantor != custodian) revert ConsentTokenNotGrantor(grantor, custodian);
        if (CONSORTIUM.capabilitiesOf(terms.grantee) & PUBLISHER == 0) {
            if (CONSORTIUM.statusOf(terms.grantee) != IConsortium.Status.UNKNOWN) {
                revert ConsentTokenGranteeNotPublisher(terms.grantee);
            }
            revert ConsentTokenUnknownGrantee(terms.grantee);
        }
        if (!ConsentRules.arePurposes(terms.purposes)) revert ConsentTokenBadPurposes(terms.purposes, ALL_PURPOSES);
        if (!ConsentRules.areOperations(terms.operations)) {
            revert ConsentTokenBadOperations(terms.operations, ALL_OPERATIONS);
        }
        if (terms.expiresAt <= terms.notBefore || terms.expiresAt - terms.notBefore > LONGEST_WINDOW) {
            revert ConsentTokenBadWindow(terms.notBefore, terms.expiresAt, LONGEST_WINDOW);
        }
        if (terms.expiresAt <= Time.timestamp()) revert ConsentTokenWindowPast(terms.expiresAt, Time.timestamp());
        if (terms.versionFrom == 0 || (terms.versionTo != 0 && terms.versionTo < terms.versionFrom)) {
            revert ConsentTokenBadVersionRange(terms.versionFrom, terms.versionTo);
        }
        if (terms.policyDigest == 0) revert ConsentTokenEmptyPolicy();
    }

    function _write(Consent storage fresh, OrganisationId grantor, Terms calldata terms) private {
        fresh.grant = ConsentRules.Grant({
            grantor: grantor,
            grantee: terms.grantee,
            notBefore: terms.notBefore,
            expiresAt: terms.expiresAt,
            operations: terms.operations,
            purposes: terms.purposes,
            logLength: 0
        });
        fresh.limits = ConsentRules.Limits({
            versionFrom: terms.versionFrom,
            versionTo: terms.versionTo,
            maxRounds: terms.maxRounds,
            roundsUsed: 0,
            regulatorUntil: 0,
            revokedAt: 0,
            grantorSuspended: false
        });
        if (terms.projectRef != 0) fresh.projectRef = terms.projectRef;
        fresh.dataset = terms.dataset;
    }

    function _bind(uint256 tokenId, address holder) private {
        _increaseBalance(holder, 1);
        emit Transfer(address(0), holder, tokenId);
        emit Locked(tokenId);
    }

    function _append(ConsentId consent, Act act, StateReason reason, OrganisationId actor, uint48 until)
        private
        returns (uint48 at)
    {
        at = Time.timestamp();
        _log[consent][_consents[consent].grant.logLength++] =
            StateLog.Entry({ act: act, reason: reason, actor: actor, at: at, until: until });
    }

    function _isActive(OrganisationId organisation) private view returns (bool) {
        return CONSORTIUM.statusOf(organisation) == IConsortium.Status.ACTIVE;
    }

    function _require(ConsentId consent) private view returns (Consent storage known) {
        known = _consents[consent];
        if (known.grant.grantor == NOBODY) revert ConsentTokenUnknown(consent);
    }

    function _requireGrantor(ConsentId consent, OrganisationId caller) private view returns (OrganisationId grantor) {
        grantor = _require(consent).grant.grantor;
        if (caller != grantor) revert ConsentTokenNotGrantor(caller, grantor);
    }

    function _requireNotRevoked(ConsentId consent) private view returns (ConsentRules.Limits storage limits) {
        limits = _require(consent).limits;
        if (limits.revokedAt != 0) revert ConsentTokenRevoked(consent);
    }
}
