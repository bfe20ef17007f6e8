// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ConsentId, DatasetId, ModelId, OrganisationId, RunId } from "../types/Ids.sol";
import { Reason, Scope } from "../types/DataUse.sol";

/// @title TrainingLog: runs, rounds and contributions
/// @notice Opening a run checks every input's consent and records its use in the same transaction; opening a round also
/// charges them. Each hospital answers a round in its own name, with a contribution or a refusal; the publisher closes.
/// What began in time can always be recorded: answering and closing never fail for a consent that lapsed meanwhile, the
/// answer carries the reason as a flag.
/// @dev Cannot happen: a run or round opened without an OK from every input's consent in that transaction; an answer by
/// another than the custodian of the input; two answers of one input to one round; a round of a closed run.
/// What only the publisher says (cards, code, container, aggregates, results) is asserted, not checked.
interface ITrainingLog {
    /// @notice A dataset version used under a consent.
    /// @param operation TRAIN, FINE_TUNE, VALIDATE or TEST
    struct Input {
        DatasetId dataset;
        uint32 version;
        ConsentId consent;
        uint8 operation;
    }

    /// @param scope what the run is for and where it runs; compared with each consent
    /// @param cardDigest sha-256 of the run's public card, not zero
    /// @param codeDigest digest of the code (sha-256, or a commit id with zeros before it), zero when it is not stated
    /// @param containerDigest digest of the container image, zero when it is not stated
    struct Opening {
        ModelId model;
        Scope scope;
        bytes32 cardDigest;
        bytes32 codeDigest;
        bytes32 containerDigest;
    }

    /// @notice The next round of a run. The caller shows what the run was opened with again.
    /// @param round its number: one more than the last, so that a repeated request is refused
    /// @param epsilon privacy loss of the round, in millionths of epsilon, charged for each input; 0 when none is stated
    struct RoundOpening {
        RunId run;
        uint32 round;
        uint40 epsilon;
        ModelId model;
        Scope scope;
        Input[] inputs;
    }

    /// @notice What a hospital answers to the open round.
    /// @param position the input's place among the run's, from 0
    /// @param updateDigest sha-256 of its own update; zero for a refusal
    /// @param refusal why it takes no part; NONE for a contribution
    struct Answer {
        RunId run;
        uint32 round;
        uint8 position;
        ModelId model;
        Scope scope;
        Input input;
        bytes32 updateDigest;
        Refusal refusal;
    }

    /// @notice Why a hospital took no part in a round.
    enum Refusal {
        NONE,
        CONSENT_LAPSED,
        DATA_UNAVAILABLE,
        PRIVACY_RISK,
        QUALITY_TOO_LOW,
        TECHNICAL_FAILURE,
        NOT_AGREED
    }

    enum Outcome {
        OPEN,
        COMPLETED,
        ABANDONED
    }

    /// @notice How a run stands.
    /// @param makesWeights whether an input is used for TRAIN or FINE_TUNE
    struct Standing {
        OrganisationId publisher;
        Outcome outcome;
        bool makesWeights;
        uint8 inputs;
        uint32 rounds;
        bool roundOpen;
        uint8 contributions;
        uint8 refusals;
        uint48 openedAt;
    }

    event RunOpened(
        RunId indexed run,
        OrganisationId indexed publisher,
        uint48 openedAt,
        Opening opening,
        Input[] inputs,
        address operator
    );
    event RoundOpened(RunId indexed run, uint32 indexed round, uint40 epsilon, uint48 openedAt, address operator);
    /// @param consentState what the consent's check said for this input at this moment; not OK is a flag, not a refusal
    event ContributionRecorded(
        RunId indexed run,
        uint32 indexed round,
        OrganisationId indexed custodian,
        uint8 input,
        bytes32 updateDigest,
        Reason consentState,
        uint48 at,
        address operator
    );
    event ContributionRefused(
        RunId indexed run,
        uint32 indexed round,
        OrganisationId indexed custodian,
        uint8 input,
        Refusal refusal,
        Reason consentState,
        uint48 at,
        address operator
    );
    event RoundClosed(
        RunId indexed run,
        uint32 indexed round,
        bytes32 aggregateDigest,
        uint8 contributions,
        uint8 refusals,
        uint48 closedAt,
        address operator
    );
    event RunClosed(RunId indexed run, Outcome outcome, bytes32 resultDigest, uint48 closedAt, address operator);

    error TrainingLogDuplicate(RunId got);
    error TrainingLogUnknownRun(RunId got);
    error TrainingLogNotPublisher(OrganisationId got, OrganisationId needed);
    error TrainingLogNotCustodian(OrganisationId got, OrganisationId needed);
    error TrainingLogBadInputCount(uint256 got, uint256 most);
    error TrainingLogInputMismatch(uint256 position);
    error TrainingLogDuplicateInput(uint256 position);
    error TrainingLogBadOperation(uint256 position, uint8 got);
    error TrainingLogRunClosed(RunId got);
    error TrainingLogNotNextRound(uint32 got, uint32 needed);
    error TrainingLogRoundNotOpen(RunId got, uint32 round);
    error TrainingLogRoundStillOpen(RunId got, uint32 round);
    error TrainingLogAlreadyAnswered(RunId got, uint32 round, uint8 input);
    /// @notice An answer is a contribution with a digest or a refusal with a reason, not both and not neither.
    error TrainingLogBadAnswer(Refusal refusal);
    error TrainingLogBadAggregate(uint8 contributions);
    error TrainingLogEmptyDigest(uint256 position);
    error TrainingLogBadOutcome(Outcome got);
    error TrainingLogBadBatch(uint256 got, uint256 most);

    /// @notice Opens a run on 1 to 64 inputs, each checked and recorded for its operation.
    function openRun(bytes32 salt, Opening calldata opening, Input[] calldata inputs) external returns (RunId run);

    /// @notice Opens the next round (from 1), when no other is open. Each input is checked and recorded for
    /// FEDERATED_ROUND, and charged the round's epsilon. A consent counts rounds, not inputs: each distinct one is
    /// charged one round, with the first input under it.
    function openRound(RoundOpening calldata opening) external;

    /// @notice As `openRound`, for up to MAX_BATCH (100) runs, all or none.
    function openRounds(RoundOpening[] calldata openings) external;

    /// @notice The custodian of an input answers the open round, once for each input. Open to a suspended organisation. A
    /// publisher may close before a hospital answered: that round then shows no answer of it, and says nothing of why.
    function answer(Answer calldata answer_) external;

    /// @notice As `answer`, for up to MAX_BATCH (100) inputs, all or none.
    function answerAll(Answer[] calldata answers) external;

    /// @notice The publisher closes the open round with the aggregate's digest; with zero exactly when nobody
    /// contributed. Open to a suspended organisation.
    function closeRound(RunId run, uint32 round, bytes32 aggregateDigest) external;

    /// @notice The publisher closes the run. COMPLETED needs a result and no open round; ABANDONED takes zero, and may
    /// leave a round behind, so that silent hospitals cannot keep a run open. Open to a suspended organisation.
    function closeRun(RunId run, Outcome outcome, bytes32 resultDigest) external;

    /// @notice How the run stands; reverts for an unknown one.
    function standingOf(RunId run) external view returns (Standing memory);

    /// @notice As `standingOf`; reverts unless model, scope and inputs are exactly the run's, in order.
    function requireInputs(RunId run, ModelId model, Scope calldata scope, Input[] calldata inputs)
        external
        view
        returns (Standing memory);

    /// @notice keccak256(abi.encode(run, publisher, openedAt, opening, keccak256(abi.encode(inputs)))), the opening's
    /// fields in their order.
    function recordDigestOf(RunId run) external view returns (bytes32);

    /// @notice keccak256(abi.encode(run, outcome, resultDigest, closedAt, rounds)); zero while the run is open.
    function closingDigestOf(RunId run) external view returns (bytes32);

    /// @notice keccak256(abi.encode(run, round, epsilon, openedAt)) while it is open; closing makes it
    /// keccak256(abi.encode(that, aggregateDigest, contributions, refusals, closedAt)).
    function roundDigestOf(RunId run, uint32 round) external view returns (bytes32);

    /// @notice keccak256(abi.encode(run, round, position, custodian, updateDigest, refusal, consentState, at)); zero
    /// when the input did not answer.
    function answerDigestOf(RunId run, uint32 round, uint8 position) external view returns (bytes32);
}
