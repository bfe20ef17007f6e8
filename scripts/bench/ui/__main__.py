"""`make bench-ui`: the explorer's pages, on the server and in Chromium."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scripts.bench.form import report
from scripts.bench.reading.place import place
from scripts.bench.reading.served import served
from scripts.bench.ui import browser
from scripts.bench.ui.server import beside_lineage
from tests.browser.chromium import NAMES, PLACE, find_chromium
from tests.browser.visiting import launched

FACTS = 10_000
PARTS = 500


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=5)
    runs = words.parse_args().runs
    program = find_chromium()
    if program is None:
        print(f"no Chromium is here: {', '.join(NAMES)} on PATH, or {PLACE}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="medledger-") as temporary:
        url = f"sqlite:///{temporary}/node.db"
        with place(url, FACTS) as of:
            families = of.families
        with served(url, Path(temporary)) as server:
            figures = [beside_lineage(server, families, runs)]
            with launched(program) as chromium:
                address = f"http://127.0.0.1:{server.port}"
                figures += browser.weights(chromium, address, runs)
                figures += browser.lineage(chromium, address, PARTS, runs)
                figures += browser.long_table(chromium, address, runs)
    report("ui", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
