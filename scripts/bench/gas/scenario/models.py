"""Models, their versions, what becomes of them, and recalls."""

from __future__ import annotations

from scripts.bench.gas.chain import SALT, Chain
from scripts.bench.gas.scenario.members import (
    CLINIC,
    HOSPITAL,
    NONE,
    NUMBER,
    REGULATOR,
    VENDOR,
    decide,
    payload,
)
from scripts.bench.gas.scenario.training import Run, input_of

ROLE = "models"
SERIOUS = 1
LIFT_RECALL = 7


def life(c: Chain, dataset: str) -> None:
    model = str(c.write("register a model", VENDOR, ROLE, "registerModel", SALT, c.digest()))
    project = c.digest()
    run = Run(c, None, model, [input_of(c, HOSPITAL, dataset, project)], project)
    run.close(None)
    what = (run.shown["scope"], run.inputs)
    made = publication(c, model, run.id)
    first = c.write("publish a model's first version", VENDOR, ROLE, "publishVersion", SALT, made, [], *what)
    later = publication(c, model, run.id)
    second = c.write("publish a model version, one parent", VENDOR, ROLE, "publishVersion", SALT, later, [first], *what)
    at = c.now()
    imported = c.write("import a model version", VENDOR, ROLE, "importVersion", SALT, publication(c, model, NONE), [])
    c.write("release a model version", VENDOR, ROLE, "release", first)
    shown = {"publisher": NUMBER[VENDOR], "number": 2, "publishedAt": at, "publication": later, "parents": [first]}
    c.write("release a model version for sale", VENDOR, ROLE, "releaseForSale", second, shown, *what)
    recalls(c, str(second), str(first))
    c.write("deprecate a model version", VENDOR, ROLE, "deprecate", first)
    c.write("withdraw a model version", VENDOR, ROLE, "withdraw", imported)


def publication(c: Chain, model: str, run: str) -> dict[str, object]:
    return {"model": model, "run": run, "artifactDigest": c.digest(), "cardDigest": c.digest()}


def recalls(c: Chain, version: str, replacement: str) -> None:
    call = ("recall", SALT, version, SERIOUS, c.digest())
    recall = c.write("recall a model version, with a replacement", VENDOR, ROLE, *call, replacement)
    c.write("acknowledge a recall, the first", HOSPITAL, ROLE, "acknowledge", recall)
    c.write("acknowledge a recall", CLINIC, ROLE, "acknowledge", recall)
    ordered = c.write("recall a model version as a regulator", REGULATOR, ROLE, *call, NONE)
    c.write("lift a recall", VENDOR, ROLE, "liftRecall", recall)
    decide(c, "lift a recall", LIFT_RECALL, payload("uint32 bytes32", 1, bytes.fromhex(str(ordered)[2:])))
