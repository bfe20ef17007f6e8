"""Streams of records, and the heads of their trees."""

from __future__ import annotations

from collections.abc import Iterator

from ledger_node.client import answers
from ledger_node.client.inputs import Json, digest, id_
from ledger_node.client.noun import WAIT, Noun


class Streams(Noun):
    def list(
        self, *, as_of: int | None = None, limit: int = 50, cursor: str | None = None
    ) -> answers.Page[answers.Stream]:
        return self._http.page(answers.Stream, "/v1/streams", {"asOf": as_of, "limit": limit, "cursor": cursor})

    def all(self, *, as_of: int | None = None) -> Iterator[answers.Stream]:
        return self._http.all_of(answers.Stream, "/v1/streams", {"asOf": as_of})

    def open(self, *, idempotency_key: str | None = None, wait: int = WAIT) -> answers.Submission:
        return self._http.write("/v1/streams", {}, idempotency_key, wait)

    def anchor(
        self, stream: str, size: int, root: str, *, idempotency_key: str | None = None, wait: int = WAIT
    ) -> answers.Submission:
        """Anchors a head: `size` leaves under `root`."""
        body: Json = {"size": size, "root": digest(root, "tree")}
        return self._http.write(f"/v1/streams/{id_(stream, 'stream')}/anchors", body, idempotency_key, wait)
