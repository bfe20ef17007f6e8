"""The only place where a node is wired: configuration in, running node out."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ledger_node import __version__
from ledger_node.blobs.folder import FolderBlobs
from ledger_node.capture.capturing import Capturing
from ledger_node.capture.giving import Giving
from ledger_node.chain.external import ExternalSigner
from ledger_node.chain.finality import finality_of
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import KeystoreSigner, TransactionSigner
from ledger_node.config import NodeConfig, load_deployment
from ledger_node.domain.codes import Capability
from ledger_node.domain.command import Identity
from ledger_node.errors import ChainUnreachable, ConfigInvalid
from ledger_node.indexer.follower import Follower
from ledger_node.metrics import Metrics
from ledger_node.ports import BlobStore, Index, Meter, Peer, People, Stage, Tokens, Visas, no_stage
from ledger_node.services.access import Access
from ledger_node.services.card_words import CardWords
from ledger_node.services.catalogue import Catalogue
from ledger_node.services.checkpoints import CheckpointDesk
from ledger_node.services.collecting import Collecting
from ledger_node.services.consents import Consents
from ledger_node.services.datasets import Datasets
from ledger_node.services.delivering import Delivering
from ledger_node.services.dispatching import Dispatching
from ledger_node.services.documents import Documents
from ledger_node.services.evidence import Evidence
from ledger_node.services.feed import Feed
from ledger_node.services.fsck import Fsck
from ledger_node.services.fsck.captures import CapturePart
from ledger_node.services.fsck.documents import DocumentPart
from ledger_node.services.fsck.generations import GenerationPart
from ledger_node.services.fsck.index import IndexPart
from ledger_node.services.fsck.submissions import SubmissionPart
from ledger_node.services.impact import Impacts
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
from ledger_node.services.recording import Recording
from ledger_node.services.register import Register
from ledger_node.services.requests import NoVisas, Requests
from ledger_node.services.rounds import Rounds
from ledger_node.services.runs import Runs
from ledger_node.services.sessions import Sessions
from ledger_node.services.status import Limits, Status
from ledger_node.services.streams import Streams
from ledger_node.services.submissions import Submissions
from ledger_node.services.trusting import Trusting
from ledger_node.services.vouching import Exchanging, Vouching
from ledger_node.services.webhooks import WebhookDesk
from ledger_node.store.api_keys import SqlApiKeys
from ledger_node.store.audit import SqlAudit
from ledger_node.store.captures import SqlCaptures
from ledger_node.store.cards import SqlCards
from ledger_node.store.checkpoints import SqlCheckpoints
from ledger_node.store.database import Database
from ledger_node.store.desk import SqlDesk
from ledger_node.store.dispatch import SqlDispatch
from ledger_node.store.gauges import SqlGauges
from ledger_node.store.index import SqlIndex
from ledger_node.store.lease import BEAT, Lease
from ledger_node.store.outbox import SqlOutbox
from ledger_node.store.pins import SqlPins
from ledger_node.store.read_record import SqlReadRecord
from ledger_node.store.sessions import SqlSessions
from ledger_node.store.webhooks import SqlWebhooks
from ledger_node.submitter.submitter import Submitter
from ledger_node.tls import trusting
from ledger_node.webhooks.posting import HttpPoster
from ledger_node.webhooks.targets import Rules
from ledger_node.workers import Workers

SENDERS = 8  # webhooks that are sent to at the same time
DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Node:
    """What the HTTP edge sees of a node."""

    identity: Identity
    index: Index
    times: Times
    access: Access
    sessions: Sessions
    recording: Recording
    submissions: Submissions
    dispatching: Dispatching
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
    trusting: Trusting
    capturing: Capturing
    feed: Feed
    webhooks: WebhookDesk
    checkpoints: CheckpointDesk
    maintenance: Maintenance
    fsck: Fsck
    collecting: Collecting
    status: Status
    meter: Meter


class SystemClock:
    def now(self) -> int:
        return int(time.time())


class Runtime:
    """A node with its workers: one follows the chain, others send, pin, read cards. Used as a context manager."""

    def __init__(self, config: NodeConfig, *, stage: Stage = no_stage) -> None:
        deployment = load_deployment(config.deployment)
        meter = Metrics()
        ledger = RpcLedger(config.rpc_url, observe=meter.call)
        ledger.verify(deployment)
        signer = _signer(config, deployment.chain_id)
        organisation = ledger.organisation_of(deployment.contracts, signer.address)
        identity = Identity(organisation, signer.address, deployment)
        clock = SystemClock()
        self._database = Database(config.database)
        self._database.require_tables()
        index = SqlIndex(self._database)
        outbox = SqlOutbox(self._database, clock, signer.address)
        desk = SqlDesk(self._database, clock, signer.address)
        blobs, pins = _blobs(config), SqlPins(self._database, clock)
        self._ledger, self._log_range = ledger, config.log_range
        self._indexing = threading.Lock()
        self._follower = Follower(ledger, index, deployment, config.log_range)
        finality = finality_of(config.engine, ledger, config.finality_depth)
        submitter = Submitter(
            ledger,
            SqlDispatch(self._database, signer.address),
            desk,
            index,
            clock,
            signer,
            finality,
            deployment.contracts,
            genesis=deployment.genesis,
            window=config.window,
            resend_seconds=config.resend_seconds,
            stage=stage,
        )
        submissions = Submissions(
            identity,
            ledger,
            outbox,
            index,
            salt_secret=outbox.salt_secret(),
            queue_cap=config.queue_cap,
            wake=self._wake_submitter,
            stage=stage,
        )
        membership = Membership(index, identity, clock)
        times = Times(index, ledger)
        permissions = Permissions(index, times, clock)
        lineages = Lineages(index, times)
        documents = Documents(blobs, pins)
        self._card_words = CardWords(index, documents, SqlCards(self._database, clock), clock)
        audit, gauges = SqlAudit(self._database, index), SqlGauges(self._database, clock)
        wanted = {"regulator": self._regulates, "always": lambda: True, "never": lambda: False}[config.record_reads]
        self._recording = Recording(SqlReadRecord(self._database), clock, wanted, config.reads_kept_days * DAY)
        self._api_keys = SqlApiKeys(self._database)
        _load_api_keys(self._api_keys, config.api_keys)
        feed, webhooks = Feed(index, deployment), SqlWebhooks(self._database)
        poster = HttpPoster(
            Rules(config.webhooks.http, config.webhooks.private), tls=trusting(config.webhooks.ca, "webhooks.ca")
        )
        senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._delivering = Delivering(feed, webhooks, poster, clock, meter, senders)
        kept = SqlCheckpoints(self._database, config.checkpoints.keep)
        captures = SqlCaptures(self._database, clock)
        evidence = Evidence(
            identity, index, ledger, finality, kept, lineages, documents, Giving(captures, documents, ledger)
        )
        capturing = Capturing(
            captures, evidence, index, Impacts(index, times), ledger, finality, clock, config.captures_between
        )
        checkpoints = CheckpointDesk(
            identity,
            index,
            ledger,
            finality,
            kept,
            signer,
            clock,
            paused=desk.paused,
            signs=config.checkpoints.sign,
        )
        tokens, people = _provider(config, outbox.salt_secret())
        access = Access(self._api_keys, clock, tokens)
        self.node = Node(
            identity=identity,
            index=index,
            times=times,
            recording=self._recording,
            access=access,
            sessions=Sessions(access, SqlSessions(self._database), clock, people),
            submissions=submissions,
            dispatching=Dispatching(outbox, desk, signer, self._wake_submitter),
            register=Register(index),
            proposals=Proposals(index, ledger, submissions, membership, clock),
            protection=Protection(index, submissions, membership, clock),
            catalogue=Catalogue(index),
            datasets=Datasets(index, submissions, membership, permissions, clock),
            requests=Requests(index, submissions, membership, documents, _visas(config), clock),
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
            evidence=evidence,
            trusting=Trusting(identity, index, ledger),
            capturing=capturing,
            feed=feed,
            webhooks=WebhookDesk(feed, webhooks, poster, clock, lambda: self._workers.wake("deliverer")),
            checkpoints=checkpoints,
            maintenance=Maintenance(index, self),
            fsck=Fsck(
                index,
                (
                    GenerationPart(ledger, index, deployment),
                    IndexPart(ledger, index, audit, self._follow_beside, self.rebuild),
                    SubmissionPart(ledger, index, audit, deployment),
                    DocumentPart(audit, blobs, pins),
                    CapturePart(captures),
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
                writes=lambda: self._writing.held,
            ),
            meter=meter,
        )
        tasks = {
            "indexer": meter.timed("indexer", self._index_once),
            "signer": meter.timed("signer", submitter.sign),
            "sender": meter.timed("sender", submitter.send),
            "settler": meter.timed("settler", submitter.settle),
            "pinner": meter.timed("pinner", Pinning(blobs, pins, clock).step),
            "reader": meter.timed("reader", self._card_words.step),
            "capturer": meter.timed("capturer", capturing.step),
            "keys": meter.timed("keys", self._api_keys.write_uses),
        }
        tasks["deliverer"] = meter.timed("deliverer", self._delivering.step)
        vouching = Vouching(checkpoints, index, config.checkpoints.every)
        tasks["voucher"] = meter.timed("voucher", vouching.step)
        if config.checkpoints.peers:
            exchanging = Exchanging(checkpoints, _peers(config), clock, config.checkpoints.exchange_seconds)
            tasks["exchanger"] = meter.timed("exchanger", exchanging.step)
        self._writing = Lease(self._database, __version__)
        self._workers = Workers(
            self._writing,
            tasks,
            poll_seconds=config.poll_seconds,
            beat_seconds=BEAT,
            note_failure=self.node.status.note_failure,
            stand_by=self._stand_by,
            leads={"signer": ("sender",), "indexer": ("settler", "deliverer", "reader", "voucher", "capturer")},
            gathering={"sender", "settler", "pinner", "capturer"} | ({"signer"} if signer.at_once > 1 else set()),
        )

    def __enter__(self) -> Node:
        if self._writing.take():
            with self._indexing:
                self._follower.catch_up()
        self._workers.start()
        self._recording.start()
        return self.node

    def __exit__(self, *exc: object) -> None:
        self._recording.stop()
        self._delivering.stop()  # before another process may send: what is on its way is noted by this one
        self._workers.stop()
        self._database.close()

    def rebuild(self) -> tuple[str, str]:
        """Rebuilds the index while following stands still; then the words of cards are read anew."""
        with self._indexing:
            made = self._follower.rebuild()
        self._card_words.forget()
        return made

    def _follow_beside(self, beside: Index, most: int) -> None:
        """Fills an index that is nobody's from the chain's events, up to a block."""
        Follower(self._ledger, beside, self.node.identity.deployment, self._log_range).catch_up(most)

    def _index_once(self) -> int:
        try:
            with self._indexing:
                return int(self._follower.step())
        finally:
            self.node.status.note_head(self._follower.head)

    def _stand_by(self) -> None:
        """Another process writes: this one answers from the same store, and looks by itself how far behind it is."""
        try:
            self.node.status.note_head(self._ledger.head().number)
        except ChainUnreachable:
            self.node.status.note_head(None)
        self._api_keys.write_uses()

    def _regulates(self) -> bool:
        ours = self.node.status.organisation()
        return ours is not None and Capability.REGULATOR in ours.capabilities

    def _wake_submitter(self) -> None:
        self._workers.wake("signer", "sender")


def _signer(config: NodeConfig, chain_id: int) -> TransactionSigner:
    where = config.signer
    if where.kind == "pkcs11":
        from ledger_node.chain.hsm import HsmSigner  # only who uses it needs its package

        pin = _read(where.pin_file, "the file with the security module's PIN")
        return HsmSigner.open(str(where.module), where.token, where.label, pin.strip(), chain_id)
    if where.kind == "external":
        return ExternalSigner(where.url, where.address, chain_id)
    password = _read(config.keystore_password_file, "the keystore's password file")
    return KeystoreSigner.open(config.keystore, password.strip(), chain_id)


def _blobs(config: NodeConfig) -> BlobStore:
    if config.blobs.kind == "kubo":
        from ledger_node.blobs.kubo import KuboBlobs  # only who uses it pays for its import

        return KuboBlobs(config.blobs.address, config.blobs.timeout)
    return FolderBlobs(config.blobs.path)


def _peers(config: NodeConfig) -> list[Peer]:
    from ledger_node.peers.asking import HttpPeer  # only who uses it pays for its import

    of = config.checkpoints
    return [HttpPeer(url, _read(key, "a file with a peer's API key").strip(), of.ca) for url, key in of.peers.items()]


def _visas(config: NodeConfig) -> Visas:
    of = config.visas
    if not of.issuers:
        return NoVisas()
    from ledger_node.oidc.visas import IssuedVisas  # only who uses it pays for its import

    return IssuedVisas(of.issuers, pause=of.refresh_seconds, tls=trusting(of.ca_file, "visas.ca_file"))


def _provider(config: NodeConfig, secret: bytes) -> tuple[Tokens | None, People | None]:
    """What the identity provider is asked for."""
    of = config.oidc
    if not of.issuer:
        return None, None
    from ledger_node.oidc.callers import Callers  # only who uses it pays for its import
    from ledger_node.oidc.people import ProviderPeople
    from ledger_node.oidc.provider import Provider
    from ledger_node.oidc.tokens import ProviderTokens

    provider = Provider(of.issuer, pause=of.refresh_seconds, tls=trusting(of.ca_file, "oidc.ca_file"))
    callers = Callers(of.issuer, of.claim, of.roles, secret)
    tokens = ProviderTokens(provider, callers, audience=of.audience)
    if not of.client_id:
        return tokens, None
    file = of.client_secret_file
    password = None if file is None else _read(file, "the file with the client's secret").strip()
    return tokens, ProviderPeople(
        provider, callers, client=of.client_id, password=password, scopes=of.scopes, at=of.name
    )


def _load_api_keys(api_keys: SqlApiKeys, file: Path) -> None:
    try:
        api_keys.configure({str(key): str(role) for role, key in json.loads(_read(file, "the API keys' file")).items()})
    except (ValueError, AttributeError):
        raise ConfigInvalid("the API keys' file is malformed", needed="a JSON object of key by role") from None


def _read(file: Path, what: str) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeError):
        raise ConfigInvalid(f"{what} cannot be read", needed="the file that `network up` wrote") from None
