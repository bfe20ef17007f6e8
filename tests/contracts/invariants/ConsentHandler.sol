// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentToken } from "../../../contracts/ConsentToken.sol";
import { DatasetRegistry } from "../../../contracts/DatasetRegistry.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";
import { ConsentRuns } from "./ConsentRuns.sol";

/// @notice The acts that the fuzzer draws. After each, one more from a fixed round, so that a sequence
/// reaches each kind, whatever is drawn.
contract ConsentHandler is ConsentRuns {
    uint256 public turns;

    modifier thenOneOfTheRound(uint256 seed) {
        _;
        uint256 drawn = mixed(seed);
        uint256 turn = turns++ % 16;
        vm.warp(block.timestamp + drawn % 1 hours);
        if (turn == 0) openRun(drawn);
        if (turn == 1 || turn == 6 || turn == 11) openRound(drawn);
        if (turn == 2 || turn == 3 || turn == 12) answer(drawn);
        if (turn == 4) closeRound(drawn);
        if (turn == 5) attemptUse(drawn);
        if (turn == 7) suspend(pick(drawn));
        if (turn == 8) suspendByRegulator(pick(drawn), uint48(1 + drawn % 3 days));
        if (turn == 9 && _stories.length < MOST) grant(drawn);
        if (turn == 10) attemptUseOfRevoked(drawn);
        if (turn == 13) supersedeSome(drawn);
        if (turn == 14) reinstate(drawn);
        if (turn == 14) completeRun(drawn);
        if (turn == 15) revokeAgain(drawn, true);
        if (turn == 15) publishDataset(drawn);
        if (turn % 8 == 7) attemptUse(mixed(drawn));
    }

    constructor() {
        ConsortiumTest.setUp();
        registerModel();
        _datasets = [datasetOf(HOSPITAL), datasetOf(CLINIC)];
        (_latest, _lowest) = ([uint32(1), 1], [uint32(1), 1]);
        for (uint256 i = 0; i < 6; ++i) {
            grant(mixed(i));
        }
    }

    function setUp() public override { }

    function issue(uint256 seed) external thenOneOfTheRound(seed) {
        if (_stories.length < MOST) grant(mixed(seed));
    }

    function issueByAnother(uint256 seed) external thenOneOfTheRound(seed) {
        grantByAnother(mixed(seed));
    }

    function supersedeOne(uint256 seed) external thenOneOfTheRound(seed) {
        supersede(mixed(seed));
    }

    /// Also of a consent that is revoked.
    function suspendOne(uint256 seed) external thenOneOfTheRound(seed) {
        suspend(mixed(seed) % _stories.length);
    }

    function reinstateOne(uint256 seed) external thenOneOfTheRound(seed) {
        reinstate(mixed(seed));
    }

    function suspendOneByRegulator(uint256 seed, uint48 duration) external thenOneOfTheRound(seed) {
        suspendByRegulator(mixed(seed) % _stories.length, duration % 31 days);
    }

    function suspendOneByVote(uint256 seed, uint48 duration) external thenOneOfTheRound(seed) {
        suspendByVote(mixed(seed) % _stories.length, duration % 31 days);
    }

    function revokeOne(uint256 seed) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        revoke((drawn >> 8) % _stories.length, drawn % 4 == 0, (drawn >> 2) % 2 == 0);
    }

    function revokeOneAgain(uint256 seed) external thenOneOfTheRound(seed) {
        uint256 drawn = mixed(seed);
        revokeAgain(drawn, (drawn >> 16) % 4 != 0);
    }

    function publishVersion(uint256 seed) external thenOneOfTheRound(seed) {
        publishDataset(mixed(seed));
    }

    function suspendOrganisation(uint256 seed) external thenOneOfTheRound(seed) {
        suspendMember(mixed(seed));
    }

    function use(uint256 seed) external thenOneOfTheRound(seed) {
        attemptUse(mixed(seed));
        attemptUse(mixed(seed));
    }

    function train(uint256 seed) external thenOneOfTheRound(seed) {
        openRound(mixed(seed));
        answer(mixed(seed));
    }

    function wait(uint48 time) external thenOneOfTheRound(time) {
        vm.warp(block.timestamp + time % 3 days);
    }

    function token() external view returns (ConsentToken) {
        return consents;
    }

    function registry() external view returns (DatasetRegistry) {
        return datasets;
    }
}
