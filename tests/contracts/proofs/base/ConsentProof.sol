// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Vm } from "forge-std/Vm.sol";
import { ConsentToken } from "../../../../contracts/ConsentToken.sol";
import { Consortium } from "../../../../contracts/Consortium.sol";
import { DatasetRegistry } from "../../../../contracts/DatasetRegistry.sol";
import { IConsentToken } from "../../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import { IModelRegistry } from "../../../../contracts/interfaces/IModelRegistry.sol";
import { ITrainingLog } from "../../../../contracts/interfaces/ITrainingLog.sol";
import { CUSTODIAN, REGULATOR } from "../../../../contracts/types/Capabilities.sol";
import { StateReason } from "../../../../contracts/types/DataUse.sol";
import { ConsentId, NOBODY, OrganisationId } from "../../../../contracts/types/Ids.sol";
import { Standings } from "./Standings.sol";

/// @notice Three contracts whose storage holds anything at all, for halmos: what is proved of the next call holds in every
/// state, reachable or not, but for what `vm.assume` leaves out. Proofs are called `check_<entry point>`.
/// @dev Not `Test`, whose many helpers only cost compiler time here.
abstract contract ConsentProof {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    /// @dev Where the mappings of ConsentToken lie, as tests/contracts/Layout.t.sol has them.
    uint256 private constant CONSENTS = 7;
    uint256 private constant LOG = 8;
    /// @dev DatasetRegistry and ConsentToken know each other, and halmos cannot foretell an address.
    address internal constant DATASETS = address(0xda7a);
    address internal constant TRAINING = address(0x7ea1);
    address internal constant MODELS = address(0x30de1);

    Consortium internal consortium;
    DatasetRegistry internal datasets;
    ConsentToken internal consents;

    function setUp() public {
        consortium = new Consortium(founders(), operators(), generation());
        consents =
            new ConsentToken(consortium, IDatasetRegistry(DATASETS), ITrainingLog(TRAINING), IModelRegistry(MODELS));
        vm.etch(DATASETS, address(new DatasetRegistry(consortium, consents)).code);
        datasets = DatasetRegistry(DATASETS);
        vm.setArbitraryStorage(address(consortium));
        vm.setArbitraryStorage(address(datasets));
        vm.setArbitraryStorage(address(consents));
    }

    /// @dev Puts `Standings` in Consortium's place, for a call that asks it nothing but how two organisations stand.
    function anyStandings() internal {
        vm.etch(address(consortium), address(new Standings()).code);
    }

    /// @notice One call to the consent token at `time`, by `caller`; whether it succeeded.
    function act(address caller, uint48 time, bytes memory call) internal returns (bool done) {
        vm.warp(time);
        vm.prank(caller);
        (done,) = address(consents).call(call);
    }

    /// @notice Whether the consent was issued.
    function isKnown(ConsentId consent) internal view returns (bool) {
        return grantorOf(consent) != NOBODY;
    }

    function grantorOf(ConsentId consent) internal view returns (OrganisationId) {
        // The lowest field.
        // forge-lint: disable-next-line(unsafe-typecast)
        return OrganisationId.wrap(uint32(grant(consent)));
    }

    /// @notice Whether the last entry of its log says that it is revoked, by which `stateAt` and `check` go.
    function isRevoked(ConsentId consent) internal view returns (bool) {
        // The lowest field.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(lastEntry(consent)) == uint8(IConsentToken.Act.REVOKED);
    }

    /// @notice 1 when the last entry of its log gives a reason that taints what was made under the consent, else 0.
    /// @dev By a mask: each `||` would double the paths of every proof.
    function taint(ConsentId consent) internal view returns (uint256) {
        uint256 mask = 1 << uint8(StateReason.BREACH) | 1 << uint8(StateReason.ERROR);
        // The second field.
        // forge-lint: disable-next-line(unsafe-typecast)
        return mask >> uint8(lastEntry(consent) >> 8) & 1;
    }

    /// @notice Whether `asked` answers a question with this organisation. By a low-level call: a path that reverts would
    /// count as one that proves nothing wrong.
    function answers(address asked, bytes memory question, OrganisationId expected) internal view returns (bool) {
        (bool done, bytes memory answer) = asked.staticcall(question);
        return done && abi.decode(answer, (OrganisationId)) == expected;
    }

    /// @notice The privacy budget and what is spent of it, in millionths of epsilon.
    function epsilon(ConsentId consent) internal view returns (uint40 budget, uint40 spent) {
        uint256 limits = uint256(vm.load(address(consents), bytes32(uint256(slotOf(consent)) + 1)));
        // One field each.
        // forge-lint: disable-next-line(unsafe-typecast)
        return (uint40(limits >> 112), uint40(limits >> 152));
    }

    /// @dev Zero when there is none, which is no revocation.
    function lastEntry(ConsentId consent) private view returns (uint256) {
        uint256 length = grant(consent) >> 240;
        if (length == 0) return 0;
        bytes32 log = keccak256(abi.encode(consent, LOG));
        return uint256(vm.load(address(consents), keccak256(abi.encode(length - 1, log))));
    }

    function grant(ConsentId consent) private view returns (uint256) {
        return uint256(vm.load(address(consents), slotOf(consent)));
    }

    function slotOf(ConsentId consent) private pure returns (bytes32) {
        return keccak256(abi.encode(consent, CONSENTS));
    }

    function founders() private pure returns (IConsortium.Admission[] memory all) {
        all = new IConsortium.Admission[](1);
        all[0] = IConsortium.Admission({
            admin: address(0xa), capabilities: CUSTODIAN | REGULATOR, forProfit: false, name: "Founder"
        });
    }

    function operators() private pure returns (address[] memory all) {
        all = new address[](1);
        all[0] = address(0xb);
    }

    function generation() private pure returns (IConsortium.Generation memory) {
        return IConsortium.Generation({
            datasets: DATASETS, consents: address(0xc0), training: TRAINING, models: MODELS, anchors: address(0xa0)
        });
    }
}
