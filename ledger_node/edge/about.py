"""What only people know of a dataset version: its origin, its composition, its legal grounds, its custodian's office.

The steward writes it into a file; it becomes part of the public card, word by word, and nothing checks it but the
card's schema. What the ledger shows of it later is `asserted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ledger_node.errors import InvalidField
from ledger_node.proof.strict_json import Json

About = Mapping[str, Json]

#: Fields of the card (`dataset-card` among the schemas) that a steward fills.
FIELDS = ("origin", "composition", "legal", "custodian")
NOTHING: About = MappingProxyType({})
#: Where Croissant's RAI vocabulary has a term for what a field says.
_TERMS = {
    "rai:dataCollection": ("origin", "source"),
    "rai:dataAnnotationProtocol": ("origin", "labelling"),
    "rai:dataBiases": ("composition", "biasAnalysis"),
}


def require_about(said: About) -> None:
    """InvalidField for what is no field of a steward's. The schema looks at the rest when the card is written."""
    if not said.keys() <= set(FIELDS):
        raise InvalidField(
            "the statements have a field that the card does not take from people",
            got=f"{len(said.keys() - set(FIELDS))} such fields",
            needed=", ".join(FIELDS),
        )


def about_of(card: Mapping[str, Json]) -> dict[str, Json]:
    """What a card says in a steward's words."""
    return {name: card[name] for name in FIELDS if name in card}


def responsible_ai(said: About) -> dict[str, Json]:
    """The same in terms of the RAI vocabulary, as far as it has them."""
    found: dict[str, Json] = {}
    for term, (field, part) in _TERMS.items():
        section = said.get(field)
        if isinstance(section, dict) and part in section:
            found[term] = section[part]
    return found
