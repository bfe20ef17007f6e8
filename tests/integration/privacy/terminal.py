"""The hospital at its terminal: `medledger` as a process, and every byte that it said kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ledger_node.localnet.members import Member

MEDLEDGER = (sys.executable, "-m", "ledger_node.cli")
Words = Sequence[object]
#: The commands of a list, each as if it were called alone; what it raises with --debug stands on stderr.
ONE_BY_ONE = """
import json, sys, traceback
from typer.main import get_command
from ledger_node.cli.app import app
statuses = []
for words in json.load(sys.stdin):
    try:
        statuses.append(get_command(app).main(words, standalone_mode=False))
    except Exception:
        traceback.print_exc()
        statuses.append(1)
print(json.dumps(statuses))
"""


@dataclass
class Terminal:
    member: Member
    said: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Wide, so that no line that people see is broken in the middle of something."""
        own = {"MEDLEDGER_NODE": self.member.url, "MEDLEDGER_KEY": self.member.api_keys["steward"]}
        return {**os.environ, **own, "COLUMNS": "1000"}

    def __call__(self, *words: object) -> Any:
        """What a command answers, which must be done."""
        status, output = self._run([*words, "--json"])
        assert status == 0, self.said[-1]
        return json.loads(output)

    def shown(self, *words: object) -> str:
        """The same for people."""
        status, output = self._run(words)
        assert status == 0, self.said[-1]
        return output.decode()

    def together(self, *calls: Words) -> list[Any]:
        """Several at a time, which wait for nothing of each other."""
        with ThreadPoolExecutor(3) as pool:
            return list(pool.map(lambda words: self(*words), calls))

    def refused(self, *calls: Words) -> None:
        """None of them may be done; each is told in one of the three forms. All in one process, which spares time."""
        forms = (("--json",), (), ("--debug",))
        told = [[*map(str, words), *forms[number % 3]] for number, words in enumerate(calls)]
        done = subprocess.run(
            [sys.executable, "-c", ONE_BY_ONE],
            input=json.dumps(told).encode(),
            capture_output=True,
            check=True,
            env=self.environment,
            timeout=300,
        )
        self.said.append(("refused", done.stdout + b"\n" + done.stderr))
        statuses = json.loads(done.stdout.splitlines()[-1])
        wrong = [words[:4] for words, status in zip(told, statuses, strict=True) if status not in (1, 2)]
        assert not wrong, self.said[-1]

    def _run(self, words: Words) -> tuple[int, bytes]:
        command = [*MEDLEDGER, *map(str, words)]
        done = subprocess.run(command, capture_output=True, check=False, env=self.environment, timeout=120)
        self.said.append((" ".join(command[3:5]), done.stdout + b"\n" + done.stderr))
        return done.returncode, done.stdout
