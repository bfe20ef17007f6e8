"""`medledger organisation`: who is a member, with which keys, and a regulator's emergency suspension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger_node.cli import reading
from ledger_node.cli.output import coloured, fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import EmergencyReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()

AsOf = Annotated[
    Any,
    typer.Option(parser=reading.as_of, metavar="BLOCK|TIME", help="Answer as of a block, or the last one by a time."),
]
Organisation = Annotated[
    str, typer.Argument(metavar="ORGANISATION", help="A number or an exact name.", show_default=False)
]


@command(app, "list")
def list_(session: Session, as_of: AsOf = None) -> None:
    """Members by number, with what they may do."""
    members = list(session.node.organisations.all(as_of=as_of))
    session.output.show(
        {"items": members},
        lambda: [
            table(
                ("no.", "name", "may be", "status"),
                [(m["number"], m["name"], m["capabilities"], m["status"]) for m in members],
            )
        ],
    )


@command(app)
def show(session: Session, organisation: Organisation, as_of: AsOf = None) -> None:
    """One member: what it is and how it stands."""
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    found = session.node.organisations.get(number, as_of=as_of)
    session.output.show(
        found,
        lambda: [
            coloured(found["status"]),
            *fields(
                [
                    ("number", found["number"]),
                    ("name", found["name"]),
                    ("may be", found["capabilities"]),
                    ("for profit", found["forProfit"]),
                    ("admin", found["admin"]),
                    ("emergency until", found["emergencyUntil"]),
                    ("since block", found["block"]),
                ]
            ),
            *_emergencies(found["emergencies"]),
        ],
    )


@command(app)
def keys(session: Session, organisation: Organisation, as_of: AsOf = None) -> None:
    """Every key that a member offered a role to or accepted."""
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    found = list(session.node.organisations.keys(number, as_of=as_of))
    session.output.show({"items": found}, lambda: listed_keys(found))


@command(app, "suspend-in-emergency")
def suspend_in_emergency(
    session: Session,
    organisation: Organisation,
    reason: Annotated[
        str,
        typer.Option(help="DATA_BREACH, PATIENT_SAFETY and others.", autocompletion=reading.complete(EmergencyReason)),
    ],
    until: Annotated[str, typer.Option(help="End, within 30 days: RFC 3339, a date, or a span like 14d.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """A regulator suspends another member without a vote, once until a vote reinstates it."""
    why = reading.name(EmergencyReason, reason, "--reason")
    end = reading.future(until, "--until")
    number = reading.organisation(session.node, organisation, "ORGANISATION")
    return submit(
        session,
        "suspended",
        lambda: session.node.organisations.suspend_in_emergency(
            number, why, end, idempotency_key=idempotency_key, wait=wait
        ),
    )


def _emergencies(found: list[answers.Emergency]) -> Iterator[RenderableType]:
    if found:
        yield table(
            ("suspended by", "for", "on", "until"),
            [(one["regulator"]["name"], one["reason"], one["at"][:10], one["until"]) for one in found],
        )


def listed_keys(found: list[answers.Key]) -> Iterator[RenderableType]:
    """Keys whole, so that an address can be copied; what is claimed of one stands beneath."""
    yield table(("key", "role", "state"), [(key["address"], key["role"], key["state"]) for key in found])
    for key in found:
        if key["state"] == "proposed" and key["acceptableFrom"]:
            yield f"{key['address']} can accept from {key['acceptableFrom']} on"
        if key["compromisedSince"]:
            confirmed = key["compromiseConfirmedBy"]
            since = key["compromiseConfirmedSince"]
            by = f"confirmed by {confirmed['name']} since {since}" if confirmed else "not confirmed by a regulator"
            yield f"{key['address']} is claimed to be compromised since {key['compromisedSince']}, {by}"
            yield f"{key['compromiseReporter']} claimed it at {key['compromiseClaimedAt']}"
