"""Whose checkpoints are trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger_node.errors import InputError
from ledger_node.proof import eip191
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.operators import operators, trusted_by

from .signing import ONE, THREE, TWO, Operator, block, signed_by

SECOND = Operator(1, "second operator of 1")


def written(quorum: int = 2) -> dict[str, Any]:
    first = sorted(to_hex(one.address) for one in (ONE, SECOND))
    return {
        "quorum": quorum,
        "organisations": [
            {"number": 1, "operators": first},
            {"number": 2, "operators": [to_hex(TWO.address)]},
        ],
    }


def test_what_is_written_is_read_again() -> None:
    assert operators.write(operators.read(written())) == written()


BREACHES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a quorum of nobody": lambda of: of.update(quorum=0),
    "a quorum that cannot be met": lambda of: of.update(quorum=3),
    "nobody": lambda of: of.update(quorum=0, organisations=[]),
    "a quorum as text": lambda of: of.update(quorum="1"),
    "organisations out of order": lambda of: of["organisations"].reverse(),
    "an organisation twice": lambda of: of["organisations"][1].update(number=1),
    "an organisation without operators": lambda of: of["organisations"][1].update(operators=[]),
    "operators out of order": lambda of: of["organisations"][0]["operators"].reverse(),
    "an operator of two organisations": lambda of: of["organisations"][1].update(operators=[to_hex(ONE.address)]),
    "an address in capitals": lambda of: of["organisations"][1].update(operators=["0x" + "AB" * 20]),
    "a key too many": lambda of: of.update(name="ours"),
    "a key too few": lambda of: of.pop("quorum"),
}


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_each_breach_alone_is_refused(breach: Callable[[dict[str, Any]], Any]) -> None:
    document = written()
    breach(document)
    with pytest.raises(InputError):
        operators.read(document)


def test_quorum_is_of_different_organisations() -> None:
    trusted = operators.read(written())
    assert trusted_by(signed_by(ONE, TWO), trusted).passed
    assert trusted_by(signed_by(SECOND, TWO, THREE), trusted).passed
    assert not trusted_by(signed_by(ONE), trusted).passed
    assert not trusted_by(signed_by(ONE, SECOND), trusted).passed
    assert not trusted_by(signed_by(ONE, THREE), trusted).passed
    assert trusted_by(signed_by(SECOND), operators.read(written(1))).passed


def test_signature_for_an_organisation_that_is_not_its_operators_does_not_count() -> None:
    trusted = operators.read(written())
    both = signed_by(ONE, TWO)
    moved = replace(both, signatures=tuple(replace(one, organisation=3 - one.organisation) for one in both.signatures))
    assert trusted_by(moved, trusted).detail == "signed by 0 of 2 organisations: none"


def test_signature_that_does_not_hold_does_not_count() -> None:
    trusted = operators.read(written(1))
    assert not trusted_by(replace(signed_by(ONE, TWO), hash=block("elsewhere")), trusted).passed
    assert not trusted_by(signed_by(), trusted).passed


def test_signatures_of_strangers_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle has room for 65,536 of them, which on a bare Python would take minutes."""
    tried: list[bytes] = []
    signer_of = eip191.signer_of

    def trying(said: bytes, signature: bytes) -> bytes | None:
        tried.append(signature)
        return signer_of(said, signature)

    monkeypatch.setattr(eip191, "signer_of", trying)
    given = signed_by(ONE, TWO, THREE)
    assert trusted_by(given, operators.read(written())).passed
    assert set(tried) == {one.signature for one in given.signatures if one.organisation != THREE.organisation}
