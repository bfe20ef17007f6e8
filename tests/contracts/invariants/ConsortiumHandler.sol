// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { ConsortiumModel } from "./ConsortiumModel.sol";

/// @notice Does at random what organisations and strangers may try, and tells the model what succeeded. After each act
/// that the fuzzer drew comes one of a fixed round, so that a sequence reaches each kind, whatever is drawn.
contract ConsortiumHandler is ConsortiumModel {
    uint32 internal constant MOST = 12;

    uint256 public turns;
    uint256 public votes;
    uint256 public votesTakenBack;
    uint256 public executions;
    uint256 public keyChanges;
    uint256 public protections;
    uint256 public intrusions;
    uint256 private _fresh;

    modifier thenOneOfTheRound(uint256 seed) {
        _;
        uint256 drawn = mixed(seed);
        uint256 turn = turns++ % 16;
        vm.warp(block.timestamp + drawn % 12 hours);
        if (turn % 8 == 0) decideOn(drawn, 5);
        if (turn % 8 == 1) offerOne(activeOne(drawn), freshKey(), drawn % 8 == 0, true);
        if (turn % 4 == 2) intrudeWith(drawn, uint8(drawn >> 8));
        if (turn % 8 == 3) report(activeOne(drawn), drawn);
        if (turn % 8 == 4) decideOn(drawn, uint8(drawn >> 8));
        if (turn % 8 == 5) voteOnSome(drawn, uint16(drawn >> 8), uint16(drawn >> 24));
        if (turn == 7) suspendOne(activeOne(drawn), drawn);
        if (turn == 15) changeOnesMind(drawn);
    }

    constructor() {
        ConsortiumTest.setUp();
        found();
    }

    function setUp() public override { }

    function decide(uint256 seed, uint8 kind) external thenOneOfTheRound(seed) {
        decideOn(mixed(seed), kind);
    }

    function open(uint256 seed, uint8 kind) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        openOne(chosen(drawn >> 24), drawn, kind);
    }

    function voteOn(uint256 seed, uint16 voters, uint16 inFavour) external thenOneOfTheRound(seed) {
        voteOnSome(mixed(seed), voters, inFavour);
    }

    function executeOne(uint256 seed) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        if (proposals != 0) carryOut(1 + drawn % proposals, chosen(drawn >> 40), drawn >> 8);
    }

    function offerKey(uint256 seed, bool asAdmin, bool accepts) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        // Half of the time the same one, so that its offers meet its changes of the admin.
        uint32 organisation = drawn % 2 == 0 ? 1 : chosen(drawn >> 8);
        // A key that is offered or even taken elsewhere is tried too.
        address key = drawn % 5 == 0 ? _everyKey[drawn % _everyKey.length] : freshKey();
        if (drawn % 7 == 0 && _offered.length != 0) key = _offered[drawn % _offered.length].key;
        offerOne(organisation, key, asAdmin, accepts);
    }

    function acceptKey(uint256 seed) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        if (_offered.length == 0) return;
        // Half of the time one of the newest, which stand more often.
        uint256 among = drawn % 2 == 0 || _offered.length < 4 ? _offered.length : 4;
        acceptOffer(_offered.length - 1 - (drawn >> 1) % among);
    }

    function retireKey(uint256 seed) external thenOneOfTheRound(seed) {
        retire(mixed(seed));
    }

    function reportCompromise(uint256 seed) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        report(chosen(drawn), drawn);
    }

    function confirmCompromise(uint256 seed) external thenOneOfTheRound(seed) {
        confirm(mixed(seed));
    }

    function suspendInEmergency(uint256 seed) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        suspendOne(chosen(drawn), drawn);
    }

    function intrude(uint256 seed, uint8 act) external thenOneOfTheRound(seed) {
        intrudeWith(mixed(seed), act);
    }

    function wait(uint256 seed) external thenOneOfTheRound(seed) {
        vm.warp(block.timestamp + mixed(seed) % 4 days);
    }

    /// @dev Opens, votes for and carries out in one act, or few proposals would ever pass.
    function decideOn(uint256 seed, uint8 kind) private {
        uint256 proposal = openOne(chosen(seed >> 24), seed, kind);
        // Something that can always be asked for, by one that may.
        if (proposal == 0) proposal = openOne(activeOne(seed), seed, 5);
        if (proposal == 0) return;
        for (uint32 i = 1; i <= organisations; ++i) {
            castVote(proposal, i, seed, true);
        }
        // Some take it back: now and then so many that it fails.
        for (uint32 i = 1; i <= organisations; ++i) {
            if ((seed >> (64 + 3 * i)) % 8 == 0) castVote(proposal, i, seed, false);
        }
        carryOut(proposal, activeOne(seed >> 32), seed);
    }

    /// @dev Also by those who may not: on what is closed, a second time, admitted later, removed.
    function voteOnSome(uint256 seed, uint16 voters, uint16 inFavour) private {
        if (proposals == 0) return;
        // Half of the time one of the newest, which are open.
        uint256 proposal = seed % 2 == 0 || proposals < 4 ? 1 + seed % proposals : proposals - seed % 4;
        for (uint32 i = 1; i <= organisations; ++i) {
            if (voters & 2 ** i != 0) castVote(proposal, i, seed, inFavour & 2 ** i != 0);
        }
    }

    /// @dev One votes in favour, takes it back, and tries to vote again.
    function changeOnesMind(uint256 seed) private {
        uint32 voter = activeOne(seed);
        uint256 proposal = openOne(voter, seed, 5);
        if (proposal == 0) return;
        castVote(proposal, voter, seed, true);
        castVote(proposal, voter, seed >> 8, false);
        castVote(proposal, voter, seed >> 16, seed % 2 == 0);
    }

    function offerOne(uint32 organisation, address key, bool asAdmin, bool accepts) private {
        IConsortium.Role role = asAdmin ? IConsortium.Role.ADMIN : IConsortium.Role.OPERATOR;
        vm.prank(_members[organisation].admin);
        try consortium.proposeKey(key, role) {
            bool suspended = _members[organisation].voted == IConsortium.Status.SUSPENDED;
            if (suspended) breaches.push("one suspended by vote offered a role");
            addOffer(organisation, key, role);
            if (accepts) acceptOffer(_offered.length - 1);
        } catch { }
    }

    function retire(uint256 seed) private {
        uint32 organisation = chosen(seed);
        address key = keyOf(organisation, seed >> 8);
        if (seed % 3 == 0 && _offered.length != 0) key = _offered[seed % _offered.length].key;
        vm.prank(_members[organisation].admin);
        try consortium.retireKey(key) {
            ++keyChanges;
            // Or an offer was withdrawn, whose key may be another's.
            if (_known[key].organisation == organisation) return retireModelled(key);
            bool suspended = _members[organisation].voted == IConsortium.Status.SUSPENDED;
            if (suspended) breaches.push("one suspended by vote objected");
            withdrawOffers(organisation, key);
        } catch { }
    }

    function report(uint32 organisation, uint256 seed) private {
        address key = _members[organisation].keys.length == 0
            ? address(0)
            : _members[organisation].keys[seed % _members[organisation].keys.length];
        address reporter = keyOf(organisation, seed >> 16);
        uint48 since = present() - uint48((seed >> 32) % 10 days);
        vm.prank(reporter);
        try consortium.reportCompromise(key, since) {
            KnownKey storage known = _known[key];
            if (known.reportedSince != 0 && since >= known.reportedSince) breaches.push("a claim moved forward");
            known.reportedSince = since;
            bool byAdmin = _known[reporter].role == IConsortium.Role.ADMIN;
            if (byAdmin && known.role == IConsortium.Role.OPERATOR) retireModelled(key);
            ++protections;
        } catch { }
    }

    function confirm(uint256 seed) private {
        address key = _everyKey[seed % _everyKey.length];
        uint32 regulator = chosen(seed >> 8);
        KnownKey storage known = _known[key];
        // What is claimed, what is confirmed, now, or a second beside it.
        uint48[3] memory times = [known.reportedSince, known.confirmedSince, present()];
        uint48 since = times[(seed >> 16) % 3] + uint48((seed >> 24) % 3);
        if (since != 0) --since;
        vm.prank(operatorKeyOf(regulator));
        try consortium.confirmCompromise(key, since) {
            if (known.reportedSince == 0) breaches.push("what nobody claimed was confirmed");
            if (since < known.reportedSince || since > present()) breaches.push("more was confirmed than claimed");
            bool later = known.confirmedSince != 0 && since >= known.confirmedSince;
            if (later) breaches.push("a confirmation did not move back");
            if (known.organisation == regulator) breaches.push("a regulator confirmed its own case");
            known.confirmedSince = since;
            retireModelled(key);
            ++protections;
        } catch { }
    }

    function suspendOne(uint32 organisation, uint256 seed) private {
        uint32 regulator = seed % 2 == 0 ? OrganisationId.unwrap(AGENCY) : chosen(seed >> 8);
        // Half of the time so short that it is over soon, when a second one is tried.
        uint48 until = present() + uint48((seed >> 32) % (seed % 4 < 2 ? 1 days : 30 days + 2));
        vm.prank(operatorKeyOf(regulator));
        try consortium.suspendInEmergency(
            OrganisationId.wrap(organisation), IConsortium.EmergencyReason(seed % 5), until
        ) {
            Member storage member = _members[organisation];
            if (member.emergencyUntil != 0) breaches.push("a second emergency without a vote");
            if (organisation == regulator) breaches.push("a regulator suspended itself");
            if (_members[regulator].capabilities & REGULATOR == 0) breaches.push("an emergency by no regulator");
            if (until > present() + 30 days) breaches.push("an emergency of more than 30 days");
            member.emergencyUntil = until;
            ++protections;
        } catch { }
    }

    /// @dev A retired key, the key of a removed organisation or a stranger's tries everything.
    function intrudeWith(uint256 seed, uint8 act) private {
        address key = _everyKey[seed % _everyKey.length];
        KnownKey storage known = _known[key];
        bool counts = !known.retired && _members[known.organisation].voted != IConsortium.Status.REMOVED;
        if (counts) key = STRANGER;
        uint256 proposal = 1 + seed % (proposals + 1);
        bytes memory call = abi.encodeCall(IConsortium.vote, (proposal, true));
        if (act % 5 == 1) call = abi.encodeCall(IConsortium.execute, (proposal, _stories[proposal].payload));
        if (act % 5 == 2) call = abi.encodeCall(IConsortium.proposeKey, (freshKey(), IConsortium.Role.OPERATOR));
        if (act % 5 == 3) call = abi.encodeCall(IConsortium.reportCompromise, (key, 1));
        if (act % 5 == 4) {
            bytes memory payload = abi.encode(_thresholds);
            call = abi.encodeCall(
                IConsortium.propose, (bytes32(seed), IConsortium.ProposalKind.CHANGE_THRESHOLDS, payload)
            );
        }
        vm.prank(key);
        (bool done,) = address(consortium).call(call);
        if (done) breaches.push("a key that does not count acted");
        ++intrusions;
    }

    function openOne(uint32 proposer, uint256 seed, uint8 kind) private returns (uint256 proposal) {
        IConsortium.ProposalKind wanted = IConsortium.ProposalKind(kind % 6);
        bytes memory payload = payloadFor(wanted, seed);
        address key = keyOf(proposer, seed);
        bool active = _members[proposer].voted == IConsortium.Status.ACTIVE;
        vm.prank(key);
        try consortium.propose(freshSalt(), wanted, payload) returns (uint256 number) {
            proposal = number;
        } catch {
            bool always = wanted == IConsortium.ProposalKind.CHANGE_THRESHOLDS && key != address(0) && active;
            if (always) breaches.push("one that no vote suspended could not propose");
            return 0;
        }
        if (!active) breaches.push("one that is not active by vote proposed");
        if (proposal != ++proposals) breaches.push("a proposal got a wrong number");
        Story storage story = _stories[proposal];
        (story.kind, story.payload, story.deadline) = (wanted, payload, present() + 30 days);
        (story.organisations, story.thresholds) = (organisations, _thresholds);
        (story.members, story.custodians,) = recount();
    }

    function payloadFor(IConsortium.ProposalKind kind, uint256 seed) private returns (bytes memory) {
        if (kind == IConsortium.ProposalKind.ADMIT) {
            uint8[4] memory some = [CUSTODIAN, PUBLISHER, REGULATOR, CUSTODIAN | REGULATOR];
            // No more than can be told at a glance: then a bad one, which must be refused.
            uint8 capabilities = organisations < MOST ? some[seed % 4] : 0;
            return abi.encode(IConsortium.Admission(freshKey(), capabilities, seed % 2 == 0, "An organisation"));
        }
        if (kind == IConsortium.ProposalKind.REPLACE_ADMIN) {
            return abi.encode(IConsortium.AdminReplacement(OrganisationId.wrap(chosen(seed)), freshKey()));
        }
        if (kind == IConsortium.ProposalKind.CHANGE_THRESHOLDS) {
            return abi.encode(5000 + seed % 2500, 5000 + (seed >> 16) % 2500);
        }
        return abi.encode(chosen(seed));
    }

    function castVote(uint256 proposal, uint32 voter, uint256 seed, bool inFavour) private {
        address key = keyOf(voter, seed);
        if (key == address(0)) return;
        vm.prank(key);
        try consortium.vote(proposal, inFavour) {
            Story storage story = _stories[proposal];
            Choice former = _choices[proposal][voter];
            bool takesBack = former == Choice.IN_FAVOUR && !inFavour;
            if (former != Choice.NONE && !takesBack) breaches.push("an organisation voted twice");
            if (voter > story.organisations) breaches.push("one admitted later voted");
            if (_members[voter].voted == IConsortium.Status.REMOVED) breaches.push("a removed one voted");
            if (story.executed || present() >= story.deadline) breaches.push("a vote on what is closed");
            _choices[proposal][voter] = takesBack ? Choice.TAKEN_BACK : inFavour ? Choice.IN_FAVOUR : Choice.AGAINST;
            bool custodian = _members[voter].capabilities & CUSTODIAN != 0;
            if (takesBack) {
                ++votesTakenBack;
                --story.inFavour;
                if (custodian) --story.custodiansInFavour;
                return;
            }
            ++votes;
            if (!inFavour) return;
            ++story.inFavour;
            if (custodian) ++story.custodiansInFavour;
        } catch { }
    }

    function carryOut(uint256 proposal, uint32 executor, uint256 seed) private {
        Story storage story = _stories[proposal];
        address key = keyOf(executor, seed);
        address newcomer;
        if (story.kind == IConsortium.ProposalKind.ADMIT) {
            newcomer = abi.decode(story.payload, (IConsortium.Admission)).admin;
            // Now and then a member tries in its place.
            if (seed % 8 != 0) key = newcomer;
        }
        vm.prank(key);
        try consortium.execute(proposal, story.payload) {
            if (newcomer != address(0) && key != newcomer) breaches.push("another admitted a newcomer");
            apply_(proposal);
            ++executions;
        } catch { }
    }

    function acceptOffer(uint256 position) private {
        Offered memory offer = _offered[position];
        vm.prank(offer.key);
        try consortium.acceptKey(OrganisationId.wrap(offer.organisation)) {
            IConsortium.Role role = standingOffer(offer.organisation, offer.key);
            if (role == IConsortium.Role.NONE) breaches.push("an offer that was void or withdrawn was accepted");
            bool removed = _members[offer.organisation].voted == IConsortium.Status.REMOVED;
            if (removed) breaches.push("a removed one got a key");
            addKey(offer.organisation, offer.key, role);
            ++keyChanges;
        } catch { }
    }

    /// @dev Seeds are often small, and then would always mean the first organisation.
    function mixed(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    function freshKey() private returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("fresh key", ++_fresh)))));
    }
}
