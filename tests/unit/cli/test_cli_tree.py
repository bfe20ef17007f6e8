"""The tree of commands, its reference page, and what is imported when."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger_node.cli import reference
from tests.unit.cli.conftest import Run

COMMANDS = {
    *("network up", "network down", "network status", "network generate", "network join"),
    *("node run", "node status"),
    *(
        "node pause",
        "node resume",
        "node alarms",
        "node reads",
        "node upgrade",
        "node backup",
        "node restore",
        "submission cancel",
        "submission resend",
    ),
    *("profile add", "profile use", "profile remove", "profile list"),
    *("api-key make", "api-key list", "api-key revoke"),
    *("organisation list", "organisation show", "organisation keys", "organisation suspend-in-emergency"),
    *("proposal list", "proposal show", "proposal vote", "proposal execute", "proposal rules"),
    *("proposal open admit", "proposal open suspend", "proposal open reinstate", "proposal open remove"),
    *("proposal open replace-admin", "proposal open thresholds", "proposal open generation"),
    *("proposal open lift-recall", "proposal open revoke-consent", "proposal open suspend-consent"),
    *(
        "key list",
        "key facts",
        "key report",
        "key confirm",
        "key make",
        "key offer",
        "key accept",
        "key join",
        "key retire",
    ),
    *("dataset prepare", "dataset deidentify", "dataset refresh"),
    *("dataset register", "dataset derive", "dataset erasure", "dataset erase", "dataset prove"),
    *("dataset list", "dataset show", "dataset versions", "dataset erasures"),
    *("model list", "model show", "model versions", "version list", "version show"),
    *("run list", "run show", "run rounds", "consent uses", "node show"),
    *("blobs put", "blobs show", "schema list", "schema show"),
    *("request make", "request list", "request show", "request send-message", "request check-visa", "request decline"),
    *("consent issue", "consent list", "consent show", "consent check"),
    *("consent suspend", "consent reinstate", "consent revoke"),
    "withdrawal list",
    *("run open", "run round", "run contribute", "run refuse", "run close"),
    *("model register", "model publish", "model import", "model release", "model deprecate", "model withdraw"),
    "mlflow sync",
    *("recall issue", "recall list", "recall show", "recall lift", "acknowledgement make", "acknowledgement list"),
    *("stream open", "stream anchor", "stream list", "stream show", "stream run", "stream prove", "stream erase"),
    *("lineage", "impact", "evidence fetch", "evidence verify", "evidence trust"),
    *("evidence explain", "evidence match", "evidence check-block", "evidence capture", "evidence advance"),
    *("checkpoint list", "checkpoint show", "checkpoint sign", "checkpoint bring", "checkpoint compare"),
    *("contracts verify", "index rebuild", "fsck", "blobs gc", "index digest", "submission list", "submission show"),
    *("version questions", "version export", "dataset export"),
    *("events list", "events follow"),
    *("webhook make", "webhook list", "webhook show", "webhook rotate", "webhook replay", "webhook remove"),
}
PAGE = Path(__file__).parents[3] / "docs" / "cli.md"


def test_the_commands() -> None:
    found = [" ".join(word for word in name.split() if word.islower()) for name, _ in reference.commands()]
    assert sorted(found) == sorted(COMMANDS)


def test_every_command_says_what_it_does() -> None:
    assert all(about for _, about in reference.commands())


def test_reference_page_is_current() -> None:
    assert PAGE.read_text() == reference.markdown(), "python -m ledger_node.cli.reference > docs/cli.md"


@pytest.mark.parametrize("command", [name for name in sorted(COMMANDS) if not name.startswith(("network", "node"))])
def test_help_of_every_command(run: Run, command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert "--json" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


HEAVY = (
    "web3",
    "eth_account",
    "sqlalchemy",
    "fastapi",
    "uvicorn",
    "pydantic_settings",
    "httpx2",
    "pydicom",
    "numpy",
    "mlflow",
)


def imported(*words: str) -> set[str]:
    """Which heavy modules one call leaves in memory."""
    script = (
        "import json, sys\n"
        "from ledger_node.cli.app import app\n"
        f"try: app({list(words)!r})\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    return modules & {*HEAVY, "ledger_node.proof", "ledger_node.client", "ledger_node.edge", "ledger_node.bootstrap"}


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("consent", "--help"),
        ("consent", "revoke"),
        ("consent", "issue", "-h"),
        ("key", "offer", "-h"),
        ("proposal", "open", "-h"),
        ("mlflow", "sync", "-h"),
    ],
)
def test_help_and_usage_import_nothing_heavy(words: tuple[str, ...]) -> None:
    assert imported(*words) == set()


def test_bad_input_imports_no_client() -> None:
    assert imported("run", "close", "0x12") == set()


def test_a_call_to_a_node_imports_no_chain() -> None:
    assert imported("--node", "ftp://no", "organisation", "list") == {"httpx2", "ledger_node.client"}


def test_module_is_the_program() -> None:
    done = subprocess.run([sys.executable, "-m", "ledger_node.cli", "lineage"], capture_output=True, check=False)
    assert done.returncode == 2


def test_verify_imports_no_network(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_text("{}")
    assert imported("evidence", "verify", str(file)) == {"ledger_node.proof"}


def test_prepare_imports_no_network(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,label\n1,x\n")
    words = ("dataset", "prepare", str(table), "--out", str(tmp_path / "out"), "--subject", "s", "--title", "t")
    assert imported(*words) <= {"ledger_node.proof", "ledger_node.edge", "numpy"}
    assert (tmp_path / "out" / "card.json").exists()
