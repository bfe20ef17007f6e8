"""Reads that their reader has already: an entity tag on every answer, and 304 when nothing is new (RFC 9110, 8.8.3 and
13.1.2)."""

from __future__ import annotations

import hashlib
import re

from fastapi import Request, Response

#: What differs from block to block while the facts stay: a tag is weak, and leaves it out.
_STAMP = re.compile(rb'"asOfBlock":([0-9]+),"indexLag":([0-9]+|null),?')
STAMP = ("As-Of-Block", "Index-Lag")
#: Kept by whoever asked, and shown again only when the node says that it still holds.
_CACHED = "private, no-cache"


def tagged(request: Request, response: Response) -> Response:
    """The answer with its entity tag, or 304 without a body when the request names that tag."""
    body = getattr(response, "body", b"")  # a stream has none
    if request.method != "GET" or response.status_code != 200 or not body:
        return response
    stamp = _STAMP.search(body)
    facts = body if stamp is None else body[: stamp.start()] + body[stamp.end() :]
    tag = f'W/"{hashlib.sha256(facts).hexdigest()[:32]}"'
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in (one.strip() for one in known.split(",")):
        response = Response(status_code=304)
        if stamp is not None:  # that nothing changed is said as of a block, too
            response.headers.update({name: stamp[n].decode() for n, name in enumerate(STAMP, start=1)})
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = _CACHED
    return response
