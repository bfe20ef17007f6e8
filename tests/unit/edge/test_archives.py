"""Zipped studies, and archives that mean harm."""

from __future__ import annotations

import gzip
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.edge import archives, manifest
from ledger_node.edge.archives import unpacked
from ledger_node.edge.deidentify import deidentify
from ledger_node.edge.fhir.deidentify import deidentify_fhir
from ledger_node.edge.fhir.prepare import prepare_fhir
from ledger_node.edge.prepare import prepare_dicom
from ledger_node.edge.quarantine import Quarantine
from ledger_node.errors import InvalidDocument
from tests.unit.edge.fhir.test_fhir_prepare import export
from tests.unit.edge.synthetic import evidence, saved, ultrasound

PIXELS = np.arange(20, dtype=np.uint8).reshape(4, 5)


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_zipped_study_is_prepared_and_nothing_is_left_beside(tmp_path: Path) -> None:
    image = saved(evidence(ultrasound(PIXELS), "113100", "113101"), tmp_path / "a.dcm")
    with zipfile.ZipFile(tmp_path / "study.ZIP", "w", zipfile.ZIP_DEFLATED) as made:
        made.write(image, "DOE^JANE/1.dcm")
        made.writestr("DOE^JANE/notes.txt", "Jane Doe")
    version = prepare_dicom(tmp_path / "study.ZIP", tmp_path / "out" / "v1", "thyroid", "Thyroids")
    assert set(version.quarantined.values()) == {(Quarantine.NOT_DICOM.value,)}
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["v1"]
    assert not any(b"DOE^JANE" in path.read_bytes() for path in files_below(tmp_path / "out"))


def test_zipped_study_is_deidentified(tmp_path: Path) -> None:
    image = saved(ultrasound(PIXELS), tmp_path / "a.dcm")
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as made:
        made.write(image, "1.dcm")
    assert deidentify(tmp_path / "study.zip", tmp_path / "clean").written == 1


@pytest.mark.parametrize("name", ["../../out.dcm", "/etc/out.dcm", "a/../../b.dcm", "C:\\out.dcm", "nul\0l.dcm"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as made:
        made.writestr(zipfile.ZipInfo(name), b"content")
    with unpacked(tmp_path / "study.zip", tmp_path / "out") as folder:
        assert [path.name for path in files_below(folder)] == ["000000"]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert files_below(tmp_path) == [tmp_path / "study.zip"]


def test_links_and_devices_inside_are_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as made:
        for kind, target in ((stat.S_IFLNK, "/etc/passwd"), (stat.S_IFIFO, ""), (stat.S_IFCHR, "")):
            member = zipfile.ZipInfo(f"member-{kind}")
            member.external_attr = (kind | 0o644) << 16
            made.writestr(member, target)
        made.writestr("folder/", "")
        made.writestr("file", "content")
    with unpacked(tmp_path / "study.zip", tmp_path / "out") as folder:
        assert [path.read_text() for path in files_below(folder)] == ["content"]


def test_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as made, made.open("zeros", "w") as member:
        for _ in range(256):
            member.write(bytes(1 << 20))
    with pytest.raises(InvalidDocument, match="too much"), unpacked(tmp_path / "bomb.zip", tmp_path / "out"):
        pass
    assert files_below(tmp_path) == [tmp_path / "bomb.zip"]


def test_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "liar.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", bytes(1 << 20))
    content = bytearray((tmp_path / "liar.zip").read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.index(mark) + place
        content[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "liar.zip").write_bytes(content)
    with pytest.raises(InvalidDocument), unpacked(tmp_path / "liar.zip", tmp_path / "out"):
        pass


@pytest.mark.slow
def test_too_many_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as made:
        for number in range(archives.MOST_MEMBERS + 1):
            made.writestr(str(number), b"")
    with pytest.raises(InvalidDocument, match="too much"), unpacked(tmp_path / "many.zip", tmp_path / "out"):
        pass


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"no archive" * 100])
def test_what_is_no_archive_is_said_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    if content.startswith(b"PK\x05"):  # an archive of nothing
        with unpacked(tmp_path / "a.zip", tmp_path / "out") as folder:
            assert files_below(folder) == []
        return
    with pytest.raises(InvalidDocument, match="unpacked"), unpacked(tmp_path / "a.zip", tmp_path / "out"):
        pass


def test_cut_and_encrypted_archives_are_said_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a", os.urandom(10_000))
    whole = (tmp_path / "a.zip").read_bytes()
    flagged = bytearray(whole)
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        flagged[flagged.index(mark) + place] |= 1
    for number, content in enumerate((whole[:-100], whole[:5_000], bytes(flagged))):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(content)
        with pytest.raises(InvalidDocument), unpacked(path, tmp_path / "out"):
            pass


def test_what_a_killed_attempt_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".out.unpacked-x").mkdir()
    (tmp_path / ".out.unpacked-x" / "000000").write_text("of a patient")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a", b"content")
    with unpacked(tmp_path / "a.zip", tmp_path / "out"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_zipped_export_is_as_the_folder(tmp_path: Path) -> None:
    folder = export(tmp_path / "export")
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for number, file in enumerate(sorted(folder.iterdir())):
            content = file.read_bytes()
            if number % 2:
                made.writestr(f"bulk/{file.name}.gz", gzip.compress(content))
            else:
                made.writestr(f"bulk/{file.name.upper()}", content)
        made.writestr("read me.txt", b"an export")
    salt = bytes(32)
    written = [deidentify_fhir(tmp_path / name, tmp_path / f"{name}-clean", salt) for name in ("export", "export.zip")]
    assert written[0].written == written[1].written == 42
    assert same_lines(tmp_path / "export-clean", tmp_path / "export.zip-clean")
    of_both = [prepare_fhir(tmp_path / name, tmp_path / f"{name}-v1", "us-1", "t") for name in ("export", "export.zip")]
    assert set(of_both[1].quarantined.values()) == {("NOT_FHIR",), ("OTHER_RESOURCE",)}
    assert len(manifest.load(tmp_path / "export.zip-v1")) == len(manifest.load(tmp_path / "export-v1")) == 42


def same_lines(one: Path, other: Path) -> bool:
    return all(
        sorted((one / name).read_bytes().splitlines()) == sorted((other / name).read_bytes().splitlines())
        for name in ("ImagingStudy.ndjson", "Observation.ndjson")
    )


def test_zipped_study_goes_through_the_command_line(tmp_path: Path) -> None:
    image = saved(ultrasound(PIXELS), tmp_path / "a.dcm")
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as made:
        made.write(image, "1.dcm")
    words = ["dataset", "deidentify", str(tmp_path / "study.zip"), "--out", str(tmp_path / "clean")]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert len(list((tmp_path / "clean").glob("*.dcm"))) == 1
