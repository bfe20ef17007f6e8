"""The evidence bundle as types and as JSON: which keys there are, and how much of each there may be."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from ledger_node.errors import InvalidField
from ledger_node.proof import header as headers
from ledger_node.proof.codec import Codec, boolean, constant, many, octets, record, rising, text, uint
from ledger_node.proof.facts import (
    Consent,
    Contribution,
    Dataset,
    DatasetVersion,
    Facts,
    Input,
    LogEntry,
    Model,
    ModelVersion,
    Organisation,
    Round,
    Run,
)
from ledger_node.proof.hashing import parse_hex, parse_hex_any, to_hex
from ledger_node.proof.header import Header
from ledger_node.proof.layout import CONTRACTS
from ledger_node.proof.strict_json import Json
from ledger_node.proof.trie import MAX_NODE

FORMAT: Final = "medledger-evidence/1"

MAX_BUNDLE = 64 * 1024 * 1024
MAX_DOCUMENT = 256 * 1024
_MAX_FACTS = 4096
_MAX_ROUNDS = 16_384
_MAX_INPUTS = 64  # TrainingLog.MAX_INPUTS
_MAX_PARENTS = 16  # ModelRegistry.MAX_PARENTS
_MAX_NODES = 131_072
_MAX_FOLLOWING = 16_384

_id = octets(32)
_digest = octets(32)
_address = octets(20)
_organisation = uint(32)
_number = uint(32)
_time = uint(48)
_enum = uint(8)

organisation = record(
    Organisation,
    {
        "number": _organisation,
        "name": text(128),
        "admin": _address,
        "capabilities": uint(8),
        "for_profit": boolean,
        "status": _enum,
    },
)
dataset = record(Dataset, {"id": _id, "custodian": _organisation, "latest": _number, "lowest_usable": _number})
dataset_version = record(
    DatasetVersion,
    {
        "dataset": _id,
        "number": _number,
        "custodian": _organisation,
        "published_at": _time,
        "root": _digest,
        "card_digest": _digest,
        "attestation_digest": _digest,
        "options": uint(16),
        "size_class": _enum,
        "claim": _enum,
        "supersession": _enum,
        "opt_out_checked_at": _time,
    },
)
log_entry = record(LogEntry, {"act": _enum, "reason": _enum, "actor": _organisation, "at": _time, "until": _time})
consent = record(
    Consent,
    {
        "id": _id,
        "grantor": _organisation,
        "issued_at": _time,
        "dataset": _id,
        "grantee": _organisation,
        "version_from": _number,
        "version_to": _number,
        "basis": _enum,
        "purposes": uint(32),
        "operations": uint(16),
        "not_before": _time,
        "expires_at": _time,
        "max_rounds": _number,
        "project_ref": _digest,
        "policy_digest": _digest,
        "rounds_used": _number,
        "log": many(log_entry, _MAX_FACTS),
    },
)
model = record(Model, {"id": _id, "publisher": _organisation, "card_digest": _digest, "latest": _number})
run_input = record(Input, {"dataset": _id, "version": _number, "consent": _id})
contribution = record(
    Contribution,
    {
        "custodian": _organisation,
        "input": uint(6),  # below MAX_INPUTS
        "update_digest": _digest,
        "consent_state": _enum,
        "at": _time,
    },
)
training_round = record(
    Round,
    {
        "opened_at": _time,
        "contributions": many(contribution, _MAX_INPUTS),
        "aggregate_digest": _digest,
        "closed_at": _time,
    },
)
run = record(
    Run,
    {
        "id": _id,
        "publisher": _organisation,
        "opened_at": _time,
        "model": _id,
        "operation": uint(16),
        "purposes": uint(32),
        "project_ref": _digest,
        "card_digest": _digest,
        "inputs": many(run_input, _MAX_INPUTS),
        "rounds": many(training_round, _MAX_ROUNDS),
        "outcome": _enum,
        "result_digest": _digest,
        "closed_at": _time,
    },
)
model_version = record(
    ModelVersion,
    {
        "id": _id,
        "model": _id,
        "publisher": _organisation,
        "number": _number,
        "published_at": _time,
        "run": _id,
        "artifact_digest": _digest,
        "card_digest": _digest,
        "parents": many(_id, _MAX_PARENTS),
    },
)
facts = record(
    Facts,
    {
        "organisations": rising(organisation, _MAX_FACTS, lambda fact: fact.number),
        "datasets": rising(dataset, _MAX_FACTS, lambda fact: fact.id),
        "dataset_versions": rising(dataset_version, _MAX_FACTS, lambda fact: (fact.dataset, fact.number)),
        "consents": rising(consent, _MAX_FACTS, lambda fact: fact.id),
        "models": rising(model, _MAX_FACTS, lambda fact: fact.id),
        "runs": rising(run, _MAX_FACTS, lambda fact: fact.id),
        "model_versions": rising(model_version, _MAX_FACTS, lambda fact: fact.id),
    },
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the bundle is about. The only kind is `modelVersion`."""

    kind: str
    id: bytes


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by number and hash."""

    number: int
    hash: bytes


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

    `documents` are (sha-256, bytes), `following` the headers after `header`, `proof_nodes` the trie nodes of all proofs
    in rising order, `not_proved` the digests of documents that the facts name and the bundle does not hold.
    """

    format: str
    chain_id: int
    genesis: bytes
    subject: Subject
    as_of: BlockRef
    contracts: Contracts
    facts: Facts
    documents: tuple[tuple[bytes, bytes], ...]
    header: Header
    following: tuple[Header, ...]
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
    _read_documents, lambda value: {to_hex(digest): _write_document(content) for digest, content in value}
)
_node: Codec[bytes] = Codec(lambda value: parse_hex_any(value, MAX_NODE), to_hex)
_header: Codec[Header] = Codec(headers.read, headers.write)
contracts = record(Contracts, dict.fromkeys(CONTRACTS, _address))
subject = record(Subject, {"kind": constant("modelVersion"), "id": _id})
bundle = record(
    Bundle,
    {
        "format": constant(FORMAT),
        "chain_id": uint(64),
        "genesis": _digest,
        "subject": subject,
        "as_of": record(BlockRef, {"number": uint(64), "hash": _digest}),
        "contracts": contracts,
        "facts": facts,
        "documents": documents,
        "header": _header,
        "following": many(_header, _MAX_FOLLOWING),
        "proof_nodes": rising(_node, _MAX_NODES, lambda node: node),
        "not_proved": rising(_digest, _MAX_FACTS * 8, lambda digest: digest),
    },
)
