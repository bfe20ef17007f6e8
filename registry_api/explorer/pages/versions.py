"""The dossier of a model version: where it came from, what became of it, and what blocks its release."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from anyio import from_thread, to_thread
from fastapi import Request, Response
from starlette.responses import HTMLResponse

from registry_api.explorer import cards, forms, views
from registry_api.explorer.acting import Answer
from registry_api.explorer.blocking import blocking
from registry_api.explorer.page import router, texts_of
from registry_api.explorer.picture import draw
from registry_api.explorer.sending import render_form, send
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf, in_moment
from registry_api.routes.parts import Id
from registry_api.schemas.base import rfc3339
from registry_api.schemas.model import ModelVersionFacts
from registry_api.svg import Picture

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node

routes = router()
LIFE = ("PUBLISHED", "RELEASED", "DEPRECATED", "WITHDRAWN")
#: What its publisher can do with a version: the API's path below it, and the body.
STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "release": ("release", {"forSale": False}),
    "sell": ("release", {"forSale": True}),
    "deprecate": ("deprecate", {}),
    "withdraw": ("withdraw", {}),
}


@routes.get("/versions/{version}")
async def show_version(request: Request, node: NodeOf, view: ViewOf, version: Id) -> Response:
    return await _dossier(request, node, view, version)


@routes.post("/versions/{version}")
async def take_step(request: Request, node: NodeOf, view: ViewOf, version: Id) -> Response:
    form = await forms.read_form(request)
    path, body = STEPS.get(form.get("step", ""), ("release", {}))
    return await send(
        request,
        form,
        f"/v1/versions/{version}/{path}",
        lambda: body,
        lambda answer: from_thread.run(_dossier, request, node, view, version, answer),
        f"/versions/{version}",
    )


@routes.get("/versions/{version}/lineage.svg")
def show_lineage_picture(request: Request, node: NodeOf, view: ViewOf, version: Id) -> Response:
    return Picture(draw(node.lineages.lineage(version, view.block), texts_of(request)))


async def _dossier(
    request: Request, node: Node, view: View, version: str, refused: Answer | None = None
) -> HTMLResponse:
    """Read in one moment of the index, then with what the store of documents has, which may take its time."""

    def read() -> dict[str, Any]:
        lineage = node.lineages.lineage(version, view.block)
        found = views.origin(node, view, lineage)
        blocked = blocking(node, view, lineage, now="asOf" not in request.query_params)
        return {"origin": found, "one": found.subject, "blocked": blocked, "now": rfc3339(view.time)}

    found = await in_moment(view, read)
    one: ModelVersionFacts = found["one"]
    ours = one.publisher.number == node.identity.organisation
    card = await to_thread.run_sync(cards.read_card, node, "model-card", one.card_digest, one.publisher.number, version)
    shown = partial(
        render_form,
        request,
        "version.html",
        refused,
        **found,
        card=card,
        life=LIFE,
        offered=_offered(one.lifecycle, for_sale=one.for_sale) if ours else [],
        steps={step.lifecycle: step for step in one.steps},
        view=view,
    )
    return await to_thread.run_sync(shown, limiter=view.lane)


def _offered(lifecycle: str, *, for_sale: bool) -> list[str]:
    """The steps that the life of a version still has before it."""
    if lifecycle == "WITHDRAWN":
        return []
    if lifecycle == "DEPRECATED":
        return ["withdraw"]
    first = ["release", "sell"] if lifecycle == "PUBLISHED" else [] if for_sale else ["sell"]
    return [*first, "deprecate", "withdraw"]
