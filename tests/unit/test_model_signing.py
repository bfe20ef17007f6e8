"""A folder signed with OpenSSF Model Signing is the folder that is registered: its statement names our digest."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from model_signing import signing, verifying

from ledger_node.model_files import digest_of

TREES = {
    "one": {"model.bin": b"weights"},
    "order": {"a/x": b"1", "a-b/x": b"2", "a.txt": b"3", "B": b"4", "b": b"5", "ä": b"6", "a/x.y": b"7"},
    "ignored": {
        "m": b"1",
        ".gitignore": b"2",
        ".git/config": b"3",
        ".github/x": b"4",
        "in/.gitignore": b"5",
        ".x": b"6",
    },
    "empty files": {"m": b"", "n/o/p": b"", "n/q": b"1"},
    "large": {"m": bytes(range(256)) * 10_000},
}


class Signer:
    """A key of a publisher's, as model-signing takes it: P-256, which no key of the ledger is."""

    def __init__(self, folder: Path) -> None:
        self._private, self._public = folder / "key.pem", folder / "key.pub"
        key = ec.generate_private_key(ec.SECP256R1())
        self._private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self._public.write_bytes(public)

    def sign(self, model: Path) -> Path:
        signature = self._private.with_name("model.sig")
        signing.Config().use_elliptic_key_signer(private_key=self._private).sign(model, signature)
        return signature

    def verify(self, model: Path, signature: Path) -> None:
        verifying.Config().use_elliptic_key_verifier(public_key=self._public).verify(model, signature)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path)


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def signed_digest(signature: Path) -> str:
    """What docs/publisher.md reads out of a signature: the digest of the statement's one subject."""
    envelope = json.loads(signature.read_bytes())["dsseEnvelope"]
    (subject,) = json.loads(base64.b64decode(envelope["payload"]))["subject"]
    return f"0x{subject['digest']['sha256']}"


@pytest.mark.parametrize("tree", TREES)
def test_what_is_signed_is_what_is_registered(signer: Signer, tmp_path: Path, tree: str) -> None:
    model = written(tmp_path / "model", TREES[tree])
    signature = signer.sign(model)
    signer.verify(model, signature)
    assert signed_digest(signature) == digest_of(model)


@pytest.mark.parametrize("change", [{"a/x": b"other"}, {"a/new": b""}])
def test_another_file_is_neither_signed_nor_registered(
    signer: Signer, tmp_path: Path, change: dict[str, bytes]
) -> None:
    model = written(tmp_path / "model", TREES["order"])
    registered, signature = digest_of(model), signer.sign(model)
    written(model, change)
    with pytest.raises(ValueError, match="mismatch"):
        signer.verify(model, signature)
    assert digest_of(model) != registered == signed_digest(signature)


def test_names_are_in_the_signature_and_not_in_the_digest(signer: Signer, tmp_path: Path) -> None:
    model = written(tmp_path / "model", {"a": b"1", "b": b"2"})
    registered, signature = digest_of(model), signer.sign(model)
    (model / "b").rename(model / "c")
    assert digest_of(model) == registered
    with pytest.raises(ValueError, match="mismatch"):
        signer.verify(model, signature)


def test_a_single_file_is_registered_by_its_own_digest(signer: Signer, tmp_path: Path) -> None:
    """Model Signing takes a list of one file's digest there: sign the folder that it is in."""
    model = written(tmp_path / "model", {"m": b"weights"})
    assert digest_of(model / "m") == "0x" + hashlib.sha256(b"weights").hexdigest()
    twice = hashlib.sha256(hashlib.sha256(b"weights").digest()).hexdigest()
    assert signed_digest(signer.sign(model / "m")) == digest_of(model) == f"0x{twice}"
