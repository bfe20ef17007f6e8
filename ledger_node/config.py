"""Configuration of a node: a TOML file, then environment variables (`MEDLEDGER_…`, `__` between levels) over it.

The only place that reads the environment. Relative paths count from the file's folder.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ledger_node.domain.command import CONTRACT_NAMES, Contracts, Deployment
from ledger_node.errors import ConfigInvalid

#: Over TLS, or on this machine.
GUARDED_URL = r"^(|https://[^/?#\s]\S*|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?)$"

Part = TypeVar("Part", bound=BaseModel)
ORIGIN = r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"


class BlobConfig(BaseModel):
    """Where public documents are kept: `folder` with a path, or `kubo` with the address of its RPC."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["folder", "kubo"] = Field(default="folder", description="`folder` or `kubo`.")
    path: Path = Field(default=Path("blobs"), description="The folder, when `kind` is `folder`.")
    address: str = Field(default="/ip4/127.0.0.1/tcp/5001", description="Multiaddress of Kubo RPC.")
    timeout: float = Field(default=20.0, gt=0, description="Seconds that one call to Kubo may take.")


class SignerConfig(BaseModel):
    """Where the operator key is: in a `keystore`, in a security module (`pkcs11`), or with a process that signs
    (`external`)."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["keystore", "pkcs11", "external"] = Field(
        default="keystore", description="`keystore`, `pkcs11` or `external`."
    )
    module: Path = Field(default=Path("/usr/lib/softhsm/libsofthsm2.so"), description="PKCS#11: the vendor's library.")
    token: str = Field(default="medledger", description="PKCS#11: the token's label.")
    label: str = Field(default="operator", description="PKCS#11: the label of the secp256k1 pair.")
    pin_file: Path = Field(default=Path("operator.pin"), description="PKCS#11: a file with the user's PIN.")
    url: str = Field(default="http://127.0.0.1:8550", description="External: where it speaks JSON-RPC.")
    address: str = Field(default="", description="External: address of the operator key.")


class OidcConfig(BaseModel):
    """An OpenID Connect provider whose tokens open this node's API, beside API keys. With a `client_id` its people sign
    in at the pages. None while `issuer` is empty."""

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(
        default="",
        pattern=GUARDED_URL,
        description="The provider's issuer, as its discovery document and its tokens say it.",
    )
    audience: str = Field(
        default="", description="What a token's `aud` must name: this node, as the provider knows it."
    )
    claim: list[str] = Field(default=["roles"], min_length=1, description="Path to the claim that holds roles.")
    roles: dict[str, Literal["steward", "publisher", "auditor", "operator"]] = Field(
        default={}, description="Role on this node by value of that claim; other values give none."
    )
    refresh_seconds: float = Field(default=30.0, gt=0, description="Shortest time between two looks at its keys.")
    ca_file: Path | None = Field(default=None, description="PEM file of an authority of your own, for its TLS.")
    client_id: str = Field(
        default="", description="This node as a client of the provider: people sign in at its pages then."
    )
    client_secret_file: Path | None = Field(
        default=None, description="File with the client's secret; none for a public client."
    )
    scopes: list[str] = Field(default=["openid"], description="What is asked of the provider; `openid` is among it.")
    name: str = Field(default="", max_length=60, description="What your people call the provider, for the pages.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.issuer and not (self.audience and self.roles):
            raise ValueError("an issuer goes with an audience and roles")
        if (self.client_id and not self.issuer) or (self.client_secret_file and not self.client_id):
            raise ValueError("a client_secret_file goes with a client_id, and that with an issuer")
        if "openid" not in self.scopes:
            raise ValueError("the scopes hold openid")
        return self


class VisaConfig(BaseModel):
    """Whose GA4GH visas this node takes as grounds of a request. None by default."""

    model_config = ConfigDict(extra="forbid")

    issuers: dict[Annotated[str, Field(pattern=GUARDED_URL)], Annotated[str, Field(pattern=GUARDED_URL)]] = Field(
        default={}, description="Where the keys of each issuer are (its `jku`), by the issuer as its visas say it."
    )
    refresh_seconds: float = Field(
        default=30.0, gt=0, description="Shortest time between two looks at an issuer's keys."
    )
    ca_file: Path | None = Field(default=None, description="PEM file of an authority of your own, for their TLS.")


class WebhookConfig(BaseModel):
    """Where webhooks may lead beside the public internet over TLS."""

    model_config = ConfigDict(extra="forbid")

    http: bool = Field(default=False, description="Also targets without TLS.")
    private: bool = Field(default=False, description="Also addresses of private, local and reserved ranges.")
    ca: Path | None = Field(
        default=None, description="PEM file of the authorities of receivers' certificates, instead of the system's."
    )


class CheckpointConfig(BaseModel):
    """Which checkpoints the operator key signs, and which nodes are asked for theirs."""

    model_config = ConfigDict(extra="forbid")

    sign: bool = Field(default=True, description="Whether the operator key signs checkpoints at all.")
    every: int = Field(default=1000, ge=0, description="Signs for each block whose number this divides; 0 for none.")
    keep: int = Field(
        default=1000,
        ge=1,
        le=100_000,
        description="Heights that are kept, spread over all that were signed for; evidence is kept beside.",
    )
    peers: dict[Annotated[str, Field(pattern=GUARDED_URL)], Path] = Field(
        default={}, description="Nodes that are asked for theirs: the file of an API key there, by URL."
    )
    exchange_seconds: int = Field(default=60, ge=1, description="Pause between two such rounds.")
    ca: Path | None = Field(
        default=None, description="PEM file of the authorities of their certificates, instead of the system's."
    )


class HttpConfig(BaseModel):
    """How the API is reached: over TLS with a certificate, by clients with one when there is a `client_ca`."""

    model_config = ConfigDict(extra="forbid")

    certificate: Path | None = Field(default=None, description="PEM file of the certificate and its chain: TLS.")
    key: Path | None = Field(default=None, description="PEM file of its private key.")
    client_ca: Path | None = Field(default=None, description="PEM file of who signs clients' certificates: mutual TLS.")
    origins: list[Annotated[str, Field(pattern=ORIGIN)]] = Field(
        default=[], description="Web origins whose pages may call the API from a browser; none by default."
    )
    requests_per_second: float = Field(
        default=0.0, ge=0, description="Of each key, or address without one, in the long run; 0 is no limit."
    )
    burst: int = Field(default=50, ge=1, description="Requests of one key at once, when there is a limit.")
    streams: int = Field(default=100, ge=1, description="Streams of events of one key at once, in each process.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.certificate is None) != (self.key is None) or (self.client_ca and not self.certificate):
            raise ValueError("a certificate goes with its key, and a client_ca with both")
        return self


class NodeConfig(BaseSettings):
    """One node. A node serves one organisation and holds that organisation's operator key."""

    model_config = SettingsConfigDict(
        env_prefix="MEDLEDGER_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    host: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    port: int = Field(default=8600, ge=1, le=65535, description="Port that the API listens on.")
    http: HttpConfig = Field(default_factory=HttpConfig, description="TLS, origins, limits.")
    rpc_url: str = Field(default="http://127.0.0.1:8545", description="JSON-RPC of the chain's engine.")
    engine: Literal["anvil", "clique", "qbft"] = Field(
        default="anvil",
        description="The engine: `anvil` (final by depth), `clique` (safe after floor(n/2)+1 signers), `qbft`.",
    )
    deployment: Path = Field(default=Path("deployment.json"), description="The record of the chain and its contracts.")
    database: str = Field(default="sqlite:///node.db", description="SQLAlchemy URL of the store.")
    keystore: Path = Field(default=Path("operator.json"), description="Encrypted keystore of the operator key.")
    keystore_password_file: Path = Field(default=Path("operator.password"), description="File with its password.")
    signer: SignerConfig = Field(default_factory=SignerConfig, description="Where the operator key is.")
    api_keys: Path = Field(default=Path("api-keys.json"), description="JSON object of API key by role.")
    record_reads: Literal["regulator", "always", "never"] = Field(
        default="regulator",
        description="Who puts reads on record: a `regulator`'s node, all (`always`), none (`never`).",
    )
    reads_kept_days: int = Field(default=1825, ge=1, le=36_500, description="How long the record of a read is kept.")
    oidc: OidcConfig = Field(default_factory=OidcConfig, description="Whose tokens are taken beside API keys.")
    visas: VisaConfig = Field(default_factory=VisaConfig, description="Whose visas are taken as grounds.")
    blobs: BlobConfig = Field(default_factory=BlobConfig, description="Where public documents are kept.")
    webhooks: WebhookConfig = Field(default_factory=WebhookConfig, description="Where events may be sent.")
    checkpoints: CheckpointConfig = Field(
        default_factory=CheckpointConfig, description="Checkpoints that are signed and exchanged."
    )
    poll_seconds: float = Field(default=0.2, gt=0, le=60, description="Pause between two looks at the chain.")
    finality_depth: int = Field(default=1, ge=0, description="Blocks on top of one before its facts are final (anvil).")
    queue_cap: int = Field(default=1000, ge=1, description="Accepted writes that may wait for the chain.")
    window: int = Field(default=1000, ge=1, description="Transactions that may be sent and not mined.")
    resend_seconds: float = Field(default=5.0, gt=0, description="After how long unseen bytes are sent again.")
    log_range: int = Field(default=2000, ge=1, le=5000, description="Most blocks that one question for logs covers.")
    captures_between: int = Field(
        default=6,
        ge=0,
        le=1000,
        description="Captures of a model version's evidence that are kept between its first and its newest.",
    )
    most_lag: int = Field(default=50, ge=0, description="Blocks of index lag beyond which the node is not ready.")
    most_wait: int = Field(
        default=300, ge=1, description="Seconds that a write may wait for the chain until the node is not ready."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def load_config(file: Path) -> NodeConfig:
    """Reads and checks a node's configuration. ConfigInvalid names the field, never its value."""
    try:
        content = tomllib.loads(file.read_text())
    except FileNotFoundError:
        raise ConfigInvalid("the configuration file is absent", needed="medledger node run --config FILE") from None
    except OSError:
        raise ConfigInvalid("the configuration file cannot be read", needed="a TOML file in UTF-8") from None
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise ConfigInvalid("the configuration is not TOML", got=_at(error), needed="a TOML file in UTF-8") from None
    try:
        config = NodeConfig(**content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigInvalid(f"the configuration has a bad field: {field}", needed=str(first["msg"])) from None
    return _resolved(config, file.resolve().parent)


def load_deployment(file: Path) -> Deployment:
    """Reads the record of the chain and its contracts. ConfigInvalid when it is absent or malformed."""
    try:
        content: dict[str, Any] = json.loads(file.read_text())
        return Deployment(
            chain_id=int(content["chainId"]),
            genesis=str(content["genesis"]),
            block=int(content["block"]),
            contracts=Contracts(**{name: str(content["contracts"][name]) for name in CONTRACT_NAMES}),
            code_hashes={name: str(content["codeHashes"][name]) for name in CONTRACT_NAMES},
        )
    except FileNotFoundError:
        raise ConfigInvalid("the deployment record is absent", needed="the file that `network up` wrote") from None
    except OSError:
        raise ConfigInvalid("the deployment record cannot be read", needed="the file that `network up` wrote") from None
    except (ValueError, KeyError, TypeError):  # UnicodeError is a ValueError
        raise ConfigInvalid("the deployment record is malformed", needed="the file that `network up` wrote") from None


def deployment_json(deployment: Deployment) -> str:
    """The record as `load_deployment` reads it."""
    content = {
        "chainId": deployment.chain_id,
        "genesis": deployment.genesis,
        "block": deployment.block,
        "contracts": dict(deployment.contracts.items()),
        "codeHashes": deployment.code_hashes,
    }
    return json.dumps(content, indent=2) + "\n"


def _resolved(config: NodeConfig, folder: Path) -> NodeConfig:
    prefix = "sqlite:///"
    database = config.database
    if database.startswith(prefix) and not database.startswith(prefix + "/"):
        database = f"{prefix}{folder / database[len(prefix) :]}"
    paths = {
        name: folder / getattr(config, name)
        for name in ("deployment", "keystore", "keystore_password_file", "api_keys")
    }
    paths_in = ("blobs", "oidc", "visas", "http", "webhooks", "checkpoints")
    parts: dict[str, BaseModel] = {name: _placed(getattr(config, name), folder) for name in paths_in}
    peers = {url: folder / key for url, key in config.checkpoints.peers.items()}
    parts["checkpoints"] = parts["checkpoints"].model_copy(update={"peers": peers})
    parts["signer"] = config.signer.model_copy(update={"pin_file": folder / config.signer.pin_file})
    return config.model_copy(update={**paths, "database": database, **parts})


def _placed(part: Part, folder: Path) -> Part:
    """With its paths counted from the folder."""
    paths = {name: folder / value for name, value in part if isinstance(value, Path)}
    return part.model_copy(update=paths)


def _at(error: Exception) -> str:
    return f"unreadable at line {getattr(error, 'lineno', '?')}"
