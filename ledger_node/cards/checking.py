"""A card against the schema that it declares. Errors tell the position and the rule, never a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ledger_node.cards.schemas import SCHEMAS, Kind, Named, schema_of
from ledger_node.described import described
from ledger_node.errors import InvalidDocument

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

MOST_FIELDS = 20  # named in one error
#: Rules whose content is the schema's alone. Others' may repeat what came.
SPEAKS_OF_THE_RULE = frozenset(
    {
        "const",
        "enum",
        "format",
        "maximum",
        "maxItems",
        "maxLength",
        "minimum",
        "minItems",
        "minLength",
        "pattern",
        "type",
    }
)
_FORMAT = re.compile(r"medledger-([a-z-]+)/([0-9]{1,6})")
_KINDS: dict[str, Kind] = {one.kind: one.kind for one in SCHEMAS}


def declared(card: Mapping[str, Any]) -> tuple[Kind, int] | None:
    """The kind and version that a card's `format` names; None for a document that is no card of ours."""
    named = card.get("format")
    found = _FORMAT.fullmatch(named) if isinstance(named, str) else None
    return (_KINDS[found[1]], int(found[2])) if found is not None and found[1] in _KINDS else None


def require_card(kind: Kind, card: Mapping[str, Any], where: str = "card") -> None:
    """InvalidDocument unless the card is untyped, or of this kind, of a version known here, and keeps to its schema.

    `where` is the card's own place in what was sent: `body.card`.
    """
    said = declared(card)
    if said is None:
        return
    known = [one for one in SCHEMAS if one.kind == kind]
    if said not in known:
        raise InvalidDocument(
            "the card declares a schema that is not known here"
            if said[0] == kind
            else "the card is one of another kind of thing",
            got=f"{said[0]}, version {said[1]}",
            needed=" or ".join(one.format for one in known),
            field=f"{where}.format",
        )
    faults = sorted(_validator(Named(kind, said[1])).iter_errors(dict(card)), key=_position)
    if faults:
        first = faults[0]
        raise InvalidDocument(
            f"the card does not keep to {Named(kind, said[1]).format}",
            got=_got(first),
            needed=_rule(first),
            field=_place(where, first),
            fields=list(dict.fromkeys(_place(where, one) for one in faults))[:MOST_FIELDS],
        )


def require_declared(card: Mapping[str, Any], where: str = "card") -> None:
    """As `require_card`, whichever kind the card says it is of."""
    said = declared(card)
    if said is not None:
        require_card(said[0], card, where)


@cache
def _validator(named: Named) -> Draft202012Validator:
    import jsonschema_rs

    resources = [(schema["$id"], schema) for schema in map(schema_of, SCHEMAS)]
    return jsonschema_rs.Draft202012Validator(
        schema_of(named), registry=jsonschema_rs.Registry(resources), validate_formats=True, offline=True
    )


def _position(fault: ValidationError) -> list[tuple[bool, int, str]]:
    return [(isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in _path(fault)] + [
        (True, 0, fault.kind.name)
    ]


def _path(fault: ValidationError) -> list[str | int]:
    """Where the fault is; for what is missing, where it would be. The names are the schema's own: of what a schema
    does not name, nothing is looked into."""
    missing = [str(fault.kind.value)] if fault.kind.name == "required" else []
    return [*fault.instance_path, *missing]


def _place(where: str, fault: ValidationError) -> str:
    return where + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in _path(fault))


def _got(fault: ValidationError) -> str:
    if fault.kind.name == "required":
        return "nothing"
    if fault.kind.name == "additionalProperties":
        return "a field that the schema does not name"
    return described(fault.instance)


def _rule(fault: ValidationError) -> str:
    """The schema's own words."""
    rule = fault.kind.name
    if rule == "required":
        return "a value"
    return f"{rule}: {fault.kind.value}" if rule in SPEAKS_OF_THE_RULE else f"what the schema's `{rule}` demands"
