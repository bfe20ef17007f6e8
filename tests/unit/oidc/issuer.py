"""An issuer of tokens on loopback: serves its discovery document and its keys, and signs whatever a test asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

AUDIENCE = "medledger-node"
NOW = 1_795_000_000
Signer = RSAKey | ECKey | OKPKey


class Issuer:
    """`keys` are what it signs with by `kid`, `published` the documents that it serves by path; a number there is a
    status without a document. `posted` are the Authorization header and the fields of each form that it got. It answers
    while `answers` is set."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: dict[str, Signer] = {}
        self.asked: list[str] = []
        self.answers = threading.Event()
        self.answers.set()
        self.posted: list[tuple[str, dict[str, str]]] = []
        self.published: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": url,
                "jwks_uri": f"{url}/jwks",
                "authorization_endpoint": f"{url}/sign-in?tenant=clinic",
                "token_endpoint": f"{url}/token",
            },
            "/jwks": {"keys": []},
        }

    def publish(self, kid: str, key: Signer, **members: Any) -> None:
        self.keys[kid] = key
        self.published["/jwks"]["keys"].append({**key.as_dict(private=False), "kid": kid, **members})

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a token that is valid at NOW; None leaves one out."""
        valid = {"iss": self.url, "aud": AUDIENCE, "sub": "anna@hospital.example", "roles": ["ml-auditor"]}
        valid |= {"iat": NOW, "nbf": NOW, "exp": NOW + 300}
        return {name: value for name, value in {**valid, **changes}.items() if value is not None}

    def token(
        self, kid: str = "rsa", algorithm: str = "RS256", header: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        return self.signed(json.dumps(self.claims(**claims)).encode(), kid, algorithm, header)

    def signed(
        self, payload: bytes, kid: str = "rsa", algorithm: str = "RS256", header: dict[str, Any] | None = None
    ) -> str:
        protected = {"alg": algorithm, "kid": kid, "typ": "at+jwt", **(header or {})}
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        return jws.serialize_compact(protected, payload, self.keys[kid], registry=registry)

    def forged(self, header: dict[str, Any], secret: bytes = b"") -> str:
        """A token that no key signed: without a signature, or with an HMAC under a secret."""
        told = ".".join(encoded(json.dumps(part).encode()) for part in (header, self.claims()))
        return f"{told}.{encoded(hmac.digest(secret, told.encode(), hashlib.sha256)) if secret else ''}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def serving() -> Iterator[Issuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            issuer.answers.wait(10)
            found = issuer.published.get(self.path, 404)
            content = (
                found if isinstance(found, bytes) else b"" if isinstance(found, int) else json.dumps(found).encode()
            )
            self.send_response(found if isinstance(found, int) else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            issuer.posted.append((self.headers.get("Authorization", ""), dict(parse_qsl(content))))
            self.do_GET()

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
