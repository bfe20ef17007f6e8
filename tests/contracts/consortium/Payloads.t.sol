// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { StateReason } from "../../../contracts/types/DataUse.sol";
import { ConsentId, RecallId } from "../../../contracts/types/Ids.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// The ABI of all ten payloads: what is kept of it, and what is refused.
contract ConsortiumPayloadsTest is GovernanceTest {
    uint8 internal constant KINDS = 10;
    /// @dev As long as a word, so that no byte of an admission is padding.
    string internal constant NAME = "A name of exactly thirty-two.byt";

    function setUp() public override {
        super.setUp();
        // So that there is something to reinstate.
        suspendOrganisation(COMPANY);
        for (uint160 i = 1; i <= 5; ++i) {
            vm.etch(address(0x9000 + i), hex"00");
        }
    }

    function test_propose_takesEveryKind() public {
        for (uint8 i = 0; i < KINDS; ++i) {
            IConsortium.ProposalKind kind = IConsortium.ProposalKind(i);
            assertOpened(kind, payloadOf(kind), payloadOf(kind));
        }
    }

    /// Nobody's name can hide behind the fields.
    function test_propose_keepsNothingBehindThePayload() public {
        for (uint8 i = 0; i < KINDS; ++i) {
            IConsortium.ProposalKind kind = IConsortium.ProposalKind(i);
            bytes memory payload = payloadOf(kind);
            assertOpened(kind, bytes.concat(payload, hex"00"), payload);
            assertOpened(kind, bytes.concat(payload, "Jane Doe, 1970-01-01, and what she was treated for"), payload);
        }
    }

    function test_propose_keepsNothingBetweenTheFields() public {
        IConsortium.Admission memory fresh = admission(NEWCOMER, PUBLISHER, true, NAME);
        // The name's length and letters come after a gap that no field names.
        bytes memory gapped = bytes.concat(
            abi.encode(uint256(0x20), fresh.admin, PUBLISHER, true, uint256(0xa0)),
            keccak256("Jane Doe"),
            abi.encode(uint256(32)),
            bytes(NAME)
        );
        assertOpened(IConsortium.ProposalKind.ADMIT, gapped, abi.encode(fresh));
    }

    function test_propose_padsTheNameAnew() public {
        IConsortium.Admission memory fresh = admission(NEWCOMER, PUBLISHER, true, "abc");
        bytes memory bare =
            bytes.concat(abi.encode(uint256(0x20), fresh.admin, PUBLISHER, true, uint256(0x80), uint256(3)), "abc");
        assertOpened(IConsortium.ProposalKind.ADMIT, bare, abi.encode(fresh));
        assertOpened(
            IConsortium.ProposalKind.ADMIT, bytes.concat(bare, "hidden in the padding of the name"), abi.encode(fresh)
        );
    }

    function test_execute_revertsWhenThePayloadIsNotCanonical() public {
        for (uint8 i = 0; i < KINDS; ++i) {
            IConsortium.ProposalKind kind = IConsortium.ProposalKind(i);
            bytes memory longer = bytes.concat(payloadOf(kind), hex"00");
            uint256 proposal = passed(kind, longer);
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumPayloadMismatch.selector, proposal));
            execute(proposal, longer);
        }
    }

    /// The digest binds the kind: what suspends does not remove.
    function test_execute_bindsTheKind() public {
        bytes memory payload = abi.encode(INSTITUTE);
        uint256 suspension = propose(IConsortium.ProposalKind.SUSPEND, payload);
        uint256 removal = propose(IConsortium.ProposalKind.REMOVE, payload);
        assertNotEq(consortium.proposalDigestOf(suspension), consortium.proposalDigestOf(removal));
    }

    function test_propose_revertsWhenThePayloadIsTooShort() public {
        for (uint8 i = 0; i < KINDS; ++i) {
            IConsortium.ProposalKind kind = IConsortium.ProposalKind(i);
            bytes memory payload = payloadOf(kind);
            expectUndecodable(kind, "");
            assembly {
                mstore(payload, sub(mload(payload), 1))
            }
            expectUndecodable(kind, payload);
        }
    }

    function test_propose_revertsWhenAWordIsTooLarge() public {
        expectUndecodable(IConsortium.ProposalKind.SUSPEND, abi.encode(uint256(1) << 32));
        expectUndecodable(IConsortium.ProposalKind.REINSTATE, abi.encode((uint256(1) << 32) + 4));
        expectUndecodable(IConsortium.ProposalKind.REMOVE, abi.encode(type(uint256).max));
        expectUndecodable(IConsortium.ProposalKind.REPLACE_ADMIN, abi.encode(COMPANY, uint256(1) << 160));
        expectUndecodable(IConsortium.ProposalKind.CHANGE_THRESHOLDS, abi.encode(uint256(6000), uint256(1) << 16));
        expectUndecodable(
            IConsortium.ProposalKind.ADMIT, abi.encode(uint256(0x20), admin(NEWCOMER), PUBLISHER, 2, 0x80, 1, "a")
        );
        expectUndecodable(IConsortium.ProposalKind.LIFT_RECALL, abi.encode((uint256(1) << 32) + 1, keccak256("r")));
        // The last reason is 7.
        expectUndecodable(IConsortium.ProposalKind.REVOKE_CONSENT, abi.encode(1, keccak256("c"), 8));
        expectUndecodable(IConsortium.ProposalKind.SUSPEND_CONSENT, abi.encode(1, keccak256("c"), 8, 60));
    }

    function testFuzz_propose_isCanonicalWhateverFollows(uint8 chosen, bytes memory rest) public {
        IConsortium.ProposalKind kind = IConsortium.ProposalKind(chosen % KINDS);
        assertOpened(kind, bytes.concat(payloadOf(kind), rest), payloadOf(kind));
    }

    function payloadOf(IConsortium.ProposalKind kind) private pure returns (bytes memory) {
        if (kind == IConsortium.ProposalKind.ADMIT) return abi.encode(admission(NEWCOMER, PUBLISHER, true, NAME));
        if (kind == IConsortium.ProposalKind.SUSPEND) return abi.encode(INSTITUTE);
        if (kind == IConsortium.ProposalKind.REINSTATE) return abi.encode(COMPANY);
        if (kind == IConsortium.ProposalKind.REMOVE) return abi.encode(COMPANY);
        if (kind == IConsortium.ProposalKind.REPLACE_ADMIN) {
            return abi.encode(IConsortium.AdminReplacement({ organisation: COMPANY, admin: KEY }));
        }
        if (kind == IConsortium.ProposalKind.CHANGE_THRESHOLDS) {
            return abi.encode(IConsortium.Thresholds({ all: 6666, custodians: 7500 }));
        }
        if (kind == IConsortium.ProposalKind.REGISTER_GENERATION) {
            return abi.encode(
                IConsortium.Generation({
                    datasets: address(0x9001),
                    consents: address(0x9002),
                    training: address(0x9003),
                    models: address(0x9004),
                    anchors: address(0x9005)
                })
            );
        }
        if (kind == IConsortium.ProposalKind.LIFT_RECALL) {
            return abi.encode(IConsortium.RecallLift({ generation: 1, recall: RecallId.wrap("recall") }));
        }
        ConsentId consent = ConsentId.wrap("consent");
        if (kind == IConsortium.ProposalKind.REVOKE_CONSENT) {
            return abi.encode(
                IConsortium.ConsentRevocation({ generation: 1, consent: consent, reason: StateReason.PERMIT_ENDED })
            );
        }
        return abi.encode(
            IConsortium.ConsentSuspension({
                generation: 1, consent: consent, reason: StateReason.REGULATOR_ORDER, duration: 3 days
            })
        );
    }

    /// Opens with `given`, and the event and the digest have `kept`.
    function assertOpened(IConsortium.ProposalKind kind, bytes memory given, bytes memory kept) private {
        vm.recordLogs();
        uint256 proposal = propose(kind, given);
        bytes memory opened = vm.getRecordedLogs()[0].data;
        (IConsortium.ProposalKind gotKind, bytes memory got,,,,,) =
            abi.decode(opened, (IConsortium.ProposalKind, bytes, uint48, uint32, uint32, uint32, address));
        assertEq(uint8(gotKind), uint8(kind));
        assertEq(got, kept);
        assertEq(consortium.proposalDigestOf(proposal), keccak256(abi.encode(kind, kept)));
    }

    function expectUndecodable(IConsortium.ProposalKind kind, bytes memory payload) private {
        vm.prank(operator(CLINIC));
        try consortium.propose(freshSalt(), kind, payload) {
            fail();
        } catch (bytes memory answer) {
            assertEq(answer.length, 0);
        }
    }
}
