"""A consortium's history to look at: hospitals, a publisher, a regulator, consents in every state, a run, versions."""

from __future__ import annotations

from dataclasses import replace

from ledger_node.chain.payloads import encode_payload
from ledger_node.domain.codes import (
    Act,
    Basis,
    Capability,
    DeviceClass,
    KeyRole,
    Modifier,
    Operation,
    OrganisationStatus,
    Outcome,
    Permission,
    PrivacyClaim,
    ProposalKind,
    Purpose,
    Reason,
    Refusal,
    Region,
    Severity,
    SizeClass,
    StateReason,
    Supersession,
)
from ledger_node.domain.consent import Consent, ConsentUse, LogEntry, Terms
from ledger_node.domain.dataset import Anchor, Dataset, DatasetVersion, Derivation, Erasure, Parent, Stream
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Generation, Key, Organisation, Proposal
from ledger_node.domain.position import Event, Position
from ledger_node.domain.recall import Acknowledgement, Recall
from ledger_node.domain.request import Request, Wanted
from ledger_node.domain.scope import Scope
from ledger_node.domain.training import Answer, Round, Run, RunInput
from ledger_node.services.reading import checksummed

from .fakes import CONTRACTS, NOW, Facts, World, digest, make_world

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
SCOPE = Scope(PURPOSES, Region(0))


def address(number: int) -> str:
    return f"0x{number:040x}"


def operator(number: int) -> str:
    """The address of a key, in the index's form."""
    return checksummed(address(0xABCDEF << 16 | number))


class Teller:
    """Tells a history into facts, each at the next position."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._block = 0
        places = (CONTRACTS.datasets, CONTRACTS.consents, CONTRACTS.training, CONTRACTS.models, CONTRACTS.anchors)
        self.facts.generations.append(Generation(1, *places, Position(1, 0)))

    def at(self) -> Position:
        self._block += 3
        return Position(self._block, 0)

    def organisation(self, name: str, capabilities: Capability, *, for_profit: bool = False) -> int:
        number = len(self.facts.organisations) + 1
        self.facts.organisations.append(
            Organisation(
                number, name, address(number), capabilities, for_profit, OrganisationStatus.ACTIVE, 0, self.at()
            )
        )
        for role, key in ((KeyRole.ADMIN, number), (KeyRole.OPERATOR, 100 + number)):
            self.facts.keys.append(Key(operator(key), number, role, "accepted", 0, 0, None, self.at()))
        return number

    def dataset(self, custodian: int, versions: int = 1) -> str:
        dataset = digest(f"dataset {len(self.facts.datasets)}")
        place = len(self.facts.datasets) + 1
        self.facts.datasets.append(Dataset(dataset, custodian, place, digest("card"), self.at()))
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
                    derivation=None,
                    epsilon_spent=0,
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
            permission=Permission.HMB,
            modifiers=Modifier.PUB,
            purposes=PURPOSES,
            operations=OPERATIONS,
            condition=0,
            regions=Region(0),
            deidentification=1,
            not_before=NOW - 20 * DAY,
            expires_at=NOW + 300 * DAY,
            max_rounds=50,
            epsilon_budget=2_000_000,
            project_ref=NO_PROJECT,
            policy_digest=digest("policy"),
            request=None,
            supersedes=None,
        )
        at = self.at()
        entries = tuple(
            LogEntry(act, actor, reason, NOW - DAY, NOW + DAY if act is Act.SUSPENDED_BY_REGULATOR else 0, self.at())
            for act, actor, reason in log
        )
        self.facts.consents.append(Consent(consent, grantor, NOW - 20 * DAY, terms, entries, 3, 0, None, at))
        return consent

    def run(self, publisher: int, model: str, inputs: list[RunInput], rounds: int = 3, *, closed: bool = True) -> str:
        run = digest(f"run {len(self.facts.runs)}")
        at = self.at()
        holders = {dataset.id: dataset.custodian for dataset in self.facts.datasets}
        for one in inputs:
            self.facts.uses.append(ConsentUse(one.consent, run, one.version, one.operation, PURPOSES, 0, 0, at))
        played = tuple(
            Round(
                number=number,
                epsilon=0,
                opened_at=NOW - 10 * DAY + number * 3600,
                answers=tuple(
                    Answer(
                        holders[one.dataset],
                        place,
                        digest(f"update {number} {place}"),
                        Refusal.NONE,
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
                scope=SCOPE,
                card_digest=digest("run card"),
                code_digest=digest("code"),
                container_digest=None,
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
        self.facts.models.append(Model(model, publisher, len(self.facts.models) + 1, digest("model card"), self.at()))
        return model

    def version(self, publisher: int, model: str, run: str | None, parents: tuple[str, ...] = ()) -> str:
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
                (),
                0,
                self.at(),
            )
        )
        return version

    def permit(self, consent: str, **changed: object) -> None:
        """Other terms than the usual ones."""
        place = next(n for n, one in enumerate(self.facts.consents) if one.id == consent)
        one = self.facts.consents[place]
        self.facts.consents[place] = replace(one, terms=replace(one.terms, **changed))  # type: ignore[arg-type]

    def derived(self, custodian: int, *parents: Parent) -> str:
        """A dataset whose first version was derived from others."""
        dataset = self.dataset(custodian)
        made = self.facts.dataset_versions[-1]
        self.facts.dataset_versions[-1] = replace(made, derivation=Derivation(SCOPE, parents))
        return dataset

    def request(self, requester: int, dataset: str) -> str:
        request = digest(f"request {len(self.facts.requests)}")
        wanted = Wanted(
            dataset=dataset,
            purposes=PURPOSES,
            operations=OPERATIONS,
            condition=7254,
            regions=Region.DE,
            not_before=NOW,
            expires_at=NOW + 90 * DAY,
            max_rounds=5,
            epsilon_budget=0,
            project_ref=NO_PROJECT,
            card_digest=digest("project"),
        )
        self.facts.requests.append(Request(request, requester, NOW - DAY, wanted, None, None, None, self.at()))
        return request

    def recall(self, issuer: int, version: str, *readers: int, replacement: str | None = None) -> str:
        recall = digest(f"recall {len(self.facts.recalls)}")
        read = tuple(Acknowledgement(one, NOW - 3600, self.at()) for one in readers)
        self.facts.recalls.append(
            Recall(
                id=recall,
                version=version,
                issuer=issuer,
                severity=Severity.SERIOUS,
                notice_digest=digest("notice"),
                replacement=replacement,
                issued_at=NOW - 2 * 3600,
                acknowledgements=read,
                lifted_by=None,
                lifted_at=None,
                at=self.at(),
            )
        )
        place = next(n for n, one in enumerate(self.facts.model_versions) if one.id == version)
        one = self.facts.model_versions[place]
        self.facts.model_versions[place] = replace(one, recalls=one.recalls + 1)
        return recall

    def proposal(self, proposer: int, kind: ProposalKind, fields: dict[str, object], *votes: tuple[int, bool]) -> int:
        number = len(self.facts.proposals) + 1
        self.facts.proposals.append(
            Proposal(
                number=number,
                proposer=proposer,
                kind=kind,
                payload=encode_payload(kind, fields),
                deadline=NOW + DAY,
                electorate=len(self.facts.organisations),
                needed=len(self.facts.organisations) // 2 + 1,
                needed_custodians=1,
                votes=dict(votes),
                executed=False,
                at=self.at(),
            )
        )
        return number

    def written(self, key: str, contract: str, name: str, **args: object) -> None:
        event = Event(self.at(), digest("block"), digest("transaction"), contract, name, {**args, "operator": key}, 1)
        self.facts.events.append(event)


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
        inputs.append(RunInput(dataset, 1, teller.consent(holder, publisher, dataset, *log), Operation.TRAIN))
    parents: tuple[str, ...] = ()
    for number in range(versions):
        run = teller.run(publisher, model, inputs[number:] or inputs, rounds=3 + number)
        parents = (teller.version(publisher, model, run, parents),)
    admission = {"admin": address(77), "capabilities": 1, "forProfit": False, "name": "Klinikum West gGmbH"}
    teller.proposal(1, ProposalKind.ADMIT, admission, (1, True), (2, False))
    teller.proposal(1, ProposalKind.SUSPEND, {"organisation": 2})
    teller.facts.proposals[-1] = replace(teller.facts.proposals[-1], executed=True)
    at = teller.at()
    anchors = [Anchor(128, digest("head 1"), NOW - DAY, teller.at()), Anchor(256, digest("head 2"), NOW, teller.at())]
    teller.facts.streams.append(Stream(digest("stream"), 1, DeviceClass.ULTRASOUND, 2, anchors[-1], at))
    teller.facts.anchors[digest("stream")] = anchors
    return teller.facts


def world(hospitals: int = 2, *, versions: int = 1, organisation: int = 1) -> World:
    """A node of the first hospital; `organisation` chooses another's."""
    return make_world(tell(hospitals, versions=versions), organisation=organisation, head=HEAD)


def tell_wide(datasets: int = 200, versions: int = 50) -> Facts:
    """As many consents as datasets, and a run for each version: by itself 500 parts of one lineage. Each version builds
    on the one before; of ten consents one is revoked, of a hundred one for a breach."""
    teller = Teller()
    holders = [teller.organisation(name, Capability.CUSTODIAN) for name in HOSPITALS]
    publisher = teller.organisation(PUBLISHER, Capability.PUBLISHER, for_profit=True)
    model, inputs = teller.model(publisher), []
    for place in range(datasets):
        holder = holders[place % len(holders)]
        reason = StateReason.BREACH if place % 100 == 99 else StateReason.STEWARD_DECISION
        log = ((Act.REVOKED, holder, reason),) if place % 10 == 9 else ()
        dataset = teller.dataset(holder)
        inputs.append(RunInput(dataset, 1, teller.consent(holder, publisher, dataset, *log), Operation.TRAIN))
    parents: tuple[str, ...] = ()
    each = -(-datasets // versions)
    for place in range(versions):
        run = teller.run(publisher, model, inputs[place * each : (place + 1) * each], rounds=1)
        parents = (teller.version(publisher, model, run, parents),)
    return teller.facts


def tell_all() -> Facts:
    """The story of two hospitals, with everything that can be on a ledger beside it.

    The first hospital (1) derives a dataset from the second's (2) and its own. The publisher (3) trains a version on it
    and imports a second one. The regulator (4) recalls the first, which the second hospital has read. Two requests are
    open, and a proposal of each kind.
    """
    teller = Teller()
    nord, luc = (teller.organisation(name, Capability.CUSTODIAN) for name in HOSPITALS[:2])
    publisher = teller.organisation(PUBLISHER, Capability.PUBLISHER, for_profit=True)
    regulator = teller.organisation(REGULATOR, Capability.REGULATOR)
    own, other = teller.dataset(nord), teller.dataset(luc, versions=2)
    lent = teller.consent(luc, nord, other)
    teller.permit(lent, operations=Operation.DERIVE_DATASET)
    mixed = teller.derived(nord, Parent(own, 1, None), Parent(other, 2, lent))
    model = teller.model(publisher)
    consent = teller.consent(nord, publisher, mixed)
    run = teller.run(publisher, model, [RunInput(mixed, 1, consent, Operation.TRAIN)])
    first = teller.version(publisher, model, run)
    teller.version(publisher, model, None, (first,))
    teller.recall(regulator, first, luc)
    teller.request(publisher, other)
    teller.request(publisher, own)
    teller.facts.erasures.append(Erasure(own, 1, digest("receipt"), NOW - DAY, teller.at()))
    key = operator(101)
    teller.written(key, "datasets", "DatasetRegistered", dataset=own, custodian=nord)
    teller.written(key, "consents", "ConsentIssued", consent=consent, grantor=nord)
    for kind, fields in BALLOTS.items():
        teller.proposal(nord, kind, {**fields, **({"consent": consent} if "consent" in fields else {})})
    return teller.facts


#: One payload of each kind but of admissions, as `IConsortium` names the fields.
BALLOTS: dict[ProposalKind, dict[str, object]] = {
    ProposalKind.REINSTATE: {"organisation": 2},
    ProposalKind.REMOVE: {"organisation": 2},
    ProposalKind.REPLACE_ADMIN: {"organisation": 2, "admin": operator(7)},
    ProposalKind.CHANGE_THRESHOLDS: {"all": 6667, "custodians": 5000},
    ProposalKind.REGISTER_GENERATION: {
        role: operator(900 + place)
        for place, role in enumerate(("datasets", "consents", "training", "models", "anchors"))
    },
    ProposalKind.LIFT_RECALL: {"generation": 1, "recall": digest("recall 0")},
    ProposalKind.REVOKE_CONSENT: {"generation": 1, "consent": "", "reason": int(StateReason.BREACH)},
    ProposalKind.SUSPEND_CONSENT: {"generation": 1, "consent": "", "reason": int(StateReason.ERROR), "duration": DAY},
}


def world_of_all(organisation: int = 1) -> World:
    return make_world(tell_all(), organisation=organisation, head=HEAD)
