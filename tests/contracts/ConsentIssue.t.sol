// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../contracts/interfaces/IDatasetRegistry.sol";
import { IERC5192 } from "../../contracts/interfaces/IERC5192.sol";
import { Ids } from "../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../contracts/types/Capabilities.sol";
import { ALL_OPERATIONS, ALL_PURPOSES, ConsentState, Terms } from "../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NOBODY, OrganisationId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

contract ConsentIssueTest is ConsortiumTest {
    bytes32 internal constant SALT = keccak256("salt");
    uint48 internal constant LONGEST = 3650 days;

    DatasetId internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
    }

    function test_issue_grants() public {
        ConsentId expected = idOf(HOSPITAL, SALT);
        uint256 tokenId = uint256(ConsentId.unwrap(expected));
        Terms memory terms = termsFor(dataset);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentIssued(expected, HOSPITAL, START, terms);
        vm.expectEmit(address(consents));
        emit IERC721.Transfer(address(0), consents.holderOf(INSTITUTE), tokenId);
        vm.expectEmit(address(consents));
        emit IERC5192.Locked(tokenId);
        ConsentId consent = issue(HOSPITAL, SALT, terms);
        assertEq(ConsentId.unwrap(consent), ConsentId.unwrap(expected));
        assertTrue(consents.grantorOf(consent) == HOSPITAL);
        assertEq(consents.roundsUsed(consent), 0);
        assertTrue(consents.stateAt(consent, START) == ConsentState.ACTIVE);
    }

    function test_issue_storesADigestOfTheWholeRecord() public {
        Terms memory t = termsFor(dataset);
        ConsentId consent = issue(HOSPITAL, SALT, t);
        assertEq(
            consents.recordDigestOf(consent),
            keccak256(
                bytes.concat(
                    abi.encode(consent, HOSPITAL, START, t.dataset, t.grantee, t.versionFrom, t.versionTo),
                    abi.encode(t.basis, t.purposes, t.operations, t.notBefore, t.expiresAt),
                    abi.encode(t.maxRounds, t.projectRef, t.policyDigest)
                )
            )
        );
    }

    function test_issue_takesATokenBeforeAVersionExists() public {
        issue(CLINIC, SALT, termsFor(registerDataset(CLINIC, SALT)));
    }

    function test_issue_revertsWhenDuplicate() public {
        ConsentId consent = issue(HOSPITAL, SALT, termsFor(dataset));
        expectRefused(termsFor(dataset), abi.encodeWithSelector(IConsentToken.ConsentTokenDuplicate.selector, consent));
    }

    function test_issue_revertsWhenDuplicateThoughTheWindowIsPast() public {
        Terms memory terms = termsFor(dataset);
        ConsentId consent = issue(HOSPITAL, SALT, terms);
        vm.warp(terms.expiresAt);
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenDuplicate.selector, consent));
    }

    function test_issue_revertsWhenCallerIsAnotherCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenNotGrantor.selector, CLINIC, HOSPITAL));
        issue(CLINIC, SALT, termsFor(dataset));
    }

    function test_issue_revertsWhenCallerIsNoCustodian() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumLacksCapability.selector, PUBLISHER, CUSTODIAN));
        issue(INSTITUTE, SALT, termsFor(dataset));
    }

    function test_issue_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(HOSPITAL);
        expectRefused(termsFor(dataset), abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
    }

    function test_issue_revertsWhenDatasetIsUnknown() public {
        Terms memory terms = termsFor(DatasetId.wrap(SALT));
        expectRefused(terms, abi.encodeWithSelector(IDatasetRegistry.DatasetRegistryUnknownDataset.selector, SALT));
    }

    function test_issue_revertsWhenGranteeIsUnknown() public {
        Terms memory terms = termsFor(dataset);
        terms.grantee = NEWCOMER;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenUnknownGrantee.selector, NEWCOMER));
        terms.grantee = NOBODY;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenUnknownGrantee.selector, NOBODY));
    }

    function test_issue_revertsWhenGranteeIsNoPublisher() public {
        Terms memory terms = termsFor(dataset);
        terms.grantee = CLINIC;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenGranteeNotPublisher.selector, CLINIC));
    }

    function test_issue_revertsWhenPurposesAreBad() public {
        Terms memory terms = termsFor(dataset);
        terms.purposes = 0;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenBadPurposes.selector, 0, ALL_PURPOSES));
        terms.purposes = ALL_PURPOSES + 1;
        expectRefused(
            terms,
            abi.encodeWithSelector(IConsentToken.ConsentTokenBadPurposes.selector, ALL_PURPOSES + 1, ALL_PURPOSES)
        );
    }

    function test_issue_revertsWhenOperationsAreBad() public {
        Terms memory terms = termsFor(dataset);
        terms.operations = 0;
        expectRefused(
            terms, abi.encodeWithSelector(IConsentToken.ConsentTokenBadOperations.selector, 0, ALL_OPERATIONS)
        );
        terms.operations = ALL_OPERATIONS + 1;
        expectRefused(
            terms,
            abi.encodeWithSelector(IConsentToken.ConsentTokenBadOperations.selector, ALL_OPERATIONS + 1, ALL_OPERATIONS)
        );
    }

    function test_issue_revertsWhenWindowIsEmpty() public {
        Terms memory terms = termsFor(dataset);
        terms.expiresAt = terms.notBefore;
        expectRefused(terms, badWindow(terms));
        terms.expiresAt = terms.notBefore - 1;
        expectRefused(terms, badWindow(terms));
    }

    function test_issue_revertsWhenWindowIsLongerThanTenYears() public {
        Terms memory terms = termsFor(dataset);
        terms.expiresAt = terms.notBefore + LONGEST + 1;
        expectRefused(terms, badWindow(terms));
        terms.expiresAt = terms.notBefore + LONGEST;
        issue(HOSPITAL, SALT, terms);
    }

    function test_issue_revertsWhenWindowIsPast() public {
        Terms memory terms = termsFor(dataset);
        terms.notBefore = START - 10;
        terms.expiresAt = START;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenWindowPast.selector, START, START));
        terms.expiresAt = START + 1;
        issue(HOSPITAL, SALT, terms);
    }

    function test_issue_revertsWhenVersionRangeIsBad() public {
        Terms memory terms = termsFor(dataset);
        terms.versionFrom = 0;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenBadVersionRange.selector, 0, 0));
        (terms.versionFrom, terms.versionTo) = (3, 2);
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenBadVersionRange.selector, 3, 2));
        (terms.versionFrom, terms.versionTo) = (3, 3);
        issue(HOSPITAL, SALT, terms);
    }

    function test_issue_revertsWhenPolicyIsEmpty() public {
        Terms memory terms = termsFor(dataset);
        terms.policyDigest = 0;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenEmptyPolicy.selector));
    }

    function test_views_revertWhenConsentIsUnknown() public {
        ConsentId none = ConsentId.wrap(SALT);
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, none);
        vm.expectRevert(refusal);
        consents.grantorOf(none);
        vm.expectRevert(refusal);
        consents.roundsUsed(none);
        vm.expectRevert(refusal);
        consents.stateAt(none, START);
        assertEq(consents.recordDigestOf(none), 0);
    }

    /// Whoever calls, only the custodian of a dataset grants on it.
    function testFuzz_issue_isOnlyForTheCustodian(address caller) public {
        vm.assume(caller != operator(HOSPITAL));
        vm.prank(caller);
        try consents.issue(SALT, termsFor(dataset)) {
            fail();
        } catch { }
        assertEq(consents.recordDigestOf(idOf(HOSPITAL, SALT)), 0);
    }

    function expectRefused(Terms memory terms, bytes memory refusal) private {
        vm.expectRevert(refusal);
        issue(HOSPITAL, SALT, terms);
    }

    function badWindow(Terms memory terms) private pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IConsentToken.ConsentTokenBadWindow.selector, terms.notBefore, terms.expiresAt, LONGEST
        );
    }

    function idOf(OrganisationId organisation, bytes32 salt) private view returns (ConsentId) {
        return ConsentId.wrap(keccak256(abi.encode(Ids.CONSENT, block.chainid, address(consents), organisation, salt)));
    }
}
