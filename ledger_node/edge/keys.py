"""The key of a tree's leaves in a file of its own: hex digits and a line end, readable by its owner only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ledger_node.edge.files import write_file
from ledger_node.errors import InvalidDocument, NotFound

KEY_BYTES = 32

Random = Callable[[int], bytes]


def write_key(path: Path, key: bytes) -> None:
    """Writes a new file."""
    write_file(path, key.hex().encode() + b"\n")


def read_key(path: Path) -> bytes:
    """The key in a file. Raises NotFound, InvalidDocument."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as failure:
        raise NotFound(f"{path.name} cannot be read", got=type(failure).__name__, needed="the folder's key") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidDocument(f"{path.name} is no key", got="another content", needed=f"{KEY_BYTES} bytes in hex")
    return key
