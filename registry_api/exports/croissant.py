"""The card of a dataset version, which is Croissant 1.0 as the edge writes it: byte for byte, so that its sha-256 stays
the digest that is on the chain."""

from __future__ import annotations

from ledger_node.errors import NotFound
from registry_api.questions.documents import Wanted
from registry_api.questions.reading import understood

CROISSANT = 'application/ld+json; profile="http://mlcommons.org/croissant/1.0"'


def croissant(wanted: Wanted, content: bytes) -> bytes:
    """NotFound when the card is not one that keeps to the schema of a dataset's card: anything may stand in it then."""
    card = understood(wanted, content)
    if card.content is None:
        raise NotFound("the version has no Croissant document", got=card.why, needed="a card of a declared schema")
    return content
