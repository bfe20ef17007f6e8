"""`make bench-gas`: plays the scenario on a chain of its own, measures every write, writes build/bench/gas.json.

`--where` also traces every step and prints where the gas above the floor went; `--page` renews docs/gas.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.bench.form import report
from scripts.bench.gas import eas, page, tables
from scripts.bench.gas.chain import Chain, running
from scripts.bench.gas.scenario import TURNS, TURNS_WITH_STEPS, Scenario
from scripts.bench.gas.scenario.members import BATCH, HOSPITAL


def main(*, steps: bool = False, renew: bool = False) -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), steps=steps) as url:
        chain = Chain(url, steps=steps)
        scenario = Scenario(chain)
        baseline = eas.Attestations(chain, HOSPITAL)
        turns = range(TURNS_WITH_STEPS if steps else TURNS)
        for turn in turns:
            chain.turn = turn
            scenario.play()
            baseline.attest(BATCH)
        sizes = chain.runtime_sizes()
        for turn in turns:
            chain.turn = turn
            scenario.end()
    tables.print_writes(chain.writes)
    tables.write_details(chain.writes)
    if steps:
        tables.print_spent(chain.writes)
    if renew:
        page.renew(chain.writes)
    report("gas", tables.figures_of(chain.writes, sizes))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.gas")
    parser.add_argument("--where", action="store_true", help="trace every step, say where gas above the floor went")
    parser.add_argument("--page", action="store_true", help="renew the table in docs/gas.md")
    chosen = parser.parse_args()
    main(steps=chosen.where, renew=chosen.page)
