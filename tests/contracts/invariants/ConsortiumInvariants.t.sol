// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumHandler } from "./ConsortiumHandler.sol";

contract ConsortiumInvariantsTest is Test {
    ConsortiumHandler internal handler;

    function setUp() public {
        handler = new ConsortiumHandler();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](7);
        selectors[0] = ConsortiumHandler.proposeAdmission.selector;
        selectors[1] = ConsortiumHandler.proposeChange.selector;
        selectors[2] = ConsortiumHandler.voteOn.selector;
        selectors[3] = ConsortiumHandler.executeOne.selector;
        // Votes and executions are tried more often, or few proposals would pass.
        selectors[4] = ConsortiumHandler.voteOn.selector;
        selectors[5] = ConsortiumHandler.executeOne.selector;
        selectors[6] = ConsortiumHandler.wait.selector;
        targetSelector(FuzzSelector({ addr: address(handler), selectors: selectors }));
    }

    function afterInvariant() public view {
        assertGe(handler.proposals(), 1);
    }

    function invariant_aRegulatorIsAlwaysActive() public view {
        IConsortium consortium = handler.subject();
        bool found;
        for (uint32 i = 1; !found && i <= consortium.organisationCount(); ++i) {
            OrganisationId member = OrganisationId.wrap(i);
            found = consortium.capabilitiesOf(member) & REGULATOR != 0
                && consortium.statusOf(member) == IConsortium.Status.ACTIVE;
        }
        assertTrue(found);
    }

    function invariant_nothingIsCarriedOutWithoutBothMajorities() public view {
        for (uint256 i = 1; i <= handler.proposals(); ++i) {
            ConsortiumHandler.Story memory story = handler.storyAt(i);
            if (!story.executed) continue;
            assertGt(2 * story.inFavour, story.organisations);
            assertGt(2 * story.custodiansInFavour, story.custodians);
        }
    }

    function invariant_everyMemberHasARecord() public view {
        IConsortium consortium = handler.subject();
        uint32 count = consortium.organisationCount();
        for (uint32 i = 1; i <= count; ++i) {
            assertTrue(consortium.recordDigestOf(OrganisationId.wrap(i)) != 0);
            assertTrue(consortium.capabilitiesOf(OrganisationId.wrap(i)) != 0);
        }
        assertTrue(consortium.statusOf(OrganisationId.wrap(count + 1)) == IConsortium.Status.UNKNOWN);
    }
}
