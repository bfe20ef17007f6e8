"""Who looks at the ledger as of a date goes on as of that date, wherever a page leads."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.testclient import TestClient

from registry_api.rates import Rates

from .story import HEAD, world_of_all
from .test_explorer import Outline
from .test_pages_hostile import paths
from .test_sign_in import TLS

FACTS = re.compile(
    r"/(models|versions|runs|datasets|consents|requests|recalls|organisations|keys|proposals|consortium)\b"
)
#: What is done is done now.
ACTS = re.compile(r"/(new|publish|import|recall|suspend|reinstate|revoke)\b")


def test_links_keep_the_date(application: FastAPI) -> None:
    of = world_of_all()
    application.state.node, application.state.tries = of.node, Rates()
    stranger = TestClient(application, base_url=TLS, follow_redirects=False)
    followed, lost = 0, []
    for path in paths(of):
        answer = stranger.get(path, params={"asOf": HEAD}, headers={"Accept": "text/html"})
        shown = re.search(r"<main.*</main>", answer.text, re.DOTALL)
        assert answer.status_code < 500, path
        if answer.status_code != 200 or ACTS.search(path) or shown is None:
            continue
        for link in Outline(shown[0]).of("a"):
            href = link.get("href") or ""
            if FACTS.match(href) and not ACTS.search(href):
                lost += [(path, href)] if f"asOf={HEAD}" not in href else []
                followed += 1
    assert not lost
    assert followed > 100
