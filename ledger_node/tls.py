"""Whom TLS trusts, and what it said when a connection failed."""

from __future__ import annotations

import ssl
from pathlib import Path

from ledger_node.errors import ConfigInvalid


def trusting(authorities: Path | None, setting: str) -> ssl.SSLContext:
    """Trusts those of a PEM file, or the system's. ConfigInvalid, which names the setting, for a file that holds
    none."""
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError:
        raise ConfigInvalid(
            f"the authorities of {setting} cannot be used", needed="certificates in PEM, in a file that can be read"
        ) from None


def refusal_of(error: BaseException) -> ssl.SSLError | None:
    """The cause of a failure, if it is TLS's own: SSLCertVerificationError for a certificate that is not trusted."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    return seen
