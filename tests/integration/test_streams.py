"""Devices send to `medledger stream run`, which is killed in the middle; the chain holds every record once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage
from pynetdicom import AE

from ledger_node.domain.codes import DeviceClass
from ledger_node.edge.streams.log import StreamLog
from ledger_node.localnet.processes import free_port, port_is_free
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.proof.merkle import leaf_hash, verify_consistency, verify_inclusion
from tests.integration.pair import Pair
from tests.unit.edge.synthetic import evidence, saved, ultrasound

pytestmark = pytest.mark.slow
OBJECTS = 40
WITHIN = 60.0  # seconds
CANARY = "CANARY-DOE^JANE"


@contextmanager
def running(pair: Pair, stream: str, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "MEDLEDGER_NODE": pair.hospital.member.url}
    environment["MEDLEDGER_KEY"] = pair.hospital.member.api_keys["steward"]
    words = [sys.executable, "-m", "ledger_node.cli", "stream", "run", str(folder), "--stream", stream, "--json"]
    words += ["--every", "0.5", "--settle", "0", "--device", "SCANNER1", "--port", str(port)]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until_free(port: int) -> None:
    end = time.monotonic() + WITHIN
    while not port_is_free("127.0.0.1", port):
        assert time.monotonic() < end
        time.sleep(0.05)


def image(value: int, folder: Path) -> Dataset:
    pixels = np.full((4, 5), value, dtype=np.uint8)
    return dcmread(saved(evidence(ultrasound(pixels), "113100", "113101"), folder / "sent.dcm"))


def send(port: int, sent: Dataset) -> None:
    """Like a device: until it is acknowledged."""
    device = AE(ae_title="SCANNER1")
    device.add_requested_context(UltrasoundImageStorage, ExplicitVRLittleEndian)
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if port_is_free("127.0.0.1", port):
            time.sleep(0.1)  # an association that nobody takes would leave its socket open
            continue
        association = device.associate("127.0.0.1", port, ae_title="MEDLEDGER")
        if association.is_established:
            status = association.send_c_store(sent)
            association.release()
            if status and status.Status == 0:
                return
    pytest.fail("nothing acknowledged the object")


def anchored(pair: Pair, stream: str) -> list[tuple[int, str]]:
    return [(head["size"], head["root"]) for head in pair.hospital.node.streams.anchors(stream)]


def proved(folder: Path, *asked: str) -> dict[str, object]:
    words = [sys.executable, "-m", "ledger_node.cli", "stream", "prove", str(folder), *asked, "--json"]
    answer = subprocess.run(words, capture_output=True, check=True)
    return dict(json.loads(answer.stdout))


def test_stream_that_is_killed_in_the_middle_anchors_every_object_once(pair: Pair, tmp_path: Path) -> None:
    made = pair.hospital.node.streams.open(DeviceClass.ULTRASOUND, wait=30)
    assert made["outcome"] is not None
    stream = made["outcome"]["stream"]
    folder, port = tmp_path / "stream", free_port()
    sent = [image(value, tmp_path) for value in range(OBJECTS)]
    with running(pair, stream, folder, port) as process:
        for one in sent[: OBJECTS // 2]:
            send(port, one)
        process.send_signal(signal.SIGKILL)
        process.wait()
        until_free(port)  # the receiver ends with its parent
    watched = folder / "incoming"
    saved(ultrasound(np.zeros((4, 5), dtype=np.uint8), PatientID=CANARY), watched / f"{CANARY}.dcm")
    with running(pair, stream, folder, port) as process:
        for one in sent[OBJECTS // 2 :]:
            send(port, one)
        send(port, sent[0])  # once more: its acknowledgement was lost, a device would say
        end = time.monotonic() + WITHIN
        while list(watched.iterdir()) and time.monotonic() < end:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert json.loads(output)["headsWaiting"] == 0

    with StreamLog(folder, writing=False) as log:
        heads = log.heads()
        assert log.records == OBJECTS
        assert len(list((folder / "accepted").rglob("*.dcm"))) == OBJECTS
    assert len(list((folder / "quarantined" / "NO_IDENTITY_REMOVED").iterdir())) == 1
    pair.settle()
    assert anchored(pair, stream) == [(head.size, to_hex(head.root)) for head in heads]
    assert CANARY.encode() not in output + errors

    last = heads[-1]
    for one in (sent[0], sent[-1]):
        proof = proved(folder, "--instance", str(one.SOPInstanceUID))
        size, root, position = int(str(proof["size"])), str(proof["root"]), int(str(proof["position"]))
        assert (size, root) in anchored(pair, stream)
        path = [parse_hex(step, 32) for step in proof["proof"]]  # type: ignore[attr-defined]
        leaf = leaf_hash(parse_hex(str(proof["leaf"]), 32))
        assert verify_inclusion(leaf, position, size, path, parse_hex(root, 32))
    proof = proved(folder, "--heads", f"{heads[0].size}:{last.size}")
    path = [parse_hex(step, 32) for step in proof["proof"]]  # type: ignore[attr-defined]
    assert verify_consistency(heads[0].size, last.size, heads[0].root, last.root, path)
