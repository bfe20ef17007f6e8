"""One synthetic chain for all tests of the proof layer, its bundle and the trust file that fits it."""

from __future__ import annotations

import json

import pytest

from .story import lineage
from .synthetic import Chain, bundle_bytes


@pytest.fixture(scope="session")
def chain() -> Chain:
    return Chain(lineage())


@pytest.fixture(scope="session")
def bundle(chain: Chain) -> bytes:
    return bundle_bytes(chain)


@pytest.fixture(scope="session")
def trust(chain: Chain) -> bytes:
    return json.dumps(chain.trust()).encode()
