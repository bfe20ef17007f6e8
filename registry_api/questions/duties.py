"""What the law asks of documentation: the AI Act's Annex IV, retention, transfers out of the EEA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger_node.domain.codes import Region, names_of
from registry_api.questions.documents import Document
from registry_api.questions.material import Material
from registry_api.questions.stating import Missing, Said, attested, event, verified

#: The countries of the list that are in the European Economic Area: the Union's 27, Iceland, Liechtenstein, Norway.
EEA = Region((1 << 30) - 1)

#: Point 2(d) of Annex IV of Regulation (EU) 2024/1689, data requirements; by the place in the dataset's card.
DATA_FIELDS = {
    "general description": "/description",
    "provenance, and how the data were obtained": "/origin/source",
    "scope": "/origin/period",
    "main characteristics": "/composition/strata",
    "how the data were selected": "/origin/selection",
    "labelling": "/origin/labelling",
    "data cleaning": "/rai:dataPreprocessingProtocol",
}
IMPORT = "no run and no dataset is known to be behind the version: it is an import"
SUBGROUPS = "potentially discriminatory impacts: metrics for subgroups"


@dataclass(frozen=True, slots=True)
class Field:
    """What Annex IV asks for at one of its points, or at several, and the reading of what is known of it: at least one
    fact or missing part, each with the field's text before it."""

    points: tuple[str, ...]
    asks: str
    answer: Callable[[Field, Material], Said]

    def __str__(self) -> str:
        return f"{', '.join(self.points)} {self.asks}"


def _from_data(pointer: str) -> Callable[[Field, Material], Said]:
    return lambda field, m: _from_cards(field, [card for _, card in m.dataset_cards()], pointer)


def _from_runs(pointer: str) -> Callable[[Field, Material], Said]:
    return lambda field, m: _from_cards(field, [card for _, card in m.run_cards()], pointer)


def _from_cards(field: Field, cards: list[Document], pointer: str) -> Said:
    for card in cards:
        yield from card.says(str(field), pointer)
    if not cards:
        yield Missing(str(field), IMPORT)


def _metrics(field: Field, m: Material) -> Said:
    yield from next(m.model_cards()).says(str(field), "/metrics")


def _subgroups(field: Field, m: Material) -> Said:
    card = next(m.model_cards())
    for place in range(len(card.at("/metrics")) if card.has("/metrics") else 1):
        yield from card.says(f"{field} of metric {place}", f"/metrics/{place}/subgroups")


def _data_used(field: Field, m: Material) -> Said:
    for run in m.lineage.runs:
        data = sorted({f"{used.dataset}/{used.version}" for used in run.inputs})
        source = event("training.RunOpened", run.id, run.at)
        yield verified(str(field), data, run.publisher, source)
    if not m.lineage.runs:
        yield Missing(str(field), IMPORT)


def _result(field: Field, m: Material) -> Said:
    if m.run is None or m.run.result_digest is None:
        yield Missing(str(field), "the version is an import: no run of it is on the ledger")
    else:
        source = event("training.RunClosed", m.run.id)
        yield attested(str(field), m.run.result_digest, m.run.publisher, source)


def _never(why: str) -> Callable[[Field, Material], Said]:
    return lambda field, _: iter((Missing(str(field), why),))


ANNEX_IV = (
    *(Field(("2(d)",), asks, _from_data(pointer)) for asks, pointer in DATA_FIELDS.items()),
    Field(("2(d)",), "training methodologies and techniques", _from_runs("/method")),
    Field(("2(g)",), "validation and testing procedures", _from_runs("/splits/independence")),
    Field(("2(g)",), "metrics for accuracy", _metrics),
    Field(("2(g)",), SUBGROUPS, _subgroups),
    Field(("2(d)", "2(g)"), "data used, each under a consent", _data_used),
    Field(("2(g)",), "result, signed and dated", _result),
    Field(("2(g)",), "test logs and test reports", _never("no card names them; a run's result is a digest")),
    Field(("2(g)",), "robustness", _never("no schema of a card has a field for it beyond the metrics")),
)


def annex_iv(m: Material) -> Said:
    """15: which fields of Annex IV, 2(d) and 2(g), are missing or only asserted?"""
    for field in ANNEX_IV:
        yield from field.answer(field, m)


def retention(m: Material) -> Said:
    """19: how long is it kept, and can it be taken away?"""
    for _, card in m.dataset_cards():
        yield from card.says("retention of the data", "/legal/retention")
    cards = list(m.model_cards())
    card = next((one for one in cards if one.has("/retention")), cards[0])
    yield from card.says("retention of the model", "/retention")
    yield Missing("how long the ledger is kept", "as long as its members keep it: no contract ends it")


def transfers(m: Material) -> Said:
    """20: is any node outside the EEA, and on which basis?"""
    spoken: set[int] = set()
    for card, place in _organisation_cards(m):
        if card.wanted.by in spoken or not card.has(place):
            continue
        spoken.add(card.wanted.by)
        yield from card.says(f"country of {m.lineage.name_of(card.wanted.by)}", f"{place}/country")
        country = card.at(f"{place}/node/country")
        yield from card.says(f"country of the node of {m.lineage.name_of(card.wanted.by)}", f"{place}/node")
        if country not in names_of(EEA) or card.at(f"{place}/transfers"):
            yield from card.lists("transfer out of the EEA and its basis", f"{place}/transfers")
    for one in m.lineage.organisations:
        if one.number not in spoken:
            yield Missing(f"country of {one.name} and of its node", "no card behind the version states it")
    for run in m.lineage.runs:
        regions = run.scope.regions
        value = {"regions": names_of(regions), "outsideTheEea": names_of(regions & ~EEA)}
        source = event("training.RunOpened", run.id, run.at)
        yield attested("regions of processing, which every consent permits", value, run.publisher, source)


def _organisation_cards(m: Material) -> Iterator[tuple[Document, str]]:
    """Every card that may hold its organisation's, and where."""
    for _, card in m.dataset_cards():
        yield card, "/custodian"
    for _, card in m.run_cards():
        yield card, "/publisher"
    for card in m.model_cards():
        yield card, "/publisher"
