"""The parent's side of a table: a limited child process reads it, and digests come back (`child`)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger_node.edge.tables.faults import Fault, refused
from ledger_node.edge.tables.policy import Policy
from ledger_node.edge.worker import Limits, Worker, require_packages
from ledger_node.errors import InvalidTable

if TYPE_CHECKING:
    from ledger_node.edge.trees.hashing import Bytes
    from ledger_node.proof.strict_json import Json

PACKAGES = ("numpy", "pyarrow", "pyarrow.compute", "pyarrow.csv", "pyarrow.parquet")


@dataclass(frozen=True, slots=True)
class Table:
    """`digests` (n, 32) has the record digest of each row in the file's order; `pseudonyms` is empty without such a
    column; `columns` are the features and categories; `figures` are for the private report."""

    columns: tuple[str, ...]
    label: str
    digests: Bytes
    pseudonyms: tuple[str, ...] = ()
    figures: dict[str, Json] = field(default_factory=dict)

    @property
    def smallest_group(self) -> int | None:
        """k: how many of the rows that enter share their quasi-identifiers, at least; None without such columns."""
        groups = self.figures.get("groups")
        k = groups["k"] if isinstance(groups, dict) else None
        return k if isinstance(k, int) else None


def read_table(
    path: Path,
    policy: Policy | None = None,
    progress: Callable[[int, int], None] | None = None,
    limits: Limits | None = None,
    stays_out: Callable[[str], object] | None = None,
) -> Table:
    """Reads a whole table under the steward's word on its columns. Groups are counted without the rows whose pseudonym
    `stays_out`.

    Raises InvalidTable for what is not such a table or may not enter, ToolMissing without the extra.
    """
    require_packages(*PACKAGES)
    import numpy as np

    policy = policy or Policy()
    pieces: list[bytes] = []
    pseudonyms: list[str] = []
    with Worker(limits or Limits(), PACKAGES) as worker:
        begun = _asked(worker, "table_begin", 0, path=str(path.absolute()), policy=_plain(policy))
        worker.send("table_next")
        while (answer := _good(worker.receive(), len(pieces)))["digests"]:
            worker.send("table_next")  # the child reads on while this batch is taken
            pieces.append(base64.b64decode(answer["digests"], validate=True))
            pseudonyms += answer["pseudonyms"]
            if progress is not None:
                progress(answer["rows"], begun["rows"])
        out = [at for at, one in enumerate(pseudonyms) if stays_out(one)] if stays_out else []
        figures = _asked(worker, "table_end", 0, out=out)
    digests = np.frombuffer(b"".join(pieces), np.uint8).reshape(-1, 32)
    columns = tuple(name for name in begun["names"] if name not in (policy.label, policy.pseudonym))
    return Table(columns, policy.label, digests, tuple(pseudonyms), figures)


def _asked(worker: Worker, task: str, done: int, **arguments: Any) -> dict[str, Any]:
    return _good(worker.ask(task, **arguments), done)


def _good(answer: dict[str, Any] | None, done: int) -> dict[str, Any]:
    if answer is None or "failed" in answer:
        raise refused(
            Fault.BROKE_ITS_READER,
            "the table broke the process that read it",
            "a table within the limits of memory and time",
            got=f"after batch {done}",
        )
    if "refused" in answer:
        told = answer["refused"]
        raise InvalidTable(told["detail"], got=told["got"], needed=told["needed"], **told["facts"])
    return answer


def _plain(policy: Policy) -> dict[str, Any]:
    sets = {name: sorted(getattr(policy, name)) for name in ("categories", "allow", "quasi_identifiers")}
    return {"label": policy.label, "pseudonym": policy.pseudonym, **sets}
