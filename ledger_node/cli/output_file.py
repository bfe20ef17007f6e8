"""`--out FILE`: what is written to a file, byte for byte, and told with its digest."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.output import fields
from ledger_node.cli.session import Session

Out = Annotated[Path, typer.Option(metavar="FILE", help="Where to write it.")]


def write_out(session: Session, out: Path, content: bytes) -> None:
    reading.write_file(out, content)
    digest = "0x" + hashlib.sha256(content).hexdigest()
    answer = {"file": str(out), "bytes": len(content), "sha256": digest}
    session.output.show(answer, lambda: fields([("file", out), ("bytes", len(content)), ("sha256", digest)]))
