"""One message to one receiver: what is signed, where it may go, how long it may take."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from ledger_node.errors import InvalidField, Refusal
from ledger_node.ports import Posted
from ledger_node.tls import trusting
from ledger_node.webhooks.posting import HttpPoster
from ledger_node.webhooks.targets import Rules
from tests.certificates import Authority, Files
from tests.receiver import Behaviour, Receiver, closes, endless, hangs, receiving, says

SECRET, FORMER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"type":"org.medledger.consent.revoked.v1"}'
LOCAL = Rules(http=True, private=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def post(receiver: Receiver, poster: HttpPoster | None = None, url: str | None = None) -> Posted:
    poster = poster or HttpPoster(LOCAL, limit=1.0)
    return poster.post(url or receiver.url, (SECRET, FORMER), "1.0.ab", int(time.time()), BODY)


@pytest.mark.parametrize("secret", [SECRET, FORMER])
def test_a_receiver_verifies_with_either_secret(receiver: Receiver, secret: str) -> None:
    assert post(receiver) == Posted(204)
    (got,) = receiver.got
    assert Webhook(secret).verify(got.body, got.headers) == json.loads(BODY)
    assert got.headers["webhook-id"] == "1.0.ab"
    assert got.headers["content-type"] == "application/cloudevents+json"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body + b" ", got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "QUJD" * 8).verify(got.body, got.headers)


def test_the_signature_is_that_of_the_library(receiver: Receiver) -> None:
    post(receiver)
    (got,) = receiver.got
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    signed = [Webhook(one).sign("1.0.ab", at, BODY.decode()) for one in (SECRET, FORMER)]
    assert got.headers["webhook-signature"] == " ".join(signed)


@pytest.mark.parametrize(
    ("behaviour", "posted"),
    [
        (says(200, b"fine"), Posted(200)),
        (says(500), Posted(500)),
        (says(410), Posted(410)),
        (endless, Posted(200)),
        (hangs, Posted(None, "timeout")),
        (closes, Posted(None, "unreachable")),
    ],
)
def test_the_answer_is_its_status_in_limited_time(receiver: Receiver, behaviour: Behaviour, posted: Posted) -> None:
    receiver.behaviour = behaviour
    began = time.monotonic()
    assert post(receiver) == posted
    assert time.monotonic() - began < 8


def test_a_redirect_leads_nowhere(receiver: Receiver) -> None:
    with receiving() as other:
        receiver.behaviour = says(307, Location=other.url)
        assert post(receiver) == Posted(307)
        assert other.got == []


def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert post(receiver) == Posted(204)
        assert proxy.got == []


def test_a_name_is_looked_up_once_and_that_address_is_the_one_connected_to(receiver: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.255.255.1"]

    url = f"http://hooks.hospital.test:{receiver.port}/hook?of=us"
    assert post(receiver, HttpPoster(LOCAL, resolve=resolve, limit=1.0), url) == Posted(204)
    assert asked == ["hooks.hospital.test"]
    (got,) = receiver.got
    assert (got.path, got.headers["host"]) == ("/hook?of=us", f"hooks.hospital.test:{receiver.port}")


#: Addresses that nobody outside may make a node connect to.
INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fec0::1",
    "::ffff:0:127.0.0.1",
    "4000::1",
    "5f00::1",
    "fe00::1",
    "3fff::1",
    "192.88.99.1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_followed(receiver: Receiver, address: str) -> None:
    url = f"http://hooks.hospital.test:{receiver.port}/hook"
    for found in ([address], ["93.184.215.14", address]):
        poster = HttpPoster(Rules(http=True), resolve=lambda *_, found=found: found, limit=1.0)  # type: ignore[misc]
        assert post(receiver, poster, url) == Posted(None, "address")
    assert receiver.got == []


def test_a_name_that_leads_nowhere_is_unreachable(receiver: Receiver) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError

    assert post(receiver, HttpPoster(LOCAL, resolve=resolve)) == Posted(None, "unreachable")
    assert post(receiver, HttpPoster(LOCAL, resolve=lambda *_: [])) == Posted(None, "address")


def test_a_resolver_that_hangs_is_left_behind(receiver: Receiver) -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    began = time.monotonic()
    assert post(receiver, HttpPoster(LOCAL, resolve=resolve, limit=0.2)) == Posted(None, "timeout")
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.hospital.example/",
        "ftp://hooks.hospital.example/",
        "https:///nowhere",
        "https://user:word@hooks.hospital.example/",
        "https://hooks.hospital.example/#part",
        "https://hooks.hospital.example:99999/",
        "https://hooks.hospital.example/\n",
        "https://" + "h" * 500,
        *(f"https://[{one}]/" if ":" in one else f"https://{one}/" for one in INSIDE),
    ],
)
def test_a_target_that_can_never_be_is_refused_at_once(url: str) -> None:
    with pytest.raises((InvalidField, Refusal)) as refused:
        HttpPoster(Rules()).check(url)
    assert url not in str(refused.value)


def test_what_the_configuration_allows_is_a_target() -> None:
    HttpPoster(Rules()).check("https://hooks.hospital.example:8443/path?of=us")
    HttpPoster(LOCAL).check("http://127.0.0.1:8000/")


NAME = "hooks.hospital.test"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("tls"), "authority")


@contextmanager
def guarded(files: Files) -> Iterator[Receiver]:
    """A receiver over TLS with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    with receiving(tls=context) as made:
        yield made


def poster_of(authority: Authority) -> HttpPoster:
    """One that trusts it. Every name leads to the loopback."""
    tls = trusting(Path(authority.files.certificate), "webhooks.ca")
    return HttpPoster(Rules(private=True), resolve=lambda *_: ["127.0.0.1"], tls=tls)


def test_a_certificate_of_a_private_authority_is_refused_unless_it_is_trusted(authority: Authority) -> None:
    with guarded(authority.issue("receiver")) as receiver:
        assert post(receiver, HttpPoster(Rules(private=True))) == Posted(None, "certificate")
        assert receiver.got == []
        assert post(receiver, poster_of(authority)) == Posted(204)
        assert len(receiver.got) == 1


def test_the_certificate_is_that_of_the_name_and_not_of_the_address(authority: Authority) -> None:
    with guarded(authority.issue("named", NAME)) as receiver:
        url = f"https://{NAME}:{receiver.port}/hook"
        assert post(receiver, poster_of(authority), url) == Posted(204)
        assert receiver.got[0].headers["host"] == f"{NAME}:{receiver.port}"
        assert post(receiver, poster_of(authority)) == Posted(None, "certificate")  # by its address
        other = f"https://other.hospital.test:{receiver.port}/hook"
        assert post(receiver, poster_of(authority), other) == Posted(None, "certificate")
    with guarded(authority.issue("addressed")) as receiver:
        url = f"https://{NAME}:{receiver.port}/hook"
        assert post(receiver, poster_of(authority), url) == Posted(None, "certificate")
        assert receiver.got == []


def test_a_receiver_without_tls_where_it_should_have_some_is_unreachable(
    receiver: Receiver, authority: Authority
) -> None:
    url = f"https://127.0.0.1:{receiver.port}/hook"
    assert post(receiver, poster_of(authority), url) == Posted(None, "unreachable")
