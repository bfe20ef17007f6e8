"""Generated of the nouns: the same methods, to be awaited."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Literal, Self, Unpack

import httpx2

from ledger_node.client import answers
from ledger_node.client.consents import Terms
from ledger_node.client.datasets import NewVersion
from ledger_node.client.inputs import AsOf, Document, Input, Parent, Scope, Searched, Selected
from ledger_node.client.requests import Wanted
from ledger_node.client.retries import Retries
from ledger_node.client.rounds import NewAnswer, NewRound
from ledger_node.client.tls import Tls
from ledger_node.domain.codes import (
    Capability,
    ConsentState,
    DeclineReason,
    DeviceClass,
    EmergencyReason,
    Lifecycle,
    Operation,
    Outcome,
    Purpose,
    Refusal,
    RequestState,
    Severity,
    StateReason,
)

class Nodes:
    async def get(self) -> answers.Node: ...
    async def status(self) -> answers.NodeStatus: ...
    async def pause(self) -> answers.Pause: ...
    async def resume(self) -> answers.Pause: ...
    async def alarms(self, *, limit: int = ..., cursor: str | None = ...) -> answers.Page[answers.Alarm]: ...
    async def reads(self, *, limit: int = ..., cursor: str | None = ...) -> answers.Page[answers.RecordedRead]: ...
    async def fsck(self, *, repair: bool = ...) -> answers.Fsck: ...
    async def collect(self, *, grace: int, remove: bool = ...) -> answers.Collected: ...
    async def trust(self) -> bytes: ...
    async def health(self) -> answers.Health: ...

class Consortium:
    async def get(self, *, as_of: AsOf | None = ...) -> answers.Consortium: ...
    def generations(self, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Generation]: ...

class Organisations:
    async def get(self, number: int, *, as_of: AsOf | None = ...) -> answers.Organisation: ...
    async def list(
        self, *, limit: int = ..., cursor: str | None = ..., **selected: Unpack[Selected]
    ) -> answers.Page[answers.Organisation]: ...
    def all(self, **selected: Unpack[Selected]) -> AsyncIterator[answers.Organisation]: ...
    def keys(self, number: int, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Key]: ...
    def impact(self, number: int, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Affected]: ...
    async def suspend_in_emergency(
        self,
        number: int,
        reason: EmergencyReason,
        until: datetime,
        *,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...

class Keys:
    async def get(self, key: str, *, as_of: AsOf | None = ...) -> answers.Key: ...
    def facts(
        self, key: str, *, since: datetime | None = ..., as_of: AsOf | None = ...
    ) -> AsyncIterator[answers.WrittenFact]: ...
    async def report(
        self, key: str, since: datetime, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def confirm(
        self, key: str, since: datetime, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Proposals:
    async def get(self, number: int, *, as_of: AsOf | None = ...) -> answers.Proposal: ...
    async def list(
        self,
        *,
        state: Literal["OPEN", "PASSED", "EXECUTED", "LAPSED"] | None = ...,
        limit: int = ...,
        cursor: str | None = ...,
        **selected: Unpack[Selected],
    ) -> answers.Page[answers.Proposal]: ...
    def all(
        self, *, state: Literal["OPEN", "PASSED", "EXECUTED", "LAPSED"] | None = ..., **selected: Unpack[Selected]
    ) -> AsyncIterator[answers.Proposal]: ...
    async def admit(
        self,
        name: str,
        admin: str,
        capabilities: Capability,
        *,
        for_profit: bool,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def suspend(
        self, organisation: int, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def reinstate(
        self, organisation: int, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def remove(
        self, organisation: int, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def replace_admin(
        self, organisation: int, admin: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def change_thresholds(
        self, of_all: int, of_custodians: int, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def register_generation(
        self, contracts: Mapping[str, str], *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def lift_recall(
        self, recall: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def revoke_consent(
        self, consent: str, reason: StateReason, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def suspend_consent(
        self, consent: str, reason: StateReason, duration: int, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def vote(
        self, number: int, *, in_favour: bool, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def execute(
        self, number: int, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Blobs:
    async def put(self, content: bytes, *, idempotency_key: str | None = ...) -> answers.Blob: ...
    async def get(self, document: str) -> bytes: ...

class Schemas:
    async def list(self) -> answers.CardSchemas: ...
    async def get(self, name: str, version: int) -> answers.JsonSchema: ...

class Datasets:
    async def get(self, dataset: str, *, as_of: AsOf | None = ...) -> answers.Dataset: ...
    async def list(
        self, *, custodian: int | None = ..., limit: int = ..., cursor: str | None = ..., **selected: Unpack[Searched]
    ) -> answers.Page[answers.Dataset]: ...
    def all(self, *, custodian: int | None = ..., **selected: Unpack[Searched]) -> AsyncIterator[answers.Dataset]: ...
    def versions(
        self, dataset: str, *, as_of: AsOf | None = ..., text: str | None = ...
    ) -> AsyncIterator[answers.DatasetVersion]: ...
    def erasures(self, dataset: str, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Erasure]: ...
    def impact(self, dataset: str, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Affected]: ...
    async def register(
        self, card: Document, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def publish(
        self, dataset: str, version: NewVersion, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def publish_all(
        self, versions: Sequence[tuple[str, NewVersion]], *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def derive(
        self,
        dataset: str,
        version: NewVersion,
        *,
        scope: Scope,
        derived_from: Sequence[Parent],
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def record_erasure(
        self, dataset: str, version: int, receipt_digest: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Requests:
    async def get(self, request: str, *, as_of: AsOf | None = ...) -> answers.Request: ...
    async def list(
        self,
        *,
        dataset: str | None = ...,
        requester: int | None = ...,
        purpose: Purpose | None = ...,
        state: RequestState | None = ...,
        limit: int = ...,
        cursor: str | None = ...,
        **selected: Unpack[Searched],
    ) -> answers.Page[answers.Request]: ...
    def all(
        self,
        *,
        dataset: str | None = ...,
        requester: int | None = ...,
        purpose: Purpose | None = ...,
        state: RequestState | None = ...,
        **selected: Unpack[Searched],
    ) -> AsyncIterator[answers.Request]: ...
    async def make(
        self, wanted: Wanted, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def send_message(
        self,
        request: str,
        text: str,
        *,
        in_reply_to: int | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def decline(
        self, request: str, reason: DeclineReason, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Consents:
    async def get(self, consent: str, *, as_of: AsOf | None = ...) -> answers.Consent: ...
    async def list(
        self,
        *,
        dataset: str | None = ...,
        grantee: int | None = ...,
        grantor: int | None = ...,
        purpose: Purpose | None = ...,
        operation: Operation | None = ...,
        state: ConsentState | None = ...,
        limit: int = ...,
        cursor: str | None = ...,
        **selected: Unpack[Selected],
    ) -> answers.Page[answers.Consent]: ...
    def all(
        self,
        *,
        dataset: str | None = ...,
        grantee: int | None = ...,
        grantor: int | None = ...,
        purpose: Purpose | None = ...,
        operation: Operation | None = ...,
        state: ConsentState | None = ...,
        **selected: Unpack[Selected],
    ) -> AsyncIterator[answers.Consent]: ...
    def uses(self, consent: str, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Use]: ...
    def impact(self, consent: str, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Affected]: ...
    async def check(
        self,
        consent: str,
        *,
        dataset: str,
        version: int,
        operation: Operation,
        scope: Scope,
        rounds: int = ...,
        epsilon: int = ...,
        grantee: int | None = ...,
        as_of: AsOf | None = ...,
    ) -> answers.Check: ...
    async def issue(
        self, terms: Terms, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def suspend(
        self,
        consent: str,
        reason: StateReason,
        *,
        until: datetime | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def suspend_all(
        self,
        consents: Sequence[str],
        reason: StateReason,
        *,
        until: datetime | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def reinstate(
        self, consent: str, reason: StateReason, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def revoke(
        self, consent: str, reason: StateReason, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Models:
    async def get(self, model: str, *, as_of: AsOf | None = ...) -> answers.Model: ...
    async def list(
        self, *, publisher: int | None = ..., limit: int = ..., cursor: str | None = ..., **selected: Unpack[Searched]
    ) -> answers.Page[answers.Model]: ...
    def all(self, *, publisher: int | None = ..., **selected: Unpack[Searched]) -> AsyncIterator[answers.Model]: ...
    def versions(
        self, model: str, *, as_of: AsOf | None = ..., text: str | None = ...
    ) -> AsyncIterator[answers.ModelVersion]: ...
    async def register(
        self, card: Document, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def publish(
        self,
        model: str,
        *,
        run: str,
        artifact_digest: str,
        card: Document,
        parents: Sequence[str] = ...,
        contract_check_only: bool = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def import_version(
        self,
        model: str,
        *,
        artifact_digest: str,
        card: Document,
        parents: Sequence[str] = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...

class Versions:
    async def list(
        self,
        *,
        publisher: int | None = ...,
        lifecycle: Lifecycle | None = ...,
        limit: int = ...,
        cursor: str | None = ...,
        **selected: Unpack[Searched],
    ) -> answers.Page[answers.ModelVersion]: ...
    def all(
        self, *, publisher: int | None = ..., lifecycle: Lifecycle | None = ..., **selected: Unpack[Searched]
    ) -> AsyncIterator[answers.ModelVersion]: ...
    async def get(self, version: str, *, as_of: AsOf | None = ...) -> answers.ModelVersion: ...
    async def lineage(self, version: str, *, as_of: AsOf | None = ...) -> answers.Lineage: ...
    async def questions(self, version: str, *, as_of: AsOf | None = ...) -> answers.Questions: ...
    async def question(self, version: str, number: int, *, as_of: AsOf | None = ...) -> answers.QuestionAnswer: ...
    async def evidence(self, version: str, *, as_of: AsOf | None = ...) -> bytes: ...
    async def release(
        self,
        version: str,
        *,
        for_sale: bool = ...,
        contract_check_only: bool = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def deprecate(
        self, version: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def withdraw(
        self, version: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Recalls:
    async def get(self, recall: str, *, as_of: AsOf | None = ...) -> answers.Recall: ...
    def all(
        self,
        *,
        version: str | None = ...,
        issuer: int | None = ...,
        stands: bool | None = ...,
        **selected: Unpack[Selected],
    ) -> AsyncIterator[answers.Recall]: ...
    async def issue(
        self,
        version: str,
        severity: Severity,
        notice: Document,
        *,
        replacement: str | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def acknowledge(
        self, recall: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def lift(self, recall: str, *, idempotency_key: str | None = ..., wait: int = ...) -> answers.Submission: ...

class Rounds:
    def rounds(self, run: str, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Round]: ...
    async def open_round(
        self,
        run: str,
        *,
        epsilon: int = ...,
        number: int | None = ...,
        contract_check_only: bool = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def open_rounds(
        self,
        rounds: Sequence[NewRound],
        *,
        contract_check_only: bool = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def contribute(
        self,
        run: str,
        number: int,
        update_digest: str,
        *,
        input_: int | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def refuse(
        self,
        run: str,
        number: int,
        refusal: Refusal,
        *,
        input_: int | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def answer_all(
        self, given: Sequence[NewAnswer], *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def close_round(
        self, run: str, number: int, aggregate_digest: str | None, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Runs(Rounds):
    async def get(self, run: str, *, as_of: AsOf | None = ...) -> answers.Run: ...
    async def list(
        self,
        *,
        publisher: int | None = ...,
        model: str | None = ...,
        outcome: Outcome | None = ...,
        limit: int = ...,
        cursor: str | None = ...,
        **selected: Unpack[Selected],
    ) -> answers.Page[answers.Run]: ...
    def all(
        self,
        *,
        publisher: int | None = ...,
        model: str | None = ...,
        outcome: Outcome | None = ...,
        **selected: Unpack[Selected],
    ) -> AsyncIterator[answers.Run]: ...
    async def open(
        self,
        model: str,
        *,
        scope: Scope,
        card: Document,
        inputs_used: Sequence[Input],
        code_digest: str | None = ...,
        container_digest: str | None = ...,
        contract_check_only: bool = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...
    async def close(
        self,
        run: str,
        outcome: Outcome,
        *,
        result_digest: str | None = ...,
        idempotency_key: str | None = ...,
        wait: int = ...,
    ) -> answers.Submission: ...

class Streams:
    async def list(
        self, *, custodian: int | None = ..., limit: int = ..., cursor: str | None = ..., **selected: Unpack[Selected]
    ) -> answers.Page[answers.Stream]: ...
    def all(self, *, custodian: int | None = ..., **selected: Unpack[Selected]) -> AsyncIterator[answers.Stream]: ...
    async def get(self, stream: str, *, as_of: AsOf | None = ...) -> answers.Stream: ...
    def anchors(self, stream: str, *, as_of: AsOf | None = ...) -> AsyncIterator[answers.Anchor]: ...
    async def open(
        self, device_class: DeviceClass, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def anchor(
        self, stream: str, size: int, root: str, *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...
    async def anchor_all(
        self, heads: Sequence[tuple[str, int, str]], *, idempotency_key: str | None = ..., wait: int = ...
    ) -> answers.Submission: ...

class Submissions:
    async def get(self, submission: str) -> answers.Submission: ...
    async def list(self, *, limit: int = ..., cursor: str | None = ...) -> answers.Page[answers.Submission]: ...
    async def cancel(self, submission: str) -> answers.Submission: ...
    async def resend(self, submission: str) -> answers.Submission: ...

class Index:
    async def digest(self) -> answers.IndexDigest: ...
    async def rebuild(self) -> answers.Rebuild: ...

class Events:
    async def list(
        self, *, after: str | int | None = ..., types: Sequence[str] = ..., limit: int = ...
    ) -> answers.Page[answers.Event]: ...
    def follow(self, *, after: str | int | None = ..., types: Sequence[str] = ...) -> AsyncIterator[answers.Event]: ...

class Webhooks:
    async def make(
        self, url: str, *, types: Sequence[str] = ..., after: str | int = ..., idempotency_key: str | None = ...
    ) -> answers.WebhookSecret: ...
    def all(self) -> AsyncIterator[answers.Webhook]: ...
    async def get(self, webhook: str) -> answers.WaitingWebhook: ...
    async def rotate(self, webhook: str) -> answers.WebhookSecret: ...
    async def replay(self, webhook: str, *, after: str | int | None = ...) -> answers.Webhook: ...
    async def remove(self, webhook: str) -> None: ...

class AsyncClient:
    node: Nodes
    consortium: Consortium
    organisations: Organisations
    keys: Keys
    proposals: Proposals
    blobs: Blobs
    schemas: Schemas
    datasets: Datasets
    requests: Requests
    consents: Consents
    models: Models
    versions: Versions
    recalls: Recalls
    runs: Runs
    streams: Streams
    submissions: Submissions
    index: Index
    events: Events
    webhooks: Webhooks

    def __init__(
        self,
        url: str,
        key: str | None = ...,
        timeout: float = ...,
        *,
        tls: Tls | None = ...,
        retries: Retries | None = ...,
        transport: httpx2.AsyncBaseTransport | None = ...,
    ) -> None: ...
    @property
    def url(self) -> str: ...
    async def close(self) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
