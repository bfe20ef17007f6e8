"""What becomes of a model version: released, deprecated, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from ledger_node.domain.codes import Capability, Lifecycle, Operation, Purpose, Reason, Region
from ledger_node.domain.command import Command, Idempotency
from ledger_node.domain.consent import Use
from ledger_node.domain.model import ModelVersion
from ledger_node.domain.scope import Scope
from ledger_node.domain.training import Run, RunInput
from ledger_node.domain.word import NOTHING
from ledger_node.errors import StateConflict
from ledger_node.ports import Index
from ledger_node.services.generations import generation_of, require_in_force
from ledger_node.services.membership import Membership
from ledger_node.services.permissions import Permissions
from ledger_node.services.reading import block_of, require
from ledger_node.services.shapes import inputs_of, scope_of
from ledger_node.services.submissions import Submissions, once

#: What an import shows, which has no run: nothing.
NO_SCOPE = Scope(Purpose(0), Region(0))


class Obstacle(StrEnum):
    """What keeps a version itself from being released, whatever the consents behind it say."""

    GENERATION = "generation"
    RECALLS = "recalls"
    PARENTS = "parents"
    LIFE = "life"


class Lifecycles:
    """`precheck=False` leaves the decision to the contract alone: the transaction is sent whatever the index says."""

    def __init__(
        self, index: Index, submissions: Submissions, membership: Membership, permissions: Permissions
    ) -> None:
        self._index = index
        self._submissions = submissions
        self._membership = membership
        self._permissions = permissions

    @once
    def release(self, _: Idempotency, version: str, *, for_sale: bool, precheck: bool = True) -> Command:
        """Free of charge, or for sale: then the consents of all inputs of its run must permit COMMERCIALISE."""
        found = require(self._index.find_model_version(version, block_of(self._index, None)), "model version")
        if precheck:
            self._require_releasable(found, for_sale=for_sale)
        generation = generation_of(self._index, found.at)
        if not for_sale:
            return Command("version.release", "models", "release", (version,), version, generation)
        run = self._run_of(found)
        if precheck and run is not None:
            self._require_sellable(run)
        publication = (found.model, found.run or NOTHING, found.artifact_digest, found.card_digest)
        shown = (found.publisher, found.number, found.published_at, publication, list(found.parents))
        scope, inputs = (run.scope, run.inputs) if run else (NO_SCOPE, ())
        args = (version, shown, scope_of(scope), inputs_of(inputs))
        return Command("version.release", "models", "releaseForSale", args, version, generation)

    @once
    def deprecate(self, _: Idempotency, version: str) -> Command:
        """Advises against further use. Open to a suspended organisation."""
        found = self._require_ours(version)
        if found.lifecycle in (Lifecycle.DEPRECATED, Lifecycle.WITHDRAWN):
            raise _conflict(found, "PUBLISHED or RELEASED")
        generation = generation_of(self._index, found.at)
        return Command("version.deprecate", "models", "deprecate", (version,), version, generation)

    @once
    def withdraw(self, _: Idempotency, version: str) -> Command:
        """Takes the version back for ever. Open to a suspended organisation."""
        found = self._require_ours(version)
        if found.lifecycle is Lifecycle.WITHDRAWN:
            raise _conflict(found, "a version that is not withdrawn")
        generation = generation_of(self._index, found.at)
        return Command("version.withdraw", "models", "withdraw", (version,), version, generation)

    def obstacles(self, version: ModelVersion, *, for_sale: bool) -> list[Obstacle]:
        """What keeps a version from a release, whoever asks. What its inputs' consents say is in `unsold`."""
        return [obstacle for obstacle, _ in self._conflicts(version, for_sale=for_sale)]

    def unsold(self, run: Run, as_of: int | None = None) -> list[tuple[RunInput, Reason]]:
        """The inputs of a version's run whose consents do not permit to sell it, with the reason, as
        `Permissions.check`."""
        asked = ((one, self._permissions.check(one.consent, _sale(run, one), as_of)) for one in run.inputs)
        return [(one, reason) for one, reason in asked if reason is not Reason.OK]

    def _require_releasable(self, version: ModelVersion, *, for_sale: bool) -> None:
        self._membership.require(Capability.PUBLISHER)
        self._membership.require_ours(version.publisher, "only the version's publisher releases it")
        for _, conflict in self._conflicts(version, for_sale=for_sale):
            raise conflict

    def _conflicts(self, version: ModelVersion, *, for_sale: bool) -> Iterator[tuple[Obstacle, StateConflict]]:
        try:
            require_in_force(self._index, version.at, "model version")
        except StateConflict as former:
            yield Obstacle.GENERATION, former
        if version.recalls:
            recalls = f"{version.recalls} recalls"
            yield (
                Obstacle.RECALLS,
                StateConflict("a recall of the version stands", got=recalls, needed="every recall lifted"),
            )
        if for_sale and version.run is None and version.parents:
            yield (
                Obstacle.PARENTS,
                StateConflict(
                    "an import that names parents cannot be sold, as their consents would not be asked",
                    got=f"{len(version.parents)} parents",
                    needed="a version from a run, or an import without parents",
                ),
            )
        released_free = version.lifecycle is Lifecycle.RELEASED and not version.for_sale
        if version.lifecycle is not Lifecycle.PUBLISHED and not (for_sale and released_free):
            yield Obstacle.LIFE, _conflict(version, "PUBLISHED, or released free of charge and now for sale")

    def _require_sellable(self, run: Run) -> None:
        self._permissions.require([(n, one.consent, _sale(run, one)) for n, one in enumerate(run.inputs)])

    def _require_ours(self, version: str) -> ModelVersion:
        self._membership.require(Capability.PUBLISHER, protective=True)
        found = require(self._index.find_model_version(version, block_of(self._index, None)), "model version")
        self._membership.require_ours(found.publisher, "only the version's publisher may do this")
        return found

    def _run_of(self, version: ModelVersion) -> Run | None:
        if version.run is None:
            return None
        return require(self._index.find_run(version.run, block_of(self._index, None)), "run")


def _sale(run: Run, used: RunInput) -> Use:
    return Use(run.publisher, used.dataset, used.version, Operation.COMMERCIALISE, run.scope)


def _conflict(version: ModelVersion, needed: str) -> StateConflict:
    got = version.lifecycle.name + (" for sale" if version.for_sale else "")
    return StateConflict("the version's life does not allow this step", got=got, needed=needed)
