"""What the explorer's pages load and npm brings, copied to `registry_api/explorer/static/vendor/`: it is not committed,
the wheel carries it.

    python scripts/assets.py

`npm ci` has held each package against the lock. Only what a page loads is copied, and of each library its licence. A
page whose library is missing does without: it has its tables, forms and pictures from the server.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "registry_api" / "explorer" / "static" / "vendor"

#: Where each file comes from, by its name among the pages' files.
FILES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx-sse.js": "htmx.org/dist/ext/hx-sse.min.js",
    "htmx.LICENSE": "htmx.org/LICENSE",
    "cytoscape.js": "cytoscape/dist/cytoscape.esm.min.mjs",
    "cytoscape.LICENSE": "cytoscape/LICENSE",
    "cytoscape-dagre.js": "cytoscape-dagre/dist/cytoscape-dagre.min.mjs",
    "cytoscape-dagre.LICENSE": "cytoscape-dagre/LICENSE",
    # cytoscape-dagre carries these two within itself, without their licences.
    "dagre.LICENSE": "@dagrejs/dagre/LICENSE",
    "graphlib.LICENSE": "@dagrejs/graphlib/LICENSE",
}


def write(folder: Path = VENDOR) -> None:
    """Makes the folder anew, so that nothing stays of what is no longer loaded."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, source in FILES.items():
        shutil.copyfile(MODULES / source, folder / name)


def main() -> int:
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
