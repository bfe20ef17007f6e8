"""The hook for code that trains: an MLflow run that is a run on the ledger as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ledger_node.client import Client
from ledger_node.client.inputs import Document, Input, Json, Scope
from ledger_node.domain.codes import Outcome
from ledger_node.errors import InvalidField, MedLedgerError
from ledger_node.mlflow.closing import close, settled
from ledger_node.mlflow.registered import COMMIT, SOURCE_TYPE, context_of, source_of
from ledger_node.mlflow.tracking import Tracking


@dataclass(frozen=True, slots=True)
class Training:
    """`run` is the id on the ledger. `datasets` are its inputs, in their order, as MLflow takes them:
    `mlflow.log_metrics({"auc": 0.9}, dataset=training.datasets[1])` says what was measured on what."""

    run: str
    datasets: tuple[Any, ...]
    _node: Client
    _tracking: Tracking

    def complete(self, model_id: str, *, wait: int = 30) -> None:
        """Closes the run with the digest of the files of a model that MLflow has logged (`m-…`). No input, round or
        answer can be added afterwards."""
        close(self._node, self.run, self._tracking.digest_of_model(model_id), wait)


@contextmanager
def opened(
    node: Client,
    model: str,
    *,
    scope: Scope,
    card: Json,
    inputs_used: Sequence[Input],
    code_digest: str | None = None,
    container_digest: str | None = None,
    wait: int = 30,
) -> Iterator[Training]:
    """Opens a run on the ledger for MLflow's active run, tags that with its id and logs the inputs as its datasets.

    The code is MLflow's git commit where nothing else is said. The run ends abandoned when the training fails; else it
    stays open until it is completed (`medledger mlflow sync --close` does so with the files of the version).
    InvalidField without an active run; whatever opening a run may say.
    """
    import mlflow

    active = mlflow.active_run()
    if active is None:
        raise InvalidField("MLflow has no active run", got="none", needed="with mlflow.start_run():")
    tracking = Tracking(mlflow.get_tracking_uri())
    made = settled(
        node.runs.open(
            model,
            scope=scope,
            card=Document(card),
            inputs_used=inputs_used,
            code_digest=code_digest or _commit(active.data.tags.get(COMMIT, "")),
            container_digest=container_digest,
            idempotency_key=f"mlflow.open:{active.info.run_id}",
            wait=max(wait, 1),
        )
    )
    run = str((made["outcome"] or {})["run"])
    try:
        datasets = [_dataset(node, one) for one in inputs_used]
        contexts = [context_of(one.operation) for one in inputs_used]
        tracking.opened(active.info.run_id, run, list(zip(datasets, contexts, strict=True)))
        yield Training(run, tuple(datasets), node, tracking)
    except BaseException:
        with suppress(MedLedgerError):  # what the training failed with counts
            node.runs.close(run, Outcome.ABANDONED, wait=wait)
        raise


def _dataset(node: Client, used: Input) -> Any:
    """As MLflow takes it: by id, number and use, since MLflow keeps one use of each, and the beginning of the tree's
    root, for which it has 36 places."""
    from mlflow.entities import Dataset

    root = next(one["root"] for one in node.datasets.versions(used.dataset) if one["number"] == used.version)
    return Dataset(
        name=f"{used.dataset}/{used.version} {context_of(used.operation)}",
        digest=root[2:34],
        source_type=SOURCE_TYPE,
        source=source_of(used.dataset, used.version),
    )


def _commit(found: str) -> str | None:
    """A git commit's id of 20 bytes stands at the end of the 32, after zeros."""
    return f"0x{found:0>64}" if re.fullmatch(r"[0-9a-f]{40}", found) else None
