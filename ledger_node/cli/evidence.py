"""`medledger evidence`: proofs that outlive the node. `verify` opens two files and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured, fields, table
from ledger_node.cli.output_file import Out, write_out
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.proof import Report

app = typer.Typer()


@command(app)
def fetch(
    session: Session,
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="A model version's id, unless an option says else.", show_default=False)
    ],
    out: Out,
    consent: Annotated[bool, typer.Option("--consent", help="It is a consent's.")] = False,
    number: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="It is a dataset's; of this version.")
    ] = None,
    as_of: AsOf = None,
    trust: Annotated[
        Path | None, typer.Option(metavar="FILE", help="As of this trust file's checkpoint, so that it fits.")
    ] = None,
) -> None:
    """Fetch the evidence bundle about a model version, a consent or a dataset version from your node."""
    if consent and number is not None:
        raise InvalidField("one subject is enough", got="--consent and --number", needed="one of the two")
    if trust is not None and as_of is not None:
        raise InvalidField("one block is enough", got="--as-of and --trust", needed="one of the two")
    block = as_of if trust is None else _checkpoint(reading.read_bytes(trust, "trust"))
    with session.output.working("the node gathers proofs"):
        if number is not None:
            content = session.node.datasets.evidence(subject, number, as_of=block)
        else:
            of = session.node.consents if consent else session.node.versions
            content = of.evidence(subject, as_of=block)
    write_out(session, out, content)


@command(app)
def trust(session: Session, out: Out) -> None:
    """Write what your own node vouches for: the chain, its contracts, its newest block."""
    write_out(session, out, session.node.node.trust())


@command(app)
def verify(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence bundle.", show_default=False)],
    trust: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What you trust beforehand; without it nothing is verified.")
    ] = None,
) -> int:
    """Verify a bundle, offline. Exit status 1 unless the result is 'verified'."""
    from ledger_node.proof import Result, verify

    content = reading.read_bytes(file, "evidence")
    trusted = None if trust is None else reading.read_bytes(trust, "trust")
    report = verify(content, trusted)
    session.output.show(report.to_json(), lambda: _report(report))
    return DONE if report.result is Result.VERIFIED else FINDING


def _report(report: Report) -> Iterator[RenderableType]:
    from collections import Counter

    yield coloured(report.result.value)
    yield from fields(
        [
            ("about", f"{report.kind} {report.subject}"),
            ("as of block", report.as_of_number),
            ("block time", _utc(report.as_of_time)),
            ("asked about", _utc(report.at)),
        ]
    )
    yield table(
        ("check", "", "found"),
        [(check.name, "passed" if check.passed else "failed", check.detail) for check in report.checks],
    )
    known = Counter((fact.kind, fact.known.value) for fact in report.facts)
    yield table(("facts", "known as", "number"), [(kind, how, n) for (kind, how), n in sorted(known.items())])
    for root in report.trust_roots or ("nothing: no trust file was given",):
        yield f"trusted: {root}"
    for limit in report.not_proved:
        yield f"not proved: {limit}"


def _utc(time: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%SZ}"


def _checkpoint(content: bytes) -> int:
    from ledger_node.proof import trust

    return trust.read(content).checkpoint.number
