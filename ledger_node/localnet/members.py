"""Members of a local network: for each its keys, its folder and its node's configuration."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ledger_node.chain.deploy import Founder
from ledger_node.chain.signer import KeystoreSigner, create_keystore
from ledger_node.domain.codes import Capability
from ledger_node.localnet.keys import LIGHT_SCRYPT
from ledger_node.localnet.settings import Engine

ROLES = ("steward", "publisher", "auditor", "operator")


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to belong. `slug` names the folder; `founder` belongs from the first block, others by vote."""

    slug: str
    name: str
    capabilities: Capability
    founder: bool
    for_profit: bool = False


#: Two hospitals, a publisher and a regulator. The smallest founding has one custodian and one regulator.
CONSORTIUM = (
    Plan("hospital-a", "Hospital A", Capability.CUSTODIAN, founder=True),
    Plan("regulator", "Medical Device Regulator", Capability.REGULATOR, founder=True),
    Plan("hospital-b", "Hospital B", Capability.CUSTODIAN, founder=False),
    Plan("publisher", "Ultrasound Publisher", Capability.PUBLISHER, founder=False, for_profit=True),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member with its keys made. `folder` holds the node's files; `port` is where its node listens."""

    plan: Plan
    folder: Path
    port: int
    admin: str
    operator: str
    api_keys: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        return self.folder / "node.toml"

    def founder(self) -> Founder:
        plan = self.plan
        return Founder(plan.name, self.admin, self.operator, plan.capabilities, plan.for_profit)

    def signer(self, role: str, chain_id: int) -> KeystoreSigner:
        """The `admin` or `operator` key."""
        password = (self.folder / f"{role}.password").read_text()
        return KeystoreSigner.open(self.folder / f"{role}.json", password, chain_id)

    def to_json(self) -> dict[str, object]:
        plan = {**asdict(self.plan), "capabilities": int(self.plan.capabilities)}
        return {
            "plan": plan,
            "port": self.port,
            "admin": self.admin,
            "operator": self.operator,
            "api_keys": self.api_keys,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any], folder: Path) -> Member:
        """`folder` is the network's."""
        plan = Plan(**{**content["plan"], "capabilities": Capability(content["plan"]["capabilities"])})
        return cls(**{**content, "plan": plan, "folder": folder / plan.slug})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a member's node works with: its engine, its database (SQLAlchemy's URL), its `[blobs]`, as in its file."""

    engine: Engine
    rpc_url: str
    database: str
    blobs: str


def make_member(plan: Plan, folder: Path, port: int) -> Member:
    """Makes keys and API keys in a folder that only its owner reads."""
    folder.mkdir(mode=0o700, parents=True)
    addresses = {}
    for role in ("admin", "operator"):
        password = secrets.token_urlsafe(24)
        _write_private(folder / f"{role}.password", password)
        addresses[role] = create_keystore(folder / f"{role}.json", password, iterations=LIGHT_SCRYPT)
    api_keys = {role: f"mlk_{secrets.token_urlsafe(32)}" for role in ROLES}
    _write_private(folder / "api-keys.json", json.dumps(api_keys, indent=2) + "\n")
    return Member(plan, folder, port, addresses["admin"], addresses["operator"], api_keys)


def configure(member: Member, around: Surroundings) -> None:
    """Writes the node's configuration; it may hold the database's password."""
    content = (
        f"# Node of {member.plan.name}. An environment variable wins over a field: MEDLEDGER_PORT.\n"
        f'host = "127.0.0.1"\nport = {member.port}\nrpc_url = "{around.rpc_url}"\nengine = "{around.engine}"\n'
        f'deployment = "../deployment.json"\ndatabase = "{around.database}"\n'
        f'keystore = "operator.json"\nkeystore_password_file = "operator.password"\napi_keys = "api-keys.json"\n\n'
        f"[blobs]\n{around.blobs}\n"
    )
    _write_private(member.config, content)


def _write_private(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)
