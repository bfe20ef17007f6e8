"""What the use cases need from the outside, as Protocols. Adapters implement them; tests may too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from ledger_node.domain.codes import ProposalKind
from ledger_node.domain.command import Command, Contracts, Deployment, Generations, Listing
from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.domain.dataset import Anchor, Dataset, DatasetVersion, Erasure, Stream
from ledger_node.domain.figures import Figures, Standing
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Generation, Key, Organisation, Proposal, Thresholds
from ledger_node.domain.position import BlockRef, Event, Position, RevertedEvent
from ledger_node.domain.recall import Recall
from ledger_node.domain.request import Request
from ledger_node.domain.submission import (
    Alarm,
    Entry,
    Outgoing,
    Receipt,
    Sent,
    Settlement,
    Signed,
    Submission,
    SubmissionState,
    Waiting,
)
from ledger_node.domain.training import Run


class Clock(Protocol):
    def now(self) -> int:
        """Unix seconds."""


class Signer(Protocol):
    """One key. The key itself never leaves the adapter."""

    @property
    def address(self) -> str: ...

    def sign(self, to: str, calldata: str, nonce: int) -> Signed:
        """A typed (EIP-1559) transaction to a contract, signed for this node's chain with no gas price.

        SignerUnavailable when the key cannot be asked now.
        """

    def sign_nothing(self, nonce: int) -> Signed:
        """A transaction to the key's own address that does nothing but take a nonce."""

    @property
    def at_once(self) -> int:
        """How many it signs in a second or so: what is worth one commit."""


class Ledger(Protocol):
    """The chain. Every method may raise ChainUnreachable; answers that cannot be right raise ChainAnswerInvalid."""

    def verify(self, deployment: Deployment) -> None:
        """Raises WrongChain or WrongCode unless chain id, genesis and every contract's code are the recorded ones."""

    def head(self) -> BlockRef: ...

    def block(self, number: int) -> BlockRef | None: ...

    def blocks_at(self, numbers: Sequence[int]) -> list[BlockRef]:
        """In the order of their numbers as given. ChainAnswerInvalid when the chain does not know one."""

    def events(self, contracts: Sequence[Listing], first: int, last: int) -> list[Event]:
        """All logs of the listed contracts in blocks first..last, decoded, in order. UnknownEvent; RangeTooLarge when
        fewer blocks at once may be answered."""

    def calldata(self, command: Command) -> str: ...

    def payload(self, kind: ProposalKind, fields: Mapping[str, Any]) -> str:
        """What a proposal carries, as 0x-hex, from the fields of its struct by their Solidity names (an admission's are
        `admin`, `capabilities`, `forProfit`, `name`; of a suspension, reinstatement or removal `organisation`).

        InvalidField unless exactly these are there, each of its type. Enums and masks are numbers.
        """

    def payload_fields(self, kind: ProposalKind, payload: str) -> dict[str, Any]:
        """`payload` the other way round; addresses come checksummed. ChainAnswerInvalid when it cannot be read."""

    def send_all(self, raws: Sequence[str]) -> list[Sent]:
        """Hands signed bytes to the pool, in their order, in one request."""

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        """By transaction hash, in one request."""

    def receipts_in(self, block: int) -> list[Receipt] | None:
        """Of all transactions of a block; None when the engine does not know it, or gives no receipts by block."""

    def nonce_of(self, transaction: str) -> int:
        """Of a transaction that a receipt names."""

    def outcome(self, receipt: Receipt, contracts: Sequence[Listing]) -> dict[str, Any]:
        """What a mined transaction did: its events' subjects, or the decoded refusal."""

    def transaction_count(self, address: str, block: int | None = None) -> int:
        """Of mined ones, as of a block; None for the newest."""

    def organisation_of(self, contracts: Contracts, operator: str) -> int:
        """The organisation of an accepted operator key; 0 when it is nobody's."""

    def header(self, number: int) -> dict[str, Any]: ...

    def proof(self, address: str, slots: Sequence[str], number: int) -> dict[str, Any]:
        """`eth_getProof` as the engine gives it. EvidenceUnavailable when it does not serve that block."""


#: Events of one answer, some 700 bytes each as logs: what a step holds in memory, and one SQL transaction writes.
MOST_EVENTS = 30_000


class RangeTooLarge(Exception):
    """So many blocks, or so many logs, are more than the engine gives or we take in one answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document in a blob store: its size in bytes and since when (Unix seconds) it is there, or None."""

    cid: str
    size: int | None
    since: int | None


class BlobStore(Protocol):
    """Public documents by CID. Bytes are verified on every read, which ends at one block's size.

    Every method may raise BlobStoreUnreachable.
    """

    def put(self, content: bytes) -> str:
        """Stores and pins; returns the CIDv1. Idempotent, and mends what was stored broken."""

    def get(self, cid: str) -> bytes:
        """UnknownDocument when absent, BlobCorrupt when the bytes do not match."""

    def has(self, cid: str) -> bool:
        """Whether the document is kept here, and not only to be had."""

    def held(self) -> Iterable[Held]:
        """All that is kept here, also what a killed process left behind."""

    def remove(self, unwanted: Sequence[Held]) -> None:
        """Keeps these no longer, unless one was put again since it was listed, and frees what nothing keeps."""

    def health(self) -> str:
        """One word: `ok` or why not."""


@dataclass(frozen=True, slots=True)
class Unpinned:
    """A document that was accepted and is not in the blob store yet; `attempts` were made in vain."""

    cid: str
    content: bytes
    attempts: int


class Pins(Protocol):
    """Documents that were accepted, with their bytes until the blob store has them. Each method is one SQL
    transaction. Times are Unix seconds.
    """

    def keep(self, cid: str, content: bytes) -> None:
        """From here on the document is not lost. One that was pinned before is pinned once more."""

    def find(self, cid: str) -> bytes | None:
        """The bytes of a document that is not pinned yet."""

    def next_due(self) -> Unpinned | None:
        """The one that waits longest of those whose time has come."""

    def pinned(self, cid: str) -> None:
        """The blob store has it: its bytes are let go."""

    def put_off(self, cid: str, until: int, *, others: bool) -> None:
        """It failed and is tried again at `until`; with `others` nothing else is tried before that either."""

    def ages(self) -> dict[str, int]:
        """Every document that was accepted, by CID, with the time when it last was."""

    def release(self, cid: str, before: int) -> bool:
        """Forgets a document that is pinned and was last accepted before a time. False when it is wanted still."""


class Gauges(Protocol):
    """What the node's own store says of how the node stands."""

    def read(self) -> Figures: ...

    def settled(self) -> list[tuple[str, int]]:
        """The writes that were settled since the last call: `mined`, `failed` or `replaced`, and how many seconds lie
        between accepting one and the time of its block."""

    def require_writable(self) -> None:
        """StoreUnavailable when nothing can be written now."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A table of the index (prefix left off) that is not what the chain's events make, with its rows here and there."""

    table: str
    here: int
    chain: int


@dataclass(frozen=True, slots=True)
class Audited:
    """What the outbox says of a submission. One that is queued has neither nonce nor hash."""

    id: str
    signer: str
    nonce: int | None
    hash: str | None
    state: str
    block: int | None
    block_hash: str | None
    status: int | None


class Audit(Protocol):
    """What a check reads of the store, and the one thing that it corrects."""

    def compare(self, at: int, follow: Callable[[Any], object]) -> tuple[int, list[Difference]]:
        """The index up to block `at` against one that `follow` fills from nothing; also how many rows there are."""

    def digests(self, at: int) -> set[str]:
        """Every digest that a fact up to a block names."""

    def submissions(self) -> list[Audited]:
        """All, by signer and nonce."""

    def settle(self, told: Audited, receipt: Receipt, outcome: dict[str, Any]) -> bool:
        """What the receipt says instead of what was told, open to a reorganisation. False when it moved meanwhile."""


class Meter(Protocol):
    """Counts and durations (seconds) for whoever watches the node. Labels are names of ours: never an id or a path."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An HTTP request, by its route as declared."""

    def settled(self, outcome: str, seconds: float) -> None:
        """A write, from being accepted until its outcome was known."""

    def rewound(self, blocks: int) -> None:
        """The index followed a reorganisation."""

    def render(self, standing: Standing) -> bytes:
        """All of it, with how the node stands, in the form that Prometheus reads."""


#: Called with its name at each stage of a write: `accepted signing signed sending sent mined settled`.
#: Tests kill there.
Stage = Callable[[str], None]


def no_stage(name: str) -> None:
    """Nothing happens between the stages of a node in service."""


class Outbox(Protocol):
    """Writes that were accepted, for those who make them. Every method is one SQL transaction."""

    def accept(self, entries: Sequence[Entry], cap: int) -> list[Submission]:
        """Commits all or none, or returns for a key that was used what its request was given before.

        IdempotencyKeyReused when the key came with another request, QueueFull when `cap` submissions would be open.
        """

    def find(self, submission: str) -> Submission | None: ...

    def find_by_key(self, key: str) -> Submission | None: ...

    def list_recent(self, limit: int) -> list[Submission]: ...


class Dispatch(Protocol):
    """The same writes, for the one process that signs, sends and settles. Every write raises NotTheWriter when another
    process has taken over."""

    def waiting(self, limit: int) -> list[Waiting]:
        """The oldest that are queued."""

    def next_nonce(self, floor: int) -> int:
        """The first that no submission of this signer has, and at least `floor`."""

    def sign(self, signed: Sequence[tuple[str, Signed]]) -> None:
        """Queued submissions get their bytes. IndexConflict, and none does, when one is queued no more."""

    def unsent(self, limit: int) -> list[Outgoing]:
        """The signed ones, by nonce."""

    def sent(self, outgoing: Sequence[Outgoing]) -> None: ...

    def in_flight(self) -> int:
        """How many are sent and not settled."""

    def unsettled(self, limit: int) -> list[Outgoing]:
        """Signed and sent ones by nonce, and those whose place another transaction seems to have taken."""

    def shown(self, after: int, upto: int) -> list[tuple[str, list[Event]]]:
        """The open submissions whose transactions wrote events in the blocks after one and up to another, by what the
        index has, with those events in their order."""

    def open_below(self, nonce: int) -> bool:
        """Whether a smaller nonce is signed or sent."""

    def find_hashes(self, hashes: Sequence[str]) -> dict[str, Outgoing]:
        """By any of their hashes."""

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Each that is not beyond a reorganisation's reach."""

    def replaced(self, nonce: int, block: BlockRef) -> bool:
        """The submission with this nonce, if there is one that is open, cannot be mined any more."""

    def passing_blocks(self, height: int) -> list[tuple[int, str]]:
        """Number and hash of the blocks up to `height` by which something is settled and may still fall out."""

    def finish(self, block: int, block_hash: str, state: SubmissionState) -> int:
        """What is settled by this block is so for good: `state` for the mined ones. What a foreign transaction replaced
        is not: it waits for `requeue`. Returns how many."""

    def rearm(self, block: int, block_hash: str) -> int:
        """What this block settled is open again, since it fell out of the chain."""

    def taken(self, height: int) -> list[str]:
        """The submissions whose nonce another transaction has by a block up to `height`."""

    def requeue(self, submissions: Sequence[str]) -> int:
        """What was taken waits again, for another nonce. Returns how many."""


class Desk(Protocol):
    """What an operator decides about the outbox of a signer."""

    def pause(self, reason: str) -> None:
        """Nothing is signed or sent until `resume`. Keeps an earlier pause's reason."""

    def resume(self) -> None: ...

    def paused(self) -> str | None:
        """Why, or None."""

    def alarm(self, nonce: int, transaction: str | None, block: int) -> bool:
        """A transaction of our key that is not ours: kept, and the outbox paused. False when it is known."""

    def alarm_all(self, nonces: Sequence[int], block: int) -> bool:
        """The same of many, whose transactions are not known. False when all are known."""

    def alarms(self, limit: int) -> list[Alarm]:
        """The newest first."""

    def cancel(self, submission: str, sign: Callable[[int], Signed]) -> Submission | None:
        """A queued one is replaced at once; of a signed one, `sign` makes what takes its nonce, once. None when it is
        mined."""

    def resend(self, submission: str) -> Submission | None:
        """What is signed and not mined goes to the pool again at once, with the same bytes. None for all others."""


class Finality(Protocol):
    """When a block is beyond a reorganisation's reach, by the engine's own rule."""

    @property
    def state(self) -> SubmissionState:
        """FINAL, or SAFE where the rule rests on most signers being honest and connected."""

    def height(self, head: BlockRef) -> int:
        """The newest block that is; negative when there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row for one `index_*` table. `table` is the name without its prefix."""

    table: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the index stands: all events up to and with this block are applied."""

    number: int
    hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one advance of the index writes, in one SQL transaction."""

    expected: Checkpoint
    reached: Checkpoint
    blocks: tuple[BlockRef, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: at most `limit` facts after the position `after`, as of a block."""

    as_of: int
    limit: int = 50
    after: Position | None = None
    where: dict[str, Any] = field(default_factory=dict)


class Index(Protocol):
    """The cache of the chain. Reads answer as of a block; nothing here is a source of truth."""

    def checkpoint(self) -> Checkpoint | None: ...

    def begin(self, genesis: Checkpoint) -> None:
        """Sets the first checkpoint when there is none."""

    def apply(self, step: Step) -> None:
        """IndexConflict when the checkpoint is not the expected one."""

    def beside(self) -> AbstractContextManager[Self]:
        """An empty index of its own, gone with the context: what is done there keeps nobody waiting here."""

    def replace(self, rebuilt: Self) -> None:
        """Takes over each table that is another in an index which was built beside this one, in one transaction that
        no reader sees a part of. IndexConflict when this one does not stand where that one does."""

    def rewind(self, expected: Checkpoint, to: Checkpoint) -> None:
        """Forgets every row above a block. In the same transaction the events taken back are kept for
        `reverted_events`, and submissions that were mined up there are open again. IndexConflict when the checkpoint
        is not the expected one."""

    def reverted_events(self, after: int, limit: int) -> list[RevertedEvent]:
        """Events that reorganisations took back, in that order, with numbers above `after`."""

    def digest(self) -> str:
        """sha-256 (0x-hex) over every row of every index table, in the order of their keys, without the checkpoint."""

    def counts(self) -> dict[str, int]:
        """Rows by table, the prefix left off."""

    def find_block(self, below: int) -> BlockRef | None:
        """The newest known block below a number."""

    # The consortium

    def organisations(self, page: Page) -> list[Organisation]: ...
    def find_organisation(self, number: int, as_of: int) -> Organisation | None: ...

    def keys(self, organisation: int, as_of: int) -> list[Key]:
        """Every key that the organisation ever offered a role to or accepted, in the order of first mention."""

    def find_key(self, address: str, as_of: int) -> Key | None:
        """By checksummed address. Where several organisations made offers to it: the one that it accepted, else the
        newest offer."""

    def events_by_operator(self, address: str, since: int, page: Page) -> list[Event]:
        """The events that this key (checksummed) wrote: those that name it, and what it did with other keys as its
        organisation's admin; in blocks from Unix time `since` on.

        `page.where` may name columns of the event's row: `contract`, `name`, `generation`.
        """

    def proposals(self, page: Page) -> list[Proposal]: ...
    def find_proposal(self, number: int, as_of: int) -> Proposal | None: ...
    def thresholds(self, as_of: int) -> Thresholds: ...

    def generations(self, as_of: int) -> list[Generation]:
        """By number. The first's addresses are also those of the deployment record."""

    def generation_of(self, at: Position) -> int | None:
        """The generation of the contract that stated the fact at a position: 0 for the Consortium, which is of none;
        None when nothing is known there."""

    # Datasets and streams

    def datasets(self, page: Page) -> list[Dataset]: ...
    def find_dataset(self, dataset: str, as_of: int) -> Dataset | None: ...
    def dataset_versions(self, dataset: str, as_of: int) -> list[DatasetVersion]: ...
    def find_dataset_version(self, dataset: str, number: int, as_of: int) -> DatasetVersion | None: ...

    def derived_from(
        self, *, dataset: str | None = None, version: int | None = None, consent: str | None = None, as_of: int
    ) -> list[DatasetVersion]:
        """The versions that name this dataset, version or consent among their parents (all that are given must fit)."""

    def erasures(self, dataset: str, as_of: int) -> list[Erasure]: ...
    def streams(self, page: Page) -> list[Stream]: ...
    def find_stream(self, stream: str, as_of: int) -> Stream | None: ...

    def anchors(self, page: Page) -> list[Anchor]:
        """`page.where` names the `stream`."""

    # Consents

    def consents(self, page: Page) -> list[Consent]: ...
    def find_consent(self, consent: str, as_of: int) -> Consent | None: ...
    def consent_uses(self, consent: str, as_of: int) -> list[ConsentUse]: ...
    def requests(self, page: Page) -> list[Request]: ...
    def find_request(self, request: str, as_of: int) -> Request | None: ...

    # Models and runs

    def models(self, page: Page) -> list[Model]: ...
    def find_model(self, model: str, as_of: int) -> Model | None: ...
    def model_versions(self, page: Page) -> list[ModelVersion]: ...
    def find_model_version(self, version: str, as_of: int) -> ModelVersion | None: ...
    def children_of(self, version: str, as_of: int) -> list[ModelVersion]: ...
    def recalls(self, page: Page) -> list[Recall]: ...
    def find_recall(self, recall: str, as_of: int) -> Recall | None: ...
    def recalls_of(self, version: str, as_of: int) -> list[Recall]: ...
    def runs(self, page: Page) -> list[Run]: ...
    def find_run(self, run: str, as_of: int) -> Run | None: ...

    def runs_using(
        self, *, dataset: str | None = None, version: int | None = None, consent: str | None = None, as_of: int
    ) -> list[str]:
        """The runs with such an input (all that are given must fit). What uses a version derived from a dataset is
        found by way of `derived_from`."""


def known_generations(index: Index, first: Contracts) -> Generations:
    """All generations that the index knows; the first's contracts are the deployment record's."""
    at = index.checkpoint()
    return Generations.known(first, [] if at is None else index.generations(at.number))


class ApiKeys(Protocol):
    """Keys to this node's API. Only sha-256 of a key is kept."""

    def role_of(self, key: str) -> str | None: ...
