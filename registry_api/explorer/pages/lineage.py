"""Where a model version came from and what builds on it, as a picture; and what is drawn of a dataset's or a consent's
impact."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse, JSONResponse

from registry_api.explorer.diagram import asking
from registry_api.explorer.page import render, router, texts_of
from registry_api.node import NodeOf
from registry_api.reading import View, ViewOf
from registry_api.routes.parts import Id
from registry_api.showing.models import show_model_version

routes = router()


@routes.get("/versions/{version}/lineage")
def show_lineage(request: Request, node: NodeOf, view: ViewOf, version: Id) -> HTMLResponse:
    subject = show_model_version(view, node.catalogue.get_model_version(version, view.block), [])
    picture = asking.picture_of(view, asking.of_version(view, version), texts_of(request))
    return render(request, "lineage.html", view=view, subject=subject, picture=picture)


@routes.get("/versions/{version}/lineage.json")
def read_lineage(request: Request, view: ViewOf, version: Id) -> JSONResponse:
    return _drawn(request, view, asking.of_version(view, version))


@routes.get("/datasets/{dataset}/impact.json")
def read_impact_of_dataset(request: Request, view: ViewOf, dataset: Id) -> JSONResponse:
    return _drawn(request, view, asking.of_dataset(view, dataset))


@routes.get("/consents/{consent}/impact.json")
def read_impact_of_consent(request: Request, view: ViewOf, consent: Id) -> JSONResponse:
    return _drawn(request, view, asking.of_consent(view, consent))


def _drawn(request: Request, view: View, subject: asking.Subject) -> JSONResponse:
    t = texts_of(request)
    return JSONResponse(asking.as_json(subject.drawn(view, t), t))
