"""Mutants of a small contract, by solc's syntax tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripts.analysis import mutants, syntax
from scripts.analysis.mutants import Mutant
from scripts.analysis.places import ROOT

pytestmark = pytest.mark.slow

SOURCE = """// é takes two bytes, and places count bytes
pragma solidity 0.8.30;
enum Light { RED, GREEN }
interface ILedger { function write(uint256 amount) external; }
contract Ledger is ILedger {
    event Written(uint256 amount);
    error Full();
    uint256 private constant MOST = 0x10;
    uint256 private _sum;
    Light private _light;
    modifier open() { if (_light == Light.RED) revert Full(); _; }
    function write(uint256 amount) external open {
        if (_sum + amount > MOST && !_done()) revert Full();
        _sum += amount;
        _light = Light.GREEN;
        emit Written(amount);
    }
    function _done() private view returns (bool) {
        return _sum == 0 ? true : _light == Light.RED;
    }
}
"""
Made = Callable[[str], list[Mutant]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("tree")
    (root / "contracts").mkdir()
    (root / "contracts" / "Ledger.sol").write_text("// SPDX-License-Identifier: MIT\n" + SOURCE)
    (root / "foundry.toml").write_text("[profile.default]\nremappings = []\n")
    (root / "scripts").symlink_to(ROOT / "scripts")

    def of(source: str) -> list[Mutant]:
        (root / "contracts" / "Ledger.sol").write_text("// SPDX-License-Identifier: MIT\n" + source)
        trees = syntax.trees(root)
        [(file, tree)] = trees.items()
        found = mutants.mutants_of(file, (root / file).read_bytes(), tree, mutants.enums_of(trees))
        return mutants.drawn(list(found))

    return of


def test_each_operator(made: Made) -> None:
    changes = {(mutant.operator, mutant.before, mutant.after) for mutant in made(SOURCE)}
    assert changes >= {
        ("modifier left out", "open", ""),
        ("revert left out", "revert Full();", "{}"),
        ("emit left out", "emit Written(amount);", "{}"),
        ("assignment left out", "_sum += amount;", "{}"),
        ("+= to -=", "+=", "-="),
        ("+ to -", "+", "-"),
        ("> to >=", ">", ">="),
        ("&& to ||", "&&", "||"),
        ("! left out", "!_done()", "_done()"),
        ("enum's member", "Light.GREEN", "Light.RED"),
        ("number raised", "0x10", "(0x10 + 1)"),
        ("number lowered", "0x10", "(0x10 - 1)"),
        ("true and false", "true", "false"),
        ("condition negated", "_sum + amount > MOST && !_done()", "!(_sum + amount > MOST && !_done())"),
        ("branches of ?: exchanged", "true : _light == Light.RED", "_light == Light.RED : true"),
    }


def test_a_mutant_changes_its_place_alone(made: Made) -> None:
    source = ("// SPDX-License-Identifier: MIT\n" + SOURCE).encode()
    for mutant in made(SOURCE):
        assert source[mutant.start : mutant.end].decode() == mutant.before
        changed = mutant.apply(source)
        assert changed != source
        assert changed[: mutant.start] == source[: mutant.start]
        assert changed.endswith(source[mutant.end :])
        assert source.decode().splitlines()[mutant.line - 1].strip() == mutant.code


def test_the_order_of_drawing_does_not_hang_on_places(made: Made) -> None:
    moved = SOURCE.replace("    event Written", "    event Other(uint256 amount);\n    event Written")
    assert [mutant.rank for mutant in made(SOURCE)] == [mutant.rank for mutant in made(moved)]


def test_interfaces_have_no_mutants(made: Made) -> None:
    assert {mutant.of.partition(".")[0] for mutant in made(SOURCE)} == {"Ledger"}
