"""The verifier as one file: on a Python without any package, without a network, the same answers as `medledger`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from ledger_node.model_files import digest_of
from ledger_node.proof.hashing import parse_hex, sha256
from ledger_node.proof.validators import Engine, validators
from scripts.verifier import packed
from tests.unit.cli.conftest import Run
from tests.unit.proof.sealers import in_force, qbft, sealers
from tests.unit.proof.story import DOCUMENTS, tag
from tests.unit.proof.synthetic import Chain, bundle_bytes, changed, lineage

pytestmark = pytest.mark.slow

MODEL = b"weights"
BARE = (sys.executable, "-I", "-S")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("verifier") / "medledger-verify.pyz"
    file.write_bytes(packed())
    return file


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A bundle whose version's artifact is `MODEL`, and whose base's is a folder; and the trust file that fits."""
    folder = tmp_path_factory.mktemp("evidence")
    shards = folder / "shards"
    shards.mkdir()
    for number in range(3):
        (shards / f"model-{number}.safetensors").write_bytes(bytes([number]))
    facts = changed(lineage(), "model_versions", tag("version"), artifact_digest=sha256(MODEL))
    base = parse_hex(digest_of(shards), 32)
    chain = Chain(changed(facts, "model_versions", tag("base version"), artifact_digest=base))
    bundle, trust = folder / "bundle.json", folder / "trust.json"
    bundle.write_bytes(bundle_bytes(chain))
    trust.write_text(json.dumps(chain.trust()))
    return bundle, trust


def alone(program: Path, *words: object, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*before, *BARE, str(program), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=program.parent)


def test_a_bare_python_has_no_package() -> None:
    for package in ("Crypto", "coincurve", "rfc8785", "ledger_node"):
        assert subprocess.run([*BARE, "-c", f"import {package}"], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("command", ["verify", "explain"])
def test_report_is_that_of_the_command_line(run: Run, program: Path, files: tuple[Path, Path], command: str) -> None:
    bundle, trust = files
    done = alone(program, command, bundle, "--trust", trust, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run("evidence", command, str(bundle), "--trust", str(trust), "--json").stdout
    unanchored = alone(program, command, bundle, "--json")
    assert unanchored.returncode == 1
    assert unanchored.stdout == run("evidence", command, str(bundle), "--json").stdout


def test_match_is_that_of_the_command_line(run: Run, program: Path, files: tuple[Path, Path], tmp_path: Path) -> None:
    bundle, trust = files
    for content, status, result in (
        (MODEL, 0, "registered"),
        (DOCUMENTS["card run"], 1, "document"),
        (b"", 1, "unknown"),
    ):
        file = tmp_path / "file"
        file.write_bytes(content)
        words = ("match", str(bundle), "--artifact", str(file), "--trust", str(trust), "--json")
        done = alone(program, *words)
        assert (done.returncode, json.loads(done.stdout)["result"]) == (status, result)
        assert done.stdout == run("evidence", *words).stdout
    words = ("match", str(bundle), "--artifact", str(bundle.parent / "shards"), "--trust", str(trust), "--json")
    done = alone(program, *words)
    assert (done.returncode, json.loads(done.stdout)["result"]) == (1, "another-version")
    assert done.stdout == run("evidence", *words).stdout


def test_check_block_is_that_of_the_command_line(run: Run, program: Path, tmp_path: Path) -> None:
    trust, header = tmp_path / "trust.json", tmp_path / "header"
    members = validators.write(in_force(Engine.QBFT, sealers(4)))
    trust.write_text(json.dumps(Chain(lineage()).trust(validators=members)))
    words = ("check-block", str(header), "--engine", "qbft", "--trust", str(trust), "--json")
    for made, status in ((qbft(sealers(4), number=1), 0), (qbft(sealers(4), by=[]), 1)):
        header.write_text(json.dumps(made.rpc()))
        done = alone(program, *words)
        assert (done.returncode, done.stderr) == (status, "")
        assert done.stdout == run("evidence", *words).stdout
    header.write_text("0x")
    done = alone(program, *words)
    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "ML-0806")
    assert alone(program, "check-block", header, "--engine", "clique", "--trust", trust).returncode == 2


def test_text_fits_the_terminal(program: Path, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    for command in ("verify", "explain"):
        done = alone(program, command, bundle, "--trust", trust)
        lines = done.stdout.splitlines()
        assert (done.returncode, lines[0]) == (0, "verified")
        assert all(len(line) <= 80 for line in lines)


def test_text_is_shown_on_any_terminal(program: Path, files: tuple[Path, Path]) -> None:
    """On one that knows ASCII alone, and where nobody reads any more."""
    command = [*BARE, "-X", "utf8=0", str(program), "explain", *map(str, files[:1])]
    done = subprocess.run(command, capture_output=True, check=False, env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"})
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"Universit\xe4tsspital" in done.stdout
    with subprocess.Popen([*BARE, str(program), "explain", str(files[0])], stdout=-1, stderr=-1) as stopped:
        assert stopped.stdout is not None
        assert stopped.stderr is not None
        stopped.stdout.close()
        assert stopped.stderr.read() == b""


def test_it_runs_without_a_network(program: Path, files: tuple[Path, Path]) -> None:
    cut_off = ("unshare", "-rn")
    if shutil.which("unshare") is None or subprocess.run([*cut_off, "true"], check=False).returncode:
        pytest.skip("unshare does not work here, so that a process cannot be cut off")
    bundle, trust = files
    done = alone(program, "verify", bundle, "--trust", trust, before=cut_off)
    assert (done.returncode, done.stdout.partition("\n")[0]) == (0, "verified")


def test_what_cannot_be_used(program: Path, files: tuple[Path, Path], tmp_path: Path) -> None:
    bundle, trust = files
    assert alone(program).returncode == 2
    assert alone(program, "verify").returncode == 2
    assert alone(program, "verify", tmp_path / "absent", "--trust", trust).returncode == 2
    assert alone(program, "verify", bundle, "--trust", bundle).returncode == 2
    assert alone(program, "match", bundle, "--artifact", tmp_path / "absent").returncode == 2
    done = alone(program, "verify", trust, "--trust", trust, "--json")
    assert (done.returncode, done.stdout, json.loads(done.stderr)["code"]) == (1, "", "ML-0801")
    done = alone(program, "verify", trust, "--trust", trust)
    assert (done.returncode, done.stderr.partition(":")[0]) == (1, "ML-0801 The bundle cannot be read")


def test_the_same_sources_give_the_same_bytes(program: Path) -> None:
    content = program.read_bytes()
    assert packed() == content
    with ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in names if not name.endswith((".py", "LICENSE"))]
        assert sum(name.endswith("LICENSE") for name in names) == 2
