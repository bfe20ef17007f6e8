// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsentToken } from "../interfaces/IConsentToken.sol";
import { ConsentState, StateReason } from "../types/DataUse.sol";
import { OrganisationId } from "../types/Ids.sol";

/// @title StateLog: the append-only log of a consent, and what it said at any time
/// @notice Entries are numbered from 0 and their times never fall. Each says what was done and how the two suspensions
/// stand after it, so that the state at any time follows from one entry. The log's length is kept by its owner.
library StateLog {
    /// @dev `regulatorUntil` is when a regulator's or a vote's suspension ends, 0 when there was none.
    struct Entry {
        // slot 0
        IConsentToken.Act act;
        StateReason reason;
        OrganisationId actor;
        uint48 at;
        uint48 regulatorUntil;
        bool grantorSuspended;
    }

    /// @notice The state at the end of second `time`, in a number of reads logarithmic in `length`.
    function stateAt(mapping(uint256 => Entry) storage log, uint256 length, uint48 time)
        internal
        view
        returns (ConsentState)
    {
        uint256 count = _countUntil(log, length, time);
        return count == 0 ? ConsentState.ACTIVE : stateAfter(log[count - 1], time);
    }

    /// @notice The state at `time` when `entry` was the last until then.
    function stateAfter(Entry memory entry, uint48 time) internal pure returns (ConsentState) {
        if (entry.act == IConsentToken.Act.REVOKED) return ConsentState.REVOKED;
        bool suspended = entry.grantorSuspended || time < entry.regulatorUntil;
        return suspended ? ConsentState.SUSPENDED : ConsentState.ACTIVE;
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
