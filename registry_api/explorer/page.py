"""What all pages share: how a template becomes an answer, and how a problem becomes a page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from ledger_node import __version__
from ledger_node.errors import FormRefused, LookupFailure, MedLedgerError, Unauthenticated
from registry_api import auth, problems
from registry_api.explorer import forms, languages, visitor
from registry_api.explorer.known import KNOWN
from registry_api.explorer.markup import cell_of, id_of, time_of
from registry_api.explorer.recorded import record
from registry_api.explorer.standing import standing, told
from registry_api.explorer.text import apart, epsilon, pretty, short
from registry_api.explorer.visitor import visitor_of
from registry_api.headers import PAGES
from registry_api.validation import error_of

if TYPE_CHECKING:
    from ledger_node.bootstrap import Node
    from registry_api.selecting import Selection


def _templates(language: str) -> Environment:
    """Macros have the language's texts too, as `t`, however they are imported."""
    found = Environment(
        loader=PackageLoader("registry_api.explorer"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {one.__name__: one for one in (apart, epsilon, pretty, short)}
    t = languages.Texts(language)
    found.globals |= {
        "t": t,
        "standing": standing,
        "told": partial(told, t=t),
        "software": __version__,
        "new_once": forms.new_once,
        "is_wrong": forms.is_wrong,
        "cell_of": cell_of,
        "id_of": id_of,
        "time_of": time_of,
        "may_do": auth.MAY,
        "known": KNOWN,
        "form_refused": FormRefused.code,
        "unchanging": cache(lambda name: Markup(found.get_template(name).render())),  # noqa: S704  # as it was rendered
    }
    return found


TEMPLATES = {tag: _templates(tag) for tag in languages.NAMES}


#: With these in its query a page is as of one block.
PINNED = ("asOf", "cursor")
#: Blocks that are told again, since the page was read a little before it says where it stands.
OVERLAP = 2


class Page(APIRoute):
    """A route whose problems are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            _leave_out_blanks(request)
            try:
                await visitor.meet(request)
                response = await handle(request)
                await record(request, self.path, response)
            except RequestValidationError as error:
                response = await trouble(request, error_of(error.errors()))
            except Unauthenticated as error:
                asks = request.method == "GET"
                response = (
                    on_to(f"/sign-in?{urlencode({'next': _here(request)})}") if asks else await trouble(request, error)
                )
            except MedLedgerError as error:
                response = await trouble(request, error)
            visitor.remember(request, response)
            return response

        return shown


def router() -> APIRouter:
    """For the pages of one module."""
    return APIRouter(route_class=Page, include_in_schema=False)


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the visitor's language. It may read the store: call it where a thread may wait."""
    who = visitor_of(request)
    query, as_of = partial(_query, request), _as_of(request)
    about = {
        "languages": [(tag, name, query(**{languages.CHOICE: tag})) for tag, name in languages.NAMES.items()],
        "query": query,
        "asked": request.query_params,
        "as_of": as_of,
        "at": f"?{urlencode({'asOf': as_of})}" if as_of else "",
        "here": _here(request),
        "ours": _organisation(request.app.state.node),
        "after": _after(request) if status == 200 else None,
        "session": who.session,
        "may": lambda noun, act: who.session is not None and auth.may(who.session.caller, noun, act),
    }
    return HTMLResponse(TEMPLATES[who.language].get_template(template).render(about | values), status, headers=PAGES)


def texts_of(request: Request) -> languages.Texts:
    return languages.Texts(visitor_of(request).language)


def newest_first(request: Request, window: Selection) -> None:
    """Lists of pages begin with the newest unless asked otherwise."""
    if window.after is None and "order" not in request.query_params:
        window.newest = True


def on_to(path: str) -> RedirectResponse:
    """To another page of this node, by GET."""
    return RedirectResponse(forms.own_path(path), 303)


async def lost(request: Request, error: MedLedgerError, status: int | None = None) -> Response:
    """The problem of what no page was asked for: a path that no route has, another method, too large a form."""
    with suppress(MedLedgerError):
        await visitor.meet(request)
    return await trouble(request, error, status)


async def trouble(request: Request, error: MedLedgerError, status: int | None = None) -> Response:
    """`status` stands in for the table where HTTP itself has a better one."""
    missing, said = isinstance(error, LookupFailure), status or problems.status_of(type(error))
    return await to_thread.run_sync(lambda: render(request, "trouble.html", said, error=error, missing=missing))


def _leave_out_blanks(request: Request) -> None:
    """A field of a filter that is left empty asks for nothing."""
    query = request.scope["query_string"].decode("latin-1")
    request.scope["query_string"] = urlencode(parse_qsl(query)).encode()


def _here(request: Request) -> str:
    url = request.url
    return forms.own_path(url.path + (f"?{url.query}" if url.query else ""))


def _query(request: Request, **changed: str) -> str:
    """The page's own query with something changed: `?text=ct&cursor=…`. A cursor carries its block, so that it stands
    without a time, which is another way to say it."""
    found = {**request.query_params, **changed}
    if "cursor" in found:
        found.pop("asOf", None)
    return f"?{urlencode(found)}"


def _as_of(request: Request) -> str:
    """What the page is as of, for what it leads to: as it was asked for, or the block of its cursor. Empty for now."""
    view = getattr(request.state, "view", None)
    if "cursor" in request.query_params and view is not None and view.known_block is not None:
        return str(view.known_block)
    return request.query_params.get("asOf", "")


def _after(request: Request) -> int | None:
    """The block after which what is new may change the page; None for a page that does not move: one as of a block that
    was asked for, and what a form was answered."""
    if request.method != "GET" or not request.query_params.keys().isdisjoint(PINNED):
        return None
    with suppress(MedLedgerError):
        at = request.app.state.node.index.checkpoint()
        return max(0, at.number - OVERLAP) if at else 0
    return None


def _organisation(node: Node) -> str:
    """Whose node this is; by its number while the store does not tell its name."""
    with suppress(MedLedgerError):
        if name := node.status.name():
            return name
    return f"organisation {node.identity.organisation}"
