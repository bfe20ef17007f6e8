"""Two places in the registry whose answers have a thousand rows, spread over all of it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.domain.word import NOTHING
from scripts.bench.reading.facts import (
    HOSPITALS,
    PUBLISHERS,
    Held,
    Made,
    consent,
    dataset,
    derived,
    id_of,
    model,
    run,
    version,
)

SOURCE = id_of("source")  # the dataset that a thousand rows lean on
ENSEMBLE = id_of("ensemble", 0, 0)  # the version that leans on a thousand facts
GROUPS = 50
LEVELS = (1, 9, 30, 60, 100)  # versions of each generation of the ensemble, the youngest first
_MODEL = id_of("hub model")
_SOURCES = [
    Held(SOURCE, 1, id_of("source consent", 0)),
    Held(SOURCE, 2, id_of("source consent", 1)),
    Held(id_of("derived source"), 1, id_of("source consent", 2)),
]


def beginning() -> Iterator[Made]:
    """What all groups share: a dataset of two versions, another one derived from it, a consent for each."""
    grantee = PUBLISHERS[0]
    yield from dataset(_SOURCES[1], 1, 1_000_001)
    yield from dataset(_SOURCES[2], 2, 1_000_002)
    bridge = Held(SOURCE, 1, id_of("source consent", 3))
    yield consent(bridge, 1, 2)
    yield derived(_SOURCES[2].dataset, 1, 2, [bridge])
    for number, held in enumerate(_SOURCES):
        yield consent(held, 1 if number < 2 else 2, grantee, lasts=1_000 if number == 1 else 1_000_000_000)
    yield model(_MODEL, grantee, 1_000_001)


def group(number: int) -> Iterator[Made]:
    """Twenty rows: two versions from what leans on the source, and three generations of three merged from two each."""
    publisher = PUBLISHERS[0]
    before = [id_of("group", number, 0, place) for place in range(2)]
    for place, made in enumerate(before):
        by = id_of("group run", number, place)
        yield from run(by, _MODEL, publisher, [_SOURCES[(number + place) % 3]])
        yield version(made, _MODEL, number, publisher, by, [])
    for generation in range(1, 4):
        after = [id_of("group", number, generation, place) for place in range(3)]
        for place, made in enumerate(after):
            parents = [before[place % len(before)], before[(place + 1) % len(before)]]
            yield version(made, _MODEL, number, publisher, NOTHING, parents)
        before = after


def ensemble(level: int, place: int) -> Iterator[Made]:
    """One version of the ensemble's, with its own run, dataset and consent; it merges some of the level before it."""
    publisher, hospital = PUBLISHERS[place % len(PUBLISHERS)], HOSPITALS[place % len(HOSPITALS)]
    own, trained = id_of("ensemble", level, place), id_of("ensemble model", place % 10)
    held = Held(id_of("ensemble dataset", level, place), 1, id_of("ensemble consent", level, place))
    yield from dataset(held, hospital, 2_000_000 + 1_000 * level + place)
    yield consent(held, hospital, publisher)
    if level == len(LEVELS) - 1 and place < 10:
        yield model(trained, publisher, 2_000_000 + place)
    made = id_of("ensemble run", level, place)
    yield from run(made, trained, publisher, [held])
    older = LEVELS[level + 1] if level + 1 < len(LEVELS) else 0
    share = range(place * older // LEVELS[level], (place + 1) * older // LEVELS[level])
    wanted = dict.fromkeys([*share, *((place * 7 + more) % older for more in range(2) if older)])
    parents = [id_of("ensemble", level + 1, one) for one in wanted]
    yield version(own, trained, 1_000 * level + place, publisher, made, parents)


def chapters() -> list[Iterator[Made]]:
    """All of it, in an order that a chain would take."""
    older_first = [ensemble(level, place) for level in reversed(range(len(LEVELS))) for place in range(LEVELS[level])]
    groups = [group(number) for number in range(GROUPS)]
    mixed = [part for pair in zip(older_first, groups * 4, strict=False) for part in pair][: 2 * GROUPS]
    return [beginning(), *mixed, *older_first[GROUPS:]]
