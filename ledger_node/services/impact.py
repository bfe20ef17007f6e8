"""Walking downwards: which model versions lean on a dataset or a consent, also by way of derived datasets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger_node.domain.codes import TAINTING, Act, ConsentState, Reason, StateReason
from ledger_node.domain.consent import Consent, LogEntry
from ledger_node.domain.dataset import DatasetVersion
from ledger_node.domain.lineage import Affected
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.position import BlockRef
from ledger_node.domain.training import Run, RunInput
from ledger_node.ports import Index, Page
from ledger_node.services.reading import Times, require

#: A consent and those that superseded it, the last one at the end.
Chain = tuple[Consent, ...]
#: From the best to the worst.
STANDINGS = (Reason.OK, Reason.EXPIRED, Reason.SUSPENDED, Reason.REVOKED)


@dataclass(frozen=True, slots=True)
class Way:
    """How one came to a dataset version: the versions passed, and how the consents on the way stand."""

    derived: tuple[tuple[str, int], ...] = ()
    standing: Reason = Reason.OK
    revoked_for: StateReason | None = None
    tainted: bool = False

    def by(self, chain: Chain, at: BlockRef) -> Way:
        """The way on, under one more consent."""
        if (revocation := revocation_of(chain)) is None:
            standing, reasons = _standing(chain[-1], at), suspended_for(chain[-1], at)
        else:
            standing, reasons = Reason.REVOKED, {revocation.reason}
        return replace(
            self,
            standing=max(self.standing, standing, key=STANDINGS.index),
            revoked_for=revocation.reason if revocation and self.revoked_for is None else self.revoked_for,
            tainted=self.tainted or not TAINTING.isdisjoint(reasons),
        )


def carried_on(index: Index, consent: Consent, block: int) -> Chain:
    """A consent and those that superseded it, one after another."""
    chain = [consent]
    while (successor := chain[-1].superseded_by) is not None:
        chain.append(require(index.find_consent(successor, block), "consent"))
    return tuple(chain)


def revocation_of(chain: Chain) -> LogEntry | None:
    """What ended a consent that others carry on: being superseded did not. One that taints goes before another."""
    ends = [
        entry
        for one in chain
        if (entry := one.revocation()) and not (one.superseded_by and entry.reason is StateReason.SUPERSEDED)
    ]
    return next((entry for entry in ends if entry.reason in TAINTING), ends[0] if ends else None)


def suspended_for(consent: Consent, at: BlockRef) -> set[StateReason]:
    """Why it is suspended: by its hospital until that reinstates, beside it by a regulator or a vote until an end."""
    own = [one for one in consent.log if one.act in (Act.SUSPENDED_BY_GRANTOR, Act.REINSTATED_BY_GRANTOR)]
    others = [one for one in consent.log if one.act in (Act.SUSPENDED_BY_REGULATOR, Act.SUSPENDED_BY_VOTE)]
    last = own[-1:] + others[-1:]
    return {one.reason for one in last if one.act is Act.SUSPENDED_BY_GRANTOR or at.timestamp < one.until}


#: What a run may have used: a dataset, one version of it, or what a consent is for.
Source = dict[str, str | int]


class Impacts:
    def __init__(self, index: Index, times: Times) -> None:
        self._index = index
        self._times = times

    def of_dataset(self, dataset: str, block: int) -> list[Affected]:
        require(self._index.find_dataset(dataset, block), "dataset")
        return self._downstream([{"dataset": dataset}], block)

    def of_consent(self, consent: str, block: int) -> list[Affected]:
        """What was used under a consent, and under those that it carries on."""
        sources: list[Source] = []
        former: str | None = consent
        while former is not None:
            sources.append({"consent": former})
            former = require(self._index.find_consent(former, block), "consent").terms.supersedes
        return self._downstream(sources, block)

    def _downstream(self, sources: list[Source], block: int) -> list[Affected]:
        affected: list[Affected] = []
        time = self._times.of(block)
        seen: set[tuple[object, ...]] = set()
        waiting: list[tuple[Source, Way]] = [(source, Way()) for source in sources]
        while waiting:
            current, way = waiting.pop()
            known = (*sorted(current.items()), way.standing, way.revoked_for, way.tainted)
            if known in seen:
                continue
            seen.add(known)
            affected.extend(self._used(current, way, block, time))
            for made in self._index.derived_from(**current, as_of=block):  # type: ignore[arg-type]  # one key of each type
                for start, consent in _entries(made, current):
                    onward = way if consent is None else way.by(self._chain(consent, block), time)
                    path = (*(way.derived or (start,)), (made.dataset, made.number))
                    waiting.append(({"dataset": made.dataset, "version": made.number}, replace(onward, derived=path)))
        return sorted(set(affected), key=lambda a: (a.version, a.dataset, a.dataset_version, a.consent, a.derived))

    def _used(self, source: Source, way: Way, block: int, time: BlockRef) -> Iterable[Affected]:
        for run_id in self._index.runs_using(**source, as_of=block):  # type: ignore[arg-type]  # one key of each type
            run = require(self._index.find_run(run_id, block), "run")
            published = self._index.model_versions(Page(as_of=block, limit=1_000_000, where={"run": run_id}))
            for item in run.inputs:
                if all(getattr(item, name) == value for name, value in source.items()):
                    onward = way.by(self._chain(item.consent, block), time)
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

    def _chain(self, consent: str, block: int) -> Chain:
        return carried_on(self._index, require(self._index.find_consent(consent, block), "consent"), block)


def _entries(made: DatasetVersion, source: Source) -> Iterable[tuple[tuple[str, int], str | None]]:
    """The parents of a derived version that the source is: each dataset version, and the consent for it."""
    for parent in made.derivation.parents if made.derivation else ():
        if all(getattr(parent, name) == value for name, value in source.items()):
            yield (parent.dataset, parent.version), parent.consent


def _standing(consent: Consent, at: BlockRef) -> Reason:
    """Of a consent that was not revoked."""
    if consent.state_at(at.timestamp) is ConsentState.SUSPENDED:
        return Reason.SUSPENDED
    return Reason.EXPIRED if at.timestamp >= consent.terms.expires_at else Reason.OK
