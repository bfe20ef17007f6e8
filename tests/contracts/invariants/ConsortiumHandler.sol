// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER, REGULATOR } from "../../../contracts/types/Capabilities.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// @notice Proposes, votes and carries out at random, and remembers who voted for what.
contract ConsortiumHandler is ConsortiumTest {
    struct Story {
        uint32 organisations;
        uint32 custodians;
        uint32 inFavour;
        uint32 custodiansInFavour;
        bool executed;
    }

    uint32 internal constant MOST = 12;

    uint256 public proposals;
    uint256 public executed;
    uint32 public custodians = 2;
    mapping(uint256 => Story) internal _stories;

    constructor() {
        ConsortiumTest.setUp();
    }

    function setUp() public override { }

    function proposeAdmission(uint256 seed) external {
        uint32 next = consortium.organisationCount() + 1;
        uint8[4] memory some = [CUSTODIAN, PUBLISHER, REGULATOR, CUSTODIAN | REGULATOR];
        uint8 capabilities = some[seed % 4];
        if (next > MOST) return;
        IConsortium.Admission memory fresh =
            admission(OrganisationId.wrap(next), capabilities, false, "An organisation");
        fresh.admin = address(uint160(uint256(keccak256(abi.encode("admin", next, seed)))));
        open(seed, IConsortium.ProposalKind.ADMIT, abi.encode(fresh));
    }

    function proposeChange(uint256 seed, uint32 chosen, bool suspends) external {
        OrganisationId member = OrganisationId.wrap(1 + chosen % consortium.organisationCount());
        open(seed, suspends ? IConsortium.ProposalKind.SUSPEND : IConsortium.ProposalKind.REINSTATE, abi.encode(member));
    }

    /// @dev The founders vote with their operators; each call casts several votes, mostly in favour.
    function voteOn(uint256 seed, uint8 voters) external {
        if (proposals == 0) return;
        uint256 proposal = 1 + seed % proposals;
        for (uint32 i = 1; i <= FOUNDERS; ++i) {
            if (voters & 2 ** i != 0) cast(proposal, OrganisationId.wrap(i), (seed >> (8 * i)) % 4 != 0);
        }
    }

    function executeOne(uint256 seed) external {
        if (proposals == 0) return;
        uint256 proposal = 1 + seed % proposals;
        uint32 before = consortium.organisationCount();
        vm.prank(founder(seed >> 8));
        try consortium.execute(proposal) {
            _stories[proposal].executed = true;
            ++executed;
            uint32 count = consortium.organisationCount();
            if (count > before && consortium.capabilitiesOf(OrganisationId.wrap(count)) & CUSTODIAN != 0) ++custodians;
        } catch { }
    }

    function wait(uint48 time) external {
        vm.warp(block.timestamp + time % 3 days);
    }

    function storyAt(uint256 proposal) external view returns (Story memory) {
        return _stories[proposal];
    }

    function subject() external view returns (IConsortium) {
        return consortium;
    }

    function open(uint256 seed, IConsortium.ProposalKind kind, bytes memory payload) private {
        vm.prank(founder(seed));
        try consortium.propose(kind, payload) returns (uint256 proposal) {
            proposals = proposal;
            _stories[proposal].organisations = consortium.organisationCount();
            _stories[proposal].custodians = custodians;
        } catch { }
    }

    function founder(uint256 seed) private pure returns (address) {
        return founderOperators()[seed % FOUNDERS];
    }

    function cast(uint256 proposal, OrganisationId voter, bool inFavour) private {
        vm.prank(operator(voter));
        try consortium.vote(proposal, inFavour) {
            if (!inFavour) return;
            ++_stories[proposal].inFavour;
            if (consortium.capabilitiesOf(voter) & CUSTODIAN != 0) ++_stories[proposal].custodiansInFavour;
        } catch { }
    }
}
