"""A consortium's history to look at: hospitals, a publisher, a regulator, consents in every state, a run, versions."""

from __future__ import annotations

from ledger_node.domain.codes import (
    Act,
    Basis,
    Capability,
    Operation,
    OrganisationStatus,
    Outcome,
    PrivacyClaim,
    ProposalKind,
    Purpose,
    Reason,
    SizeClass,
    StateReason,
    Supersession,
)
from ledger_node.domain.consent import Consent, ConsentUse, LogEntry, Terms
from ledger_node.domain.dataset import Anchor, Dataset, DatasetVersion, Stream
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Organisation, Proposal
from ledger_node.domain.position import Position
from ledger_node.domain.training import Contribution, Round, Run, RunInput
from registry_api.ballots import Admission, admission_payload, organisation_payload

from .fakes import NOW, Facts, World, digest, make_world

HEAD = 2_000
DAY = 24 * 3600
HOSPITALS = (
    "Universitätsklinikum Nord",
    "Hôpital Saint-Luc",
    "Ospedale Santa Chiara",
    "Rigshospitalet Øst",
    "Klinikum Süd gGmbH",
    "Hospital Clínico Universitario San Bartolomé de los Montes",
    "St. James's Hospital",
    "Academisch Ziekenhuis Delta",
    "Nemocnice Pod Lesem",
    "Szpital Kliniczny nr 4",
)
PUBLISHER, REGULATOR = "Sonographix Research B.V.", "Federal Medicines Authority"
PURPOSES = Purpose.HRESCH | Purpose.MLTRAINING
OPERATIONS = Operation.TRAIN | Operation.FEDERATED_ROUND | Operation.EXPORT_WEIGHTS
NO_PROJECT = "0x" + "00" * 32


def address(number: int) -> str:
    return f"0x{number:040x}"


class Teller:
    """Tells a history into facts, each at the next position."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._block = 0

    def at(self) -> Position:
        self._block += 3
        return Position(self._block, 0)

    def organisation(self, name: str, capabilities: Capability, *, for_profit: bool = False) -> int:
        number = len(self.facts.organisations) + 1
        self.facts.organisations.append(
            Organisation(number, name, address(number), capabilities, for_profit, OrganisationStatus.ACTIVE, self.at())
        )
        return number

    def dataset(self, custodian: int, versions: int = 1) -> str:
        dataset = digest(f"dataset {len(self.facts.datasets)}")
        self.facts.datasets.append(Dataset(dataset, custodian, digest("card"), self.at()))
        for number in range(1, versions + 1):
            self.facts.dataset_versions.append(
                DatasetVersion(
                    dataset=dataset,
                    number=number,
                    published_at=NOW - 30 * DAY,
                    root=digest(f"root {dataset} {number}"),
                    card_digest=digest("version card"),
                    attestation_digest=digest("attestation"),
                    options=3,
                    size_class=SizeClass((custodian + number) % 4 + 2),
                    claim=PrivacyClaim.PSEUDONYMISED,
                    supersession=Supersession.FIRST if number == 1 else Supersession.EXTENSION,
                    opt_out_checked_at=NOW - 31 * DAY,
                    at=self.at(),
                )
            )
        return dataset

    def consent(self, grantor: int, grantee: int, dataset: str, *log: tuple[Act, int, StateReason]) -> str:
        consent = digest(f"consent {len(self.facts.consents)}")
        terms = Terms(
            dataset=dataset,
            grantee=grantee,
            version_from=1,
            version_to=0,
            basis=Basis.EHDS_PERMIT,
            purposes=PURPOSES,
            operations=OPERATIONS,
            not_before=NOW - 20 * DAY,
            expires_at=NOW + 300 * DAY,
            max_rounds=50,
            project_ref=NO_PROJECT,
            policy_digest=digest("policy"),
        )
        at = self.at()
        entries = tuple(
            LogEntry(act, actor, reason, NOW - DAY, NOW + DAY if act is Act.SUSPENDED_BY_REGULATOR else 0, self.at())
            for act, actor, reason in log
        )
        self.facts.consents.append(Consent(consent, grantor, NOW - 20 * DAY, terms, entries, 3, at))
        return consent

    def run(self, publisher: int, model: str, inputs: list[RunInput], rounds: int = 3, *, closed: bool = True) -> str:
        run = digest(f"run {len(self.facts.runs)}")
        at = self.at()
        holders = {dataset.id: dataset.custodian for dataset in self.facts.datasets}
        for one in inputs:
            self.facts.uses.append(ConsentUse(one.consent, run, one.version, Operation.TRAIN, PURPOSES, 0, at))
        played = tuple(
            Round(
                number=number,
                opened_at=NOW - 10 * DAY + number * 3600,
                contributions=tuple(
                    Contribution(
                        holders[one.dataset],
                        place,
                        digest(f"update {number} {place}"),
                        Reason.OK,
                        NOW - 10 * DAY + number * 3600 + 600,
                        self.at(),
                    )
                    for place, one in enumerate(inputs)
                ),
                aggregate_digest=digest(f"aggregate {number}") if closed or number < rounds else None,
                closed_at=NOW - 10 * DAY + number * 3600 + 1800 if closed or number < rounds else None,
                at=self.at(),
            )
            for number in range(1, rounds + 1)
        )
        self.facts.runs.append(
            Run(
                id=run,
                publisher=publisher,
                opened_at=NOW - 10 * DAY,
                model=model,
                operation=Operation.TRAIN,
                purposes=PURPOSES,
                project_ref=NO_PROJECT,
                card_digest=digest("run card"),
                inputs=tuple(inputs),
                rounds=played,
                outcome=Outcome.COMPLETED if closed else Outcome.OPEN,
                result_digest=digest("result") if closed else None,
                closed_at=NOW - 9 * DAY if closed else None,
                at=at,
            )
        )
        return run

    def model(self, publisher: int) -> str:
        model = digest(f"model {len(self.facts.models)}")
        self.facts.models.append(Model(model, publisher, digest("model card"), self.at()))
        return model

    def version(self, publisher: int, model: str, run: str, parents: tuple[str, ...] = ()) -> str:
        version = digest(f"model version {len(self.facts.model_versions)}")
        number = 1 + sum(one.model == model for one in self.facts.model_versions)
        self.facts.model_versions.append(
            ModelVersion(
                version,
                model,
                publisher,
                number,
                NOW - 8 * DAY + number,
                run,
                digest(f"artifact {version}"),
                digest("version card"),
                parents,
                self.at(),
            )
        )
        return version


def tell(hospitals: int = 2, *, versions: int = 1) -> Facts:
    """A publisher trains a model with several hospitals; later versions build on earlier ones with fewer inputs."""
    teller = Teller()
    holders = [
        teller.organisation(HOSPITALS[n % len(HOSPITALS)] + " II" * (n >= len(HOSPITALS)), Capability.CUSTODIAN)
        for n in range(hospitals)
    ]
    publisher = teller.organisation(PUBLISHER, Capability.PUBLISHER, for_profit=True)
    regulator = teller.organisation(REGULATOR, Capability.REGULATOR)
    model = teller.model(publisher)
    inputs = []
    for place, holder in enumerate(holders):
        dataset = teller.dataset(holder, versions=1 + place % 2)
        log = {
            1: ((Act.REVOKED, holder, StateReason.WITHDRAWAL_BATCH),),
            4: ((Act.SUSPENDED_BY_GRANTOR, holder, StateReason.STEWARD_DECISION),),
            7: ((Act.SUSPENDED_BY_REGULATOR, regulator, StateReason.REGULATOR_ORDER),),
        }.get(place % 9, ())
        inputs.append(RunInput(dataset, 1, teller.consent(holder, publisher, dataset, *log)))
    parents: tuple[str, ...] = ()
    for number in range(versions):
        run = teller.run(publisher, model, inputs[number:] or inputs, rounds=3 + number)
        parents = (teller.version(publisher, model, run, parents),)
    at = teller.at()
    admission = Admission(address(77), Capability.CUSTODIAN, False, "Klinikum West gGmbH")
    teller.facts.proposals += [
        Proposal(1, 1, ProposalKind.ADMIT, admission_payload(admission), NOW + DAY, {1: True, 2: False}, False, at),
        Proposal(2, 1, ProposalKind.SUSPEND, organisation_payload(2), NOW + DAY, {}, True, Position(at.block, 1)),
    ]
    anchors = (Anchor(128, digest("head 1"), NOW - DAY, teller.at()), Anchor(256, digest("head 2"), NOW, teller.at()))
    teller.facts.streams.append(Stream(digest("stream"), 1, anchors, teller.at()))
    return teller.facts


def world(hospitals: int = 2, *, versions: int = 1, organisation: int = 1) -> World:
    """A node of the first hospital; `organisation` chooses another's."""
    return make_world(tell(hospitals, versions=versions), organisation=organisation, head=HEAD)
