"""Files that a form of a page brings (multipart/form-data, RFC 7578), as browsers write them."""

from __future__ import annotations

import re

from fastapi import Request

from ledger_node.errors import FormRefused
from registry_api.explorer.forms import require_own_page

KIND = re.compile(r'multipart/form-data; *boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?')
#: The lines before a part's content. What a file is called on the sender's machine is nobody's affair here.
HEAD = re.compile(rb'\r\nContent-Disposition: form-data; name="([a-z]{1,20})"[^\r\n]*\r\n(?:[^\r\n]+\r\n){0,8}\r\n')
LONGEST_HEAD = 4_096  # bytes
MOST_PARTS = 8


async def read_files(request: Request) -> dict[str, bytes]:
    """The content of each part by its name. FormRefused for what another origin sent, and for what is no such form."""
    require_own_page(request)
    kind = KIND.fullmatch(request.headers.get("content-type", ""))
    found = _parts(await request.body(), b"\r\n--" + kind[1].encode()) if kind else None
    if found is None:
        raise FormRefused("the form cannot be read", needed="multipart/form-data, each part once")
    return found


def _parts(body: bytes, border: bytes) -> dict[str, bytes] | None:
    before, *parts = (b"\r\n" + body).split(border, MOST_PARTS + 1)
    if before or not parts or parts.pop() not in (b"--", b"--\r\n"):
        return None
    found = {}
    for part in parts:
        head = HEAD.match(part, 0, LONGEST_HEAD)
        if head is None or head[1].decode() in found:
            return None
        found[head[1].decode()] = part[head.end() :]
    return found
