"""Public cards: read as far as they keep to a known schema, named in a word, and made of a form's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger_node.errors import BlobError, InvalidDocument, InvalidField, UnknownDocument
from registry_api import strict
from registry_api.questions.documents import Document, Named, Wanted
from registry_api.questions.reading import read_documents

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

LONGEST_TITLE = 120  # characters of it that a list shows
#: The field of a form that holds a whole card as JSON, in place of the others.
WHOLE = "card"


def read_card(node: Node, kind: Named, digest: str, by: int, record: str) -> Document:
    """Waits for the store of documents a bounded time. `by` is the organisation that named the card for `record`."""
    wanted = Wanted(digest, kind, by, record)
    return read_documents(node, [wanted])[wanted.key]


def at_hand(node: Node, digest: str) -> dict[str, Any] | None:
    """A public document that is an object, without waiting for another process; None when it is not here."""
    found = parsed(node, digest)
    return found if isinstance(found, dict) else None


def parsed(node: Node, digest: str) -> Any:
    """The JSON of a public document of any form; None when it is not at hand or no JSON."""
    try:
        content = node.documents.find(digest)
        return None if content is None else strict.parse(content, exact=False)
    except (BlobError, UnknownDocument, InvalidField):
        return None


def title_of(node: Node, digest: str) -> str:
    """What a card that is at hand calls its thing; empty when none is, or it has no title."""
    card = at_hand(node, digest) or {}
    title = card.get("title", card.get("name"))  # Croissant's word
    return title[:LONGEST_TITLE] if isinstance(title, str) else ""


def card_of(form: dict[str, str], card: dict[str, Any]) -> dict[str, Any]:
    """The card that a form pastes as JSON, else `card`, which its other fields make. InvalidDocument for another
    text."""
    text = form.get(WHOLE, "").strip()
    if not text:
        return card
    try:
        found = strict.parse(text.encode())
    except InvalidField as error:
        where = f"body.{WHOLE}"
        raise InvalidDocument("the card is not JSON", got=error.got, needed=error.needed, field=where) from None
    if not isinstance(found, dict):
        raise InvalidDocument("the card is not an object", needed="a JSON object", field=f"body.{WHOLE}")
    return found


def model_card(form: dict[str, str]) -> dict[str, Any]:
    """Of the fields `card.title`, `card.intendedUse` and those that may be left out."""
    card: dict[str, Any] = {
        "format": "medledger-model-card/1",
        "title": said(form, "card.title"),
        "intendedUse": said(form, "card.intendedUse"),
    }
    if limitations := said(form, "card.limitations"):
        card["limitations"] = limitations
    if permits := lines(form, "card.changePlan.permits"):
        bounds = said(form, "card.changePlan.bounds")
        card["changePlan"] = {"permits": permits} | ({"bounds": bounds} if bounds else {})
    if kind := said(form, "card.change.kind"):
        card["change"] = {"kind": kind, "summary": said(form, "card.change.summary")}
    return card_of(form, card)


def project_card(form: dict[str, str]) -> dict[str, Any]:
    """Of a request: untyped, with what its form asks for."""
    names = ("title", "purpose", "sponsor", "ethics")
    return card_of(form, {name: text for name in names if (text := said(form, f"card.{name}"))})


def fields_of(card: Document) -> dict[str, str]:
    """What a form begins with that goes on from a model card; what changed is for the next card to say."""
    names = ("title", "intendedUse", "limitations", "changePlan.bounds")
    found = {f"card.{name}": card.at("/" + name.replace(".", "/")) for name in names}
    permits = card.at("/changePlan/permits")
    found["card.changePlan.permits"] = "\n".join(permits) if isinstance(permits, list) else None
    return {name: text for name, text in found.items() if isinstance(text, str)}


def said(form: dict[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def lines(form: dict[str, str], name: str) -> list[str]:
    """One for each line that is not empty."""
    return [line for one in said(form, name).split("\n") if (line := one.strip())]
