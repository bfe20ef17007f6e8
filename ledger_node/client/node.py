"""The node itself: who it is, how it is, what to trust."""

from __future__ import annotations

from ledger_node.client import answers
from ledger_node.client.inputs import Json
from ledger_node.client.noun import Noun

CHECK_SECONDS = 3600.0  # a long chain is read again from its first block
FILL_SECONDS = 600.0  # some bundles, whose documents a swarm may be asked for


class Nodes(Noun):
    def get(self) -> answers.Node:
        """The organisation it serves, its chain, its contracts, and how far it has read."""
        return self._http.get(answers.Node, "/v1/node")

    def status(self) -> answers.NodeStatus:
        """What it writes, reads and keeps, and what keeps it from being ready."""
        return self._http.get(answers.NodeStatus, "/v1/node/status")

    def pause(self) -> answers.Pause:
        """Writes are accepted and wait; what is sent is still settled."""
        return self._http.operate(answers.Pause, "/v1/node/pause", 0)

    def resume(self) -> answers.Pause:
        return self._http.operate(answers.Pause, "/v1/node/resume", 0)

    def alarms(self, *, limit: int = 50, cursor: str | None = None) -> answers.Page[answers.Alarm]:
        """Transactions with the node's key that its store does not know, the newest first."""
        return self._http.page(answers.Alarm, "/v1/node/alarms", {"limit": limit, "cursor": cursor})

    def reads(self, *, limit: int = 50, cursor: str | None = None) -> answers.Page[answers.RecordedRead]:
        """Reads that the node put on record, the newest first."""
        return self._http.page(answers.RecordedRead, "/v1/reads", {"limit": limit, "cursor": cursor})

    def fsck(self, *, repair: bool = False) -> answers.Fsck:
        """Compares everything that can be derived; with `repair` puts right what is not as it should be."""
        return self._http.operate(answers.Fsck, "/v1/node/fsck", CHECK_SECONDS, {"repair": repair})

    def collect(self, *, grace: int, remove: bool = False) -> answers.Collected:
        """Documents that nothing names and that are older than `grace` seconds; with `remove` they are removed."""
        body: Json = {"graceSeconds": grace, "remove": remove}
        return self._http.operate(answers.Collected, "/v1/node/gc", CHECK_SECONDS, body)

    def captures(self) -> answers.Captured:
        """How much evidence is kept for when the engine has forgotten, and what could not be captured."""
        return self._http.get(answers.Captured, "/v1/node/captures")

    def fill_captures(self, *, anew: bool = True) -> answers.Filled:
        """Captures some of what is missing. Again with `anew` false until `tried` is 0."""
        return self._http.operate(answers.Filled, "/v1/node/captures/fill", FILL_SECONDS, {"anew": anew})

    def trust(self) -> bytes:
        """The trust file (`medledger-trust/2`) as of the newest indexed block: only as good as this node's word."""
        return self._http.get_bytes("/v1/node/trust")

    def health(self) -> answers.Health:
        """Answers while the process runs."""
        return self._http.get(answers.Health, "/healthz")
