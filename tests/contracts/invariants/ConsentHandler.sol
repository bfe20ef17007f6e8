// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { FEDERATED_ROUND, Reason, StateReason, TRAIN, Terms, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice Acts at random on the consents of two hospitals, and remembers what it did. Each act is followed by two
/// attempted uses, so that uses are met in every state.
contract ConsentHandler is ConsortiumTest {
    /// @dev What happened to one consent, told apart from what the contract stores.
    struct Story {
        ConsentId consent;
        DatasetId dataset;
        OrganisationId grantor;
        uint32 maxRounds;
        uint32 rounds;
        uint32 entries;
        uint48 revokedAt;
    }

    uint256 internal constant MOST = 8;

    Story[] internal _stories;
    DatasetId[2] internal _datasets;
    uint256 internal _draws;
    uint256 public uses;
    uint256 public rounds;
    uint256 public refusals;
    uint256 public acts;
    uint256 public grantsByOthers;
    uint256 public disagreements;
    uint256 public usesOfRevoked;

    modifier thenUse() {
        _;
        attemptUse(mixed(0));
        attemptUse(mixed(0));
    }

    constructor() {
        ConsortiumTest.setUp();
        _datasets = [datasetOf(HOSPITAL), datasetOf(CLINIC)];
        for (uint256 i = 0; i < 4; ++i) {
            grant(i);
        }
    }

    function setUp() public override { }

    // Acts

    function issueConsent(uint256 chosen) external thenUse {
        uint256 seed = mixed(chosen);
        if (_stories.length < MOST) grant(seed);
    }

    function issueByAnother(uint256 chosen) external thenUse {
        uint256 seed = mixed(chosen);
        OrganisationId other = seed % 2 == 0 ? CLINIC : HOSPITAL;
        Terms memory terms = termsFor(_datasets[seed % 2]);
        vm.prank(operator(other));
        try consents.issue(bytes32(seed), terms) {
            ++grantsByOthers;
        } catch { }
    }

    function suspend(uint256 chosen) external thenUse {
        uint256 seed = mixed(chosen);
        Story storage story = pick(seed);
        vm.prank(operator(story.grantor));
        try consents.suspend(story.consent, StateReason(seed % 8)) {
            done(story);
        } catch { }
    }

    function reinstate(uint256 chosen) external thenUse {
        uint256 seed = mixed(chosen);
        Story storage story = pick(seed);
        vm.prank(operator(story.grantor));
        try consents.reinstate(story.consent, StateReason(seed % 8)) {
            done(story);
        } catch { }
    }

    function suspendByRegulator(uint256 chosen, uint48 duration) external thenUse {
        uint256 seed = mixed(chosen);
        Story storage story = pick(seed);
        vm.prank(operator(AGENCY));
        try consents.suspendByRegulator(story.consent, StateReason.REGULATOR_ORDER, present() + duration % 31 days) {
            done(story);
        } catch { }
    }

    function revoke(uint256 chosen) external thenUse {
        uint256 seed = mixed(chosen);
        Story storage story = pick(seed);
        if (seed % 3 != 0) return;
        vm.prank(operator(story.grantor));
        try consents.revoke(story.consent, StateReason(seed % 8)) {
            story.revokedAt = present();
            done(story);
        } catch { }
    }

    function publish(uint256 chosen) external thenUse {
        uint256 seed = mixed(chosen);
        bool withdraws = seed % 8 == 0;
        publish(
            _datasets[seed % 2],
            seed % 2 == 0 ? HOSPITAL : CLINIC,
            withdraws ? IDatasetRegistry.Supersession.WITHDRAWAL : IDatasetRegistry.Supersession.EXTENSION
        );
    }

    function wait(uint48 time) external thenUse {
        vm.warp(block.timestamp + time % 5 days);
    }

    // What invariants read

    function count() external view returns (uint256) {
        return _stories.length;
    }

    function storyAt(uint256 index) external view returns (Story memory) {
        return _stories[index];
    }

    function token() external view returns (IConsentToken) {
        return consents;
    }

    function registry() external view returns (IDatasetRegistry) {
        return datasets;
    }

    function latestUse(uint256 index) external view returns (Use memory) {
        return useOn(_stories[index], 0);
    }

    /// @dev Three in eight ask for another version or another number of rounds.
    function attemptUse(uint256 seed) private {
        Story storage story = pick(seed);
        Use memory use = useOn(story, seed >> 16);
        Reason expected = consents.check(use);
        vm.prank(seed & 256 == 0 ? address(training) : address(models));
        try consents.recordUse(use) {
            if (expected != Reason.OK) ++disagreements;
            if (story.revokedAt != 0) ++usesOfRevoked;
            ++uses;
            rounds += use.rounds;
            story.rounds += use.rounds;
        } catch {
            if (expected == Reason.OK) ++disagreements;
            ++refusals;
        }
    }

    function useOn(Story storage story, uint256 seed) private view returns (Use memory use) {
        use = useOf(story.consent, story.dataset);
        use.version = datasets.latestVersion(story.dataset);
        (use.operation, use.rounds) = seed & 1 == 0 ? (TRAIN, 0) : (FEDERATED_ROUND, 1);
        if (seed & 14 == 2) use.version -= 1;
        if (seed & 14 == 6) use.version += 1;
        if (seed & 14 == 4) use.rounds = type(uint32).max;
    }

    function grant(uint256 seed) private {
        Story storage story = _stories.push();
        story.dataset = _datasets[seed % 2];
        story.grantor = seed % 2 == 0 ? HOSPITAL : CLINIC;
        Terms memory terms = termsFor(story.dataset);
        terms.maxRounds = [0, 2, 4, 6][(seed >> 1) % 4];
        terms.expiresAt = present() + 90 days;
        story.maxRounds = terms.maxRounds;
        story.consent = issue(story.grantor, keccak256(abi.encode(_stories.length)), terms);
    }

    /// @dev The fuzzer repeats values that it saw, which would pick the same consent again and again.
    function mixed(uint256 seed) private returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++_draws)));
    }

    function pick(uint256 seed) private view returns (Story storage) {
        return _stories[(seed >> 32) % _stories.length];
    }

    function done(Story storage story) private {
        ++story.entries;
        ++acts;
    }
}
