"""Every write of a consortium's life, with its arguments: a table in the form of calls.

When a contract changes, this is what to change. A turn makes everything anew between the same organisations, so that
from turn 1 on all is measured in the steady state: the second consent to a grantee, a later proposal, a later version.
What is first within a turn says so in its name.
"""

from __future__ import annotations

from scripts.bench.gas.chain import Chain
from scripts.bench.gas.scenario import anchors, consents, consortium, datasets, models, training
from scripts.bench.gas.scenario.members import found

TURNS = 4
TURNS_WITH_STEPS = 2  # the figures of all turns are the same, and tracing is slow


class Scenario:
    """What lasts over the turns, and the turns."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        found(chain)
        self._datasets = datasets.Shelf(chain)
        self._streams = anchors.streams(chain)

    def play(self) -> None:
        """One turn."""
        c = self._chain
        consortium.keys(c)
        consortium.members(c)
        dataset = datasets.life(c)
        self._datasets.batches(c)
        other = datasets.published(c, "clinic")
        datasets.derived(c, dataset, other)
        consents.requests(c, dataset)
        consents.life(c, dataset)
        training.life(c, dataset, other)
        bulk = training.bulk(c, dataset)
        consents.bulk(c, bulk)
        models.life(c, dataset)
        anchors.life(c)
        anchors.bulk(c, self._streams)

    def end(self) -> None:
        """What makes the contracts a former generation; nothing new can begin after it."""
        consortium.generation(self._chain)
