"""Making an evidence bundle, from facts and a chain's answers to bytes. `verifier` is its other half.

A node asks `words_needed` which storage words it must fetch with eth_getProof, gives all answers to `assemble` and
writes what `dump` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger_node.errors import ChainAnswerInvalid, EvidenceMalformed, EvidenceUnavailable, InputError
from ledger_node.proof import envelope, schema
from ledger_node.proof import header as headers
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.proof.documents import documents_of
from ledger_node.proof.envelope import Bundle, Contracts
from ledger_node.proof.facts import Facts, ordered
from ledger_node.proof.hashing import parse_hex_any, sha256, to_hex
from ledger_node.proof.header import BlockRef, Header
from ledger_node.proof.lineage import require_lineage
from ledger_node.proof.nodes import NodeTable
from ledger_node.proof.strict_json import Json, dump_canonical
from ledger_node.proof.subject import Subject
from ledger_node.proof.trie import MAX_NODE
from ledger_node.proof.words import words_of


def facts_from_json(value: object) -> Facts:
    """Facts from their JSON form, `docs/evidence-format.md`. Raises EvidenceMalformed."""
    try:
        return schema.facts.read(value)
    except InputError as failure:
        raise EvidenceMalformed(f"facts.{failure.detail}", got=failure.got, needed=failure.needed) from failure


def words_needed(facts: Facts) -> dict[str, list[str]]:
    """For each contract's name the slots to prove, as full 32-byte hex in rising order, for eth_getProof."""
    slots: dict[str, set[str]] = {}
    for _, words in words_of(facts):
        for word in words:
            slots.setdefault(word.contract, set()).add(to_hex(word.slot))
    return {contract: sorted(found) for contract, found in sorted(slots.items())}


def assemble(
    *,
    chain_id: int,
    genesis: bytes,
    contracts: Contracts,
    subject: Subject,
    facts: Facts,
    documents: Iterable[bytes],
    header: Mapping[str, object],
    proofs: Iterable[Mapping[str, object]],
    following: Sequence[Mapping[str, object]] = (),
    at: int | None = None,
    checkpoints: Sequence[SignedCheckpoint] = (),
    sealed: Sequence[Mapping[str, object]] = (),
) -> dict[str, Json]:
    """The bundle of `subject` as of the block `header`, asked about time `at` (Unix seconds; None for the block's own).

    `header`, `following` (the blocks after it, up to a checkpoint) and `sealed` (those that lead up to it, for a reader
    who trusts validators) are blocks as eth_getBlockByNumber returns them, `proofs` the results of eth_getProof at that
    block for every contract and slot of `words_needed`, in any order or number. `documents` are whole files; those that
    no fact names are left out; those that are not given, or are longer than a block, stand in `notProved`.

    The facts may come in any order. Raises EvidenceMalformed when they are not a closed lineage of the subject,
    ChainAnswerInvalid when a header has not the hash that it claims or a word is not what the facts say,
    EvidenceUnavailable when a proof is missing.
    """
    block = headers.from_rpc(header)
    facts = facts_from_json(schema.facts.write(ordered(facts)))
    require_lineage(facts, subject, block.timestamp)
    table = NodeTable(_nodes_of(proofs))
    _require_words(table, block, contracts, facts)
    wanted = [document.digest for document in documents_of(facts)]
    given = {sha256(content): content for content in documents if len(content) <= envelope.MAX_DOCUMENT}
    made = Bundle(
        format=envelope.FORMAT,
        chain_id=chain_id,
        genesis=genesis,
        subject=subject,
        at=block.timestamp if at is None else at,
        as_of=BlockRef(block.number, block.hash),
        contracts=contracts,
        facts=facts,
        documents=tuple((digest, given[digest]) for digest in wanted if digest in given),
        header=block,
        following=tuple(headers.from_rpc(later) for later in following),
        sealed=tuple(headers.sealed_from_rpc(one) for one in sealed),
        checkpoints=tuple(sorted(checkpoints, key=lambda one: one.number)),
        proof_nodes=table.used(),
        not_proved=tuple(digest for digest in wanted if digest not in given),
    )
    written = envelope.bundle.write(made)
    try:
        envelope.bundle.read(written)
    except InputError as failure:
        raise EvidenceMalformed(failure.detail, got=failure.got, needed=failure.needed) from failure
    assert isinstance(written, dict)
    return written


def dump(bundle: Mapping[str, Json]) -> bytes:
    """The bundle's one form in bytes (RFC 8785): keep and send them so. Raises EvidenceUnavailable when too long."""
    content = dump_canonical(dict(bundle))
    if len(content) > envelope.MAX_BUNDLE:
        raise EvidenceUnavailable(
            "bundle is too long", got=f"{len(content)} bytes", needed=f"at most {envelope.MAX_BUNDLE} bytes"
        )
    return content


def _require_words(table: NodeTable, block: Header, contracts: Contracts, facts: Facts) -> None:
    """Walks to every word, which marks the nodes that the bundle needs."""
    roots: dict[str, bytes] = {}
    for (kind, name), words in words_of(facts):
        for word in words:
            try:
                if word.contract not in roots:
                    account = table.account(block.state_root, getattr(contracts, word.contract))
                    if account is None:
                        raise ChainAnswerInvalid("contract is not on the chain", contract=word.contract)
                    roots[word.contract] = account.storage_root
                found = table.word(roots[word.contract], word.slot)
            except EvidenceMalformed as failure:
                raise EvidenceUnavailable(
                    f"no proof of {kind} {name}: {failure.detail}", kind=kind, id=name
                ) from failure
            if found != word.value:
                raise ChainAnswerInvalid(f"{kind} {name} is not on the chain as the facts say", kind=kind, id=name)


def _nodes_of(proofs: Iterable[Mapping[str, object]]) -> Iterable[bytes]:
    """All nodes of answers of eth_getProof, each once: most ways down begin alike. Raises ChainAnswerInvalid for
    another shape."""
    seen: set[object] = set()
    for proof in proofs:
        storage = proof.get("storageProof")
        account = proof.get("accountProof")
        if not isinstance(storage, list) or not isinstance(account, list):
            raise ChainAnswerInvalid("eth_getProof's answer has no proofs")
        lists = [account, *(part.get("proof") if isinstance(part, Mapping) else None for part in storage)]
        for nodes in lists:
            if not isinstance(nodes, list):
                raise ChainAnswerInvalid("eth_getProof's answer has no list of nodes")
            for node in nodes:
                if isinstance(node, str) and node in seen:
                    continue
                try:
                    yield parse_hex_any(node, MAX_NODE)
                except InputError as failure:
                    raise ChainAnswerInvalid("eth_getProof's answer is not hex") from failure
                seen.add(node)
