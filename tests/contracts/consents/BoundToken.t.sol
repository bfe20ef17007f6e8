// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IERC721 } from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import { IERC721Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import { IERC721Metadata } from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import { IAccessRequests } from "../../../contracts/interfaces/IAccessRequests.sol";
import { IConsentToken } from "../../../contracts/interfaces/IConsentToken.sol";
import { IERC5192 } from "../../../contracts/interfaces/IERC5192.sol";
import { StateReason, Terms } from "../../../contracts/types/DataUse.sol";
import { ConsentId, DatasetId, OrganisationId } from "../../../contracts/types/Ids.sol";
import { ConsortiumTest } from "../base/ConsortiumTest.sol";

/// ERC-721 and ERC-5192.
contract BoundTokenTest is ConsortiumTest {
    uint256 internal constant NONE = 7;

    DatasetId internal dataset;
    ConsentId internal consent;
    uint256 internal tokenId;
    address internal holder;

    function setUp() public override {
        super.setUp();
        dataset = datasetOf(HOSPITAL);
        consent = consentOn(dataset, HOSPITAL);
        tokenId = uint256(ConsentId.unwrap(consent));
        holder = consents.holderOf(INSTITUTE);
    }

    function test_ownerOf_isTheDerivedHolder() public view {
        assertEq(consents.ownerOf(tokenId), holder);
        assertEq(holder, address(uint160(uint256(keccak256(abi.encode(uint32(3)))))));
    }

    function test_balanceOf_countsTheHoldersTokens() public {
        assertEq(consents.balanceOf(holder), 1);
        assertEq(consents.balanceOf(consents.holderOf(COMPANY)), 0);
        issue(HOSPITAL, "other", termsFor(dataset));
        Terms memory terms = termsFor(dataset);
        terms.grantee = COMPANY;
        issue(HOSPITAL, "company", terms);
        assertEq(consents.balanceOf(holder), 2);
        assertEq(consents.balanceOf(consents.holderOf(COMPANY)), 1);
    }

    function test_balanceOf_revertsForTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidOwner.selector, address(0)));
        consents.balanceOf(address(0));
    }

    function test_revoke_keepsTheToken() public {
        vm.prank(operator(HOSPITAL));
        consents.revoke(consent, StateReason.BREACH);
        assertEq(consents.ownerOf(tokenId), holder);
        assertEq(consents.balanceOf(holder), 1);
        assertTrue(consents.locked(tokenId));
    }

    function test_views_revertWhenTokenIsUnknown() public {
        bytes memory refusal = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, NONE);
        vm.expectRevert(refusal);
        consents.ownerOf(NONE);
        vm.expectRevert(refusal);
        consents.locked(NONE);
        vm.expectRevert(refusal);
        consents.tokenURI(NONE);
        vm.expectRevert(refusal);
        consents.getApproved(NONE);
    }

    function test_locked_isAlwaysTrue() public view {
        assertTrue(consents.locked(tokenId));
    }

    /// Computed without Solidity: the first is well known as the address of an empty block.
    function test_tokenURI_isTheAddressOfThePolicy() public {
        assertUri(
            0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,
            "ipfs://bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
        );
        assertUri(bytes32(uint256(1)), "ipfs://bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaae");
        assertUri(bytes32(type(uint256).max), "ipfs://bafkreih777777777777777777777777777777777777777777777777774");
    }

    function testFuzz_tokenURI_holdsTheDigestInBase32(bytes32 policy) public {
        vm.assume(policy != 0);
        bytes memory text = bytes(consents.tokenURI(issued(policy)));
        assertEq(text.length, 66);
        // 58 digits of 5 bits hold 36 bytes: 0x01551220, the digest, and two bits of padding.
        bytes memory digits = "abcdefghijklmnopqrstuvwxyz234567";
        uint256 low;
        for (uint256 i = 16; i < 66; ++i) {
            uint256 digit = 0;
            while (digits[digit] != text[i]) ++digit;
            low = (low << 5) | digit;
        }
        // The last 50 digits are 250 bits, of which 248 belong to the digest's last 31 bytes.
        assertEq(low >> 2, uint256(policy) & ((1 << 248) - 1));
        assertEq(low & 3, 0);
    }

    function test_approve_revertsWhenBound() public {
        expectBound(consent);
        consents.approve(STRANGER, tokenId);
        assertEq(consents.getApproved(tokenId), address(0));
    }

    function test_setApprovalForAll_revertsWhenBound() public {
        expectBound(ConsentId.wrap(0));
        consents.setApprovalForAll(STRANGER, true);
        expectBound(ConsentId.wrap(0));
        consents.setApprovalForAll(STRANGER, false);
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

    /// Whoever calls, for whatever token and receiver.
    function testFuzz_transferFrom_neverMovesAToken(address caller, address receiver, uint256 any) public {
        bytes memory bound_ = abi.encodeWithSelector(IConsentToken.ConsentTokenBound.selector, any);
        vm.startPrank(caller);
        vm.expectRevert(bound_);
        consents.transferFrom(holder, receiver, any);
        vm.expectRevert(bound_);
        consents.safeTransferFrom(holder, receiver, any);
        vm.expectRevert(bound_);
        consents.approve(receiver, any);
        vm.stopPrank();
    }

    function test_supportsInterface_namesItsInterfaces() public view {
        assertTrue(consents.supportsInterface(type(IERC165).interfaceId));
        assertTrue(consents.supportsInterface(type(IERC721).interfaceId));
        assertTrue(consents.supportsInterface(type(IERC721Metadata).interfaceId));
        assertTrue(consents.supportsInterface(type(IERC5192).interfaceId));
        assertTrue(consents.supportsInterface(0xb45a3c0e));
        assertTrue(consents.supportsInterface(type(IConsentToken).interfaceId));
        assertTrue(consents.supportsInterface(type(IAccessRequests).interfaceId));
        assertFalse(consents.supportsInterface(0xffffffff));
        assertFalse(consents.supportsInterface(0));
    }

    function test_name_namesTheToken() public view {
        assertEq(consents.name(), "MedLedger Consent");
        assertEq(consents.symbol(), "MLC");
    }

    /// No key is a holder: the derived address of one organisation is never that of another.
    function testFuzz_holderOf_differsByOrganisation(uint32 one, uint32 other) public view {
        vm.assume(one != other);
        assertTrue(consents.holderOf(OrganisationId.wrap(one)) != consents.holderOf(OrganisationId.wrap(other)));
    }

    function issued(bytes32 policy) private returns (uint256) {
        Terms memory terms = termsFor(dataset);
        terms.policyDigest = policy;
        return uint256(ConsentId.unwrap(issue(HOSPITAL, freshSalt(), terms)));
    }

    function assertUri(bytes32 policy, string memory expected) private {
        assertEq(consents.tokenURI(issued(policy)), expected);
    }

    /// The holder's own address, could it speak, could not move the token either.
    function expectBound(ConsentId named) private {
        vm.expectRevert(abi.encodeWithSelector(IConsentToken.ConsentTokenBound.selector, named));
        vm.prank(holder);
    }
}
