// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Vm } from "forge-std/Vm.sol";
import { OrganisationId } from "../../../contracts/types/Ids.sol";

/// @notice Reads `tests/vectors/records.json`: one history, computed without Solidity, of which each record gives all
/// its fields and its digest. Salts come from `ids.json`, by id.
library RecordVectors {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @param at where in the file
    struct Record {
        string json;
        uint256 at;
    }

    error RecordVectorsMissing(string kind, uint256 nth);
    error RecordVectorsNoSalt(bytes32 id);

    /// @notice The nth record of a kind, from 0.
    function find(string memory kind, uint256 nth) internal view returns (Record memory record) {
        record.json = VM.readFile("tests/vectors/records.json");
        bytes32 wanted = keccak256(bytes(kind));
        for (; VM.keyExistsJson(record.json, path(record.at, "")); ++record.at) {
            bool same = keccak256(bytes(VM.parseJsonString(record.json, path(record.at, ".kind")))) == wanted;
            if (same && nth == 0) return record;
            if (same) --nth;
        }
        revert RecordVectorsMissing(kind, nth);
    }

    function saltOf(bytes32 id) internal view returns (bytes32) {
        string memory json = VM.readFile("tests/vectors/ids.json");
        for (uint256 i = 0; VM.keyExistsJson(json, path(i, "")); ++i) {
            if (VM.parseJsonBytes32(json, path(i, ".id")) == id) return VM.parseJsonBytes32(json, path(i, ".salt"));
        }
        revert RecordVectorsNoSalt(id);
    }

    function digest(Record memory record) internal pure returns (bytes32) {
        return VM.parseJsonBytes32(record.json, path(record.at, ".digest"));
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

    function organisation(Record memory record, string memory field) internal pure returns (OrganisationId) {
        return OrganisationId.wrap(number32(record, field));
    }

    function fieldPath(Record memory record, string memory field) internal pure returns (string memory) {
        return path(record.at, string.concat(".fields.", field));
    }

    function path(uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat("$[", VM.toString(index), "]", rest);
    }
}
