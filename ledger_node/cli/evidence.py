"""`medledger evidence`: proofs that outlive the node. What checks them opens the files that are named, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ledger_node.cli import captures, reading
from ledger_node.cli.drawing import drawn
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output_file import Out, write_out
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField, TrustMalformed

if TYPE_CHECKING:
    from ledger_node.cli.output import Progress
    from ledger_node.proof.header import Header

HEADERS = 1_000  # of one answer

app = typer.Typer()
captures.add_to(app)

Bundle = Annotated[Path, typer.Argument(metavar="FILE", help="The evidence bundle.", show_default=False)]
Trust = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What you trust beforehand; without it nothing is verified.")
]


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
        Path | None,
        typer.Option(metavar="FILE", help="So that it fits what this file trusts: operators, a block, validators."),
    ] = None,
) -> None:
    """Fetch the evidence bundle about a model version, a consent or a dataset version from your node."""
    if consent and number is not None:
        raise InvalidField("one subject is enough", got="--consent and --number", needed="one of the two")
    if trust is not None and as_of is not None:
        raise InvalidField("one block is enough", got="--as-of and --trust", needed="one of the two")
    block, known = (as_of, None) if trust is None else _told(session, reading.read_bytes(trust, "trust"))
    with session.output.working("the node gathers proofs"):
        if number is not None:
            content = session.node.datasets.evidence(subject, number, as_of=block, validators_at=known)
        else:
            of = session.node.consents if consent else session.node.versions
            content = of.evidence(subject, as_of=block, validators_at=known)
    write_out(session, out, content)


@command(app)
def trust(session: Session, out: Out) -> None:
    """Write what your own node vouches for: the chain, its contracts, its newest block."""
    write_out(session, out, session.node.node.trust())


@command(app)
def advance(
    session: Session,
    trust: Annotated[Path, typer.Argument(metavar="FILE", help="A trust file with validators.", show_default=False)],
    out: Out,
) -> None:
    """Bring the validators of a trust file up to the newest blocks: each header is checked, the node is not trusted."""
    from ledger_node.proof import trust as trusts
    from ledger_node.proof.sealing import advanced

    told = trusts.read(reading.read_bytes(trust, "trust"))
    if told.validators is None:
        raise TrustMalformed("the trust file does not say who seals", needed="validators")
    with session.output.progress("headers") as progress:
        known = advanced(told.validators, _headers(session, told.validators.at.number, progress))
    write_out(session, out, trusts.dump(replace(told, validators=known)))


@command(app)
def verify(
    session: Session,
    file: Bundle,
    trust: Trust = None,
) -> int:
    """Verify a bundle, offline. Exit status 1 unless the result is 'verified'."""
    from ledger_node.proof import Result, pages, verify

    report = verify(*_read(file, trust))
    session.output.show(report.to_json(), lambda: drawn(pages.of_report(report)))
    return DONE if report.result is Result.VERIFIED else FINDING


@command(app, "check-block")
def check_block(
    session: Session,
    header: Annotated[
        Path,
        typer.Argument(
            metavar="HEADER", help="A block as JSON or its header's RLP in hex; - for stdin.", show_default=False
        ),
    ],
    engine: Annotated[
        Literal["qbft", "clique"], typer.Option(help="By whose rules blocks are sealed.", show_default=False)
    ],
    trust: Annotated[Path, typer.Option(metavar="FILE", help="Its validators are those in force.", show_default=False)],
) -> int:
    """Check one block's seals, offline. Exit status 1 when a rule is broken."""
    from ledger_node.proof import Result, pages
    from ledger_node.proof.sealing import check_file

    seen = check_file(reading.read_bytes(header, "header"), reading.read_bytes(trust, "trust"), engine)
    session.output.show(seen.to_json(), lambda: drawn(pages.of_block(seen)))
    return DONE if seen.result is Result.VERIFIED else FINDING


@command(app)
def explain(session: Session, file: Bundle, trust: Trust = None) -> int:
    """Say what a bundle is about, how each part is known, and what is not proved, offline. Exit status as of verify."""
    from ledger_node.proof import Result, pages
    from ledger_node.proof.explanation import explain

    explanation = explain(*_read(file, trust))
    session.output.show(explanation.to_json(), lambda: drawn(pages.of_explanation(explanation)))
    return DONE if explanation.report.result is Result.VERIFIED else FINDING


@command(app)
def match(
    session: Session,
    file: Bundle,
    artifact: Annotated[Path, typer.Option(metavar="PATH", help="The file, or a model's folder.", show_default=False)],
    trust: Trust = None,
) -> int:
    """Say whether a file is the registered one, offline. Exit status 1 unless it is, and the bundle is 'verified'."""
    from ledger_node.proof import pages
    from ledger_node.proof.hashing import parse_hex
    from ledger_node.proof.matching import match

    found = match(*_read(file, trust), parse_hex(reading.digest_of_files(artifact, "--artifact"), 32))
    session.output.show(found.to_json(), lambda: drawn(pages.of_match(found)))
    return DONE if found.holds else FINDING


def _headers(session: Session, first: int, progress: Progress) -> Iterator[list[Header]]:
    """Of the blocks after the first, as many at a time as the node gives."""
    from ledger_node.proof import header

    after = first
    while items := (answer := session.node.checkpoints.headers(after, limit=HEADERS))["items"]:
        yield [header.read(one) for one in items]
        after += len(items)
        progress(after - first, answer["head"] - first)


def _read(file: Path, trust: Path | None) -> tuple[bytes, bytes | None]:
    return reading.read_bytes(file, "evidence"), None if trust is None else reading.read_bytes(trust, "trust")


def _told(session: Session, content: bytes) -> tuple[int | None, int | None]:
    """As of which block a bundle fits a trust file, and the block at which this knows the validators.

    The newest block that enough of its operators signed for, not before its checkpoint; else its checkpoint.
    """
    from ledger_node.proof import trust
    from ledger_node.proof.anchoring import counted
    from ledger_node.proof.checkpoint import codec

    told = trust.read(content)
    least = 0 if told.checkpoint is None else told.checkpoint.number
    if told.operators is not None:
        for height in session.node.checkpoints.list().items:
            signed = [codec.read(document) for document in height["checkpoints"] if height["number"] >= least]
            # Two that are trusted tell different blocks: the reader's own quorum has been split.
            if len(list(counted(signed, told))) == 1:
                return height["number"], None
    if told.checkpoint is not None:
        return told.checkpoint.number, None
    return None, None if told.validators is None else told.validators.at.number
