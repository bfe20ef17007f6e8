"""The caller's key for a write, and the digest of what was asked with it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, Request

from ledger_node.domain.command import Idempotency
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.proof.strict_json import dump_canonical

KEY = "^[!-~]{1,128}$"


def request_digest(method: str, path: str, query: dict[str, str], body: Any) -> str:
    """sha-256 (0x-hex) of the canonical JSON of what was asked. InvalidDocument when the body has no canonical form."""
    asked: dict[str, Any] = {"method": method, "path": path, "query": query, "body": body}
    return to_hex(sha256(dump_canonical(asked)))


def _idempotency(
    request: Request,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            pattern=KEY,
            description="1 to 128 visible ASCII characters, new for each write. A repeated request with the same key "
            "has one effect and one answer; another request under the same key is refused with ML-0501.",
            examples=["4f9c2f0e-register-dataset"],
        ),
    ],
    prefer: Annotated[
        str | None,
        Header(
            alias="Prefer",
            description="`wait=N` (1 to 60 seconds): answer when the chain has decided and the index shows it.",
            examples=["wait=10"],
        ),
    ] = None,
) -> Idempotency:
    del prefer  # declared here for the schema, obeyed in `waiting`
    query = dict(request.query_params)
    return Idempotency(key, request_digest(request.method, request.url.path, query, request.state.body))


Once = Annotated[Idempotency, Depends(_idempotency)]
