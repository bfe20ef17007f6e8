// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import { IConsentToken } from "../interfaces/IConsentToken.sol";
import { IERC5192 } from "../interfaces/IERC5192.sol";
import { Cid } from "../libraries/Cid.sol";
import { ConsentId, NOBODY, OrganisationId } from "../types/Ids.sol";

/// @title BoundToken: a consent as a token that stays with its holder
/// @notice ERC-721 with ERC-5192. The holder follows from the grantee's number and is no key's address, so nothing moves
/// a token; approvals and transfers always revert.
abstract contract BoundToken is ERC721, IERC5192, IConsentToken {
    constructor() ERC721("MedLedger Consent", "MLC") { }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @notice Where the policy document of a consent is: `ipfs://` and the CIDv1 of a raw block with its sha-256.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        return string.concat("ipfs://", Cid.ofRawBlock(_policyOf(tokenId)));
    }

    /// @inheritdoc IConsentToken
    function holderOf(OrganisationId grantee) public pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(grantee)))));
    }

    /// @notice A consent token is bound to its holder: always reverts.
    function approve(address, uint256 tokenId) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(bytes32(tokenId)));
    }

    /// @notice Consent tokens are bound to their holders: always reverts, with no token named.
    function setApprovalForAll(address, bool) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(0));
    }

    /// @notice A consent token is bound to its holder: always reverts.
    function transferFrom(address, address, uint256 tokenId) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(bytes32(tokenId)));
    }

    /// @notice A consent token is bound to its holder: always reverts.
    function safeTransferFrom(address, address, uint256 tokenId, bytes memory) public pure override {
        revert ConsentTokenBound(ConsentId.wrap(bytes32(tokenId)));
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 interfaceId) public view virtual override returns (bool) {
        return interfaceId == type(IERC5192).interfaceId || interfaceId == type(IConsentToken).interfaceId
            || super.supportsInterface(interfaceId);
    }

    /// @dev The holder follows from the grantee; OpenZeppelin's own table of owners stays empty.
    function _ownerOf(uint256 tokenId) internal view override returns (address) {
        OrganisationId grantee = _granteeOf(tokenId);
        return grantee == NOBODY ? address(0) : holderOf(grantee);
    }

    function _bind(ConsentId consent, OrganisationId grantee) internal {
        uint256 tokenId = uint256(ConsentId.unwrap(consent));
        address holder = holderOf(grantee);
        _increaseBalance(holder, 1);
        emit Transfer(address(0), holder, tokenId);
        emit Locked(tokenId);
    }

    /// @dev NOBODY for a token that does not exist.
    function _granteeOf(uint256 tokenId) internal view virtual returns (OrganisationId);

    function _policyOf(uint256 tokenId) internal view virtual returns (bytes32);
}
