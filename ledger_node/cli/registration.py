"""Registering a prepared folder, so that an interruption at any point costs nothing but running it again.

What is about to be sent is written into the folder first. The idempotency keys come from the manifest's root, which no
two preparations share: the node answers a repeated write with what the first one made, even when this file is lost.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ledger_node import shallow
from ledger_node.cli.reading import read_document, write_file
from ledger_node.domain.codes import Supersession
from ledger_node.domain.dataset import options_of
from ledger_node.domain.submission import DONE_STATES
from ledger_node.errors import (
    ChainUnreachable,
    InvalidDocument,
    InvalidField,
    ManifestMismatch,
    MedLedgerError,
    Refusal,
    UnknownDocument,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger_node.client import Client
    from ledger_node.client.answers import Submission
    from ledger_node.client.inputs import Parent, Scope
    from ledger_node.edge.prepared import Prepared

FILE = "registration.json"
FORMAT = "medledger-registration/1"


@dataclass(slots=True)
class State:
    """What the folder remembers. `attempts` counts up when the contract refused or another transaction took the write's
    place, so that a later run may ask again under another key."""

    format: str
    root: str
    dataset: str | None = None
    supersession: str | None = None
    version: int | None = None
    attempts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descent:
    """Of what a version was derived, and what for."""

    scope: Scope
    parents: tuple[Parent, ...]


class Registration:
    def __init__(self, prepared: Prepared, state: State) -> None:
        self._prepared = prepared
        self._state = state

    @classmethod
    def of(cls, folder: Path) -> Registration:
        """The folder, every digest in it checked again, and what it remembers."""
        from ledger_node.edge.prepared import load_prepared

        if not folder.is_dir():
            raise InvalidField("there is no such folder", got="nothing there", needed="a folder that prepare wrote")
        prepared = load_prepared(folder)
        return cls(prepared, _load(folder / FILE, prepared.root))

    def publish(
        self,
        node: Client,
        dataset: str | None,
        supersession: Supersession | None,
        wait: int,
        number: int | None = None,
        descent: Descent | None = None,
    ) -> dict[str, object]:
        """Registers the dataset when there is none yet, and publishes the version, as derived from others if it is.

        `number` is what the version must get; None for the next, whichever it is.
        """
        state, prepared = self._state, self._prepared
        if dataset is not None and state.dataset not in (None, dataset):
            raise ManifestMismatch(
                "the folder was registered under another dataset", got="another id", needed=f"--dataset {state.dataset}"
            )
        node.blobs.put(prepared.card)
        node.blobs.put(prepared.attestation)
        state.dataset = state.dataset or dataset or self._register(node, wait)
        if dataset is not None:
            _require_subject(node, dataset, prepared.subject)
        self._save()
        submission = None
        if state.version is None:
            state.version = _published(node, state.dataset, prepared.root)
        if state.version is None:
            submission = self._version(node, state.dataset, supersession, wait, number, descent)
            state.version = (submission["outcome"] or {}).get("number")
        self._save()
        return {
            "dataset": state.dataset,
            "version": state.version,
            "root": prepared.root,
            "cardDigest": prepared.card_digest,
            "attestationDigest": prepared.attestation_digest,
            "submission": submission,
        }

    def _register(self, node: Client, wait: int) -> str:
        from ledger_node.client.inputs import Document

        card = Document(digest=self._prepared.card_digest)
        made = self._settled(
            "dataset.register", lambda key: node.datasets.register(card, idempotency_key=key, wait=max(wait, 1))
        )
        found = (made["outcome"] or {}).get("dataset") or made["subject"]
        assert found is not None  # a registration always has its dataset
        return found

    def _version(
        self,
        node: Client,
        dataset: str,
        supersession: Supersession | None,
        wait: int,
        number: int | None,
        descent: Descent | None,
    ) -> Submission:
        from ledger_node.client.datasets import NewVersion

        prepared, state = self._prepared, self._state
        if supersession is None and state.supersession is not None:
            supersession = Supersession[state.supersession]
        supersession = supersession or _supersession(node, dataset)
        state.supersession = supersession.name
        self._save()
        version = NewVersion(
            root=prepared.root,
            card_digest=prepared.card_digest,
            attestation_digest=prepared.attestation_digest,
            size_class=prepared.size_class,
            supersession=supersession,
            options=options_of(prepared.options),
            claim=prepared.claim,
            opt_out_checked_at=prepared.opt_out_checked_at,
            number=number,
        )
        seconds = max(wait, 1)
        if descent is None:
            return self._settled(
                "version.publish",
                lambda key: node.datasets.publish(dataset, version, idempotency_key=key, wait=seconds),
            )
        return self._settled(
            "version.derive",
            lambda key: node.datasets.derive(
                dataset,
                version,
                scope=descent.scope,
                derived_from=descent.parents,
                idempotency_key=key,
                wait=seconds,
            ),
        )

    def _settled(self, kind: str, write: Callable[[str], Submission]) -> Submission:
        attempt = self._state.attempts.get(kind, 0)
        try:
            made = write(f"{kind}:{self._prepared.root}:{attempt}")
        except Refusal as error:
            if "submission" in error.facts:  # refused by the contract, or replaced: this key is used up
                self._state.attempts[kind] = attempt + 1
                self._save()
            raise
        except MedLedgerError as error:
            error.facts.pop("idempotencyKey", None)  # the same command finds it again
            raise
        if made["state"] not in DONE_STATES:
            raise ChainUnreachable(
                "the chain has not taken the write yet",
                got=made["state"],
                needed="the same command again: nothing is made twice",
                submission=made["id"],
            )
        return made

    def _save(self) -> None:
        write_file(self._prepared.folder / FILE, json.dumps(asdict(self._state), indent=1).encode() + b"\n")


def _load(file: Path, root: str) -> State:
    if not file.exists():
        return State(FORMAT, root)
    found = read_document(file, "registration")
    try:
        state = State(**found)  # type: ignore[arg-type]  # checked below
    except TypeError:
        state = State("", "")
    plain = (state.dataset, state.supersession)
    if (
        (state.format, state.root) != (FORMAT, root)
        or not all(part is None or isinstance(part, str) for part in plain)
        or not isinstance(state.version, int | None)
        or not isinstance(state.attempts, dict)
        or state.supersession not in (None, *Supersession.__members__)
    ):
        raise InvalidDocument(
            "the folder's registration is of another version", got=f"{FILE}", needed=f"remove {FILE} and run it again"
        )
    return state


def _require_subject(node: Client, dataset: str, subject: str) -> None:
    """ManifestMismatch when the dataset's own card names another subject; its card may be unknown here."""
    if subject.startswith("0x") and subject != dataset:
        raise ManifestMismatch("the folder was prepared for another dataset", got="another id", needed=subject)
    try:
        card = shallow.loads(node.blobs.get(node.datasets.get(dataset)["cardDigest"]))
    except (UnknownDocument, ValueError):
        return
    named = card.get("subject") if isinstance(card, dict) else None
    if isinstance(named, str) and subject not in (named, dataset):
        raise ManifestMismatch(
            "the folder was prepared for another dataset", got=f"subject {subject}", needed=f"subject {named}"
        )


def _published(node: Client, dataset: str, root: str) -> int | None:
    """The number of the version with this root, when it is there already."""
    return next((version["number"] for version in node.datasets.versions(dataset) if version["root"] == root), None)


def _supersession(node: Client, dataset: str) -> Supersession:
    if next(iter(node.datasets.versions(dataset)), None) is None:
        return Supersession.FIRST
    raise InvalidField(
        "a later version says why it replaces the one before",
        got="no --supersession",
        needed="EXTENSION, CORRECTION, or WITHDRAWAL (which ends new uses of all earlier versions)",
    )
