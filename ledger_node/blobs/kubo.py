"""Kubo, through its RPC by ipfshttpclient (docs/adr/0003: why it is an adapter, and what is worked around)."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ledger_node.errors import BlobCorrupt, BlobStoreUnreachable, UnknownDocument
from ledger_node.proof.cid import cid_of

with warnings.catch_warnings():
    # The library is unmaintained and imports what urllib3 2 and setuptools deprecate.
    warnings.simplefilter("ignore")
    import ipfshttpclient
    from ipfshttpclient import exceptions


class KuboBlobs:
    """`Client()` and not `connect()`: the latter refuses every daemon of this decade by its version number.

    `timeout` is in seconds and bounds every call: Kubo itself would look for an absent block without end.
    """

    def __init__(self, address: str, timeout: float) -> None:
        self._client: Any = ipfshttpclient.Client(address, timeout=timeout, session=True)

    def put(self, content: bytes) -> str:
        # `add` with a file, since `add_bytes` makes CIDv0.
        with _translated():
            answer = self._client.add(io.BytesIO(content), cid_version=1, raw_leaves=True, pin=True)
        cid = str(answer["Hash"])
        if cid != cid_of(content):
            raise BlobCorrupt("Kubo named the document differently", needed="the CID that the bytes give")
        return cid

    def get(self, cid: str) -> bytes:
        with _translated():
            content = bytes(self._client.block.get(cid))
        if cid_of(content) != cid:
            raise BlobCorrupt("the bytes do not match their pointer", got=f"{len(content)} bytes")
        return content

    def has(self, cid: str) -> bool:
        try:
            with _translated():
                self._client.pin.ls(cid)
        except UnknownDocument:
            return False
        return True

    def health(self) -> str:
        try:
            with _translated():
                self._client.version()
        except BlobStoreUnreachable:
            return "unreachable"
        return "ok"

    def close(self) -> None:
        self._client.close()


@contextmanager
def _translated() -> Iterator[None]:
    """The library's errors as ours."""
    try:
        yield
    except (exceptions.TimeoutError, exceptions.ErrorResponse):
        raise UnknownDocument(
            "nobody in the swarm gave the document in time", needed="a node that pins it, connected to this one"
        ) from None
    except exceptions.Error:
        raise BlobStoreUnreachable(
            "Kubo does not answer", needed="a running daemon at the configured address"
        ) from None
