"""What people are shown of evidence, as parts that any screen can draw: the wording is here, the drawing elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ledger_node.proof import meanings
from ledger_node.proof.explanation import Branch, Explanation
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.matching import Match
from ledger_node.proof.report import Report
from ledger_node.proof.sealing import Seen
from ledger_node.screen import moment


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one word that answers."""

    word: str


@dataclass(frozen=True, slots=True)
class Fields:
    """Name and value, one a line, never broken."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


#: A string is a paragraph.
Part = Verdict | Fields | Table | Branch | str


def of_report(report: Report) -> Iterator[Part]:
    """What was checked, and what that shows."""
    yield Verdict(report.result.value)
    yield _about(report)
    yield Table(
        ("check", "", "found"), tuple((check.name, _passed(check.passed), check.detail) for check in report.checks)
    )
    known = Counter((fact.kind, fact.known.value) for fact in report.facts)
    yield Table(("facts", "known as", "number"), tuple((*key, str(n)) for key, n in sorted(known.items())))
    yield from _limits(report)


def of_explanation(explanation: Explanation) -> Iterator[Part]:
    """The picture first, then the checks in plain words."""
    report = explanation.report
    yield Verdict(report.result.value)
    yield _about(report)
    yield from explanation.lineage
    yield Table(
        ("check", "", "means"),
        tuple(
            (check.name, _passed(check.passed), (check.passed and meanings.of_check(check.name)) or check.detail)
            for check in report.checks
        ),
    )
    yield from _limits(report)


def of_match(match: Match) -> Iterator[Part]:
    """What the file is, and where the evidence failed, if it did."""
    yield Verdict(match.verdict)
    yield _about(match.report)
    registered = "none" if match.registered is None else to_hex(match.registered)
    yield Fields((("the file", to_hex(match.digest)), ("registered", registered), ("the file is", match.detail)))
    for check in match.report.checks:
        if not check.passed:
            yield f"{check.name} failed: {check.detail}"


def of_block(seen: Seen) -> Iterator[Part]:
    """Who sealed a block, and which rules that breaks."""
    block = seen.block
    yield Verdict(seen.result.value)
    rows = [("engine", seen.validators.engine.value), ("number", str(seen.number))]
    if block is not None:
        rows += [("block hash", to_hex(block.header.hash)), ("commit hash", to_hex(block.commit_hash))]
        rows += [] if block.round is None else [("round", str(block.round))]
        rows += [("proposer", _address(block.proposer)), *(("signer", _address(one)) for one in block.signers)]
    yield Fields((*rows, ("quorum", f"{seen.validators.quorum} of {len(seen.validators.members)}")))
    if seen.breaches:
        yield Table(("rule", "broken"), tuple((breach.rule.value, breach.detail) for breach in seen.breaches))


def _address(one: bytes | None) -> str:
    return "nobody" if one is None else to_hex(one)


def _about(report: Report) -> Fields:
    return Fields(
        (
            ("about", report.kind),
            ("id", report.subject),
            ("as of block", str(report.as_of_number)),
            ("block time", moment(report.as_of_time)),
            ("asked about", moment(report.at)),
        )
    )


def _limits(report: Report) -> Iterator[Part]:
    for root in report.trust_roots or ("nothing: no trust file was given",):
        yield f"trusted: {root}"
    for limit in report.not_proved:
        yield f"not proved: {limit}"


def _passed(passed: bool) -> str:
    return "passed" if passed else "failed"
