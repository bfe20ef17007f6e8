"""`medledger impact`: what lies downstream of a dataset, a consent or a hospital."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField


def add_to(app: typer.Typer) -> None:
    command(app)(impact)


def impact(
    session: Session,
    dataset: Annotated[str | None, typer.Option(metavar="0x…", help="A dataset's id.")] = None,
    consent: Annotated[str | None, typer.Option(metavar="0x…", help="A consent's id.")] = None,
    organisation: Annotated[str | None, typer.Option(metavar="N|NAME", help="A hospital: number or name.")] = None,
    as_of: AsOf = None,
) -> None:
    """Every model version that learnt from a dataset, a consent or a hospital."""
    given = [name for name in (dataset, consent, organisation) if name is not None]
    if len(given) != 1:
        raise InvalidField(
            "impact is asked of one thing",
            got=f"{len(given)} of the options",
            needed="--dataset, --consent or --organisation",
        )
    node = session.node
    if dataset is not None:
        found = list(node.datasets.impact(dataset, as_of=as_of))
    elif consent is not None:
        found = list(node.consents.impact(consent, as_of=as_of))
    else:
        number = reading.organisation(node, organisation or "", "--organisation")
        found = list(node.organisations.impact(number, as_of=as_of))
    session.output.show(
        {"items": found},
        lambda: (
            [
                *_versions(sorted({part["version"] for part in found})),
                table(
                    ("model version", "dataset", "v.", "consent", "stands", ""),
                    [
                        (
                            f"{_short(part['version'])} no. {part['modelNumber']}",
                            _short(part["dataset"]),
                            part["datasetVersion"],
                            _short(part["consent"]),
                            part["standing"],
                            "tainted" if part["tainted"] else "derived" if part["derived"] else "",
                        )
                        for part in found
                    ],
                ),
            ]
            if found
            else ["nothing learnt from it"]
        ),
    )


def _versions(versions: list[str]) -> list[str]:
    return list(fields([(f"version {n}", version) for n, version in enumerate(versions, start=1)]))


def _short(word: str) -> str:
    return f"{word[:8]}…"
