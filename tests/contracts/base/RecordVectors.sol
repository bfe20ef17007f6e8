// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Vm } from "forge-std/Vm.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";

/// @notice Reads `tests/vectors/records.json`: one history in its order, computed without Solidity, of which each record
/// gives all its fields and, when it has one, its digest. Salts come from `ids.json`, by id.
/// @dev Each question copies the whole file into memory: ask in a call of its own for each record.
library RecordVectors {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @param place where in the file
    struct Record {
        string json;
        uint256 place;
    }

    error RecordVectorsNoSalt(bytes32 id);

    function at(uint256 place) internal view returns (Record memory) {
        return Record({ json: VM.readFile("tests/vectors/records.json"), place: place });
    }

    function exists(Record memory record) internal view returns (bool) {
        return VM.keyExistsJson(record.json, path(record.place, ""));
    }

    function isA(Record memory record, string memory kind) internal pure returns (bool) {
        return keccak256(bytes(VM.parseJsonString(record.json, path(record.place, ".kind")))) == keccak256(bytes(kind));
    }

    function saltOf(bytes32 id) internal view returns (bytes32) {
        string memory json = VM.readFile("tests/vectors/ids.json");
        for (uint256 i = 0; VM.keyExistsJson(json, path(i, "")); ++i) {
            if (VM.parseJsonBytes32(json, path(i, ".id")) == id) return VM.parseJsonBytes32(json, path(i, ".salt"));
        }
        revert RecordVectorsNoSalt(id);
    }

    function digest(Record memory record) internal pure returns (bytes32) {
        return VM.parseJsonBytes32(record.json, path(record.place, ".digest"));
    }

    function word(Record memory record, string memory field) internal pure returns (bytes32) {
        return VM.parseJsonBytes32(record.json, fieldPath(record, field));
    }

    function words(Record memory record, string memory field) internal pure returns (bytes32[] memory) {
        return VM.parseJsonBytes32Array(record.json, fieldPath(record, field));
    }

    function number(Record memory record, string memory field) internal pure returns (uint256) {
        return VM.parseJsonUint(record.json, fieldPath(record, field));
    }

    function number32(Record memory record, string memory field) internal pure returns (uint32) {
        return uint32(number(record, field));
    }

    function time(Record memory record, string memory field) internal pure returns (uint48) {
        return uint48(number(record, field));
    }

    function flag(Record memory record, string memory field) internal pure returns (bool) {
        return VM.parseJsonBool(record.json, fieldPath(record, field));
    }

    function text(Record memory record, string memory field) internal pure returns (string memory) {
        return VM.parseJsonString(record.json, fieldPath(record, field));
    }

    function octets(Record memory record, string memory field) internal pure returns (bytes memory) {
        return VM.parseJsonBytes(record.json, fieldPath(record, field));
    }

    function key(Record memory record, string memory field) internal pure returns (address) {
        return VM.parseJsonAddress(record.json, fieldPath(record, field));
    }

    function organisation(Record memory record, string memory field) internal pure returns (OrganisationId) {
        return OrganisationId.wrap(number32(record, field));
    }

    function has(Record memory record, string memory field) internal view returns (bool) {
        return VM.keyExistsJson(record.json, fieldPath(record, field));
    }

    /// @notice The name of a field of the nth part of a list.
    function part(string memory list, uint256 nth, string memory field) internal pure returns (string memory) {
        return string.concat(list, "[", VM.toString(nth), "].", field);
    }

    function fieldPath(Record memory record, string memory field) private pure returns (string memory) {
        return path(record.place, string.concat(".fields.", field));
    }

    function path(uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat("$[", VM.toString(index), "]", rest);
    }
}
