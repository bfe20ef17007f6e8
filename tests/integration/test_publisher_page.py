"""The publisher's page: its commands and its program are run, in their order, against a real MLflow server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from string import Template

import mlflow
import pytest

from ledger_node.client import Client
from ledger_node.client.consents import Terms
from ledger_node.client.inputs import Document
from ledger_node.domain.codes import Modifier, Operation, Permission, Purpose, Region, Supersession
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from scripts.demo.commands import MEDLEDGER, medledger
from tests.command_lines import words_of
from tests.integration.pair import now, some_digest, version

pytestmark = [pytest.mark.slow, pytest.mark.engines]
PAGE = (Path(__file__).parents[2] / "docs" / "publisher.md").read_text()
ORDER = (
    "model register",
    "request make",
    "request list",
    "python train.py",
    "mlflow sync",
    "lineage $VERSION",
    "version questions",
    "model deprecate",
    "mlflow sync",
)


def test_the_commands_of_the_page_do_what_it_says(
    consortium: Network,
    mlflow_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    members = {member.plan.slug: member for member in consortium.members}
    hospital, publisher = members["hospital-a"], members["publisher"]
    monkeypatch.chdir(tmp_path)
    for name, content in re.findall(r"^```(?:json|python) (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(content)
    (tmp_path / "project.json").write_text(json.dumps({"title": "Breast masses"}))
    environment = {
        "MEDLEDGER_NODE": publisher.url,
        "MEDLEDGER_KEY": publisher.api_keys["publisher"],
        "MLFLOW_TRACKING_URI": mlflow_url,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PATH": f"{Path(MEDLEDGER).parent}:{os.environ['PATH']}",
        "DATASET": dataset_of(hospital),
    }
    began = time.monotonic()
    answers = []
    for line in lines():
        if line.startswith("medledger"):
            words = [Template(word).substitute(environment) for word in words_of(line)]
            answer = medledger(*words, environment=environment)
        else:
            subprocess.run(["sh", "-c", line], env={**os.environ, **environment}, check=True, capture_output=True)
            answer = None
        name = " ".join(line.removeprefix("medledger ").split()[:2])
        answers.append((name, answer))
        if name == "model register":
            environment["MODEL"] = answer["outcome"]["model"]
        elif name == "request make":
            environment["CONSENT"] = granted(hospital, publisher, answer["outcome"]["request"])
        elif name == "mlflow sync":
            (synced,) = answer["items"]
            environment["VERSION"] = synced["version"]
    record_testsuite_property("seconds that the publisher's page takes", round(time.monotonic() - began, 1))

    assert tuple(name for name, _ in answers) == ORDER
    found = dict(answers[:5])
    (request,) = found["request list"]["items"]
    assert (request["state"], request["consent"]) == ("GRANTED", environment["CONSENT"])
    (published,) = found["mlflow sync"]["items"]
    assert (published["act"], published["state"], published["metricsLeftOut"]) == ("published", "PUBLISHED", [])
    lineage, thirteenth = answers[5][1], answers[6][1]
    assert f"{environment['DATASET']}/1" in json.dumps(lineage)
    assert '"accuracy"' in json.dumps(thirteenth)
    (refreshed,) = answers[-1][1]["items"]
    assert (refreshed["act"], refreshed["state"]) == ("refreshed", "DEPRECATED")
    client = mlflow.MlflowClient(mlflow_url)
    tags = client.get_model_version("breast-mass", "1").tags
    client.delete_registered_model("breast-mass")
    assert (tags["medledger.version"], tags["medledger.state"]) == (environment["VERSION"], "DEPRECATED")
    with Client(publisher.url, environment["MEDLEDGER_KEY"]) as node:
        card = json.loads(node.blobs.get(node.versions.get(environment["VERSION"])["cardDigest"]))
    assert card["x-mlflow"]["parameters"] == {"C": "0.5"}
    assert card["limitations"] == json.loads((tmp_path / "model.json").read_text())["limitations"]


def lines() -> list[str]:
    """Every command of the page's shell blocks, with what it goes on with."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in re.sub(r"\\\n\s*", "", block).splitlines()]


def dataset_of(hospital: Member) -> str:
    """A dataset of the hospital's with one version."""
    with Client(hospital.url, hospital.api_keys["steward"], timeout=30) as node:
        made = node.datasets.register(Document({"title": "Breast masses"}))["outcome"]
        assert made is not None
        node.datasets.publish(made["dataset"], version(Supersession.FIRST))
        return made["dataset"]


def granted(hospital: Member, publisher: Member, request: str) -> str:
    """The consent with which the hospital answers, once the publisher's node knows it."""
    with (
        Client(hospital.url, hospital.api_keys["steward"], timeout=30) as theirs,
        Client(publisher.url, publisher.api_keys["publisher"], timeout=30) as ours,
    ):
        deadline = time.monotonic() + 30
        while (asked := next((one for one in theirs.requests.all() if one["id"] == request), None)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        made = theirs.consents.issue(
            Terms(
                dataset=asked["dataset"],
                grantee=asked["requester"]["number"],
                permission=Permission.HMB,
                purposes=Purpose.MLTRAINING,
                operations=Operation.TRAIN | Operation.TEST | Operation.EXPORT_WEIGHTS,
                not_before=now(),
                expires_at=now() + timedelta(days=300),
                regions=Region.DE,
                modifiers=Modifier.GS,
                policy_digest=some_digest(),
                request=request,
            )
        )["outcome"]
        assert made is not None
        while ours.requests.get(request)["state"] != "GRANTED":
            assert time.monotonic() < deadline + 30
            time.sleep(0.1)
        return made["consent"]
