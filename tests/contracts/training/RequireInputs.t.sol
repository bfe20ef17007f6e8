// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ITrainingLog } from "../../../contracts/interfaces/ITrainingLog.sol";
import { Scope, TEST } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, ModelId, RunId } from "../../../contracts/types/Ids.sol";
import { RunTest } from "../base/RunTest.sol";

/// What a run was opened with is shown again exactly, or not at all.
contract RequireInputsTest is RunTest {
    RunId internal run;

    function setUp() public override {
        super.setUp();
        run = openRun();
    }

    function test_requireInputs_takesTheRunsOwn() public view {
        training.requireInputs(run, model, scope(), inputs());
    }

    function test_requireInputs_revertsWhenThereAreFewerOrMore() public {
        expectMismatch(new ITrainingLog.Input[](0), 0);
        ITrainingLog.Input[] memory fewer = new ITrainingLog.Input[](1);
        fewer[0] = inputAt(0);
        expectMismatch(fewer, 1);
        ITrainingLog.Input[] memory more = new ITrainingLog.Input[](3);
        (more[0], more[1], more[2]) = (inputAt(0), inputAt(1), inputAt(1));
        expectMismatch(more, 2);
        more = new ITrainingLog.Input[](66);
        (more[0], more[1]) = (inputAt(0), inputAt(1));
        expectMismatch(more, 2);
    }

    function test_requireInputs_revertsWhenTheOrderDiffers() public {
        ITrainingLog.Input[] memory swapped = inputs();
        (swapped[0], swapped[1]) = (inputAt(1), inputAt(0));
        expectMismatch(swapped, 0);
    }

    function test_requireInputs_revertsWhenAFieldDiffers() public {
        ITrainingLog.Input[] memory changed = inputs();
        changed[1].version = 2;
        expectMismatch(changed, 1);
        changed = inputs();
        changed[0].consent = ConsentId.wrap(0);
        expectMismatch(changed, 0);
        changed = inputs();
        changed[1].dataset = DatasetId.wrap(0);
        expectMismatch(changed, 1);
        changed = inputs();
        changed[0].operation = TEST;
        expectMismatch(changed, 0);
    }

    function test_requireInputs_revertsWhenTheModelDiffers() public {
        expectMismatch(ModelId.wrap(0), scope());
    }

    function test_requireInputs_revertsWhenTheScopeDiffers() public {
        Scope memory other = scope();
        other.purposes = 1;
        expectMismatch(model, other);
        other = scope();
        other.regions = 1;
        expectMismatch(model, other);
        other = scope();
        other.condition = 1;
        expectMismatch(model, other);
        other = scope();
        other.projectRef = 0;
        expectMismatch(model, other);
    }

    /// Inputs of one run are not those of another, though they name the same data.
    function test_requireInputs_holdsForEachRunByItself() public {
        ITrainingLog.Input[] memory one = new ITrainingLog.Input[](1);
        one[0] = inputAt(1);
        RunId other = openRun("other", model, one);
        training.requireInputs(other, model, scope(), one);
        expectMismatch(one, 0);
    }

    /// Any difference at all is seen, and where it is.
    function testFuzz_requireInputs_seesAnyDifference(ITrainingLog.Input memory any, uint8 position) public {
        uint256 at = position % 2;
        ITrainingLog.Input[] memory changed = inputs();
        bool same = keccak256(abi.encode(any)) == keccak256(abi.encode(changed[at]));
        changed[at] = any;
        if (!same) expectMismatch(changed, at);
    }

    function expectMismatch(ITrainingLog.Input[] memory shown, uint256 position) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, position));
        training.requireInputs(run, model, scope(), shown);
    }

    function expectMismatch(ModelId of_, Scope memory scope_) private {
        vm.expectRevert(abi.encodeWithSelector(ITrainingLog.TrainingLogInputMismatch.selector, 0));
        training.requireInputs(run, of_, scope_, inputs());
    }
}
