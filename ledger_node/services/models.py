"""Registering models and publishing their versions."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, Operation
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Use
from ledger_node.domain.model import MAX_PARENTS
from ledger_node.domain.submission import Submission
from ledger_node.errors import InvalidField, NotPermitted, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.consents import Consents
from ledger_node.services.membership import Membership
from ledger_node.services.reading import block_of, require
from ledger_node.services.submissions import Submissions


class Models:
    def __init__(self, index: Index, submissions: Submissions, membership: Membership, consents: Consents) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._consents = consents

    def register(self, card_digest: str, idempotency: Idempotency) -> Submission:
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.PUBLISHER)
        salt = self._submissions.salt(idempotency)
        command = Command(
            "model.register",
            "models",
            "registerModel",
            (salt, card_digest),
            self._submissions.derive(ids.MODEL, "models", salt),
        )
        return self._submissions.submit(command, idempotency)

    def publish_version(
        self,
        model: str,
        run: str,
        artifact_digest: str,
        card_digest: str,
        parents: tuple[str, ...],
        idempotency: Idempotency,
        *,
        precheck: bool = True,
    ) -> Submission:
        """Publishes the next version from a run (docs/adr/0004); every input's consent must permit EXPORT_WEIGHTS."""
        if earlier := self._submissions.find_earlier(idempotency):
            return earlier
        self._membership.require(Capability.PUBLISHER)
        as_of = block_of(self._index, None)
        made_by = require(self._index.find_run(run, as_of), "run")
        if precheck:
            owner = require(self._index.find_model(model, as_of), "model").publisher
            ours = self._submissions.identity.organisation
            if not owner == made_by.publisher == ours:
                raise NotPermitted(
                    "model and run belong to the publisher", got=f"organisation {ours}", needed=f"organisation {owner}"
                )
            if not made_by.is_ready:
                raise StateConflict(
                    "the run is not ready for a version",
                    got=f"{made_by.operation.name}, {made_by.outcome.name}, {len(made_by.rounds)} rounds",
                    needed="TRAIN or FINE_TUNE with closed rounds and none open, or COMPLETED",
                )
            if made_by.model != model:
                raise StateConflict("the run trained another model", needed="a run that was opened for this model")
            if len(parents) > MAX_PARENTS:
                raise InvalidField("too many parents", got=f"{len(parents)}", needed=f"at most {MAX_PARENTS}")
            for parent in parents:
                require(self._index.find_model_version(parent, as_of), "model version")
            use = Use(ours, "", 0, Operation.EXPORT_WEIGHTS, made_by.purposes, made_by.project_ref, 0)
            self._consents.require_permitted(made_by.inputs, use)
        salt = self._submissions.salt(idempotency)
        inputs = [(item.dataset, item.version, item.consent) for item in made_by.inputs]
        publication = (model, run, artifact_digest, card_digest)
        command = Command(
            "version.publish",
            "models",
            "publishVersion",
            (salt, publication, list(parents), inputs),
            self._submissions.derive(ids.MODEL_VERSION, "models", salt),
        )
        return self._submissions.submit(command, idempotency)
