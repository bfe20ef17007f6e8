"""Walking downwards: which model versions lean on a dataset or a consent, also by way of derived datasets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from ledger_node.domain.codes import TAINTING, Act, ConsentState, Reason, StateReason
from ledger_node.domain.consent import Consent, LogEntry
from ledger_node.domain.lineage import Affected, Derived, Trained
from ledger_node.domain.position import BlockRef
from ledger_node.ports import Index
from ledger_node.services.reading import Times, require

#: A consent and those that superseded it, the last one at the end.
Chain = tuple[Consent, ...]
#: From the best to the worst.
STANDINGS = (Reason.OK, Reason.EXPIRED, Reason.SUSPENDED, Reason.REVOKED)
_IN_ORDER = attrgetter("version", "dataset", "dataset_version", "consent", "derived", "run", "through")


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


class Impacts:
    """Asks by many keys at once: how many questions there are follows the depth of derivations, not what is found."""

    def __init__(self, index: Index, times: Times) -> None:
        self._index = index
        self._times = times

    def of_datasets(self, datasets: Collection[str], block: int) -> list[Affected]:
        """What used any version of the datasets."""
        trained, derived = self._index.trained_on(datasets, block), self._index.derived_from(datasets, block)
        return self._downstream(trained, derived, block)

    def of_consent(self, consent: str, block: int) -> list[Affected]:
        """What was used under a consent, and under those that it carries on."""
        require(self._index.find_consent(consent, block), "consent")
        return self.of_consents([consent], block)

    def of_consents(self, consents: Collection[str], block: int) -> list[Affected]:
        named, waiting = set[str](), set(consents)
        while waiting:
            named |= waiting
            former = (one.terms.supersedes for one in self._index.consents_by_id(waiting, block).values())
            waiting = {one for one in former if one is not None} - named
        trained, derived = self._index.trained_under(named, block), self._index.derived_under(named, block)
        return self._downstream(trained, derived, block)

    def _downstream(self, trained: Iterable[Trained], derived: Iterable[Derived], block: int) -> list[Affected]:
        judge = _Judge(self._index, self._times.of(block), block)
        uses = [(one, Way()) for one in trained] + self._by_way_of(derived, judge, block)
        judge.learn({one.consent for one, _ in uses})
        # A run may use the same data for several operations: that is one way.
        judged = dict.fromkeys((one, judge.onward(way, one.consent)) for one, way in uses)
        below = Below(self._index, {one.version for one, _ in judged}, block)
        affected = [
            Affected(
                path[-1],
                one.run,
                one.dataset,
                one.dataset_version,
                one.consent,
                way.derived,
                way.standing,
                way.revoked_for,
                way.tainted,
                path,
            )
            for one, way in judged
            for path in below.paths(one.version)
        ]
        return sorted(affected, key=_IN_ORDER)

    def _by_way_of(self, derived: Iterable[Derived], judge: _Judge, block: int) -> list[tuple[Trained, Way]]:
        """What used a derived version, each by the shortest way to it under consents that stand as they do."""
        uses: list[tuple[Trained, Way]] = []
        seen: set[tuple[object, ...]] = set()
        steps = [(Way(), one) for one in derived]
        while steps:
            judge.learn({one.parent.consent for _, one in steps if one.parent.consent is not None})
            reached: dict[tuple[str, int], list[Way]] = defaultdict(list)
            for way in sorted((judge.to(way, one) for way, one in steps), key=attrgetter("derived")):
                asked, came = way.derived[0][0], way.derived[-1]
                known = (asked, came, way.standing, way.revoked_for, way.tainted)
                if known not in seen:
                    seen.add(known)
                    reached[came].append(way)
            datasets = {dataset for dataset, _ in reached}
            for one in self._index.trained_on(datasets, block):
                uses += [(one, way) for way in reached.get((one.dataset, one.dataset_version), ())]
            steps = [
                (way, child)
                for child in self._index.derived_from(datasets, block)
                for way in reached.get((child.parent.dataset, child.parent.version), ())
            ]
        return uses


class _Judge:
    """How the consents on a way stand, each looked up once."""

    def __init__(self, index: Index, at: BlockRef, block: int) -> None:
        self._index = index
        self._at = at
        self._block = block
        self._known: dict[str, Consent] = {}
        self._judged: dict[tuple[Way, str], Way] = {}

    def learn(self, consents: set[str]) -> None:
        """These, and those that superseded them."""
        waiting = consents - self._known.keys()
        while waiting:
            self._known |= (these := self._index.consents_by_id(waiting, self._block))
            waiting = {one.superseded_by for one in these.values() if one.superseded_by} - self._known.keys()

    def to(self, way: Way, derived: Derived) -> Way:
        """The way on to a derived version."""
        parent = derived.parent
        onward = way if parent.consent is None else self.onward(way, parent.consent)
        path = (*(way.derived or ((parent.dataset, parent.version),)), (derived.dataset, derived.number))
        return replace(onward, derived=path)

    def onward(self, way: Way, consent: str) -> Way:
        if (way, consent) not in self._judged:
            chain = [require(self._known.get(consent), "consent")]
            while (successor := chain[-1].superseded_by) is not None:
                chain.append(self._known[successor])
            self._judged[way, consent] = way.by(tuple(chain), self._at)
        return self._judged[way, consent]


class Below:
    """The model versions below some, by their parents."""

    def __init__(self, index: Index, versions: set[str], block: int) -> None:
        self._children: dict[str, list[str]] = defaultdict(list)
        self._paths: dict[str, list[tuple[str, ...]]] = {}
        for link in index.links_below(versions, block):
            self._children[link.parent].append(link.child)
        for children in self._children.values():
            children.sort()

    def paths(self, version: str) -> list[tuple[str, ...]]:
        """The shortest way to each version below and to itself; of several the one with the lesser ids."""
        if version not in self._paths:
            found: list[tuple[str, ...]] = [(version,)]
            seen = {version}
            for path in found:
                for child in self._children.get(path[-1], ()):
                    if child not in seen:
                        seen.add(child)
                        found.append((*path, child))
            self._paths[version] = found
        return self._paths[version]


def _standing(consent: Consent, at: BlockRef) -> Reason:
    """Of a consent that was not revoked."""
    if consent.state_at(at.timestamp) is ConsentState.SUSPENDED:
        return Reason.SUSPENDED
    return Reason.EXPIRED if at.timestamp >= consent.terms.expires_at else Reason.OK
