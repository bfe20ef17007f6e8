"""What the routes share: a guarded router, path parameters, the way a card becomes a digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BeforeValidator, Field
from starlette.convertors import Convertor, register_url_convertor

from ledger_node import shallow
from ledger_node.cards import Kind, require_card
from ledger_node.errors import BlobError, UnknownDocument
from ledger_node.proof.strict_json import dump_canonical
from registry_api.answering import answering
from registry_api.guard import Guarded
from registry_api.schemas.base import EXAMPLE_ID, Hex32, digits
from registry_api.schemas.document import WithCard

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

Id = Annotated[str, Path(description="An id: 0x and 64 lowercase hex digits.", examples=[EXAMPLE_ID]), Hex32("id")]
Digest = Annotated[str, Path(description="A sha-256: 0x and 64 lowercase hex digits."), Hex32("digest")]
Number = Annotated[
    int, Path(description="Counts from 1.", examples=[1]), Field(ge=1, le=2**32 - 1), BeforeValidator(digits)
]
OfOrganisation = Annotated[
    int | None,
    Query(description="Number of an organisation.", examples=[1]),
    Field(ge=1, le=2**32 - 1),
    BeforeValidator(digits),
]
ById = Annotated[str | None, Query(description="An id: 0x and 64 lowercase hex digits."), Hex32("id")]
CheckedBy = Annotated[
    Literal["contract"] | None,
    Query(
        alias="check",
        description="`contract` leaves the decision to the contract alone: the node sends the transaction whatever its "
        "index says.",
    ),
]


class OtherThanSuspend(Convertor[str]):
    """Whatever stands for an id, but for a word that has a path of its own: its other methods are refused (405)."""

    regex = "(?!suspend$)[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class OtherThanSign(OtherThanSuspend):
    """Likewise."""

    regex = "(?!sign$)[^/]+"


register_url_convertor("other_than_suspend", OtherThanSuspend())
register_url_convertor("other_than_sign", OtherThanSign())


class Routes(APIRouter):
    """Every handler is guarded, and answers from one moment of the index."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        super().add_api_route(path, answering(endpoint, declared.get("status_code")), **declared)


def router(tag: str) -> Routes:
    return Routes(tags=[tag], route_class=Guarded)


def card_digest_of(node: Node, body: WithCard, kind: Kind | None = None) -> str:
    """As `digest_of`. InvalidDocument for a card that does not keep to the schema it declares."""
    if kind is not None and body.card is not None:
        require_card(kind, body.card, "body.card")
    elif kind is not None and body.card_digest is not None:
        require_stored_cards(node, [body.card_digest], kind)
    return digest_of(node, body.card, body.card_digest)


def require_stored_cards(node: Node, digests: Iterable[str], kind: Kind) -> None:
    """As `require_card` for cards that are given by their digests, as far as they are at hand: no write waits for
    another process. A card that was put at this node was looked at then, whatever it is a card of."""
    try:
        for digest in dict.fromkeys(digests):
            card = _parsed(node.documents.find(digest))
            if card is not None:
                require_card(kind, card, "body.cardDigest")
    except (BlobError, UnknownDocument):
        return


def _parsed(content: bytes | None) -> dict[str, Any] | None:
    """A stored document; None when there is none, or it is no JSON object."""
    try:
        found = None if content is None else shallow.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def digest_of(node: Node, document: dict[str, Any] | None, digest: str | None) -> str:
    """The digest that was given, or that of the document, which is stored in its canonical form with the write."""
    return digest if digest is not None else node.documents.put(dump_canonical(document), with_next=True)


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep; the name is one of ours."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
