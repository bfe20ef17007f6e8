// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC165 } from "@openzeppelin/contracts/interfaces/IERC165.sol";
import { IERC721Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IERC721Metadata } from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import { IConsentToken } from "../../contracts/interfaces/IConsentToken.sol";
import { IERC5192 } from "../../contracts/interfaces/IERC5192.sol";
import { Terms } from "../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, OrganisationId } from "../../contracts/types/Ids.sol";
import { ConsortiumTest } from "./base/ConsortiumTest.sol";

/// The token as wallets and explorers see it: ERC-721, ERC-5192, bound to its holder.
contract ConsentBindingTest is ConsortiumTest {
    uint256 internal constant NONE = 7;

    ConsentId internal consent;
    uint256 internal tokenId;
    address internal holder;

    function setUp() public override {
        super.setUp();
        consent = consentOn(datasetOf(HOSPITAL), HOSPITAL);
        tokenId = uint256(ConsentId.unwrap(consent));
        holder = consents.holderOf(INSTITUTE);
    }

    function test_ownerOf_isTheDerivedHolder() public view {
        assertEq(consents.ownerOf(tokenId), holder);
        assertEq(holder, address(uint160(uint256(keccak256(abi.encode(uint32(3)))))));
    }

    function test_ownerOf_revertsWhenTokenIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, NONE));
        consents.ownerOf(NONE);
    }

    function test_balanceOf_countsTheHoldersTokens() public {
        assertEq(consents.balanceOf(holder), 1);
        assertEq(consents.balanceOf(consents.holderOf(COMPANY)), 0);
        DatasetId dataset = datasetOf(CLINIC);
        consentOn(dataset, CLINIC);
        Terms memory terms = termsFor(dataset);
        terms.grantee = COMPANY;
        issue(CLINIC, keccak256("other"), terms);
        assertEq(consents.balanceOf(holder), 2);
        assertEq(consents.balanceOf(consents.holderOf(COMPANY)), 1);
    }

    function test_locked_isAlwaysTrue() public view {
        assertTrue(consents.locked(tokenId));
    }

    function test_locked_revertsWhenTokenIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, NONE));
        consents.locked(NONE);
    }

    function test_approve_revertsWhenBound() public {
        expectBound(consent);
        consents.approve(STRANGER, tokenId);
        assertEq(consents.getApproved(tokenId), address(0));
    }

    function test_setApprovalForAll_revertsWhenBound() public {
        expectBound(ConsentId.wrap(0));
        consents.setApprovalForAll(STRANGER, true);
        assertFalse(consents.isApprovedForAll(holder, STRANGER));
    }

    function test_transferFrom_revertsWhenBound() public {
        expectBound(consent);
        consents.transferFrom(holder, STRANGER, tokenId);
        assertEq(consents.ownerOf(tokenId), holder);
    }

    function test_safeTransferFrom_revertsWhenBound() public {
        expectBound(consent);
        consents.safeTransferFrom(holder, STRANGER, tokenId);
        expectBound(consent);
        consents.safeTransferFrom(holder, STRANGER, tokenId, "");
        assertEq(consents.ownerOf(tokenId), holder);
    }

    function test_supportsInterface_namesItsInterfaces() public view {
        assertTrue(consents.supportsInterface(type(IERC165).interfaceId));
        assertTrue(consents.supportsInterface(type(IERC721).interfaceId));
        assertTrue(consents.supportsInterface(type(IERC721Metadata).interfaceId));
        assertTrue(consents.supportsInterface(type(IERC5192).interfaceId));
        assertTrue(consents.supportsInterface(0xb45a3c0e));
        assertTrue(consents.supportsInterface(type(IConsentToken).interfaceId));
        assertFalse(consents.supportsInterface(0xffffffff));
    }

    function test_name_namesTheToken() public view {
        assertEq(consents.name(), "MedLedger Consent");
        assertEq(consents.symbol(), "MLC");
        assertEq(consents.tokenURI(tokenId), "");
    }

    /// No key is a holder: the derived address of one organisation is never that of another.
    function testFuzz_holderOf_differsByOrganisation(uint32 one, uint32 other) public view {
        vm.assume(one != other);
        assertTrue(consents.holderOf(OrganisationId.wrap(one)) != consents.holderOf(OrganisationId.wrap(other)));
    }

    /// The holder's own address, could it speak, could not move the token either.
    function expectBound(ConsentId named) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenBound.selector, named));
        vm.prank(holder);
    }
}
