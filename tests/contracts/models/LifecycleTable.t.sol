// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IModelRegistry } from "../../../contracts/interfaces/IModelRegistry.sol";
import { ModelVersionId } from "../../../contracts/types/Ids.sol";
import { ModelTest } from "./ModelTest.sol";

/// Every lifecycle of a version against every act on it, with and without a recall that stands.
///
///             release       sell          deprecate     withdraw      recall
/// NONE        Unknown       Unknown       Unknown       Unknown       Unknown
/// PUBLISHED   RELEASED      FOR_SALE      DEPRECATED    WITHDRAWN     taken
/// RELEASED    BadLifecycle  FOR_SALE      DEPRECATED    WITHDRAWN     taken
/// FOR_SALE    BadLifecycle  BadLifecycle  DEPRECATED    WITHDRAWN     taken
/// DEPRECATED  BadLifecycle  BadLifecycle  BadLifecycle  WITHDRAWN     taken
/// WITHDRAWN   BadLifecycle  BadLifecycle  BadLifecycle  BadLifecycle  taken
/// recalled    Recalled      Recalled      as without    as without    taken
contract LifecycleTableTest is ModelTest {
    enum State {
        NONE,
        PUBLISHED,
        RELEASED,
        FOR_SALE,
        DEPRECATED,
        WITHDRAWN
    }

    enum Action {
        RELEASE,
        SELL,
        DEPRECATE,
        WITHDRAW,
        RECALL
    }

    bytes4 internal immutable BAD = IModelRegistry.ModelRegistryBadLifecycle.selector;
    bytes4 internal immutable UNKNOWN_VERSION = IModelRegistry.ModelRegistryUnknownVersion.selector;
    bytes4 internal immutable RECALLED = IModelRegistry.ModelRegistryRecalled.selector;

    ModelVersionId internal version;

    function test_none_followsTheTable() public {
        for (uint8 i = 0; i <= uint8(type(Action).max); ++i) {
            vm.expectPartialRevert(UNKNOWN_VERSION);
            this.act(Action(i));
        }
    }

    function test_published_followsTheTable() public {
        row(State.PUBLISHED, Action.RELEASE, State.RELEASED);
        row(State.PUBLISHED, Action.SELL, State.FOR_SALE);
        row(State.PUBLISHED, Action.DEPRECATE, State.DEPRECATED);
        row(State.PUBLISHED, Action.WITHDRAW, State.WITHDRAWN);
    }

    function test_released_followsTheTable() public {
        refused(State.RELEASED, Action.RELEASE, BAD);
        row(State.RELEASED, Action.SELL, State.FOR_SALE);
        row(State.RELEASED, Action.DEPRECATE, State.DEPRECATED);
        row(State.RELEASED, Action.WITHDRAW, State.WITHDRAWN);
    }

    function test_forSale_followsTheTable() public {
        refused(State.FOR_SALE, Action.RELEASE, BAD);
        refused(State.FOR_SALE, Action.SELL, BAD);
        row(State.FOR_SALE, Action.DEPRECATE, State.DEPRECATED);
        row(State.FOR_SALE, Action.WITHDRAW, State.WITHDRAWN);
    }

    function test_deprecated_followsTheTable() public {
        refused(State.DEPRECATED, Action.RELEASE, BAD);
        refused(State.DEPRECATED, Action.SELL, BAD);
        refused(State.DEPRECATED, Action.DEPRECATE, BAD);
        row(State.DEPRECATED, Action.WITHDRAW, State.WITHDRAWN);
    }

    function test_withdrawn_followsTheTable() public {
        refused(State.WITHDRAWN, Action.RELEASE, BAD);
        refused(State.WITHDRAWN, Action.SELL, BAD);
        refused(State.WITHDRAWN, Action.DEPRECATE, BAD);
        refused(State.WITHDRAWN, Action.WITHDRAW, BAD);
    }

    function test_recalled_followsTheTable() public {
        for (uint8 i = 1; i <= uint8(State.WITHDRAWN); ++i) {
            uint256 snapshot = vm.snapshotState();
            enter(State(i));
            recallBy(AGENCY, "recall", version);
            for (uint8 j = 0; j <= uint8(Action.SELL); ++j) {
                vm.expectRevert(abi.encodeWithSelector(RECALLED, version, 1));
                this.act(Action(j));
            }
            assertState(State(i), 1);
            vm.revertToState(snapshot);
        }
    }

    /// What a version was sold for is remembered when it is deprecated or withdrawn.
    function test_forSale_isRemembered() public {
        enter(State.FOR_SALE);
        act(Action.DEPRECATE);
        assertStands(version, IModelRegistry.Lifecycle.DEPRECATED, true, 0);
        act(Action.WITHDRAW);
        assertStands(version, IModelRegistry.Lifecycle.WITHDRAWN, true, 0);
    }

    function row(State from, Action action, State to) private {
        for (uint16 recalls = 0; recalls < 2; ++recalls) {
            bool brings = action == Action.RELEASE || action == Action.SELL;
            if (brings && recalls == 1) continue;
            uint256 snapshot = vm.snapshotState();
            enter(from);
            if (recalls == 1) recallBy(AGENCY, "recall", version);
            act(action);
            assertState(to, recalls);
            act(Action.RECALL);
            assertState(to, recalls + 1);
            vm.revertToState(snapshot);
        }
    }

    function refused(State from, Action action, bytes4 selector) private {
        uint256 snapshot = vm.snapshotState();
        enter(from);
        (IModelRegistry.Lifecycle lifecycle, bool forSale,) = models.standingOf(version);
        vm.expectRevert(abi.encodeWithSelector(selector, version, lifecycle));
        this.act(action);
        assertStands(version, lifecycle, forSale, 0);
        vm.revertToState(snapshot);
    }

    function enter(State state) private {
        version = publishVersion(SALT);
        if (state == State.RELEASED) act(Action.RELEASE);
        if (state == State.FOR_SALE) act(Action.SELL);
        if (state == State.DEPRECATED) act(Action.DEPRECATE);
        if (state == State.WITHDRAWN) act(Action.WITHDRAW);
    }

    function act(Action action) public {
        if (action == Action.RELEASE) release(version);
        if (action == Action.SELL) sell(version);
        if (action == Action.DEPRECATE) deprecate(version);
        if (action == Action.WITHDRAW) withdraw(version);
        if (action == Action.RECALL) recallBy(INSTITUTE, "act", version);
    }

    function assertState(State state, uint16 recalls) private view {
        IModelRegistry.Lifecycle[6] memory lifecycles = [
            IModelRegistry.Lifecycle.NONE,
            IModelRegistry.Lifecycle.PUBLISHED,
            IModelRegistry.Lifecycle.RELEASED,
            IModelRegistry.Lifecycle.RELEASED,
            IModelRegistry.Lifecycle.DEPRECATED,
            IModelRegistry.Lifecycle.WITHDRAWN
        ];
        (, bool forSale,) = models.standingOf(version);
        assertStands(version, lifecycles[uint8(state)], forSale, recalls);
        if (state == State.FOR_SALE) assertTrue(forSale);
        if (state == State.RELEASED || state == State.PUBLISHED) assertFalse(forSale);
    }
}
