"""One target, in the fuzzer's own environment: `python -m scripts.fuzz.run TARGET SEED TRUST …libFuzzer's options`."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ledger_node.proof"]):
    from scripts.fuzz.targets import targets


def main() -> None:
    name, bundle, trust = sys.argv[1:4]
    target = targets(Path(bundle).read_bytes(), Path(trust).read_bytes())[name]
    atheris.Setup([sys.argv[0], *sys.argv[4:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
