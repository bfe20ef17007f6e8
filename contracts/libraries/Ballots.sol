// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../interfaces/IConsortium.sol";

/// @title Ballots: how votes are counted
/// @notice A proposal passes with more than a share of all organisations and more than a share of the custodians, both
/// as they were when it opened.
library Ballots {
    struct Ballot {
        // slot 0
        IConsortium.ProposalKind kind;
        bool executed;
        uint48 deadline;
        uint32 lastVoter;
        uint32 needed;
        uint32 neededCustodians;
        uint32 inFavour;
        uint32 custodiansInFavour;
    }

    /// @dev What a threshold is a part of.
    uint256 internal constant WHOLE = 10_000;
    /// @dev Less than this would let two opposite proposals pass.
    uint16 internal constant LEAST_SHARE = 5000;
    uint16 internal constant GREATEST_SHARE = 9999;

    /// @notice The fewest votes that are more than `share` ten-thousandths of `electorate`.
    function votesNeeded(uint32 electorate, uint16 share) internal pure returns (uint32) {
        // At most the electorate, since the share is below the whole.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(uint256(electorate) * share / WHOLE + 1);
    }

    function requireShare(uint16 share) internal pure {
        if (share < LEAST_SHARE || share > GREATEST_SHARE) {
            revert IConsortium.ConsortiumBadThreshold(share, LEAST_SHARE, GREATEST_SHARE);
        }
    }

    /// @notice Counts a vote in favour, or takes one back.
    function count(Ballot memory ballot, bool inFavour, bool isCustodian) internal pure {
        if (inFavour) {
            ++ballot.inFavour;
            if (isCustodian) ++ballot.custodiansInFavour;
        } else {
            --ballot.inFavour;
            if (isCustodian) --ballot.custodiansInFavour;
        }
    }

    function requireOpen(Ballot memory ballot, uint256 proposal, uint48 time) internal pure {
        if (ballot.deadline == 0) revert IConsortium.ConsortiumUnknownProposal(proposal);
        if (ballot.executed) revert IConsortium.ConsortiumAlreadyExecuted(proposal);
        if (time >= ballot.deadline) revert IConsortium.ConsortiumProposalClosed(proposal, ballot.deadline);
    }

    function requirePassed(Ballot memory ballot) internal pure {
        if (ballot.inFavour < ballot.needed || ballot.custodiansInFavour < ballot.neededCustodians) {
            revert IConsortium.ConsortiumNotPassed(
                ballot.inFavour, ballot.needed, ballot.custodiansInFavour, ballot.neededCustodians
            );
        }
    }
}
