"""A stream beside it all: devices send into a watched folder and by C-STORE."""

from __future__ import annotations

import json
import signal
import subprocess

from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage
from pynetdicom import AE

from ledger_node.localnet.processes import free_port
from tests.integration.privacy import scans
from tests.integration.privacy.flow import WITHIN, Flow, until
from tests.integration.privacy.terminal import MEDLEDGER
from tests.integration.test_streams import send
from tests.unit.edge.synthetic import evidence, saved


def run(flow: Flow) -> None:
    """Devices send by folder and by C-STORE: what was made clean, what was not, what is no image. One is unknown."""
    canaries, folder = flow.canaries, flow.private / "stream"
    opened = flow.hospital("stream", "open", "--device-class", "ULTRASOUND")
    flow.stream, port, watched = opened["outcome"]["stream"], free_port(), folder / "incoming"
    watched.mkdir(parents=True)
    where = flow.sources / "devices"
    where.mkdir()
    sent = saved(evidence(scans.scan(canaries, "C-STORE"), "113100", "113101"), where / "sent.dcm")
    original = saved(scans.scan(canaries, "C-STORE of an original"), where / "original.dcm")
    watch = saved(evidence(scans.scan(canaries, "watched folder"), "113100", "113101"), where / "watched.dcm")
    raw = saved(scans.scan(canaries, "watched original"), where / "raw.dcm")
    for path in (watch, raw):
        (watched / f"{canaries.word('watched: file name')}-{path.name}").write_bytes(path.read_bytes())
    (where / f"{canaries.word('watched: file name')}.txt").write_text(canaries.word("watched: text file"))
    (watched / f"{canaries.word('watched: file name')}.txt").write_text(canaries.word("watched: text file"))
    words = ["stream", "run", folder, "--stream", flow.stream, "--every", 0.5, "--settle", 0, "--json"]
    words += ["--device", "SCANNER1", "--port", port]
    command = [*MEDLEDGER, *map(str, words)]
    environment = flow.hospital.environment
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            send(port, dcmread(sent))
            send(port, dcmread(original))
            (where / "title.txt").write_text(canaries.word("AE title"))
            _knock(port, canaries.word("AE title"))
            until(lambda: not list(watched.iterdir()))
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=WITHIN)
        finally:
            if process.poll() is None:
                process.kill()
    flow.hospital.said.append(("stream run", output + errors))
    assert process.returncode == 0
    assert json.loads(output)["quarantined"] == 3
    one = str(dcmread(sent).SOPInstanceUID)
    flow.hospital("stream", "prove", folder, "--instance", one)
    flow.hospital("stream", "erase", folder, "--instance", one)
    flow.hospital.refused(
        ("stream", "prove", folder, "--instance", one),
        ("stream", "erase", folder, "--instance", canaries.word("wrong: instance")),
        ("stream", "prove", folder, "--heads", canaries.word("wrong: heads")),
    )


def _knock(port: int, title: str) -> None:
    """A device that nobody knows."""
    device = AE(ae_title=title)
    device.add_requested_context(UltrasoundImageStorage, ExplicitVRLittleEndian)
    association = device.associate("127.0.0.1", port, ae_title="MEDLEDGER")
    assert not association.is_established
