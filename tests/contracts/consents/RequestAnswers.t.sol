// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../../contracts/interfaces/IAccessRequests.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import { ConsentState, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, OrganisationId, RequestId } from "../../../contracts/types/Ids.sol";
import { RequestTest } from "./RequestTest.sol";

/// Granting and declining. Every state of a request against every act on it:
///
///           make (same salt)   decline        grant
/// NONE      OPEN               Unknown        Unknown
/// OPEN      Duplicate          DECLINED       GRANTED
/// GRANTED   Duplicate          NotOpen        NotOpen
/// DECLINED  Duplicate          NotOpen        NotOpen
contract RequestAnswersTest is RequestTest {
    RequestId internal request;

    function setUp() public override {
        super.setUp();
        request = make(INSTITUTE, SALT, wanted());
    }

    function test_none_followsTheTable() public {
        bytes32 fresh = "fresh";
        RequestId none = RequestId.wrap(fresh);
        bytes memory unknown = abi.encodeWithSelector(IAccessRequests.AccessRequestsUnknown.selector, none);
        vm.expectRevert(unknown);
        decline(HOSPITAL, none, IAccessRequests.DeclineReason.INCOMPLETE);
        vm.expectRevert(unknown);
        grant(none);
        assertState(make(INSTITUTE, fresh, wanted()), IAccessRequests.RequestState.OPEN);
    }

    function test_open_followsTheTable() public {
        expectDuplicate();
        uint256 snapshot = vm.snapshotState();
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.INCOMPLETE);
        assertState(request, IAccessRequests.RequestState.DECLINED);
        vm.revertToState(snapshot);
        grant(request);
        assertState(request, IAccessRequests.RequestState.GRANTED);
    }

    function test_granted_followsTheTable() public {
        grant(request);
        expectOver(IAccessRequests.RequestState.GRANTED);
    }

    function test_declined_followsTheTable() public {
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.INCOMPLETE);
        expectOver(IAccessRequests.RequestState.DECLINED);
    }

    function test_declineRequest_saysWhy() public {
        vm.warp(START + 3);
        for (uint8 i = 0; i <= uint8(type(IAccessRequests.DeclineReason).max); ++i) {
            RequestId one = make(INSTITUTE, bytes32(uint256(i)), wanted());
            IAccessRequests.DeclineReason reason = IAccessRequests.DeclineReason(i);
            vm.expectEmit(address(consents));
            emit IAccessRequests.RequestDeclined(one, HOSPITAL, reason, START + 3, operator(HOSPITAL));
            decline(HOSPITAL, one, reason);
        }
    }

    function test_declineRequest_keepsTheDigest() public {
        bytes32 digest = consents.requestDigestOf(request);
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.ETHICS_REFUSED);
        assertEq(consents.requestDigestOf(request), digest);
    }

    function test_declineRequest_isOpenToASuspendedCustodian() public {
        suspendOrganisation(HOSPITAL);
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.DATASET_UNAVAILABLE);
        assertState(request, IAccessRequests.RequestState.DECLINED);
    }

    function test_declineRequest_isOpenInAFormerGeneration() public {
        enterSecondGeneration();
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.DATASET_UNAVAILABLE);
        assertState(request, IAccessRequests.RequestState.DECLINED);
    }

    function test_declineRequest_revertsWhenCallerIsAnotherCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsNotCustodian.selector, CLINIC, HOSPITAL));
        decline(CLINIC, request, IAccessRequests.DeclineReason.INCOMPLETE);
    }

    function test_declineRequest_revertsWhenCallerIsNoCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        decline(INSTITUTE, request, IAccessRequests.DeclineReason.INCOMPLETE);
    }

    function test_issue_grantsWhatWasAskedWithTheCustodiansTerms() public {
        Terms memory terms = answering(request);
        (terms.maxRounds, terms.operations) = (1, 2);
        ConsentId consent = issue(HOSPITAL, SALT, terms);
        assertTrue(consents.stateAt(consent, START) == ConsentState.ACTIVE);
        assertState(request, IAccessRequests.RequestState.GRANTED);
    }

    function test_issue_leavesOtherRequestsOpen() public {
        RequestId other = make(INSTITUTE, "other", wanted());
        grant(request);
        assertState(other, IAccessRequests.RequestState.OPEN);
    }

    function test_issue_revertsWhenTheGranteeIsNotTheRequester() public {
        Terms memory terms = answering(request);
        terms.grantee = COMPANY;
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsMismatch.selector, request));
        issue(HOSPITAL, SALT, terms);
        assertState(request, IAccessRequests.RequestState.OPEN);
    }

    function test_issue_revertsWhenTheDatasetIsNotTheRequested() public {
        Terms memory terms = answering(request);
        terms.dataset = registerDataset(HOSPITAL, "another");
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsMismatch.selector, request));
        issue(HOSPITAL, SALT, terms);
    }

    function test_issue_revertsWhenAnotherCustodianGrants() public {
        Terms memory terms = answering(request);
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotGrantor.selector, CLINIC, HOSPITAL));
        issue(CLINIC, SALT, terms);
        terms.dataset = registerDataset(CLINIC, "another");
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsMismatch.selector, request));
        issue(CLINIC, SALT, terms);
    }

    /// Whoever calls, only the dataset's custodian declines.
    function testFuzz_declineRequest_isOnlyForTheCustodian(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(2 + member % 4));
        vm.assume(caller != operator(HOSPITAL));
        vm.expectRevert();
        vm.prank(caller);
        consents.declineRequest(request, IAccessRequests.DeclineReason.INCOMPLETE);
        assertState(request, IAccessRequests.RequestState.OPEN);
    }

    function answering(RequestId asked) private view returns (Terms memory terms) {
        terms = termsFor(dataset);
        terms.request = asked;
    }

    function grant(RequestId asked) private {
        issue(HOSPITAL, RequestId.unwrap(asked), answering(asked));
    }

    function expectDuplicate() private {
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsDuplicate.selector, request));
        make(INSTITUTE, SALT, wanted());
    }

    function expectOver(IAccessRequests.RequestState state) private {
        expectDuplicate();
        bytes memory over = abi.encodeWithSelector(IAccessRequests.AccessRequestsNotOpen.selector, request, state);
        vm.expectRevert(over);
        decline(HOSPITAL, request, IAccessRequests.DeclineReason.INCOMPLETE);
        Terms memory terms = answering(request);
        vm.expectRevert(over);
        issue(HOSPITAL, "again", terms);
        assertState(request, state);
    }
}
