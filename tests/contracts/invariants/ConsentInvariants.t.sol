// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Time } from "@openzeppelin/contracts/utils/types/Time.sol";
import { Test } from "forge-std/Test.sol";
import { ConsentToken } from "../../../contracts/ConsentToken.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { ConsentState, Reason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsentHandler } from "./ConsentHandler.sol";

contract ConsentInvariantsTest is Test {
    /// Reached in every sequence of 64 acts, or the invariants below would hold of nothing.
    uint256 internal constant FEWEST_USES = 5;
    uint256 internal constant FEWEST_ACTS = 2;
    uint256 internal constant FEWEST_ROUNDS = 1;

    ConsentHandler internal handler;

    function setUp() public {
        handler = new ConsentHandler();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = ConsentHandler.issueConsent.selector;
        selectors[1] = ConsentHandler.issueByAnother.selector;
        selectors[2] = ConsentHandler.suspend.selector;
        selectors[3] = ConsentHandler.reinstate.selector;
        selectors[4] = ConsentHandler.suspendByRegulator.selector;
        selectors[5] = ConsentHandler.revoke.selector;
        selectors[6] = bytes4(keccak256("publish(uint256)"));
        selectors[7] = ConsentHandler.wait.selector;
        targetSelector(FuzzSelector({ addr: address(handler), selectors: selectors }));
    }

    function afterInvariant() public view {
        assertGe(handler.uses(), FEWEST_USES);
        assertGe(handler.refusals(), FEWEST_USES);
        assertGe(handler.acts(), FEWEST_ACTS);
        assertGe(handler.rounds(), FEWEST_ROUNDS);
    }

    function invariant_aRevokedTokenIsNeverActiveAgain() public view {
        IConsentToken token = handler.token();
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentHandler.Story memory story = handler.storyAt(i);
            if (story.revokedAt == 0) continue;
            assertTrue(token.stateAt(story.consent, story.revokedAt) == ConsentState.REVOKED);
            assertTrue(token.stateAt(story.consent, Time.timestamp()) == ConsentState.REVOKED);
            assertTrue(token.stateAt(story.consent, type(uint48).max) == ConsentState.REVOKED);
            assertTrue(token.check(handler.latestUse(i)) != Reason.OK);
        }
        assertEq(handler.usesOfRevoked(), 0);
    }

    function invariant_usesStayWithinTheirRounds() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentHandler.Story memory story = handler.storyAt(i);
            uint32 used = handler.token().roundsUsed(story.consent);
            assertEq(used, story.rounds);
            assertLe(used, story.maxRounds);
        }
    }

    function invariant_onlyTheCustodianGrants() public view {
        assertEq(handler.grantsByOthers(), 0);
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentHandler.Story memory story = handler.storyAt(i);
            OrganisationId custodian = handler.registry().custodianOf(story.dataset);
            assertTrue(handler.token().grantorOf(story.consent) == custodian);
        }
    }

    /// Read from storage: the log has exactly the acts that succeeded, its times never fall, and nothing follows a
    /// revocation.
    function invariant_theLogIsOrdered() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentHandler.Story memory story = handler.storyAt(i);
            uint256 log = uint256(keccak256(abi.encode(story.consent, 7)));
            uint256 before;
            for (uint256 j = 0; j < story.entries; ++j) {
                uint256 entry = load(log, j);
                uint256 time = (entry >> 48) & type(uint48).max;
                assertGe(time, before);
                assertLe(time, block.timestamp);
                bool revocation = entry & 0xff == uint256(IConsentToken.Act.REVOKED);
                assertEq(revocation, story.revokedAt != 0 && j + 1 == story.entries);
                before = time;
            }
            assertEq(load(log, story.entries), 0);
            assertEq((grantOf(story.consent) >> 208) & type(uint32).max, story.entries);
        }
    }

    function invariant_checkAgreesWithRecordUse() public view {
        assertEq(handler.disagreements(), 0);
    }

    function invariant_theLogAgreesWithThePresent() public view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            ConsentState state = handler.token().stateAt(handler.storyAt(i).consent, Time.timestamp());
            Reason reason = handler.token().check(handler.latestUse(i));
            if (reason == Reason.SUSPENDED) assertTrue(state == ConsentState.SUSPENDED);
            if (reason == Reason.REVOKED) assertTrue(state == ConsentState.REVOKED);
            if (reason > Reason.REVOKED || reason == Reason.OK) assertTrue(state == ConsentState.ACTIVE);
        }
    }

    function invariant_everyTokenIsCountedToItsHolder() public view {
        ConsentToken token = ConsentToken(address(handler.token()));
        address holder = token.holderOf(OrganisationId.wrap(3));
        assertEq(token.balanceOf(holder), handler.count());
        for (uint256 i = 0; i < handler.count(); ++i) {
            assertEq(token.ownerOf(uint256(ConsentId.unwrap(handler.storyAt(i).consent))), holder);
        }
    }

    function grantOf(ConsentId consent) private view returns (uint256) {
        return uint256(vm.load(address(handler.token()), keccak256(abi.encode(consent, 6))));
    }

    function load(uint256 base, uint256 position) private view returns (uint256) {
        return uint256(vm.load(address(handler.token()), keccak256(abi.encode(position, base))));
    }
}
