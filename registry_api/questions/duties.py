"""What the law asks of documentation: the AI Act's Annex IV, retention, transfers out of the EEA."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.domain.codes import Region, names_of
from registry_api.questions.documents import Document
from registry_api.questions.material import Material
from registry_api.questions.stating import Missing, Said, attested, event, verified

#: The countries of the list that are in the European Economic Area: the Union's 27, Iceland, Liechtenstein, Norway.
EEA = Region((1 << 30) - 1)

#: Annex IV of Regulation (EU) 2024/1689, point 2(d): data requirements; by the place in the dataset's card.
DATA_FIELDS = {
    "2(d) general description": "/description",
    "2(d) provenance, and how the data were obtained": "/origin/source",
    "2(d) scope": "/origin/period",
    "2(d) main characteristics": "/composition/strata",
    "2(d) how the data were selected": "/origin/selection",
    "2(d) labelling": "/origin/labelling",
    "2(d) data cleaning": "/rai:dataPreprocessingProtocol",
}
#: Point 2(d), training methodologies and techniques, and 2(g), validation and testing; by the place in the run's card.
RUN_FIELDS = {
    "2(d) training methodologies and techniques": "/method",
    "2(g) validation and testing procedures": "/splits/independence",
}
#: Point 2(g); by the place in the version's card, and in each metric of it.
MODEL_FIELDS = {"2(g) metrics for accuracy": "/metrics"}
SUBGROUPS = "2(g) potentially discriminatory impacts: metrics for subgroups"


def annex_iv(m: Material) -> Said:
    """15: which fields of Annex IV, 2(d) and 2(g), are missing or only asserted?"""
    model_card = next(m.model_cards())
    for fields, cards in (
        (DATA_FIELDS, [card for _, card in m.dataset_cards()]),
        (RUN_FIELDS, [card for _, card in m.run_cards()]),
        (MODEL_FIELDS, [model_card]),
    ):
        for name, pointer in fields.items():
            for card in cards:
                yield from card.says(name, pointer)
            if not cards:
                yield Missing(name, "no run and no dataset is known to be behind the version: it is an import")
    for place in range(len(model_card.at("/metrics")) if model_card.has("/metrics") else 1):
        yield from model_card.says(f"{SUBGROUPS} of metric {place}", f"/metrics/{place}/subgroups")
    for run in m.lineage.runs:
        data = sorted({f"{used.dataset}/{used.version}" for used in run.inputs})
        source = event("training.RunOpened", run.id, run.at)
        yield verified("2(d), 2(g) data used, each under a consent", data, run.publisher, source)
    if m.run is not None and m.run.result_digest is not None:
        source = event("training.RunClosed", m.run.id)
        yield attested("2(g) result, signed and dated", m.run.result_digest, m.run.publisher, source)
    yield Missing("2(g) test logs and test reports", "no card names them; a run's result is a digest")
    yield Missing("2(g) robustness", "no schema of a card has a field for it beyond the metrics")


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
