"""The cache of the chain's facts: how it grows, and what is read from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from ledger_node.domain.command import Contracts, Generations
from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.domain.dataset import Anchor, Dataset, DatasetVersion, Erasure, Stream
from ledger_node.domain.feed import FeedPosition
from ledger_node.domain.lineage import Derived, Link, Trained
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Generation, Key, Organisation, Proposal, Thresholds
from ledger_node.domain.position import BlockRef, Event, Position, RevertedEvent, Stated
from ledger_node.domain.recall import Recall
from ledger_node.domain.request import Request
from ledger_node.domain.search import Sought
from ledger_node.domain.training import Run


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
    """A page of a list: at most `limit` facts after the position `after`, as of a block.

    They stand in a block from `since` to `until`, and their cards have the words `sought`. `newest` turns their order
    round: what comes after is then older. A value of `where` that is a set of flags asks for facts with all of these,
    and perhaps others.
    """

    as_of: int
    limit: int = 50
    after: Position | None = None
    where: dict[str, Any] = field(default_factory=dict)
    newest: bool = False
    since: int = 0
    until: int | None = None
    sought: tuple[Sought, ...] = ()


class Index(Protocol):
    """The cache of the chain. Reads answer as of a block; nothing here is a source of truth.

    What is asked for by many keys at once leaves out what is not there.
    """

    @property
    def reads_in_turn(self) -> bool:
        """Whether many reads are answered sooner one after the other than at once."""

    def moment(self) -> AbstractContextManager[None]:
        """What this thread asks meanwhile is answered from one moment of the index, and sooner than one by one."""

    def checkpoint(self) -> Checkpoint | None:
        """As the moment has it, in one."""

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

    def taken_back(self, where: FeedPosition) -> list[RevertedEvent]:
        """Each time that the event at a position was taken back, the first first."""

    def events_after(self, at: Position, limit: int, names: Collection[str] | None) -> list[Stated]:
        """At most `limit` events after a place, in their order; of these names only, unless None."""

    def stands(self, where: FeedPosition) -> bool:
        """Whether the event at a position is still on the chain, with all before it."""

    def end_of(self, number: int | None) -> FeedPosition:
        """The position of the last event up to a block, of the newest event for None."""

    def digest(self) -> str:
        """sha-256 (0x-hex) over every row of every index table, in the order of their keys, without the checkpoint."""

    def counts(self) -> dict[str, int]:
        """Rows by table, the prefix left off."""

    def find_block(self, below: int) -> BlockRef | None:
        """The newest known block below a number."""

    def unread_cards(self, table: str, page: Page) -> int:
        """How many cards of a table's facts could not be searched: they are not here, or not read yet.

        `table` is a name without its prefix; of the page, its block and `where` count.
        """

    # The consortium

    def organisations(self, page: Page) -> list[Organisation]: ...
    def find_organisation(self, number: int, as_of: int) -> Organisation | None: ...
    def organisations_by_number(self, numbers: Collection[int], as_of: int) -> dict[int, Organisation]: ...
    def organisation_names(self, numbers: Collection[int], as_of: int) -> dict[int, str]: ...

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

    def datasets_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Dataset]: ...

    def versions_by_dataset(self, datasets: Collection[str], as_of: int) -> dict[str, list[DatasetVersion]]:
        """All versions of each dataset that has one."""

    def derived_from(self, datasets: Collection[str], as_of: int) -> list[Derived]:
        """The versions that name one of the datasets among their parents, once for each such parent."""

    def derived_under(self, consents: Collection[str], as_of: int) -> list[Derived]: ...

    def with_words(self, cards: Collection[str], sought: Sequence[Sought]) -> set[str]:
        """Those of some cards, by digest, that have the words."""

    def erasures(self, dataset: str, as_of: int) -> list[Erasure]: ...
    def streams(self, page: Page) -> list[Stream]: ...
    def find_stream(self, stream: str, as_of: int) -> Stream | None: ...

    def anchors(self, page: Page) -> list[Anchor]:
        """`page.where` names the `stream`."""

    # Consents

    def consents(self, page: Page) -> list[Consent]: ...
    def find_consent(self, consent: str, as_of: int) -> Consent | None: ...
    def consents_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Consent]: ...
    def consent_uses(self, consent: str, as_of: int) -> list[ConsentUse]: ...
    def requests(self, page: Page) -> list[Request]: ...
    def find_request(self, request: str, as_of: int) -> Request | None: ...

    # Models and runs

    def models(self, page: Page) -> list[Model]: ...
    def find_model(self, model: str, as_of: int) -> Model | None: ...
    def model_versions(self, page: Page) -> list[ModelVersion]: ...
    def find_model_version(self, version: str, as_of: int) -> ModelVersion | None: ...
    def models_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Model]: ...
    def model_versions_by_id(self, ids: Collection[str], as_of: int) -> dict[str, ModelVersion]: ...

    def latest_numbers(self, models: Collection[str], as_of: int) -> dict[str, int]:
        """The newest version's number of each model that has one."""

    def ancestry_of(self, version: str, as_of: int) -> set[str]:
        """The ids of a version and of all above it."""

    def links_below(self, versions: Collection[str], as_of: int) -> list[Link]:
        """From the versions to their children, and on to all below."""

    def trained_on(self, datasets: Collection[str], as_of: int) -> list[Trained]:
        """Whatever was published from a run that used one of the datasets, by each such input. What leans on a version
        derived from a dataset is found by way of `derived_from`."""

    def trained_under(self, consents: Collection[str], as_of: int) -> list[Trained]: ...
    def recalls(self, page: Page) -> list[Recall]: ...
    def find_recall(self, recall: str, as_of: int) -> Recall | None: ...
    def recalls_of(self, version: str, as_of: int) -> list[Recall]: ...
    def recalls_by_version(self, versions: Collection[str], as_of: int) -> dict[str, list[Recall]]: ...
    def runs(self, page: Page) -> list[Run]: ...
    def find_run(self, run: str, as_of: int) -> Run | None: ...
    def runs_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Run]: ...


def known_generations(index: Index, first: Contracts) -> Generations:
    """All generations that the index knows; the first's contracts are the deployment record's."""
    at = index.checkpoint()
    return Generations.known(first, [] if at is None else index.generations(at.number))
