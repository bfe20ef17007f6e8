"""A fourth organisation joins a consortium that runs, by the command line alone, and is killed on its way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ledger_node.chain.signer import address_in, create_keystore
from ledger_node.cli.app import app
from ledger_node.client import Client
from ledger_node.client.inputs import Document
from ledger_node.config import deployment_json, load_deployment
from ledger_node.domain.codes import Capability
from ledger_node.localnet import network
from ledger_node.localnet.keys import LIGHT_SCRYPT
from ledger_node.localnet.members import CONSORTIUM, Member, Plan
from ledger_node.localnet.network import Network
from ledger_node.localnet.processes import Handle, free_port, stop

NAME = "Clinic O'Neil & Söhne"
CLINIC = Plan("clinic", NAME, Capability.CUSTODIAN, founder=False)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("joining") / "network"
    started = network.up(folder, chain_id=31_365, block_time=0.2, plans=CONSORTIUM[:3])
    yield started
    network.down(started)


def client_of(member: Member) -> Client:
    return Client(member.url, member.api_keys["operator"], timeout=30)


@dataclass
class Newcomer:
    """Who sits at the clinic's machine: the deployment record, an engine, a member who files the proposal."""

    network: Network
    folder: Path
    port: int

    @property
    def password_file(self) -> Path:
        return self.folder.parent / "admin.password"

    @property
    def admin(self) -> Path:
        """A key that was made before, on another machine."""
        return self.folder.parent / "admin.json"

    def first(self) -> list[str]:
        """The words of the first call."""
        record, rpc = self.network.folder / "deployment.json", self.network.rpc_url
        entity = ["--name", NAME, "--capability", "CUSTODIAN", "--not-for-profit"]
        node = ["--deployment", str(record), "--rpc", rpc, "--engine", "anvil", "--port", str(self.port)]
        return [*entity, *node]

    def member(self) -> list[str]:
        of = self.network.members[0]
        return ["--member-node", of.url, "--member-key", of.api_keys["operator"]]

    def words(self, *more: str) -> list[str]:
        files = ["--dir", str(self.folder), "--admin-password-file", str(self.password_file)]
        if self.admin.exists():
            files += ["--admin-keystore", str(self.admin)]
        return ["network", "join", *files, *more, "--json"]

    def join(self, *more: str) -> Result:
        return CliRunner().invoke(app, self.words(*more))

    def killed(self, moment: Callable[[], bool], *more: str) -> None:
        """A call that is killed at a moment, or soon after."""
        command = [sys.executable, "-m", "ledger_node.cli", *self.words(*more)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            deadline = time.monotonic() + 30
            while not moment():
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.01)
        finally:
            process.kill()
            process.communicate()

    def operator(self) -> str:
        return address_in(self.folder / "operator.json")

    def as_member(self) -> Member:
        api_keys = json.loads((self.folder / "api-keys.json").read_text())
        return Member(CLINIC, self.folder, self.port, address_in(self.admin), self.operator(), api_keys)


@pytest.fixture
def newcomer(running: Network, tmp_path: Path) -> Newcomer:
    made = Newcomer(running, tmp_path / "clinic", free_port())
    made.password_file.write_text("as the clinic knows\n")
    return made


@pytest.fixture
def started() -> Iterator[list[Handle]]:
    """Nodes that are stopped at the end."""
    handles: list[Handle] = []
    yield handles
    for handle in handles:
        stop(handle)


def problem(refused: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(refused.stderr.splitlines()[-1])
    return found


def is_not_turned_into_another(newcomer: Newcomer) -> None:
    made = {file.name: file.read_bytes() for file in newcomer.folder.glob("*.json")}
    refused = newcomer.join("--name", "Another", "--for-profit", "--port", "1")
    assert (refused.exit_code, problem(refused)["code"]) == (2, "ML-0914")
    assert problem(refused)["got"] == "port, name, for_profit"
    assert problem(newcomer.join("--admin-password-file", os.devnull))["code"] == "ML-0101"
    assert {file.name: file.read_bytes() for file in newcomer.folder.glob("*.json")} == made


def test_organisation_joins_though_it_is_killed_on_its_way(newcomer: Newcomer, started: list[Handle]) -> None:
    create_keystore(newcomer.admin, "as the clinic knows", iterations=LIGHT_SCRYPT)
    hospital, other = (client_of(newcomer.network.members[i]) for i in (0, 2))
    with hospital, other:
        newcomer.killed((newcomer.folder / "operator.json").exists, *newcomer.first())
        operator = newcomer.operator()

        def admissions() -> list[int]:
            return [one["number"] for one in hospital.proposals.all() if (one["admission"] or {}).get("name") == NAME]

        newcomer.killed(lambda: bool(admissions()), *newcomer.first(), *newcomer.member())
        (number,) = admissions()
        waiting = newcomer.join("--wait", "0", *newcomer.member())
        assert waiting.exit_code == 1, waiting.output
        said = json.loads(waiting.stdout)
        assert (said["joined"], said["next"], said["proposal"]) == (False, "vote", number)
        assert said["command"] == f"medledger proposal vote {number} --for"
        is_not_turned_into_another(newcomer)

        for member in (hospital, other):
            member.proposals.vote(number, in_favour=True, wait=0)
        newcomer.killed(lambda: len(list(hospital.organisations.all())) == 4)
        done = newcomer.join()
        assert done.exit_code == 0, done.output
        joined = json.loads(done.stdout)
        assert (joined["joined"], joined["organisation"], admissions()) == (True, 4, [number])
        assert operator == newcomer.operator() == joined["operator"]
        assert hospital.organisations.get(4)["name"] == NAME

        member = newcomer.as_member()
        started.append(network.start_node(member))
        network.wait_until_ready(member, started[0])
        with client_of(member) as clinic:
            assert clinic.node.get()["organisation"]["number"] == 4
            assert clinic.index.digest()["digest"] == hospital.index.digest()["digest"]
            made = clinic.datasets.register(Document({"title": "the first of the fourth"}), wait=30)
            assert made["outcome"] is not None
            assert clinic.datasets.get(made["outcome"]["dataset"])["custodian"]["number"] == 4
        again = newcomer.join()
        assert (again.exit_code, json.loads(again.stdout)["joined"]) == (0, True)


def test_files_are_made_for_their_owner(newcomer: Newcomer) -> None:
    begun = newcomer.join(*newcomer.first(), "--wait", "0")
    assert begun.exit_code == 1, begun.output
    said = json.loads(begun.stdout)
    assert (said["next"], said["admin"]) == ("propose", address_in(newcomer.folder / "admin.json"))
    assert said["command"].startswith("medledger proposal open admit --name ")
    assert newcomer.folder.stat().st_mode & 0o777 == 0o700
    made = {"admin.json", "admission.json", "api-keys.json", "deployment.json"}
    made |= {"node.toml", "operator.json", "operator.password"}
    for file in made:
        assert (newcomer.folder / file).stat().st_mode & 0o777 == 0o600, file
    newcomer.password_file.write_text("something else")
    assert problem(newcomer.join("--wait", "0"))["code"] == "ML-0905"


@pytest.mark.parametrize(("change", "code"), [("genesis", "ML-0602"), ("code", "ML-0603"), ("listing", "ML-0901")])
def test_wrong_deployment_record_is_refused(newcomer: Newcomer, tmp_path: Path, change: str, code: str) -> None:
    record = load_deployment(newcomer.network.folder / "deployment.json")
    contracts, codes = record.contracts, dict(record.code_hashes)
    if change == "genesis":
        record = replace(record, genesis="0x" + "11" * 32)
    elif change == "code":
        record = replace(record, code_hashes={**codes, "consents": "0x" + "11" * 32})
    else:  # contracts of the right code that the consortium does not list
        swapped = replace(contracts, datasets=contracts.models, models=contracts.datasets)
        record = replace(
            record, contracts=swapped, code_hashes={**codes, "datasets": codes["models"], "models": codes["datasets"]}
        )
    (tmp_path / "record.json").write_text(deployment_json(record))
    refused = newcomer.join(*newcomer.first(), "--deployment", str(tmp_path / "record.json"), "--wait", "0")
    assert problem(refused)["code"] == code, refused.output
    assert not newcomer.folder.exists(), "nothing is made for a chain that is another"


def test_nothing_is_made_while_something_is_not_said(newcomer: Newcomer) -> None:
    refused = newcomer.join("--name", NAME)
    assert (refused.exit_code, problem(refused)["code"]) == (2, "ML-0101")
    assert problem(refused)["needed"].startswith("--capability")
    assert not newcomer.folder.exists()
    os.mkdir(newcomer.folder)
    (newcomer.folder / "thesis.txt").touch()
    refused = newcomer.join(*newcomer.first())
    assert problem(refused)["code"] == "ML-0914"
    assert [file.name for file in newcomer.folder.iterdir()] == ["thesis.txt"]
