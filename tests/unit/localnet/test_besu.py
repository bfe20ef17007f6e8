"""The files of a Besu consortium, read back: every one parses, and keys, addresses, enodes and extraData agree."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import rlp as oracle
import yaml
from eth_account import Account
from eth_keys.datatypes import PrivateKey
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.errors import InvalidField, NetworkState
from ledger_node.localnet.besu.generate import Plan, generate
from ledger_node.localnet.besu.genesis import extra_data
from ledger_node.proof import rlp

COUNT = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("besu") / "consortium"
    generate(Plan(4711, COUNT, accounts=("0x" + "ab" * 20,)), made)
    return made


def genesis(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "genesis.json").read_text()))


def addresses(folder: Path) -> list[str]:
    return [(folder / f"validator-{n}" / "address").read_text().strip() for n in range(1, COUNT + 1)]


def enodes(folder: Path) -> list[str]:
    found = []
    for number in range(1, COUNT + 1):
        public = (folder / f"validator-{number}" / "key.pub").read_text().strip().removeprefix("0x")
        found.append(f"enode://{public}@172.30.57.{10 + number}:30303")
    return found


def test_extra_data_is_the_documented_bytes() -> None:
    low, high = "0x" + "11" * 20, "0x" + "ee" * 20
    written = "f850" + "a0" + "00" * 32 + "ea" + "94" + "11" * 20 + "94" + "ee" * 20 + "c080c0"
    assert extra_data([high, low]) == "0x" + written[:2] + f"{len(written) // 2 - 2:02x}" + written[4:]
    assert oracle.decode(bytes.fromhex(extra_data([high, low])[2:]))[1] == [b"\x11" * 20, b"\xee" * 20]


def test_extra_data_decodes_strictly_to_the_validators(folder: Path) -> None:
    decoded = rlp.decode(bytes.fromhex(genesis(folder)["extraData"][2:]))
    vanity, validators, vote, round_, seals = decoded
    assert (vanity, vote, round_, seals) == (bytes(32), [], b"", [])
    assert validators == sorted(bytes.fromhex(address[2:]) for address in addresses(folder))
    assert len(validators) == COUNT


def test_keys_addresses_and_enodes_belong_together(folder: Path) -> None:
    for number, address in enumerate(addresses(folder), start=1):
        file = folder / f"validator-{number}" / "key"
        assert file.stat().st_mode & 0o777 == 0o600
        secret = file.read_text().strip()
        assert Account.from_key(secret).address.lower() == address
        public = PrivateKey(bytes.fromhex(secret[2:])).public_key
        assert public.to_hex() == (folder / f"validator-{number}" / "key.pub").read_text().strip()
    assert json.loads((folder / "static-nodes.json").read_text()) == enodes(folder)
    permissions = tomllib.loads((folder / "permissions_config.toml").read_text())
    assert permissions == {"nodes-allowlist": enodes(folder), "accounts-allowlist": ["0x" + "ab" * 20]}
    assert len(set(addresses(folder))) == COUNT


def test_genesis_asks_for_no_fee_and_is_qbfts(folder: Path) -> None:
    first = genesis(folder)
    assert first["config"]["chainId"] == 4711
    assert first["config"]["zeroBaseFee"] is True
    assert first["config"]["qbft"] == {
        "blockperiodseconds": 2,
        "xemptyblockperiodseconds": 60,
        "epochlength": 30_000,
        "requesttimeoutseconds": 4,
    }
    assert first["mixHash"] == "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
    assert (first["difficulty"], first["baseFeePerGas"]) == ("0x1", "0x0")
    assert first["alloc"] == {}


def test_every_node_is_configured_for_its_own_key_and_free_transactions(folder: Path) -> None:
    for number in range(1, COUNT + 1):
        config = tomllib.loads((folder / f"validator-{number}" / "besu.toml").read_text())
        assert config["profile"] == "ENTERPRISE"
        assert (config["sync-mode"], config["data-storage-format"], config["tx-pool"]) == (
            "FULL",
            "FOREST",
            "SEQUENCED",
        )
        assert config["min-gas-price"] == 0
        assert config["p2p-host"] == f"172.30.57.{10 + number}"
        assert config["permissions-accounts-config-file-enabled"] is True
        assert config["max-peers"] >= COUNT - 1


def test_compose_mounts_what_is_there_and_publishes_on_the_loopback(folder: Path) -> None:
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert set(compose["services"]) == {*(f"validator-{n}" for n in range(1, COUNT + 1)), "prometheus"}
    published = set()
    for name, service in compose["services"].items():
        for mount in service["volumes"]:
            source, inside, *_ = mount.split(":")
            assert source == name or (folder / source).is_file()
            assert inside.startswith("/")
        for port in service["ports"]:
            assert port.startswith("127.0.0.1:")
            published.add(port.split(":")[1])
        if name != "prometheus":
            config = tomllib.loads((folder / name / "besu.toml").read_text())
            assert service["networks"]["consortium"]["ipv4_address"] == config["p2p-host"]
            inside = {mount.split(":")[1] for mount in service["volumes"]}
            assert {value for key, value in config.items() if key.endswith("-file")} | {config["data-path"]} <= inside
    assert len(published) == COUNT + 1
    assert set(compose["volumes"]) == set(compose["services"]) - {"prometheus"}


def test_prometheus_scrapes_every_validator(folder: Path) -> None:
    scraped = yaml.safe_load((folder / "prometheus.yml").read_text())["scrape_configs"][0]["static_configs"]
    assert [part["targets"] for part in scraped] == [[f"172.30.57.{10 + n}:9545"] for n in range(1, COUNT + 1)]


def test_hosts_of_ones_own(tmp_path: Path) -> None:
    made = generate(Plan(1, 2, hosts=("10.8.0.1", "10.8.0.2")), tmp_path)
    assert [one.host for one in made] == ["10.8.0.1", "10.8.0.2"]
    assert not (tmp_path / "compose.yaml").exists()
    assert "accounts-allowlist" not in (tmp_path / "permissions_config.toml").read_text()


def test_folder_that_holds_something_is_left_alone(folder: Path) -> None:
    before = genesis(folder)
    with pytest.raises(NetworkState, match="not empty"):
        generate(Plan(4711, COUNT), folder)
    assert genesis(folder) == before


@pytest.mark.parametrize(
    "asked",
    [
        {"validators": 0},
        {"validators": 201},
        {"hosts": ("10.8.0.1",)},
        {"hosts": ("a.example", "b.example")},
        {"hosts": ("10.8.0.1", "10.8.0.1")},
        {"accounts": ("0x12",)},
        {"block_period": 0},
        {"empty_block_period": 1},
        {"chain_id": 0},
    ],
)
def test_plan_that_cannot_be(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidField):
        Plan(**{"chain_id": 1, "validators": 2, **asked})


def test_command_names_what_it_made(tmp_path: Path) -> None:
    words = ["network", "generate", "--engine", "besu-qbft", "--out", str(tmp_path / "made"), "--validators", "4"]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [one["name"] for one in said["validators"]] == [f"validator-{n}" for n in range(1, 5)]
    assert "key" not in said["validators"][0]
