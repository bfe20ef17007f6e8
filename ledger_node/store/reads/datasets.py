"""Datasets, their versions with what was charged to each, and erasures."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ledger_node.domain.codes import PrivacyClaim, SizeClass, Supersession
from ledger_node.domain.dataset import Dataset, DatasetVersion, Derivation, Erasure, Parent
from ledger_node.ports import Page
from ledger_node.store.reads.base import Reads, batches, every, first, grouped, known, or_none, paged, position, scope
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

    def derived_from(
        self, *, dataset: str | None = None, version: int | None = None, consent: str | None = None, as_of: int
    ) -> list[DatasetVersion]:
        wanted = {"parent": dataset, "version": version, "consent": consent}
        parent, child = t.dataset_parent, t.dataset_version
        where = [parent.c[name] == value for name, value in wanted.items() if value is not None]
        query = known(child, as_of, {}).where(
            select(parent.c.parent)
            .where(parent.c.dataset == child.c.dataset, parent.c.number == child.c.number, *where)
            .exists()
        )
        with self._database.read() as c:
            return _versions(c, list(c.execute(query)), as_of)

    def erasures(self, dataset: str, as_of: int) -> list[Erasure]:
        with self._database.read() as c:
            rows = every(c, t.erasure, as_of, dataset=dataset)
        return [Erasure(row.dataset, row.version, row.receipt_digest, row.erased_at, position(row)) for row in rows]


def _dataset(row: Row[Any]) -> Dataset:
    return Dataset(row.id, row.custodian, row.number, row.card_digest, position(row))


def _versions(c: Connection, rows: list[Row[Any]], as_of: int) -> list[DatasetVersion]:
    ids = list(dict.fromkeys(row.dataset for row in rows))
    spent = _epsilon_spent(c, ids, as_of)
    derivations = _derivations(c, ids, as_of)
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


def _derivations(c: Connection, ids: list[str], as_of: int) -> dict[tuple[str, int], Derivation]:
    parents: dict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
    for rows in grouped(c, t.dataset_parent, "dataset", ids, as_of).values():
        for row in sorted(rows, key=lambda row: int(row.position)):
            parents[row.dataset, row.number].append(row)
    return {
        (row.dataset, row.number): Derivation(
            scope(row),
            tuple(Parent(p.parent, p.version, or_none(p.consent)) for p in parents[row.dataset, row.number]),
        )
        for rows in grouped(c, t.derivation, "dataset", ids, as_of).values()
        for row in rows
    }


def _epsilon_spent(c: Connection, ids: list[str], as_of: int) -> dict[tuple[str, int], int]:
    """What every use of each version was charged, under all consents; a use names its consent, and that the dataset."""
    spent: dict[tuple[str, int], int] = {}
    for some in batches(ids):
        query = (
            select(consent.c.dataset, consent_use.c.version, func.sum(consent_use.c.epsilon).label("epsilon"))
            .join(consent, consent.c.id == consent_use.c.consent)
            .where(consent.c.dataset.in_(some), consent_use.c.block <= as_of)
            .group_by(consent.c.dataset, consent_use.c.version)
        )
        spent |= {(row.dataset, row.version): int(row.epsilon) for row in c.execute(query)}
    return spent
