// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { StateReason, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsentModel } from "./ConsentModel.sol";

/// @notice What is done to consents: by grantors, regulators, votes and dataset versions. Each act succeeds exactly when
/// the model says so, or a disagreement is counted.
abstract contract ConsentActs is ConsentModel {
    uint256 internal constant MOST = 16;

    uint256 public suspensions;
    uint256 public timedSuspensions;
    uint256 public revocations;
    uint256 public secondRevocations;
    uint256 public supersessions;
    uint256 public withdrawals;
    uint256 public grantsByOthers;
    uint256 public disagreements;
    uint256 private _draws;

    /// @dev The fuzzer repeats values that it saw, which would pick the same consent again and again.
    function mixed(uint256 seed) internal returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++_draws)));
    }

    /// @notice A consent that is not revoked, if there is one after a drawn place.
    function pick(uint256 seed) internal view returns (uint256 index) {
        for (uint256 i = 0; i < _stories.length; ++i) {
            index = (seed + i) % _stories.length;
            if (_stories[index].revokedAt == 0) return index;
        }
    }

    function grant(uint256 seed) internal {
        uint256 place = seed % PLACES;
        Terms memory terms = drawnTerms(place, seed);
        OrganisationId grantor = custodianAt(place);
        vm.prank(operator(grantor));
        try consents.issue(freshSalt(), terms) returns (ConsentId consent) {
            agree(isActive(grantor));
            told(consent, place, terms);
        } catch {
            agree(!isActive(grantor));
        }
    }

    /// @notice Every other member and a stranger tries to grant on a dataset of another.
    function grantByAnother(uint256 seed) internal {
        uint256 place = seed % PLACES;
        address[5] memory others = [
            operator(custodianAt(1 - place)), operator(INSTITUTE), operator(AGENCY), admin(custodianAt(place)), STRANGER
        ];
        vm.prank(others[(seed >> 8) % 5]);
        try consents.issue(freshSalt(), drawnTerms(place, seed)) {
            ++grantsByOthers;
        } catch { }
    }

    function supersede(uint256 seed) internal {
        uint256 index = seed % 8 == 0 ? seed % _stories.length : pick(seed);
        Story memory former = _stories[index];
        Terms memory terms = drawnTerms(former.place, seed >> 8);
        terms.supersedes = former.consent;
        // Often exactly what is used, or one below.
        if (seed % 4 == 0) terms.maxRounds = former.carriedRounds + former.rounds;
        if (seed % 16 == 1 && former.rounds > 0) terms.maxRounds = former.carriedRounds + former.rounds - 1;
        bool good = isActive(former.grantor) && former.revokedAt == 0 && !isTimed(index)
            && terms.maxRounds >= former.carriedRounds + former.rounds
            && terms.epsilonBudget >= former.carriedEpsilon + former.epsilon;
        vm.prank(operator(former.grantor));
        try consents.issue(freshSalt(), terms) returns (ConsentId consent) {
            agree(good);
            ++supersessions;
            revoked(index, false);
            told(consent, former.place, terms);
            Story storage next = _stories[_stories.length - 1];
            next.carriedRounds = former.carriedRounds + former.rounds;
            next.carriedEpsilon = former.carriedEpsilon + former.epsilon;
        } catch {
            agree(!good);
        }
    }

    /// @notice Up to four attempts until one succeeds: a single one is too often refused for every sequence to have one.
    function supersedeSome(uint256 seed) internal {
        uint256 before = supersessions;
        for (uint256 i = 0; i < 4 && supersessions == before; ++i) {
            supersede(mixed(seed));
        }
    }

    function suspend(uint256 index) internal {
        bool good = _stories[index].revokedAt == 0 && !isOwn(index);
        vm.prank(operator(_stories[index].grantor));
        try consents.suspend(_stories[index].consent, StateReason.STEWARD_DECISION) {
            agree(good);
            ++suspensions;
            _steps[index].push(Step({ change: Change.OWN, at: present(), until: 0 }));
        } catch {
            agree(!good);
        }
    }

    /// @notice Of a consent that its grantor suspended, if there is one after a drawn place.
    function reinstate(uint256 seed) internal {
        uint256 index = seed % _stories.length;
        for (uint256 i = 0; i < _stories.length; ++i) {
            index = (seed + i) % _stories.length;
            if (isOwn(index) && _stories[index].revokedAt == 0) break;
        }
        bool good = _stories[index].revokedAt == 0 && isOwn(index) && isActive(_stories[index].grantor);
        vm.prank(operator(_stories[index].grantor));
        try consents.reinstate(_stories[index].consent, StateReason.STEWARD_DECISION) {
            agree(good);
            _steps[index].push(Step({ change: Change.OWN_LIFTED, at: present(), until: 0 }));
        } catch {
            agree(!good);
        }
    }

    function suspendByRegulator(uint256 index, uint48 duration) internal {
        bool good = _stories[index].revokedAt == 0 && !wasTimed(index) && duration > 0 && duration <= 30 days;
        vm.prank(operator(AGENCY));
        try consents.suspendByRegulator(_stories[index].consent, StateReason.REGULATOR_ORDER, present() + duration) {
            agree(good);
            timed(index, duration);
        } catch {
            agree(!good);
        }
    }

    function suspendByVote(uint256 index, uint48 duration) internal {
        bool good = _stories[index].revokedAt == 0 && duration > 0 && duration <= 30 days;
        vm.prank(address(consortium));
        try consents.suspendByVote(_stories[index].consent, StateReason.BREACH, present() + duration) {
            agree(good);
            timed(index, duration);
        } catch {
            agree(!good);
        }
    }

    /// @notice For a reason that taints also once more, after one that does not.
    function revoke(uint256 index, bool byVote, bool taints) internal {
        bool good = _stories[index].revokedAt == 0 || (taints && !_stories[index].tainted);
        ConsentId consent = _stories[index].consent;
        vm.prank(byVote ? address(consortium) : operator(_stories[index].grantor));
        (bool done,) = address(consents)
            .call(
                byVote
                    ? abi.encodeCall(
                        consents.revokeByVote, (consent, taints ? StateReason.ERROR : StateReason.PERMIT_ENDED)
                    )
                    : abi.encodeCall(
                        consents.revoke, (consent, taints ? StateReason.BREACH : StateReason.OPT_OUT_BATCH)
                    )
            );
        agree(done == good);
        if (done) revoked(index, taints);
    }

    /// @notice Of a consent that ended without taint, if there is one after a drawn place; or of one that is tainted.
    function revokeAgain(uint256 seed, bool taints) internal {
        (bool found, uint256 index) = (false, 0);
        for (uint256 i = 0; i < _stories.length; ++i) {
            uint256 next = (seed + i) % _stories.length;
            if (_stories[next].revokedAt == 0) continue;
            (found, index) = (true, next);
            if (!_stories[next].tainted) break;
        }
        if (found) revoke(index, (seed >> 8) % 2 == 0, taints);
    }

    /// @notice A new version; some end all uses of the earlier ones.
    function publishDataset(uint256 seed) internal {
        uint256 place = seed % PLACES;
        if (!isActive(custodianAt(place)) || _latest[place] > 12) return;
        bool withdraws = (seed >> 8) % 4 == 0 || _latest[place] % 3 == 2;
        _latest[place] = publish(
            _datasets[place],
            custodianAt(place),
            withdraws ? IDatasetRegistry.Supersession.WITHDRAWAL : IDatasetRegistry.Supersession.EXTENSION
        );
        if (!withdraws) return;
        _lowest[place] = _latest[place];
        ++withdrawals;
    }

    /// @notice For a few hours, and once for each: enough to meet it, too little to stop everything.
    function suspendMember(uint256 seed) internal {
        OrganisationId organisation = OrganisationId.wrap(uint32(1 + seed % 3));
        uint48 until = present() + 1 + uint48(seed >> 8) % 4 hours;
        vm.prank(operator(AGENCY));
        try consortium.suspendInEmergency(organisation, IConsortium.EmergencyReason.DATA_BREACH, until) {
            agree(_inactiveUntil[organisation] == 0);
            _inactiveUntil[organisation] = until;
        } catch {
            agree(_inactiveUntil[organisation] != 0);
        }
    }

    function agree(bool expected) internal {
        if (!expected) ++disagreements;
    }

    function told(ConsentId consent, uint256 place, Terms memory terms) private {
        Story storage story = _stories.push();
        (story.consent, story.place, story.grantor) = (consent, place, custodianAt(place));
        (story.versionFrom, story.versionTo) = (terms.versionFrom, terms.versionTo);
        (story.notBefore, story.expiresAt) = (terms.notBefore, terms.expiresAt);
        (story.maxRounds, story.budget) = (terms.maxRounds, terms.epsilonBudget);
    }

    function timed(uint256 index, uint48 duration) private {
        ++timedSuspensions;
        _steps[index].push(Step({ change: Change.TIMED, at: present(), until: present() + duration }));
    }

    function revoked(uint256 index, bool taints) private {
        ++revocations;
        if (_stories[index].revokedAt == 0) _stories[index].revokedAt = present();
        else ++secondRevocations;
        _stories[index].tainted = taints;
        _steps[index].push(Step({ change: Change.REVOKED, at: present(), until: 0 }));
    }

    function isOwn(uint256 index) private view returns (bool own) {
        Step[] storage steps = _steps[index];
        for (uint256 i = 0; i < steps.length; ++i) {
            if (steps[i].change == Change.OWN) own = true;
            if (steps[i].change == Change.OWN_LIFTED) own = false;
        }
    }

    function wasTimed(uint256 index) private view returns (bool) {
        return lastUntil(index) != 0;
    }

    function isTimed(uint256 index) private view returns (bool) {
        return present() < lastUntil(index);
    }

    function lastUntil(uint256 index) private view returns (uint48 until) {
        Step[] storage steps = _steps[index];
        for (uint256 i = 0; i < steps.length; ++i) {
            if (steps[i].change == Change.TIMED) until = steps[i].until;
        }
    }

    /// @dev Mostly open versions from the newest usable one on, and limits that a few rounds reach.
    function drawnTerms(uint256 place, uint256 seed) private view returns (Terms memory terms) {
        terms = termsFor(_datasets[place]);
        terms.versionFrom = seed % 5 == 0 ? _latest[place] : _lowest[place];
        if ((seed >> 8) % 4 == 0) terms.versionTo = _latest[place] + 1;
        if ((seed >> 16) % 8 == 0) terms.notBefore = present() + 1 days;
        terms.expiresAt = present() + 20 days + uint48(seed >> 24) % 60 days;
        terms.maxRounds = uint24(3 + (seed >> 64) % 8);
        terms.epsilonBudget = uint40(400_000 + (seed >> 96) % 2_000_000);
    }
}
