"""The Index port's questions. Each answers as of a block: a fact counts when its event's block is not above it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, or_, select

from ledger_node.domain.codes import (
    Act,
    Basis,
    Capability,
    KeyRole,
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
from ledger_node.ports import Page
from ledger_node.store import schema as s
from ledger_node.store.database import Database


class Reads:
    def __init__(self, database: Database) -> None:
        self._database = database

    # Organisations

    def organisations(self, page: Page) -> list[Organisation]:
        with self._database.read() as c:
            return [self._organisation(c, row, page.as_of) for row in c.execute(_page(s.organisation, page)).all()]

    def find_organisation(self, number: int, as_of: int) -> Organisation | None:
        with self._database.read() as c:
            row = _first(c, s.organisation, as_of, number=number)
            return None if row is None else self._organisation(c, row, as_of)

    def _organisation(self, c: Connection, row: Row[Any], as_of: int) -> Organisation:
        last = _all(c, s.organisation_status, as_of, organisation=row.number)
        return Organisation(
            number=row.number,
            name=row.name,
            admin=row.admin,
            capabilities=Capability(row.capabilities),
            for_profit=row.for_profit,
            status=OrganisationStatus(last[-1].status) if last else OrganisationStatus.ACTIVE,
            at=_position(row),
        )

    def find_key(self, address: str, as_of: int) -> tuple[int, KeyRole, str] | None:
        with self._database.read() as c:
            rows = _all(c, s.key, as_of, address=address)
        return (rows[-1].organisation, KeyRole(rows[-1].role), rows[-1].state) if rows else None

    def proposals(self, page: Page) -> list[Proposal]:
        with self._database.read() as c:
            return [
                Proposal(
                    number=row.number,
                    proposer=row.proposer,
                    kind=ProposalKind(row.kind),
                    payload=row.payload,
                    deadline=row.deadline,
                    votes={v.voter: v.in_favour for v in _all(c, s.vote, page.as_of, proposal=row.number)},
                    executed=_first(c, s.execution, page.as_of, proposal=row.number) is not None,
                    at=_position(row),
                )
                for row in c.execute(_page(s.proposal, page)).all()
            ]

    # Datasets

    def datasets(self, page: Page) -> list[Dataset]:
        with self._database.read() as c:
            return [_dataset(row) for row in c.execute(_page(s.dataset, page))]

    def find_dataset(self, dataset: str, as_of: int) -> Dataset | None:
        with self._database.read() as c:
            row = _first(c, s.dataset, as_of, id=dataset)
        return None if row is None else _dataset(row)

    def dataset_versions(self, dataset: str, as_of: int) -> list[DatasetVersion]:
        with self._database.read() as c:
            rows = _all(c, s.dataset_version, as_of, dataset=dataset)
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
                at=_position(row),
            )
            for row in rows
        ]

    # Consents

    def consents(self, page: Page) -> list[Consent]:
        with self._database.read() as c:
            return self._consents(c, list(c.execute(_page(s.consent, page))), page.as_of)

    def find_consent(self, consent: str, as_of: int) -> Consent | None:
        with self._database.read() as c:
            row = _first(c, s.consent, as_of, id=consent)
            return None if row is None else self._consents(c, [row], as_of)[0]

    def _consents(self, c: Connection, rows: list[Row[Any]], as_of: int) -> list[Consent]:
        ids = [row.id for row in rows]
        log = _grouped(c, s.consent_act, "consent", ids, as_of)
        uses = _grouped(c, s.consent_use, "consent", ids, as_of)
        return [
            Consent(
                id=row.id,
                grantor=row.grantor,
                issued_at=row.issued_at,
                terms=Terms(
                    dataset=row.dataset,
                    grantee=row.grantee,
                    version_from=row.version_from,
                    version_to=row.version_to,
                    basis=Basis(row.basis),
                    purposes=Purpose(row.purposes),
                    operations=Operation(row.operations),
                    not_before=row.not_before,
                    expires_at=row.expires_at,
                    max_rounds=row.max_rounds,
                    project_ref=row.project_ref,
                    policy_digest=row.policy_digest,
                ),
                log=tuple(
                    LogEntry(Act(a.act), a.actor, StateReason(a.reason), a.acted_at, a.until, _position(a))
                    for a in log[row.id]
                ),
                rounds_used=sum(u.rounds for u in uses[row.id]),
                at=_position(row),
            )
            for row in rows
        ]

    def consent_uses(self, consent: str, as_of: int) -> list[ConsentUse]:
        with self._database.read() as c:
            rows = _all(c, s.consent_use, as_of, consent=consent)
        return [
            ConsentUse(
                consent=row.consent,
                subject=row.subject,
                version=row.version,
                operation=Operation(row.operation),
                purposes=Purpose(row.purposes),
                rounds=row.rounds,
                at=_position(row),
            )
            for row in rows
        ]

    # Models

    def models(self, page: Page) -> list[Model]:
        with self._database.read() as c:
            return [_model(row) for row in c.execute(_page(s.model, page))]

    def find_model(self, model: str, as_of: int) -> Model | None:
        with self._database.read() as c:
            row = _first(c, s.model, as_of, id=model)
        return None if row is None else _model(row)

    def model_versions(self, page: Page) -> list[ModelVersion]:
        with self._database.read() as c:
            return self._model_versions(c, list(c.execute(_page(s.model_version, page))), page.as_of)

    def find_model_version(self, version: str, as_of: int) -> ModelVersion | None:
        with self._database.read() as c:
            row = _first(c, s.model_version, as_of, id=version)
            return None if row is None else self._model_versions(c, [row], as_of)[0]

    def children_of(self, version: str, as_of: int) -> list[ModelVersion]:
        with self._database.read() as c:
            ids = [row.version for row in _all(c, s.model_parent, as_of, parent=version)]
            rows = [row for child in ids if (row := _first(c, s.model_version, as_of, id=child)) is not None]
            return self._model_versions(c, rows, as_of)

    def _model_versions(self, c: Connection, rows: list[Row[Any]], as_of: int) -> list[ModelVersion]:
        parents = _grouped(c, s.model_parent, "version", [row.id for row in rows], as_of)
        return [
            ModelVersion(
                id=row.id,
                model=row.model,
                publisher=row.publisher,
                number=row.number,
                published_at=row.published_at,
                run=row.run,
                artifact_digest=row.artifact_digest,
                card_digest=row.card_digest,
                parents=tuple(p.parent for p in sorted(parents[row.id], key=lambda p: int(p.position))),
                at=_position(row),
            )
            for row in rows
        ]

    # Runs

    def runs(self, page: Page) -> list[Run]:
        with self._database.read() as c:
            return [self._run(c, row, page.as_of) for row in c.execute(_page(s.run, page)).all()]

    def find_run(self, run: str, as_of: int) -> Run | None:
        with self._database.read() as c:
            row = _first(c, s.run, as_of, id=run)
            return None if row is None else self._run(c, row, as_of)

    def runs_using(self, *, dataset: str | None, consent: str | None, as_of: int) -> list[str]:
        where = {"dataset": dataset} if dataset is not None else {"consent": consent}
        with self._database.read() as c:
            return list(dict.fromkeys(row.run for row in _all(c, s.run_input, as_of, **where)))

    def _run(self, c: Connection, row: Row[Any], as_of: int) -> Run:
        inputs = sorted(_all(c, s.run_input, as_of, run=row.id), key=lambda i: int(i.position))
        contributions: dict[int, list[Contribution]] = defaultdict(list)
        for part in _all(c, s.contribution, as_of, run=row.id):
            contributions[part.round].append(
                Contribution(
                    custodian=part.custodian,
                    input=part.input,
                    update_digest=part.update_digest,
                    consent_state=Reason(part.consent_state),
                    contributed_at=part.contributed_at,
                    at=_position(part),
                )
            )
        closings = {closing.round: closing for closing in _all(c, s.round_closed, as_of, run=row.id)}
        rounds = [
            Round(
                number=opened.number,
                opened_at=opened.opened_at,
                contributions=tuple(contributions[opened.number]),
                aggregate_digest=closings[opened.number].aggregate_digest if opened.number in closings else None,
                closed_at=closings[opened.number].closed_at if opened.number in closings else None,
                at=_position(opened),
            )
            for opened in _all(c, s.round_opened, as_of, run=row.id)
        ]
        closing = _first(c, s.run_closed, as_of, run=row.id)
        return Run(
            id=row.id,
            publisher=row.publisher,
            opened_at=row.opened_at,
            model=row.model,
            operation=Operation(row.operation),
            purposes=Purpose(row.purposes),
            project_ref=row.project_ref,
            card_digest=row.card_digest,
            inputs=tuple(RunInput(i.dataset, i.version, i.consent) for i in inputs),
            rounds=tuple(rounds),
            outcome=Outcome(closing.outcome) if closing else Outcome.OPEN,
            result_digest=closing.result_digest if closing else None,
            closed_at=closing.closed_at if closing else None,
            at=_position(row),
        )

    # Streams

    def streams(self, page: Page) -> list[Stream]:
        with self._database.read() as c:
            rows = list(c.execute(_page(s.stream, page)))
            anchors = _grouped(c, s.anchor, "stream", [row.id for row in rows], page.as_of)
        return [
            Stream(
                row.id,
                row.custodian,
                tuple(Anchor(a.size, a.root, a.anchored_at, _position(a)) for a in anchors[row.id]),
                _position(row),
            )
            for row in rows
        ]


def _position(row: Row[Any]) -> Position:
    return Position(row.block, row.log_index)


def _dataset(row: Row[Any]) -> Dataset:
    return Dataset(row.id, row.custodian, row.card_digest, _position(row))


def _model(row: Row[Any]) -> Model:
    return Model(row.id, row.publisher, row.card_digest, _position(row))


def _known(table: Table, as_of: int, where: dict[str, Any]) -> Select[Any]:
    conditions = [table.c[name] == value for name, value in where.items()]
    return select(table).where(table.c.block <= as_of, *conditions).order_by(table.c.block, table.c.log_index)


def _page(table: Table, page: Page) -> Select[Any]:
    query = _known(table, page.as_of, page.where).limit(page.limit)
    if page.after is not None:
        at = page.after
        later = and_(table.c.block == at.block, table.c.log_index > at.log_index)
        query = query.where(or_(table.c.block > at.block, later))
    return query


def _all(c: Connection, table: Table, as_of: int, **where: Any) -> list[Row[Any]]:
    return list(c.execute(_known(table, as_of, where)))


def _first(c: Connection, table: Table, as_of: int, **where: Any) -> Row[Any] | None:
    return c.execute(_known(table, as_of, where).limit(1)).first()


def _grouped(c: Connection, table: Table, column: str, keys: list[str], as_of: int) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    query = _known(table, as_of, {}).where(table.c[column].in_(keys))
    for row in c.execute(query):
        found[row._mapping[column]].append(row)
    return found
