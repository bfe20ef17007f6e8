"""What others wrote, fit for a screen: with rich and on a bare terminal."""

from __future__ import annotations

import pytest
from rich.console import Console

from ledger_node.cli.drawing import drawn
from ledger_node.proof import Known, pages
from ledger_node.proof.explanation import Branch
from ledger_node.screen import moment
from ledger_node.standalone import plain

ESCAPES = "a\x1b[2J\r\x07\x9b31m\u202eb"
PAGE: tuple[pages.Part, ...] = (
    pages.Verdict(ESCAPES),
    pages.Fields((("name", ESCAPES),)),
    pages.Table(("check", "found"), ((ESCAPES, ESCAPES),)),
    Branch("run", ESCAPES, Known.VERIFIED, ESCAPES, (Branch("run", ESCAPES, Known.VERIFIED, ESCAPES),)),
    ESCAPES,
)


def test_no_part_of_a_page_moves_the_cursor() -> None:
    text = "\n".join(plain(PAGE, 80))
    console = Console(width=80, color_system=None, markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        for part in drawn(PAGE):
            console.print(part)
    for shown in (text, captured.get()):
        assert shown.count("a�[2J���31m�b") >= 6
        assert all(letter.isprintable() or letter == "\n" for letter in shown)


def test_long_words_are_folded_and_whole() -> None:
    word = "0x" + "ab" * 60
    lines = list(plain([f"slot {word} of consents", pages.Table(("check", "found"), (("facts", word),))], 60))
    assert all(len(line) <= 60 for line in lines)
    assert "".join("".join(lines).split()).count(word) == 2


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (0, "1970-01-01 00:00:00Z"),
        (253_402_300_799, "9999-12-31 23:59:59Z"),
        (253_402_300_800, "second 253402300800"),
        (2**64 - 1, "second 18446744073709551615"),
    ],
)
def test_moment_is_a_date_while_there_is_one(time: int, shown: str) -> None:
    assert moment(time) == shown
