"""An attempt to find patients in what is public finds nobody. With the hospital's secrets the same finds all."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger_node.edge import manifest
from ledger_node.edge.attestation import rfc3339
from ledger_node.edge.patients import whose
from ledger_node.edge.patients.choices import Sources
from ledger_node.edge.patients.refresh import refresh
from tests.integration.privacy import public
from tests.integration.privacy.attacker import (
    Patient,
    Secrets,
    Seen,
    found_by_digests,
    found_by_receipts,
    found_by_trees,
)
from tests.integration.privacy.exports import PATIENTS, opt_outs, person, pseudonym
from tests.integration.privacy.flow import KINDS, Flow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seen(flow: Flow) -> Seen:
    """The chain since the hospital's first act on it, and every document that anybody can get."""
    network, since = flow.network, flow.since
    chain = [*public.calldata(network, since), *public.logs(network, since)]
    words = [word.encode() for kind in KINDS for word in (f"privacy-{kind}", flow.datasets[kind])]
    return Seen.of([*chain, *(word.ljust(32, b"\0") for word in words)], public.documents(network).values())


def owners(folder: Path, held: manifest.Manifest) -> list[str]:
    known = whose.load(folder) if (folder / whose.NAME).exists() else {}
    return [known.get(reference, reference) for reference in held.references]


def patients(flow: Flow, kind: str) -> dict[str, Patient]:
    """Everybody of a version's sources, those who are not in it too: what is known of them, and all their records."""
    release = kind.partition("-")[0]
    records: dict[str, set[bytes]] = defaultdict(set)
    facts: dict[str, set[bytes]] = defaultdict(set)
    for line in _lines(flow.private / "clean" / release):
        who = json.loads(line)["subject"]["reference"].removeprefix("Patient/")
        facts[who] |= {line, json.loads(line)["id"].encode()}
    held = manifest.load(flow.version(release))  # what was prepared first has all records that later ones have
    for who, digest in zip(owners(flow.version(release), held), held.digests, strict=True):
        records[who].add(digest.tobytes())
    for number in range(PATIENTS):
        who = pseudonym(flow.canaries, release, number)
        known = person(flow.canaries, release, number) if release in ("R4", "R5") else {"id": who}
        facts[who] |= {who.encode(), *_texts(known)}
    return {who: Patient(frozenset(facts[who]), frozenset(records[who])) for who in facts}


def _lines(folder: Path) -> Iterable[bytes]:
    """Copies of resources are in canonical form; tables have none."""
    return [line for path in sorted(folder.glob("*.ndjson")) for line in path.read_bytes().splitlines()]


def _texts(value: Any) -> set[bytes]:
    if isinstance(value, dict | list):
        return set().union(*map(_texts, value.values() if isinstance(value, dict) else value))
    return {str(value).encode()}


def secrets_of(folder: Path) -> Secrets:
    held = manifest.load(folder)
    there = (at for at in range(len(held)) if not held.erased[at])
    return Secrets(held.key, {held.digests[at].tobytes(): held.nonces[at].tobytes() for at in there})


def inside(folder: Path) -> set[str]:
    """Whose records the version has, by the hospital's own list."""
    return {who for who in owners(folder, manifest.load(folder)) if who}


@pytest.mark.parametrize("kind", ["R4", "csv"])  # both versions of R4 are public
def test_nobody_is_found_from_the_chain_and_the_documents(flow: Flow, seen: Seen, kind: str) -> None:
    asked = patients(flow, kind)
    assert len(asked) == PATIENTS
    assert len(seen.words) > 100
    assert found_by_digests(asked, seen) == set()
    assert found_by_trees(asked, seen) == set()


@pytest.mark.parametrize("kind", ["R4", "csv"])
def test_nobody_is_found_when_the_leaves_are_known_too(flow: Flow, seen: Seen, kind: str) -> None:
    """A proof that was given away holds leaves and hashes of them; without nonces they say nothing."""
    held = manifest.load(flow.version(kind))
    more = Seen(seen.targets | {leaf.tobytes() for leaf in held.leaves}, seen.words)
    asked = patients(flow, kind)
    assert found_by_digests(asked, more) == set()
    assert found_by_digests(asked, more, secrets_of(flow.version(kind))) == inside(flow.version(kind))


@pytest.mark.parametrize("kind", ["R4", "R5", "csv"])
def test_with_the_hospitals_secrets_the_same_attack_finds_all(flow: Flow, seen: Seen, kind: str) -> None:
    everybody = inside(flow.version(kind))
    assert len(everybody) >= PATIENTS - 2
    assert found_by_trees(patients(flow, kind), seen, secrets_of(flow.version(kind))) == everybody


def test_who_was_erased_is_not_even_found_with_the_secrets(flow: Flow, seen: Seen) -> None:
    """The leaf is there, and nothing that could be made again to compare it with."""
    folder = flow.version("R4-later")
    erased = pseudonym(flow.canaries, "R4", 20)
    held = manifest.load(folder)
    more = Seen(seen.targets | {leaf.tobytes() for leaf in held.leaves}, seen.words)
    found = found_by_digests(patients(flow, "R4-later"), more, secrets_of(folder))
    assert erased not in found
    assert len(found) == PATIENTS - 15 - 1  # who withdrew, with those who never entered; who was erased


def test_a_receipts_digest_confirms_no_erasure(flow: Flow, seen: Seen) -> None:
    """Known are the form of a receipt, dataset and root, all leaves, whose they are, and the time to the minute."""
    folder = flow.version("R4-later")
    (receipt,) = (folder / "erasures").glob("*.json")
    said = json.loads(receipt.read_bytes())
    own: dict[str, set[bytes]] = defaultdict(set)
    held = manifest.load(folder)
    for who, leaf in zip(owners(folder, held), held.leaves, strict=True):
        own[who or "erased"].add(leaf.tobytes())
    about = datetime.fromisoformat(said["erasedAt"])
    times = [rfc3339(about + timedelta(seconds=off)) for off in range(-30, 31)]
    known = {name: said[name] for name in ("format", "subject", "root")}
    assert {f"0x{leaf.hex()}" for leaf in own["erased"]} == set(said["leaves"])
    assert found_by_receipts(own, known, times, seen) == set()
    assert found_by_receipts(own, known, times, seen, [said["salt"]]) == {"erased"}


def test_cards_side_by_side_do_not_tell_who_withdrew(flow: Flow, tmp_path: Path) -> None:
    """The same number of others might have gone: the public documents would be the same but for times and digests."""
    actual, others = flow.version("R4-later"), range(20, 33)  # two of the fifteen had never entered
    listed = opt_outs(tmp_path / "others.csv", flow.canaries, "R4", others)
    refresh(flow.version("R4"), tmp_path / "others", Sources(listed))
    assert _differing(actual, tmp_path / "others") <= TIMES
    many = opt_outs(tmp_path / "many.csv", flow.canaries, "R4", range(37))
    refresh(flow.version("R4"), tmp_path / "many", Sources(many))
    assert {"sizeClass", "counts"} <= _differing(actual, tmp_path / "many")  # so it would be seen


TIMES = {"datePublished", "optOutCheckedAt", "checkedAt", "start", "end"}


def _differing(one: Path, other: Path) -> set[str]:
    """Names of what differs in the two public documents; of the parts of `patients` theirs."""
    found: set[str] = set()
    for name in ("card.json", "attestation.json"):
        said = [json.loads((folder / name).read_bytes()) for folder in (one, other)]
        for document in said:
            document.update(document.pop("patients", None) or {})
        found |= {field for field in said[0].keys() | said[1].keys() if said[0].get(field) != said[1].get(field)}
    return found


def test_sizes_tell_of_no_single_person(flow: Flow) -> None:
    """A class, and the same with any one more or less; a stream's size a multiple of 128, whatever was sent."""
    for kind in KINDS:
        card = json.loads((flow.version(kind) / "card.json").read_bytes())
        size = len(manifest.load(flow.version(kind)))
        assert not [text for text in _texts(card) if text == str(size).encode()]
    with (flow.private / "stays-out" / "R4").open() as file:
        assert json.load(file)  # and yet it was counted
    heads = flow.hospital("stream", "show", flow.stream, "--anchors")["anchors"]
    assert heads
    assert {head["size"] % 128 for head in heads} == {0}


def test_owners_are_read_as_the_hospital_lists_them(flow: Flow) -> None:
    """The control's own list: by the manifest's reference, or by the file beside it."""
    with (flow.version("R4") / whose.NAME).open() as file:
        listed = {row["patient"] for row in csv.DictReader(file)}
    assert inside(flow.version("R4")) == listed
