// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice What the consortium must look like, told anew from the acts that succeeded, in the plainest way.
abstract contract ConsortiumModel is ConsortiumTest {
    enum Choice {
        NONE,
        IN_FAVOUR,
        AGAINST,
        TAKEN_BACK
    }

    /// @param term how often an admin came or went, or a vote suspended: an offer counts in its own term only
    struct Member {
        uint8 capabilities;
        IConsortium.Status voted;
        uint48 emergencyUntil;
        address admin;
        uint32 term;
        address[] keys;
    }

    struct KnownKey {
        uint32 organisation;
        IConsortium.Role role;
        bool retired;
        uint48 reportedSince;
        uint48 confirmedSince;
    }

    /// @param role NONE once it is withdrawn
    struct Offered {
        uint32 organisation;
        address key;
        IConsortium.Role role;
        uint32 term;
    }

    /// @param members how many belonged at the opening; `custodians` likewise
    struct Story {
        IConsortium.ProposalKind kind;
        bytes payload;
        uint48 deadline;
        uint32 organisations;
        uint32 members;
        uint32 custodians;
        IConsortium.Thresholds thresholds;
        uint32 inFavour;
        uint32 custodiansInFavour;
        bool executed;
    }

    mapping(uint32 => Member) internal _members;
    mapping(address => KnownKey) internal _known;
    mapping(uint256 => Story) internal _stories;
    mapping(uint256 => mapping(uint32 => Choice)) internal _choices;
    address[] internal _everyKey;
    Offered[] internal _offered;
    IConsortium.Thresholds internal _thresholds = IConsortium.Thresholds(5000, 5000);
    uint32 public organisations;
    uint256 public proposals;

    /// @notice What must never succeed, and did.
    string[] public breaches;

    function found() internal {
        IConsortium.Admission[] memory all = founders();
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            addMember(all[i - 1]);
            addKey(i, all[i - 1].admin, IConsortium.Role.ADMIN);
            addKey(i, operator(OrganisationId.wrap(i)), IConsortium.Role.OPERATOR);
        }
    }

    // What the tests ask

    function subject() external view returns (IConsortium) {
        return consortium;
    }

    function breachCount() external view returns (uint256) {
        return breaches.length;
    }

    function storyOf(uint256 proposal) external view returns (Story memory) {
        return _stories[proposal];
    }

    function memberOf(uint32 organisation) external view returns (Member memory) {
        return _members[organisation];
    }

    function everyKey() external view returns (address[] memory) {
        return _everyKey;
    }

    function knownKeyOf(address key) external view returns (KnownKey memory) {
        return _known[key];
    }

    function expectedThresholds() external view returns (IConsortium.Thresholds memory) {
        return _thresholds;
    }

    /// @notice Members, custodians among them, and regulators active by vote, counted one by one.
    function recount() public view returns (uint32 members, uint32 custodians, uint32 regulators) {
        for (uint32 i = 1; i <= organisations; ++i) {
            Member storage member = _members[i];
            if (member.voted == IConsortium.Status.REMOVED) continue;
            ++members;
            if (member.capabilities & CUSTODIAN != 0) ++custodians;
            bool active = member.voted == IConsortium.Status.ACTIVE;
            if (active && member.capabilities & REGULATOR != 0) ++regulators;
        }
    }

    // What happened

    function addMember(IConsortium.Admission memory admission) internal {
        Member storage member = _members[++organisations];
        member.capabilities = admission.capabilities;
        member.voted = IConsortium.Status.ACTIVE;
        member.admin = admission.admin;
    }

    function addKey(uint32 organisation, address key, IConsortium.Role role) internal {
        if (_known[key].organisation != 0) breaches.push("a key was accepted twice");
        _known[key] = KnownKey(organisation, role, false, 0, 0);
        _everyKey.push(key);
        Member storage member = _members[organisation];
        member.keys.push(key);
        if (role != IConsortium.Role.ADMIN) return;
        if (member.admin != key) retireModelled(member.admin);
        member.admin = key;
        ++member.term;
    }

    function retireModelled(address key) internal {
        KnownKey storage known = _known[key];
        if (known.organisation == 0 || known.retired) return;
        known.retired = true;
        if (known.role == IConsortium.Role.ADMIN) ++_members[known.organisation].term;
    }

    function addOffer(uint32 organisation, address key, IConsortium.Role role) internal {
        _offered.push(Offered(organisation, key, role, _members[organisation].term));
    }

    function withdrawOffers(uint32 organisation, address key) internal {
        for (uint256 i = 0; i < _offered.length; ++i) {
            Offered storage offer = _offered[i];
            if (offer.key == key && offer.organisation == organisation) offer.role = IConsortium.Role.NONE;
        }
    }

    /// @notice The role that the last offer to a key in this term gives, NONE when there is none.
    function standingOffer(uint32 organisation, address key) internal view returns (IConsortium.Role role) {
        for (uint256 i = 0; i < _offered.length; ++i) {
            Offered storage offer = _offered[i];
            bool same = offer.key == key && offer.organisation == organisation;
            if (same && offer.term == _members[organisation].term) role = offer.role;
        }
    }

    function apply_(uint256 proposal) internal {
        Story storage story = _stories[proposal];
        if (!hasItsVotes(proposal)) breaches.push("a vote that does not count carried a proposal");
        if (story.executed) breaches.push("a proposal was executed twice");
        if (present() >= story.deadline) breaches.push("a proposal was executed after its deadline");
        story.executed = true;
        IConsortium.ProposalKind kind = story.kind;
        if (kind == IConsortium.ProposalKind.ADMIT) {
            IConsortium.Admission memory admission = abi.decode(story.payload, (IConsortium.Admission));
            addMember(admission);
            addKey(organisations, admission.admin, IConsortium.Role.ADMIN);
        } else if (kind == IConsortium.ProposalKind.REPLACE_ADMIN) {
            IConsortium.AdminReplacement memory next = abi.decode(story.payload, (IConsortium.AdminReplacement));
            addOffer(OrganisationId.unwrap(next.organisation), next.admin, IConsortium.Role.ADMIN);
        } else if (kind == IConsortium.ProposalKind.CHANGE_THRESHOLDS) {
            _thresholds = abi.decode(story.payload, (IConsortium.Thresholds));
        } else {
            applyMembership(kind, _members[abi.decode(story.payload, (uint32))]);
        }
    }

    function applyMembership(IConsortium.ProposalKind kind, Member storage member) private {
        if (member.voted == IConsortium.Status.REMOVED) breaches.push("a removed organisation was changed");
        if (kind == IConsortium.ProposalKind.SUSPEND) {
            member.voted = IConsortium.Status.SUSPENDED;
            ++member.term;
        }
        if (kind == IConsortium.ProposalKind.REMOVE) member.voted = IConsortium.Status.REMOVED;
        if (kind != IConsortium.ProposalKind.REINSTATE) return;
        member.voted = IConsortium.Status.ACTIVE;
        member.emergencyUntil = 0;
    }

    /// @dev Counted one by one, from those still in favour.
    function hasItsVotes(uint256 proposal) private view returns (bool) {
        Story storage story = _stories[proposal];
        uint256 all;
        uint256 custodians;
        for (uint32 i = 1; i <= organisations; ++i) {
            if (_choices[proposal][i] != Choice.IN_FAVOUR) continue;
            ++all;
            if (_members[i].capabilities & CUSTODIAN != 0) ++custodians;
        }
        return 10_000 * all > uint256(story.members) * story.thresholds.all
            && 10_000 * custodians > uint256(story.custodians) * story.thresholds.custodians;
    }

    // Whom to ask

    /// @notice A key of the organisation that counts, zero when there is none.
    function keyOf(uint32 organisation, uint256 seed) internal view returns (address) {
        address[] storage keys = _members[organisation].keys;
        for (uint256 i = 0; i < keys.length; ++i) {
            address key = keys[(seed % keys.length + i) % keys.length];
            if (!_known[key].retired) return key;
        }
        return address(0);
    }

    function operatorKeyOf(uint32 organisation) internal view returns (address) {
        address[] storage keys = _members[organisation].keys;
        for (uint256 i = 0; i < keys.length; ++i) {
            KnownKey storage known = _known[keys[i]];
            if (!known.retired && known.role == IConsortium.Role.OPERATOR) return keys[i];
        }
        return address(0);
    }

    /// @notice An active organisation that has a key, 1 when there is none.
    function activeOne(uint256 seed) internal view returns (uint32) {
        for (uint32 i = 0; i < organisations; ++i) {
            uint32 organisation = chosen(seed % organisations + i);
            Member storage member = _members[organisation];
            bool active = member.voted == IConsortium.Status.ACTIVE && present() >= member.emergencyUntil;
            if (active && keyOf(organisation, 0) != address(0)) return organisation;
        }
        return 1;
    }

    function chosen(uint256 seed) internal view returns (uint32) {
        // casting to 'uint32' is safe because there are few organisations
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(1 + seed % organisations);
    }
}
