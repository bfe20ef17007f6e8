"""A backup of a node, which may run meanwhile."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ledger_node.backup.archive import Manifest, Part, pack, write_part
from ledger_node.config import NodeConfig
from ledger_node.errors import ConfigInvalid, InvalidField
from ledger_node.store.database import Database
from ledger_node.store.local_rows import snapshot


def files_of(config: NodeConfig) -> dict[str, Path]:
    """What a backup holds beside the tables, by the part's name. Not the keystore's password, and no key that a
    security module or another process has."""
    files = {"api-keys.json": config.api_keys, "deployment.json": config.deployment}
    return files if config.signer.kind != "keystore" else {"keystore.json": config.keystore, **files}


def make(config: NodeConfig, database: Database, out: Path, *, software: str, now: int) -> Manifest:
    """InvalidField when `out` is there already or cannot be written."""
    if out.exists():
        raise InvalidField("the file exists", got="--out", needed="a name for a new file")
    try:
        with TemporaryDirectory(dir=out.parent, prefix=".backup-") as made:
            folder = Path(made)
            parts: dict[str, Part] = {}
            with snapshot(database) as found:
                for table, lines in found.tables.items():
                    name = f"{table}.jsonl"
                    parts[name] = write_part(folder, name, lines)
            for name, file in files_of(config).items():
                parts[name] = write_part(folder, name, [_content(file, name)])
            manifest = Manifest(software, found.revision, now, parts)
            pack(folder, manifest, out)
    except OSError as error:
        raise InvalidField(
            "the backup cannot be written", got=type(error).__name__, needed="a folder with room that this user writes"
        ) from None
    return manifest


def _content(file: Path, name: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise ConfigInvalid(f"a file of the node cannot be read: {name}", needed="the files that it names") from None
