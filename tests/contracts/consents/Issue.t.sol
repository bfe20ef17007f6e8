// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IConsortium } from "../../../contracts/interfaces/IConsortium.sol";
import { IDatasetRegistry } from "../../../contracts/interfaces/IDatasetRegistry.sol";
import { IERC5192 } from "../../../contracts/interfaces/IERC5192.sol";
import { Ids } from "../../../contracts/libraries/Ids.sol";
import { CUSTODIAN, PUBLISHER } from "../../../contracts/types/Capabilities.sol";
import {
    ALL_OPTIONS,
    ALL_PURPOSES,
    Basis,
    ConsentState,
    GS,
    POARCH,
    Terms
} from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, NOBODY, OrganisationId } from "../../../contracts/types/Ids.sol";
import { SecondGeneration } from "../base/SecondGeneration.sol";

contract IssueTest is SecondGeneration {
    bytes32 internal constant SALT = keccak256("salt");

    DatasetId internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
    }

    function test_issue_grants() public {
        ConsentId expected = idOf(HOSPITAL, SALT);
        uint256 tokenId = uint256(ConsentId.unwrap(expected));
        Terms memory terms = termsFor(dataset);
        vm.warp(START + 7);
        vm.expectEmit(address(consents));
        emit IConsentToken.ConsentIssued(expected, HOSPITAL, START + 7, terms, 0, 0, operator(HOSPITAL));
        vm.expectEmit(address(consents));
        emit IERC721.Transfer(address(0), consents.holderOf(INSTITUTE), tokenId);
        vm.expectEmit(address(consents));
        emit IERC5192.Locked(tokenId);
        ConsentId consent = issue(HOSPITAL, SALT, terms);
        assertEq(ConsentId.unwrap(consent), ConsentId.unwrap(expected));
        assertTrue(consents.grantorOf(consent) == HOSPITAL);
        assertEq(consents.roundsUsed(consent), 0);
        assertEq(consents.epsilonSpent(consent), 0);
        assertTrue(consents.stateAt(consent, START + 7) == ConsentState.ACTIVE);
        assertTrue(consents.stateAt(consent, type(uint48).max) == ConsentState.ACTIVE);
    }

    /// Any terms that are sound: the digest is over every field in its order.
    function testFuzz_issue_storesADigestOfTheWholeRecord(uint256 seed, bytes32 projectRef, bytes32 policy) public {
        vm.assume(policy != 0);
        Terms memory t = termsFor(dataset);
        (t.versionFrom, t.versionTo) = (1 + uint32(seed) % 1000, 1000 + uint32(seed >> 32) % 1000);
        t.basis = Basis(seed % 6);
        t.purposes = (uint16(seed >> 64) & ALL_PURPOSES & ~POARCH) | 1;
        t.operations = uint8(seed >> 80) | 1;
        t.regions = seed % 2 == 0 ? 0 : uint40(seed >> 88) | 1;
        t.modifiers = t.regions == 0 ? 0 : GS;
        t.deidentification = uint16(seed >> 128) & ALL_OPTIONS;
        (t.notBefore, t.expiresAt) = (START - uint16(seed >> 144), START + 1 + uint24(seed >> 160));
        (t.maxRounds, t.epsilonBudget) = (uint24(seed >> 184), uint40(seed >> 208));
        (t.projectRef, t.policyDigest) = (projectRef, policy);
        ConsentId consent = issue(HOSPITAL, SALT, t);
        assertEq(
            consents.recordDigestOf(consent),
            keccak256(
                bytes.concat(
                    abi.encode(consent, HOSPITAL, START, t.dataset, t.grantee, t.versionFrom, t.versionTo),
                    abi.encode(t.basis, t.permission, t.modifiers, t.purposes, t.operations, t.condition, t.regions),
                    abi.encode(t.deidentification, t.notBefore, t.expiresAt, t.maxRounds, t.epsilonBudget),
                    abi.encode(t.projectRef, t.policyDigest, t.request, t.supersedes)
                )
            )
        );
    }

    function test_issue_grantsToACustodianToo() public {
        Terms memory terms = termsFor(dataset);
        terms.grantee = CLINIC;
        ConsentId consent = issue(HOSPITAL, SALT, terms);
        assertEq(consents.ownerOf(uint256(ConsentId.unwrap(consent))), consents.holderOf(CLINIC));
    }

    function test_issue_grantsBeforeAVersionExists() public {
        issue(CLINIC, SALT, termsFor(registerDataset(CLINIC, SALT)));
    }

    function test_issue_derivesDifferentIdsForDifferentSalts() public {
        ConsentId one = issue(HOSPITAL, SALT, termsFor(dataset));
        ConsentId other = issue(HOSPITAL, "other", termsFor(dataset));
        assertTrue(one != other);
        assertTrue(other == idOf(HOSPITAL, "other"));
    }

    function test_issue_revertsWhenDuplicate() public {
        ConsentId consent = issue(HOSPITAL, SALT, termsFor(dataset));
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenDuplicate.selector, consent);
        expectRefused(termsFor(dataset), refusal);
        expectRefused(termsFor(DatasetId.wrap(SALT)), refusal);
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

    function test_issue_revertsWhenCallerIsTheAdmin() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotOperator.selector, admin(HOSPITAL)));
        vm.prank(admin(HOSPITAL));
        consents.issue(SALT, termsFor(dataset));
    }

    function test_issue_revertsWhenCallerIsSuspended() public {
        suspendOrganisation(HOSPITAL);
        expectRefused(termsFor(dataset), abi.encodeWithSelector(IConsortium.ConsortiumInactive.selector, HOSPITAL));
    }

    function test_issue_revertsInAFormerGeneration() public {
        enterSecondGeneration();
        expectRefused(
            termsFor(dataset), abi.encodeWithSelector(IConsortium.ConsortiumNotInForce.selector, address(consents))
        );
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

    function test_issue_revertsWhenGranteeCannotUse() public {
        Terms memory terms = termsFor(dataset);
        terms.grantee = AGENCY;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenGranteeCannotUse.selector, AGENCY));
    }

    /// The terms' own faults are tested with the library TermRules; this shows that they are asked, at the block's time.
    function test_issue_revertsWhenTermsAreUnsound() public {
        Terms memory terms = termsFor(dataset);
        terms.policyDigest = 0;
        expectRefused(terms, abi.encodeWithSelector(IConsentToken.ConsentTokenEmptyPolicy.selector));
        terms = termsFor(dataset);
        vm.warp(terms.expiresAt);
        expectRefused(
            terms,
            abi.encodeWithSelector(IConsentToken.ConsentTokenWindowPast.selector, terms.expiresAt, terms.expiresAt)
        );
        vm.warp(terms.expiresAt - 1);
        issue(HOSPITAL, SALT, terms);
    }

    function test_views_revertWhenConsentIsUnknown() public {
        ConsentId none = ConsentId.wrap(SALT);
        bytes memory refusal = abi.encodeWithSelector(IConsentToken.ConsentTokenUnknown.selector, none);
        vm.expectRevert(refusal);
        consents.grantorOf(none);
        vm.expectRevert(refusal);
        consents.roundsUsed(none);
        vm.expectRevert(refusal);
        consents.epsilonSpent(none);
        vm.expectRevert(refusal);
        consents.stateAt(none, START);
        assertEq(consents.recordDigestOf(none), 0);
    }

    /// Whoever calls, only the custodian of a dataset grants on it.
    function testFuzz_issue_isOnlyForTheCustodian(address caller, uint8 member) public {
        if (member % 2 == 0) caller = operator(OrganisationId.wrap(2 + member % 4));
        vm.assume(caller != operator(HOSPITAL));
        Terms memory terms = termsFor(dataset);
        vm.expectRevert();
        vm.prank(caller);
        consents.issue(SALT, terms);
        assertEq(consents.recordDigestOf(idOf(HOSPITAL, SALT)), 0);
    }

    function expectRefused(Terms memory terms, bytes memory refusal) private {
        vm.expectRevert(refusal);
        issue(HOSPITAL, SALT, terms);
    }

    function idOf(OrganisationId organisation, bytes32 salt) private view returns (ConsentId) {
        return ConsentId.wrap(keccak256(abi.encode(Ids.CONSENT, block.chainid, address(consents), organisation, salt)));
    }
}
