"""Exports on the disk: bundles, ndjson and gzip, read by a limited child; what breaks it stays out."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ledger_node.edge import worker as working
from ledger_node.edge.fhir import entries, source
from ledger_node.edge.fhir.parsing import LARGEST_FILE, LARGEST_RESOURCE
from ledger_node.edge.fhir.source import Seen, read_records
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.worker import Limits
from ledger_node.errors import EmptyFolder, InvalidField
from tests.unit.edge.fhir.resources import alanine, bundle, changed, dumped, ndjson, pressure, ultrasound

SECRET = "JaneDoe1970"
ARGUMENTS = {"release": "R4", "dates": "REMOVED"}
LIMITS = Limits(memory=512 << 20, seconds=20)


def read(path: Path, limits: Limits = LIMITS, **more: Any) -> list[Seen]:
    return list(read_records(path, "fhir_records", ARGUMENTS, limits, **more))


def reasons(seen: list[Seen]) -> dict[str, tuple[Quarantine, ...]]:
    return {one.name: one.reasons for one in seen if one.reasons}


def test_a_bulk_export_is_read_line_by_line(tmp_path: Path) -> None:
    ndjson(tmp_path / "Observation.000.ndjson", alanine(1), "", pressure(1, "p-002"))
    packed = "".join(json.dumps(alanine(n)) + "\r\n" for n in (2, 3)).encode()
    (tmp_path / "Observation.001.ndjson.gz").write_bytes(gzip.compress(packed))
    ndjson(tmp_path / "ImagingStudy.ndjson", ultrasound())
    ndjson(tmp_path / "Patient.ndjson", *[{"resourceType": "Patient", "id": SECRET} for _ in range(5)])
    seen = read(tmp_path)
    assert [(one.name, one.reference, one.patient) for one in seen if not one.reasons] == [
        ("ImagingStudy.ndjson:1", "ImagingStudy/us-1", "p-001"),
        ("Observation.000.ndjson:1", "Observation/alt-1", "p-001"),
        ("Observation.000.ndjson:2", "Observation/bp-1", "p-002"),
        ("Observation.001.ndjson.gz:1", "Observation/alt-2", "p-001"),
        ("Observation.001.ndjson.gz:2", "Observation/alt-3", "p-001"),
    ]
    assert reasons(seen) == {"Patient.ndjson:1": (Quarantine.OTHER_RESOURCE,)}
    assert [one.modalities for one in seen if not one.reasons][:2] == [("US",), ("OBSERVATION",)]


@pytest.mark.parametrize("packed", [False, True])
def test_a_bundle_is_read_entry_by_entry(tmp_path: Path, packed: bool) -> None:
    made = bundle(alanine(), {"resourceType": "Encounter", "id": "e"}, pressure(), kind="searchset")
    made["entry"].append({"fullUrl": "urn:uuid:0"})
    path = dumped(tmp_path / "bundle.json", made)
    if packed:
        path = tmp_path / "bundle.json.gz"
        path.write_bytes(gzip.compress(json.dumps(made).encode()))
    seen = read(path)
    assert [one.reference for one in seen if not one.reasons] == ["Observation/alt-1", "Observation/bp-1"]
    assert reasons(seen) == {
        f"{path.name}:2": (Quarantine.OTHER_RESOURCE,),
        f"{path.name}:4": (Quarantine.NOT_FHIR,),
    }


def test_one_record_has_one_digest_in_every_container(tmp_path: Path) -> None:
    ndjson(tmp_path / "a.ndjson", alanine())
    dumped(tmp_path / "b.json", alanine())
    dumped(tmp_path / "c.json", bundle(alanine()))
    digests = {read(tmp_path / name)[0].digest for name in ("a.ndjson", "b.json", "c.json")}
    assert len(digests) == 1


def test_a_resource_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", alanine(), changed(alanine(), "status", "corrected"))
    assert reasons(read(path)) == {"a.ndjson:2": (Quarantine.DUPLICATE_RESOURCE,)}


def test_each_bad_line_has_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "Observation.ndjson"
    good = json.dumps(alanine(1)).encode()
    last = json.dumps(alanine(2)).encode()
    lines = [
        good,
        b'{"resourceType":"Observation",' + SECRET.encode(),
        good.replace(b'"final"', b'"final","status":"final"'),
        good.replace(b"32", b"NaN"),
        b'{"resourceType":"Observation","id":"\xff\xfe"}',
        b'{"resourceType":"Observation","code":' + b'{"a":' * 70 + b"1" + b"}" * 71,
        b'{"resourceType":"Observation","x":"' + b"a" * (2 * LARGEST_RESOURCE) + b'"}',
        good.replace(b"alt-1", b"alt-9").replace(b"final", SECRET.encode()),
        good.replace(b"alt-1", b"\\ud800"),
        last,
    ]
    path.write_bytes(b"\n".join(lines))
    seen = read(path)
    assert [one.reference for one in seen if not one.reasons] == ["Observation/alt-1", "Observation/alt-2"]
    assert reasons(seen) == {
        f"{path.name}:{n}": (reason,)
        for n, reason in enumerate(
            [
                Quarantine.NOT_FHIR,
                Quarantine.DUPLICATE_KEY,
                Quarantine.INVALID_NUMBER,
                Quarantine.INVALID_UTF8,
                Quarantine.TOO_DEEP,
                Quarantine.TOO_LARGE,
                Quarantine.UNKNOWN_CODE,
            ],
            start=2,
        )
    } | {f"{path.name}:9": (Quarantine.INCOMPLETE, Quarantine.MALFORMED_ELEMENT)}
    assert SECRET not in repr(seen)


def test_bad_files_have_their_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(json.dumps(alanine(1)).encode() + b"\n")[:-9])
    (tmp_path / "c.json.gz").write_bytes(b"no gzip")
    (tmp_path / "d.csv").write_text("a,b")
    dumped(tmp_path / "e.json", {"resourceType": "Bundle", "entry": {}})
    os.mkfifo(tmp_path / "f.ndjson")
    (tmp_path / "g.ndjson").symlink_to(tmp_path / "z.ndjson")
    (tmp_path / "h.json").write_bytes(b'{"resourceType":"Bundle","type":"' + b"x" * LARGEST_FILE + b'"}')
    (tmp_path / "i.json").write_text('{"resourceType":"Bundle","entry":[{"a":1,"a":2}]}')
    (tmp_path / "j.json.gz").write_bytes(gzip.compress(b" " * (LARGEST_FILE + 2)))
    ndjson(tmp_path / "z.ndjson", alanine(2))
    seen = read(tmp_path)
    assert "Observation/alt-2" in [one.reference for one in seen]
    assert reasons(seen) == {
        "a.json": (Quarantine.NOT_FHIR,),
        "b.ndjson.gz": (Quarantine.UNREADABLE,),
        "c.json.gz": (Quarantine.UNREADABLE,),
        "d.csv": (Quarantine.NOT_FHIR,),
        "e.json": (Quarantine.MALFORMED_ELEMENT,),
        "f.ndjson": (Quarantine.NOT_REGULAR_FILE,),
        "g.ndjson": (Quarantine.NOT_REGULAR_FILE,),
        "h.json": (Quarantine.TOO_LARGE,),
        "i.json": (Quarantine.DUPLICATE_KEY,),
        "j.json.gz": (Quarantine.TOO_LARGE,),
    }


@pytest.mark.slow
def test_lines_that_break_the_child_are_found_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A line of four megabytes of small objects needs more memory than this child has."""
    bomb = '{"resourceType":"Observation","x":[' + ",".join(['{"a":{}}'] * 400_000) + "]}"
    lines: list[Any] = [alanine(n) for n in range(600)]
    lines[100] = lines[300] = lines[301] = bomb
    path = ndjson(tmp_path / "Observation.ndjson", *lines)
    seen = read(path, Limits(memory=120 << 20, seconds=20))
    assert reasons(seen) == {f"Observation.ndjson:{n}": (Quarantine.UNREADABLE,) for n in (101, 301, 302)}
    assert [one.reference for one in seen if not one.reasons] == [
        f"Observation/alt-{n}" for n in range(600) if n not in (100, 300, 301)
    ]


@pytest.mark.slow
def test_a_bundle_that_breaks_the_child_is_one_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"resourceType":"Bundle","entry":[' + ",".join(["{}"] * 3_000_000) + "]}")
    ndjson(tmp_path / "b.ndjson", alanine())
    seen = read(tmp_path, Limits(memory=200 << 20, seconds=20))
    assert reasons(seen) == {"a.json": (Quarantine.UNREADABLE,)}
    assert [one.reference for one in seen if not one.reasons] == ["Observation/alt-1"]


def test_a_file_that_breaks_every_child_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working.Worker, "ask", lambda *_, **__: None)
    seen = read(ndjson(tmp_path / "a.ndjson", alanine()))
    assert len(seen) == source.MOST_BREAKS + 1
    assert seen[-1].name == "a.ndjson"


def test_copies_lose_what_the_policy_forbids(tmp_path: Path) -> None:
    named = changed(changed(alanine(), "code.text", SECRET), "identifier", [{"value": SECRET}])
    study = changed(ultrasound(), "series.0.uid", "1.2.3.4")
    path = ndjson(tmp_path / "a.ndjson", named, study, changed(alanine(2), "status", "entered-in-error"))
    arguments = {"release": "R4", "salt": bytes(32).hex()}
    first, second, third = read_records(path, "fhir_copies", arguments, LIMITS)
    assert first.removed == (Quarantine.DIRECT_IDENTIFIER, Quarantine.FREE_TEXT)
    assert "meta" not in json.loads(first.copy)
    assert second.removed == (Quarantine.ORIGINAL_UID,)
    assert third.reasons == (Quarantine.ENTERED_IN_ERROR,)
    assert SECRET not in first.copy
    written = ndjson(tmp_path / "b.ndjson", first.copy, second.copy)
    again = read(written)
    assert [(one.reasons, one.digest) for one in again] == [((), first.digest), ((), second.digest)]
    from ledger_node.edge.attributes import fresh_uid

    assert json.loads(second.copy)["series"][0]["uid"] == fresh_uid(bytes(32), "1.2.3.4")


def test_a_source_must_be_there(tmp_path: Path) -> None:
    for name in ("missing.ndjson", "table.csv"):
        with pytest.raises(InvalidField):
            read(tmp_path / name)
    with pytest.raises(EmptyFolder):
        read(tmp_path)


def test_progress_counts_files(tmp_path: Path) -> None:
    ndjson(tmp_path / "a.ndjson", alanine())
    told: list[tuple[int, int]] = []
    read(tmp_path, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(1, 1)]


def test_a_file_is_read_once_over_many_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    was = entries._opened
    monkeypatch.setattr(entries, "_opened", lambda path: (opened.append(path), was(path))[1])
    path = str(ndjson(tmp_path / "a.ndjson", *(alanine(n) for n in range(10))))
    from ledger_node.edge.fhir.reading import records

    numbers = [len(records(path, at, 3, **ARGUMENTS)["entries"]) for at in (0, 3, 6, 9)]
    assert (numbers, len(opened)) == ([3, 3, 3, 1], 1)
    assert len(records(path, 4, 3, **ARGUMENTS)["entries"]) == 3
    assert len(opened) == 2
