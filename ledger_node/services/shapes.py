"""What several contracts take, in the order of their structs' fields."""

from __future__ import annotations

from collections.abc import Sequence

from ledger_node.domain.scope import Scope
from ledger_node.domain.training import RunInput


def scope_of(scope: Scope) -> tuple[int, int, int, str]:
    """`Scope` of `contracts/types/DataUse.sol`."""
    return (int(scope.purposes), int(scope.regions), scope.condition, scope.project_ref)


def inputs_of(inputs: Sequence[RunInput]) -> list[tuple[str, int, str, int]]:
    """`ITrainingLog.Input`, one for each."""
    return [(one.dataset, one.version, one.consent, int(one.operation)) for one in inputs]
