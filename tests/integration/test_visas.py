"""Visas as grounds of a request: the publisher's node checks them, statements of them are public, the hospital's node
checks what it is handed. The person whom a visa names is found nowhere."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import pytest
from joserfc.jwk import RSAKey

from ledger_node.client import Client
from ledger_node.client.answers import Submission
from ledger_node.client.requests import Wanted
from ledger_node.domain.codes import Operation, Purpose
from ledger_node.errors import InvalidVisa, NotFound
from ledger_node.localnet.members import Member
from ledger_node.localnet.network import Network
from ledger_node.localnet.nodes import wait_until_ready
from ledger_node.localnet.processes import free_port, start, stop_all
from tests.integration.pair import CARD, now, refused
from tests.integration.privacy import public
from tests.unit.oidc.issuer import Issuer, serving

T = TypeVar("T")
SUBJECT = f"canary-{secrets.token_hex(8)}"
RESOURCE = "https://repository.example/datasets/710"


@dataclass(frozen=True, slots=True)
class Sides:
    hospital: Client
    publisher: Client
    request: str


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """As REMS is: a place of keys, and no discovery document."""
    with serving() as opened:
        opened.published["/.well-known/openid-configuration"] = 404
        opened.publish("rsa", RSAKey.generate_key(2048), alg="RS256", use="sig")
        yield opened


def visa(issuer: Issuer, *, lasts: int = 86_400) -> str:
    at = int(time.time())
    grant = {
        "type": "ControlledAccessGrants",
        "value": RESOURCE,
        "source": "https://repository.example/dac",
        "by": "dac",
        "asserted": at - 3600,
    }
    claims = {"iss": issuer.url, "sub": SUBJECT, "iat": at - 7200, "exp": at + lasts, "ga4gh_visa_v1": grant}
    return issuer.signed(json.dumps(claims).encode(), header={"typ": "JWT", "jku": f"{issuer.url}/jwks"})


@contextmanager
def trusting(member: Member, issuer: Issuer) -> Iterator[Member]:
    """A second process of a node, which takes the issuer's visas."""
    other = replace(member, port=free_port())
    content = member.config.read_text().replace(f"port = {member.port}\n", f"port = {other.port}\n")
    config = member.folder / "trusting.toml"
    config.write_text(f'{content}\n[visas.issuers]\n"{issuer.url}" = "{issuer.url}/jwks"\n')
    command = [sys.executable, "-m", "ledger_node.cli", "node", "run", "--config", str(config)]
    handle = start(command, member.folder / "trusting.log")
    try:
        wait_until_ready(other, handle)
        yield other
    finally:
        stop_all([handle])


@pytest.fixture(scope="module")
def sides(consortium: Network, issuer: Issuer) -> Iterator[Sides]:
    """The hospital's node and the publisher's, and a request from the one to the other."""
    with ExitStack() as open_:
        hospital, publisher = (
            open_.enter_context(Client(one.url, one.api_keys[role], timeout=60))
            for one, role in (
                (open_.enter_context(trusting(consortium.member("hospital-a"), issuer)), "steward"),
                (open_.enter_context(trusting(consortium.member("publisher"), issuer)), "publisher"),
            )
        )
        dataset = made(hospital.datasets.register(CARD, wait=30), "dataset")
        until(lambda: publisher.datasets.get(dataset))
        wanted = Wanted(
            dataset=dataset,
            purposes=Purpose.MLTRAINING,
            operations=Operation.TRAIN,
            not_before=now(),
            expires_at=now() + timedelta(days=10),
            card=CARD,
        )
        request = made(publisher.requests.make(wanted, wait=30), "request")
        until(lambda: hospital.requests.get(request))
        yield Sides(hospital, publisher, request)


def made(submission: Submission, what: str) -> str:
    assert submission["receiptStatus"] == 1, submission
    assert submission["outcome"] is not None
    return str(submission["outcome"][what])  # type: ignore[literal-required]


def until(found: Callable[[], T]) -> T:
    """What is found, once it is."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return found()
        except (NotFound, IndexError):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_visa_is_attached_and_checked_again_and_nobody_is_named(
    consortium: Network, sides: Sides, issuer: Issuer
) -> None:
    attached, other = visa(issuer), visa(issuer, lasts=7_200)
    made(sides.publisher.requests.send_message(sides.request, "Our grounds.", visas=[attached], wait=30), "number")

    regulator = consortium.member("regulator")
    with Client(regulator.url, regulator.api_keys["auditor"], timeout=60) as node:
        message = until(lambda: node.requests.get(sides.request)["messages"][0])
    (stated,) = message["visas"]
    assert (stated["issuer"], stated["value"], stated["by"]) == (issuer.url, RESOURCE, "dac")
    assert message["sender"]["name"] == "Ultrasound Publisher"

    until(lambda: sides.hospital.requests.get(sides.request)["messages"][0])
    checked = sides.hospital.requests.check_visa(sides.request, attached)
    assert (checked["message"], checked["agrees"], checked["visa"]) == (1, True, stated)
    unknown = sides.hospital.requests.check_visa(sides.request, other)
    assert (unknown["message"], unknown["agrees"]) == (None, None)
    errors = [
        refused(lambda: sides.hospital.requests.check_visa(sides.request, visa(issuer, lasts=-3600))),
        refused(lambda: sides.hospital.requests.check_visa(sides.request, attached[:-8] + "AAAAAAAA")),
        refused(lambda: sides.publisher.requests.send_message(sides.request, "?", visas=[attached, "a.b.c"])),
    ]
    assert {type(error) for error in errors} == {InvalidVisa}

    needles = [SUBJECT.encode(), *(part.encode() for one in (attached, other) for part in one.split(".")[1:])]
    hay = [*public.calldata(consortium), *public.logs(consortium), *public.documents(consortium).values()]
    hay += [f"{error} {error.got} {error.needed} {error.facts}".encode() for error in errors]
    hay += [file.read_bytes() for file in consortium.folder.rglob("*") if file.is_file()]
    assert any(stated["digest"].encode() in one for one in hay)  # the search finds what is there
    for needle in needles:
        assert not any(needle in one for one in hay)


def test_a_node_that_trusts_no_issuer_takes_no_visa(consortium: Network, sides: Sides, issuer: Issuer) -> None:
    member = consortium.member("hospital-a")
    with Client(member.url, member.api_keys["steward"], timeout=60) as node:
        error = refused(lambda: node.requests.check_visa(sides.request, visa(issuer)))
    assert isinstance(error, InvalidVisa)
    assert "trusts no issuer" in error.detail
