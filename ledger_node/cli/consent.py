"""`medledger consent`: what a hospital permits, and whether it permits a use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import coloured, fields
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import Basis, Operation, Purpose, StateReason

if TYPE_CHECKING:
    from ledger_node.client import Client

app = typer.Typer()

Consent = Annotated[str, typer.Argument(metavar="CONSENT", help="The consent's id.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why.", autocompletion=reading.complete(StateReason))]
Purposes = Annotated[
    list[str],
    typer.Option(help="HL7 ActReason or EHDS_53_A to F; repeat it.", autocompletion=reading.complete(Purpose)),
]
Project = Annotated[str | None, typer.Option(metavar="0x…", help="Salted commitment to a permit or project.")]


@command(app)
def issue(
    session: Session,
    dataset: Annotated[str, typer.Option(metavar="0x…", help="The dataset's id.")],
    grantee: Annotated[str, typer.Option(help="Who may use it: a number or an exact name.")],
    purpose: Purposes,
    operation: Annotated[
        list[str], typer.Option(help="TRAIN and others; repeat it.", autocompletion=reading.complete(Operation))
    ],
    until: Annotated[str, typer.Option(help="End: RFC 3339, a date, or a span after --from like 365d.")],
    policy: Annotated[str, typer.Option(metavar="FILE.json|0x…", help="The policy document, or its digest.")],
    from_: Annotated[str, typer.Option("--from", help="Begin: RFC 3339, a date, or a span from now.")] = "now",
    versions: Annotated[str, typer.Option(help="Versions: '1:' and later, '1:3', '2'.")] = "1:",
    max_rounds: Annotated[int, typer.Option(min=0, help="Federated rounds at most; 0 permits none.")] = 0,
    basis: Annotated[str, typer.Option(help="Legal ground.", autocompletion=reading.complete(Basis))] = "CONSENT",
    project: Project = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Permit an organisation to use a dataset, for a window of time."""
    from ledger_node.client.consents import Terms

    begin, end = reading.window(from_, until)
    first, last = reading.versions(versions)
    purposes = Purpose(reading.names(Purpose, purpose, "--purpose"))
    operations = Operation(reading.names(Operation, operation, "--operation"))
    ground = reading.name(Basis, basis, "--basis")
    reading.digest(dataset, "--dataset")
    project_ref = None if project is None else reading.digest(project, "--project")
    policy_content = _policy(policy)
    terms = Terms(
        dataset=dataset,
        grantee=reading.organisation(session.node, grantee, "--grantee"),
        purposes=purposes,
        operations=operations,
        not_before=begin,
        expires_at=end,
        policy_digest=policy if policy_content is None else session.node.blobs.put(policy_content)["digest"],
        basis=ground,
        version_from=first,
        version_to=last,
        max_rounds=max_rounds,
        project_ref=project_ref,
    )
    return submit(
        session,
        "issued",
        lambda: session.node.consents.issue(terms, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def suspend(
    session: Session,
    consent: Consent,
    reason: Reason = "STEWARD_DECISION",
    until: Annotated[str | None, typer.Option(help="A regulator's only: the end, within 30 days.")] = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Stop new uses until it is reinstated; a regulator's suspension ends by itself."""
    from datetime import UTC, datetime

    why = reading.name(StateReason, reason, "--reason")
    end = None if until is None else reading.moment(until, datetime.now(UTC).replace(microsecond=0), "--until")
    return submit(
        session,
        "suspended",
        lambda: session.node.consents.suspend(consent, why, until=end, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def reinstate(
    session: Session,
    consent: Consent,
    reason: Reason = "STEWARD_DECISION",
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Lift your own suspension."""
    why = reading.name(StateReason, reason, "--reason")
    return submit(
        session,
        "reinstated",
        lambda: session.node.consents.reinstate(consent, why, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def revoke(
    session: Session,
    consent: Consent,
    reason: Reason = "STEWARD_DECISION",
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """End a consent at once and for ever. BREACH and ERROR taint what was made before."""
    why = reading.name(StateReason, reason, "--reason")
    return submit(
        session,
        "revoked",
        lambda: session.node.consents.revoke(consent, why, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def check(
    session: Session,
    consent: Consent,
    operation: Annotated[str, typer.Option(help="Exactly one.", autocompletion=reading.complete(Operation))],
    purpose: Purposes,
    dataset: Annotated[str | None, typer.Option(metavar="0x…", help="The dataset; else the consent's own.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Its version; else the newest.")] = None,
    rounds: Annotated[int, typer.Option(min=0, help="Federated rounds wanted.")] = 0,
    grantee: Annotated[str | None, typer.Option(help="Who would use it; else your organisation.")] = None,
    project: Project = None,
) -> int:
    """Ask whether a use would be permitted now. Exit status 1 when not."""
    wanted = Operation(reading.name(Operation, operation, "--operation"))
    purposes = Purpose(reading.names(Purpose, purpose, "--purpose"))
    project_ref = None if project is None else reading.digest(project, "--project")
    node = session.node
    of = dataset or node.consents.get(consent)["dataset"]
    answer = node.consents.check(
        consent,
        dataset=of,
        version=version or _newest(node, of),
        operation=wanted,
        purposes=purposes,
        rounds=rounds,
        project_ref=project_ref,
        grantee=None if grantee is None else reading.organisation(node, grantee, "--grantee"),
    )
    permitted = answer["permitted"]
    session.output.show(
        answer, lambda: [coloured(answer["reason"]), *fields([("permitted", permitted), ("dataset", of)])]
    )
    return DONE if permitted else FINDING


def _policy(text: str) -> bytes | None:
    """The canonical bytes of the file that was named; None for a digest."""
    if text.startswith("0x"):
        reading.digest(text, "--policy")
        return None
    return reading.canonical(reading.read_document(Path(text), "policy"), "policy")


def _newest(node: Client, dataset: str) -> int:
    numbers = [version["number"] for version in node.datasets.versions(dataset)]
    return max(numbers, default=1)
