// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentState, Use } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice What must be true of the consents, kept without the contracts' own rules: every act that succeeded is written
/// down here, and every answer follows from reading it all again.
abstract contract ConsentModel is ConsortiumTest {
    /// @param carriedRounds what the superseded consent had used, all in all
    /// @param rounds what was recorded under this consent itself
    /// @param revokedAt 0 while it is not revoked; of two revocations the first
    /// @param tainted whether it was revoked for a reason that taints, at once or the second time
    struct Story {
        ConsentId consent;
        OrganisationId grantor;
        uint256 place;
        uint32 versionFrom;
        uint32 versionTo;
        uint48 notBefore;
        uint48 expiresAt;
        uint24 maxRounds;
        uint40 budget;
        uint24 carriedRounds;
        uint40 carriedEpsilon;
        uint24 rounds;
        uint40 epsilon;
        uint48 revokedAt;
        bool tainted;
    }

    enum Change {
        OWN,
        OWN_LIFTED,
        TIMED,
        REVOKED
    }

    struct Step {
        Change change;
        uint48 at;
        uint48 until;
    }

    uint256 internal constant PLACES = 2;

    Story[] internal _stories;
    mapping(uint256 => Step[]) internal _steps;
    DatasetId[PLACES] internal _datasets;
    uint32[PLACES] internal _latest;
    uint32[PLACES] internal _lowest;
    mapping(uint256 => mapping(uint32 => uint64)) internal _losses;
    mapping(OrganisationId => uint48) internal _inactiveUntil;

    /// @notice The state that the written acts make at `time`.
    function stateAt(uint256 index, uint48 time) public view returns (ConsentState) {
        bool own;
        uint48 until;
        Step[] storage steps = _steps[index];
        for (uint256 i = 0; i < steps.length && steps[i].at <= time; ++i) {
            if (steps[i].change == Change.REVOKED) return ConsentState.REVOKED;
            if (steps[i].change == Change.TIMED) until = steps[i].until;
            else own = steps[i].change == Change.OWN;
        }
        return own || time < until ? ConsentState.SUSPENDED : ConsentState.ACTIVE;
    }

    /// @notice Whether a use of `version` is within state, window, versions and members now; limits aside.
    function isLawful(uint256 index, uint32 version) public view returns (bool) {
        Story storage story = _stories[index];
        bool covered = version >= story.versionFrom && (story.versionTo == 0 || version <= story.versionTo);
        bool usable = version <= _latest[story.place] && version >= _lowest[story.place];
        bool timely = present() >= story.notBefore && present() < story.expiresAt;
        bool members = isActive(story.grantor) && isActive(INSTITUTE);
        return covered && usable && timely && members && stateAt(index, present()) == ConsentState.ACTIVE;
    }

    /// @notice Whether so much more stays within the limits of the consent.
    function fits(uint256 index, uint256 rounds, uint256 epsilon) public view returns (bool) {
        Story storage story = _stories[index];
        return rounds + story.carriedRounds + story.rounds <= story.maxRounds
            && epsilon + story.carriedEpsilon + story.epsilon <= story.budget;
    }

    function count() external view returns (uint256) {
        return _stories.length;
    }

    function storyAt(uint256 index) external view returns (Story memory) {
        return _stories[index];
    }

    function stepsOf(uint256 index) external view returns (Step[] memory) {
        return _steps[index];
    }

    function datasetAt(uint256 place) external view returns (DatasetId) {
        return _datasets[place];
    }

    function latestAt(uint256 place) external view returns (uint32) {
        return _latest[place];
    }

    function lossOf(uint256 place, uint32 version) external view returns (uint64) {
        return _losses[place][version];
    }

    function isActive(OrganisationId organisation) internal view returns (bool) {
        return present() >= _inactiveUntil[organisation];
    }

    function custodianAt(uint256 place) internal pure returns (OrganisationId) {
        return place == 0 ? HOSPITAL : CLINIC;
    }

    function charged(uint256 index, uint32 version, uint24 rounds, uint40 epsilon) internal {
        Story storage story = _stories[index];
        story.rounds += rounds;
        story.epsilon += epsilon;
        _losses[story.place][version] += epsilon;
    }

    function useOf(uint256 index, uint32 version, uint8 operation) internal view returns (Use memory use) {
        use = useOf(_stories[index].consent, _datasets[_stories[index].place]);
        (use.version, use.operation) = (version, operation);
    }
}
