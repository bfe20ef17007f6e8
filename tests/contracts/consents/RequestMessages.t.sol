// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../../contracts/interfaces/IAccessRequests.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { Terms } from "../../../contracts/types/DataUse.sol";
import { OrganisationId, RequestId } from "../../../contracts/types/Ids.sol";
import { RequestTest } from "./RequestTest.sol";

/// What is said about a request until it is answered. Every state of a request against a message:
///
/// NONE      Unknown
/// OPEN      sent, and still OPEN
/// GRANTED   NotOpen
/// DECLINED  NotOpen
contract RequestMessagesTest is RequestTest {
    bytes32 internal constant MESSAGE = keccak256("message");
    uint8 internal constant MOST = 100;

    RequestId internal request;

    function setUp() public override {
        super.setUp();
        request = make(INSTITUTE, SALT, wanted());
    }

    function test_sendMessage_goesBothWays() public {
        vm.warp(START + 5);
        expectSent(HOSPITAL, 1);
        send(HOSPITAL, 1);
        expectSent(INSTITUTE, 2);
        send(INSTITUTE, 2);
        expectSent(INSTITUTE, 3);
        send(INSTITUTE, 3);
        assertState(request, IAccessRequests.RequestState.OPEN);
    }

    function test_sendMessage_keepsTheDigestOfTheRequest() public {
        bytes32 digest = consents.requestDigestOf(request);
        send(HOSPITAL, 1);
        assertEq(consents.requestDigestOf(request), digest);
    }

    function test_sendMessage_countsForEachRequest() public {
        send(HOSPITAL, 1);
        request = make(INSTITUTE, "other", wanted());
        send(HOSPITAL, 1);
    }

    /// A request that was talked about is answered as any other.
    function test_sendMessage_leavesBothAnswersOpen() public {
        send(HOSPITAL, 1);
        uint256 snapshot = vm.snapshotState();
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.INCOMPLETE);
        assertState(request, IAccessRequests.RequestState.DECLINED);
        vm.revertToState(snapshot);
        grant();
        assertState(request, IAccessRequests.RequestState.GRANTED);
    }

    function test_sendMessage_revertsWhenGranted() public {
        grant();
        expectOver(IAccessRequests.RequestState.GRANTED);
    }

    function test_sendMessage_revertsWhenDeclined() public {
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.INCOMPLETE);
        expectOver(IAccessRequests.RequestState.DECLINED);
    }

    function test_sendMessage_revertsWhenUnknown() public {
        request = RequestId.wrap(keccak256("no request"));
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsUnknown.selector, request));
        send(HOSPITAL, 1);
    }

    function test_sendMessage_revertsWhenCallerIsNoParty() public {
        OrganisationId[3] memory others = [CLINIC, COMPANY, AGENCY];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsNotParty.selector, others[i]));
            send(others[i], 1);
        }
    }

    function test_sendMessage_revertsWhenCallerIsNoOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        consents.sendMessage(request, 1, MESSAGE);
    }

    function test_sendMessage_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
        send(HOSPITAL, 1);
    }

    function test_sendMessage_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(consents)));
        send(INSTITUTE, 1);
    }

    function test_sendMessage_revertsWhenTheDigestIsEmpty() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsEmptyField.selector, 0));
        vm.prank(operator(HOSPITAL));
        consents.sendMessage(request, 1, 0);
    }

    /// Neither is a message sent twice, nor by who has not seen the one before.
    function test_sendMessage_revertsWhenNotNext() public {
        expectNotNext(0, 1);
        expectNotNext(2, 1);
        send(HOSPITAL, 1);
        expectNotNext(1, 2);
        expectNotNext(3, 2);
    }

    function test_sendMessage_revertsWhenThereAreTooMany() public {
        for (uint8 number = 1; number <= MOST; ++number) {
            send(number % 2 == 0 ? INSTITUTE : HOSPITAL, number);
        }
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsTooManyMessages.selector, request, MOST));
        send(HOSPITAL, MOST + 1);
        expectNotNext(MOST, MOST + 1);
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.INCOMPLETE);
    }

    /// Whoever calls with whatever number, only the next one of a party counts.
    function testFuzz_sendMessage_countsOnlyTheNextOfAParty(uint8[16] memory members, uint8[16] memory numbers) public {
        uint8 sent = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            OrganisationId sender = OrganisationId.wrap(1 + members[i] % 5);
            uint8 number = numbers[i] % 4 == 0 ? numbers[i] : sent + 1;
            bool counts = (sender == INSTITUTE || sender == HOSPITAL) && number == sent + 1;
            if (counts) expectSent(sender, number);
            else vm.expectRevert();
            send(sender, number);
            if (counts) ++sent;
        }
        send(HOSPITAL, sent + 1);
    }

    function send(OrganisationId sender, uint8 number) private {
        vm.prank(operator(sender));
        consents.sendMessage(request, number, MESSAGE);
    }

    function grant() private {
        Terms memory terms = termsFor(dataset);
        terms.request = request;
        issue(HOSPITAL, SALT, terms);
    }

    function expectSent(OrganisationId sender, uint8 number) private {
        vm.expectEmit(address(consents));
        emit IAccessRequests.MessageSent(request, sender, number, MESSAGE, uint48(block.timestamp), operator(sender));
    }

    function expectNotNext(uint8 got, uint8 needed) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsNotNextMessage.selector, got, needed));
        send(HOSPITAL, got);
    }

    function expectOver(IAccessRequests.RequestState state) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsNotOpen.selector, request, state));
        send(INSTITUTE, 1);
    }
}
