"""What the pages show, read from the node once for each page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger_node.domain.codes import TAINTING, names_of
from ledger_node.domain.command import Identity
from ledger_node.domain.figures import Standing
from ledger_node.domain.lineage import Lineage
from ledger_node.errors import MedLedgerError
from ledger_node.ports import Page
from ledger_node.services.impact import carried_on, revocation_of, suspended_for
from registry_api import graph
from registry_api.auth import Role
from registry_api.explorer.standing import STANDINGS, standing
from registry_api.reading import View
from registry_api.schemas.base import Answer, rfc3339
from registry_api.schemas.consent import ConsentFacts
from registry_api.schemas.lineage import UsedVersion
from registry_api.schemas.model import ModelVersionFacts
from registry_api.schemas.recall import RecallFacts
from registry_api.schemas.run import RunFacts
from registry_api.showing.consents import show_consent, show_dataset
from registry_api.showing.models import show_model_versions, show_recall, show_run
from registry_api.showing.requests import show_requests

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

SHOWN = 5  # of each kind on the overview


@dataclass(frozen=True, slots=True)
class Overview:
    """Who the node is and how it stands. `troubles` are what keeps it from being ready; `documents` is `ok`, or why the
    blob store cannot be used."""

    status: Standing
    troubles: list[MedLedgerError]
    identity: Identity
    documents: str
    capabilities: list[str]
    contracts: list[tuple[str, str]]


def overview(node: Node) -> Overview:
    ours = node.status.organisation()
    return Overview(
        troubles=node.status.troubles(),
        status=node.status.last(),
        identity=node.identity,
        documents=node.status.blobs(),
        capabilities=names_of(ours.capabilities) if ours else [],
        contracts=node.identity.deployment.contracts.items(),
    )


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest facts of a kind, where all of them are, and the command that makes the first, if not a page does."""

    kind: str
    facts: Sequence[Answer]
    page: str
    command: str = ""


#: What each role looks at first. The others follow.
FIRST = {
    Role.STEWARD: ("requests", "consents", "datasets"),
    Role.PUBLISHER: ("versions", "runs", "requests"),
    Role.AUDITOR: ("recalls", "versions", "consents"),
}


def recent(node: Node, view: View, role: str | None) -> list[Recent]:
    """In the order of who is signed in."""
    catalogue, newest = node.catalogue, Page(view.block, SHOWN, newest=True)
    versions = show_model_versions(view, catalogue.list_model_versions(newest))
    found = (
        Recent("versions", versions, "/models", "medledger model publish MODEL --run RUN …"),
        Recent("consents", [show_consent(view, one) for one in catalogue.list_consents(newest)], "/consents"),
        Recent(
            "runs",
            [show_run(view, one) for one in catalogue.list_runs(newest)],
            "/runs",
            "medledger run open MODEL --input DATASET:VERSION:CONSENT …",
        ),
        Recent(
            "datasets",
            [show_dataset(view, one) for one in catalogue.list_datasets(newest)],
            "/datasets",
            "medledger dataset prepare FOLDER …\nmedledger dataset register FOLDER",
        ),
        Recent("requests", show_requests(view, catalogue.list_requests(newest)), "/requests"),
        Recent("recalls", [show_recall(view, one) for one in catalogue.list_recalls(newest)], "/recalls"),
    )
    first = FIRST.get(Role(role), ()) if role else ()
    return sorted(found, key=lambda one: first.index(one.kind) if one.kind in first else len(first))


@dataclass(frozen=True, slots=True)
class Origin:
    """A model version with everything behind it.

    `consents` are those in use, without what they superseded; `states` counts how they stand; `holders` names each
    dataset's hospital; `made` names the versions that each run made; `recalls` are the subject's own, the newest first,
    and `recalled` the numbers of earlier versions behind it of which a recall stands. `withdrawn` and `tainted` are the
    hospitals whose consent, or what carries it on, was revoked, and whether by vote; `tainted` for a reason that
    reaches back. `doubted` are those whose consent is suspended for such a reason.
    """

    subject: ModelVersionFacts
    consents: list[ConsentFacts]
    runs: list[RunFacts]
    dataset_versions: list[UsedVersion]
    states: list[tuple[str, int]]
    holders: dict[str, str]
    made: dict[str, str]
    recalls: list[RecallFacts]
    recalled: list[int]
    withdrawn: list[tuple[str, bool]]
    tainted: list[tuple[str, bool]]
    doubted: list[str]


def origin(node: Node, view: View, found: Lineage) -> Origin:
    facts = graph.facts_of(view, found)
    holders = {one.id: one.custodian.name for one in facts.datasets}
    used = found.consents_in_use()
    consents = [one for one in facts.consents if one.id in used]
    now = rfc3339(view.time)
    count = Counter(standing(one, now) for one in consents)
    chains = [carried_on(node.index, one, view.block) for one in found.consents if one.id in used]
    revocations = [
        (found.name_of(chain[0].grantor), not one.actor, one.reason)
        for chain in chains
        if (one := revocation_of(chain))
    ]
    stand = [chain[-1] for chain in chains if not revocation_of(chain)]
    numbers = sorted((one.number, one.run) for one in facts.model_versions if one.run)
    return Origin(
        subject=next(one for one in facts.model_versions if one.id == found.version),
        consents=sorted(consents, key=lambda one: (one.grantor.name.casefold(), one.block)),
        runs=sorted(facts.runs, key=lambda one: one.block),
        dataset_versions=sorted(
            facts.dataset_versions, key=lambda one: (holders[one.dataset].casefold(), one.dataset, one.number)
        ),
        states=[(name, count[name]) for name in STANDINGS if count[name]],
        holders=holders,
        made={run.id: ", ".join(str(number) for number, of in numbers if of == run.id) for run in facts.runs},
        recalls=sorted((one for one in facts.recalls if one.version == found.version), key=lambda one: -one.block),
        recalled=sorted(one.number for one in found.model_versions if one.recalls and one.id != found.version),
        withdrawn=sorted({(name, voted) for name, voted, reason in revocations if reason not in TAINTING}),
        tainted=sorted({(name, voted) for name, voted, reason in revocations if reason in TAINTING}),
        doubted=sorted(
            {found.name_of(one.grantor) for one in stand if not TAINTING.isdisjoint(suspended_for(one, found.as_of))}
        ),
    )
