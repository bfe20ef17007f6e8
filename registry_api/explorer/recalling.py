"""What the pages show of recalls: the notice, whom it reaches, who has read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger_node.domain.codes import OrganisationStatus
from ledger_node.domain.recall import Recall
from ledger_node.ports import Page
from registry_api.explorer.cards import title_of
from registry_api.reading import View
from registry_api.schemas.base import Organisation
from registry_api.schemas.model import ModelVersionFacts
from registry_api.schemas.recall import Acknowledgement, RecallFacts
from registry_api.showing.models import show_model_versions, show_recall

EVERYBODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A recall in a list; `title` is its notice's, empty when that is not at hand, `waiting` counts who has not
    acknowledged it."""

    facts: RecallFacts
    number: int
    title: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A member that a recall is for, and when it acknowledged it."""

    organisation: Organisation
    read: Acknowledgement | None


def listed(view: View, found: Sequence[Recall]) -> list[Listed]:
    versions = view.node.index.model_versions_by_id({one.version for one in found}, view.block)
    members = _members(view)
    shown = [(one, show_recall(view, one)) for one in found]
    return [
        Listed(
            facts,
            versions[one.version].number,
            title_of(view.node, one.notice_digest),
            sum(reader.read is None for reader in _readers(facts, members)),
        )
        for one, facts in shown
    ]


def readers(view: View, recall: RecallFacts) -> list[Reader]:
    """Everybody but who issued it; who has not acknowledged it first. Former members only where they have."""
    return sorted(_readers(recall, _members(view)), key=lambda one: (one.read is not None, one.organisation.number))


def affected(view: View, version: str) -> list[ModelVersionFacts]:
    """The versions that were made from one, the oldest first."""
    below = {link.child for link in view.node.index.links_below([version], view.block)} - {version}
    found = view.node.index.model_versions_by_id(below, view.block)
    return show_model_versions(view, sorted(found.values(), key=lambda one: one.at))


def _members(view: View) -> list[Organisation]:
    found = view.node.register.list_organisations(Page(view.block, EVERYBODY))
    return [
        Organisation(number=one.number, name=one.name) for one in found if one.voted is not OrganisationStatus.REMOVED
    ]


def _readers(recall: RecallFacts, members: Iterable[Organisation]) -> list[Reader]:
    read = {one.organisation.number: one for one in recall.acknowledgements}
    asked = {one.number: one for one in members if one.number != recall.issuer.number}
    known = asked | {one.organisation.number: one.organisation for one in recall.acknowledgements}
    return [Reader(one, read.get(number)) for number, one in known.items()]
