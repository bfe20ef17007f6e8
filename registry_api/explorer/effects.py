"""What leans on a dataset or a consent, and so would be affected."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import HTMLResponse

from ledger_node.domain.lineage import Affected
from registry_api.explorer.diagram.asking import Subject, picture_of
from registry_api.explorer.page import render, texts_of
from registry_api.reading import View, Window
from registry_api.routes.impact import affected
from registry_api.schemas import lineage
from registry_api.schemas.model import ModelVersionFacts
from registry_api.showing.models import show_model_versions


@dataclass(frozen=True, slots=True)
class Reached:
    """One page of the ways to model versions downstream. `versions` are theirs, by id; `count` is how many versions
    there are on all pages, `tainted` how many of them are."""

    ways: list[lineage.Affected]
    versions: dict[str, ModelVersionFacts]
    next: str | None
    count: int
    tainted: int


def reached(window: Window, found: list[Affected]) -> Reached:
    """Of what the way downwards found."""
    page = affected(window, found)
    versions = window.node.index.model_versions_by_id({one.version for one in page.items}, window.block)
    return Reached(
        ways=page.items,
        versions={one.id: one for one in show_model_versions(window, list(versions.values()))},
        next=page.next,
        count=len({one.version for one in found}),
        tainted=len({one.version for one in found if one.tainted}),
    )


def leaning(view: View, found: list[Affected]) -> list[ModelVersionFacts]:
    """The model versions downstream, each once, the newest first."""
    versions = view.node.index.model_versions_by_id({one.version for one in found}, view.block)
    return show_model_versions(view, sorted(versions.values(), key=lambda one: one.at, reverse=True))


def show_impact(
    request: Request,
    window: Window,
    kind: str,
    id_: str,
    whose: str,
    found: list[Affected],
    subject: Subject | None = None,
) -> HTMLResponse:
    """The page of what leans on a thing of `whose`; with a picture around it where there is a `subject`."""
    return render(
        request,
        "impact.html",
        kind=kind,
        page=f"/{kind}s/{id_}",
        id_=id_,
        whose=whose,
        reached=reached(window, found),
        view=window,
        picture=subject and picture_of(window, subject, texts_of(request)),
    )
