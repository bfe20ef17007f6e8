"""A device: `python -m scripts.bench.edge.device FILE PORT TITLE RATE SECONDS`.

It makes so many objects a second and sends each until it is acknowledged; while nobody answers the next ones wait.
Prints a line for each: its SOP Instance UID, when it was made and when it was acknowledged (Unix seconds).
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from typing import Any

from pydicom import dcmread
from pynetdicom import AE

from ledger_node.localnet.processes import port_is_free

PAUSE = 0.2  # seconds until a receiver that is not there is asked again


def main() -> None:
    file, port, title, rate, seconds = sys.argv[1:]
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    image = dcmread(file)
    device = Device(int(port), title, image)
    start = time.time()
    for number in range(int(int(seconds) * float(rate))):
        due = start + number / float(rate)
        time.sleep(max(0.0, due - time.time()))
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"2.25.{secrets.randbits(120)}"
        device.send(image)
        print(json.dumps([image.SOPInstanceUID, due, time.time()]), flush=True)
    device.close()


class Device:
    """One association, opened again when it ends."""

    def __init__(self, port: int, title: str, image: Any) -> None:
        self._entity = AE(ae_title=title)
        self._entity.add_requested_context(image.SOPClassUID, image.file_meta.TransferSyntaxUID)
        self._entity.dimse_timeout = self._entity.network_timeout = 30
        self._port = port
        self._association: Any = None

    def send(self, image: Any) -> None:
        while True:
            if self._association is None or not self._association.is_established:
                self._associate()
                continue
            try:
                status = self._association.send_c_store(image)
            except (RuntimeError, ValueError):  # the association ended meanwhile
                continue
            if status and status.Status == 0:
                return

    def close(self) -> None:
        self._association.release()

    def _associate(self) -> None:
        if port_is_free("127.0.0.1", self._port):
            time.sleep(PAUSE)
            return
        self._association = self._entity.associate("127.0.0.1", self._port, ae_title="MEDLEDGER")
        if not self._association.is_established:
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
