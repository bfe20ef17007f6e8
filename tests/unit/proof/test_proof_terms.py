"""Terms and logs of consents at the edges of what ConsentToken accepts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger_node.proof import terms
from ledger_node.proof.facts import NONE, LogEntry

from .story import NOW, lineage, tag
from .synthetic import found

FACTS = lineage()
GRANTED = replace(found(FACTS, "consents", tag("consent C")), regions=0, modifiers=0)
ORGANISATIONS = {fact.number: fact for fact in FACTS.organisations}
DAY = 86_400
TEN_YEARS = 3650 * DAY
GS, PS, IRB, NMDS, NPUNCU, NPOA, NPU, NCU = (1 << bit for bit in (7, 11, 6, 1, 3, 15, 16, 17))


@pytest.mark.parametrize(
    ("fields", "sound"),
    [
        ({}, True),
        ({"purposes": 0}, False),
        ({"purposes": 1}, True),
        ({"purposes": (1 << 15) - 1}, True),
        ({"purposes": 1 << 15}, False),
        ({"operations": 0}, False),
        ({"operations": 1}, True),
        ({"not_before": NOW, "expires_at": NOW}, False),
        ({"not_before": NOW, "expires_at": NOW + 1}, True),
        ({"not_before": NOW, "expires_at": NOW + TEN_YEARS}, True),
        ({"not_before": NOW, "expires_at": NOW + TEN_YEARS + 1}, False),
        ({"not_before": NOW - 10, "expires_at": NOW, "issued_at": NOW - 1}, True),
        ({"not_before": NOW - 10, "expires_at": NOW, "issued_at": NOW}, False),
        ({"version_from": 0, "version_to": 0}, False),
        ({"version_from": 1, "version_to": 1}, True),
        ({"version_from": 2, "version_to": 0}, True),
        ({"version_from": 2, "version_to": 1}, False),
        ({"regions": (1 << 40) - 1, "modifiers": GS}, True),
        ({"regions": 1 << 40, "modifiers": GS}, False),
        ({"regions": 1}, False),
        ({"modifiers": GS}, False),
        ({"deidentification": (1 << 13) - 1}, True),
        ({"deidentification": 1 << 13}, False),
        ({"policy_digest": NONE}, False),
        ({"permission": 0, "purposes": 16}, True),
        ({"permission": 1, "purposes": 17}, True),
        ({"permission": 2, "purposes": 17}, False),
        ({"permission": 2, "purposes": 1}, True),
        ({"permission": 3, "purposes": 1}, False),
        ({"permission": 3, "purposes": 1, "condition": 7}, True),
        ({"permission": 3, "purposes": 17, "condition": 7}, False),
        ({"permission": 2, "purposes": 1, "condition": 7}, False),
        ({"permission": 4, "purposes": 16}, True),
        ({"permission": 4, "purposes": 17}, False),
        ({"modifiers": (1 << 18) - 1 - GS - PS - IRB, "operations": 4, "purposes": 1}, True),
        ({"modifiers": 1 << 18}, False),
        ({"modifiers": NMDS, "operations": 1}, False),
        ({"modifiers": NMDS, "operations": 2}, False),
        ({"modifiers": NMDS, "operations": 16}, False),
        ({"modifiers": NMDS, "operations": 255 - 19}, True),
        ({"modifiers": NCU, "operations": 64}, False),
        ({"modifiers": NPUNCU, "operations": 64}, False),
        ({"modifiers": NCU | NPUNCU, "operations": 255 - 64}, True),
        ({"modifiers": NPU, "operations": 64}, True),
        ({"modifiers": NPOA, "purposes": 17}, False),
        ({"modifiers": NPOA, "purposes": 1}, True),
        ({"modifiers": PS}, False),
        ({"modifiers": IRB}, False),
        ({"modifiers": PS | IRB, "project_ref": tag("project")}, True),
    ],
)
def test_are_sound_as_term_rules_has_it(fields: dict[str, Any], sound: bool) -> None:
    assert terms.are_sound(replace(GRANTED, **fields)) is sound


@pytest.mark.parametrize(("modifiers", "excluded"), [(0, False), (NCU, False), (NPU, True), (NPUNCU, True)])
def test_excludes_profit_for_two_modifiers(modifiers: int, excluded: bool) -> None:
    assert terms.excludes_profit(replace(GRANTED, modifiers=modifiers)) is excluded


SUSPENDED = (0, 0, 4, NOW - 9, 0)
BY_REGULATOR = (2, 0, 5, NOW - 9, NOW - 8)
REVOKED = (4, 0, 4, NOW - 9, 0)


@pytest.mark.parametrize(
    ("log", "sound"),
    [
        ((), True),
        ((SUSPENDED,), True),
        ((SUSPENDED, SUSPENDED), False),
        ((SUSPENDED, (1, 0, 4, NOW - 9, 0), SUSPENDED), True),
        ((SUSPENDED, (1, 0, 1, NOW - 9, 0)), False),
        ((SUSPENDED, (1, 0, 4, NOW - 9, NOW)), False),
        (((1, 0, 4, NOW - 9, 0),), False),
        (((0, 0, 1, NOW - 9, 0),), False),
        (((0, 0, 4, NOW - 9, NOW),), False),
        (((0, 0, 4, GRANTED.issued_at, 0),), True),
        (((0, 0, 4, GRANTED.issued_at - 1, 0),), False),
        (((0, 0, 4, NOW, 0),), True),
        (((0, 0, 4, NOW + 1, 0),), False),
        ((BY_REGULATOR,), True),
        ((SUSPENDED, BY_REGULATOR), True),
        ((BY_REGULATOR, BY_REGULATOR), False),
        (((2, 0, 5, NOW - 9, NOW - 9),), False),
        (((2, 0, 5, NOW - 9, NOW - 9 + 30 * DAY),), True),
        (((2, 0, 5, NOW - 9, NOW - 8 + 30 * DAY),), False),
        (((2, 0, 4, NOW - 9, NOW),), False),
        (((2, 0, 0, NOW - 9, NOW),), False),
        ((BY_REGULATOR, (3, 0, 0, NOW - 9, NOW), (3, 0, 0, NOW - 9, NOW - 5)), True),
        (((3, 0, 5, NOW - 9, NOW),), False),
        (((3, 0, 0, NOW - 9, NOW - 9),), False),
        ((REVOKED,), True),
        (((4, 0, 0, NOW - 9, 0),), True),
        (((4, 0, 5, NOW - 9, 0),), False),
        (((4, 0, 4, NOW - 9, NOW),), False),
        ((REVOKED, BY_REGULATOR), False),
        (((5, 0, 4, NOW - 9, 0),), False),
    ],
)
def test_log_is_sound_as_the_contract_writes_it(log: tuple[tuple[int, int, int, int, int], ...], sound: bool) -> None:
    entries = tuple(LogEntry(*entry) for entry in log)
    assert terms.log_is_sound(replace(GRANTED, log=entries), ORGANISATIONS, NOW) is sound


FORMER = found(FACTS, "consents", tag("consent old A"))
FOLLOWER = found(FACTS, "consents", tag("consent A"))
ENDED = FORMER.log[-1]


@pytest.mark.parametrize(
    ("log", "fits"),
    [
        ((ENDED,), True),
        ((), False),
        ((replace(ENDED, reason=2),), False),
        ((replace(ENDED, actor=0),), False),
        ((replace(ENDED, act=0),), False),
        ((replace(ENDED, at=ENDED.at - 1),), False),
        ((LogEntry(2, 6, 5, ENDED.at - 9, ENDED.at), ENDED), True),
        ((LogEntry(2, 6, 5, ENDED.at - 9, ENDED.at + 1), ENDED), False),
    ],
)
def test_follows_wants_the_former_revoked_in_the_same_step(log: tuple[LogEntry, ...], fits: bool) -> None:
    assert terms.follows(FOLLOWER, replace(FORMER, log=log)) is fits


@pytest.mark.parametrize("fields", [{"grantor": 2}, {"grantee": 4}, {"dataset": tag("dataset B")}])
def test_follows_wants_the_same_parties(fields: dict[str, Any]) -> None:
    assert not terms.follows(FOLLOWER, replace(FORMER, **fields))
