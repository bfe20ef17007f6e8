"""Where a model version came from, and what lies downstream of a dataset, a consent or a hospital."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import ConsentState, Reason, StateReason
from ledger_node.domain.consent import Consent
from ledger_node.domain.dataset import Dataset, DatasetVersion
from ledger_node.domain.model import Model, ModelVersion
from ledger_node.domain.organisation import Organisation
from ledger_node.domain.position import BlockRef
from ledger_node.domain.training import Run


@dataclass(frozen=True, slots=True)
class Lineage:
    """Every fact behind `version` as of a block, each list in the order of its ids or numbers.

    `latest` maps a dataset to its newest version number at that block, `lowest` to the lowest that takes new uses;
    `latest_models` maps a model to its newest version number.
    """

    version: str
    as_of: BlockRef
    organisations: tuple[Organisation, ...]
    datasets: tuple[Dataset, ...]
    dataset_versions: tuple[DatasetVersion, ...]
    consents: tuple[Consent, ...]
    models: tuple[Model, ...]
    runs: tuple[Run, ...]
    model_versions: tuple[ModelVersion, ...]
    latest: dict[str, int]
    lowest: dict[str, int]
    latest_models: dict[str, int]

    def name_of(self, organisation: int) -> str:
        return next(o.name for o in self.organisations if o.number == organisation)

    def consent_states(self) -> dict[str, ConsentState]:
        """Each consent's state at the block's time."""
        return {consent.id: consent.state_at(self.as_of.timestamp) for consent in self.consents}


@dataclass(frozen=True, slots=True)
class Affected:
    """A model version downstream, by which input, and how its consent stands now.

    `through` lists version ids from the one that used the input to this one. `tainted` is true when the consent was
    revoked for a reason that reaches back (BREACH, ERROR).
    """

    version: str
    run: str
    dataset: str
    dataset_version: int
    consent: str
    standing: Reason
    revoked_for: StateReason | None
    tainted: bool
    through: tuple[str, ...]
