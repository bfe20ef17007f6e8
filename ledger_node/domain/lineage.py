"""Where a model version came from, and what lies downstream of a dataset, a consent or a hospital."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

from ledger_node.domain.codes import Reason, StateReason
from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import Dataset, DatasetVersion, Parent
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Organisation
from ledger_node.domain.position import BlockRef
from ledger_node.domain.recall import Recall
from ledger_node.domain.training import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Every fact behind something as of a block, each list in the order of its ids or numbers.

    The dataset versions are those used and, of a derived one, its parents; the consents include those superseded by one
    that is here; the recalls are those of its model versions, lifted ones too. `latest` maps a dataset to its newest
    version number at that block, `lowest` to the lowest that takes new uses; `latest_models` maps a model to its newest
    version number.
    """

    as_of: BlockRef
    organisations: tuple[Organisation, ...]
    datasets: tuple[Dataset, ...]
    dataset_versions: tuple[DatasetVersion, ...]
    consents: tuple[Consent, ...]
    models: tuple[Model, ...]
    runs: tuple[Run, ...]
    model_versions: tuple[ModelVersion, ...]
    recalls: tuple[Recall, ...]
    latest: dict[str, int]
    lowest: dict[str, int]
    latest_models: dict[str, int]

    def name_of(self, organisation: int) -> str:
        return next(o.name for o in self.organisations if o.number == organisation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage(Provenance):
    """Every fact behind a model version, by its id."""

    version: str

    @classmethod
    def of(cls, version: str, provenance: Provenance) -> Self:
        """Of a version, from what lies behind it."""
        return cls(version=version, **{one.name: getattr(provenance, one.name) for one in fields(Provenance)})

    def consents_in_use(self) -> set[str]:
        """The consents under which something was used, without those that are here for what they handed on."""
        used = {item.consent for run in self.runs for item in run.inputs}
        derivations = [one.derivation for one in self.dataset_versions if one.derivation]
        return used | {parent.consent for one in derivations for parent in one.parents if parent.consent}


@dataclass(frozen=True, slots=True)
class Link:
    """A model version and one that names it among its parents."""

    parent: str
    child: str


@dataclass(frozen=True, slots=True)
class Trained:
    """A model version, and an input of the run that it was published from."""

    version: str
    run: str
    dataset: str
    dataset_version: int
    consent: str


@dataclass(frozen=True, slots=True)
class Derived:
    """Version `number` of a dataset, and a parent of it."""

    dataset: str
    number: int
    parent: Parent


@dataclass(frozen=True, slots=True)
class Affected:
    """A model version downstream, by the input that its run used.

    `derived` lists dataset versions (dataset, number) from the one asked about to the input, when the input was derived
    from it; else it is empty. `standing` is how the consents on the way, or what carries them on, stand now, the worst
    of them; `revoked_for` why the first of them that is revoked was, and `tainted` is true when one was revoked, or is
    suspended, for a reason that reaches back (BREACH, ERROR). `through` lists model version ids from the one that used
    the input to this one.
    """

    version: str
    run: str
    dataset: str
    dataset_version: int
    consent: str
    derived: tuple[tuple[str, int], ...]
    standing: Reason
    revoked_for: StateReason | None
    tainted: bool
    through: tuple[str, ...]
