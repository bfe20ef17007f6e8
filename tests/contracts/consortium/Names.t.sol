// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { GovernanceTest } from "./GovernanceTest.sol";

/// Names of organisations: their length, and that every reader can decode them. The grammar itself is tested with Utf8.
contract ConsortiumNamesTest is GovernanceTest {
    function test_propose_takesNamesOfManyScripts() public {
        propose(IConsortium.ProposalKind.ADMIT, payload(unicode"Universitätsspital Zürich"));
        propose(IConsortium.ProposalKind.ADMIT, payload(unicode"Νοσοκομείο «Ευαγγελισμός»"));
        propose(IConsortium.ProposalKind.ADMIT, payload(unicode"東京大学医学部附属病院"));
        propose(IConsortium.ProposalKind.ADMIT, payload(unicode"Clinic 🏥"));
    }

    function test_propose_takesNamesOfOneTo128Bytes() public {
        propose(IConsortium.ProposalKind.ADMIT, payload("a"));
        propose(IConsortium.ProposalKind.ADMIT, payload(string(repeated(128))));
    }

    function test_propose_revertsWhenTheNameIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadName.selector, 0, 128));
        propose(IConsortium.ProposalKind.ADMIT, payload(""));
    }

    function test_propose_revertsWhenTheNameIsTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumBadName.selector, 129, 128));
        propose(IConsortium.ProposalKind.ADMIT, payload(string(repeated(129))));
    }

    function test_propose_revertsWhenTheNameIsNotUtf8() public {
        expectFault(hex"80", 0);
        expectFault(hex"41c3", 1);
        expectFault(hex"c3a409", 2);
        // The fault lies in the last byte.
        bytes memory longest = repeated(128);
        longest[127] = 0xff;
        expectFault(longest, 127);
    }

    function testFuzz_propose_takesPrintableAscii(bytes memory name) public {
        vm.assume(name.length > 0);
        uint256 length = name.length < 128 ? name.length : 128;
        bytes memory printable = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            printable[i] = bytes1(0x20 + uint8(name[i]) % 95);
        }
        propose(IConsortium.ProposalKind.ADMIT, payload(string(printable)));
    }

    function expectFault(bytes memory name, uint256 position) private {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameNotUtf8.selector, position));
        propose(IConsortium.ProposalKind.ADMIT, payload(string(name)));
    }

    function payload(string memory name) private pure returns (bytes memory) {
        return abi.encode(admission(NEWCOMER, PUBLISHER, false, name));
    }

    function repeated(uint256 length) private pure returns (bytes memory name) {
        name = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            name[i] = "a";
        }
    }
}
