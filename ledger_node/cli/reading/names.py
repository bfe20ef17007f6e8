"""Names of code lists and of organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import IntEnum, IntFlag, StrEnum
from typing import TYPE_CHECKING, TypeVar, cast

from ledger_node.domain.codes import Operation, Purpose
from ledger_node.errors import InvalidField, InvalidPurpose, UnknownGrantee

if TYPE_CHECKING:
    from ledger_node.client import Client

Enumeration = TypeVar("Enumeration", bound=IntEnum | IntFlag | StrEnum)
Mask = TypeVar("Mask", bound=IntFlag)


def name(kind: type[Enumeration], text: str, option: str) -> Enumeration:
    """A member by its name, in any case. InvalidPurpose or InvalidField lists the names and the nearest."""
    known = [member.name for member in kind if member.name]
    wanted = text.strip().upper().replace("-", "_")
    if wanted in known:
        return cast(Enumeration, kind[wanted])
    error = InvalidPurpose if kind in (Purpose, Operation) else InvalidField
    nearest = get_close_matches(wanted, known, n=1, cutoff=0.5)
    got = f"a word of {len(text)} characters" + (f", nearest to {nearest[0]}" if nearest else "")
    raise error(f"{option} is not in the list", got=got, needed=", ".join(known))


def names(kind: type[Mask], texts: Iterable[str] | None, option: str) -> Mask:
    """The mask of all that is named; empty when nothing is."""
    mask = kind(0)
    for text in texts or ():
        mask |= name(kind, text, option)
    return mask


def complete(kind: type[IntEnum] | type[IntFlag]) -> Callable[[str], list[str]]:
    """Completion for a shell."""

    def matching(incomplete: str) -> list[str]:
        return [member.name for member in kind if member.name and member.name.startswith(incomplete.upper())]

    return matching


def organisation(node: Client, text: str, option: str) -> int:
    """A number as it is, or the number of the member with exactly this name. UnknownGrantee names the members."""
    if text.isdecimal():
        return int(text)
    members = [(member["number"], member["name"]) for member in node.organisations.all()]
    found = [number for number, called in members if called == text]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidField(f"{option} is not one organisation", got=f"{len(found)} of this name", needed="a number")
    some = "; ".join(f"{number} {called}" for number, called in members[:8])
    raise UnknownGrantee(
        f"{option} is not a member of the consortium",
        got=f"a name of {len(text)} characters",
        needed=f"a number or an exact name: {some}" + (" …" if len(members) > 8 else ""),
    )
