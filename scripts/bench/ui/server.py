"""A model version's dossier beside the API's own lineage answer: both read the same facts of the same versions."""

from __future__ import annotations

import random

from scripts.bench.form import Figure
from scripts.bench.reading import facts
from scripts.bench.reading.asking import Asking
from scripts.bench.reading.served import Served

SECONDS = 2.0  # of each measurement
ASKED = 200  # versions, in no order


def beside_lineage(server: Served, families: int, runs: int) -> Figure:
    """Server time of the page over that of the answer."""
    figure = Figure("dossier page, server time over the API's lineage answer", goal=3, better="lower")
    some = random.Random(families).sample(range(families), min(ASKED, families))  # noqa: S311  # no secret
    pages = [f"/versions/{facts.youngest(one)}" for one in some]
    answers = [f"/v1{page}/lineage" for page in pages]
    asking = Asking(server)
    for paths in (answers, pages):  # what is done once is not measured
        asking.rate(paths, SECONDS)
    for _ in range(runs):
        figure.runs.append(asking.rate(answers, SECONDS) / asking.rate(pages, SECONDS))
    asking.close()
    return figure
