"""`medledger api-key`: keys to the API of the node whose store this is, which may run meanwhile."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.node import NODE_TOML, Config
from ledger_node.cli.output import fields, table
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField, NotFound

if TYPE_CHECKING:
    from ledger_node.ports import ApiKey

app = typer.Typer()
LONGEST_LABEL = 64

Shown = dict[str, str | list[str] | None]


@command(app)
def make(
    session: Session,
    label: Annotated[
        str, typer.Argument(metavar="LABEL", help="Which program or desk has it, never a person.", show_default=False)
    ],
    role: Annotated[str, typer.Option(metavar="ROLE", help="steward, publisher, auditor or operator.")],
    reach: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="WORD", help="Only this of the role: read, a noun, NOUN:read; repeat it."),
    ] = None,
    expires: Annotated[str, typer.Option(metavar="TIME", help="RFC 3339, a date, or a span from now.")] = "365d",
    config: Config = NODE_TOML,
) -> None:
    """Make a key and show it, once."""
    from ledger_node.cli.keeping import api_keys

    if not (0 < len(label) <= LONGEST_LABEL and label.isprintable()):
        raise InvalidField(
            "LABEL cannot be used", got=f"{len(label)} characters", needed=f"1 to {LONGEST_LABEL} that can be printed"
        )
    end = int(reading.future(expires, "--expires").timestamp())
    words = sorted(set(reach or ()))
    _require_known(role, words)
    key = f"mlk_{secrets.token_urlsafe(32)}"
    with api_keys(config) as keys:
        made = keys.add(key, role, label, words, int(time.time()), end)
    session.output.show(
        {"key": key, **_shown(made)},
        lambda: fields([("key", key), *((name, value) for name, value in _shown(made).items() if value)]),
    )
    session.output.say("the key is shown this once; the node keeps only its sha-256")


@command(app, "list")
def list_(session: Session, config: Config = NODE_TOML) -> None:
    """All keys, without themselves: role, reach, end, last use."""
    from ledger_node.cli.keeping import api_keys

    with api_keys(config) as keys:
        found = [_shown(one) for one in keys.list_all()]
    session.output.show(
        {"items": found},
        lambda: [table(("id", "label", "role", "reach", "state", "until", "last used"), map(_row, found))],
    )


@command(app)
def revoke(
    session: Session,
    id_: Annotated[str, typer.Argument(metavar="ID", help="As 'api-key list' shows it.", show_default=False)],
    config: Config = NODE_TOML,
) -> None:
    """End a key for ever, from the next request on; also one of the configured file."""
    from ledger_node.cli.keeping import api_keys
    from ledger_node.ports import ID_DIGITS

    if len(id_) != ID_DIGITS or not set(id_) <= set("0123456789abcdef"):
        raise InvalidField("ID is not one of a key", got=f"{len(id_)} characters", needed=f"{ID_DIGITS} hex digits")
    with api_keys(config) as keys:
        revoked = keys.revoke(id_, int(time.time()))
    if revoked is None:
        raise NotFound("the store has no such key", needed="an id of: medledger api-key list")
    session.output.show(_shown(revoked), lambda: fields(list(_shown(revoked).items())))


def _require_known(role: str, reach: list[str]) -> None:
    """InvalidField for a role or a word of a reach that the API does not know."""
    from registry_api.auth import READ, Role
    from registry_api.openapi import NOUNS

    if role not in set(Role):
        raise InvalidField("--role is not known", got=f"{len(role)} characters", needed=", ".join(Role))
    known = {READ, *NOUNS, *(f"{noun}:{READ}" for noun in NOUNS)}
    if not known.issuperset(reach):
        nouns = ", ".join(NOUNS)
        raise InvalidField(
            "--only has a word that is not known",
            got=f"{len(reach)} words",
            needed=f"{READ}, NOUN or NOUN:{READ}; nouns: {nouns}",
        )


def _shown(key: ApiKey) -> Shown:
    ended = key.expires_at is not None and key.expires_at <= time.time()
    return {
        "id": key.id,
        "label": key.label,
        "role": key.role,
        "reach": list(key.reach),
        "state": "revoked" if key.revoked_at else "expired" if ended else "valid",
        "madeAt": _time(key.made_at),
        "expiresAt": _time(key.expires_at),
        "lastUsedAt": _time(key.used_at),
    }


def _row(key: Shown) -> tuple[object, ...]:
    until, used = str(key["expiresAt"] or "")[:10], str(key["lastUsedAt"] or "")[:16]
    return key["id"], key["label"], key["role"], key["reach"] or "all", key["state"], until, used


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
