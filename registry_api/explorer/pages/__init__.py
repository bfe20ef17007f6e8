"""The pages, a module for each subject."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from registry_api.explorer.pages import (
    consent_acts,
    consent_new,
    consents,
    consortium,
    datasets,
    evidence,
    keys,
    lineage,
    live,
    models,
    node,
    overview,
    proposals,
    questions,
    reads,
    recalls,
    requests,
    runs,
    sign_in,
    submissions,
    suspensions,
    verify,
    versions,
)

SUBJECTS = (
    consent_acts,
    consent_new,
    consents,
    consortium,
    datasets,
    evidence,
    keys,
    lineage,
    live,
    models,
    node,
    overview,
    proposals,
    questions,
    reads,
    recalls,
    requests,
    runs,
    sign_in,
    submissions,
    suspensions,
    verify,
    versions,
)

#: Bytes that a form may bring, by its path, where that is more than elsewhere.
LARGER = {verify.PATH: verify.MOST}


def mount(app: FastAPI) -> None:
    app.state.live = live.broadcast()
    app.mount("/static", GZipMiddleware(StaticFiles(packages=[("registry_api.explorer", "static")]), compresslevel=6))
