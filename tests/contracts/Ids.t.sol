// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Test } from "forge-std/Test.sol";
import { Ids } from "../../contracts/libraries/Ids.sol";
import { OrganisationId } from "../../contracts/types/Ids.sol";

contract IdsCaller {
    function derive(bytes32 tag, OrganisationId organisation, bytes32 salt) external view returns (bytes32) {
        return Ids.derive(tag, organisation, salt);
    }
}

/// Ids against `tests/vectors/ids.json`, which was computed without Solidity.
contract IdsTest is Test {
    struct Vector {
        uint256 chainId;
        address caller;
        bytes32 tag;
        OrganisationId organisation;
        bytes32 salt;
        bytes32 id;
    }

    string internal json;

    function setUp() public {
        json = vm.readFile("tests/vectors/ids.json");
    }

    function test_derive_equalsTheVectors() public {
        bytes memory code = address(new IdsCaller()).code;
        uint256 count;
        for (; vm.keyExistsJson(json, key(count, "")); ++count) {
            Vector memory vector = vectorAt(count);
            vm.chainId(vector.chainId);
            vm.etch(vector.caller, code);
            assertEq(IdsCaller(vector.caller).derive(vector.tag, vector.organisation, vector.salt), vector.id);
        }
        assertGe(count, 20);
    }

    function test_tags_areAllInTheVectors() public view {
        bytes32[9] memory tags = [
            Ids.PROPOSAL,
            Ids.DATASET,
            Ids.REQUEST,
            Ids.CONSENT,
            Ids.MODEL,
            Ids.MODEL_VERSION,
            Ids.RECALL,
            Ids.RUN,
            Ids.STREAM
        ];
        for (uint256 i = 0; i < tags.length; ++i) {
            bool found;
            for (uint256 j = 0; !found && vm.keyExistsJson(json, key(j, "")); ++j) {
                found = keccak256(bytes(vm.parseJsonString(json, key(j, ".tag")))) == tags[i];
            }
            assertTrue(found);
        }
    }

    /// One change anywhere is another id.
    function testFuzz_derive_dependsOnEveryPart(bytes32 tag, OrganisationId organisation, bytes32 salt) public {
        IdsCaller one = new IdsCaller();
        IdsCaller other = new IdsCaller();
        OrganisationId another = OrganisationId.wrap(OrganisationId.unwrap(organisation) ^ 1);
        bytes32 id = one.derive(tag, organisation, salt);
        assertNotEq(id, other.derive(tag, organisation, salt));
        assertNotEq(id, one.derive(~tag, organisation, salt));
        assertNotEq(id, one.derive(tag, another, salt));
        assertNotEq(id, one.derive(tag, organisation, ~salt));
        vm.chainId(block.chainid + 1);
        assertNotEq(id, one.derive(tag, organisation, salt));
    }

    function vectorAt(uint256 index) private view returns (Vector memory) {
        return Vector({
            chainId: vm.parseJsonUint(json, key(index, ".chainId")),
            caller: vm.parseJsonAddress(json, key(index, ".contract")),
            tag: keccak256(bytes(vm.parseJsonString(json, key(index, ".tag")))),
            organisation: OrganisationId.wrap(uint32(vm.parseJsonUint(json, key(index, ".organisation")))),
            salt: vm.parseJsonBytes32(json, key(index, ".salt")),
            id: vm.parseJsonBytes32(json, key(index, ".id"))
        });
    }

    function key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "]", field);
    }
}
