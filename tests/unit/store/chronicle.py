"""An index that events are written into, one block for each."""

from __future__ import annotations

from typing import Any

from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.indexer.projection import rows_of
from ledger_node.ports import Checkpoint, Step
from ledger_node.store.database import Database
from ledger_node.store.index import SqlIndex
from tests.fakes import digest

NONE = "0x" + "00" * 32
ROLES = {entry["name"]: role for role in CONTRACT_TYPES for entry in artifact_of(role).abi if entry["type"] == "event"}
SCOPE = {"purposes": 129, "regions": 0, "condition": 0, "projectRef": NONE}


class Chronicle:
    """Block `n` has time `1000 + n`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.index = SqlIndex(self.database)
        self.index.begin(Checkpoint(0, digest(0), 1_000))
        self.now = 0

    def write(self, name: str, /, *, generation: int = 1, **args: Any) -> int:
        """The number of the block that the event is in."""
        return self.write_all([(name, args)], generation)

    def write_all(self, events: list[tuple[str, dict[str, Any]]], generation: int = 1) -> int:
        """Several events of one block, in their order."""
        at = self.index.checkpoint()
        assert at is not None
        self.now = at.number + 1
        block = BlockRef(self.now, digest(7_000 + self.now), 1_000 + self.now)
        written = [
            Event(
                Position(self.now, place),
                block.hash,
                digest(self.now),
                ROLES[name],
                name,
                args,
                0 if ROLES[name] == "consortium" else generation,
            )
            for place, (name, args) in enumerate(events)
        ]
        reached = Checkpoint(block.number, block.hash, block.timestamp)
        rows = tuple(row for event in written for row in rows_of(event))
        self.index.apply(Step(at, reached, (block,), rows))
        return self.now

    def consent(self, consent: str, **changed: Any) -> int:
        """Issues a consent on dataset 1; what is given replaces a field of the event or of its terms."""
        terms = {
            "dataset": digest(1),
            "grantee": 2,
            "versionFrom": 1,
            "versionTo": 0,
            "basis": 0,
            "permission": 2,
            "modifiers": 1 << 16,
            "purposes": 129,
            "operations": 17,
            "condition": 0,
            "regions": 1 << 39,
            "deidentification": 3,
            "notBefore": 1,
            "expiresAt": 10_000,
            "maxRounds": 10,
            "epsilonBudget": 5_000_000,
            "projectRef": NONE,
            "policyDigest": digest(6),
            "request": NONE,
            "supersedes": NONE,
        }
        carried = {"roundsUsed": changed.pop("roundsUsed", 0), "epsilonSpent": changed.pop("epsilonSpent", 0)}
        assert set(changed) <= set(terms)
        return self.write(
            "ConsentIssued", consent=consent, grantor=1, issuedAt=1_000, terms={**terms, **changed}, **carried
        )

    def use(self, consent: str, version: int, rounds: int, epsilon: int) -> int:
        return self.write(
            "ConsentUsed",
            consent=consent,
            subject=digest(3),
            recorder="0x",
            version=version,
            operation=16,
            purposes=129,
            rounds=rounds,
            epsilon=epsilon,
        )

    def dataset_version(self, dataset: str, number: int) -> int:
        publication = {
            "root": digest(11),
            "cardDigest": digest(12),
            "attestationDigest": digest(13),
            "options": 3,
            "sizeClass": 4,
            "claim": 0,
            "supersession": 0 if number == 1 else 1,
            "optOutCheckedAt": 0,
        }
        return self.write(
            "DatasetVersionPublished", dataset=dataset, number=number, publishedAt=1_000, publication=publication
        )

    def model_version(self, version: str, number: int, parents: list[str], run: str = NONE) -> int:
        publication = {"model": digest(80), "run": run, "artifactDigest": digest(81), "cardDigest": digest(82)}
        return self.write(
            "ModelVersionPublished",
            version=version,
            publisher=2,
            number=number,
            publishedAt=1_000,
            publication=publication,
            parents=parents,
        )
