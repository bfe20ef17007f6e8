"""Clique (EIP-225): who sealed a block."""

from __future__ import annotations

from collections.abc import Mapping

from ledger_node.errors import ChainAnswerInvalid, InvalidField
from ledger_node.proof import header, signatures
from ledger_node.proof.hashing import parse_hex_any, to_hex

SEAL = signatures.SIGNATURE  # bytes at the end of extraData


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
        return to_hex(signatures.recover(unsealed.hash, extra[-SEAL:]))
    except InvalidField as failure:
        raise ChainAnswerInvalid("the block's seal is no signature", needed="Clique") from failure
