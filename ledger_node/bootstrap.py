"""The only place where a node is wired: configuration in, running node out."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger_node.blobs.folder import FolderBlobs
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.config import NodeConfig, load_deployment
from ledger_node.domain.command import Identity
from ledger_node.errors import ConfigInvalid, MedLedgerError, Retry
from ledger_node.indexer.follower import Follower
from ledger_node.metrics import Metrics
from ledger_node.ports import ApiKeys, BlobStore, Index, Meter, Stage, no_stage
from ledger_node.services.catalogue import Catalogue
from ledger_node.services.collecting import Collecting
from ledger_node.services.consents import Consents
from ledger_node.services.datasets import Datasets
from ledger_node.services.documents import Documents
from ledger_node.services.evidence import Evidence
from ledger_node.services.fsck import Fsck
from ledger_node.services.fsck.documents import DocumentPart
from ledger_node.services.fsck.generations import GenerationPart
from ledger_node.services.fsck.index import IndexPart
from ledger_node.services.fsck.submissions import SubmissionPart
from ledger_node.services.lifecycles import Lifecycles
from ledger_node.services.lineage import Lineages
from ledger_node.services.maintenance import Maintenance
from ledger_node.services.membership import Membership
from ledger_node.services.models import Models
from ledger_node.services.permissions import Permissions
from ledger_node.services.pinning import Pinning
from ledger_node.services.proposals import Proposals
from ledger_node.services.protection import Protection
from ledger_node.services.reading import Times
from ledger_node.services.recalls import Recalls
from ledger_node.services.register import Register
from ledger_node.services.requests import Requests
from ledger_node.services.rounds import Rounds
from ledger_node.services.runs import Runs
from ledger_node.services.status import Limits, Status
from ledger_node.services.streams import Streams
from ledger_node.services.submissions import Submissions
from ledger_node.store.api_keys import SqlApiKeys
from ledger_node.store.audit import SqlAudit
from ledger_node.store.database import Database
from ledger_node.store.gauges import SqlGauges
from ledger_node.store.index import SqlIndex
from ledger_node.store.outbox import SqlOutbox
from ledger_node.store.pins import SqlPins
from ledger_node.submitter.sender import Submitter

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # a worker's pause after a failure


@dataclass(frozen=True, slots=True)
class Node:
    """What the HTTP edge sees of a node."""

    identity: Identity
    index: Index
    times: Times
    api_keys: ApiKeys
    submissions: Submissions
    register: Register
    proposals: Proposals
    protection: Protection
    catalogue: Catalogue
    datasets: Datasets
    requests: Requests
    permissions: Permissions
    consents: Consents
    runs: Runs
    rounds: Rounds
    models: Models
    lifecycles: Lifecycles
    recalls: Recalls
    streams: Streams
    lineages: Lineages
    documents: Documents
    evidence: Evidence
    maintenance: Maintenance
    fsck: Fsck
    collecting: Collecting
    status: Status
    meter: Meter
    most_lag: int


class SystemClock:
    def now(self) -> int:
        return int(time.time())


class Runtime:
    """A node with its workers: one follows the chain, one sends, one pins. Used as a context manager."""

    def __init__(self, config: NodeConfig, *, stage: Stage = no_stage) -> None:
        deployment = load_deployment(config.deployment)
        meter = Metrics()
        ledger = RpcLedger(config.rpc_url, observe=meter.call)
        ledger.verify(deployment)
        password = _read(config.keystore_password_file, "the keystore's password file")
        signer = KeystoreSigner.open(config.keystore, password.strip(), deployment.chain_id)
        organisation = ledger.organisation_of(deployment.contracts, signer.address)
        identity = Identity(organisation, signer.address, deployment)
        clock = SystemClock()
        self._poll_seconds = config.poll_seconds
        self._ledger, self._log_range = ledger, config.log_range
        self._database = Database(config.database)
        self._database.migrate()
        index = SqlIndex(self._database)
        outbox = SqlOutbox(self._database, clock, signer.address)
        blobs, pins = _blobs(config), SqlPins(self._database, clock)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._indexing = threading.Lock()
        self._follower = Follower(ledger, index, deployment, config.log_range)
        self._submitter = Submitter(
            ledger,
            outbox,
            index,
            clock,
            deployment.contracts,
            finality_depth=config.finality_depth,
            resend_seconds=config.resend_seconds,
            stage=stage,
        )
        submissions = Submissions(
            identity,
            ledger,
            signer,
            outbox,
            index,
            salt_secret=outbox.salt_secret(),
            queue_cap=config.queue_cap,
            wake=self._wake.set,
            stage=stage,
        )
        membership = Membership(index, identity, clock)
        times = Times(index, ledger)
        permissions = Permissions(index, times, clock)
        lineages = Lineages(index, times)
        documents = Documents(blobs, pins)
        audit, gauges = SqlAudit(self._database, index), SqlGauges(self._database, clock)
        api_keys = SqlApiKeys(self._database)
        _load_api_keys(api_keys, config.api_keys)
        self.node = Node(
            identity=identity,
            index=index,
            times=times,
            api_keys=api_keys,
            submissions=submissions,
            register=Register(index),
            proposals=Proposals(index, ledger, submissions, membership, clock),
            protection=Protection(index, submissions, membership, clock),
            catalogue=Catalogue(index),
            datasets=Datasets(index, submissions, membership, permissions, clock),
            requests=Requests(index, submissions, membership),
            permissions=permissions,
            consents=Consents(index, submissions, membership, clock),
            runs=Runs(index, submissions, membership, permissions),
            rounds=Rounds(index, submissions, membership, permissions),
            models=Models(index, submissions, membership, permissions),
            lifecycles=Lifecycles(index, submissions, membership, permissions),
            recalls=Recalls(index, submissions, membership),
            streams=Streams(index, submissions, membership),
            lineages=lineages,
            documents=documents,
            evidence=Evidence(identity, index, ledger, lineages, documents),
            maintenance=Maintenance(index, self),
            fsck=Fsck(
                index,
                (
                    GenerationPart(ledger, index, deployment),
                    IndexPart(ledger, index, audit, self._follow_beside, self.rebuild),
                    SubmissionPart(ledger, index, audit, deployment),
                    DocumentPart(audit, blobs, pins),
                ),
            ),
            collecting=Collecting(index, audit, blobs, pins, gauges, clock),
            status=Status(
                identity,
                index,
                ledger,
                blobs,
                gauges,
                meter,
                clock,
                Limits(config.most_lag, config.most_wait),
            ),
            meter=meter,
            most_lag=config.most_lag,
        )
        pinning = Pinning(blobs, pins, clock)
        steps = {"indexer": self._index_once, "submitter": self._submitter.step, "pinner": pinning.step}
        self._workers = [
            threading.Thread(target=self._work, args=(name, meter.timed(name, step)), daemon=True)
            for name, step in steps.items()
        ]

    def __enter__(self) -> Node:
        with self._indexing:
            self._follower.catch_up()
        for worker in self._workers:
            worker.start()
        return self.node

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._wake.set()
        for worker in self._workers:
            worker.join(timeout=30)
        self._database.close()

    def rebuild(self) -> tuple[str, str]:
        """Rebuilds the index while following stands still."""
        with self._indexing:
            return self._follower.rebuild()

    def _follow_beside(self, beside: Index, most: int) -> None:
        """Fills an index that is nobody's from the chain's events, up to a block."""
        Follower(self._ledger, beside, self.node.identity.deployment, self._log_range).catch_up(most)

    def _index_once(self) -> int:
        try:
            with self._indexing:
                return int(self._follower.step())
        finally:
            self.node.status.note_head(self._follower.head)

    def _work(self, name: str, once: Callable[[], int]) -> None:
        """Calls one worker's step until the node stops. What may pass is tried again; what cannot pass stops the
        worker, loudly: a node that cannot read its chain must not answer as if it could."""
        while not self._stop.is_set():
            try:
                moved = once()
            except MedLedgerError as error:
                self.node.status.note_failure(name, error.code)
                if error.retry is not Retry.SAFE:
                    log.critical("%s stopped", name, extra={"code": error.code})
                    return
                log.warning("%s waits", name, extra={"code": error.code})
                self._stop.wait(RETRY_SECONDS)
            except Exception as error:
                # A full disk, a locked database: nothing is lost, since every step begins from the store.
                self.node.status.note_failure(name, type(error).__name__)
                log.exception("%s failed and tries again", name)
                self._stop.wait(RETRY_SECONDS)
            else:
                self.node.status.note_failure(name, "")
                if moved == 0:
                    self._wait(name)

    def _wait(self, name: str) -> None:
        if name == "submitter":
            self._wake.wait(self._poll_seconds)
            self._wake.clear()
        else:
            self._stop.wait(self._poll_seconds)


def _blobs(config: NodeConfig) -> BlobStore:
    if config.blobs.kind == "kubo":
        from ledger_node.blobs.kubo import KuboBlobs  # only who uses it pays for its import

        return KuboBlobs(config.blobs.address, config.blobs.timeout)
    return FolderBlobs(config.blobs.path)


def _load_api_keys(api_keys: SqlApiKeys, file: Path) -> None:
    try:
        api_keys.replace({str(key): str(role) for role, key in json.loads(_read(file, "the API keys' file")).items()})
    except (ValueError, AttributeError):
        raise ConfigInvalid("the API keys' file is malformed", needed="a JSON object of key by role") from None


def _read(file: Path, what: str) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeError):
        raise ConfigInvalid(f"{what} cannot be read", needed="the file that `network up` wrote") from None
