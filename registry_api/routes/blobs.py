"""Public documents by their sha-256."""

from __future__ import annotations

from fastapi import Request, Response

from ledger_node.cards import require_declared
from ledger_node.errors import InvalidDocument, InvalidField
from registry_api import strict
from registry_api.node import NodeOf
from registry_api.routes.parts import Digest, router
from registry_api.schemas.document import Blob
from registry_api.schemas.problem import READ, declared

routes = router("blobs")
DOCUMENT = {"application/json": {"schema": {"type": "object"}}}


@routes.post(
    "/v1/blobs",
    status_code=201,
    responses={**READ, **declared(403, 408, 413)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "A JSON document of at most 256 KiB, stored byte for byte. Public: nothing personal.",
            "content": {"application/json": {"schema": {"type": "object"}, "examples": {"card": {"value": {}}}}},
        }
    },
)
def put_blob(request: Request, node: NodeOf) -> Blob:
    """Store a document. The same bytes have the same digest, so this may be repeated freely."""
    content: bytes = request.state.content
    try:
        document = strict.parse(content, exact=False)
    except InvalidField as error:
        raise InvalidDocument("the document cannot be read", got=error.got, needed=error.needed) from None
    if isinstance(document, dict):  # what else there may be, is refused when it is stored
        require_declared(document, "body")
    digest = node.documents.put(content)
    return Blob(digest=digest, cid=node.documents.cid(digest), size=len(content))


@routes.get(
    "/v1/blobs/{digest}",
    response_class=Response,
    responses={**READ, 200: {"description": "The document's bytes.", "content": DOCUMENT}},
)
def get_blob(node: NodeOf, digest: Digest) -> Response:
    """A document, byte for byte as it was stored."""
    return Response(node.documents.get(digest), media_type="application/json")
