"""The texts of a Besu consortium's files. JSON's strings, numbers and lists are TOML's and YAML's too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ledger_node.localnet.besu.genesis import GAS_LIMIT
from ledger_node.localnet.besu.validator import METRICS_PORT, P2P_PORT, RPC_PORT, Validator

BESU = "hyperledger/besu:${BESU_VERSION:-26.3.0}"
PROMETHEUS = "prom/prometheus:${PROMETHEUS_VERSION:-v3.5.0}"
INSIDE = "/etc/besu"  # where the files lie in the container
LEAST_PEERS = 25  # Besu's own default


def node_toml(validator: Validator, count: int, *, accounts: bool) -> str:
    """One node's configuration. `count` is of all validators; `accounts` whether only listed accounts may send.

    The profile says most of this; what our node relies on is written out, so that no later profile takes it away.
    """
    fields: dict[str, object] = {
        "profile": "ENTERPRISE",
        "genesis-file": f"{INSIDE}/genesis.json",
        "data-path": "/var/lib/besu",
        "node-private-key-file": f"{INSIDE}/key",
        "sync-mode": "FULL",
        "data-storage-format": "FOREST",  # serves proofs of every kept block; Bonsai of the last 512 only
        "tx-pool": "SEQUENCED",
        "tx-pool-limit-by-account-percentage": 0.5,  # few keys write much
        "min-gas-price": 0,  # a single node with another price would silently drop what is free
        "target-gas-limit": GAS_LIMIT,
        "discovery-enabled": False,
        "p2p-host": validator.host,
        "p2p-port": P2P_PORT,
        "max-peers": max(LEAST_PEERS, 2 * count),
        "static-nodes-file": f"{INSIDE}/static-nodes.json",
        "permissions-nodes-config-file-enabled": True,
        "permissions-nodes-config-file": f"{INSIDE}/permissions_config.toml",
        "permissions-accounts-config-file-enabled": accounts,
        "permissions-accounts-config-file": f"{INSIDE}/permissions_config.toml",
        "rpc-http-enabled": True,
        "rpc-http-host": "0.0.0.0",  # noqa: S104  (inside the container; compose publishes it on the loopback only)
        "rpc-http-port": RPC_PORT,
        "rpc-http-api": ["ETH", "NET", "WEB3", "QBFT", "TXPOOL"],
        "rpc-max-logs-range": 5000,
        "host-allowlist": ["localhost", "127.0.0.1", validator.host],
        "metrics-enabled": True,
        "metrics-host": "0.0.0.0",  # noqa: S104  (as above, and not published)
        "metrics-port": METRICS_PORT,
    }
    return _toml(f"{validator.name} of {count}", fields)


def permissions_toml(validators: Sequence[Validator], accounts: Sequence[str]) -> str:
    """Who may be a peer, and whose transactions are taken in; an empty list of accounts is not written."""
    fields: dict[str, object] = {"nodes-allowlist": [validator.enode for validator in validators]}
    if accounts:
        fields["accounts-allowlist"] = list(accounts)
    return _toml("Peers that may connect, accounts that may send: the same file on every node", fields)


def static_nodes_json(validators: Sequence[Validator]) -> str:
    return json.dumps([validator.enode for validator in validators], indent=2) + "\n"


def compose_yaml(validators: Sequence[Validator], subnet: str) -> str:
    """All validators on one machine, for a rehearsal. `subnet` is that of their addresses."""
    lines = ["# A rehearsal on one machine. In production each validator runs where its organisation is.", "services:"]
    for validator in validators:
        name = validator.name
        lines += [
            f"  {name}:",
            f"    image: {json.dumps(BESU)}",
            f'    command: ["--config-file={INSIDE}/besu.toml"]',
            "    restart: unless-stopped",
            "    volumes:",
            f"      - ./genesis.json:{INSIDE}/genesis.json:ro",
            f"      - ./static-nodes.json:{INSIDE}/static-nodes.json:ro",
            f"      - ./permissions_config.toml:{INSIDE}/permissions_config.toml:ro",
            f"      - ./{name}/besu.toml:{INSIDE}/besu.toml:ro",
            f"      - ./{name}/key:{INSIDE}/key:ro",
            f"      - {name}:/var/lib/besu",
            "    ports:",
            f'      - "127.0.0.1:{RPC_PORT + validator.number - 1}:{RPC_PORT}"',
            "    networks:",
            f"      consortium: {{ ipv4_address: {validator.host} }}",
        ]
    lines += [
        "  prometheus:",
        f"    image: {json.dumps(PROMETHEUS)}",
        "    volumes:",
        "      - ./prometheus.yml:/etc/prometheus/prometheus.yml:ro",
        "    ports:",
        '      - "127.0.0.1:9090:9090"',
        "    networks: [consortium]",
        "networks:",
        "  consortium:",
        f"    ipam: {{ config: [{{ subnet: {subnet} }}] }}",
        "volumes:",
        *(f"  {validator.name}: {{}}" for validator in validators),
    ]
    return "\n".join(lines) + "\n"


def prometheus_yaml(validators: Sequence[Validator]) -> str:
    lines = ["global: { scrape_interval: 15s }", "scrape_configs:", "  - job_name: besu", "    static_configs:"]
    for validator in validators:
        target = json.dumps(f"{validator.host}:{METRICS_PORT}")
        lines.append(f"      - {{ targets: [{target}], labels: {{ validator: {validator.name} }} }}")
    return "\n".join(lines) + "\n"


def readme(count: int) -> str:
    """How many may fail, and what each file is for."""
    most = (count - 1) // 3
    return (
        "# A Besu consortium with QBFT\n\n"
        f"{count} validators. The chain goes on while {_needed(count)} of them run; up to {most} may be faulty or"
        " dishonest.\n\n"
        "- `genesis.json`, `static-nodes.json`, `permissions_config.toml`: the same on every node.\n"
        "- `validator-N/`: `besu.toml`, and `key`, which only that validator's organisation may have. These keys were\n"
        "  made on one machine: give each away and keep no copy, or let each organisation make its own and generate\n"
        "  the common files again.\n"
        "- `compose.yaml`: all of them on one machine, to rehearse: `docker compose up -d`. `prometheus.yml` is its\n"
        "  scrape configuration.\n\n"
        "Peers talk over port 30303: keep it in a private network. A node of MedLedger is pointed at a validator by\n"
        '`rpc_url` and `engine = "qbft"`.\n'
    )


def _needed(count: int) -> int:
    """QBFT's majority: ceil(2n/3)."""
    return -(-2 * count // 3)


def _toml(title: str, fields: Mapping[str, object]) -> str:
    return f"# {title}\n" + "".join(f"{name}={json.dumps(value)}\n" for name, value in fields.items())
