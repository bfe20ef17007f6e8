"""Datasets, their versions with what was charged to each, and erasures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.dataset import Dataset, DatasetVersion, Derivation, Erasure, Parent
from ledger_node.domain.lineage import Derived
from ledger_node.ports import Page
from ledger_node.store.question import Among, Question, Record
from ledger_node.store.reads.base import Reads, among, every, first, grouped, or_none, paged, position, scope, until
from ledger_node.store.schema import datasets as t
from ledger_node.store.schema.consents import consent, consent_use


class DatasetReads(Reads):
    def datasets(self, page: Page) -> list[Dataset]:
        with self._database.read() as c:
            return [_dataset(row) for row in c.execute(paged(t.dataset, page))]

    def find_dataset(self, dataset: str, as_of: int) -> Dataset | None:
        with self._database.read() as c:
            row = first(c, t.dataset, as_of, id=dataset)
        return None if row is None else _dataset(row)

    def dataset_versions(self, dataset: str, as_of: int) -> list[DatasetVersion]:
        with self._database.read() as c:
            return _versions(c, every(c, t.dataset_version, as_of, dataset=dataset), as_of)

    def find_dataset_version(self, dataset: str, number: int, as_of: int) -> DatasetVersion | None:
        with self._database.read() as c:
            found = _versions(c, every(c, t.dataset_version, as_of, dataset=dataset, number=number), as_of)
        return found[0] if found else None

    def datasets_by_id(self, ids: Collection[str], as_of: int) -> dict[str, Dataset]:
        with self._database.read() as c:
            return {row.id: _dataset(row) for row in among(c, t.dataset, "id", ids, as_of)}

    def versions_by_dataset(self, datasets: Collection[str], as_of: int) -> dict[str, list[DatasetVersion]]:
        found: dict[str, list[DatasetVersion]] = defaultdict(list)
        with self._database.read() as c:
            for one in _versions(c, among(c, t.dataset_version, "dataset", datasets, as_of), as_of):
                found[one.dataset].append(one)
        return found

    def derived_from(self, datasets: Collection[str], as_of: int) -> list[Derived]:
        with self._database.read() as c:
            return [_derived(row) for row in among(c, t.dataset_parent, "parent", datasets, as_of)]

    def derived_under(self, consents: Collection[str], as_of: int) -> list[Derived]:
        with self._database.read() as c:
            return [_derived(row) for row in among(c, t.dataset_parent, "consent", consents, as_of)]

    def erasures(self, dataset: str, as_of: int) -> list[Erasure]:
        with self._database.read() as c:
            rows = every(c, t.erasure, as_of, dataset=dataset)
        return [Erasure(row.dataset, row.version, row.receipt_digest, row.erased_at, position(row)) for row in rows]


#: What every use of each version was charged, under all consents; a use names its consent, and that the dataset.
_SPENT = Question(
    select(consent.c.dataset, consent_use.c.version, func.sum(consent_use.c.epsilon).label("epsilon"))
    .join(consent, consent.c.id == consent_use.c.consent)
    .where(until(consent_use), Among(consent.c.dataset))
    .group_by(consent.c.dataset, consent_use.c.version)
)


def _derived(row: Record) -> Derived:
    return Derived(row.dataset, row.number, Parent(row.parent, row.version, or_none(row.consent)))


def _dataset(row: Record) -> Dataset:
    return Dataset(row.id, row.custodian, row.number, row.card_digest, position(row))


def _versions(c: Connection, rows: list[Record], as_of: int) -> list[DatasetVersion]:
    ids = list(dict.fromkeys(row.dataset for row in rows))
    parents, derived, spent_on = grouped(
        c, ids, as_of, (t.dataset_parent, "dataset"), (t.derivation, "dataset"), (_SPENT, "dataset")
    )
    spent = {(row.dataset, row.version): int(row.epsilon) for rows in spent_on.values() for row in rows}
    derivations = _derivations(parents, derived)
    return [
        DatasetVersion(
            dataset=row.dataset,
            number=row.number,
            published_at=row.published_at,
            root=row.root,
            card_digest=row.card_digest,
            attestation_digest=row.attestation_digest,
            options=row.options,
            size_class=SizeClass(row.size_class),
            claim=PrivacyClaim(row.claim),
            supersession=Supersession(row.supersession),
            opt_out_checked_at=row.opt_out_checked_at,
            derivation=derivations.get((row.dataset, row.number)),
            epsilon_spent=spent.get((row.dataset, row.number), 0),
            at=position(row),
        )
        for row in rows
    ]


def _derivations(
    parents_of: dict[str, list[Record]], derived: dict[str, list[Record]]
) -> dict[tuple[str, int], Derivation]:
    parents: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for rows in parents_of.values():
        for row in sorted(rows, key=lambda row: int(row.position)):
            parents[row.dataset, row.number].append(row)
    return {
        (row.dataset, row.number): Derivation(
            scope(row),
            tuple(Parent(p.parent, p.version, or_none(p.consent)) for p in parents[row.dataset, row.number]),
        )
        for rows in derived.values()
        for row in rows
    }
