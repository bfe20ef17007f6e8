// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../interfaces/IConsentToken.sol";
import { ConsentState, StateReason } from "../types/DataUse.sol";
import { OrganisationId } from "../types/Ids.sol";

/// @title StateLog: the append-only log of a consent, and what it said at any time
/// @notice Entries are numbered from 0 and their times never fall. The log's length is kept by its owner, in a word that
/// is written with each entry anyway.
/// @dev Relies on what ConsentToken enforces: nothing follows a revocation, and a regulator suspends at most once.
library StateLog {
    struct Entry {
        // slot 0
        IConsentToken.Act act;
        StateReason reason;
        OrganisationId actor;
        uint48 at;
        uint48 until;
    }

    /// @notice The state at the end of second `time`, in a number of reads logarithmic in `length`.
    /// @param regulatorEntry one more than the position of the regulator's suspension, 0 when there is none
    function stateAt(mapping(uint256 => Entry) storage log, uint256 length, uint256 regulatorEntry, uint48 time)
        internal
        view
        returns (ConsentState)
    {
        uint256 count = _countUntil(log, length, time);
        if (count == 0) return ConsentState.ACTIVE;
        IConsentToken.Act last = log[count - 1].act;
        if (last == IConsentToken.Act.REVOKED) return ConsentState.REVOKED;
        if (regulatorEntry != 0 && regulatorEntry <= count && time < log[regulatorEntry - 1].until) {
            return ConsentState.SUSPENDED;
        }
        // The grantor's latest act is the entry before when the last one is the regulator's only suspension.
        if (regulatorEntry == count && count > 1) last = log[count - 2].act;
        return last == IConsentToken.Act.SUSPENDED_BY_GRANTOR ? ConsentState.SUSPENDED : ConsentState.ACTIVE;
    }

    /// @dev How many entries are not later than `time`.
    function _countUntil(mapping(uint256 => Entry) storage log, uint256 length, uint48 time)
        private
        view
        returns (uint256 low)
    {
        uint256 high = length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (log[middle].at <= time) low = middle + 1;
            else high = middle;
        }
    }
}
