"""Evidence that can be taken away: bundles about model versions, dataset versions and consents."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Protocol

from ledger_node.domain.command import Contracts, Generations, Identity
from ledger_node.domain.lineage import Provenance
from ledger_node.errors import (
    ChainUnreachable,
    EvidenceUnavailable,
    InvalidField,
    StoreUnavailable,
    UnknownDocument,
)
from ledger_node.ports import Checkpoints, Finality, Index, Ledger
from ledger_node.proof import bundle
from ledger_node.proof import header as headers
from ledger_node.proof.checkpoint import SignedCheckpoint
from ledger_node.proof.checkpoint import codec as signed_form
from ledger_node.proof.documents import documents_of
from ledger_node.proof.envelope import MAX_FOLLOWING
from ledger_node.proof.envelope import Contracts as ProvenContracts
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.subject import CONSENT, DATASET_VERSION, MODEL_VERSION, Subject
from ledger_node.services.documents import Documents
from ledger_node.services.facts import facts_of
from ledger_node.services.lineage import Lineages
from ledger_node.services.proving import Proofs, Slots
from ledger_node.services.reading import block_of, checkpoint

#: Asks for the proof of storage slots, is sent the block's header and the proofs, and returns the bundle's bytes.
Making = Generator[Slots, tuple[Mapping[str, Any], list[dict[str, Any]], tuple[SignedCheckpoint, ...]], bytes]


class Captured(Protocol):
    """The bundles that this node keeps."""

    def find(self, subject: Subject, block: int) -> bytes | None:
        """The one of exactly that block."""

    def near(self, subject: Subject, block: int) -> list[int]:
        """The blocks next to a block, below and above, that have one."""


class Evidence:
    def __init__(
        self,
        identity: Identity,
        index: Index,
        ledger: Ledger,
        finality: Finality,
        checkpoints: Checkpoints,
        lineages: Lineages,
        documents: Documents,
        captured: Captured,
    ) -> None:
        self._identity = identity
        self._index = index
        self._ledger = ledger
        self._finality = finality
        self._checkpoints = checkpoints
        self._lineages = lineages
        self._documents = documents
        self._captured = captured

    def bundle(self, subject: Subject, as_of: int | None = None, validators_at: int | None = None) -> bytes:
        """The evidence bundle about a subject as of a block, in its one form. For a reader who knows the validators at
        block `validators_at` it holds the sealed headers from there on.

        Engines forget old states. Then the bundle that was captured at the block is given; where there is none, the
        newest block answers for the time of the one asked about, since what the contracts log only grows. NotFound for
        an unknown subject, EvidenceUnavailable when the engine serves no proof at all, InvalidField when there are too
        many headers.
        """
        block = block_of(self._index, as_of)
        try:
            return self._one(subject, block, None, validators_at)
        except (EvidenceUnavailable, ChainUnreachable) as failure:
            captured = self._captured.find(subject, block)
            if captured is not None:
                return self._renewed(captured, block, validators_at)
            if isinstance(failure, ChainUnreachable):
                raise
            return self._later(subject, block, validators_at, failure)

    def _later(self, subject: Subject, block: int, validators_at: int | None, failure: EvidenceUnavailable) -> bytes:
        """What the newest block says about the time of one whose state the engine has forgotten."""
        newest = checkpoint(self._index).number
        if newest > block:
            at = self._lineages.behind(subject, block).as_of.timestamp
            try:
                return self._one(subject, newest, at, validators_at)
            except EvidenceUnavailable as later:
                failure = later
        near = self._captured.near(subject, block)
        numbers = " or ".join(str(one) for one in near) or "none"
        raise EvidenceUnavailable(
            failure.detail,
            got=failure.got,
            needed=f"{failure.needed}; of the captured ones next to it: {numbers}",
            captured=near,
        ) from failure

    def _one(self, subject: Subject, block: int, at: int | None, validators_at: int | None) -> bytes:
        made = self.bundles([subject], block, at, validators_at)[subject]
        if isinstance(made, Exception):
            raise made
        return made

    def bundles(
        self, subjects: Iterable[Subject], block: int, at: int | None = None, validators_at: int | None = None
    ) -> dict[Subject, bytes | Exception]:
        """The bundles about several subjects as of a block, which answer for a time (Unix seconds; the block's for
        None). Their proofs are asked for together; where one cannot be made, why.

        EvidenceUnavailable when the engine does not serve the block, ChainUnreachable, StoreUnavailable.
        """
        found: dict[Subject, bytes | Exception] = {}
        waiting: dict[Subject, tuple[Making, Slots]] = {}
        document = cache(self._document)  # those that subjects share are read once
        for subject in subjects:
            making = self._making(subject, block, at, validators_at, document)
            with _alone(found, subject):
                waiting[subject] = making, next(making)
        if not waiting:
            return found
        proofs = Proofs(self._ledger, block, (slots for _, slots in waiting.values()))
        signed = self._signed(block, proofs.header["hash"])
        for subject, (making, slots) in waiting.items():
            with _alone(found, subject):
                try:
                    making.send((proofs.header, proofs.of(slots), signed))
                except StopIteration as made:
                    found[subject] = made.value
        return found

    def _making(
        self,
        subject: Subject,
        block: int,
        at: int | None,
        validators_at: int | None,
        document: Callable[[bytes], bytes | None],
    ) -> Making:
        with self._index.moment():
            behind = self._lineages.behind(subject, block)
            contracts = self._contracts_of(subject, behind)
        stated = facts_of(behind)
        known = (document(one.digest) for one in documents_of(stated))
        words = bundle.words_needed(stated)
        header, proofs, signed = yield {contracts.address_of(contract): slots for contract, slots in words.items()}
        made = bundle.assemble(
            chain_id=self._identity.deployment.chain_id,
            genesis=_bytes(self._identity.deployment.genesis),
            contracts=ProvenContracts(
                **{name: _address(address) for name, address in contracts.items() if name != "anchors"}
            ),
            subject=subject,
            at=behind.as_of.timestamp if at is None else at,
            facts=stated,
            documents=[content for content in known if content is not None],
            header=header,
            proofs=proofs,
            checkpoints=signed,
            sealed=[] if validators_at is None else self._sealed(validators_at, block),
        )
        return bundle.dump(made)

    def _renewed(self, captured: bytes, block: int, validators_at: int | None) -> bytes:
        """Operators sign for a block afterwards, and headers are not forgotten: both are those of now."""
        value = json.loads(captured)
        if signed := self._signed(block, value["asOf"]["hash"]):
            value["checkpoints"] = [signed_form.write(one) for one in sorted(signed, key=lambda one: one.number)]
        if validators_at is not None:
            found = self._sealed(validators_at, block)
            value["sealed"] = [headers.write(headers.sealed_from_rpc(one)) for one in found]
        return bundle.dump(value)

    def _signed(self, number: int, hash_: str) -> tuple[SignedCheckpoint, ...]:
        """What operators signed of this very block. That some signed for another one at its height is told elsewhere:
        how many signatures are enough is for the reader to say."""
        found = self._checkpoints.find(number)
        return tuple(one for one in found.checkpoints if to_hex(one.hash) == hash_) if found else ()

    def _sealed(self, after: int, number: int) -> list[dict[str, Any]]:
        """Headers with their seals: to the block, and so many more as the engine wants until it stays."""
        head = self._ledger.head()
        last = min(head.number, number + head.number - self._finality.height(head))
        if last - after > MAX_FOLLOWING:
            raise InvalidField(
                "too many headers for a bundle", got=f"{last - after}", needed=f"validators {MAX_FOLLOWING} blocks back"
            )
        return self._ledger.headers(range(after + 1, last + 1))

    def newest_final(self) -> int:
        """The newest block that is final and indexed. EvidenceUnavailable while there is none."""
        found = min(checkpoint(self._index).number, self._finality.height(self._ledger.head()))
        if found < 0:
            raise EvidenceUnavailable("no block is final yet", needed="the same again, some blocks later")
        return found

    def headers(self, after: int, most: int) -> tuple[list[Any], int]:
        """At most so many headers after a block, with their seals, as a bundle has them; and the chain's newest block.
        EvidenceUnavailable."""
        head = self._ledger.head().number
        found = self._ledger.headers(range(after + 1, min(head, after + most) + 1))
        return [headers.write(headers.sealed_from_rpc(one)) for one in found], head

    def _contracts_of(self, subject: Subject, behind: Provenance) -> Contracts:
        """Those of the generation in which the subject came to be: all that it came from is there too."""
        key, block = to_hex(subject.id), behind.as_of.number
        places = {
            MODEL_VERSION: {(one.id, 0): one.at for one in behind.model_versions},
            DATASET_VERSION: {(one.dataset, one.number): one.at for one in behind.dataset_versions},
            CONSENT: {(one.id, 0): one.at for one in behind.consents},
        }
        known = Generations.known(self._identity.deployment.contracts, self._index.generations(block))
        if known.newest == 1:
            return known.first
        return known.contracts_of(self._index.generation_of(places[subject.kind][key, subject.number]))

    def _document(self, digest: bytes) -> bytes | None:
        """None when this node does not have it: the bundle names it then."""
        try:
            return self._documents.get(to_hex(digest))
        except UnknownDocument:
            return None


@contextmanager
def _alone(found: dict[Subject, bytes | Exception], subject: Subject) -> Iterator[None]:
    """What goes wrong with one bundle is noted for it, whatever it is, and keeps no other from being made; without the
    chain or the store none can be."""
    try:
        yield
    except (ChainUnreachable, StoreUnavailable):
        raise
    except Exception as failure:
        found[subject] = failure


def _bytes(text: str) -> bytes:
    return parse_hex(text, 32)


def _address(text: str) -> bytes:
    return parse_hex(text.lower(), 20)
