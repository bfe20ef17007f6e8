"""X.509 certificates (RFC 5280) for tests: an authority on P-256 and what it signs, as PEM files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from Crypto.Hash import SHA256
from Crypto.IO import PEM
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from Crypto.Util.asn1 import DerBitString, DerBoolean, DerInteger, DerObjectId, DerOctetString, DerSequence

ECDSA_SHA256 = DerSequence([DerObjectId("1.2.840.10045.4.3.2").encode()]).encode()
COMMON_NAME, BASIC_CONSTRAINTS, ALTERNATIVE_NAME = "2.5.4.3", "2.5.29.19", "2.5.29.17"
LOOPBACK = b"\x87\x04\x7f\x00\x00\x01"  # iPAddress 127.0.0.1


@dataclass(frozen=True, slots=True)
class Files:
    """PEM files, by their paths."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs what it is asked to; `files` are its own."""

    folder: Path
    name: str
    key: Any
    files: Files

    @classmethod
    def create(cls, folder: Path, name: str) -> Self:
        key = ECC.generate(curve="P-256")
        constraint = DerSequence([_extension(BASIC_CONSTRAINTS, DerSequence([DerBoolean(True).encode()]).encode())])
        return cls(folder, name, key, _written(folder, name, key, _certificate(name, key, name, key, constraint)))

    def issue(self, name: str, host: str | None = None) -> Files:
        """For a server or a device on the loopback, or for one of another name."""
        key = ECC.generate(curve="P-256")
        of = LOOPBACK if host is None else _tagged(0x82, host.encode())
        names = DerSequence([_extension(ALTERNATIVE_NAME, DerSequence([of]).encode())])
        return _written(self.folder, name, key, _certificate(name, key, self.name, self.key, names))


def _certificate(subject: str, key: Any, issuer: str, signer: Any, extensions: DerSequence) -> bytes:
    now = datetime.now(UTC)
    validity = DerSequence([_time(now - timedelta(hours=1)), _time(now + timedelta(hours=1))])
    told = DerSequence(
        [
            _tagged(0xA0, DerInteger(2).encode()),
            DerInteger(int(now.timestamp() * 1_000_000)).encode(),
            ECDSA_SHA256,
            _named(issuer),
            validity.encode(),
            _named(subject),
            key.public_key().export_key(format="DER"),
            _tagged(0xA3, extensions.encode()),
        ]
    ).encode()
    signature = DSS.new(signer, "fips-186-3", encoding="der").sign(SHA256.new(told))
    whole: bytes = DerSequence([told, ECDSA_SHA256, DerBitString(signature).encode()]).encode()
    return whole


def _written(folder: Path, name: str, key: Any, certificate: bytes) -> Files:
    files = Files(str(folder / f"{name}.pem"), str(folder / f"{name}.key"))
    Path(files.certificate).write_text(PEM.encode(certificate, "CERTIFICATE") + "\n")
    Path(files.key).write_text(key.export_key(format="PEM") + "\n")
    return files


def _named(name: str) -> bytes:
    common = DerSequence([DerObjectId(COMMON_NAME).encode(), _tagged(0x0C, name.encode())]).encode()
    encoded: bytes = DerSequence([_tagged(0x31, common)]).encode()
    return encoded


def _extension(identifier: str, value: bytes) -> bytes:
    critical = [DerBoolean(True).encode()] if identifier == BASIC_CONSTRAINTS else []
    made: bytes = DerSequence([DerObjectId(identifier).encode(), *critical, DerOctetString(value).encode()]).encode()
    return made


def _time(moment: datetime) -> bytes:
    return _tagged(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def _tagged(tag: int, content: bytes) -> bytes:
    encoded: bytes = DerOctetString(content).encode()
    return bytes([tag]) + encoded[1:]
