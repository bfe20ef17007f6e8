"""`medledger proposal open`: one command for each kind of proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.organisation import Organisation
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import Capability, StateReason
from ledger_node.domain.consent import LONGEST_SUSPENSION
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger_node.client.answers import Submission
    from ledger_node.client.proposals import Proposals

app = typer.Typer()

Admin = Annotated[str, typer.Option(metavar="0x…", help="Address of the new admin key.")]
Contract = Annotated[str, typer.Option(metavar="0x…", help="Address of the new contract.")]
Consent = Annotated[str, typer.Argument(metavar="CONSENT", help="The consent's id.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why.", autocompletion=reading.complete(StateReason))]


@command(app)
def admit(
    session: Session,
    name: Annotated[str, typer.Option(help="The legal entity's name, never a person's.")],
    admin: Annotated[str, typer.Option(metavar="0x…", help="Address of its admin key.")],
    capability: Annotated[
        list[str],
        typer.Option(help="CUSTODIAN, PUBLISHER, REGULATOR; repeat it.", autocompletion=reading.complete(Capability)),
    ],
    for_profit: Annotated[bool, typer.Option("--for-profit/--not-for-profit", help="What the entity is.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Propose to admit an organisation."""
    capabilities = reading.names(Capability, capability, "--capability")
    if not capabilities:
        raise InvalidField("--capability is missing", got="none", needed="at least one --capability")
    key = reading.address(admin, "--admin")
    return _open(
        session,
        lambda of: of.admit(name, key, capabilities, for_profit=for_profit, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def suspend(
    session: Session, organisation: Organisation, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> int:
    """Propose to suspend a member, without an end."""
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    return _open(session, lambda of: of.suspend(number, idempotency_key=idempotency_key, wait=wait))


@command(app)
def reinstate(
    session: Session, organisation: Organisation, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> int:
    """Propose to reinstate a member, also after an emergency suspension."""
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    return _open(session, lambda of: of.reinstate(number, idempotency_key=idempotency_key, wait=wait))


@command(app)
def remove(
    session: Session, organisation: Organisation, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> int:
    """Propose to remove a member for ever. What it wrote stays."""
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    return _open(session, lambda of: of.remove(number, idempotency_key=idempotency_key, wait=wait))


@command(app, "replace-admin")
def replace_admin(
    session: Session,
    organisation: Organisation,
    admin: Admin,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Propose a new admin key for a member; the old one has seven days to object."""
    key = reading.address(admin, "--admin")
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    return _open(session, lambda of: of.replace_admin(number, key, idempotency_key=idempotency_key, wait=wait))


@command(app, "thresholds")
def change_thresholds(
    session: Session,
    all_: Annotated[str, typer.Option("--all", metavar="PERCENT", help="Of all members; more than this is needed.")],
    custodians: Annotated[str, typer.Option(metavar="PERCENT", help="Of the custodians; more than this is needed.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Propose what later proposals must exceed."""
    of_all, of_custodians = reading.share(all_, "--all"), reading.share(custodians, "--custodians")
    return _open(
        session, lambda of: of.change_thresholds(of_all, of_custodians, idempotency_key=idempotency_key, wait=wait)
    )


@command(app)
def generation(
    session: Session,
    datasets: Contract,
    consents: Contract,
    training: Contract,
    models: Contract,
    anchors: Contract,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Propose a new generation of contracts, deployed beforehand. Compare their code first."""
    given = {
        "datasets": datasets,
        "consents": consents,
        "training": training,
        "models": models,
        "anchors": anchors,
    }
    contracts = {role: reading.address(place, f"--{role}") for role, place in given.items()}
    return _open(session, lambda of: of.register_generation(contracts, idempotency_key=idempotency_key, wait=wait))


@command(app, "lift-recall")
def lift_recall(
    session: Session,
    recall: Annotated[str, typer.Argument(metavar="RECALL", help="The recall's id.", show_default=False)],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Propose to lift a recall that another organisation issued."""
    return _open(session, lambda of: of.lift_recall(recall, idempotency_key=idempotency_key, wait=wait))


@command(app, "revoke-consent")
def revoke_consent(
    session: Session, consent: Consent, reason: Reason, wait: Wait = 30, idempotency_key: IdempotencyKey = None
) -> int:
    """Propose to end a hospital's consent for ever."""
    why = reading.name(StateReason, reason, "--reason")
    return _open(session, lambda of: of.revoke_consent(consent, why, idempotency_key=idempotency_key, wait=wait))


@command(app, "suspend-consent")
def suspend_consent(
    session: Session,
    consent: Consent,
    reason: Reason,
    duration: Annotated[str, typer.Option("--for", metavar="SPAN", help="From its execution, at most 30d.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Propose to suspend a hospital's consent for a while."""
    why = reading.name(StateReason, reason, "--reason")
    seconds = reading.span(duration, "--for", LONGEST_SUSPENSION)
    return _open(
        session, lambda of: of.suspend_consent(consent, why, seconds, idempotency_key=idempotency_key, wait=wait)
    )


def _open(session: Session, write: Callable[[Proposals], Submission]) -> int:
    return submit(session, "proposal opened", lambda: write(session.node.proposals))
