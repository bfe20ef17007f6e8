"""What a transaction touched, from its receipt and from what the chain's tracers say of it. No IO."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.bench.gas.floor import Touched

#: Both in one: `pre` names each slot that was touched; the difference names each that changed.
PRESTATE = {"tracer": "prestateTracer"}
DIFFERENCE = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}
CALLS = {"tracer": "callTracer"}
LAST_PRECOMPILE = 0x0A

Trace = Mapping[str, Any]


def touched_of(
    calldata: str, receipt: Trace, prestate: Mapping[str, Trace], difference: Trace, calls: Trace
) -> Touched:
    """`calldata` is 0x-hex; the others are the raw answers of the chain."""
    data = bytes.fromhex(calldata.removeprefix("0x"))
    fresh, changed, cleared, read = _slots(prestate, difference)
    return Touched(
        zero_bytes=data.count(0),
        other_bytes=len(data) - data.count(0),
        fresh=fresh,
        changed=changed,
        cleared=cleared,
        read=read,
        called=sum("code" in account and address != calls["to"] for address, account in prestate.items()),
        logs=tuple((len(log["topics"]), (len(log["data"]) - 2) // 2) for log in receipt["logs"]),
    )


def _slots(prestate: Mapping[str, Trace], difference: Trace) -> tuple[int, int, int, int]:
    fresh = changed = cleared = read = 0
    for address, account in prestate.items():
        earlier = difference["pre"].get(address, {}).get("storage", {})
        later = difference["post"].get(address, {}).get("storage", {})
        for slot, value in account.get("storage", {}).items():
            if slot not in earlier and slot not in later:
                read += 1
            elif int(value, 16) == 0:
                fresh += 1
            else:
                changed += 1
                cleared += int(later.get(slot, "0x0"), 16) == 0
    return fresh, changed, cleared, read


def frames_of(frame: Trace) -> Iterator[tuple[str, str]]:
    """Address and selector of each call, in the order in which they began, the transaction's own first."""
    yield str(frame["to"]).lower(), str(frame["input"])[:10]
    for inner in frame.get("calls", ()):
        if int(inner["to"], 16) > LAST_PRECOMPILE:
            yield from frames_of(inner)
