"""An MLflow tracking server with its model registry. The only place that asks it; its words end here."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger_node.errors import NotFound, ToolMissing, TrackingFailed
from ledger_node.mlflow.registered import (
    COMMIT,
    CONTEXT,
    MODEL,
    RUN,
    SOURCE_TYPE,
    LoggedDataset,
    LoggedMetric,
    LoggedRun,
    RegisteredModel,
    RegisteredVersion,
    used_of,
)
from ledger_node.model_files import digest_of

#: What its client is told by the environment, unless somebody has said otherwise: to tell nothing to others, to draw no
#: bars of its own, and not to wait minutes for a server that is away.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "GIT_PYTHON_REFRESH": "quiet",
}
#: Tags of a run that are read. Its other tags tell users, hosts and paths.
RUN_TAGS = (RUN, COMMIT)
#: Of a registered model or version: tags of ours.
OURS = "medledger."
ABSENT = "RESOURCE_DOES_NOT_EXIST"


class Tracking:
    """The server at `uri`; credentials as MLflow's client takes them (`MLFLOW_TRACKING_TOKEN` and others).

    TrackingFailed when it does not answer or refuses, NotFound for what it does not have.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        with _asked():
            self._client = _library().MlflowClient(uri)

    def models(self) -> list[RegisteredModel]:
        """Those that are tagged with a model of the ledger."""
        chosen = f"tags.`{MODEL}` LIKE '0x%'"
        return [_model(one) for one in self._all(self._client.search_registered_models, chosen)]

    def model(self, name: str) -> RegisteredModel:
        with _asked():
            return _model(self._client.get_registered_model(name))

    def versions(self, name: str) -> list[RegisteredVersion]:
        """By number."""
        quote = '"' if "'" in name else "'"
        found = self._all(self._client.search_model_versions, f"name = {quote}{name}{quote}")
        return sorted((_version(one) for one in found), key=lambda one: one.number)

    def run(self, version: RegisteredVersion) -> LoggedRun:
        """The run that made it. NotFound when the version names none."""
        if version.run is None:
            raise NotFound(
                "the model version names no run of MLflow", needed="a version that was registered from a run's model"
            )
        with _asked():
            found = self._client.get_run(version.run)
            logged = re.fullmatch(r"models:/(m-[0-9a-f]+)", version.source)
            metrics = newest(self._client.get_logged_model(logged[1]).metrics or []) if logged is not None else []
        names = {one.name for one in metrics}
        metrics += [LoggedMetric(name, value, None) for name, value in found.data.metrics.items() if name not in names]
        return LoggedRun(
            id=version.run,
            tags={name: found.data.tags[name] for name in RUN_TAGS if name in found.data.tags},
            parameters=dict(found.data.params),
            datasets=tuple(_dataset(one) for one in (found.inputs.dataset_inputs if found.inputs else ())),
            metrics=tuple(metrics),
        )

    def digest_of_version(self, version: RegisteredVersion) -> str:
        """Of the files as they are stored: MLflow's own download of a `models:/` URI adds one."""
        with _asked():
            place = self._client.get_model_version_download_uri(version.name, str(version.number))
        return self._digest(place)

    def digest_of_model(self, logged_model: str) -> str:
        """Of what a run logged as a model, by its id: `m-…`."""
        with _asked():
            place = self._client.get_logged_model(logged_model).artifact_location
        return self._digest(place)

    def tag(self, version: RegisteredVersion, name: str, value: str) -> None:
        if version.tags.get(name) != value:
            with _asked():
                self._client.set_model_version_tag(version.name, str(version.number), name, value)

    def untag(self, version: RegisteredVersion, name: str) -> None:
        if name in version.tags:
            with _asked():
                self._client.delete_model_version_tag(version.name, str(version.number), name)

    def opened(self, run: str, ledger_run: str, datasets: list[tuple[Any, str]]) -> None:
        """Notes on MLflow's run which run of the ledger it is, and logs what that uses, each with its context."""
        from mlflow.entities import DatasetInput, InputTag

        inputs = [DatasetInput(dataset, [InputTag(CONTEXT, context)]) for dataset, context in datasets]
        with _asked():
            self._client.set_tag(run, RUN, ledger_run)
            self._client.log_inputs(run, inputs)

    def _digest(self, place: str) -> str:
        artifacts = _library().artifacts
        with tempfile.TemporaryDirectory(prefix="medledger-") as folder:
            with _asked():
                files = artifacts.download_artifacts(artifact_uri=place, dst_path=folder, tracking_uri=self._uri)
            return digest_of(Path(files))

    def _all(self, search: Callable[..., Any], chosen: str) -> Iterator[Any]:
        """Page after page."""
        token = None
        while True:
            with _asked():
                page = search(chosen, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def quietly(uri: str) -> Tracking:
    """For a program of its own. In somebody's training code their settings stand."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    return Tracking(uri)


def _library() -> Any:
    try:
        import mlflow
        import mlflow.artifacts
    except ModuleNotFoundError as error:
        raise ToolMissing(
            "MLflow's client is not installed", got=f"no module {error.name}", needed="the extra: medledger[mlflow]"
        ) from None
    return mlflow


@contextmanager
def _asked() -> Iterator[None]:
    """MLflow's errors as ours. Their text names hosts and paths, so only their code is told."""
    exceptions = _library().exceptions
    try:
        yield
    except exceptions.MlflowException as error:
        if error.error_code == ABSENT:
            raise NotFound(
                "MLflow does not have it", got=error.error_code, needed="a name or run that is there"
            ) from None
        raise TrackingFailed(
            "the MLflow server did not do what was asked",
            got=str(error.error_code),
            needed="the address of a server that runs, and access to it",
        ) from None
    except OSError as error:
        raise TrackingFailed(
            "the model's files could not be fetched from MLflow",
            got=type(error).__name__,
            needed="access to the place where MLflow keeps them, and room for a copy",
        ) from None


def _model(found: Any) -> RegisteredModel:
    return RegisteredModel(found.name, _ours(found.tags))


def _version(found: Any) -> RegisteredVersion:
    return RegisteredVersion(
        found.name,
        int(found.version),
        found.run_id or None,
        found.source or "",
        found.status == "READY",
        _ours(found.tags),
    )


def _ours(tags: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name.startswith(OURS)}


def _dataset(found: Any) -> LoggedDataset:
    dataset, tags = found.dataset, {tag.key: tag.value for tag in found.tags}
    used = used_of(dataset.source) if dataset.source_type == SOURCE_TYPE else None
    return LoggedDataset(dataset.name, dataset.digest, tags.get(CONTEXT), used)


def newest(found: list[Any]) -> list[LoggedMetric]:
    """Of each measure on each dataset the value of the last step."""
    newest: dict[tuple[str, str | None, str | None], Any] = {}
    for one in sorted(found, key=lambda one: (one.step, one.timestamp)):
        newest[one.key, one.dataset_name, one.dataset_digest] = one
    return [
        LoggedMetric(name, one.value, None if dataset is None or digest is None else (dataset, digest))
        for (name, dataset, digest), one in sorted(newest.items(), key=lambda item: tuple(map(str, item[0])))
    ]
