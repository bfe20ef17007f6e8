"""Which certificates are trusted is a file that its setting names when it cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger_node.errors import ConfigInvalid
from ledger_node.tls import trusting


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n-----END", b"\xff"])
def test_a_file_without_certificates_is_refused_by_its_setting(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigInvalid, match=r"oidc\.ca_file"):
        trusting(file, "oidc.ca_file")


def test_without_a_file_the_system_s_are_trusted() -> None:
    assert trusting(None, "webhooks.ca").get_ca_certs()
