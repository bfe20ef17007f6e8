"""Tokens of a real OpenID Connect provider at a real node, which stands by for another on the same store."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from ledger_node.client import Client
from ledger_node.client.retries import Retries
from ledger_node.localnet.members import Member
from ledger_node.localnet.nodes import wait_until_ready
from ledger_node.localnet.processes import free_port, start, stop_all
from tests.integration.pair import CARD, Pair, refused

SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
AUDIENCE = "urn:medledger:hospital"
CLIENTS = {"anna.steward": ["ml-steward"], "bert.auditor": ["staff", "ml-auditor"], "carl.nobody": ["staff"]}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    asked = json.dumps({"audience": AUDIENCE, "clients": CLIENTS})
    process = subprocess.Popen(
        ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(asked)
        process.stdin.close()
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="module")
def node(pair: Pair, issuer: str) -> Iterator[Member]:
    """A second process of the hospital's node, which takes the provider's tokens."""
    of = pair.hospital.member
    member = replace(of, port=free_port())
    content = of.config.read_text().replace(f"port = {of.port}\n", f"port = {member.port}\n")
    oidc = f'\n[oidc]\nissuer = "{issuer}"\naudience = "{AUDIENCE}"\n'
    oidc += 'roles = { ml-steward = "steward", ml-auditor = "auditor" }\n'
    config = of.folder / "signing-in.toml"
    config.write_text(content + oidc)
    log = of.folder / "signing-in.log"
    handle = start([sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(config)], log)
    try:
        wait_until_ready(member, handle)
        yield member
    finally:
        stop_all([handle])
    assert log.stat().st_size > 0
    assert not [client for client in CLIENTS if client in log.read_text()]


def token(issuer: str, client: str, audience: str = AUDIENCE) -> str:
    answer = httpx2.post(
        f"{issuer}/token",
        auth=(client, f"{client}-secret"),
        data={"grant_type": "client_credentials", "resource": audience},
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["access_token"])


def asked_with(member: Member, credential: str) -> Client:
    return Client(member.url, credential, retries=Retries(attempts=1))


def test_token_opens_what_its_role_may(pair: Pair, node: Member, issuer: str) -> None:
    with (
        asked_with(node, token(issuer, "anna.steward")) as steward,
        asked_with(node, token(issuer, "bert.auditor")) as auditor,
    ):
        written = steward.datasets.register(CARD, wait=30)
        assert (written["receiptStatus"], auditor.node.get()["organisation"]["name"]) == (1, "Hospital")
        assert refused(lambda: auditor.datasets.register(CARD)).code == "ML-0202"


@pytest.mark.parametrize(
    ("client", "audience", "code"),
    [("carl.nobody", AUDIENCE, "ML-0202"), ("anna.steward", "urn:medledger:another", "ML-0201")],
)
def test_token_for_nothing_here_opens_nothing(node: Member, issuer: str, client: str, audience: str, code: str) -> None:
    with asked_with(node, token(issuer, client, audience)) as nobody:
        assert refused(nobody.node.get).code == code


def test_keys_are_taken_beside_tokens(node: Member) -> None:
    with asked_with(node, node.api_keys["auditor"]) as auditor:
        auditor.node.get()
    with asked_with(node, "a.b.c") as forged:
        assert refused(forged.node.get).code == "ML-0201"
