"""`medledger events`."""

from __future__ import annotations

from tests.unit.client.test_client_events import event, position

from .conftest import Node, Run, listing


def test_events_are_listed_with_where_to_go_on(run: Run, node: Node) -> None:
    gone = event(8) | {"type": "org.medledger.reverted.v1"}
    gone["data"]["reverts"] = "org.medledger.consent.revoked.v1"
    node.answer("GET", "/v1/events", 200, listing(event(7), gone) | {"next": position(8)})
    listed = run("events", "list", "--type", "consent", "--type", "recall", "--after", "5")
    assert listed.exit_code == 0
    assert "consent.revoked" in listed.stdout
    assert "taken back" in listed.stdout
    assert f"--after {position(8)}" in listed.stderr
