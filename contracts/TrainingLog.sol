// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { SafeCast } from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { IConsentToken } from "./interfaces/IConsentToken.sol";
import { IConsortium } from "./interfaces/IConsortium.sol";
import { IDatasetRegistry } from "./interfaces/IDatasetRegistry.sol";
import { ITrainingLog } from "./interfaces/ITrainingLog.sol";
import { Ids } from "./libraries/Ids.sol";
import { PUBLISHER } from "./types/Capabilities.sol";
import { FEDERATED_ROUND, FINE_TUNE, Reason, TEST, TRAIN, Use, VALIDATE } from "./types/DataUse.sol";
import { ConsentId, DatasetId, ModelId, NOBODY, OrganisationId, RunId } from "./types/Ids.sol";

/// @title TrainingLog: runs, rounds and contributions
contract TrainingLog is ITrainingLog {
    /// @dev `contributed` has one bit for each input that contributed to the open round.
    struct Progress {
        // slot 0
        OrganisationId publisher;
        uint16 operation;
        uint32 purposes;
        Outcome outcome;
        uint48 openedAt;
        uint8 inputs;
        uint32 rounds;
        bool roundOpen;
        uint8 contributions;
        uint64 contributed;
    }

    struct Run {
        // slot 0
        Progress progress;
        // slot 1
        ModelId model;
        // slot 2, only when there is one
        bytes32 projectRef;
        // slot 3
        bytes32 recordDigest;
        // slot 4, once closed
        bytes32 closingDigest;
    }

    /// @dev Not above 64, the bits of `contributed`.
    uint256 private constant MAX_INPUTS = 64;

    IConsortium private immutable CONSORTIUM;
    IConsentToken private immutable CONSENTS;
    IDatasetRegistry private immutable DATASETS;

    mapping(RunId => Run) private _runs;
    mapping(RunId => mapping(uint256 => bytes32)) private _inputDigests;
    mapping(RunId => mapping(uint32 => bytes32)) private _roundDigests;

    constructor(IConsortium consortium, IConsentToken consents, IDatasetRegistry datasets) {
        CONSORTIUM = consortium;
        CONSENTS = consents;
        DATASETS = datasets;
    }

    /// @inheritdoc ITrainingLog
    function openRun(bytes32 salt, Opening calldata opening, Input[] calldata inputs) external returns (RunId run) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        if (inputs.length == 0 || inputs.length > MAX_INPUTS) {
            revert TrainingLogBadInputCount(inputs.length, MAX_INPUTS);
        }
        if (!_isOpeningOperation(opening.operation)) revert TrainingLogBadOperation(opening.operation);
        if (opening.cardDigest == 0) revert TrainingLogEmptyDigest(0);
        run = RunId.wrap(Ids.derive(Ids.RUN, publisher, salt));
        if (_runs[run].progress.publisher != NOBODY) revert TrainingLogDuplicate(run);
        uint48 openedAt = Time.timestamp();
        _write(_runs[run], publisher, openedAt, opening, inputs.length);
        _writeInputs(run, inputs);
        _runs[run].recordDigest =
            keccak256(abi.encode(run, publisher, openedAt, opening, keccak256(_concatenated(inputs))));
        emit RunOpened(run, publisher, openedAt, opening, inputs);
        for (uint256 i = 0; i < inputs.length; ++i) {
            CONSENTS.recordUse(_use(run, opening.operation, inputs[i], 0));
        }
    }

    /// @inheritdoc ITrainingLog
    function openRound(RunId run, Input[] calldata inputs) external returns (uint32 round) {
        OrganisationId publisher = CONSORTIUM.requireOperator(msg.sender, PUBLISHER);
        Progress memory progress = _requirePublisher(run, publisher);
        if (progress.outcome != Outcome.OPEN) revert TrainingLogRunClosed(run);
        if (progress.roundOpen) revert TrainingLogRoundStillOpen(run, progress.rounds);
        requireInputs(run, inputs);
        uint48 openedAt = Time.timestamp();
        round = ++progress.rounds;
        progress.roundOpen = true;
        progress.contributions = 0;
        progress.contributed = 0;
        _runs[run].progress = progress;
        _roundDigests[run][round] = keccak256(abi.encode(run, round, openedAt));
        emit RoundOpened(run, round, openedAt);
        for (uint256 i = 0; i < inputs.length; ++i) {
            CONSENTS.recordUse(_use(run, FEDERATED_ROUND, inputs[i], _roundsFor(inputs, i)));
        }
    }

    /// @inheritdoc ITrainingLog
    function contribute(RunId run, uint32 round, uint32 position, Input calldata input, bytes32 updateDigest) external {
        OrganisationId custodian = CONSORTIUM.operatorOf(msg.sender);
        Progress memory progress = _requireOpenRound(run, round);
        if (_inputDigests[run][position] != _digestOf(input)) revert TrainingLogInputMismatch(position);
        OrganisationId needed = DATASETS.custodianOf(input.dataset);
        if (custodian != needed) revert TrainingLogNotCustodian(custodian, needed);
        uint64 bit = uint64(1) << position;
        if (progress.contributed & bit != 0) revert TrainingLogAlreadyContributed(run, round, position);
        if (updateDigest == 0) revert TrainingLogEmptyDigest(0);
        progress.contributed |= bit;
        ++progress.contributions;
        _runs[run].progress = progress;
        // The round was charged when it opened, so that no further round is asked for here.
        Reason consentState = CONSENTS.check(_use(run, FEDERATED_ROUND, input, 0));
        uint48 at = Time.timestamp();
        _roundDigests[run][round] =
            keccak256(abi.encode(_roundDigests[run][round], custodian, position, updateDigest, consentState, at));
        emit ContributionRecorded(run, round, custodian, position, updateDigest, consentState, at);
    }

    /// @inheritdoc ITrainingLog
    function closeRound(RunId run, uint32 round, bytes32 aggregateDigest) external {
        _requirePublisher(run, CONSORTIUM.operatorOf(msg.sender));
        Progress memory progress = _requireOpenRound(run, round);
        if (progress.contributions == 0) revert TrainingLogNoContribution(run, round);
        if (aggregateDigest == 0) revert TrainingLogEmptyDigest(0);
        uint48 closedAt = Time.timestamp();
        uint32 contributions = progress.contributions;
        _runs[run].progress.roundOpen = false;
        _roundDigests[run][round] =
            keccak256(abi.encode(_roundDigests[run][round], aggregateDigest, contributions, closedAt));
        emit RoundClosed(run, round, aggregateDigest, contributions, closedAt);
    }

    /// @inheritdoc ITrainingLog
    function closeRun(RunId run, Outcome outcome, bytes32 resultDigest) external {
        Progress memory progress = _requirePublisher(run, CONSORTIUM.operatorOf(msg.sender));
        if (progress.outcome != Outcome.OPEN) revert TrainingLogRunClosed(run);
        if (outcome == Outcome.OPEN) revert TrainingLogBadOutcome(outcome);
        // Only an unheard round may be left behind, or silent hospitals could keep a run open for ever.
        bool unheard = outcome == Outcome.ABANDONED && progress.contributions == 0;
        if (progress.roundOpen && !unheard) revert TrainingLogRoundStillOpen(run, progress.rounds);
        if (outcome == Outcome.COMPLETED && resultDigest == 0) revert TrainingLogEmptyDigest(0);
        if (outcome == Outcome.ABANDONED && resultDigest != 0) revert TrainingLogBadOutcome(outcome);
        uint48 closedAt = Time.timestamp();
        progress.outcome = outcome;
        progress.roundOpen = false;
        _runs[run].progress = progress;
        _runs[run].closingDigest = keccak256(abi.encode(run, outcome, resultDigest, closedAt, progress.rounds));
        emit RunClosed(run, outcome, resultDigest, closedAt);
    }

    /// @inheritdoc ITrainingLog
    function publisherOf(RunId run) external view returns (OrganisationId) {
        return _require(run).progress.publisher;
    }

    /// @inheritdoc ITrainingLog
    function modelOf(RunId run) external view returns (ModelId) {
        return _require(run).model;
    }

    /// @inheritdoc ITrainingLog
    function outcomeOf(RunId run) external view returns (Outcome) {
        return _require(run).progress.outcome;
    }

    /// @inheritdoc ITrainingLog
    function roundsOf(RunId run) external view returns (uint32 rounds, bool open) {
        Progress storage progress = _require(run).progress;
        return (progress.rounds, progress.roundOpen);
    }

    /// @inheritdoc ITrainingLog
    function operationOf(RunId run) external view returns (uint16) {
        return _require(run).progress.operation;
    }

    /// @inheritdoc ITrainingLog
    function purposesOf(RunId run) external view returns (uint32) {
        return _require(run).progress.purposes;
    }

    /// @inheritdoc ITrainingLog
    function projectOf(RunId run) external view returns (bytes32) {
        return _require(run).projectRef;
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
    function requireInputs(RunId run, Input[] calldata inputs) public view {
        uint256 needed = _require(run).progress.inputs;
        for (uint256 i = 0; i < needed; ++i) {
            bool shown = i < inputs.length && _inputDigests[run][i] == _digestOf(inputs[i]);
            if (!shown) revert TrainingLogInputMismatch(i);
        }
        if (inputs.length > needed) revert TrainingLogInputMismatch(needed);
    }

    function _write(
        Run storage fresh,
        OrganisationId publisher,
        uint48 openedAt,
        Opening calldata opening,
        uint256 inputs
    ) private {
        fresh.progress = Progress({
            publisher: publisher,
            operation: opening.operation,
            purposes: opening.purposes,
            outcome: Outcome.OPEN,
            openedAt: openedAt,
            inputs: SafeCast.toUint8(inputs),
            rounds: 0,
            roundOpen: false,
            contributions: 0,
            contributed: 0
        });
        fresh.model = opening.model;
        if (opening.projectRef != 0) fresh.projectRef = opening.projectRef;
    }

    /// @dev Compares each input with all before it: at most MAX_INPUTS squared over two, in memory.
    function _writeInputs(RunId run, Input[] calldata inputs) private {
        bytes32[] memory digests = new bytes32[](inputs.length);
        for (uint256 i = 0; i < inputs.length; ++i) {
            digests[i] = _digestOf(inputs[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (digests[j] == digests[i]) revert TrainingLogDuplicateInput(i);
            }
            _inputDigests[run][i] = digests[i];
        }
    }

    function _use(RunId run, uint16 operation, Input calldata input, uint32 rounds) private view returns (Use memory) {
        Progress storage progress = _runs[run].progress;
        return Use({
            consent: input.consent,
            grantee: progress.publisher,
            dataset: input.dataset,
            version: input.version,
            operation: operation,
            purposes: progress.purposes,
            projectRef: _runs[run].projectRef,
            rounds: rounds,
            subject: RunId.unwrap(run)
        });
    }

    function _require(RunId run) private view returns (Run storage known) {
        known = _runs[run];
        if (known.progress.publisher == NOBODY) revert TrainingLogUnknownRun(run);
    }

    function _requirePublisher(RunId run, OrganisationId caller) private view returns (Progress memory progress) {
        progress = _require(run).progress;
        if (caller != progress.publisher) revert TrainingLogNotPublisher(caller, progress.publisher);
    }

    function _requireOpenRound(RunId run, uint32 round) private view returns (Progress memory progress) {
        progress = _require(run).progress;
        if (!progress.roundOpen || round != progress.rounds) revert TrainingLogRoundNotOpen(run, round);
    }

    /// @dev How many rounds an input's consent is charged when a round opens: 1 with the first input under it, else 0.
    /// The inputs are the run's, at most MAX_INPUTS.
    function _roundsFor(Input[] calldata inputs, uint256 position) private pure returns (uint32) {
        for (uint256 i = 0; i < position; ++i) {
            if (inputs[i].consent == inputs[position].consent) return 0;
        }
        return 1;
    }

    function _isOpeningOperation(uint16 operation) private pure returns (bool) {
        return operation == TRAIN || operation == FINE_TUNE || operation == VALIDATE || operation == TEST;
    }

    function _digestOf(Input calldata input) private pure returns (bytes32) {
        return keccak256(abi.encode(input.dataset, input.version, input.consent));
    }

    /// @dev The inputs' encodings one after the other, without an array's length.
    function _concatenated(Input[] calldata inputs) private pure returns (bytes memory) {
        bytes32[] memory words = new bytes32[](3 * inputs.length);
        for (uint256 i = 0; i < inputs.length; ++i) {
            words[3 * i] = DatasetId.unwrap(inputs[i].dataset);
            words[3 * i + 1] = bytes32(uint256(inputs[i].version));
            words[3 * i + 2] = ConsentId.unwrap(inputs[i].consent);
        }
        return abi.encodePacked(words);
    }
}
