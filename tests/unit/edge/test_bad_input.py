"""Input that means harm or is merely strange: one reason or one error with a code for each, and nobody's name in it."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ledger_node.cli.app import app
from ledger_node.edge.deidentify import deidentify
from ledger_node.edge.dicom import files_of, read_folder
from ledger_node.edge.inspection import inspect
from ledger_node.edge.prepare import load_prepared, prepare_dicom
from ledger_node.edge.quarantine import Quarantine
from ledger_node.edge.tables.reading import read_table
from ledger_node.errors import InvalidTable
from tests.unit.edge.conftest import pydicom_files
from tests.unit.edge.fhir.resources import alanine
from tests.unit.edge.synthetic import evidence, saved, ultrasound

PIXELS = np.arange(48, dtype=np.uint8).reshape(6, 8)
NAME = "Doe^Jane"
ROOT = Path(__file__).parents[3]
#: Names as devices and old file systems write them: Latin-1, Shift JIS, a lone surrogate in UTF-8, a line, a mark.
NAMES = (b"M\xfcller", b"\x8e\x52\x93\x63", b"\xed\xa0\x80", b"two\nlines", b"\x1b[2J", b"\xe2\x80\xaeevil", b"-rf")


def reasons(folder: Path) -> dict[str, tuple[Quarantine, ...]]:
    return {file.name: file.reasons for file in read_folder(folder)}


@pytest.mark.slow
def test_names_in_any_encoding_go_the_whole_way(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(NAMES):
        content = saved(ultrasound(PIXELS + number), tmp_path / "one").read_bytes()
        (tmp_path / "in" / os.fsdecode(name + b".dcm")).write_bytes(content)
        (tmp_path / "in" / os.fsdecode(name + b".txt")).write_bytes(b"text")
    made = deidentify(tmp_path / "in", tmp_path / "clean")
    assert made.written == len(NAMES)
    assert made.quarantined == {os.fsdecode(name + b".txt"): (Quarantine.NOT_DICOM,) for name in NAMES}
    for name in NAMES:
        (tmp_path / "clean" / os.fsdecode(name)).write_bytes(b"text")
    prepare_dicom(tmp_path / "clean", tmp_path / "version", "thyroid", "Thyroids")
    assert load_prepared(tmp_path / "version").quarantined == {
        os.fsdecode(name): (Quarantine.NOT_DICOM,) for name in NAMES
    }
    words = ["dataset", "deidentify", str(tmp_path / "in"), "--out", str(tmp_path / "again")]
    said = CliRunner().invoke(app, [*words, "--quarantine", str(tmp_path / "list.json")])
    assert said.exit_code == 0
    assert not any(os.fsdecode(name) in said.output for name in NAMES)
    listed = json.loads((tmp_path / "list.json").read_bytes())
    assert {os.fsencode(name) for name in listed} == {name + b".txt" for name in NAMES}


def test_devices_and_sockets_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket.dcm")
        try:
            os.mknod("zero.dcm", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("a device cannot be made here (it takes root)")
        (tmp_path / "a.dcm").write_bytes(b"")
        os.mknod("zero.csv", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        seen = reasons(tmp_path)
        assert seen.pop("a.dcm") == (Quarantine.NOT_DICOM,)
        assert set(seen.values()) == {(Quarantine.NOT_REGULAR_FILE,)}
        assert seen.keys() == {"socket.dcm", "zero.dcm", "zero.csv"}
        with pytest.raises(InvalidTable) as refused:
            read_table(tmp_path / "zero.csv")
        assert refused.value.facts["reason"] == "CANNOT_OPEN"


def test_link_that_leads_out_is_followed_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    secret = saved(evidence(ultrasound(PIXELS), "113100", "113101"), tmp_path / "secret.dcm")
    for number, target in enumerate((secret, "../../secret.dcm", "/etc/passwd", "/dev/zero", tmp_path, "nowhere")):
        (tmp_path / "in" / "deep" / f"{number}.dcm").symlink_to(target)
    seen = reasons(tmp_path / "in")
    assert len(seen) == 6
    assert set(seen.values()) == {(Quarantine.NOT_REGULAR_FILE,)}


def test_file_that_goes_while_the_folder_is_listed_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.dcm").write_bytes(b"")
    (tmp_path / "gone.dcm").write_bytes(b"")
    state = os.lstat

    def gone(path: str, **options: object) -> os.stat_result:
        return state(path + "." if path.endswith("gone.dcm") else path)

    monkeypatch.setattr("ledger_node.edge.dicom.os.lstat", gone)
    assert files_of(tmp_path) == [("a.dcm", True)]


@pytest.mark.parametrize("kind", ["cyclic", "deep", "leading out", "disguised"])
def test_media_directory_is_no_way_to_anything(tmp_path: Path, kind: str) -> None:
    """A real DICOMDIR (PS3.10, 8) whose records name each other, the next each, or files of somebody else."""
    content = (pydicom_files() / "dicomdirtests" / "DICOMDIR").read_bytes()
    lower = b"\x04\x00\x20\x14UL\x04\x00"  # (0004,1420), where the records below begin
    records = [at for at in range(len(content)) if content.startswith(lower, at)]
    assert len(records) > 20
    changed = bytearray(content)
    for record, following in zip(records, [*records[1:], records[0]], strict=True):
        target = records[0] if kind == "cyclic" else following
        changed[record + 8 : record + 12] = target.to_bytes(4, "little")
    if kind == "leading out":
        at = content.index(b"\x04\x00\x00\x15CS") + 8  # (0004,1500), Referenced File ID
        changed[at : at + 10] = b"..\\..\\..\\x"
    if kind == "disguised":
        changed = bytearray(content.replace(b"1.2.840.10008.1.3.10", b"1.2.840.10008.5.1.4."))
    (tmp_path / "DICOMDIR").write_bytes(changed)
    (reason,) = {reasons[0] for reasons in reasons(tmp_path).values()}
    assert reason in (Quarantine.MEDIA_DIRECTORY, Quarantine.NO_IDENTITY_REMOVED)
    assert (reason is Quarantine.NO_IDENTITY_REMOVED) == (kind == "disguised")


@pytest.mark.parametrize(
    "charset", ["NO_SUCH_SET", "ISO_IR 192", "ISO 2022 IR 87", "\\ISO 2022 IR 149", ["GB18030", "ISO_IR 100"]]
)
def test_wrong_character_set_changes_nothing_but_itself(tmp_path: Path, charset: str) -> None:
    """The name's bytes are in none of these sets: the file is read, its copy has neither name nor set."""
    image = ultrasound(PIXELS, PatientName=f"{NAME}\xff".encode("latin-1").decode("latin-1"))
    image.SpecificCharacterSet = "ISO_IR 100"
    (tmp_path / "in").mkdir()
    content = saved(image, tmp_path / "in" / "a.dcm").read_bytes()
    spelled = "\\".join([charset] if isinstance(charset, str) else charset).encode()
    spelled += b" " * (len(spelled) % 2)
    before = b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100"
    assert before in content
    after = b"\x08\x00\x05\x00CS" + len(spelled).to_bytes(2, "little") + spelled
    (tmp_path / "in" / "a.dcm").write_bytes(content.replace(before, after))
    result = deidentify(tmp_path / "in", tmp_path / "out")
    assert (result.written, result.quarantined) == (1, {})
    (copy,) = (tmp_path / "out").glob("*.dcm")
    assert NAME.encode() not in copy.read_bytes()
    assert b"\x08\x00\x05\x00CS" not in copy.read_bytes()
    assert inspect(str(copy))["reasons"] == []


def test_of_one_uid_with_two_contents_the_first_is_taken(tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b", "c")):
        image = evidence(ultrasound(PIXELS + number), "113100", "113101")
        image.SOPInstanceUID = "2.25.1" if name != "c" else "2.25.2"
        saved(image, tmp_path / f"{name}.dcm")
    assert reasons(tmp_path) == {"a.dcm": (), "b.dcm": (Quarantine.DUPLICATE_INSTANCE,), "c.dcm": ()}


# what is far too large


def sparse(path: Path, head: bytes, size: int = 1 << 30, tail: bytes = b"") -> None:
    """A file that begins and ends like this and has zeros between, which the disk does not keep."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
        file.seek(0, os.SEEK_END)
        file.write(tail)


@pytest.mark.slow
def test_giants_are_refused_and_the_parent_stays_small(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    tables, images, exports = (tmp_path / name for name in ("tables", "images", "exports"))
    for folder in (tables, images, exports):
        folder.mkdir()
    sparse(tables / "field.csv", b"a,label\n1,0\n")
    sparse(tables / "header.csv", b"a,")
    (tables / "columns.csv").write_text(",".join(f"c{number}" for number in range(1_000_000)) + "\n1\n")
    names = [f"c{number}" for number in range(5_000)]
    parquet.write_table(pa.table({name: [1] for name in names}), tables / "columns.parquet")
    plain = {"use_dictionary": False, "write_statistics": False, "compression": "zstd"}
    parquet.write_table(pa.table({"a": ["x" * (1 << 26)] * 2, "label": [0, 1]}), tables / "field.parquet", **plain)
    sparse(tmp_path / "list.csv", b"patient\np-1\n")
    image = saved(evidence(ultrasound(PIXELS), "113100", "113101"), images / "good.dcm").read_bytes()
    at = image.rindex(b"\xe0\x7f\x10\x00OB\0\0") + 8
    sparse(images / "pixels.dcm", image[:at] + b"\xf0\xff\xff\xff", 5 << 30)
    sparse(images / "zeros.dcm", b"", 5 << 30)
    line = json.dumps(alanine()).encode() + b"\n"
    sparse(exports / "a.ndjson", line, 1 << 28, b"\n" + json.dumps(alanine(2)).encode() + b"\n")
    sparse(exports / "b.json", b'{"resourceType":"Bundle","entry":["')
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.edge.giants", str(tmp_path)], cwd=ROOT, capture_output=True, check=True
    )
    told = json.loads(done.stdout)
    said = told["said"]
    assert {name: said[name] for name in (*sorted(path.name for path in tables.iterdir()), "list")} == {
        "columns.csv": ["ML-0112", "TOO_MANY_COLUMNS"],
        "columns.parquet": ["ML-0112", "TOO_MANY_COLUMNS"],
        "field.csv": ["ML-0112", "FIELD_TOO_LONG"],
        "field.parquet": ["ML-0112", "BROKE_ITS_READER"],
        "header.csv": ["ML-0112", "HEADER_TOO_LONG"],
        "list": ["ML-0113", None],
    }
    assert {name: said[name] for name in ("good.dcm", "pixels.dcm", "zeros.dcm")} == {
        "good.dcm": "TAKEN",
        "pixels.dcm": ["UNREADABLE"],
        "zeros.dcm": ["NOT_DICOM"],
    }
    assert (said["a.ndjson:1"], said["a.ndjson:2"], said["a.ndjson:3"]) == ("TAKEN", ["TOO_LARGE"], "TAKEN")
    assert said["b.json"] == ["TOO_LARGE"]
    assert told["peak"] < 1 << 30
