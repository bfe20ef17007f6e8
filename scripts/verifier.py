"""The verifier as one file, `build/medledger-verify.pyz`: a zip that a bare Python runs (PEP 441).

    make verifier
    python build/medledger-verify.pyz verify BUNDLE --trust TRUST

It holds `ledger_node.standalone`, the pure layers beneath it and `rfc8785` as the lock pins it; no native library, so
that one file serves every machine. The same sources give the same bytes: names in order, one time, nothing compressed
(what zlib writes differs between its versions).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "build" / "medledger-verify.pyz"

#: Of `ledger_node`: the program, what reads a model's files, and everything that proofs stand on.
MODULES = ("__init__", "errors", "model_files", "screen", "shallow", "standalone")
VENDORED = ("rfc8785",)

MAIN = b"""\
import signal
import sys

if sys.version_info < (3, 11):
    sys.stderr.write("medledger-verify needs Python 3.11 or newer\\n")
    sys.exit(2)

from ledger_node.standalone import main

if hasattr(signal, "SIGPIPE"):  # whoever reads may stop early, as head does
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
sys.stdout.reconfigure(errors="backslashreplace")  # a name that the terminal has no letters for
sys.exit(main())
"""


def packed() -> bytes:
    """The file."""
    made = BytesIO()
    made.write(b"#!/usr/bin/env python3\n")
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name, content in sorted(contents()):
            entry = ZipInfo(name)  # of 1980-01-01, the first time that a zip can name
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def contents() -> Iterator[tuple[str, bytes]]:
    """Each file's name within the zip, and its bytes."""
    yield "__main__.py", MAIN
    yield "LICENSE", (ROOT / "LICENSE").read_bytes()
    sources = [ROOT / "ledger_node" / f"{module}.py" for module in MODULES]
    for source in (*sources, *(ROOT / "ledger_node" / "proof").glob("*.py")):
        yield source.relative_to(ROOT).as_posix(), source.read_bytes()
    for package in VENDORED:
        for file in metadata.files(package) or ():
            if file.suffix == ".py" or file.name == "LICENSE":
                yield file.as_posix(), file.read_binary()


def write() -> Path:
    """Makes `FILE`."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(packed())
    FILE.chmod(0o755)
    return FILE


def main() -> int:
    print(write().relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
