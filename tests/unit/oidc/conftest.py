from __future__ import annotations

from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.unit.oidc.issuer import Issuer, Signer, serving

RSA = RSAKey.generate_key(2048)
OTHER: dict[str, Signer] = {
    "ec": ECKey.generate_key("P-256"),
    "ec-384": ECKey.generate_key("P-384"),
    "ed": OKPKey.generate_key("Ed25519"),
}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """With one key of each kind."""
    with serving() as opened:
        opened.publish("rsa", RSA, alg="RS256", use="sig")
        for kid, key in OTHER.items():
            opened.publish(kid, key)
        yield opened
