"""Clique (EIP-225): who sealed a block."""

from __future__ import annotations

from collections.abc import Mapping

from coincurve import PublicKey

from ledger_node.errors import ChainAnswerInvalid
from ledger_node.proof import header
from ledger_node.proof.hashing import keccak256, parse_hex_any, to_hex

SEAL = 65  # bytes at the end of extraData: r, s and the parity of R's y coordinate


def signer_of(block: Mapping[str, object]) -> str:
    """The address (0x-hex, lowercase) whose seal an RPC's block carries. The hash that it claims is checked.

    ChainAnswerInvalid when it has no seal that can be read.
    """
    sealed = dict(header.from_rpc(block).fields)
    extra = parse_hex_any(sealed["extraData"], header.MAX_EXTRA_DATA)
    if len(extra) < SEAL:
        raise ChainAnswerInvalid("the block has no seal", got=f"{len(extra)} bytes of extraData", needed="Clique")
    unsealed = header.read({**sealed, "extraData": to_hex(extra[:-SEAL])})
    try:
        key = PublicKey.from_signature_and_message(extra[-SEAL:], unsealed.hash, hasher=None)
    except ValueError:
        raise ChainAnswerInvalid("the block's seal is no signature", needed="Clique") from None
    return to_hex(keccak256(key.format(compressed=False)[1:])[-20:])
