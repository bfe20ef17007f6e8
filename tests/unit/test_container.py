"""Dockerfile and compose.yaml, as far as they can be looked at without a container engine: nothing here builds one."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger_node.config import NodeConfig
from tests.command_lines import parse

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docs" / "compose.yaml"
#: Of the Compose specification, what a service here may have.
SERVICE_KEYS = {
    *("build", "image", "restart", "depends_on", "environment", "volumes", "ports", "read_only", "tmpfs", "cap_drop"),
    *("security_opt", "stop_grace_period", "secrets", "healthcheck"),
}
PINNED = re.compile(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+(\.\d+)?-\w+|:\d+\.\d+\.\d+")


def instructions() -> list[tuple[str, str]]:
    """Name and text of each of the Dockerfile's, lines that go on joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def texts(name: str) -> list[str]:
    return [rest for found, rest in instructions() if found == name]


def sent_to_the_engine(path: str) -> bool:
    """Whether .dockerignore lets a path through: the last line that fits it, or a folder above it, counts."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text().split():
        pattern = line.removeprefix("!")
        if fnmatch(path, pattern) or path.startswith(f"{pattern}/"):
            kept = line.startswith("!")
    return kept


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return loaded


def test_whatever_is_copied_is_there_and_sent() -> None:
    copied = [source for text in texts("COPY") if "--from" not in text for source in text.split()[:-1]]
    assert {"pyproject.toml", "ledger_node", "registry_api"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert sent_to_the_engine(source), source
    assert not sent_to_the_engine("build")
    assert not sent_to_the_engine("var")


def test_stages_and_images_have_exact_versions(compose: dict[str, Any]) -> None:
    images = [text.split()[0] for text in texts("FROM")]
    images += [service["image"] for service in compose["services"].values() if "build" not in service]
    assert len(images) == 4
    for image in images:
        assert PINNED.search(image), image


def test_wheel_is_built_with_what_the_project_names() -> None:
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    (build,) = [text for text in texts("RUN") if "pip wheel" in text]
    assert all(requirement in build for requirement in requires)
    assert build.startswith("python scripts/assets.py ")
    assert any("--require-hashes -r node.txt" in text for text in texts("RUN"))


def test_node_runs_as_nobody_special() -> None:
    last = [name for name, _ in instructions()]
    (user,) = texts("USER")
    assert int(user) >= 1000
    assert any(f"--uid {user} " in text for text in texts("RUN"))
    assert last.index("USER") > max(i for i, name in enumerate(last) if name == "RUN")


def test_command_is_one_that_the_command_line_takes() -> None:
    (entry,), (command,) = texts("ENTRYPOINT"), texts("CMD")
    assert json.loads(entry) == ["medledger"]
    assert parse(json.loads(command)) == ["node", "run"]


def test_health_check_asks_what_the_node_answers() -> None:
    (check,) = texts("HEALTHCHECK")
    (port,) = texts("EXPOSE")
    found = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", check)
    assert found is not None
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    assert found[2] in paths
    assert int(found[1]) == int(port) == NodeConfig.model_fields["port"].default
    argv = json.loads(check[check.index("[") :])
    compile(argv[argv.index("-c") + 1], "HEALTHCHECK", "exec")


def test_services_have_keys_that_compose_knows(compose: dict[str, Any]) -> None:
    assert set(compose) <= {"services", "volumes", "secrets"}
    for service in compose["services"].values():
        assert set(service) <= SERVICE_KEYS
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source.startswith("./") or source in compose["volumes"]
    node, store = compose["services"]["node"], compose["services"]["store"]
    assert (COMPOSE_FILE.parent / node["build"] / "Dockerfile").resolve() == ROOT / "Dockerfile"
    assert node["depends_on"] == {"store": {"condition": "service_healthy"}}
    assert store["healthcheck"]["test"][0] == "CMD"
    assert node["cap_drop"] == ["ALL"]


def test_only_the_loopback_gets_a_port(compose: dict[str, Any]) -> None:
    (port,) = texts("EXPOSE")
    published = [one for service in compose["services"].values() for one in service.get("ports", ())]
    assert published == [f"127.0.0.1:{port}:{port}"]


def test_environment_is_a_nodes(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose["services"]["node"]["environment"]
    fields = {f"MEDLEDGER_{name.upper()}" for name in NodeConfig.model_fields}
    assert set(environment) <= fields
    for name, value in environment.items():
        assert isinstance(value, str), name
        monkeypatch.setenv(name, value)
    found = NodeConfig(host="127.0.0.1", port=1)  # as a file says it
    assert (found.host, found.port) == ("0.0.0.0", int(texts("EXPOSE")[0]))
