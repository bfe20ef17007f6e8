"""Whom a client trusts over TLS, and who it says it is."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from os import PathLike

from ledger_node.errors import ConfigInvalid

File = str | PathLike[str]


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files. `ca` holds the authorities that are trusted, instead of the system's. `certificate` is shown to a node
    that asks for one; its key is in the same file, unless `key` names another."""

    ca: File | None = None
    certificate: File | None = None
    key: File | None = None

    def context(self) -> ssl.SSLContext:
        """ConfigInvalid for a file that cannot be read, or holds something else."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (OSError, ValueError):
            raise ConfigInvalid(
                "the file of authorities cannot be used", needed="certificates in PEM, in a file that can be read"
            ) from None
        if self.certificate is not None:
            try:
                context.load_cert_chain(self.certificate, self.key, password=_no_password)
            except (OSError, ValueError):
                raise ConfigInvalid(
                    "the client's certificate cannot be used",
                    needed="a certificate in PEM and its key, in one file or two, the key without a password",
                ) from None
        return context


def _no_password() -> str:
    """Else the library would ask at the terminal."""
    raise ValueError
