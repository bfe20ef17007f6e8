"""Datasets, their versions, one by one and in bulk, versions derived from others, erasures."""

from __future__ import annotations

from scripts.bench.gas.chain import BEGINNING, SALT, Chain
from scripts.bench.gas.scenario.members import BATCH, CLINIC, HOSPITAL, NUMBER
from scripts.bench.gas.scenario.terms import DERIVE_DATASET, consent, scope

ROLE = "datasets"
FIRST, EXTENSION = 0, 1
OF_MANY = f"batch of {BATCH} dataset versions, each of another dataset"
OF_ONE = f"batch of {BATCH} versions of one dataset"


def publication(c: Chain, supersession: int = EXTENSION) -> dict[str, object]:
    return {
        "root": c.digest(),
        "cardDigest": c.digest(),
        "attestationDigest": c.digest(),
        "options": 0b11,
        "sizeClass": 3,
        "claim": 0,
        "supersession": supersession,
        "optOutCheckedAt": BEGINNING,
    }


def published(c: Chain, member: str) -> str:
    """A dataset with one version, not measured."""
    dataset = str(c.write(None, member, ROLE, "registerDataset", SALT, c.digest()))
    c.write(None, member, ROLE, "publishVersion", dataset, 1, publication(c, FIRST))
    return dataset


def life(c: Chain) -> str:
    """A dataset with two versions."""
    dataset = str(c.write("register a dataset", HOSPITAL, ROLE, "registerDataset", SALT, c.digest()))
    first = publication(c, FIRST)
    c.write("publish a dataset's first version", HOSPITAL, ROLE, "publishVersion", dataset, 1, first)
    c.write("publish a dataset version", HOSPITAL, ROLE, "publishVersion", dataset, 2, publication(c))
    c.write("record an erasure", HOSPITAL, ROLE, "recordErasure", dataset, 1, c.digest())
    return dataset


def derived(c: Chain, dataset: str, parent: str) -> None:
    """The next version of `dataset`, derived from a version of another hospital."""
    permitted = consent(c, None, CLINIC, parent, NUMBER[HOSPITAL], operations=DERIVE_DATASET)
    parents = [{"dataset": parent, "version": 1, "consent": permitted}]
    call = ("publishDerivedVersion", dataset, 3, publication(c), scope(), parents)
    c.write("publish a derived dataset version, one parent", HOSPITAL, ROLE, *call)


class Shelf:
    """As many datasets as a batch has entries, whose versions are published together."""

    def __init__(self, c: Chain) -> None:
        self._datasets = [published(c, HOSPITAL) for _ in range(BATCH)]
        self._alone = published(c, HOSPITAL)
        self._next = 2
        self._next_alone = 2

    def batches(self, c: Chain) -> None:
        def entry(dataset: str, number: int) -> dict[str, object]:
            return {"dataset": dataset, "number": number, "publication": publication(c)}

        many = [entry(dataset, self._next) for dataset in self._datasets]
        c.write(OF_MANY, HOSPITAL, ROLE, "publishVersions", many)
        one = [entry(self._alone, self._next_alone + n) for n in range(BATCH)]
        c.write(OF_ONE, HOSPITAL, ROLE, "publishVersions", one)
        self._next += 1
        self._next_alone += BATCH
