"""The program that verifies one bundle for a page: a process of its own, so that what a stranger's file costs in time
and memory is bounded and no other request waits for it. `verifying` speaks to it over its pipes.

In comes the bundle's length in bytes as a line, and the bundle. Out goes a line, the number of its block. In comes the
trust file, to the end. Out goes the report. Instead of either answer comes why there is none.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from ledger_node.errors import MedLedgerError
from ledger_node.proof import verifier

MEMORY = 1 << 30  # bytes of addresses
SECONDS = 40  # of computing


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    source = sys.stdin.buffer
    try:
        bundle = verifier.read(source.read(int(source.readline())))
        _say({"block": bundle.as_of.number})
        _say({"report": verifier.report(bundle, source.read()).to_json()})
    except MedLedgerError as error:
        _say(
            {"code": error.code, "title": error.title, "detail": error.detail, "got": error.got, "needed": error.needed}
        )


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
