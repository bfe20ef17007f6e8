"""What a handler's work is done in: one moment of the index, and one thread until the answer is bytes.

Python runs one thread at a time, and every call of a database driver hands that right to another thread and must get it
back. On SQLite many reads at once are therefore answered later, each of them, than the same reads one after the other:
what only reads the store goes there through one lane. What may wait for something else (the chain, a document, a disk)
does not: the lane must never stand still.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial, wraps
from typing import Any, get_args

from anyio import to_thread
from starlette.responses import Response

from ledger_node.errors import InvalidField
from registry_api.reading import View
from registry_api.schemas.base import Answer, Listing, Stamped


def answering(handler: Callable[..., Any], status: int | None) -> Callable[..., Any]:
    """The handler, with every view that it is given open, and a model that it returns written out. The framework would
    check once more what the model has checked, and write it in the thread that all requests share."""

    def answer(views: list[View], given: dict[str, Any]) -> Any:
        with ExitStack() as open_:
            for view in views:
                open_.enter_context(view)
            found = handler(**given)
        if isinstance(found, Answer):
            content = found.model_dump_json(by_alias=True, include=_included(found, views))
            response: Any = Response(content, status or 200, media_type="application/json")
        elif views and views[0].fields is not None:
            raise InvalidField("this answer has no fields", needed="no fields", field="query.fields")
        else:
            response = found
        response.as_of_block = views[0].block if views else getattr(found, "as_of_block", None)  # for the record
        return response

    @wraps(handler)
    async def answered(**given: Any) -> Any:
        views = [one for one in given.values() if isinstance(one, View)]
        lane = views[0].lane if views else None
        return await to_thread.run_sync(partial(answer, views, given), limiter=lane)

    return answered


def _included(found: Answer, views: list[View]) -> Any:
    """What the reader wants of an answer, beside what every answer and every page says of itself; None for all."""
    wanted = views[0].fields if views else None
    if wanted is None:
        return None
    listed = isinstance(found, Listing)
    shape = get_args(type(found).model_fields["items"].annotation)[0] if listed else type(found)
    names = {field.serialization_alias or field.alias or name: name for name, field in shape.model_fields.items()}
    if not names.keys() >= set(wanted):
        raise InvalidField(
            "a field is not known here", got=f"{len(wanted)} fields", needed=", ".join(names), field="query.fields"
        )
    chosen = {names[name] for name in wanted}
    own = {*Stamped.model_fields, *(type(found).model_fields.keys() - {"items"} if listed else ())}
    return dict.fromkeys(own, True) | ({"items": {"__all__": chosen}} if listed else dict.fromkeys(chosen, True))
