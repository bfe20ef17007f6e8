"""The beginning, and where a joining that was cut begins again: the files there are to be, made where they are absent.

Nothing is written before the chain was found to be that of the deployment record, with the recorded code.
"""

from __future__ import annotations

import json
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ledger_node.chain import abi
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner, address_in
from ledger_node.config import NodeConfig, deployment_json, load_config, load_deployment
from ledger_node.domain.codes import Capability
from ledger_node.domain.command import GENERATION_ROLES, Command, Deployment
from ledger_node.errors import ConfigInvalid, InvalidField, JoiningState
from ledger_node.joining.admission import Admission, require_name
from ledger_node.joining.folder import Folder, make_key, read, write_once

ROLES = ("steward", "publisher", "auditor", "operator")  # of API keys
#: What must be said once, by the field of Choices.
OPTIONS = {
    "name": "--name",
    "capabilities": "--capability",
    "for_profit": "--for-profit or --not-for-profit",
    "deployment": "--deployment",
    "rpc_url": "--rpc",
    "engine": "--engine",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chooses. None is not said: then the folder knows it, or the default does."""

    name: str | None = None
    capabilities: Capability | None = None
    for_profit: bool | None = None
    deployment: Path | None = None
    rpc_url: str | None = None
    engine: str | None = None
    port: int | None = None
    database: str | None = None
    kubo: str | None = None

    def missing(self) -> list[str]:
        """The options of those that have no default."""
        said = asdict(self)
        return [option for name, option in OPTIONS.items() if said[name] is None]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The organisation that joins, once its files are made. `operator` is its operator key's address."""

    admission: Admission
    operator: str
    config: NodeConfig
    deployment: Deployment
    ledger: RpcLedger

    def open_operator(self) -> KeystoreSigner:
        """KeystoreInvalid when the node could not open it either."""
        password = read(self.config.keystore_password_file).strip()
        return KeystoreSigner.open(self.config.keystore, password, self.deployment.chain_id)


def was_begun(folder: Folder) -> bool:
    return folder.admission.exists()


def begin(folder: Folder, choices: Choices, admin_password: Callable[[], str]) -> Newcomer:
    """The first time, and each time after that. `admin_password` is asked when the key must be made.

    InvalidField when something has not been said, JoiningState when it was begun otherwise, WrongChain or WrongCode
    when the chain is not that of the deployment record.
    """
    if was_begun(folder):
        return _go_on(folder, choices)
    if missing := choices.missing():
        raise InvalidField("not all was said that a joining needs", needed=", ".join(missing))
    assert choices.name is not None
    assert choices.deployment is not None
    assert choices.rpc_url is not None
    require_name(choices.name)
    deployment, ledger = load_deployment(choices.deployment), RpcLedger(choices.rpc_url)
    _require_chain(ledger, deployment)
    folder.make()
    write_once(folder.deployment, lambda: deployment_json(deployment))
    _require_same(folder, deployment)
    write_once(folder.operator_password, lambda: secrets.token_urlsafe(32))
    make_key(folder.operator_keystore, lambda: read(folder.operator_password))
    write_once(folder.api_keys, _api_keys)
    write_once(folder.config, lambda: _config(choices))
    make_key(folder.admin_keystore, admin_password)
    capabilities = choices.capabilities or Capability(0)
    admission = Admission(choices.name, address_in(folder.admin_keystore), capabilities, bool(choices.for_profit))
    write_once(folder.admission, admission.to_json)
    return _go_on(folder, choices)


def _go_on(folder: Folder, choices: Choices) -> Newcomer:
    admission, config = Admission.from_json(read(folder.admission)), load_config(folder.config)
    differing = _differing(choices, admission, folder.config)
    if differing:
        raise JoiningState(
            "the joining in this folder was begun otherwise",
            got=", ".join(differing),
            needed="the same or none; what is about the node can be changed in its node.toml",
        )
    deployment, ledger = load_deployment(config.deployment), RpcLedger(config.rpc_url)
    if choices.deployment is not None:
        _require_same(folder, load_deployment(choices.deployment))
    _require_chain(ledger, deployment)
    return Newcomer(admission, address_in(config.keystore), config, deployment, ledger)


def _differing(choices: Choices, admission: Admission, file: Path) -> list[str]:
    """Names of those that were said otherwise. The file alone counts, not what the environment puts over it."""
    node = tomllib.loads(read(file))
    begun = {
        **{name: node.get(name) for name in ("rpc_url", "engine", "port", "database")},
        "name": admission.name,
        "capabilities": admission.capabilities,
        "for_profit": admission.for_profit,
        "kubo": node.get("blobs", {}).get("address"),
    }
    said = asdict(choices)
    return [name for name, value in begun.items() if said[name] not in (None, value)]


def _require_chain(ledger: RpcLedger, deployment: Deployment) -> None:
    """WrongChain, WrongCode; ConfigInvalid when the consortium lists other contracts for its first generation than the
    record, which may name such with the right code that are nobody's."""
    ledger.verify(deployment)
    call = abi.calldata_of(Command("", "consortium", "generation", (1,)))
    answer = str(ledger.call("eth_call", {"to": deployment.contracts.consortium, "data": call}, "latest"))
    words = [answer[at : at + 64] for at in range(2, len(answer), 64)]
    recorded = [deployment.contracts.address_of(role).lower() for role in GENERATION_ROLES]
    if [f"0x{word[24:]}".lower() for word in words] != recorded:
        raise ConfigInvalid(
            "the consortium lists other contracts than the deployment record", needed="the record of another member"
        )


def _require_same(folder: Folder, deployment: Deployment) -> None:
    if load_deployment(folder.deployment) != deployment:
        raise JoiningState(
            "the joining in this folder was begun otherwise",
            got="another deployment record",
            needed="the same record, or another --dir",
        )


def _api_keys() -> str:
    return json.dumps({role: f"mlk_{secrets.token_urlsafe(32)}" for role in ROLES}, indent=2) + "\n"


def _config(choices: Choices) -> str:
    """TOML whose strings are JSON's, as all of these may be."""
    blobs = {"kind": "folder", "path": "blobs"} if not choices.kubo else {"kind": "kubo", "address": choices.kubo}
    fields = {
        "host": "127.0.0.1",
        "port": choices.port or 8600,
        "rpc_url": choices.rpc_url,
        "engine": choices.engine,
        "deployment": "deployment.json",
        "database": choices.database or "sqlite:///node.db",
        "keystore": "operator.json",
        "keystore_password_file": "operator.password",
        "api_keys": "api-keys.json",
    }
    return (
        "# An environment variable wins over a field: MEDLEDGER_PORT.\n"
        + "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
        + "\n[blobs]\n"
        + "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in blobs.items())
    )
