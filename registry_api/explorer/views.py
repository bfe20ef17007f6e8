"""What the pages show, read from the node once for each page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger_node.domain.codes import TAINTING, ConsentState, names_of
from ledger_node.domain.command import Identity
from ledger_node.domain.consent import LogEntry
from ledger_node.domain.figures import Standing
from ledger_node.domain.lineage import Lineage
from ledger_node.ports import Page
from ledger_node.services.impact import carried_on, revocation_of, suspended_for
from registry_api import graph
from registry_api.explorer.picture import summary
from registry_api.reading import View
from registry_api.schemas.consent import ConsentFacts
from registry_api.schemas.dataset import DatasetSummary
from registry_api.schemas.lineage import UsedVersion
from registry_api.schemas.model import ModelVersionFacts
from registry_api.schemas.recall import RecallFacts
from registry_api.schemas.run import RunFacts
from registry_api.showing.consents import show_consent, show_dataset
from registry_api.showing.models import show_model_versions, show_run

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

SHOWN = 10  # rows of each list on the first page


@dataclass(frozen=True, slots=True)
class Overview:
    """The node's facts and the newest of every list."""

    status: Standing
    identity: Identity
    documents: str
    ready: bool
    capabilities: list[str]
    contracts: list[tuple[str, str]]
    versions: list[ModelVersionFacts]
    consents: list[ConsentFacts]
    runs: list[RunFacts]
    datasets: list[DatasetSummary]


def overview(node: Node, view: View) -> Overview:
    status = node.status.now()
    ours, catalogue = node.status.organisation(), node.catalogue
    newest = Page(view.block, SHOWN, newest=True)
    return Overview(
        status=status,
        identity=node.identity,
        documents=node.status.blobs(),
        ready=status.lag is not None and status.lag <= node.most_lag and not node.status.failure(),
        capabilities=[name.capitalize() for name in names_of(ours.capabilities)] if ours else [],
        contracts=node.identity.deployment.contracts.items(),
        versions=show_model_versions(view, catalogue.list_model_versions(newest)),
        consents=[show_consent(view, one) for one in catalogue.list_consents(newest)],
        runs=[show_run(view, one) for one in catalogue.list_runs(newest)],
        datasets=[show_dataset(view, one) for one in catalogue.list_datasets(newest)],
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """A model version with everything behind it.

    `consents` are those in use, without what they superseded; `states` counts them by state; `holders` names each
    dataset's hospital; `made` names the versions that each run made; `recalls` are the subject's own, the newest first,
    and `recalled` the numbers of earlier versions behind it of which a recall stands. `withdrawn` and `tainted` say who
    revoked a consent or what carries it on, `tainted` for a reason that reaches back; `doubted` are the hospitals whose
    consent is suspended for such a reason.
    """

    subject: ModelVersionFacts
    consents: list[ConsentFacts]
    runs: list[RunFacts]
    dataset_versions: list[UsedVersion]
    picture_in_words: str
    states: list[tuple[str, int]]
    holders: dict[str, str]
    made: dict[str, str]
    recalls: list[RecallFacts]
    recalled: list[int]
    withdrawn: list[str]
    tainted: list[str]
    doubted: list[str]


def origin(node: Node, view: View, version: str) -> Origin:
    found = node.lineages.lineage(version, view.block)
    facts = graph.facts_of(view, found)
    holders = {one.id: one.custodian.name for one in facts.datasets}
    used = found.consents_in_use()
    consents = [one for one in facts.consents if one.id in used]
    count = Counter(one.state for one in consents)
    chains = [carried_on(node.index, one, view.block) for one in found.consents if one.id in used]
    revocations = [(_who(found, chain[0].grantor, one), one) for chain in chains if (one := revocation_of(chain))]
    stand = [chain[-1] for chain in chains if not revocation_of(chain)]
    numbers = sorted((one.number, one.run) for one in facts.model_versions if one.run)
    return Origin(
        subject=next(one for one in facts.model_versions if one.id == version),
        consents=sorted(consents, key=lambda one: (one.grantor.name.casefold(), one.block)),
        runs=sorted(facts.runs, key=lambda one: one.block),
        dataset_versions=sorted(
            facts.dataset_versions, key=lambda one: (holders[one.dataset].casefold(), one.dataset, one.number)
        ),
        picture_in_words=summary(found),
        states=[(state.name, count[state.name]) for state in ConsentState if count[state.name]],
        holders=holders,
        made={run.id: ", ".join(str(number) for number, of in numbers if of == run.id) for run in facts.runs},
        recalls=sorted((one for one in facts.recalls if one.version == version), key=lambda one: -one.block),
        recalled=sorted(one.number for one in found.model_versions if one.recalls and one.id != version),
        withdrawn=sorted({who for who, one in revocations if one.reason not in TAINTING}),
        tainted=sorted({who for who, one in revocations if one.reason in TAINTING}),
        doubted=sorted(
            {found.name_of(one.grantor) for one in stand if not TAINTING.isdisjoint(suspended_for(one, found.as_of))}
        ),
    )


def _who(found: Lineage, grantor: int, revocation: LogEntry) -> str:
    """The hospital, or the vote that did it instead."""
    name = found.name_of(grantor)
    return name if revocation.actor else f"a vote of the consortium (the consent of {name})"
