"""Metrics in Prometheus' form, in a registry of their own. Labels are names of ours: no id, no path."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from ledger_node import __version__
from ledger_node.domain.figures import Standing
from ledger_node.domain.submission import SubmissionState
from ledger_node.domain.webhook import WebhookState

SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
LONG = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)  # seconds
DEPTHS = (1, 2, 4, 8, 16, 32, 64)  # blocks


class Metrics:
    """The Meter port. What happens is counted as it happens; how things stand is said by a `Standing`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "medledger_http_request_seconds",
            "Duration of requests, by route as it is declared.",
            ("method", "route", "status"),
            buckets=SHORT,
            registry=self._registry,
        )
        self._calls = Histogram(
            "medledger_rpc_call_seconds",
            "Duration of calls to the chain; a batch counts once, under its first method.",
            ("method",),
            buckets=SHORT,
            registry=self._registry,
        )
        self._steps = Histogram(
            "medledger_worker_step_seconds",
            "Duration of a worker's step, with its SQL transaction.",
            ("worker",),
            buckets=SHORT,
            registry=self._registry,
        )
        self._settled = Histogram(
            "medledger_submission_settled_seconds",
            "From accepting a write until its outcome is known (mined or refused), by outcome.",
            ("outcome",),
            buckets=LONG,
            registry=self._registry,
        )
        self._rewinds = Histogram(
            "medledger_reorganisation_blocks",
            "Blocks that the index was rewound by, for each reorganisation.",
            buckets=DEPTHS,
            registry=self._registry,
        )
        self._deliveries = Histogram(
            "medledger_webhook_delivery_seconds",
            "Attempts to send an event to a webhook, by what came of them.",
            ("outcome",),
            buckets=SHORT,
            registry=self._registry,
        )
        self._failures = Counter(
            "medledger_worker_failures", "Steps of a worker that failed.", ("worker",), registry=self._registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).observe(seconds)

    def call(self, method: str, seconds: float) -> None:
        self._calls.labels(method).observe(seconds)

    def timed(self, worker: str, step: Callable[[], int]) -> Callable[[], int]:
        def measured() -> int:
            began = time.perf_counter()
            try:
                return step()
            except Exception:
                self._failures.labels(worker).inc()
                raise
            finally:
                self._steps.labels(worker).observe(time.perf_counter() - began)

        return measured

    def settled(self, outcome: str, seconds: float) -> None:
        self._settled.labels(outcome).observe(max(0.0, seconds))

    def rewound(self, blocks: int) -> None:
        self._rewinds.observe(blocks)

    def delivered(self, outcome: str, seconds: float) -> None:
        self._deliveries.labels(outcome).observe(seconds)

    def render(self, standing: Standing) -> bytes:
        shown = CollectorRegistry()
        shown.register(_Gauges(standing))
        return generate_latest(self._registry) + generate_latest(shown)


class _Gauges:
    """A standing as metrics. What is not known is left out, rather than said to be 0."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterator[Metric]:
        now, of = self._standing, self._standing.figures
        yield InfoMetricFamily("medledger_build", "The software.", {"version": __version__})
        yield _gauge("writer", "1 in the process that writes, 0 in one that stands by.", float(now.writes))
        yield _gauge("writer_epoch", "The writer's epoch; it rises with each takeover.", of.epoch)
        yield _gauge("index_block", "Newest block in the index.", now.indexed)
        yield _gauge("chain_head_block", "Newest block of the chain, as last seen.", now.head)
        yield _gauge("index_lag_blocks", "Blocks that the index is behind the chain.", now.lag)
        yield _gauge("index_lag_seconds", "Age of the newest indexed block while the index lags.", now.lag_seconds)
        yield _by(
            "submissions",
            "Writes that were accepted, by state.",
            "state",
            {state.value: of.submissions.get(state.value, 0) for state in SubmissionState},
        )
        yield _gauge(
            "submission_oldest_open_seconds", "Age of the oldest write that is not on the chain.", now.oldest_open
        )
        yield _gauge("nonce_gap", "Nonces missing between those of open writes.", of.nonce_gap)
        yield _gauge("paused", "1 while nothing is signed or sent.", float(of.paused is not None))
        yield _gauge("alarms", "Transactions with our key that are not ours.", of.alarms)
        yield _gauge("events_taken_back", "Events that reorganisations took back.", of.taken_back)
        yield _gauge("checkpoint_block", "Greatest height that operators signed for.", of.checkpoint)
        yield _gauge("split_views", "Heights at which operators signed for different blocks.", of.split_views)
        yield _by(
            "webhooks",
            "Webhooks by state; dead ones wait for an operator.",
            "state",
            {state.value: of.webhooks.get(state.value, 0) for state in WebhookState},
        )
        yield _gauge("pins_waiting", "Documents that are not in the blob store yet.", of.pins_waiting)
        yield _gauge("pins_failing", "Documents that were offered to the blob store in vain.", of.pins_failing)
        yield _gauge("pin_oldest_seconds", "Age of the oldest document that is not in the blob store.", now.oldest_pin)
        yield _gauge("captures", "Bundles of evidence that are kept for when the engine forgets.", of.captures)
        yield _gauge("captures_missing", "Model versions whose evidence could not be captured.", of.captures_missing)
        yield _by(
            "worker_failing",
            "1 while the worker's last step failed.",
            "worker",
            {worker: float(bool(failure)) for worker, failure in now.failures.items()},
        )


def _gauge(name: str, about: str, value: float | None) -> Metric:
    family = GaugeMetricFamily(f"medledger_{name}", about)
    if value is not None:
        family.add_metric([], value)
    return family


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"medledger_{name}", about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
