"""`medledger evidence`: proofs that outlive the node. `verify` opens two files and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured, fields, table
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from ledger_node.proof import Report

app = typer.Typer()

Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]


@command(app)
def fetch(
    session: Session,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The model version's id.", show_default=False)],
    out: Out,
    as_of: AsOf = None,
    trust: Annotated[
        Path | None, typer.Option(metavar="FILE", help="As of this trust file's checkpoint, so that it fits.")
    ] = None,
) -> None:
    """Fetch a model version's evidence bundle from your node."""
    if trust is not None and as_of is not None:
        raise InvalidField("one block is enough", got="--as-of and --trust", needed="one of the two")
    block = as_of if trust is None else _checkpoint(reading.read_bytes(trust, "trust"))
    with session.output.working("the node gathers proofs"):
        content = session.node.versions.evidence(version, as_of=block)
    _written(session, out, content)


@command(app)
def trust(session: Session, out: Out) -> None:
    """Write what your own node vouches for: the chain, its contracts, its newest block."""
    _written(session, out, session.node.node.trust())


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
    from datetime import UTC, datetime

    yield coloured(report.result.value)
    at = datetime.fromtimestamp(report.as_of_time, UTC)
    yield from fields(
        [("version", report.subject), ("as of block", report.as_of_number), ("block time", f"{at:%Y-%m-%d %H:%M:%SZ}")]
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


def _checkpoint(content: bytes) -> int:
    from ledger_node.proof import trust

    return trust.read(content).checkpoint.number


def _written(session: Session, out: Path, content: bytes) -> None:
    reading.write_file(out, content)
    digest = "0x" + hashlib.sha256(content).hexdigest()
    answer = {"file": str(out), "bytes": len(content), "sha256": digest}
    session.output.show(answer, lambda: fields([("file", out), ("bytes", len(content)), ("sha256", digest)]))
