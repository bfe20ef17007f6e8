"""What the edge imports, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ledger_node.edge

MODULES = sorted(path.stem for path in Path(ledger_node.edge.__file__).parent.glob("*.py") if path.stem != "__init__")

WITHOUT_THE_EXTRA = """
import sys
for name in ("pydicom", "numpy", "PIL", "dicomanonymizer", "web3", "httpx2"):
    sys.modules[name] = None
import importlib
from pathlib import Path
for name in sys.argv[2:]:
    importlib.import_module(f"ledger_node.edge.{name}")
from ledger_node.edge.prepare import prepare_table
folder = Path(sys.argv[1])
(folder / "t.csv").write_text("a,label\\n1,0\\n")
prepare_table(folder / "t.csv", folder / "out", "a", "t")
"""


def test_every_module_and_a_table_work_without_the_extra(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA, str(tmp_path), *MODULES], check=True)
    assert (tmp_path / "out" / "card.json").exists()


def test_the_edge_never_prints() -> None:
    for path in Path(ledger_node.edge.__file__).parent.glob("*.py"):
        assert "print(" not in path.read_text()
