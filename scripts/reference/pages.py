"""How each reference page is made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from pydantic_core import PydanticUndefined

from ledger_node.config import (
    BlobConfig,
    CheckpointConfig,
    HttpConfig,
    NodeConfig,
    OidcConfig,
    SignerConfig,
    VisaConfig,
    WebhookConfig,
)
from ledger_node.domain.refusals import REFUSALS
from ledger_node.errors import all_errors
from registry_api import openapi
from registry_api import reference as api
from registry_api.problems import status_of
from scripts.reference import async_stub, contract_page, proof_schemas

DOCS = Path(__file__).resolve().parents[2] / "docs"


def errors_page() -> str:
    """Every error's code, title, HTTP status and whether to try again; then every refusal of a contract."""
    lines = [
        "# Errors",
        "",
        "Generated. A problem document (RFC 9457) and the command line carry the same codes. `got` tells what came by",
        "type, length and position, never by a value that may be personal; `needed` tells what would do.",
        "",
        "| code | title | HTTP | again? |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{e.code}` | {e.title} | {status_of(e)} | {e.retry.value} |" for e in all_errors()]
    lines += ["", "## Refusals of the contracts", "", "| error | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in REFUSALS.items()]
    return "\n".join(lines) + "\n"


def configuration_page() -> str:
    """Every field of a node's configuration."""
    lines = [
        "# Configuration",
        "",
        "Generated. A node reads a TOML file; environment variables win over it. Relative paths count from the file's",
        "folder.",
        "",
        "| field | environment | default | meaning |",
        "|---|---|---|---|",
    ]
    parts = {
        "http": HttpConfig,
        "signer": SignerConfig,
        "oidc": OidcConfig,
        "visas": VisaConfig,
        "blobs": BlobConfig,
        "webhooks": WebhookConfig,
        "checkpoints": CheckpointConfig,
    }
    for prefix, model in {"": NodeConfig, **{f"{name}.": part for name, part in parts.items()}}.items():
        for name, field in model.model_fields.items():
            if not prefix and name in parts:
                continue
            variable = "MEDLEDGER_" + (prefix.replace(".", "__") + name).upper()
            default = "" if field.default is PydanticUndefined else field.default
            lines.append(f"| `{prefix}{name}` | `{variable}` | `{default}` | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """The page about the API as it is written, with its table of calls renewed."""
    lines = (DOCS / "api.md").read_text().splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith("| call |"))
    rest = next((n for n, line in enumerate(lines) if n > first and not line.startswith("|")), len(lines))
    return "".join(lines[:first]) + api.table() + "".join(lines[rest:])


#: How each page is made. The one about the contracts asks the compiler, which takes seconds.
PAGES: dict[Path, Callable[[], str]] = {
    DOCS / "errors.md": errors_page,
    DOCS / "configuration.md": configuration_page,
    DOCS / "openapi.json": openapi.render,
    DOCS / "api.md": api_page,
    DOCS / "contracts.md": contract_page.page,
    async_stub.STUB: async_stub.stub,
    **{DOCS / name: partial(proof_schemas.render, name) for name in proof_schemas.FORMATS},
}
