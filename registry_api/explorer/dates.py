"""The day that a form asks about: forms know dates, the API moments."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import RedirectResponse

from registry_api.explorer.page import on_to

OnDate = Annotated[date | None, Query(alias="on")]


def at_end_of(request: Request, on: date) -> RedirectResponse:
    """To the same page as of the end of a day, in UTC."""
    return on_to(f"{request.url.path}?asOf={on}T23:59:59Z")
