"""What a local network may be made of, and Clique's first block."""

from __future__ import annotations

from typing import Any

import pytest

from ledger_node.errors import InvalidField
from ledger_node.localnet.clique import FORKS, genesis
from ledger_node.localnet.keys import NodeKey, address_of
from ledger_node.localnet.settings import Settings


@pytest.mark.parametrize(
    "asked",
    [{"engine": "besu"}, {"blobs": "s3"}, {"store": "file"}, {"signers": 0}, {"signers": 22}, {"block_time": 0}],
)
def test_settings_that_cannot_be(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidField):
        Settings(**asked)


def test_what_was_made_otherwise_is_named() -> None:
    made = Settings(engine="clique", signers=3)
    assert made.differing({"engine": "clique", "signers": 5, "store": "sqlite"}) == ["signers"]
    assert made.differing({}) == []


def test_clique_lists_its_signers_in_ascending_order_between_vanity_and_seal() -> None:
    low, high = "0x" + "1A" * 20, "0x" + "EE" * 20
    first = genesis(99, 2, [high, low])
    extra = bytes.fromhex(first["extraData"][2:])
    assert extra[:32] == bytes(32)
    assert extra[32:-65] == b"\x1a" * 20 + b"\xee" * 20
    assert extra[-65:] == bytes(65)
    assert first["config"]["clique"] == {"period": 2, "epoch": 30_000}
    assert all(first["config"][f"{fork}Block"] == 0 for fork in FORKS)
    assert (first["config"]["chainId"], first["baseFeePerGas"]) == (99, "0x0")


def test_node_key_of_a_known_secret() -> None:
    key = NodeKey.of("01".rjust(64, "0"))
    assert key.address == "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"  # the generator's own
    assert key.public.startswith("79be667ef9dcbbac55a06295ce870b07")
    assert address_of(key.public) == key.address
    assert key.enode("127.0.0.1", 30303) == f"enode://{key.public}@127.0.0.1:30303"
    assert NodeKey.fresh() != NodeKey.fresh()
