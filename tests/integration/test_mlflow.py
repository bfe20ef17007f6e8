"""From a real MLflow server to the ledger and back: published once, states refreshed, nothing personal taken along."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Dataset

from ledger_node.client import Input
from ledger_node.client.inputs import Document, Json
from ledger_node.domain.codes import Operation, Severity
from ledger_node.errors import NotFound, TrackingFailed
from ledger_node.localnet.processes import free_port
from ledger_node.mlflow import Syncing, Training, opened
from ledger_node.mlflow.registered import SOURCE_TYPE, RegisteredVersion, source_of
from ledger_node.mlflow.syncing import Result
from ledger_node.mlflow.tracking import Tracking, quietly
from ledger_node.model_files import digest_of
from scripts.demo.commands import MEDLEDGER
from tests.integration.pair import SCOPE, Pair, terms

pytestmark = [pytest.mark.slow, pytest.mark.engines]
CANARY = "Cordula-Canary"
MODEL_CARD: Json = {"format": "medledger-model-card/1", "title": "A line", "intendedUse": "Tests only"}
RUN_CARD: Json = {"format": "medledger-run-card/1", "method": "Logistic regression"}
OPERATIONS = Operation.TRAIN | Operation.TEST | Operation.EXPORT_WEIGHTS


@dataclass(frozen=True, slots=True)
class Project:
    """A model of the ledger under its name in MLflow."""

    name: str
    model: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """`used` are two dataset versions with consents: one to train on, one to test on."""

    pair: Pair
    url: str
    client: MlflowClient
    used: tuple[Input, Input]

    def project(self, name: str) -> Project:
        model = self.pair.made(self.pair.institute.node.models.register(Document(MODEL_CARD)), "model")
        name = f"{name} {secrets.token_hex(4)}"
        self.client.create_registered_model(name, tags={"medledger.model": model})
        return Project(name, model)

    @contextmanager
    def training(self, project: Project) -> Iterator[Training]:
        with (
            mlflow.start_run(),
            opened(
                self.pair.institute.node,
                project.model,
                scope=SCOPE,
                card=RUN_CARD,
                inputs_used=self.used,
            ) as training,
        ):
            yield training

    def log_model(self) -> str:
        """A model's id, as MLflow logs it: of files in a folder."""
        run = mlflow.active_run()
        assert run is not None
        made = self.client.create_logged_model(run.info.experiment_id, "model", source_run_id=run.info.run_id)
        with TemporaryDirectory() as folder:
            (Path(folder) / "MLmodel").write_text("flavors: {}\n")
            (Path(folder) / "weights").mkdir()
            (Path(folder) / "weights" / "line.json").write_text(json.dumps({"seed": secrets.token_hex(8)}))
            self.client.log_model_artifacts(made.model_id, folder)
        self.client.finalize_logged_model(made.model_id, "READY")
        return str(made.model_id)

    def register(self, project: Project, model_id: str) -> str:
        """The number of the version, marked for publishing."""
        made = mlflow.register_model(f"models:/{model_id}", project.name, tags={"medledger.publish": "true"})
        return str(made.version)

    def tags(self, project: Project, number: str) -> dict[str, str]:
        return dict(self.client.get_model_version(project.name, number).tags)

    def sync(self, project: Project, tracking: Tracking | None = None, **options: Any) -> list[Result]:
        syncing = Syncing(self.pair.institute.node, tracking or Tracking(self.url), **options)
        (chosen,) = [one for one in syncing.chosen({}) if one.registered.name == project.name]
        return [syncing.sync(chosen, one) for one in syncing.versions(chosen)]

    def published(self, project: Project) -> list[Any]:
        return list(self.pair.institute.node.models.versions(project.model))


@pytest.fixture(scope="module")
def bridge(pair: Pair, mlflow_url: str) -> Iterator[Bridge]:
    quietly(mlflow_url)
    mlflow.set_tracking_uri(mlflow_url)
    mlflow.set_experiment("bridge")
    datasets = [pair.dataset(pair.hospital) for _ in range(2)]
    consents = [pair.consent(terms(dataset, pair.institute, OPERATIONS)) for dataset in datasets]
    trained, tested = (
        Input(dataset, 1, consent, operation)
        for dataset, consent, operation in zip(datasets, consents, (Operation.TRAIN, Operation.TEST), strict=True)
    )
    client = MlflowClient(mlflow_url)
    yield Bridge(pair, mlflow_url, client, (trained, tested))
    for model in client.search_registered_models():  # others sync from this server, too
        client.delete_registered_model(model.name)
    mlflow.set_tracking_uri(None)


def test_version_is_published_with_what_mlflow_knows_and_its_state_comes_back(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOGNAME", CANARY)
    pair, project = bridge.pair, bridge.project("whole")
    with bridge.training(project) as training:
        run = mlflow.active_run()
        assert run is not None
        mlflow.log_params({"learning_rate": 0.1, "owner": CANARY})
        mlflow.set_tags({"mlflow.note.content": CANARY, "reader": CANARY, "mlflow.source.git.commit": "c" * 40})
        logged = bridge.log_model()
        mlflow.log_metrics({"accuracy": 0.9}, dataset=training.datasets[1], model_id=logged)
        mlflow.log_metric("loss", 0.2)
        training.complete(logged)
    number = bridge.register(project, logged)
    bridge.client.update_model_version(project.name, number, description=CANARY)
    bridge.client.set_model_version_tag(project.name, number, "medledger.limitations", "One feature")
    bridge.client.set_model_version_tag(project.name, number, "reviewer", CANARY)

    bridge.client.set_model_version_tag(project.name, number, "medledger.publish", "not yet")
    assert bridge.sync(project) == []
    bridge.client.set_model_version_tag(project.name, number, "medledger.publish", "true")
    (result,) = bridge.sync(project, parameters=("learning_rate",))
    assert (result.act, result.state, result.left_out) == ("published", "PUBLISHED", ("loss",)), result.problem
    (version,) = bridge.published(project)
    stored = mlflow.artifacts.download_artifacts(
        bridge.client.get_model_version_download_uri(project.name, number), dst_path=str(tmp_path)
    )
    assert (version["run"], version["artifactDigest"]) == (training.run, digest_of(Path(stored)))
    assert bridge.tags(project, number) == {
        "medledger.publish": "true",
        "medledger.limitations": "One feature",
        "reviewer": CANARY,
        "medledger.version": version["id"],
        "medledger.state": "PUBLISHED",
        "medledger.artifact-digest": version["artifactDigest"],
    }
    card = json.loads(pair.institute.node.blobs.get(version["cardDigest"]))
    assert card == {
        **MODEL_CARD,
        "limitations": "One feature",
        "artifactDigest": version["artifactDigest"],
        "metrics": [
            {
                "name": "accuracy",
                "value": 0.9,
                "by": "Institute",
                "data": [{"dataset": bridge.used[1].dataset, "version": 1, "split": "testing"}],
            }
        ],
        "x-mlflow": {
            "run": run.info.run_id,
            "version": int(number),
            "commit": "c" * 40,
            "parameters": {"learning_rate": "0.1"},
        },
    }
    # MLflow has the user; no document that any node keeps does.
    assert bridge.client.get_run(run.info.run_id).data.tags["mlflow.user"] == CANARY
    documents = [file.read_bytes() for file in pair.network.folder.rglob("blobs/**/*") if file.is_file()]
    assert any(b"x-mlflow" in one for one in documents)
    assert not any(CANARY.encode() in one for one in documents)

    assert [one.act for one in bridge.sync(project)] == ["unchanged"]
    recall = pair.made(
        pair.institute.node.recalls.issue(version["id"], Severity.SERIOUS, Document({"title": "Recalled"})), "recall"
    )
    (refreshed,) = bridge.sync(project)
    assert (refreshed.act, refreshed.state) == ("refreshed", "RECALLED")
    assert bridge.tags(project, number)["medledger.state"] == "RECALLED"
    pair.done(pair.institute.node.recalls.lift(recall))
    pair.done(pair.institute.node.versions.withdraw(version["id"]))
    assert [one.state for one in bridge.sync(project)] == ["WITHDRAWN"]


class Dying(Tracking):
    """Its process ends at the first note that it would write."""

    def tag(self, version: RegisteredVersion, name: str, value: str) -> None:
        raise KeyboardInterrupt


def test_sync_that_died_between_publishing_and_tagging_publishes_once(bridge: Bridge) -> None:
    project = bridge.project("dying")
    with bridge.training(project):
        logged = bridge.log_model()
    number = bridge.register(project, logged)
    (refused,) = bridge.sync(project)
    assert refused.problem is not None
    assert (refused.problem.code, refused.problem.got) == ("ML-0404", "OPEN")
    with pytest.raises(KeyboardInterrupt):
        bridge.sync(project, Dying(bridge.url), close=True)
    (version,) = bridge.published(project)
    assert "medledger.version" not in bridge.tags(project, number)

    # Also where the card has come to be another meanwhile.
    bridge.client.set_model_version_tag(project.name, number, "medledger.limitations", "Found later")
    assert [(one.act, one.version) for one in bridge.sync(project)] == [("found", version["id"])]
    assert bridge.published(project) == [version]
    assert bridge.tags(project, number)["medledger.version"] == version["id"]


def test_command_that_is_killed_while_its_write_is_under_way_publishes_once(bridge: Bridge) -> None:
    project, institute = bridge.project("killed"), bridge.pair.institute
    with bridge.training(project) as training:
        logged = bridge.log_model()
        training.complete(logged)
    number = bridge.register(project, logged)
    (written,) = institute.node.submissions.list(limit=1).items
    command = [MEDLEDGER, "mlflow", "sync", "--model", f"{project.name}={project.model}"]
    process = subprocess.Popen(
        command,
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": bridge.url,
            "MEDLEDGER_NODE": institute.node.url,
            "MEDLEDGER_KEY": institute.member.api_keys["publisher"],
        },
    )
    while institute.node.submissions.list(limit=1).items[0]["id"] == written["id"]:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    (result,) = bridge.sync(project)
    (version,) = bridge.published(project)
    assert (result.version, bridge.tags(project, number)["medledger.version"]) == (version["id"], version["id"])


def test_dataset_that_the_run_was_not_opened_on_is_refused(bridge: Bridge) -> None:
    project, foreign = bridge.project("more than agreed"), "0x" + "d" * 64
    with bridge.training(project) as training:
        run = mlflow.active_run()
        assert run is not None
        more = Dataset("more", "1", SOURCE_TYPE, source_of(foreign, 1))
        Tracking(bridge.url).opened(run.info.run_id, training.run, [(more, "training")])
        logged = bridge.log_model()
        training.complete(logged)
    number = bridge.register(project, logged)
    (result,) = bridge.sync(project)
    assert result.problem is not None
    assert (result.act, result.problem.code) == ("failed", "ML-0404")
    assert foreign in result.problem.got
    assert bridge.published(project) == []
    assert "medledger.version" not in bridge.tags(project, number)


def test_files_that_the_run_was_not_closed_with_are_refused(bridge: Bridge) -> None:
    project = bridge.project("exchanged")
    with bridge.training(project) as training:
        first, second = bridge.log_model(), bridge.log_model()
        training.complete(first)
    bridge.register(project, second)
    bridge.register(project, first)
    exchanged, right = bridge.sync(project)
    assert exchanged.problem is not None
    assert exchanged.problem.code == "ML-0404"
    assert right.act == "published"
    # As another model neither is.
    syncing = Syncing(bridge.pair.institute.node, Tracking(bridge.url))
    (chosen,) = syncing.chosen({project.name: bridge.project("other").model})
    problems = [syncing.sync(chosen, one).problem for one in syncing.versions(chosen)]
    assert [one and one.code for one in problems] == ["ML-0108", "ML-0108"]


def test_version_names_those_that_it_grew_from(bridge: Bridge) -> None:
    project = bridge.project("grown")
    for _ in range(2):
        with bridge.training(project):
            number = bridge.register(project, bridge.log_model())
        for parent in bridge.published(project):
            bridge.client.set_model_version_tag(project.name, number, "medledger.parents", parent["id"])
        bridge.sync(project, close=True)
    first, second = bridge.published(project)
    assert (first["parents"], second["parents"]) == ([], [first["id"]])


def test_version_of_plain_artifacts_is_published_with_a_file_that_says_what_mlflow_does_not_know(
    bridge: Bridge, tmp_path: Path
) -> None:
    project = bridge.project("plain")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "weights.json").write_text("{}")
    with bridge.training(project) as training:
        run = mlflow.active_run()
        assert run is not None
        mlflow.log_artifacts(str(tmp_path / "plain"), "plain")
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metric("loss", 0.25, step=2)
    source = f"{run.info.artifact_uri}/plain"
    bridge.client.create_model_version(project.name, source, run.info.run_id, tags={"medledger.publish": "True"})
    data = [{"dataset": bridge.used[1].dataset, "version": 1}]
    (result,) = bridge.sync(project, close=True, stated={"metrics": [{"name": "loss", "data": data}]})
    assert (result.act, result.left_out) == ("published", ()), result.problem
    (version,) = bridge.published(project)
    assert (version["run"], version["artifactDigest"]) == (training.run, digest_of(tmp_path / "plain"))
    card = json.loads(bridge.pair.institute.node.blobs.get(version["cardDigest"]))
    assert card["metrics"] == [{"name": "loss", "value": 0.25, "data": data, "by": "Institute"}]


def test_training_that_fails_leaves_an_abandoned_run(bridge: Bridge) -> None:
    project = bridge.project("failing")
    with pytest.raises(ZeroDivisionError), bridge.training(project) as training:
        _ = 1 / 0
    assert bridge.pair.institute.node.runs.get(training.run)["outcome"] == "ABANDONED"


def test_server_that_is_away_or_lacks_a_model_is_told_without_its_words(bridge: Bridge) -> None:
    node, away = bridge.pair.institute.node, f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotFound):
        Syncing(node, Tracking(bridge.url)).chosen({CANARY: "0x" + "a" * 64})
    with pytest.raises(TrackingFailed) as failed:
        Syncing(node, Tracking(away)).chosen({})
    assert away not in str(failed.value)
