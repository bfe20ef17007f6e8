"""`medledger withdrawal`: what your hospital took back, for whoever answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.client.withdrawals import Withdrawal

app = typer.Typer()


@command(app, "list")
def list_(
    session: Session,
    dataset: Annotated[str | None, typer.Option(metavar="0x…", help="Of one dataset only.")] = None,
    as_of: AsOf = None,
) -> None:
    """Consents that were stopped, versions that were replaced, records that were erased: when, why, what used them."""
    of = None if dataset is None else reading.digest(dataset, "--dataset")
    node = session.node
    ours = node.node.get()["organisation"]["number"]
    block = node.consortium.get(as_of=as_of)["asOfBlock"]  # one for all that is asked, also when a time was given
    found = node.withdrawals.of(ours, dataset=of, as_of=block)
    session.output.show({"asOfBlock": block, "items": found}, lambda: _listed(found))


def _listed(found: list[Withdrawal]) -> Iterator[RenderableType]:
    if not found:
        yield "nothing was withdrawn"
        return
    yield table(
        ("no.", "on", "act", "why", "by", "models", "runs"),
        [
            (
                n,
                one["at"][:10],
                one["act"],
                one["reason"] or "",
                one["actor"]["name"] if one["actor"] else "a vote",
                one["modelVersions"],
                one["runs"],
            )
            for n, one in enumerate(found, start=1)
        ],
    )
    for n, one in enumerate(found, start=1):
        yield from fields(
            [
                (f"{n} at", one["at"]),
                (f"{n} dataset", one["dataset"]),
                (f"{n} version", _versions(one)),
                (f"{n} consent", one["consent"]),
                (f"{n} stands", one["standing"]),
                (f"{n} receipt", one["receiptDigest"]),
            ]
        )


def _versions(one: Withdrawal) -> str:
    if one["version"] is None:
        return ""
    return f"{one['version']}" if one["supersededBy"] is None else f"1:{one['version']}, by {one['supersededBy']}"
