"""`medledger request`: asking a hospital for a consent, talking about it, and the hospital's answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.facts import Text, show_list
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured, epsilon_of, fields
from ledger_node.cli.scope import (
    Condition,
    Epsilon,
    From,
    Operations,
    Project,
    Purposes,
    Regions,
    Rounds,
    Until,
    operations_of,
    project_of,
    purposes_of,
)
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import Card, IdempotencyKey, Wait, card_of, submit
from ledger_node.domain.codes import DeclineReason, Region, RequestState
from ledger_node.screen import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()

Request = Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id.", show_default=False)]


@command(app)
def make(
    session: Session,
    dataset: Annotated[str, typer.Option(metavar="0x…", help="The dataset's id.")],
    purpose: Purposes,
    operation: Operations,
    until: Until,
    card: Card,
    from_: From = "now",
    condition: Condition = None,
    region: Regions = None,
    max_rounds: Rounds = 0,
    epsilon: Epsilon = "0",
    project: Project = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Ask a dataset's hospital for a consent with these terms. What is granted is its decision."""
    from ledger_node.client.requests import Wanted

    begin, end = reading.window(from_, until)
    wanted = Wanted(
        dataset=reading.digest(dataset, "--dataset"),
        purposes=purposes_of(purpose),
        operations=operations_of(operation),
        not_before=begin,
        expires_at=end,
        card=card_of(card),
        condition=reading.condition(condition),
        regions=reading.names(Region, region, "--region"),
        max_rounds=max_rounds,
        epsilon_budget=reading.epsilon(epsilon),
        project_ref=project_of(project),
    )
    return submit(
        session,
        "request made",
        lambda: session.node.requests.make(wanted, idempotency_key=idempotency_key, wait=wait),
    )


@command(app, "list")
def list_(
    session: Session,
    dataset: Annotated[str | None, typer.Option(metavar="0x…", help="For one dataset only.")] = None,
    state: Annotated[
        str | None,
        typer.Option(help="OPEN, ASKED_BACK, GRANTED or DECLINED.", autocompletion=reading.complete(RequestState)),
    ] = None,
    text: Text = None,
    as_of: AsOf = None,
) -> None:
    """Requests and how they stand."""
    of = None if dataset is None else reading.digest(dataset, "--dataset")
    wanted = None if state is None else reading.name(RequestState, state, "--state")
    columns = ("requester", "custodian", "dataset", "state")
    show_list(session, "request", session.node.requests, columns, dataset=of, state=wanted, text=text, as_of=as_of)


@command(app)
def show(session: Session, request: Request, as_of: AsOf = None) -> None:
    """One request with its history: the terms wanted, the messages of both sides, and the answer."""
    found = session.node.requests.get(request, as_of=as_of)
    session.output.show(found, lambda: _shown(found))


@command(app, "send-message")
def send_message(
    session: Session,
    request: Request,
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help="For all members to read: it names no person. '-' reads standard input."),
    ],
    in_reply_to: Annotated[int | None, typer.Option(min=1, help="Number of the message that this answers.")] = None,
    visa: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A GA4GH visa as grounds; repeat it. A statement of it is sent, never the visa."
        ),
    ] = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Ask back about an open request as its hospital, or answer as who made it. What is sent stays."""
    said = sys.stdin.read().rstrip("\n") if text == "-" else text
    return submit(
        session,
        "sent",
        lambda: session.node.requests.send_message(
            request,
            said,
            in_reply_to=in_reply_to,
            visas=[_visa(file) for file in visa or ()],
            idempotency_key=idempotency_key,
            wait=wait,
        ),
    )


@command(app, "check-visa")
def check_visa(
    session: Session,
    request: Request,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The visa, as its holder handed it over.")],
) -> int:
    """Check a visa at this node, and whether it is one that is attached to the request. It is not kept."""
    found = session.node.requests.check_visa(request, _visa(file))
    session.output.show(found, lambda: _checked(found))
    return DONE if found["agrees"] else FINDING


@command(app)
def decline(
    session: Session,
    request: Request,
    reason: Annotated[
        str, typer.Option(help="INCOMPLETE, NO_LEGAL_BASIS and others.", autocompletion=reading.complete(DeclineReason))
    ],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Say no to a request. To say yes: consent issue --request."""
    why = reading.name(DeclineReason, reason, "--reason")
    return submit(
        session,
        "declined",
        lambda: session.node.requests.decline(request, why, idempotency_key=idempotency_key, wait=wait),
    )


def _shown(request: answers.Request) -> Iterator[RenderableType]:
    yield coloured(request["state"])
    yield from fields(
        [
            ("request", request["id"]),
            ("asked by", request["requester"]["name"]),
            ("of", request["custodian"]["name"]),
            ("made", request["madeAt"]),
            ("dataset", request["dataset"]),
            ("purposes", request["purposes"]),
            ("operations", request["operations"]),
            ("condition", request["condition"]),
            ("regions", request["regions"]),
            ("from", request["notBefore"]),
            ("until", request["expiresAt"]),
            ("rounds", request["maxRounds"]),
            ("epsilon", epsilon_of(request["epsilonBudget"])),
            ("project", request["projectRef"]),
            ("card", request["cardDigest"]),
            ("consent", request["consent"]),
            ("declined for", request["declineReason"]),
            ("answered", request["answeredAt"]),
            *_granted(request.get("grant")),
        ]
    )
    for message in request.get("messages", []):
        yield from _said(message)
    if request["state"] in (RequestState.OPEN.name, RequestState.ASKED_BACK.name):
        one = request["id"][:8]
        yield f"the hospital answers with consent issue --request or request decline {one}…"
        yield f"either side says more with request send-message {one}…"


def _visa(file: Path) -> str:
    return reading.read_bytes(file, "visa").decode("ascii", "replace").strip()


def _checked(found: answers.VisaCheck) -> Iterator[RenderableType]:
    yield from fields([("valid", "yes"), ("attached to message", found["message"]), *_stated(found["visa"])])
    if found["message"] is None:
        yield "it is attached to no message of this request that can be read here"
    elif not found["agrees"]:
        yield "that message says something else of it"


def _stated(visa: answers.VisaStatement) -> list[tuple[str, object]]:
    return [
        ("grants", visa["value"]),
        ("issuer", visa["issuer"]),
        ("decided by", f"{visa['source']} ({visa['by'] or 'in no function'})"),
        ("from", visa["asserted"]),
        ("until", visa["expires"]),
        ("digest", visa["digest"]),
    ]


def _granted(grant: answers.Grant | None) -> list[tuple[str, object]]:
    return [] if grant is None else [("less than asked in", grant["narrower"]), ("more than asked in", grant["wider"])]


def _said(message: answers.Message) -> Iterator[RenderableType]:
    to = "" if message["inReplyTo"] is None else f", to {message['inReplyTo']}"
    yield printable(f"message {message['number']} of {message['sender']['name']}, {message['sentAt']}{to}")
    if message["text"] is None:
        yield printable(f"  {message['digest']}: {message['missing']}")
    else:
        yield from (f"  {printable(line)}" for line in message["text"].split("\n"))
    for visa in message["visas"]:
        yield from (f"  {line}" for line in fields([("visa, checked by the sender", visa["type"]), *_stated(visa)]))
