"""Registering models, publishing and importing their versions. What becomes of a version is in `lifecycles`."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.codes import Capability, Operation
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Use
from ledger_node.domain.model import MAX_PARENTS
from ledger_node.domain.training import TRAINING_OPERATIONS, Run
from ledger_node.domain.word import NOTHING
from ledger_node.errors import InvalidField, StateConflict
from ledger_node.ports import Index
from ledger_node.proof import ids
from ledger_node.services.generations import require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.permissions import Permissions
from ledger_node.services.reading import block_of, require
from ledger_node.services.shapes import inputs_of, scope_of
from ledger_node.services.submissions import Submissions, once


class Models:
    """`precheck=False` leaves the decision to the contract alone: the transaction is sent whatever the index says."""

    def __init__(
        self, index: Index, submissions: Submissions, membership: Membership, permissions: Permissions
    ) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._permissions = permissions

    @once
    def register(self, idempotency: Idempotency, card_digest: str) -> Command:
        self._membership.require(Capability.PUBLISHER)
        return self._submissions.making(
            idempotency, ids.MODEL, "model.register", "models", "registerModel", card_digest
        )

    @once
    def publish_version(
        self,
        idempotency: Idempotency,
        model: str,
        run: str,
        artifact_digest: str,
        card_digest: str,
        parents: Sequence[str],
        *,
        precheck: bool = True,
    ) -> Command:
        """Publishes the next version from a completed run (docs/adr/0007). The consents of what it trained on must
        permit EXPORT_WEIGHTS."""
        made_by = require(self._index.find_run(run, block_of(self._index, None)), "run")
        if precheck:
            self._require_publishable(model, parents)
            self._require_ready(made_by, model)
        publication = (model, run, artifact_digest, card_digest)
        args = (publication, list(parents), scope_of(made_by.scope), inputs_of(made_by.inputs))
        return self._submissions.making(
            idempotency, ids.MODEL_VERSION, "version.publish", "models", "publishVersion", *args
        )

    @once
    def import_version(
        self, idempotency: Idempotency, model: str, artifact_digest: str, card_digest: str, parents: Sequence[str]
    ) -> Command:
        """Publishes the next version as an import: made elsewhere, with no run and no consent checked here."""
        self._require_publishable(model, parents)
        publication = (model, NOTHING, artifact_digest, card_digest)
        return self._submissions.making(
            idempotency, ids.MODEL_VERSION, "version.import", "models", "importVersion", publication, list(parents)
        )

    def _require_publishable(self, model: str, parents: Sequence[str]) -> None:
        self._membership.require(Capability.PUBLISHER)
        as_of = block_of(self._index, None)
        found = require(self._index.find_model(model, as_of), "model")
        self._membership.require_ours(found.publisher, "only the model's publisher publishes its versions")
        require_in_force(self._index, found.at, "model")
        if len(parents) > MAX_PARENTS:
            raise InvalidField("too many parents", got=f"{len(parents)}", needed=f"at most {MAX_PARENTS}")
        for parent in parents:
            require(self._index.find_model_version(parent, as_of), "model version")

    def _require_ready(self, run: Run, model: str) -> None:
        self._membership.require_ours(run.publisher, "only the run's publisher publishes from it")
        if run.model != model:
            raise StateConflict("the run trained another model", needed="a run that was opened for this model")
        if not run.is_ready:
            raise StateConflict(
                "the run is not ready for a version",
                got=f"{run.outcome.name}, {'with' if run.makes_weights else 'without'} an input to train on",
                needed="a run closed as COMPLETED with an input for TRAIN or FINE_TUNE",
            )
        export = Operation.EXPORT_WEIGHTS
        self._permissions.require(
            [
                (n, one.consent, Use(run.publisher, one.dataset, one.version, export, run.scope))
                for n, one in enumerate(run.inputs)
                if one.operation in TRAINING_OPERATIONS
            ]
        )
