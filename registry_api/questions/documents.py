"""Public documents as an answer reads them: a fact for each place, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from registry_api.levels import How
from registry_api.questions.stating import Fact, Missing, Said, Source

#: What a fact on the chain names a document as.
Named = Literal["dataset-card", "run-card", "model-card", "message", "attestation"]
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document to read: who named it for which record, and as what."""

    digest: str
    kind: Named
    by: int
    record: str

    @property
    def key(self) -> tuple[str, str]:
        """The same bytes may be named as documents of several kinds."""
        return self.digest, self.kind


@dataclass(frozen=True, slots=True)
class Document:
    """`content` is None when nothing can be read of it, and `why` says why."""

    wanted: Wanted
    content: Mapping[str, Any] | None
    why: str = ""

    @property
    def level(self) -> How:
        """An attestation is a signed account of what its organisation did; a card is what somebody wrote."""
        return "attested" if self.wanted.kind == "attestation" else "asserted"

    def at(self, pointer: str) -> Any:
        """The value at a JSON pointer without escapes; ABSENT."""
        found: Any = self.content
        for part in pointer.split("/")[1:]:
            if isinstance(found, list) and part.isdecimal() and int(part) < len(found):
                found = found[int(part)]
            elif isinstance(found, Mapping) and part in found:
                found = found[part]
            else:
                return ABSENT
        return found

    def says(self, statement: str, pointer: str) -> Said:
        """One fact; missing when there is nothing, null or an empty list at the place."""
        yield self.fact(statement, self.at(pointer), pointer) if self.has(pointer) else self._missing(statement)

    def lists(self, statement: str, pointer: str) -> Said:
        """A fact for each of a list."""
        found = self.at(pointer)
        if not isinstance(found, list) or not found:
            yield self._missing(statement)
            return
        for place, one in enumerate(found):
            yield self.fact(statement, one, f"{pointer}/{place}")

    def has(self, pointer: str) -> bool:
        return self.at(pointer) not in (ABSENT, None, [], {}, "")

    def fact(self, statement: str, value: object, pointer: str) -> Fact:
        source = Source(record=self.wanted.record, document=self.wanted.digest, pointer=pointer)
        return Fact(statement, value, self.level, self.wanted.by, source)

    def _missing(self, statement: str) -> Missing:
        why = self.why or f"the {self.wanted.kind.replace('-', ' ')} does not say"
        return Missing(f"{statement}: {self.wanted.record}", why)
