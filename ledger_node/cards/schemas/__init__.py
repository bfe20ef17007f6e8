"""The packaged schemas. A published version never changes: what a card wants more comes with the next number."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

Kind = Literal["dataset-card", "run-card", "model-card", "organisation-card", "message"]


class Named(NamedTuple):
    """A schema by name and version."""

    kind: Kind
    version: int

    @property
    def format(self) -> str:
        """How a card names it: `medledger-run-card/1`."""
        return f"medledger-{self.kind}/{self.version}"


SCHEMAS: tuple[Named, ...] = (
    Named("dataset-card", 2),
    Named("run-card", 1),
    Named("model-card", 1),
    Named("organisation-card", 1),
    Named("message", 1),
)


@cache
def text_of(named: Named) -> str:
    return files(__package__).joinpath(f"{named.kind}-{named.version}.json").read_text(encoding="utf-8")


def schema_of(named: Named) -> dict[str, Any]:
    """The schema as a fresh object."""
    found: dict[str, Any] = json.loads(text_of(named))
    return found
