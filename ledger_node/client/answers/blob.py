"""Stored documents."""

from typing import TypedDict


class Blob(TypedDict):
    """A stored document: `digest` is its sha-256, `cid` the address of the same bytes, `size` in bytes."""

    digest: str
    cid: str
    size: int
