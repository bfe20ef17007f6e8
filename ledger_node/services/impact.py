"""Walking downwards: which model versions lean on a dataset or a consent, also by way of derived datasets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger_node.domain.codes import TAINTING, ConsentState, Reason, StateReason
from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import DatasetVersion
from ledger_node.domain.lineage import Affected
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.position import BlockRef
from ledger_node.domain.training import Run, RunInput
from ledger_node.ports import Index, Page
from ledger_node.services.reading import require, time_of

#: From the best to the worst.
STANDINGS = (Reason.OK, Reason.EXPIRED, Reason.SUSPENDED, Reason.REVOKED)


@dataclass(frozen=True, slots=True)
class Way:
    """How one came to a dataset version: the versions passed, and how the consents on the way stand."""

    derived: tuple[tuple[str, int], ...] = ()
    standing: Reason = Reason.OK
    revoked_for: StateReason | None = None
    tainted: bool = False

    def by(self, consent: Consent, at: BlockRef) -> Way:
        """The way on, under one more consent."""
        standing, revocation = _standing(consent, at), consent.revocation()
        reason = revocation.reason if revocation else None
        return replace(
            self,
            standing=max(self.standing, standing, key=STANDINGS.index),
            revoked_for=self.revoked_for if self.revoked_for is not None else reason,
            tainted=self.tainted or reason in TAINTING,
        )


#: What a run may have used: a dataset, one version of it, or what a consent is for.
Source = dict[str, str | int]


class Impacts:
    def __init__(self, index: Index) -> None:
        self._index = index

    def of_dataset(self, dataset: str, block: int) -> list[Affected]:
        require(self._index.find_dataset(dataset, block), "dataset")
        return self._downstream({"dataset": dataset}, block)

    def of_consent(self, consent: str, block: int) -> list[Affected]:
        require(self._index.find_consent(consent, block), "consent")
        return self._downstream({"consent": consent}, block)

    def _downstream(self, source: Source, block: int) -> list[Affected]:
        affected: list[Affected] = []
        time = time_of(self._index, block)
        seen: set[tuple[object, ...]] = set()
        waiting: list[tuple[Source, Way]] = [(source, Way())]
        while waiting:
            current, way = waiting.pop()
            known = (*sorted(current.items()), way.standing, way.revoked_for, way.tainted)
            if known in seen:
                continue
            seen.add(known)
            affected.extend(self._used(current, way, block, time))
            for made in self._index.derived_from(**current, as_of=block):  # type: ignore[arg-type]  # one key of each type
                for start, consent in _entries(made, current):
                    onward = way if consent is None else way.by(self._consent(consent, block), time)
                    path = (*(way.derived or (start,)), (made.dataset, made.number))
                    waiting.append(({"dataset": made.dataset, "version": made.number}, replace(onward, derived=path)))
        return sorted(set(affected), key=lambda a: (a.version, a.dataset, a.dataset_version, a.consent, a.derived))

    def _used(self, source: Source, way: Way, block: int, time: BlockRef) -> Iterable[Affected]:
        for run_id in self._index.runs_using(**source, as_of=block):  # type: ignore[arg-type]  # one key of each type
            run = require(self._index.find_run(run_id, block), "run")
            published = self._index.model_versions(Page(as_of=block, limit=1_000_000, where={"run": run_id}))
            for item in run.inputs:
                if all(getattr(item, name) == value for name, value in source.items()):
                    onward = way.by(self._consent(item.consent, block), time)
                    for version in published:
                        yield from self._follow(version, run, item, onward, block)

    def _follow(self, version: ModelVersion, run: Run, item: RunInput, way: Way, block: int) -> Iterable[Affected]:
        seen: set[str] = set()
        waiting: list[tuple[ModelVersion, tuple[str, ...]]] = [(version, (version.id,))]
        while waiting:
            current, path = waiting.pop()
            if current.id in seen:
                continue
            seen.add(current.id)
            yield Affected(
                version=current.id,
                run=run.id,
                dataset=item.dataset,
                dataset_version=item.version,
                consent=item.consent,
                derived=way.derived,
                standing=way.standing,
                revoked_for=way.revoked_for,
                tainted=way.tainted,
                through=path,
            )
            waiting.extend((child, (*path, child.id)) for child in self._index.children_of(current.id, block))

    def _consent(self, consent: str, block: int) -> Consent:
        return require(self._index.find_consent(consent, block), "consent")


def _entries(made: DatasetVersion, source: Source) -> Iterable[tuple[tuple[str, int], str | None]]:
    """The parents of a derived version that the source is: each dataset version, and the consent for it."""
    for parent in made.derivation.parents if made.derivation else ():
        if all(getattr(parent, name) == value for name, value in source.items()):
            yield (parent.dataset, parent.version), parent.consent


def _standing(consent: Consent, at: BlockRef) -> Reason:
    state = consent.state_at(at.timestamp)
    if state is ConsentState.REVOKED:
        return Reason.REVOKED
    if state is ConsentState.SUSPENDED:
        return Reason.SUSPENDED
    return Reason.EXPIRED if at.timestamp >= consent.terms.expires_at else Reason.OK
