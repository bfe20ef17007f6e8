// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IAccessRequests } from "../../../contracts/interfaces/IAccessRequests.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { OrganisationId, RequestId } from "../../../contracts/types/Ids.sol";
import { RequestTest } from "./RequestTest.sol";

/// Asking. Answers are in RequestAnswers.
contract RequestsTest is RequestTest {
    function test_makeRequest_asks() public {
        RequestId expected =
            RequestId.wrap(keccak256(abi.encode(Ids.REQUEST, block.chainid, address(consents), INSTITUTE, SALT)));
        vm.warp(START + 7);
        vm.expectEmit(address(consents));
        emit IAccessRequests.RequestMade(expected, INSTITUTE, START + 7, wanted(), operator(INSTITUTE));
        RequestId request = make(INSTITUTE, SALT, wanted());
        assertTrue(request == expected);
        assertState(request, IAccessRequests.RequestState.OPEN);
    }

    function testFuzz_makeRequest_storesADigestOfTheWholeRecord(IAccessRequests.Wanted memory w) public {
        w.dataset = dataset;
        w.purposes |= 1;
        w.operations |= 1;
        if (w.cardDigest == 0) w.cardDigest = SALT;
        RequestId request = make(INSTITUTE, SALT, w);
        assertEq(
            consents.requestDigestOf(request),
            keccak256(
                bytes.concat(
                    abi.encode(request, INSTITUTE, START, w.dataset, w.purposes, w.operations, w.condition),
                    abi.encode(w.regions, w.notBefore, w.expiresAt, w.maxRounds, w.epsilonBudget),
                    abi.encode(w.projectRef, w.cardDigest)
                )
            )
        );
    }

    function test_makeRequest_isForCustodiansToo() public {
        assertState(make(CLINIC, SALT, wanted()), IAccessRequests.RequestState.OPEN);
    }

    function test_makeRequest_derivesAnIdForEachRequester() public {
        assertTrue(make(INSTITUTE, SALT, wanted()) != make(COMPANY, SALT, wanted()));
    }

    function test_makeRequest_revertsWhenDuplicate() public {
        RequestId request = make(INSTITUTE, SALT, wanted());
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsDuplicate.selector, request));
        make(INSTITUTE, SALT, wanted());
    }

    function test_makeRequest_revertsWhenCallerCannotUse() public {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenGranteeCannotUse.selector, AGENCY));
        make(AGENCY, SALT, wanted());
    }

    function test_makeRequest_revertsWhenCallerIsNoOperator() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, STRANGER));
        vm.prank(STRANGER);
        consents.makeRequest(SALT, wanted());
    }

    function test_makeRequest_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(INSTITUTE);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, INSTITUTE));
        make(INSTITUTE, SALT, wanted());
    }

    function test_makeRequest_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(consents)));
        make(INSTITUTE, SALT, wanted());
    }

    function test_makeRequest_revertsWhenAFieldIsEmpty() public {
        IAccessRequests.Wanted memory w = wanted();
        w.purposes = 0;
        expectEmpty(w, 0);
        w = wanted();
        w.operations = 0;
        expectEmpty(w, 1);
        w = wanted();
        w.cardDigest = 0;
        expectEmpty(w, 2);
    }

    /// No more than the three fields is asked for.
    function test_makeRequest_takesTheLeastWanted() public {
        IAccessRequests.Wanted memory w;
        (w.dataset, w.purposes, w.operations, w.cardDigest) = (dataset, 1, 1, bytes32(uint256(1)));
        make(INSTITUTE, SALT, w);
    }

    function test_makeRequest_revertsWhenDatasetIsUnknown() public {
        IAccessRequests.Wanted memory w = wanted();
        w.dataset = NO_DATASET;
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknownDataset.selector, NO_DATASET));
        make(INSTITUTE, SALT, w);
    }

    function test_views_knowNothingOfAnUnknownRequest() public view {
        assertState(RequestId.wrap(SALT), IAccessRequests.RequestState.NONE);
        assertEq(consents.requestDigestOf(RequestId.wrap(SALT)), 0);
    }

    /// Only a key of a custodian or a publisher asks.
    function testFuzz_makeRequest_isOnlyForUsers(address caller) public {
        bool user = false;
        for (uint32 i = 1; i <= 4; ++i) {
            user = user || caller == operator(OrganisationId.wrap(i));
        }
        IAccessRequests.Wanted memory w = wanted();
        if (!user) vm.expectRevert();
        vm.prank(caller);
        consents.makeRequest(SALT, w);
    }

    function expectEmpty(IAccessRequests.Wanted memory w, uint256 position) private {
        vm.expectRevert(abi.encodeWithSelector(IAccessRequests.AccessRequestsEmptyField.selector, position));
        make(INSTITUTE, SALT, w);
    }
}
