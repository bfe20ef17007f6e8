"""`medledger proposal`: what the consortium votes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import opening
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured, fields, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from ledger_node.client import answers

app = typer.Typer()
app.add_typer(opening.app, name="open", help="Open a proposal, which counts as no vote.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(min=1, metavar="PROPOSAL", help="The proposal's number.", show_default=False)]


@command(app, "list")
def list_(session: Session, as_of: AsOf = None) -> None:
    """Proposals and how they stand."""
    found = list(session.node.proposals.all(as_of=as_of))
    session.output.show(
        {"items": found},
        lambda: [
            table(
                ("no.", "kind", "about", "for", "of", "state"),
                [
                    (
                        one["number"],
                        one["kind"],
                        _about(one),
                        one["inFavour"],
                        one["electorate"],
                        one["state"],
                    )
                    for one in found
                ],
            )
        ],
    )


@command(app)
def show(session: Session, proposal: Number, as_of: AsOf = None) -> None:
    """One proposal: what it is about, the tally, who voted how."""
    found = session.node.proposals.get(proposal, as_of=as_of)
    session.output.show(found, lambda: _shown(found))


@command(app)
def vote(
    session: Session,
    proposal: Number,
    in_favour: Annotated[bool, typer.Option("--for/--against", help="Your organisation's one vote.")],
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Cast your organisation's vote, once."""
    return submit(
        session,
        "voted",
        lambda: session.node.proposals.vote(proposal, in_favour=in_favour, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def execute(session: Session, proposal: Number, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """Carry out a proposal that has passed, before its deadline."""
    return submit(
        session,
        "carried out",
        lambda: session.node.proposals.execute(proposal, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def rules(session: Session, as_of: AsOf = None) -> None:
    """What a new proposal must exceed, and the generations of contracts that votes have listed."""
    consortium = session.node.consortium.get(as_of=as_of)
    generations = list(session.node.consortium.generations(as_of=as_of))
    answer = {**consortium, "generations": generations}
    session.output.show(answer, lambda: _rules(consortium, generations))


def _rules(consortium: answers.Consortium, generations: Sequence[answers.Generation]) -> Iterator[RenderableType]:
    thresholds = consortium["thresholds"]
    yield from fields(
        [
            ("members", consortium["members"]),
            (
                "more than",
                f"{thresholds['all'] / 100:g} % of all, {thresholds['custodians'] / 100:g} % of the custodians",
            ),
            ("generation", consortium["generation"]),
        ]
    )
    for generation in generations:
        yield f"generation {generation['number']}" + (", in force" if generation["inForce"] else "")
        yield from (f"  {line}" for line in fields(sorted(generation["contracts"].items())))


def _about(proposal: answers.Proposal) -> str:
    admission, organisation, thresholds = proposal["admission"], proposal["organisation"], proposal["thresholds"]
    if admission:
        return admission["name"]
    if organisation:
        return organisation["name"]
    if thresholds:
        return f"{thresholds['all'] / 100:g} %, {thresholds['custodians'] / 100:g} %"
    fact = proposal["recall"] or proposal["consent"]
    return f"{fact[:8]}…" if fact else "contracts"


def _shown(proposal: answers.Proposal) -> Iterator[RenderableType]:
    yield coloured(proposal["state"])
    admission, organisation, thresholds = proposal["admission"], proposal["organisation"], proposal["thresholds"]
    yield from fields(
        [
            ("proposal", proposal["number"]),
            ("kind", proposal["kind"]),
            ("proposed by", proposal["proposer"]["name"]),
            ("deadline", proposal["deadline"]),
            ("name", admission and admission["name"]),
            ("may be", admission and admission["capabilities"]),
            ("for profit", admission and admission["forProfit"]),
            ("organisation", organisation and organisation["name"]),
            ("admin", proposal["admin"] or (admission and admission["admin"])),
            ("all", thresholds and f"more than {thresholds['all'] / 100:g} %"),
            ("custodians", thresholds and f"more than {thresholds['custodians'] / 100:g} %"),
            *sorted((proposal["contracts"] or {}).items()),
            ("recall", proposal["recall"]),
            ("consent", proposal["consent"]),
            ("generation", proposal["generation"]),
            ("reason", proposal["reason"]),
            ("for", proposal["duration"] and f"{proposal['duration'] / 86400:g} days from its execution"),
        ]
    )
    yield table(
        ("tally", "in favour", "needed", "against", "may vote"),
        [
            ("all", proposal["inFavour"], proposal["needed"], proposal["against"], proposal["electorate"]),
            ("custodians", proposal["custodiansInFavour"], proposal["neededCustodians"], None, None),
        ],
    )
    if proposal["votes"]:
        yield table(
            ("organisation", "vote"),
            [(vote["organisation"]["name"], "for" if vote["inFavour"] else "against") for vote in proposal["votes"]],
        )
    if proposal["state"] == "PASSED":
        yield f"next: medledger proposal execute {proposal['number']}"
    elif proposal["state"] == "OPEN":
        yield f"next: medledger proposal vote {proposal['number']} --for or --against"
