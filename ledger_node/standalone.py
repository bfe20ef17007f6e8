"""The verifier as one file: `python medledger-verify.pyz verify BUNDLE --trust TRUST`.

`scripts/verifier` packs this module with the pure layers beneath it; it runs on a bare Python, opens the files that are
named and nothing else. Its words are those of `medledger evidence`, drawn as plain text.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ledger_node import model_files
from ledger_node.errors import EvidenceMalformed, HeaderMalformed, InvalidField, MedLedgerError
from ledger_node.proof import envelope, pages, sealing, trust
from ledger_node.proof.explanation import Branch, explain
from ledger_node.proof.hashing import parse_hex
from ledger_node.proof.matching import match
from ledger_node.proof.report import Report, Result
from ledger_node.proof.validators import Engine
from ledger_node.proof.verifier import verify
from ledger_node.screen import printable

HOLDS, FAILS, USAGE = 0, 1, 2

#: An answer: for machines, for people, and whether it holds.
Answer = tuple[dict[str, Any], Iterable[pages.Part], bool]


def main(words: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0 when it holds, 1 when it does not, 2 when what was given cannot be used."""
    given = _parser().parse_args(words)
    try:
        answer, page, holds = given.run(given)
    except MedLedgerError as error:
        _complain(error, as_json=given.json)
        return FAILS if isinstance(error, EvidenceMalformed | HeaderMalformed) else USAGE
    if given.json:
        print(json.dumps(answer, indent=2))
    else:
        for line in plain(page, max(40, shutil.get_terminal_size().columns)):
            print(line)
    return HOLDS if holds else FAILS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medledger-verify",
        description="Checks evidence of MedLedger. Opens the files that you name, and no connection.",
        epilog="Exit status: 0 it holds, 1 it does not, 2 what was given cannot be used.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], Answer], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.add_argument("--json", action="store_true", help="one JSON document on stdout")
        added.set_defaults(run=run)
        return added

    def of_bundle(name: str, run: Callable[[argparse.Namespace], Answer], about: str) -> argparse.ArgumentParser:
        added = command(name, run, about)
        added.add_argument("bundle", metavar="BUNDLE", type=Path, help="the evidence bundle")
        added.add_argument(
            "--trust", metavar="FILE", type=Path, help="what you trust beforehand; without it nothing is verified"
        )
        return added

    of_bundle("verify", _verify, "verify a bundle")
    of_bundle("explain", _explain, "what a bundle says, how each part is known, and what is not proved")
    matching = of_bundle("match", _match, "whether the file in front of you is the registered one")
    matching.add_argument("--artifact", metavar="PATH", type=Path, required=True, help="the file, or a model's folder")
    checking = command("check-block", _check_block, "whether a block's seals are those of the validators")
    checking.add_argument("header", metavar="HEADER", type=Path, help="a block as JSON, or its header's RLP in hex")
    checking.add_argument("--engine", required=True, choices=tuple(Engine), help="by whose rules blocks are sealed")
    checking.add_argument("--trust", metavar="FILE", type=Path, required=True, help="its validators are those in force")
    return parser


def _verify(given: argparse.Namespace) -> Answer:
    report = verify(*_files(given))
    return report.to_json(), pages.of_report(report), _is_verified(report)


def _explain(given: argparse.Namespace) -> Answer:
    explanation = explain(*_files(given))
    return explanation.to_json(), pages.of_explanation(explanation), _is_verified(explanation.report)


def _match(given: argparse.Namespace) -> Answer:
    content, trusted = _files(given)
    try:
        digest = model_files.digest_of(given.artifact)
    except OSError as error:
        raise InvalidField("the artifact cannot be read", got=type(error).__name__, needed="files") from None
    found = match(content, trusted, parse_hex(digest, 32))
    return found.to_json(), pages.of_match(found), found.holds


def _check_block(given: argparse.Namespace) -> Answer:
    content = _content(given.header, "header", sealing.MAX_SHOWN)
    seen = sealing.check_file(content, _content(given.trust, "trust", trust.MAX_TRUST), given.engine)
    return seen.to_json(), pages.of_block(seen), seen.result is Result.VERIFIED


def _files(given: argparse.Namespace) -> tuple[bytes, bytes | None]:
    bundle = _content(given.bundle, "evidence", envelope.MAX_BUNDLE)
    return bundle, None if given.trust is None else _content(given.trust, "trust", trust.MAX_TRUST)


def _content(file: Path, what: str, most: int) -> bytes:
    """Up to one byte more than there may be, so that a file that does not end is refused for its length."""
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise InvalidField(
            f"the {what} file cannot be used", got=type(error).__name__, needed="a file that can be read"
        ) from None


def _is_verified(report: Report) -> bool:
    return report.result is Result.VERIFIED


def _complain(error: MedLedgerError, *, as_json: bool) -> None:
    if as_json:
        problem = {"code": error.code, "title": error.title, "detail": error.detail}
        print(json.dumps({**problem, "got": error.got, "needed": error.needed}), file=sys.stderr)
    else:
        print(printable(f"{error.code} {error.title}: {error}"), file=sys.stderr)


def plain(page: Iterable[pages.Part], width: int) -> Iterator[str]:
    """The lines of a page, at most `width` wide where nothing must stay whole to be copied."""
    for part in page:
        match part:
            case str():
                yield from _hanging("", part, width)
            case pages.Verdict():
                yield printable(part.word)
            case pages.Fields():
                longest = max(len(name) for name, _ in part.rows)
                yield from (f"{name:<{longest}}  {printable(value)}" for name, value in part.rows)
            case pages.Table():
                yield ""
                yield from _table(part, width)
                yield ""
            case _:
                yield ""
                yield from _tree(part, width, 0)


def _table(table: pages.Table, width: int) -> Iterator[str]:
    """The last column is folded, the others are as wide as they need."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.columns) - 1)]
    for row in rows:
        first = "".join(f"{printable(cell):<{wide}}  " for cell, wide in zip(row, widths, strict=False))
        yield from _hanging(first, row[-1], width)


def _tree(branch: Branch, width: int, depth: int) -> Iterator[str]:
    yield from _hanging(f"{branch.known.value:<13}  {'  ' * depth}", branch.text, width)
    for below in branch.below:
        yield from _tree(below, width, depth + 1)


def _hanging(first: str, text: str, width: int) -> Iterator[str]:
    """`text` after `first`, folded below itself."""
    folded = textwrap.wrap(printable(text), max(20, width - len(first)), break_on_hyphens=False) or [""]
    yield (first + folded[0]).rstrip()
    yield from (" " * len(first) + line for line in folded[1:])
