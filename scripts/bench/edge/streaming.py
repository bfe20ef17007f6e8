"""Four devices send to `medledger stream run` at once, which is killed in the middle and started again.

Every object counts from its acknowledgement to the moment when the block with its head is there, those around the
restart too: one that was acknowledged just before the kill waits until the process is back. One that was not is sent
again by its device, and counts from the answer that it gets.
"""

from __future__ import annotations

import bisect
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger_node.chain.rpc import RpcLedger
from ledger_node.client import Client
from ledger_node.config import load_deployment
from ledger_node.domain.codes import Capability, DeviceClass
from ledger_node.domain.command import Listing
from ledger_node.edge.streams.log import StreamLog
from ledger_node.localnet import network
from ledger_node.localnet.members import Plan
from ledger_node.localnet.processes import free_port, port_is_free
from scripts.bench.form import Figure

DEVICES = ("SCANNER1", "SCANNER2", "SCANNER3", "SCANNER4")
RATE = 5  # objects a second of each
WITHIN = 10.0  # seconds from the acknowledgement of an object to its head on the chain
DRAIN = 60.0  # seconds until all is anchored, once nothing more is sent
LOOK = 0.1  # seconds between two looks at the chain
#: An anchor's floor with the overhead that `make bench-gas` allows, and that spread over what comes in five seconds.
GAS_OF_A_HEAD = 43_277 * 1.15
GAS_OF_AN_OBJECT = GAS_OF_A_HEAD / (len(DEVICES) * RATE * 5)
PLANS = (
    Plan("hospital", "Hospital", Capability.CUSTODIAN, founder=True),
    Plan("regulator", "Regulator", Capability.REGULATOR, founder=True),
)


@dataclass(slots=True)
class Watch:
    """When each block was there, by looking at the chain itself."""

    ledger: RpcLedger
    seen: dict[int, float] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        last = self.ledger.head().number
        while not self.ended.wait(LOOK):
            head = self.ledger.head().number
            self.seen |= dict.fromkeys(range(last + 1, head + 1), time.time())
            last = max(last, head)


@dataclass(frozen=True, slots=True)
class Head:
    size: int
    block: int
    gas: int


def measure(folder: Path, image: Path, seconds: int) -> list[Figure]:
    """`image` is a de-identified file that every device sends, each time under another SOP Instance UID."""
    started = network.up(folder / "network", plans=PLANS)
    watch = Watch(RpcLedger(started.rpc_url))
    watching = threading.Thread(target=watch.run)
    try:
        hospital = started.members[0]
        with Client(hospital.url, hospital.api_keys["operator"], timeout=30) as node:
            outcome = node.streams.open(DeviceClass.ULTRASOUND, wait=30)["outcome"]
            assert outcome is not None
        watching.start()
        environment = {"MEDLEDGER_NODE": hospital.url, "MEDLEDGER_KEY": hospital.api_keys["steward"]}
        place = folder / "stream"
        sent = _sent(place, outcome["stream"], environment, image, seconds)
        watch.ended.set()
        watching.join()
        heads = _heads(watch.ledger, load_deployment(started.folder / "deployment.json").contracts.anchors)
    finally:
        watch.ended.set()
        network.down(started)
    with StreamLog(place, writing=False) as log:
        positions = {instance: log.position_of(instance) for instance in sent}
    return _figures(sent, positions, heads, watch.seen, seconds)


def _sent(place: Path, stream: str, environment: dict[str, str], image: Path, seconds: int) -> dict[str, float]:
    """When each object was acknowledged. The process is killed half-way, and told to end when all has been sent."""
    port = free_port()
    words = [sys.executable, "-m", "scripts.bench.edge.device", str(image), str(port)]
    with _running(place, stream, port, environment) as process:
        assert _until(lambda: not port_is_free("127.0.0.1", port))
        devices = [
            subprocess.Popen([*words, title, str(RATE), str(seconds)], stdout=subprocess.PIPE) for title in DEVICES
        ]
        lines: list[bytes] = []
        readers = [threading.Thread(target=lambda device=device: lines.extend(device.stdout)) for device in devices]
        for reader in readers:
            reader.start()
        time.sleep(seconds / 2)
        process.kill()
        process.wait()
        assert _until(lambda: port_is_free("127.0.0.1", port))  # the receiver ends with its parent
    with _running(place, stream, port, environment) as process:
        for device, reader in zip(devices, readers, strict=True):
            assert device.wait() == 0
            reader.join()
        sent = {instance: acknowledged for instance, _, acknowledged in map(json.loads, lines)}
        _until(lambda: _all_anchored(place, sent))
        process.terminate()
        process.wait(DRAIN)
    return sent


@contextmanager
def _running(place: Path, stream: str, port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "ledger_node.cli", "stream", "run", str(place), "--stream", stream, "--json"]
    words += [word for title in DEVICES for word in ("--device", title)]
    process = subprocess.Popen([*words, "--port", str(port)], env={**os.environ, **environment})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _all_anchored(place: Path, sent: Iterable[str]) -> bool:
    with StreamLog(place, writing=False) as log:
        size = max((head.size for head in log.heads() if head.anchored_at is not None), default=0)
        positions = [log.position_of(instance) for instance in sent]
    return all(position is not None and position < size for position in positions)


def _heads(ledger: RpcLedger, anchors: str) -> list[Head]:
    """What the chain says."""
    events = ledger.events([Listing("anchors", 1, anchors)], 0, ledger.head().number)
    found = [event for event in events if event.name == "StreamAnchored"]
    receipts = ledger.receipts([event.transaction for event in found])
    return [
        Head(int(str(event.args["size"])), event.at.block, receipt.gas_used if receipt else 0)
        for event, receipt in zip(found, receipts, strict=True)
    ]


def _figures(
    sent: dict[str, float],
    positions: dict[str, int | None],
    heads: list[Head],
    seen: dict[int, float],
    seconds: int,
) -> list[Figure]:
    asked = len(DEVICES) * RATE * seconds
    sizes = [head.size for head in heads]
    waited = []
    for instance, acknowledged in sent.items():
        position = positions[instance]
        at = len(heads) if position is None else bisect.bisect_right(sizes, position)
        if at < len(heads):
            waited.append(seen[heads[at].block] - acknowledged)
    gas = sum(head.gas for head in heads)
    figures = [
        Figure(f"objects that {len(DEVICES)} devices sent in {seconds} s, killed once", asked, "higher", [len(sent)]),
        Figure("objects anchored", asked, "higher", [len(waited)]),
        Figure("objects acknowledged and lost", 0, "lower", [len(sent) - len(waited)]),
        Figure("seconds to anchoring, the slowest object", WITHIN, "lower", [max(waited, default=0)]),
        Figure("seconds to anchoring, the median object", WITHIN, "lower", [sorted(waited)[len(waited) // 2]]),
        Figure("heads anchored", 0, "higher", [len(heads)]),
        Figure("gas of a head", GAS_OF_A_HEAD, "lower", [gas / len(heads)]),
        Figure("gas of an object", GAS_OF_AN_OBJECT, "lower", [gas / max(1, len(waited))]),
    ]
    if sizes != sorted(set(sizes)):
        figures[1].void = "heads out of order"
    return figures


def _until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + DRAIN
    while not (met := true()) and time.monotonic() < end:
        time.sleep(LOOK)
    return met
