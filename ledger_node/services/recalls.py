"""Recalling a model version, reading a recall, lifting it."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, Lifecycle, Severity
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, NotPermitted, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions, once


class Recalls:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership

    @once
    def issue(
        self, idempotency: Idempotency, version: str, severity: Severity, notice_digest: str, replacement: str | None
    ) -> Command:
        """Its publisher or a regulator recalls a version. Open to a suspended organisation."""
        ours = self._membership.require(protective=True)
        found = self._get_version(version)
        if ours.number != found.publisher and Capability.REGULATOR not in ours.capabilities:
            raise NotPermitted(
                "its publisher or a regulator recalls a version",
                got=f"organisation {ours.number}",
                needed=f"organisation {found.publisher}, or the capability REGULATOR",
            )
        if replacement is not None:
            self._require_replacement(found, replacement)
        return self._submissions.making(
            idempotency,
            ids.RECALL,
            "recall.issue",
            "models",
            "recall",
            version,
            int(severity),
            notice_digest,
            replacement or NOTHING,
            generation=generation_of(self._index, found.at),
        )

    @once
    def acknowledge(self, _: Idempotency, recall: str) -> Command:
        """Our organisation says, once, that it read the recall. Open to a suspended organisation."""
        ours = self._membership.require(protective=True)
        found = require(self._index.find_recall(recall, block_of(self._index, None)), "recall")
        if any(one.organisation == ours.number for one in found.acknowledgements):
            raise StateConflict(
                "this organisation has acknowledged the recall", got="an acknowledgement", needed="one of each"
            )
        generation = generation_of(self._index, found.at)
        return Command("recall.acknowledge", "models", "acknowledge", (recall,), recall, generation)

    @once
    def lift(self, _: Idempotency, recall: str) -> Command:
        """The organisation that issued the recall ends it. Another's recall takes a vote (LIFT_RECALL)."""
        self._membership.require()
        found = require(self._index.find_recall(recall, block_of(self._index, None)), "recall")
        self._membership.require_ours(found.issuer, "only the organisation that issued a recall lifts it, or a vote")
        if not found.stands:
            raise StateConflict("the recall is lifted already", got="lifted", needed="a recall that stands")
        generation = require_in_force(self._index, found.at, "recall")
        return Command("recall.lift", "models", "liftRecall", (recall,), recall, generation)

    def _require_replacement(self, version: ModelVersion, replacement: str) -> None:
        self._membership.require_ours(version.publisher, "only the version's publisher names a replacement")
        other = self._get_version(replacement)
        if other.id == version.id or other.model != version.model:
            raise InvalidField(
                "a replacement is another version of the same model",
                got="the version itself" if other.id == version.id else "a version of another model",
                needed="another version of the model, or null",
                field="body.replacement",
            )
        if other.recalls or other.lifecycle is Lifecycle.WITHDRAWN:
            raise StateConflict(
                "a replacement is a version in good standing",
                got="RECALLED" if other.recalls else other.lifecycle.name,
                needed="one that is neither withdrawn nor recalled",
            )

    def _get_version(self, version: str) -> ModelVersion:
        return require(self._index.find_model_version(version, block_of(self._index, None)), "model version")
