"""What is wrong with facts as the lineage of a subject: first closure, then how they fit together."""

from __future__ import annotations

from ledger_node.errors import EvidenceMalformed
from ledger_node.proof import closure, rules
from ledger_node.proof.facts import Facts
from ledger_node.proof.subject import Subject


def problems(facts: Facts, subject: Subject, time: int) -> tuple[str, ...]:
    """One sentence for each thing that is wrong. `time` is that of the as-of block (Unix seconds)."""
    return tuple(closure.problems(facts, subject)) or tuple(rules.problems(facts, time))


def require_lineage(facts: Facts, subject: Subject, time: int) -> None:
    """Raises EvidenceMalformed with the first thing that is wrong."""
    found = problems(facts, subject, time)
    if found:
        raise EvidenceMalformed(found[0], got=f"{len(found)} problems")
