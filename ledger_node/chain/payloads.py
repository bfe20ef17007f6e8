"""What a proposal carries: the structs of `IConsortium`, which the compiler's ABI does not name since they travel as
bytes. A test compares the table with the Solidity source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from ledger_node.chain.abi import Parameter, from_abi, to_abi, type_of
from ledger_node.domain.codes import ProposalKind
from ledger_node.errors import ChainAnswerInvalid, InvalidField

ORGANISATION = {"organisation": "uint32"}
CONSENT = {"generation": "uint32", "consent": "bytes32", "reason": "uint8"}
#: The fields of each kind's payload, by name and ABI type, in their order. A struct of one field is encoded as that
#: field, which is the same as long as the field has a fixed length.
FIELDS: dict[ProposalKind, dict[str, str]] = {
    ProposalKind.ADMIT: {"admin": "address", "capabilities": "uint8", "forProfit": "bool", "name": "string"},
    ProposalKind.SUSPEND: ORGANISATION,
    ProposalKind.REINSTATE: ORGANISATION,
    ProposalKind.REMOVE: ORGANISATION,
    ProposalKind.REPLACE_ADMIN: {"organisation": "uint32", "admin": "address"},
    ProposalKind.CHANGE_THRESHOLDS: {"all": "uint16", "custodians": "uint16"},
    ProposalKind.REGISTER_GENERATION: dict.fromkeys(
        ("datasets", "consents", "training", "models", "anchors"), "address"
    ),
    ProposalKind.LIFT_RECALL: {"generation": "uint32", "recall": "bytes32"},
    ProposalKind.REVOKE_CONSENT: CONSENT,
    ProposalKind.SUSPEND_CONSENT: {**CONSENT, "duration": "uint32"},
}


def encode_payload(kind: ProposalKind, fields: Mapping[str, Any]) -> str:
    """abi.encode of the kind's struct, as 0x-hex. InvalidField unless exactly its fields are there, of their types."""
    names = list(FIELDS[kind])
    if set(fields) != set(names):
        raise InvalidField(
            "a proposal's payload has other fields than its kind", got=f"{len(fields)} fields", needed=", ".join(names)
        )
    struct = _struct(kind)
    try:
        return "0x" + encode([type_of(struct)], [to_abi(struct, [fields[name] for name in names])]).hex()
    except (EncodingError, ValueError, TypeError):
        needed = ", ".join(f"{name} {kind_of}" for name, kind_of in FIELDS[kind].items())
        raise InvalidField("a proposal's payload has a field of the wrong type", needed=needed) from None


def decode_payload(kind: ProposalKind, payload: str) -> dict[str, Any]:
    """The fields by name, as JSON values. ChainAnswerInvalid when the payload is not the ABI of the kind's struct."""
    struct = _struct(kind)
    try:
        content = bytes.fromhex(payload.removeprefix("0x"))
        fields: dict[str, Any] = from_abi(struct, decode([type_of(struct)], content)[0])
    except (DecodingError, ValueError):
        raise ChainAnswerInvalid(
            "a proposal's payload cannot be read", got=f"{len(payload)} characters", needed=f"the ABI of {kind.name}"
        ) from None
    return fields


def _struct(kind: ProposalKind) -> Parameter:
    return {"type": "tuple", "components": [{"name": name, "type": kind_of} for name, kind_of in FIELDS[kind].items()]}
