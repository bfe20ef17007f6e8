"""What a hospital took back: uses that it permitted, versions of its datasets, records of them.

No answer of a node by itself: it is put together from consents, versions, erasures and what lies downstream of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import TypedDict

from ledger_node.client.answers import Affected, Consent, Dataset, DatasetVersion, Erasure, LogEntry, Named
from ledger_node.client.consents import Consents
from ledger_node.client.datasets import Datasets
from ledger_node.domain.codes import StateReason, Supersession

STOPPED = ("REVOKED", "SUSPENDED_BY_")


class Withdrawal(TypedDict):
    """In the wire's manner. `act` is a consent's (REVOKED, SUSPENDED_BY_…), or SUPERSEDED of the versions up to
    `version`, or ERASED of `version`.

    `actor` is None for a vote. `consent` and its present `standing` are there for acts on a consent, `supersededBy` for
    SUPERSEDED, `receiptDigest` for ERASED. `modelVersions` counts what learnt from what was taken back, and lies
    downstream of that; `runs` the runs that they were made by.
    """

    at: str
    act: str
    reason: str | None
    actor: Named | None
    dataset: str
    version: int | None
    supersededBy: int | None
    consent: str | None
    standing: str | None
    receiptDigest: str | None
    modelVersions: int
    runs: int


class Withdrawals:
    def __init__(self, datasets: Datasets, consents: Consents) -> None:
        self._datasets = datasets
        self._consents = consents

    def of(self, custodian: int, *, dataset: str | None = None, as_of: int) -> list[Withdrawal]:
        """All of a hospital's, or those that concern one dataset of it, oldest first; all as of one block."""
        found = [*self._of_consents(custodian, dataset, as_of)]
        for held in self._datasets.all(custodian=custodian, as_of=as_of):
            if dataset in (None, held["id"]):
                found += self._of_records(held, as_of)
        return sorted(found, key=itemgetter("at"))

    def _of_consents(self, custodian: int, dataset: str | None, as_of: int) -> Iterator[Withdrawal]:
        for consent in self._consents.all(grantor=custodian, dataset=dataset, as_of=as_of):
            stopped = [entry for entry in consent["log"] if entry["act"].startswith(STOPPED) and not _replaced(entry)]
            affected = list(self._consents.impact(consent["id"], as_of=as_of)) if stopped else []
            yield from (_of_consent(consent, entry, affected) for entry in stopped)

    def _of_records(self, held: Dataset, as_of: int) -> Iterator[Withdrawal]:
        versions = list(self._datasets.versions(held["id"], as_of=as_of))
        ended = [one for one in versions if one["supersession"] == Supersession.WITHDRAWAL.name]
        erased = list(self._datasets.erasures(held["id"], as_of=as_of))
        affected = list(self._datasets.impact(held["id"], as_of=as_of)) if ended or erased else []
        for version in ended:
            yield _of_versions(held, version, [one for one in affected if _used(one) < version["number"]])
        for erasure in erased:
            yield _of_erasure(held, erasure, [one for one in affected if _used(one) == erasure["version"]])


def _replaced(entry: LogEntry) -> bool:
    """Another consent took its place, with the rounds and losses: nothing was taken back."""
    return entry["reason"] == StateReason.SUPERSEDED.name


def _used(affected: Affected) -> int:
    """Which version of the dataset that was asked about it began with."""
    return affected["derived"][0]["version"] if affected["derived"] else affected["datasetVersion"]


def _of_consent(consent: Consent, entry: LogEntry, affected: Iterable[Affected]) -> Withdrawal:
    return {
        **_made(entry["at"], entry["act"], entry["reason"], entry["actor"], consent["dataset"], affected),
        "consent": consent["id"],
        "standing": consent["state"],
    }


def _of_versions(held: Dataset, version: DatasetVersion, affected: Iterable[Affected]) -> Withdrawal:
    return {
        **_made(version["publishedAt"], "SUPERSEDED", version["supersession"], held["custodian"], held["id"], affected),
        "version": version["number"] - 1,
        "supersededBy": version["number"],
    }


def _of_erasure(held: Dataset, erasure: Erasure, affected: Iterable[Affected]) -> Withdrawal:
    return {
        **_made(erasure["erasedAt"], "ERASED", None, held["custodian"], held["id"], affected),
        "version": erasure["version"],
        "receiptDigest": erasure["receiptDigest"],
    }


def _made(
    at: str, act: str, reason: str | None, actor: Named | None, dataset: str, affected: Iterable[Affected]
) -> Withdrawal:
    downstream = list(affected)
    return {
        "at": at,
        "act": act,
        "reason": reason,
        "actor": actor,
        "dataset": dataset,
        "version": None,
        "supersededBy": None,
        "consent": None,
        "standing": None,
        "receiptDigest": None,
        "modelVersions": len({one["version"] for one in downstream}),
        "runs": len({one["run"] for one in downstream}),
    }
