"""The evidence bundle as types and as JSON: which keys there are, and how much of each there may be."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from ledger_node.errors import InvalidField
from ledger_node.proof import checkpoint, schema
from ledger_node.proof import header as headers
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.proof.codec import Codec, constant, many, octets, octets_any, record, rising, uint
from ledger_node.proof.facts import Facts
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.header import BlockRef, Header
from ledger_node.proof.layout import CONTRACTS
from ledger_node.proof.strict_json import Json
from ledger_node.proof.subject import Subject, subject
from ledger_node.proof.trie import MAX_NODE

FORMAT: Final = "medledger-evidence/3"

MAX_BUNDLE = 64 * 1024 * 1024
MAX_DOCUMENT = 256 * 1024
_MAX_DOCUMENTS = 131_072
_MAX_NODES = 131_072
MAX_FOLLOWING = 16_384
_MAX_CHECKPOINTS = 64

_digest = octets(32)
_address = octets(20)


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts' addresses (20 bytes each), by the names of `layout.CONTRACTS`."""

    consortium: bytes
    datasets: bytes
    consents: bytes
    training: bytes
    models: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """An evidence bundle, read but not verified.

    `at` is the time asked about (Unix seconds): the as-of block's, or an earlier one, which later facts answer as well.
    `documents` are (sha-256, bytes), `following` the headers after `header`, `proof_nodes` the trie nodes of all proofs
    in rising order, `not_proved` the digests of documents that the facts name and the bundle does not hold.

    For readers who trust operators, `checkpoints` are what those signed of these blocks, in rising order of height; for
    readers who trust validators, `sealed` are headers with their seals, one by one from the block after the one where
    those were in force, to one that makes the as-of block final.
    """

    format: str
    chain_id: int
    genesis: bytes
    subject: Subject
    at: int
    as_of: BlockRef
    contracts: Contracts
    facts: Facts
    documents: tuple[tuple[bytes, bytes], ...]
    header: Header
    following: tuple[Header, ...]
    checkpoints: tuple[SignedCheckpoint, ...]
    sealed: tuple[Header, ...]
    proof_nodes: tuple[bytes, ...]
    not_proved: tuple[bytes, ...]


def _read_document(value: object) -> bytes:
    """Bytes of UTF-8 stand as text, all others as `{"base64": …}`; each has one form."""
    if isinstance(value, str):
        content = value.encode()
    elif isinstance(value, dict) and value.keys() == {"base64"} and isinstance(value["base64"], str):
        try:
            content = base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, ValueError) as failure:
            raise InvalidField("document is not base64", needed="RFC 4648") from failure
    else:
        raise InvalidField("not a document", got=type(value).__name__, needed="text or base64")
    if len(content) > MAX_DOCUMENT or _write_document(content) != value:
        raise InvalidField("document too long or not in its one form", got=f"{len(content)} bytes")
    return content


def _write_document(content: bytes) -> Json:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _read_documents(value: object) -> tuple[tuple[bytes, bytes], ...]:
    if not isinstance(value, dict):
        raise InvalidField("not such an object", got=type(value).__name__, needed="documents by digest")
    return tuple(sorted((parse_hex(key, 32), _read_document(part)) for key, part in value.items()))


documents: Codec[tuple[tuple[bytes, bytes], ...]] = Codec(
    _read_documents,
    lambda value: {to_hex(digest): _write_document(content) for digest, content in value},
    {
        "type": "object",
        "propertyNames": octets(32).shape,
        "additionalProperties": {
            "oneOf": [
                {"type": "string", "maxLength": MAX_DOCUMENT},
                {
                    "type": "object",
                    "properties": {"base64": {"type": "string", "contentEncoding": "base64"}},
                    "required": ["base64"],
                    "additionalProperties": False,
                },
            ]
        },
    },
)
_node = octets_any(MAX_NODE)
_header: Codec[Header] = Codec(
    headers.read,
    headers.write,
    {
        "type": "object",
        "required": ["parentHash", "stateRoot", "number", "timestamp", "extraData"],
        "additionalProperties": {"type": "string", "pattern": "^0x[0-9a-f]*$"},
    },
)
contracts = record(Contracts, dict.fromkeys(CONTRACTS, _address))
bundle = record(
    Bundle,
    {
        "format": constant(FORMAT),
        "chain_id": uint(64),
        "genesis": _digest,
        "subject": subject,
        "at": uint(48),
        "as_of": record(BlockRef, {"number": uint(64), "hash": _digest}),
        "contracts": contracts,
        "facts": schema.facts,
        "documents": documents,
        "header": _header,
        "following": many(_header, MAX_FOLLOWING),
        "checkpoints": rising(checkpoint.codec, _MAX_CHECKPOINTS, lambda one: one.number),
        "sealed": many(_header, MAX_FOLLOWING),
        "proof_nodes": rising(_node, _MAX_NODES, lambda node: node),
        "not_proved": rising(_digest, _MAX_DOCUMENTS, lambda digest: digest),
    },
)
