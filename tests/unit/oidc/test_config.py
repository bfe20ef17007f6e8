"""What a node's file may say of an identity provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger_node.config import load_config
from ledger_node.errors import ConfigInvalid

WHOLE = {"issuer": '"https://sso.example/realm"', "audience": '"medledger"', "roles": '{ ml-steward = "steward" }'}


def config(folder: Path, **changes: str | None) -> Path:
    fields = {name: value for name, value in {**WHOLE, **changes}.items() if value is not None}
    file = folder / "node.toml"
    file.write_text("[oidc]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items()))
    return file


def test_provider_is_read(tmp_path: Path) -> None:
    pages = {"client_id": '"pages"', "client_secret_file": '"client.secret"'}
    found = load_config(config(tmp_path, ca_file='"authority.pem"', **pages)).oidc
    assert (found.client_secret_file, found.scopes) == (tmp_path / "client.secret", ["openid"])
    assert (found.roles, found.claim, found.ca_file) == (
        {"ml-steward": "steward"},
        ["roles"],
        tmp_path / "authority.pem",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": '"http://sso.example"'},
        {"issuer": '"https://"'},
        {"issuer": '"sso.example"'},
        {"audience": None},
        {"roles": None},
        {"roles": '{ ml-steward = "doctor" }'},
        {"claim": "[]"},
        {"refresh_seconds": "0"},
        {"secret": '"x"'},
        {"scopes": '["profile"]'},
        {"client_secret_file": '"x"'},
        {"issuer": None, "client_id": '"pages"'},
    ],
)
def test_provider_that_cannot_be_used_is_refused(tmp_path: Path, changes: dict[str, str | None]) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        load_config(config(tmp_path, **changes))
    assert "oidc" in refused.value.detail
