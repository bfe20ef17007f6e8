// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId, DatasetId, ModelId, OrganisationId, RunId } from "../types/Ids.sol";
import { Reason } from "../types/DataUse.sol";

/// @title TrainingLog: runs, rounds and contributions
/// @notice Opening a run or a round checks and charges every input's consent in the same transaction. Each hospital
/// records its own contribution; the publisher closes. What began in time can always be recorded: contributing and
/// closing never fail for a consent that lapsed meanwhile, the contribution carries the reason as a flag.
interface ITrainingLog {
    /// @notice A dataset version used under a consent.
    struct Input {
        DatasetId dataset;
        uint32 version;
        ConsentId consent;
    }

    /// @param operation exactly one of TRAIN, FINE_TUNE, VALIDATE, TEST; a run with rounds also uses FEDERATED_ROUND
    /// @param purposes every purpose of the run, not 0
    /// @param cardDigest sha-256 of the run's public card
    /// @param projectRef compared with each consent's, when the consent has one
    struct Opening {
        ModelId model;
        uint16 operation;
        uint32 purposes;
        bytes32 projectRef;
        bytes32 cardDigest;
    }

    enum Outcome {
        OPEN,
        COMPLETED,
        ABANDONED
    }

    event RunOpened(
        RunId indexed run, OrganisationId indexed publisher, uint48 openedAt, Opening opening, Input[] inputs
    );
    event RoundOpened(RunId indexed run, uint32 indexed round, uint48 openedAt);
    /// @param consentState what the consent's check said for this input at this moment; not OK is a flag, not a refusal
    event ContributionRecorded(
        RunId indexed run,
        uint32 indexed round,
        OrganisationId indexed custodian,
        uint32 input,
        bytes32 updateDigest,
        Reason consentState,
        uint48 at
    );
    event RoundClosed(
        RunId indexed run, uint32 indexed round, bytes32 aggregateDigest, uint32 contributions, uint48 closedAt
    );
    event RunClosed(RunId indexed run, Outcome outcome, bytes32 resultDigest, uint48 closedAt);

    error TrainingLogDuplicate(RunId got);
    error TrainingLogUnknownRun(RunId got);
    error TrainingLogNotPublisher(OrganisationId got, OrganisationId needed);
    error TrainingLogNotCustodian(OrganisationId got, OrganisationId needed);
    error TrainingLogBadInputCount(uint256 got, uint256 most);
    error TrainingLogInputMismatch(uint256 position);
    error TrainingLogDuplicateInput(uint256 position);
    error TrainingLogBadOperation(uint16 got);
    error TrainingLogRunClosed(RunId got);
    error TrainingLogRoundNotOpen(RunId got, uint32 round);
    error TrainingLogRoundStillOpen(RunId got, uint32 round);
    error TrainingLogAlreadyContributed(RunId got, uint32 round, uint32 input);
    error TrainingLogNoContribution(RunId got, uint32 round);
    error TrainingLogEmptyDigest(uint256 position);
    error TrainingLogBadOutcome(Outcome got);

    /// @notice Opens a run on 1 to MAX_INPUTS inputs, each checked and charged for the run's operation.
    function openRun(bytes32 salt, Opening calldata opening, Input[] calldata inputs) external returns (RunId run);

    /// @notice Opens the next round (from 1), when no other is open. The caller shows the run's inputs again; each is
    /// checked and recorded for FEDERATED_ROUND. A consent counts rounds, not inputs: each distinct one is charged one
    /// round, with the first input under it; the other inputs under it are recorded with 0 rounds.
    function openRound(RunId run, Input[] calldata inputs) external returns (uint32 round);

    /// @notice The custodian of an input records the digest of its own update to the open round, once.
    function contribute(RunId run, uint32 round, uint32 position, Input calldata input, bytes32 updateDigest) external;

    /// @notice The publisher closes the open round, which has at least one contribution.
    function closeRound(RunId run, uint32 round, bytes32 aggregateDigest) external;

    /// @notice The publisher closes the run, with no round open. COMPLETED needs a result; ABANDONED takes zero, and may
    /// leave an open round behind that has no contribution, so that silent hospitals cannot keep a run open for ever.
    function closeRun(RunId run, Outcome outcome, bytes32 resultDigest) external;

    function publisherOf(RunId run) external view returns (OrganisationId);
    function modelOf(RunId run) external view returns (ModelId);
    function outcomeOf(RunId run) external view returns (Outcome);

    /// @notice How many rounds were opened, and whether the last of them is open still.
    function roundsOf(RunId run) external view returns (uint32 rounds, bool open);

    /// @notice What the run was opened for: TRAIN, FINE_TUNE, VALIDATE or TEST.
    function operationOf(RunId run) external view returns (uint16);
    function purposesOf(RunId run) external view returns (uint32);
    function projectOf(RunId run) external view returns (bytes32);

    /// @notice Reverts unless `inputs` are exactly the run's, in order.
    function requireInputs(RunId run, Input[] calldata inputs) external view;

    /// @notice keccak256(abi.encode(run, publisher, openedAt, model, operation, purposes, projectRef, cardDigest,
    /// keccak256(concatenated abi.encode(dataset, version, consent) of each input))).
    function recordDigestOf(RunId run) external view returns (bytes32);

    /// @notice keccak256(abi.encode(run, outcome, resultDigest, closedAt, rounds)); zero while the run is open.
    function closingDigestOf(RunId run) external view returns (bytes32);

    /// @notice Grows with each recorded event of the round: starts as keccak256(abi.encode(run, round, openedAt)); each
    /// contribution makes it keccak256(abi.encode(previous, custodian, input, updateDigest, consentState, at)); closing
    /// makes it keccak256(abi.encode(previous, aggregateDigest, contributions, closedAt)).
    function roundDigestOf(RunId run, uint32 round) external view returns (bytes32);
}
