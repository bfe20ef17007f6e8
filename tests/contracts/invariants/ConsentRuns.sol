// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { FEDERATED_ROUND, Reason, TEST, TRAIN, Use, VALIDATE } from "../../../contracts/types/DataUse.sol";
import { ModelId, ModelVersionId, RunId } from "../../../contracts/types/Ids.sol";
import { ConsentActs } from "./ConsentActs.sol";

/// @notice How consents are used: runs, rounds, answers and versions through the contracts that record them, and single
/// uses as those contracts would record them. Each succeeds exactly when the model says so.
abstract contract ConsentRuns is ConsentActs {
    /// @param first,second the stories of the two inputs
    struct Training {
        RunId run;
        uint256 first;
        uint256 second;
        ITrainingLog.Input[] inputs;
        uint32 rounds;
        bool roundOpen;
        uint8 contributions;
        bool[2] answered;
        bool over;
    }

    Training[] private _trainings;
    ModelId private _model;
    uint256 public uses;
    uint256 public refusals;
    uint256 public runs;
    uint256 public rounds;
    uint256 public answers;
    uint256 public flagged;
    uint256 public closings;
    uint256 public exports;
    uint256 public lost;

    function registerModel() internal {
        _model = registerModel(INSTITUTE);
    }

    function attemptUse(uint256 seed) internal {
        attemptUse(seed % 3 == 0 ? seed % _stories.length : pickLawful(seed), seed);
    }

    /// @notice A use of a consent that is revoked, if there is one after a drawn place.
    function attemptUseOfRevoked(uint256 seed) internal {
        uint256 index = seed % _stories.length;
        for (uint256 i = 0; i < _stories.length && _stories[index].revokedAt == 0; ++i) {
            index = (index + 1) % _stories.length;
        }
        attemptUse(index, seed);
    }

    /// @notice One use, sometimes of another version, and with none to many rounds and losses.
    function attemptUse(uint256 index, uint256 seed) private {
        uint32 version = _latest[_stories[index].place];
        if ((seed >> 8) % 8 == 0) version -= 1;
        if ((seed >> 8) % 8 == 1) version += 1;
        Use memory use = useOf(index, version, TRAIN);
        if ((seed >> 16) % 2 == 0) {
            (use.operation, use.rounds, use.epsilon) =
            (FEDERATED_ROUND, uint24((seed >> 24) % 3), uint40((seed >> 32) % 200_000));
        }
        bool expected = isLawful(index, version) && fits(index, use.rounds, use.epsilon);
        agree(expected == (consents.check(use) == Reason.OK));
        vm.prank((seed >> 40) % 2 == 0 ? address(training) : address(models));
        try consents.recordUse(use) {
            agree(expected);
            ++uses;
            charged(index, version, use.rounds, use.epsilon);
        } catch {
            agree(!expected);
            ++refusals;
        }
    }

    function openRun(uint256 seed) internal {
        (uint256 first, uint256 second) = (pickLawful(seed), pickLawful(seed >> 32));
        ITrainingLog.Input[] memory inputs = new ITrainingLog.Input[](2);
        (inputs[0], inputs[1]) = (inputOf(first, TRAIN), inputOf(second, seed % 3 == 0 ? VALIDATE : TEST));
        bool expected = isLawful(first, inputs[0].version) && isLawful(second, inputs[1].version);
        vm.prank(operator(INSTITUTE));
        try training.openRun(freshSalt(), openingOf(_model), inputs) returns (RunId run) {
            agree(expected);
            ++runs;
            Training storage opened = _trainings.push();
            (opened.run, opened.first, opened.second) = (run, first, second);
            opened.inputs.push(inputs[0]);
            opened.inputs.push(inputs[1]);
        } catch {
            agree(!expected);
            ++refusals;
        }
    }

    function openRound(uint256 seed) internal {
        (bool found, uint256 index) = pickTraining(seed, false);
        // Mostly not with a run that cannot go on.
        if (!found || (seed % 4 != 0 && !goesOn(_trainings[index]))) {
            openRun(seed);
            (found, index) = pickTraining(seed, false);
            if (!found) return;
        }
        Training storage chosen = _trainings[index];
        ITrainingLog.RoundOpening memory next = roundOf(chosen.run, _model, chosen.inputs);
        next.epsilon = uint40((seed >> 64) % 60_000);
        bool expected =
            isLawful(chosen.first, next.inputs[0].version) && isLawful(chosen.second, next.inputs[1].version);
        if (chosen.first == chosen.second) {
            expected = expected && fits(chosen.first, 1, 2 * uint256(next.epsilon));
        } else {
            expected = expected && fits(chosen.first, 1, next.epsilon) && fits(chosen.second, 1, next.epsilon);
        }
        vm.prank(operator(INSTITUTE));
        try training.openRound(next) {
            agree(expected);
            ++rounds;
            charged(chosen.first, next.inputs[0].version, 1, next.epsilon);
            charged(chosen.second, next.inputs[1].version, chosen.first == chosen.second ? 0 : 1, next.epsilon);
            (chosen.rounds, chosen.roundOpen, chosen.contributions) = (next.round, true, 0);
            chosen.answered = [false, false];
        } catch {
            agree(!expected);
            ++refusals;
        }
    }

    /// @notice What began in time can always be recorded: an answer that fails is lost.
    function answer(uint256 seed) internal {
        (bool found, uint256 index) = pickTraining(seed, true);
        if (!found) {
            openRound(seed);
            (found, index) = pickTraining(seed, true);
            if (!found) return;
        }
        Training storage chosen = _trainings[index];
        uint8 position = uint8((seed >> 16) % 2);
        if (chosen.answered[position]) position = 1 - position;
        if (chosen.answered[position]) return closeRound(seed);
        uint256 story = position == 0 ? chosen.first : chosen.second;
        ITrainingLog.Answer memory given = answerOf(chosen, position, (seed >> 24) % 4 == 0);
        vm.prank(operator(_stories[story].grantor));
        try training.answer(given) {
            ++answers;
            chosen.answered[position] = true;
            if (given.refusal == ITrainingLog.Refusal.NONE) ++chosen.contributions;
            note(chosen, given, story);
        } catch {
            ++lost;
        }
    }

    function closeRound(uint256 seed) internal {
        (bool found, uint256 index) = pickTraining(seed, true);
        if (!found) return openRound(seed);
        Training storage chosen = _trainings[index];
        vm.prank(operator(INSTITUTE));
        try training.closeRound(
            chosen.run, chosen.rounds, chosen.contributions == 0 ? bytes32(0) : bytes32("aggregate")
        ) {
            ++closings;
            chosen.roundOpen = false;
        } catch {
            ++lost;
        }
    }

    /// @notice Completes a run and publishes from it.
    function completeRun(uint256 seed) internal {
        openRun(seed);
        (bool found, uint256 index) = pickTraining(seed, false);
        if (!found) return;
        Training storage chosen = _trainings[index];
        vm.prank(operator(INSTITUTE));
        try training.closeRun(chosen.run, ITrainingLog.Outcome.COMPLETED, "result") {
            ++closings;
            chosen.over = true;
        } catch {
            ++lost;
        }
        IModelRegistry.Publication memory publication = IModelRegistry.Publication({
            model: _model, run: chosen.run, artifactDigest: "artifact", cardDigest: "card"
        });
        bool expected = isLawful(chosen.first, chosen.inputs[0].version);
        vm.prank(operator(INSTITUTE));
        try models.publishVersion(freshSalt(), publication, new ModelVersionId[](0), scope(), chosen.inputs) {
            agree(expected);
            ++exports;
        } catch {
            agree(!expected);
        }
    }

    /// @dev The answer says what the consent's check says, and that is what the model says.
    function note(Training storage chosen, ITrainingLog.Answer memory given, uint256 story) private {
        Reason flag = consents.check(useOf(story, given.input.version, FEDERATED_ROUND));
        agree((flag == Reason.OK) == isLawful(story, given.input.version));
        if (flag != Reason.OK) ++flagged;
        bytes32 expected = keccak256(
            abi.encode(
                chosen.run,
                chosen.rounds,
                given.position,
                _stories[story].grantor,
                given.updateDigest,
                given.refusal,
                flag,
                present()
            )
        );
        agree(training.answerDigestOf(chosen.run, chosen.rounds, given.position) == expected);
    }

    function answerOf(Training storage chosen, uint8 position, bool refuses)
        private
        view
        returns (ITrainingLog.Answer memory)
    {
        return ITrainingLog.Answer({
            run: chosen.run,
            round: chosen.rounds,
            position: position,
            model: _model,
            scope: scope(),
            input: chosen.inputs[position],
            updateDigest: refuses ? bytes32(0) : bytes32("update"),
            refusal: refuses ? ITrainingLog.Refusal.PRIVACY_RISK : ITrainingLog.Refusal.NONE
        });
    }

    function inputOf(uint256 story, uint8 operation) private view returns (ITrainingLog.Input memory) {
        uint256 place = _stories[story].place;
        return ITrainingLog.Input({
            dataset: _datasets[place], version: _latest[place], consent: _stories[story].consent, operation: operation
        });
    }

    /// @notice A consent whose newest version may be used, a new one when there is none after a drawn place.
    function pickLawful(uint256 seed) private returns (uint256 index) {
        for (uint256 i = 0; i < _stories.length; ++i) {
            index = (seed + i) % _stories.length;
            if (isLawful(index, _latest[_stories[index].place]) && fits(index, 1, 120_000)) return index;
        }
        grant(seed);
        return _stories.length - 1;
    }

    /// @notice A run that goes on, and best one that may go on.
    function pickTraining(uint256 seed, bool roundOpen) private view returns (bool found, uint256 index) {
        for (uint256 i = 0; i < _trainings.length; ++i) {
            uint256 next = (seed + i) % _trainings.length;
            Training storage chosen = _trainings[next];
            if (chosen.over || chosen.roundOpen != roundOpen) continue;
            (found, index) = (true, next);
            if (goesOn(chosen)) return (true, next);
        }
    }

    function goesOn(Training storage chosen) private view returns (bool) {
        bool first = isLawful(chosen.first, chosen.inputs[0].version) && fits(chosen.first, 1, 120_000);
        return first && isLawful(chosen.second, chosen.inputs[1].version) && fits(chosen.second, 1, 120_000);
    }
}
