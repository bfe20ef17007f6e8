// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../interfaces/IConsortium.sol";

/// @title Ballots: how votes are counted
/// @notice A proposal passes with more than half of all organisations and more than half of the custodians, both as
/// they were when it opened.
library Ballots {
    struct Ballot {
        // slot 0
        IConsortium.ProposalKind kind;
        bool executed;
        uint48 deadline;
        uint32 organisations;
        uint32 custodians;
        uint32 inFavour;
        uint32 custodiansInFavour;
    }

    function requireOpen(Ballot memory ballot, uint256 proposal, uint48 time) internal pure {
        if (ballot.deadline == 0) revert IConsortium.ConsortiumUnknownProposal(proposal);
        if (ballot.executed) revert IConsortium.ConsortiumAlreadyExecuted(proposal);
        if (time >= ballot.deadline) revert IConsortium.ConsortiumProposalClosed(proposal, ballot.deadline);
    }

    function requirePassed(Ballot memory ballot) internal pure {
        uint32 needed = ballot.organisations / 2 + 1;
        uint32 neededCustodians = ballot.custodians / 2 + 1;
        if (ballot.inFavour < needed || ballot.custodiansInFavour < neededCustodians) {
            revert IConsortium.ConsortiumNotPassed(ballot.inFavour, needed, ballot.custodiansInFavour, neededCustodians);
        }
    }
}
