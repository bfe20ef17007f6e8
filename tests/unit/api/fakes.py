"""The ports of a node in memory, as far as the HTTP edge needs them, and a whole node on top of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from enum import Flag
from typing import Any

from ledger_node.bootstrap import Node
from ledger_node.chain import abi, payloads
from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.command import Command, Contracts, Deployment, Identity
from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.domain.dataset import Anchor, Dataset, DatasetVersion, Erasure, Stream
from ledger_node.domain.feed import BEGINNING, FeedPosition
from ledger_node.domain.figures import Figures
from ledger_node.domain.lineage import Derived, Link, Trained
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import FIRST_THRESHOLDS, Generation, Key, Organisation, Proposal, Thresholds
from ledger_node.domain.position import BlockRef, Event, Position, Stated
from ledger_node.domain.recall import Recall
from ledger_node.domain.request import Request
from ledger_node.domain.search import Sought
from ledger_node.domain.submission import CANCELLED, Alarm, Entry, Signed, Submission, SubmissionState
from ledger_node.domain.training import Run
from ledger_node.domain.webhook import Webhook
from ledger_node.errors import ChainUnreachable, IdempotencyKeyReused, MedLedgerError, QueueFull, SignerUnavailable
from ledger_node.metrics import Metrics
from ledger_node.ports import ApiKey, Checkpoint, Kept, KeptSession, Missing, Page, RecordedRead, Vouched
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.proof.subject import Subject
from ledger_node.services.access import Access
from ledger_node.services.catalogue import Catalogue
from ledger_node.services.checkpoints import CheckpointDesk
from ledger_node.services.collecting import Collecting
from ledger_node.services.consents import Consents
from ledger_node.services.datasets import Datasets
from ledger_node.services.dispatching import Dispatching
from ledger_node.services.documents import Documents
from ledger_node.services.feed import Feed
from ledger_node.services.fsck import Fsck
from ledger_node.services.lifecycles import Lifecycles
from ledger_node.services.lineage import Lineages
from ledger_node.services.maintenance import Maintenance
from ledger_node.services.membership import Membership
from ledger_node.services.models import Models
from ledger_node.services.permissions import Permissions
from ledger_node.services.proposals import Proposals
from ledger_node.services.protection import Protection
from ledger_node.services.reading import Times
from ledger_node.services.recalls import Recalls
from ledger_node.services.recording import Recording
from ledger_node.services.register import Register
from ledger_node.services.requests import NoVisas, Requests
from ledger_node.services.rounds import Rounds
from ledger_node.services.runs import Runs
from ledger_node.services.sessions import Sessions
from ledger_node.services.status import Limits, Status
from ledger_node.services.streams import Streams
from ledger_node.services.submissions import Submissions
from ledger_node.services.webhooks import WebhookDesk
from tests.blobs import MemoryBlobs
from tests.pins import MemoryPins

NOW = 1_795_000_000  # 2026-11-18
KEYS = {role: f"key-of-the-{role}" for role in ("steward", "publisher", "auditor", "operator")}


def digest(text: str) -> str:
    return to_hex(sha256(text.encode()))


def block_at(number: int, head: int) -> BlockRef:
    """A block of the chain: one in each second, the head at NOW."""
    return BlockRef(number, digest(f"block {number}"), NOW - head + number)


@dataclass
class Facts:
    """What an index would know."""

    organisations: list[Organisation] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    thresholds: Thresholds = FIRST_THRESHOLDS
    generations: list[Generation] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    datasets: list[Dataset] = field(default_factory=list)
    dataset_versions: list[DatasetVersion] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    uses: list[ConsentUse] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)
    model_versions: list[ModelVersion] = field(default_factory=list)
    recalls: list[Recall] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    anchors: dict[str, list[Anchor]] = field(default_factory=dict)  # by stream
    words: dict[str, set[str]] = field(default_factory=dict)  # by card


class MemoryIndex:
    reads_in_turn = False

    def __init__(self, facts: Facts, head: int) -> None:
        self.facts = facts
        self.at: Checkpoint | None = Checkpoint(head, digest(f"block {head}"), NOW)

    def checkpoint(self) -> Checkpoint | None:
        return self.at

    def moment(self) -> AbstractContextManager[None]:
        return nullcontext()

    def digest(self) -> str:
        return digest(repr(self.facts))

    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in vars(self.facts).items() if isinstance(rows, list)}

    def find_block(self, below: int) -> BlockRef | None:
        """Of the blocks that hold a fact, and the one where the index stands."""
        assert self.at is not None
        rows = (row for found in vars(self.facts).values() if isinstance(found, list) for row in found)
        number = max((n for n in (self.at.number, *(row.at.block for row in rows)) if n < below), default=None)
        return None if number is None else block_at(number, self.at.number)

    def organisations(self, page: Page) -> list[Organisation]:
        return _page(self.facts.organisations, page)

    def find_organisation(self, number: int, as_of: int) -> Organisation | None:
        return _one(self.facts.organisations, as_of, number=number)

    def organisations_by_number(self, numbers: Collection[int], as_of: int) -> dict[int, Organisation]:
        return {one.number: one for one in _many(self.facts.organisations, as_of, "number", numbers)}

    def organisation_names(self, numbers: Collection[int], as_of: int) -> dict[int, str]:
        return {number: one.name for number, one in self.organisations_by_number(numbers, as_of).items()}

    def keys(self, organisation: int, as_of: int) -> list[Key]:
        return [one for one in self.facts.keys if one.organisation == organisation and one.at.block <= as_of]

    def find_key(self, address: str, as_of: int) -> Key | None:
        return _one(self.facts.keys, as_of, address=address)

    def events_by_operator(self, address: str, since: int, page: Page) -> list[Event]:
        def later(one: Event) -> bool:
            block = self.find_block(one.at.block + 1)
            return block is not None and block.timestamp >= since

        return _page([one for one in self.facts.events if one.args["operator"] == address and later(one)], page)

    def stands(self, where: FeedPosition) -> bool:
        """No event was ever told."""
        return where == BEGINNING

    def events_after(self, at: Position, limit: int, names: Collection[str] | None) -> list[Stated]:
        return []

    def end_of(self, number: int | None) -> FeedPosition:
        return BEGINNING

    def proposals(self, page: Page) -> list[Proposal]:
        return _page(self.facts.proposals, page)

    def find_proposal(self, number: int, as_of: int) -> Proposal | None:
        return _one(self.facts.proposals, as_of, number=number)

    def thresholds(self, as_of: int) -> Thresholds:
        return self.facts.thresholds

    def generations(self, as_of: int) -> list[Generation]:
        return [one for one in self.facts.generations if one.at.block <= as_of]

    def generation_of(self, at: Position) -> int | None:
        """Of facts that were made in the generation then in force, as all of the story's are."""
        return max((one.number for one in self.facts.generations if one.at <= at), default=1)

    def datasets(self, page: Page) -> list[Dataset]:
        return self._searched(self.facts.datasets, page)

    def _searched(self, rows: list[Any], page: Page) -> list[Any]:
        return _page([row for row in rows if self.with_words([_card_of(row)], page.sought)], page)

    def with_words(self, cards: Collection[str], sought: Sequence[Sought]) -> set[str]:
        def has(card: str, one: Sought) -> bool:
            return any(word == one.word or (one.begins and word.startswith(one.word)) for word in self._words(card))

        return {card for card in cards if all(has(card, one) for one in sought)}

    def _words(self, card: str) -> set[str]:
        return self.facts.words.get(card, set())

    def unread_cards(self, table: str, page: Page) -> int:
        rows = _page(getattr(self.facts, f"{table}s"), replace(page, limit=1_000))
        return len({_card_of(row) for row in rows} - self.facts.words.keys())

    def find_dataset(self, dataset: str, as_of: int) -> Dataset | None:
        return _one(self.facts.datasets, as_of, id=dataset)

    def dataset_versions(self, dataset: str, as_of: int) -> list[DatasetVersion]:
        return [one for one in self.facts.dataset_versions if one.dataset == dataset and one.at.block <= as_of]

    def find_dataset_version(self, dataset: str, number: int, as_of: int) -> DatasetVersion | None:
        return _one(self.facts.dataset_versions, as_of, dataset=dataset, number=number)

    def datasets_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Dataset]:
        return {one.id: one for one in _many(self.facts.datasets, as_of, "id", ids)}

    def versions_by_dataset(self, datasets: Collection[str], as_of: int) -> dict[str, list[DatasetVersion]]:
        return {one: found for one in datasets if (found := self.dataset_versions(one, as_of))}

    def derived_from(self, datasets: Collection[str], as_of: int) -> list[Derived]:
        return [one for one in self._derived(as_of) if one.parent.dataset in datasets]

    def derived_under(self, consents: Collection[str], as_of: int) -> list[Derived]:
        return [one for one in self._derived(as_of) if one.parent.consent in consents]

    def _derived(self, as_of: int) -> Iterator[Derived]:
        for one in self.facts.dataset_versions:
            if one.at.block <= as_of and one.derivation:
                yield from (Derived(one.dataset, one.number, parent) for parent in one.derivation.parents)

    def erasures(self, dataset: str, as_of: int) -> list[Erasure]:
        return [one for one in self.facts.erasures if one.dataset == dataset and one.at.block <= as_of]

    def requests(self, page: Page) -> list[Request]:
        def same(one: Request) -> bool:
            known = {"dataset": one.wanted.dataset, "requester": one.requester, "purposes": one.wanted.purposes}
            return all(_is(known[name], value) for name, value in page.where.items())

        return self._searched([one for one in self.facts.requests if same(one)], replace(page, where={}))

    def find_request(self, request: str, as_of: int) -> Request | None:
        return _one(self.facts.requests, as_of, id=request)

    def consents(self, page: Page) -> list[Consent]:
        def same(one: Consent) -> bool:
            terms = one.terms
            known = {"dataset": terms.dataset, "grantee": terms.grantee, "purposes": terms.purposes}
            known |= {"grantor": one.grantor, "operations": terms.operations}
            return all(_is(known[name], value) for name, value in page.where.items())

        return _page([one for one in self.facts.consents if same(one)], replace(page, where={}))

    def find_consent(self, consent: str, as_of: int) -> Consent | None:
        return _one(self.facts.consents, as_of, id=consent)

    def consents_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Consent]:
        return {one.id: one for one in _many(self.facts.consents, as_of, "id", ids)}

    def consent_uses(self, consent: str, as_of: int) -> list[ConsentUse]:
        return [one for one in self.facts.uses if one.consent == consent and one.at.block <= as_of]

    def models(self, page: Page) -> list[Model]:
        return self._searched(self.facts.models, page)

    def find_model(self, model: str, as_of: int) -> Model | None:
        return _one(self.facts.models, as_of, id=model)

    def model_versions(self, page: Page) -> list[ModelVersion]:
        return self._searched(self.facts.model_versions, page)

    def find_model_version(self, version: str, as_of: int) -> ModelVersion | None:
        return _one(self.facts.model_versions, as_of, id=version)

    def models_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Model]:
        return {one.id: one for one in _many(self.facts.models, as_of, "id", ids)}

    def model_versions_by_id(self, ids: Collection[str], as_of: int) -> dict[str, ModelVersion]:
        return {one.id: one for one in _many(self.facts.model_versions, as_of, "id", ids)}

    def latest_numbers(self, models: Collection[str], as_of: int) -> dict[str, int]:
        found = sorted(_many(self.facts.model_versions, as_of, "model", models), key=lambda one: int(one.number))
        return {one.model: one.number for one in found}

    def ancestry_of(self, version: str, as_of: int) -> set[str]:
        parents = (link.parent for link in self._links(as_of) if link.child == version)
        return {version}.union(*(self.ancestry_of(parent, as_of) for parent in parents))

    def links_below(self, versions: Collection[str], as_of: int) -> list[Link]:
        links = [link for link in self._links(as_of) if link.parent in versions]
        return list(dict.fromkeys(links + (self.links_below([one.child for one in links], as_of) if links else [])))

    def _links(self, as_of: int) -> Iterator[Link]:
        for one in self.facts.model_versions:
            if one.at.block <= as_of:
                yield from (Link(parent, one.id) for parent in one.parents)

    def trained_on(self, datasets: Collection[str], as_of: int) -> list[Trained]:
        return [one for one in self._trained(as_of) if one.dataset in datasets]

    def trained_under(self, consents: Collection[str], as_of: int) -> list[Trained]:
        return [one for one in self._trained(as_of) if one.consent in consents]

    def _trained(self, as_of: int) -> Iterator[Trained]:
        for one in self.facts.model_versions:
            if one.at.block <= as_of and one.run is not None:
                inputs = self.find_run(one.run, as_of).inputs  # type: ignore[union-attr]
                yield from (Trained(one.id, one.run, used.dataset, used.version, used.consent) for used in inputs)

    def recalls(self, page: Page) -> list[Recall]:
        return _page(self.facts.recalls, page)

    def find_recall(self, recall: str, as_of: int) -> Recall | None:
        return _one(self.facts.recalls, as_of, id=recall)

    def recalls_of(self, version: str, as_of: int) -> list[Recall]:
        return [one for one in self.facts.recalls if one.version == version and one.at.block <= as_of]

    def recalls_by_version(self, versions: Collection[str], as_of: int) -> dict[str, list[Recall]]:
        return {one: found for one in versions if (found := self.recalls_of(one, as_of))}

    def runs(self, page: Page) -> list[Run]:
        return _page(self.facts.runs, page)

    def find_run(self, run: str, as_of: int) -> Run | None:
        return _one(self.facts.runs, as_of, id=run)

    def runs_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Run]:
        return {one.id: one for one in _many(self.facts.runs, as_of, "id", ids)}

    def streams(self, page: Page) -> list[Stream]:
        return _page(self.facts.streams, page)

    def find_stream(self, stream: str, as_of: int) -> Stream | None:
        return _one(self.facts.streams, as_of, id=stream)

    def anchors(self, page: Page) -> list[Anchor]:
        return _page(self.facts.anchors[page.where["stream"]], replace(page, where={}))


def _many(rows: list[Any], as_of: int, name: str, keys: Collection[Any]) -> list[Any]:
    return [row for row in rows if row.at.block <= as_of and getattr(row, name) in keys]


def _page(rows: list[Any], page: Page) -> list[Any]:
    found = [
        row
        for row in sorted(rows, key=lambda row: row.at, reverse=page.newest)
        if page.since <= row.at.block <= (page.as_of if page.until is None else min(page.as_of, page.until))
        and (page.after is None or (row.at < page.after if page.newest else row.at > page.after))
        and all(_is(getattr(row, name), value) for name, value in page.where.items())
    ]
    return found[: page.limit]


def _card_of(row: Any) -> str:
    return str(row.wanted.card_digest if isinstance(row, Request) else row.card_digest)


def _is(known: Any, value: Any) -> bool:
    return value in known if isinstance(value, Flag) else known == value


def _one(rows: list[Any], as_of: int, **where: Any) -> Any:
    return next(
        (row for row in rows if row.at.block <= as_of and all(getattr(row, n) == v for n, v in where.items())), None
    )


class MemoryOutbox:
    def __init__(self) -> None:
        self.rows: dict[str, Submission] = {}
        self.commands: dict[str, Command] = {}
        self.places: dict[str, str] = {}  # where each write goes
        self.cap: int | None = None
        self.mines_at: int | None = None  # the block that every accepted write is mined in at once

    def accept(self, entries: Sequence[Entry], cap: int) -> list[Submission]:
        return [self._accept(entry) for entry in entries]

    def _accept(self, entry: Entry) -> Submission:
        command, idempotency = entry.command, entry.idempotency
        earlier = self.find_by_key(idempotency.key)
        if earlier is not None:
            if earlier.request_digest != idempotency.request_digest:
                raise IdempotencyKeyReused("the key came with another request", needed="a new key")
            return earlier
        if self.cap is not None and sum(not row.settled for row in self.rows.values()) >= self.cap:
            raise QueueFull("too many writes wait for the chain")
        made = Submission(
            id=f"submission-{len(self.rows) + 1}",
            idempotency_key=idempotency.key,
            request_digest=idempotency.request_digest,
            kind=command.kind,
            subject=command.subject,
            contract=command.contract,
            function=command.function,
            signer=MemorySigner.address,
            transaction=None,
            state=SubmissionState.QUEUED,
            created_at=NOW,
        )
        self.rows[made.id] = made
        self.commands[made.id] = command
        self.places[made.id] = entry.to
        if self.mines_at is not None:
            self.settle(made.id, SubmissionState.MINED, block=self.mines_at, status=1, outcome={"events": []})
        return made

    def find(self, submission: str) -> Submission | None:
        return self.rows.get(submission)

    def find_by_key(self, key: str) -> Submission | None:
        return next((row for row in self.rows.values() if row.idempotency_key == key), None)

    def list_recent(self, limit: int) -> list[Submission]:
        return list(reversed(self.rows.values()))[:limit]

    def settle(self, submission: str, state: SubmissionState, **fields: Any) -> None:
        self.rows[submission] = replace(self.rows[submission], state=state, **fields)


class MemoryLedger:
    def __init__(self, head: int) -> None:
        self.number: int | None = head
        self.asked: list[int] = []  # blocks, by number
        self._first_head = head

    def head(self) -> BlockRef:
        return BlockRef(self._answer(), digest("head"), NOW)

    def block(self, number: int) -> BlockRef | None:
        self.asked.append(number)
        return block_at(number, self._first_head) if number <= self._answer() else None

    def _answer(self) -> int:
        if self.number is None:
            raise ChainUnreachable("the chain does not answer")
        return self.number

    def calldata(self, command: Command) -> str:
        """By the real ABI, so that every command is one that its contract can read."""
        return abi.calldata_of(command)

    def payload(self, kind: ProposalKind, fields: Mapping[str, Any]) -> str:
        return payloads.encode_payload(kind, fields)

    def payload_fields(self, kind: ProposalKind, payload: str) -> dict[str, Any]:
        return payloads.decode_payload(kind, payload)


class MemorySigner:
    address = "0x" + "Aa" * 20

    at_once = 1

    def sign(self, to: str, calldata: str, nonce: int) -> Signed:
        return Signed(calldata, digest(f"transaction {nonce}"), nonce, self.address)

    def sign_nothing(self, nonce: int) -> Signed:
        return self.sign(self.address, "0x", nonce)

    def sign_statement(self, content: bytes) -> bytes:
        raise SignerUnavailable("it signs no messages")


class MemoryDesk:
    """Of the memory outbox."""

    def __init__(self, outbox: MemoryOutbox) -> None:
        self._outbox = outbox
        self.reason: str | None = None
        self.raised: list[Alarm] = []

    def pause(self, reason: str) -> None:
        self.reason = self.reason or reason

    def resume(self) -> None:
        self.reason = None

    def paused(self) -> str | None:
        return self.reason

    def alarm(self, nonce: int, transaction: str | None, block: int) -> bool:
        self.raised.append(Alarm(nonce, transaction, block, NOW))
        return True

    def alarms(self, limit: int) -> list[Alarm]:
        return self.raised[:limit]

    def cancel(self, submission: str, sign: Callable[[int], Signed]) -> Submission | None:
        found = self._outbox.rows.get(submission)
        if found is None or (found.settled and found.outcome != CANCELLED):
            return None
        self._outbox.settle(submission, SubmissionState.REPLACED, outcome=CANCELLED)
        return self._outbox.rows[submission]

    def resend(self, submission: str) -> Submission | None:
        found = self._outbox.rows.get(submission)
        return found if found is not None and found.state is SubmissionState.SENT else None


class MemoryGauges:
    """`figures` stand for all that the outbox does not say; `full` is what a write meets."""

    def __init__(self, outbox: MemoryOutbox) -> None:
        self._outbox = outbox
        self.figures = Figures()
        self.full: MedLedgerError | None = None

    def read(self) -> Figures:
        return replace(self.figures, submissions=dict(Counter(one.state.value for one in self._outbox.rows.values())))

    def settled(self) -> list[tuple[str, int]]:
        return [("mined", 3)]

    def require_writable(self) -> None:
        if self.full is not None:
            raise self.full


class MemoryWebhooks:
    def all(self) -> list[Webhook]:
        return []

    def find(self, webhook: str) -> Webhook | None:
        return None

    def remove(self, webhook: str) -> bool:
        return False


class MemoryCheckpoints:
    def find(self, number: int) -> Vouched | None:
        return None

    def list_recent(self, limit: int, before: int | None = None) -> list[Vouched]:
        return []


class Final:
    """A block is with another one on top of it."""

    state = SubmissionState.FINAL

    def height(self, head: BlockRef) -> int:
        return head.number - 1


class NoPoster:
    def check(self, url: str) -> None:
        return None


class FixedClock:
    def now(self) -> int:
        return NOW


class MemorySessions:
    def __init__(self) -> None:
        self.kept: dict[str, KeptSession] = {}

    def add(self, digest: str, session: KeptSession) -> None:
        self.kept[digest] = session

    def find(self, digest: str) -> KeptSession | None:
        return self.kept.get(digest)

    def touch(self, digest: str, now: int) -> None:
        self.kept[digest] = replace(self.kept[digest], seen_at=now)

    def remove(self, digest: str) -> None:
        self.kept.pop(digest, None)

    def forget(self, begun_by: int, seen_by: int) -> None:
        self.kept = {
            digest: one for digest, one in self.kept.items() if one.begun_at > begun_by and one.seen_at > seen_by
        }


class MemoryKeys:
    """`known` may be added to; `used` are the labels of those that opened something."""

    def __init__(self) -> None:
        self.known = {key: ApiKey(digest(key)[2:], role, role) for role, key in KEYS.items()}
        self.used: list[str] = []

    def find(self, key: str) -> ApiKey | None:
        return self.known.get(key)

    def named(self, id_: str) -> ApiKey | None:
        return next((one for one in self.known.values() if one.id == id_), None)

    def note_use(self, key: ApiKey, now: int) -> None:
        self.used.append(key.label)


class MemoryReadRecord:
    """`full` is what an append meets."""

    def __init__(self) -> None:
        self.kept: list[RecordedRead] = []
        self.full: MedLedgerError | None = None

    def append(self, reads: Sequence[RecordedRead]) -> None:
        if self.full is not None:
            raise self.full
        self.kept += [replace(one, number=len(self.kept) + n) for n, one in enumerate(reads, start=1)]

    def list_recent(self, limit: int, before: int | None = None) -> list[RecordedRead]:
        return [one for one in reversed(self.kept) if before is None or one.number < before][:limit]

    def forget(self, before: int) -> int:
        return 0


class FixedEvidence:
    def bundle(self, subject: Subject, as_of: int | None = None, validators_at: int | None = None) -> bytes:
        kind, key = subject.name
        return json.dumps({"about": [kind, key], "asOf": as_of, "sealed": validators_at}).encode()

    def newest_final(self) -> int:
        return 7

    def headers(self, after: int, most: int) -> tuple[list[dict[str, str]], int]:
        return [{"number": hex(number)} for number in range(after + 1, min(after + most, 9) + 1)], 9


class FixedTrust:
    """`told` are the numbers of the blocks that were asked for."""

    def __init__(self) -> None:
        self.content = b'{"format":"medledger-trust/2"}'
        self.told: list[int | None] = []

    def file(self, told: BlockRef | None = None) -> bytes:
        self.told.append(told and told.number)
        return self.content


class FixedCapturing:
    """Something is kept and something missing; a fill takes two turns."""

    def __init__(self) -> None:
        self.fills: list[bool] = []

    def kept(self) -> Kept:
        return Kept(captures=5, subjects=2, nodes=40, size=9_000, waiting=3, missing=1, noted=1_990)

    def missing(self, limit: int) -> list[Missing]:
        return [Missing(digest("version"), "ML-0803", 2, NOW)]

    def fill(self, *, anew: bool) -> int:
        self.fills.append(anew)
        return 2 if anew else 0


class NoDigests:
    def digests(self, at: int) -> set[str]:
        return set()


class FixedRebuilder:
    def rebuild(self) -> tuple[str, str]:
        return digest("index"), digest("index")


@dataclass
class World:
    """A node and the ports beneath it."""

    node: Node
    index: MemoryIndex
    outbox: MemoryOutbox
    ledger: MemoryLedger
    blobs: MemoryBlobs
    gauges: MemoryGauges
    desk: MemoryDesk
    keys: MemoryKeys
    record: MemoryReadRecord


CONTRACTS = Contracts(*(f"0x{n:040x}" for n in range(1, 7)))


def make_world(facts: Facts, *, organisation: int, head: int) -> World:
    index, outbox, ledger = MemoryIndex(facts, head), MemoryOutbox(), MemoryLedger(head)
    blobs, clock, signer, keys = MemoryBlobs(), FixedClock(), MemorySigner(), MemoryKeys()
    record = MemoryReadRecord()
    recording = Recording(record, clock, wanted=lambda: True, keep=1_000)
    identity = Identity(organisation, signer.address, Deployment(1337, digest("genesis"), 0, CONTRACTS))
    i: Any = index
    submissions = Submissions(identity, ledger, outbox, i, salt_secret=bytes(32))  # type: ignore[arg-type]
    membership = Membership(i, identity, clock)
    times = Times(i, ledger)  # type: ignore[arg-type]
    permissions = Permissions(i, times, clock)
    gauges, meter, desk, pins = MemoryGauges(outbox), Metrics(), MemoryDesk(outbox), MemoryPins()
    status = Status(identity, i, ledger, blobs, gauges, meter, clock, Limits(20, 300))  # type: ignore[arg-type]
    status.note_head(head)
    access = Access(keys, clock)
    node = Node(
        identity=identity,
        index=i,
        times=times,
        access=access,
        sessions=Sessions(access, MemorySessions(), clock),
        recording=recording,
        submissions=submissions,
        dispatching=Dispatching(outbox, desk, signer, wake=lambda: None),  # type: ignore[arg-type]
        register=Register(i),
        proposals=Proposals(i, ledger, submissions, membership, clock),  # type: ignore[arg-type]
        protection=Protection(i, submissions, membership, clock),
        catalogue=Catalogue(i),
        datasets=Datasets(i, submissions, membership, permissions, clock),
        requests=Requests(i, submissions, membership, Documents(blobs, pins), NoVisas(), clock),
        permissions=permissions,
        consents=Consents(i, submissions, membership, clock),
        runs=Runs(i, submissions, membership, permissions),
        rounds=Rounds(i, submissions, membership, permissions),
        models=Models(i, submissions, membership, permissions),
        lifecycles=Lifecycles(i, submissions, membership, permissions),
        recalls=Recalls(i, submissions, membership),
        streams=Streams(i, submissions, membership),
        lineages=Lineages(i, times),
        documents=Documents(blobs, pins),
        evidence=FixedEvidence(),  # type: ignore[arg-type]
        trusting=FixedTrust(),  # type: ignore[arg-type]
        capturing=FixedCapturing(),  # type: ignore[arg-type]
        feed=Feed(i, identity.deployment),
        webhooks=WebhookDesk(Feed(i, identity.deployment), MemoryWebhooks(), NoPoster(), clock, lambda: None),  # type: ignore[arg-type]
        checkpoints=CheckpointDesk(
            identity,
            i,
            ledger,  # type: ignore[arg-type]
            Final(),
            MemoryCheckpoints(),  # type: ignore[arg-type]
            signer,
            clock,
            paused=desk.paused,
            signs=True,
        ),
        maintenance=Maintenance(i, FixedRebuilder()),
        fsck=Fsck(i, ()),
        collecting=Collecting(i, NoDigests(), blobs, pins, gauges, clock),  # type: ignore[arg-type]
        status=status,
        meter=meter,
    )
    return World(node, index, outbox, ledger, blobs, gauges, desk, keys, record)
