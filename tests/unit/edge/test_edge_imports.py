"""What the edge imports, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ledger_node.edge

ARRAYS = {("tables", name) for name in ("cells", "child", "groups", "rows", "sources")}  # imported by the child
PACKAGE = Path(ledger_node.edge.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__init__" and (path.parent.name, path.stem) not in ARRAYS and path.parent.name != "trees"
)

WITHOUT_THE_EXTRA = """
import sys
for name in ("pydicom", "numpy", "PIL", "dicomanonymizer", "pyarrow", "numba", "web3", "httpx2"):
    sys.modules[name] = None
import importlib
from pathlib import Path
from ledger_node.errors import ToolMissing
for name in sys.argv[2:]:
    importlib.import_module(f"ledger_node.edge.{name}")
from ledger_node.edge.prepare import prepare_table
folder = Path(sys.argv[1])
(folder / "t.csv").write_text("a,label\\n1,0\\n")
try:
    prepare_table(folder / "t.csv", folder / "out", "a", "t")
except ToolMissing as missing:
    assert "extra" in missing.needed
else:
    raise AssertionError
"""


def test_without_the_extra_modules_load_and_say_what_is_missing(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA, str(tmp_path), *MODULES], check=True)


def test_the_edge_never_prints() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert "print(" not in path.read_text()
