"""Writes the reference pages; tests compare them. Run it as `make generate`."""

from __future__ import annotations

import sys

from scripts.reference.pages import DOCS, PAGES


def main() -> int:
    for file, made in PAGES.items():
        file.write_text(made())
        print(file.relative_to(DOCS.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
