"""Streams and the heads of their trees."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.bench.gas.chain import SALT, Chain
from scripts.bench.gas.scenario.members import BATCH, HOSPITAL

ROLE = "anchors"
ULTRASOUND = 1
#: Sizes are multiples of the first; the other is the first of them above five million.
SMALL, LARGE = 128, 5_000_064


def streams(c: Chain) -> list[str]:
    """As many streams as a batch has entries, each with a head."""
    made = [str(c.write(None, HOSPITAL, ROLE, "registerStream", SALT, ULTRASOUND)) for _ in range(BATCH)]
    c.write(None, HOSPITAL, ROLE, "anchorAll", [head(c, stream, SMALL) for stream in made])
    return made


def head(c: Chain, stream: str, size: int) -> dict[str, object]:
    return {"stream": stream, "size": size, "root": c.digest()}


def life(c: Chain) -> None:
    """The same at both ends of a stream's growth, for the comparison."""
    for size, measure in ((SMALL, "register a stream"), (LARGE, None)):
        stream = str(c.write(measure, HOSPITAL, ROLE, "registerStream", SALT, ULTRASOUND))
        c.write(f"anchor, the first of a stream, size {size}", HOSPITAL, ROLE, "anchor", head(c, stream, size))
        c.write(f"anchor, size {size + SMALL}", HOSPITAL, ROLE, "anchor", head(c, stream, size + SMALL))


def bulk(c: Chain, known: Sequence[str]) -> None:
    heads = [head(c, stream, (c.turn + 2) * SMALL) for stream in known]
    c.write(f"batch of {BATCH} anchors, each of another stream", HOSPITAL, ROLE, "anchorAll", heads)
    alone = str(c.write(None, HOSPITAL, ROLE, "registerStream", SALT, ULTRASOUND))
    c.write(None, HOSPITAL, ROLE, "anchor", head(c, alone, SMALL))
    heads = [head(c, alone, n * SMALL) for n in range(2, BATCH + 2)]
    c.write(f"batch of {BATCH} anchors of one stream", HOSPITAL, ROLE, "anchorAll", heads)
