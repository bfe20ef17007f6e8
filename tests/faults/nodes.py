"""Further processes for a member: with another port, another store, another way to the chain."""

from __future__ import annotations

import re
import time
import urllib.request
from dataclasses import replace

from ledger_node.client import Client
from ledger_node.client.answers import NodeStatus
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.nodes import start_node, wait_until_ready
from ledger_node.localnet.processes import Handle, free_port, stop
from tests.faults.load import Load


def rewrite(member: Member, **fields: str) -> None:
    """Changes fields of its node.toml, whose form `network up` wrote."""
    text = member.config.read_text()
    for name, value in fields.items():
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert found == 1, name
    member.config.write_text(text)


def restart(network: Network, member: Member) -> None:
    stop(network.nodes[member.plan.slug])
    network.nodes[member.plan.slug] = start_node(member)
    wait_until_ready(member, network.nodes[member.plan.slug])


def second_of(network: Network, member: Member, **fields: str) -> tuple[Member, Handle]:
    """Another process of the same organisation, by its own copy of node.toml and keys."""
    port, folder = free_port(), network.folder / "second"
    twin = replace(member, port=port, folder=folder)
    folder.mkdir()
    for file in member.folder.iterdir():
        if file.suffix in (".json", ".password", ".toml"):
            (folder / file.name).write_bytes(file.read_bytes())
    rewrite(twin, port=str(port), **fields)
    handle = start_node(twin)
    wait_until_ready(twin, handle)
    return twin, handle


def standing(member: Member) -> NodeStatus:
    with Client(member.url, member.api_keys["operator"], timeout=10) as node:
        return node.node.status()


def until_answers(member: Member, seconds: float = 60) -> None:
    """Until it listens, ready or not."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{member.url}/healthz", timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline, "the node does not answer"
            time.sleep(0.1)


def resume_until_settled(member: Member, load: Load) -> None:
    """As an operator does who has ended the other use of the key."""
    deadline = time.monotonic() + 120
    with Client(member.url, member.api_keys["operator"], timeout=10) as node:
        while node.node.status()["open"] or any(
            node.submissions.get(one)["state"] in ("mined", "replaced") for one in load.acknowledged.values()
        ):
            assert time.monotonic() < deadline, node.node.status()
            if node.node.status()["paused"]:
                node.node.resume()
            time.sleep(0.5)
