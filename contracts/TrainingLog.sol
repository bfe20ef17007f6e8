// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { ITrainingLog } from "./interfaces/ITrainingLog.sol";
import { Ids } from "./libraries/Ids.sol";
import { MAX_BATCH } from "./types/Batches.sol";
import { CUSTODIAN, PUBLISHER } from "./types/Capabilities.sol";
import { FEDERATED_ROUND, FINE_TUNE, Reason, Scope, TEST, TRAIN, Use, VALIDATE } from "./types/DataUse.sol";
import { ModelId, NOBODY, OrganisationId, RunId } from "./types/Ids.sol";

/// @title TrainingLog: runs, rounds and contributions
contract TrainingLog is ITrainingLog {
    struct Run {
        // slot 0
        Standing standing;
        // slot 1
        bytes32 recordDigest;
        // slot 2, once closed
        bytes32 closingDigest;
    }

    /// @dev An answer names its input in one byte.
    uint256 private constant MAX_INPUTS = 64;

    IConsortium private immutable CONSORTIUM;
    IConsentToken private immutable CONSENTS;

    mapping(RunId => Run) private _runs;
    /// @dev Each commits to the run's model and scope too, so that whoever shows an input shows them.
    mapping(RunId => mapping(uint256 => bytes32)) private _inputDigests;
    mapping(RunId => mapping(uint32 => bytes32)) private _roundDigests;
    mapping(RunId => mapping(uint32 => mapping(uint8 => bytes32))) private _answerDigests;

    constructor(IConsortium consortium, IConsentToken consents) {
        CONSORTIUM = consortium;
        CONSENTS = consents;
    }

    /// @inheritdoc ITrainingLog
    function openRun(bytes32 salt, Opening calldata opening, Input[] calldata inputs) external returns (RunId run) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        if (inputs.length == 0 || inputs.length > MAX_INPUTS) {
            revert TrainingLogBadInputCount(inputs.length, MAX_INPUTS);
        }
        if (opening.cardDigest == 0) revert TrainingLogEmptyDigest(0);
        run = RunId.wrap(Ids.derive(Ids.RUN, publisher, salt));
        if (_runs[run].standing.publisher != NOBODY) revert TrainingLogDuplicate(run);
        uint48 openedAt = Time.timestamp();
        _write(run, publisher, openedAt, opening, inputs);
        emit RunOpened(run, publisher, openedAt, opening, inputs, msg.sender);
        for (uint256 i = 0; i < inputs.length; ++i) {
            CONSENTS.recordUse(_use(run, publisher, opening.scope, inputs[i], inputs[i].operation));
        }
    }

    /// @inheritdoc ITrainingLog
    function openRound(RoundOpening calldata opening) external {
        _openRound(CONSORTIUM.requireOperator(msg.sender, PUBLISHER), opening);
    }

    /// @inheritdoc ITrainingLog
    function openRounds(RoundOpening[] calldata openings) external {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        _requireBatch(openings.length);
        for (uint256 i = 0; i < openings.length; ++i) {
            _openRound(publisher, openings[i]);
        }
    }

    /// @inheritdoc ITrainingLog
    function answer(Answer calldata answer_) external {
        _answer(CONSORTIUM.operatorOf(msg.sender, CUSTODIAN), answer_);
    }

    /// @inheritdoc ITrainingLog
    function answerAll(Answer[] calldata answers) external {
        OrganisationId custodian = CONSORTIUM.operatorOf(msg.sender, CUSTODIAN);
        _requireBatch(answers.length);
        for (uint256 i = 0; i < answers.length; ++i) {
            _answer(custodian, answers[i]);
        }
    }

    /// @inheritdoc ITrainingLog
    function closeRound(RunId run, uint32 round, bytes32 aggregateDigest) external {
        OrganisationId caller = CONSORTIUM.operatorOf(msg.sender, PUBLISHER);
        Standing memory standing = _requirePublisher(run, caller);
        _requireOpenRound(standing, run, round);
        (uint8 contributions, uint8 refusals) = (standing.contributions, standing.refusals);
        if ((aggregateDigest == 0) != (contributions == 0)) revert TrainingLogBadAggregate(contributions);
        uint48 closedAt = Time.timestamp();
        _runs[run].standing.roundOpen = false;
        _roundDigests[run][round] =
            keccak256(abi.encode(_roundDigests[run][round], aggregateDigest, contributions, refusals, closedAt));
        emit RoundClosed(run, round, aggregateDigest, contributions, refusals, closedAt, msg.sender);
    }

    /// @inheritdoc ITrainingLog
    function closeRun(RunId run, Outcome outcome, bytes32 resultDigest) external {
        OrganisationId caller = CONSORTIUM.operatorOf(msg.sender, PUBLISHER);
        Standing memory standing = _requirePublisher(run, caller);
        if (standing.outcome != Outcome.OPEN) revert TrainingLogRunClosed(run);
        if (outcome == Outcome.OPEN) revert TrainingLogBadOutcome(outcome);
        bool completed = outcome == Outcome.COMPLETED;
        if (completed && standing.roundOpen) revert TrainingLogRoundStillOpen(run, standing.rounds);
        if (completed && resultDigest == 0) revert TrainingLogEmptyDigest(0);
        if (!completed && resultDigest != 0) revert TrainingLogBadOutcome(outcome);
        uint48 closedAt = Time.timestamp();
        standing.outcome = outcome;
        standing.roundOpen = false;
        _runs[run].standing = standing;
        _runs[run].closingDigest = keccak256(abi.encode(run, outcome, resultDigest, closedAt, standing.rounds));
        emit RunClosed(run, outcome, resultDigest, closedAt, msg.sender);
    }

    /// @inheritdoc ITrainingLog
    function standingOf(RunId run) public view returns (Standing memory standing) {
        standing = _runs[run].standing;
        if (standing.publisher == NOBODY) revert TrainingLogUnknownRun(run);
    }

    /// @inheritdoc ITrainingLog
    function requireInputs(RunId run, ModelId model, Scope calldata scope, Input[] calldata inputs)
        public
        view
        returns (Standing memory standing)
    {
        standing = standingOf(run);
        bytes32 setting = _settingOf(model, scope);
        for (uint256 i = 0; i < standing.inputs; ++i) {
            bool shown = i < inputs.length && _inputDigests[run][i] == _digestOf(setting, inputs[i]);
            if (!shown) revert TrainingLogInputMismatch(i);
        }
        if (inputs.length > standing.inputs) revert TrainingLogInputMismatch(standing.inputs);
    }

    /// @inheritdoc ITrainingLog
    function recordDigestOf(RunId run) external view returns (bytes32) {
        return _runs[run].recordDigest;
    }

    /// @inheritdoc ITrainingLog
    function closingDigestOf(RunId run) external view returns (bytes32) {
        return _runs[run].closingDigest;
    }

    /// @inheritdoc ITrainingLog
    function roundDigestOf(RunId run, uint32 round) external view returns (bytes32) {
        return _roundDigests[run][round];
    }

    /// @inheritdoc ITrainingLog
    function answerDigestOf(RunId run, uint32 round, uint8 position) external view returns (bytes32) {
        return _answerDigests[run][round][position];
    }

    function _write(
        RunId run,
        OrganisationId publisher,
        uint48 openedAt,
        Opening calldata opening,
        Input[] calldata inputs
    ) private {
        bool makesWeights = _writeInputs(run, _settingOf(opening.model, opening.scope), inputs);
        _runs[run].standing = Standing({
            publisher: publisher,
            outcome: Outcome.OPEN,
            makesWeights: makesWeights,
            inputs: uint8(inputs.length),
            rounds: 0,
            roundOpen: false,
            contributions: 0,
            refusals: 0,
            openedAt: openedAt
        });
        _runs[run].recordDigest =
            keccak256(abi.encode(run, publisher, openedAt, opening, keccak256(abi.encode(inputs))));
    }

    /// @dev Compares each input with all before it: at most MAX_INPUTS squared over two, in memory.
    function _writeInputs(RunId run, bytes32 setting, Input[] calldata inputs) private returns (bool makesWeights) {
        bytes32[] memory digests = new bytes32[](inputs.length);
        for (uint256 i = 0; i < inputs.length; ++i) {
            uint8 operation = inputs[i].operation;
            bool trains = operation == TRAIN || operation == FINE_TUNE;
            if (!trains && operation != VALIDATE && operation != TEST) revert TrainingLogBadOperation(i, operation);
            makesWeights = makesWeights || trains;
            digests[i] = _digestOf(setting, inputs[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (digests[j] == digests[i]) revert TrainingLogDuplicateInput(i);
            }
            _inputDigests[run][i] = digests[i];
        }
    }

    function _openRound(OrganisationId publisher, RoundOpening calldata opening) private {
        RunId run = opening.run;
        Standing memory standing = requireInputs(run, opening.model, opening.scope, opening.inputs);
        if (publisher != standing.publisher) revert TrainingLogNotPublisher(publisher, standing.publisher);
        if (standing.outcome != Outcome.OPEN) revert TrainingLogRunClosed(run);
        if (standing.roundOpen) revert TrainingLogRoundStillOpen(run, standing.rounds);
        uint32 round = standing.rounds + 1;
        if (opening.round != round) revert TrainingLogNotNextRound(opening.round, round);
        uint48 openedAt = Time.timestamp();
        standing.rounds = round;
        standing.roundOpen = true;
        standing.contributions = 0;
        standing.refusals = 0;
        _runs[run].standing = standing;
        _roundDigests[run][round] = keccak256(abi.encode(run, round, opening.epsilon, openedAt));
        emit RoundOpened(run, round, opening.epsilon, openedAt, msg.sender);
        _chargeRound(publisher, opening);
    }

    function _chargeRound(OrganisationId publisher, RoundOpening calldata opening) private {
        Input[] calldata inputs = opening.inputs;
        for (uint256 i = 0; i < inputs.length; ++i) {
            Use memory use = _use(opening.run, publisher, opening.scope, inputs[i], FEDERATED_ROUND);
            use.rounds = _isFirstUnder(inputs, i) ? 1 : 0;
            use.epsilon = opening.epsilon;
            CONSENTS.recordUse(use);
        }
    }

    function _answer(OrganisationId custodian, Answer calldata given) private {
        (RunId run, uint32 round, uint8 position) = (given.run, given.round, given.position);
        Standing memory standing = standingOf(run);
        _requireOpenRound(standing, run, round);
        if (_inputDigests[run][position] != _digestOf(_settingOf(given.model, given.scope), given.input)) {
            revert TrainingLogInputMismatch(position);
        }
        if (_answerDigests[run][round][position] != 0) revert TrainingLogAlreadyAnswered(run, round, position);
        bool contributes = given.refusal == Refusal.NONE;
        if (contributes == (given.updateDigest == 0)) revert TrainingLogBadAnswer(given.refusal);
        if (contributes) ++standing.contributions;
        else ++standing.refusals;
        _runs[run].standing = standing;
        _record(custodian, standing.publisher, given);
    }

    /// @dev The round was charged when it opened, so that no further round is asked for here. Who granted the consent is
    /// the custodian of the input.
    function _record(OrganisationId custodian, OrganisationId publisher, Answer calldata given) private {
        (RunId run, uint32 round, uint8 position) = (given.run, given.round, given.position);
        (Reason consentState, OrganisationId needed) =
            CONSENTS.checkWithGrantor(_use(run, publisher, given.scope, given.input, FEDERATED_ROUND));
        if (custodian != needed) revert TrainingLogNotCustodian(custodian, needed);
        uint48 at = Time.timestamp();
        _answerDigests[run][round][position] = keccak256(
            abi.encode(run, round, position, custodian, given.updateDigest, given.refusal, consentState, at)
        );
        if (given.refusal == Refusal.NONE) {
            emit ContributionRecorded(run, round, custodian, position, given.updateDigest, consentState, at, msg.sender);
        } else {
            emit ContributionRefused(run, round, custodian, position, given.refusal, consentState, at, msg.sender);
        }
    }

    function _requirePublisher(RunId run, OrganisationId caller) private view returns (Standing memory standing) {
        standing = standingOf(run);
        if (caller != standing.publisher) revert TrainingLogNotPublisher(caller, standing.publisher);
    }

    function _requireOpenRound(Standing memory standing, RunId run, uint32 round) private pure {
        if (!standing.roundOpen || round != standing.rounds) revert TrainingLogRoundNotOpen(run, round);
    }

    function _requireBatch(uint256 length) private pure {
        if (length == 0 || length > MAX_BATCH) revert TrainingLogBadBatch(length, MAX_BATCH);
    }

    function _use(RunId run, OrganisationId publisher, Scope calldata scope, Input calldata input, uint8 operation)
        private
        pure
        returns (Use memory)
    {
        return Use({
            consent: input.consent,
            grantee: publisher,
            dataset: input.dataset,
            version: input.version,
            operation: operation,
            scope: scope,
            rounds: 0,
            epsilon: 0,
            subject: RunId.unwrap(run)
        });
    }

    /// @dev Whether no input before this one is under the same consent. The inputs are the run's, at most MAX_INPUTS.
    function _isFirstUnder(Input[] calldata inputs, uint256 position) private pure returns (bool) {
        for (uint256 i = 0; i < position; ++i) {
            if (inputs[i].consent == inputs[position].consent) return false;
        }
        return true;
    }

    function _settingOf(ModelId model, Scope calldata scope) private pure returns (bytes32) {
        return keccak256(abi.encode(model, scope));
    }

    function _digestOf(bytes32 setting, Input calldata input) private pure returns (bytes32) {
        return keccak256(abi.encode(setting, input));
    }
}
