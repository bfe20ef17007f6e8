"""A regulator's read, which is put on record before it is answered, beside the same read that is not."""

from __future__ import annotations

from pathlib import Path

from scripts.bench.form import Figure
from scripts.bench.reading import facts
from scripts.bench.reading.asking import Asking
from scripts.bench.reading.place import place
from scripts.bench.reading.served import served

FACTS = 10_000
SECONDS = 2.0


def recorded(store: str, url: str, folder: Path, runs: int) -> Figure:
    """`url` is that of an empty store."""
    figure = Figure(f"a read on record, over the same read unrecorded, in {store}", goal=0.5, better="higher")
    with place(url, FACTS) as of, served(url, folder) as server, served(url, folder, record=True) as recorder:
        paths = [f"/v1/versions/{facts.youngest(one)}" for one in range(of.families)]
        plain, recording = Asking(server), Asking(recorder)
        plain.rate(paths, SECONDS), recording.rate(paths, SECONDS)
        for _ in range(runs):
            figure.runs.append(recording.rate(paths, SECONDS) / plain.rate(paths, SECONDS))
        plain.close()
        recording.close()
    return figure
