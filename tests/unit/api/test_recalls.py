"""Recalls: who may, who has read them, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ledger_node.domain.codes import OrganisationStatus

from .acting import Desk
from .fakes import NOW, World, digest
from .story import NO_PROJECT, world_of_all

Desks = Callable[..., Desk]
HOSPITAL, OTHER, PUBLISHER, REGULATOR = 1, 2, 3, 4


def body(of: World, **changed: Any) -> dict[str, Any]:
    version = of.index.facts.model_versions[0].id
    return {"version": version, "severity": "CRITICAL", "notice": {"title": "Stop"}, **changed}


def test_a_publisher_recalls_with_a_replacement(desk_of: Desks) -> None:
    of = world_of_all(PUBLISHER)
    desk, (first, second) = desk_of(of, "publisher"), of.index.facts.model_versions
    command = desk.done("/v1/recalls", body(of, replacement=second.id))
    assert command.args[1:] == (first.id, 2, digest('{"title":"Stop"}'), second.id)
    assert desk.refused("/v1/recalls", body(of, replacement=first.id))["field"] == "body.replacement"
    assert desk.refused("/v1/recalls", body(of, version=digest("?")))["code"] == "ML-0301"
    of.index.facts.model_versions[1] = replace(second, model=digest("other"))
    assert desk.refused("/v1/recalls", body(of, replacement=second.id))["field"] == "body.replacement"


def test_a_regulator_recalls_also_while_suspended(desk_of: Desks) -> None:
    of = world_of_all(REGULATOR)
    one = of.index.facts.organisations[3]
    of.index.facts.organisations[3] = replace(one, voted=OrganisationStatus.SUSPENDED)
    desk = desk_of(of, "auditor")
    given = {name: value for name, value in body(of).items() if name != "notice"} | {"noticeDigest": digest("n")}
    assert desk.done("/v1/recalls", given).args[3:] == (digest("n"), NO_PROJECT)
    assert desk.refused("/v1/recalls", body(of, replacement=of.index.facts.model_versions[1].id))["code"] == "ML-0403"
    assert desk_of(world_of_all(HOSPITAL)).refused("/v1/recalls", body(of))["code"] == "ML-0403"


def test_a_recall_is_acknowledged_once(desk_of: Desks) -> None:
    of = world_of_all(HOSPITAL)
    recall = of.index.facts.recalls[0].id
    assert desk_of(of, "steward").done(f"/v1/recalls/{recall}/acknowledge").args == (recall,)
    assert desk_of(world_of_all(OTHER)).refused(f"/v1/recalls/{recall}/acknowledge")["code"] == "ML-0404"
    assert desk_of(of).refused(f"/v1/recalls/{digest('?')}/acknowledge")["code"] == "ML-0301"


def test_a_recall_is_lifted_by_whom_issued_it(desk_of: Desks) -> None:
    of = world_of_all(REGULATOR)
    one = of.index.facts.recalls[0]
    path = f"/v1/recalls/{one.id}/lift"
    assert desk_of(of, "auditor").done(path).function == "liftRecall"
    assert desk_of(world_of_all(PUBLISHER)).refused(path)["code"] == "ML-0403"
    of.index.facts.recalls[0] = replace(one, lifted_by=0, lifted_at=NOW)
    assert desk_of(of).refused(path)["got"] == "lifted"


def test_recalls_are_read_with_who_knows(desk_of: Desks) -> None:
    of = world_of_all()
    desk, one = desk_of(of), of.index.facts.recalls[0]
    found = desk.read(f"/v1/recalls/{one.id}")
    assert (found["severity"], found["stands"], found["lifted"]) == ("SERIOUS", True, None)
    assert [part["organisation"]["number"] for part in found["acknowledgements"]] == [2]
    assert len(desk.read(f"/v1/recalls?version={one.version}")["items"]) == 1
    assert desk.read(f"/v1/recalls?version={of.index.facts.model_versions[1].id}")["items"] == []
    version = desk.read(f"/v1/versions/{one.version}")
    assert (version["standingRecalls"], version["recalls"]) == (1, [one.id])
    of.index.facts.recalls[0] = replace(one, lifted_by=0, lifted_at=NOW)
    lifted = desk.read(f"/v1/recalls/{one.id}")
    assert (lifted["stands"], lifted["lifted"]) == (False, {"actor": None, "liftedAt": "2026-11-18T11:06:40Z"})
    of.index.facts.recalls[0] = replace(one, lifted_by=4, lifted_at=NOW)
    assert desk.read(f"/v1/recalls/{one.id}")["lifted"]["actor"]["number"] == 4
