"""`medledger stream run`, `prove` and `erase`: what is asked of them. tests/integration has a stream that runs."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from ledger_node.edge import receipts
from ledger_node.edge.streams import erasing
from ledger_node.edge.streams.log import StreamLog
from tests.unit.cli.conftest import Run
from tests.unit.edge.streams.test_intake import STREAM, Place, instance_of, place, worker

__all__ = ["place", "worker"]


def failed(run: Run, *words: str) -> str:
    result = run(*words, "--json")
    assert result.exit_code == 2, result.output
    return str(json.loads(result.stderr)["code"])


def test_erased_record_leaves_nothing_but_its_leaf(run: Run, place: Place) -> None:
    place.image(1, "a.dcm")
    place.image(2, "b.dcm")
    place.step()
    gone = instance_of(place.files("accepted")[0])
    assert run("stream", "erase", str(place.folder), "--instance", gone).exit_code == 0
    content = b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())
    assert gone.encode() not in content
    assert [path.name for path in place.files("accepted")] == ["000000000001.dcm"]
    with StreamLog(place.folder) as log:
        assert (log.records, log.open_leaves) == (1, 2)
    assert failed(run, "stream", "erase", str(place.folder), "--instance", gone) == "ML-0301"


def test_restored_backup_is_erased_again(run: Run, place: Place, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        place.image(number, f"{number}.dcm")
    place.step()
    backup, kept = tmp_path / "backup", tmp_path / "receipts"
    shutil.copytree(place.folder, backup)
    files = place.files("accepted")
    gone = [instance_of(file) for file in files[:2]]
    words = [word for name in gone for word in ("--instance", name)]
    answer = json.loads(run("stream", "erase", str(place.folder), *words, "--json").stdout)
    receipt = Path(answer["receipt"])
    assert (answer["records"], answer["receiptDigest"]) == (2, "0x" + sha256(receipt.read_bytes()).hexdigest())
    assert not any(name in receipt.read_text() for name in gone)
    shutil.copytree(receipt.parent, kept)
    shutil.rmtree(place.folder)
    shutil.copytree(backup, place.folder)
    assert failed(run, "stream", "erase", str(place.folder), "--again") == "ML-0301"  # the receipts lie apart
    again = run("stream", "erase", str(place.folder), "--again", "--receipts", str(kept), "--json")
    assert json.loads(again.stdout) == {"erasedAgain": 2}
    assert place.files("accepted") == files[2:]
    with StreamLog(place.folder) as log:
        assert (log.records, log.open_leaves) == (1, 3)
    assert json.loads(
        run("stream", "erase", str(place.folder), "--again", "--receipts", str(kept), "--json").stdout
    ) == {"erasedAgain": 0}


def test_receipt_is_kept_when_the_erasure_is_cut_short(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.image(1, "a.dcm")
    place.step()
    name = instance_of(place.files("accepted")[0])
    with monkeypatch.context() as patched, StreamLog(place.folder) as log:
        patched.setattr(StreamLog, "forget", cut_short)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(place.folder, log, [name])
        assert log.records == 1
    assert run("stream", "erase", str(place.folder), "--again").exit_code == 0
    with StreamLog(place.folder) as log:
        assert log.records == 0


def cut_short(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_goes_when_one_of_the_records_is_not_there(run: Run, place: Place) -> None:
    place.image(1, "a.dcm")
    place.step()
    name = instance_of(place.files("accepted")[0])
    words = ("stream", "erase", str(place.folder))
    assert failed(run, *words, "--instance", name, "--instance", "2.25.404") == "ML-0301"
    assert failed(run, *words) == failed(run, *words, "--again", "--instance", name) == "ML-0101"
    assert len(place.files("accepted")) == 1


def test_receipt_of_another_stream_erases_nothing(run: Run, place: Place, tmp_path: Path) -> None:
    place.image(1, "a.dcm")
    place.step()
    with StreamLog(place.folder) as log:
        leaf = log.leaves_at([0])[0]
    receipts.write(tmp_path, {"stream": "0x" + "77" * 32}, [leaf])
    words = ("stream", "erase", str(place.folder), "--again", "--receipts", str(tmp_path / receipts.RECEIPTS))
    assert failed(run, *words) == "ML-0108"
    assert len(place.files("accepted")) == 1


def test_record_is_proved_once_its_head_is_anchored(run: Run, place: Place) -> None:
    place.image(1, "a.dcm")
    place.step()
    name = instance_of(place.files("accepted")[0])
    words = ("stream", "prove", str(place.folder), "--instance", name)
    with StreamLog(place.folder) as log:
        head = log.close_head()
        assert head is not None
        assert failed(run, *words) == "ML-0301"
        log.anchored(head)
    proof = json.loads(run(*words, "--json").stdout)
    assert (proof["stream"], proof["size"], proof["position"]) == (STREAM, 128, 0)
    assert failed(run, "stream", "prove", str(place.folder), "--heads", "128:256") == "ML-0301"


@pytest.mark.parametrize(
    "words",
    [
        ["prove"],
        ["prove", "--heads", "128"],
        ["prove", "--heads", "128:x"],
        ["prove", "--instance", "2.25.1", "--heads", "128:256"],
        ["run", "--stream", "0x" + "11" * 32],
        ["run", "--device", "A-TITLE-OF-17-LETT"],
        ["run", "--device", ""],
        ["run", "--device", "A", "--certificate", "a.pem"],
        ["run", "--device", "A", "--clients", "a.pem"],
    ],
)
def test_bad_words_are_refused_before_anything_is_done(run: Run, place: Place, words: list[str]) -> None:
    command, *options = words
    assert failed(run, "stream", command, str(place.folder), *options).startswith("ML-01")


def test_new_folder_needs_the_id_of_its_stream(run: Run, place: Place) -> None:
    assert failed(run, "stream", "run", str(place.folder / "new")).startswith("ML-01")
