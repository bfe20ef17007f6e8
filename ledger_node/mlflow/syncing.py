"""Model versions of an MLflow registry, published on the ledger; their ids and states written back as tags.

Nothing is remembered here. What was published is found on the ledger by its run and the digest of its files, and a
write that is under way by its idempotency key, which follows from MLflow's name, number and run: a sync that was killed
is simply run again. After a refusal by the contract the key follows from the refused submission too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from ledger_node import shallow
from ledger_node.client import Client
from ledger_node.client.answers import ModelVersion, Run, Submission
from ledger_node.client.inputs import Document
from ledger_node.domain.codes import Outcome
from ledger_node.errors import (
    InputError,
    InvalidField,
    LookupFailure,
    ManifestMismatch,
    MedLedgerError,
    Refusal,
    StateConflict,
    SubmissionError,
    UnknownDocument,
)
from ledger_node.mlflow.cards import Made, version_card
from ledger_node.mlflow.closing import close, settled
from ledger_node.mlflow.registered import (
    ARTIFACT_DIGEST,
    MODEL,
    PUBLISH,
    REFUSED,
    RUN,
    STATE,
    VERSION,
    LoggedRun,
    RegisteredModel,
    RegisteredVersion,
    require_inputs,
)
from ledger_node.mlflow.tracking import Tracking

Act = Literal["published", "found", "refreshed", "unchanged", "failed"]
#: A fault of one version, which keeps no other from being published. Any other fault is one of a server.
OF_ONE_VERSION = (InputError, LookupFailure, Refusal, SubmissionError)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A registered model of MLflow, and which model of the ledger it is."""

    registered: RegisteredModel
    model: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one version. `version` and `state` are those of the ledger, None when it `failed`.

    `left_out` names metrics that did not get into the card, since nothing says what they were measured on.
    """

    registered: RegisteredVersion
    act: Act
    version: str | None = None
    state: str | None = None
    artifact_digest: str | None = None
    left_out: tuple[str, ...] = ()
    problem: MedLedgerError | None = None


@dataclass(frozen=True, slots=True)
class Syncing:
    """From one MLflow server to one node.

    `stated` is what a card file says for the versions to be published, `parameters` name what is taken of MLflow's,
    `close` closes runs that are still open, `wait` is seconds for each write.
    """

    node: Client
    tracking: Tracking
    stated: Mapping[str, object] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    close: bool = False
    wait: int = 30

    def chosen(self, named: Mapping[str, str]) -> list[Chosen]:
        """The registered models by name with their id on the ledger; where none is named, all that are tagged with
        one. NotFound, TrackingFailed."""
        if named:
            return [Chosen(self.tracking.model(name), model) for name, model in named.items()]
        return [Chosen(one, one.tags[MODEL]) for one in self.tracking.models()]

    def versions(self, chosen: Chosen) -> list[RegisteredVersion]:
        """Those that were published or are to be, the oldest first."""
        found = self.tracking.versions(chosen.registered.name)
        return [one for one in found if VERSION in one.tags or one.tags.get(PUBLISH, "").lower() == "true"]

    def sync(self, chosen: Chosen, registered: RegisteredVersion) -> Result:
        """Publishes the version, or looks how it stands. Trouble with a server is raised."""
        try:
            if VERSION in registered.tags:
                return self._refreshed(chosen, registered)
            return self._published(chosen, registered)
        except OF_ONE_VERSION as problem:
            problem.facts.pop("idempotencyKey", None)  # the same command finds it again
            return Result(registered, "failed", problem=problem)

    def _refreshed(self, chosen: Chosen, registered: RegisteredVersion) -> Result:
        version = self.node.versions.get(registered.tags[VERSION])
        if version["model"] != chosen.model:
            raise ManifestMismatch(
                f"the tag {VERSION} names a version of another model", got="another model's id", needed=chosen.model
            )
        act: Act = "unchanged" if self._write_back(registered, version) == 0 else "refreshed"
        return _result(registered, act, version)

    def _published(self, chosen: Chosen, registered: RegisteredVersion) -> Result:
        if not registered.ready:
            raise StateConflict("MLflow has not got the version ready", got="another status", needed="READY")
        logged = self.tracking.run(registered)
        digest = self.tracking.digest_of_version(registered)
        run = self._run_of(logged, chosen.model, digest)
        there = self._found(chosen.model, run["id"], digest)
        if there is not None:
            self._write_back(registered, there)
            return _result(registered, "found", there)
        made = self._card_of(chosen, registered, logged, digest)
        if run["outcome"] == Outcome.OPEN.name:
            close(self.node, run["id"], digest, self.wait)
        submission = self.submitted(
            registered,
            lambda key: self.node.models.publish(
                chosen.model,
                run=run["id"],
                artifact_digest=digest,
                card=Document(made.card),
                parents=registered.parents,
                idempotency_key=key,
                wait=max(self.wait, 1),
            ),
        )
        version = self.node.versions.get(str((submission["outcome"] or {}).get("version")))
        self._write_back(registered, version)
        return _result(registered, "published", version, made.left_out)

    def _run_of(self, logged: LoggedRun, model: str, digest: str) -> Run:
        """The run on the ledger: of this model, on the same data, completed with these files, or to be closed."""
        named = logged.tags.get(RUN)
        if named is None:
            raise InvalidField(
                "MLflow's run does not say which run of the ledger it is",
                got=f"no tag {RUN}",
                needed=f"a run opened with ledger_node.mlflow.opened, or the tag {RUN} with the id of one",
            )
        run = self.node.runs.get(named)
        if run["model"] != model:
            raise ManifestMismatch("the run on the ledger is another model's", got="another model's id", needed=model)
        require_inputs(logged, run["inputs"])
        outcome = run["outcome"]
        if outcome != Outcome.COMPLETED.name and not (outcome == Outcome.OPEN.name and self.close):
            raise StateConflict(
                "a version is published from a completed run", got=outcome, needed="--close, or medledger run close"
            )
        if outcome == Outcome.COMPLETED.name and run["resultDigest"] != digest:
            raise StateConflict(
                "the run was completed with another result than the files of this version",
                got="another digest",
                needed="the version with the files that the run was closed with",
            )
        return run

    def _found(self, model: str, run: str, digest: str) -> ModelVersion | None:
        """The version of these files from this run, when it is there already."""
        versions = self.node.models.versions(model)
        return next((one for one in versions if (one["run"], one["artifactDigest"]) == (run, digest)), None)

    def _card_of(self, chosen: Chosen, registered: RegisteredVersion, logged: LoggedRun, digest: str) -> Made:
        try:
            base = shallow.loads(self.node.blobs.get(self.node.models.get(chosen.model)["cardDigest"]))
        except (UnknownDocument, ValueError):
            base = None
        return version_card(
            base if isinstance(base, dict) else {},
            self.stated,
            {**chosen.registered.tags, **registered.tags},
            logged,
            registered,
            digest,
            self.node.node.get()["organisation"]["name"],
            self.parameters,
        )

    def submitted(self, registered: RegisteredVersion, write: Callable[[str], Submission]) -> Submission:
        try:
            return settled(write(key_of(registered)))
        except Refusal as error:
            refused = error.facts.get("submission")
            if refused is not None:  # by the contract: this key is used up
                self.tracking.tag(registered, REFUSED, refused["id"])
            raise

    def _write_back(self, registered: RegisteredVersion, version: ModelVersion) -> int:
        """How many tags changed. The id comes first: whatever comes between, the next sync finds it and goes on."""
        tags = {VERSION: version["id"], STATE: state_of(version), ARTIFACT_DIGEST: version["artifactDigest"]}
        changed = [(name, value) for name, value in tags.items() if registered.tags.get(name) != value]
        for name, value in changed:
            self.tracking.tag(registered, name, value)
        self.tracking.untag(registered, REFUSED)
        return len(changed)


def state_of(version: ModelVersion) -> str:
    """Its lifecycle, or RECALLED while a recall stands."""
    return "RECALLED" if version["standingRecalls"] else version["lifecycle"]


def key_of(registered: RegisteredVersion) -> str:
    parts = (registered.name, str(registered.number), str(registered.run), registered.tags.get(REFUSED, ""))
    return "mlflow.publish:" + sha256("\0".join(parts).encode()).hexdigest()


def _result(registered: RegisteredVersion, act: Act, version: ModelVersion, left_out: Iterable[str] = ()) -> Result:
    return Result(registered, act, version["id"], state_of(version), version["artifactDigest"], tuple(left_out))
