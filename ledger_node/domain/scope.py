"""What a use is for, and where (`Scope` in `contracts/types/DataUse.sol`)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Purpose, Region
from ledger_node.domain.word import NOTHING

NO_PROJECT = NOTHING


@dataclass(frozen=True, slots=True)
class Scope:
    """`condition` is the MONDO number of the disease studied, 0 for none in particular.

    `project_ref` is compared with the consent's, when the consent has one.
    """

    purposes: Purpose
    regions: Region
    condition: int = 0
    project_ref: str = NO_PROJECT
