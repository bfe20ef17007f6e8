"""Kubo, through its RPC by ipfshttpclient (docs/adr/0003: why it is an adapter, and what is worked around)."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ledger_node.blobs.bounded import SWEEP, Bounded
from ledger_node.errors import BlobCorrupt, BlobStoreUnreachable, UnknownDocument
from ledger_node.ports import Held
from ledger_node.proof.cid import cid_of

with warnings.catch_warnings():
    # The library is unmaintained and imports what urllib3 2 and setuptools deprecate.
    warnings.simplefilter("ignore")
    import ipfshttpclient
    from ipfshttpclient import exceptions


class KuboBlobs:
    """`Client()` and not `connect()`: the latter refuses every daemon of this decade by its version number.

    `timeout` is in seconds and bounds every call, from its first byte to its last: Kubo itself would look for an absent
    block without end.
    """

    is_local = False

    def __init__(self, address: str, timeout: float) -> None:
        self._client: Any = ipfshttpclient.Client(address, timeout=timeout, session=True)
        session = self._client._client._session
        for prefix, adapter in list(session.adapters.items()):
            session.mount(prefix, Bounded(adapter, timeout))

    def put(self, content: bytes) -> str:
        # `add` with a file, since `add_bytes` makes CIDv0.
        with _translated():
            answer = self._client.add(io.BytesIO(content), cid_version=1, raw_leaves=True, pin=True)
        cid = str(answer["Hash"])
        if cid != cid_of(content):
            raise BlobCorrupt("Kubo named the document differently", needed="the CID that the bytes give")
        return cid

    def get(self, cid: str) -> bytes:
        with _translated(), _asked_for():
            content = bytes(self._client.block.get(cid))
        if cid_of(content) != cid:
            raise BlobCorrupt("the bytes do not match their pointer", got=f"{len(content)} bytes")
        return content

    def has(self, cid: str) -> bool:
        try:
            with _translated(), _asked_for():
                self._client.pin.ls(cid)
        except UnknownDocument:
            return False
        return True

    def held(self) -> Iterator[Held]:
        """Kubo remembers neither when it pinned something nor how large that is."""
        with _translated():
            pinned = self._client.pin.ls(type="recursive")["Keys"]
        for cid in pinned:
            yield Held(str(cid), None, None)

    def remove(self, unwanted: Sequence[Held]) -> None:
        for one in unwanted:
            with _translated(), suppress(exceptions.ErrorResponse):  # not pinned: as wanted
                self._client.pin.rm(one.cid)
        with _translated():
            self._client.repo.gc(quiet=True, timeout=SWEEP)

    def health(self) -> str:
        try:
            with _translated():
                self._client.version()
        except (BlobStoreUnreachable, BlobCorrupt):
            return "unreachable"
        return "ok"

    def close(self) -> None:
        self._client.close()


@contextmanager
def _translated() -> Iterator[None]:
    """The library's errors as ours."""
    try:
        yield
    except exceptions.Error as error:
        raise BlobStoreUnreachable(
            "Kubo does not answer as it should",
            got=type(error).__name__,
            needed="a running daemon at the configured address",
        ) from None


@contextmanager
def _asked_for() -> Iterator[None]:
    """Of one document: what Kubo refuses or looks for without end is not there."""
    try:
        yield
    except (exceptions.TimeoutError, exceptions.ErrorResponse):
        raise UnknownDocument(
            "nobody in the swarm gave the document in time", needed="a node that pins it, connected to this one"
        ) from None
