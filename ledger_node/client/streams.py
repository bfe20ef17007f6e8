"""Streams of records, and the heads of their trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Unpack

from ledger_node.client import answers
from ledger_node.client.inputs import AsOf, Json, Selected, digest, id_, selection
from ledger_node.client.noun import WAIT, Noun
from ledger_node.domain.codes import DeviceClass


class Streams(Noun):
    def list(
        self, *, custodian: int | None = None, limit: int = 50, cursor: str | None = None, **selected: Unpack[Selected]
    ) -> answers.Page[answers.Stream]:
        query = selection(selected, custodian=custodian, limit=limit, cursor=cursor)
        return self._http.page(answers.Stream, "/v1/streams", query)

    def all(self, *, custodian: int | None = None, **selected: Unpack[Selected]) -> Iterator[answers.Stream]:
        query = selection(selected, custodian=custodian)
        return self._http.all_of(answers.Stream, "/v1/streams", query)

    def get(self, stream: str, *, as_of: AsOf | None = None) -> answers.Stream:
        return self._http.get(answers.Stream, _path(stream), {"asOf": as_of})

    def anchors(self, stream: str, *, as_of: AsOf | None = None) -> Iterator[answers.Anchor]:
        """Every anchored head, oldest first."""
        return self._http.all_of(answers.Anchor, f"{_path(stream)}/anchors", {"asOf": as_of})

    def open(
        self, device_class: DeviceClass, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        return self._http.write("/v1/streams", {"deviceClass": device_class.name}, idempotency_key, wait)

    def anchor(
        self, stream: str, size: int, root: str, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Anchors a head: `size` leaves, a multiple of 128, under `root`."""
        return self._http.write(f"{_path(stream)}/anchors", _head(size, root), idempotency_key, wait)

    def anchor_all(
        self, heads: Sequence[tuple[str, int, str]], *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Anchors up to 100 heads (stream, size, root) in their order: all or none."""
        body: Json = {
            "anchors": [{"stream": id_(stream, "stream"), **_head(size, root)} for stream, size, root in heads]
        }
        return self._http.write("/v1/anchors", body, idempotency_key, wait)


def _path(stream: str) -> str:
    return f"/v1/streams/{id_(stream, 'stream')}"


def _head(size: int, root: str) -> Json:
    return {"size": size, "root": digest(root, "tree")}
