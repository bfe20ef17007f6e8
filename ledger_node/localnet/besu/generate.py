"""Writes all that a Besu consortium needs to run, into a folder."""

from __future__ import annotations

import ipaddress
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger_node.errors import InvalidField, NetworkState
from ledger_node.localnet.besu import texts
from ledger_node.localnet.besu.genesis import genesis
from ledger_node.localnet.besu.validator import Validator
from ledger_node.localnet.keys import NodeKey

SUBNET = ipaddress.ip_network("172.30.57.0/24")  # of the rehearsal, unless hosts are named
FIRST_HOST = 11
MOST_VALIDATORS = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """`hosts` are the validators' IPv4 addresses in their order, or none; `accounts` those that may send, none for all.

    Periods are in whole seconds. A block without transactions comes only every `empty_block_period`.
    """

    chain_id: int
    validators: int
    hosts: Sequence[str] = ()
    accounts: Sequence[str] = ()
    block_period: int = 2
    empty_block_period: int = 60

    def __post_init__(self) -> None:
        """InvalidField."""
        if not 1 <= self.validators <= MOST_VALIDATORS:
            raise InvalidField(
                "so many validators cannot be", got=str(self.validators), needed=f"1 to {MOST_VALIDATORS}"
            )
        if self.hosts and len(self.hosts) != self.validators:
            got = f"{len(self.hosts)} hosts for {self.validators} validators"
            raise InvalidField("each validator needs a host", got=got, needed="as many, or none")
        for host in self.hosts:
            _address(host)
        if len(set(self.hosts)) != len(self.hosts):
            raise InvalidField("two validators have one host", needed="a host for each")
        if any(re.fullmatch(r"0x[0-9a-fA-F]{40}", account) is None for account in self.accounts):
            raise InvalidField("an account is not an address", needed="0x and 40 hex digits")
        if not (self.chain_id > 0 and 0 < self.block_period <= self.empty_block_period):
            raise InvalidField(
                "chain id or periods cannot be", needed="numbers above 0; the empty period not the shorter one"
            )


def generate(plan: Plan, folder: Path) -> list[Validator]:
    """Makes fresh keys and writes the files. NetworkState when the folder holds something or cannot be written."""
    hosts = plan.hosts or [str(SUBNET[FIRST_HOST + number]) for number in range(plan.validators)]
    validators = [Validator(number, NodeKey.fresh(), host) for number, host in enumerate(hosts, start=1)]
    first = genesis(
        plan.chain_id,
        [validator.key.address for validator in validators],
        timestamp=int(time.time()),
        block_period=plan.block_period,
        empty_block_period=plan.empty_block_period,
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise NetworkState("the folder is not empty", needed="an empty folder, or a new one")
        (folder / "genesis.json").write_text(json.dumps(first, indent=2) + "\n")
        (folder / "static-nodes.json").write_text(texts.static_nodes_json(validators))
        (folder / "permissions_config.toml").write_text(texts.permissions_toml(validators, plan.accounts))
        if not plan.hosts:  # hosts of one's own are on several machines
            (folder / "compose.yaml").write_text(texts.compose_yaml(validators, str(SUBNET)))
        (folder / "prometheus.yml").write_text(texts.prometheus_yaml(validators))
        (folder / "README.md").write_text(texts.readme(plan.validators))
        for validator in validators:
            _write(validator, plan, folder / validator.name)
    except OSError:
        raise NetworkState("the folder cannot be written", needed="a folder that this user may write") from None
    return validators


def _write(validator: Validator, plan: Plan, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "key").touch(mode=0o600)
    (folder / "key").write_text(f"0x{validator.key.secret}\n")
    (folder / "key.pub").write_text(f"0x{validator.key.public}\n")
    (folder / "address").write_text(f"{validator.key.address}\n")
    toml = texts.node_toml(validator, plan.validators, accounts=bool(plan.accounts))
    (folder / "besu.toml").write_text(toml)


def _address(host: str) -> None:
    """Besu's enodes want addresses, not names."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise InvalidField("a host is not an address", needed="an IPv4 address, as 10.8.0.11") from None
