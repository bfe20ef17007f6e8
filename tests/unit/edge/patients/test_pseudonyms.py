"""Pseudonyms: one for a patient, none that tells of the patient, and lists that are read strictly."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

import pytest

from ledger_node.edge.attributes import fresh_uid
from ledger_node.edge.patients.pseudonyms import PSEUDONYM, Identity, Pseudonyms, read_list, require_place, table
from ledger_node.errors import InvalidTable, StateConflict

SALT, OTHER = bytes(range(32)), bytes(32)
SECRET = "MRN-4711"


def pseudonym(patient: str, issuer: str = "", salt: bytes = SALT) -> str | None:
    return Pseudonyms.under(salt).of(Identity(patient, issuer))


def listed(folder: Path, content: str) -> Path:
    path = folder / "list.csv"
    path.write_text(content)
    return path


def test_derived_pseudonyms_are_one_for_a_patient_under_a_salt() -> None:
    made = pseudonym(SECRET)
    assert made == pseudonym(SECRET) == "p-chfvumutwzd47l3t"
    assert re.fullmatch(r"p-[a-z2-7]{16}", made)
    assert PSEUDONYM.fullmatch(made)
    others = [pseudonym(SECRET, salt=OTHER), pseudonym("MRN-4712"), pseudonym(SECRET, "A"), pseudonym(SECRET, "B")]
    others += [pseudonym(SECRET + "A"), pseudonym("\udcff"), pseudonym("Müller")]
    assert len({made, *others}) == 1 + len(others)
    assert pseudonym("") == pseudonym("", "A") == ""


def test_the_key_shares_nothing_with_the_uids() -> None:
    """A file may hold any text as a UID, and its new UID shows most of a hash under the salt."""
    key = Pseudonyms.under(SALT).key
    purpose = b"\xffmedledger pseudonyms of patients/1"
    assert key == hmac.digest(SALT, purpose, hashlib.sha256)
    with pytest.raises(UnicodeDecodeError):
        purpose.decode()
    assert fresh_uid(SALT, SECRET) != fresh_uid(key, SECRET)
    assert key.hex() not in repr(Pseudonyms.under(SALT))


def test_a_list_names_its_patients_and_nobody_else(tmp_path: Path) -> None:
    path = listed(
        tmp_path, '\ufeff"patient","pseudonym"\r\n 4711 , p-1\r\n\r\n4712,p-1\r\n4711,p-1\r\n"Doe, J",p-2\r\n'
    )
    names = Pseudonyms.under(SALT, read_list(path))
    assert names.of(Identity("4711", "any")) == names.of(Identity("4712", "")) == "p-1"
    assert names.of(Identity("Doe, J", "")) == "p-2"
    assert names.of(Identity("4713", "")) is None
    assert names.of(Identity("", "")) == ""
    assert "4711" not in repr(names)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "a header of 0 columns"),
        ("pseudonym,patient\n", "a header of 2 columns"),
        (f"patient,pseudonym\na,p-1\n{SECRET}\n", "row 2: 1 cells"),
        (f"patient,pseudonym\n{SECRET},\n", "row 1: 2 cells"),
        (f"patient,pseudonym\n,{SECRET}\n", "row 1: 2 cells"),
        (f"patient,pseudonym\na,Doe^Jane {SECRET}\n", "row 1: 2 cells"),
        (f"patient,pseudonym\n{SECRET},p-1\n{SECRET},p-2\n", "row 2: 2 cells"),
        (f"patient,pseudonym\na,p-1\n{SECRET},{SECRET}\n", "row 2: a patient id of the list as a pseudonym"),
        (f"patient,pseudonym\na,{SECRET}\n{SECRET},p-1\n", "row 1: a patient id of the list as a pseudonym"),
        (f'patient,pseudonym\n"{SECRET},p-1\n', "Error after row 0"),
    ],
)
def test_a_spoilt_list_names_nobody(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(InvalidTable) as refused:
        read_list(listed(tmp_path, content))
    assert refused.value.got == told
    assert SECRET not in str(refused.value)
    with pytest.raises(InvalidTable):
        read_list(tmp_path / "missing.csv")


def test_the_table_says_whose_each_pseudonym_is() -> None:
    known = [(Identity("b", ""), "p-2"), (Identity("a,1", "X"), "p-1")]
    assert table(known) == b'patient,issuer,pseudonym\n"a,1",X,p-1\nb,,p-2\n'


def test_the_key_has_a_place_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "out").mkdir()
    require_place(tmp_path / "key.csv", tmp_path / "out")
    for name in ("there", "link", "missing/key.csv", "out/key.csv", "out/../out/key.csv"):
        with pytest.raises(StateConflict):
            require_place(tmp_path / name, tmp_path / "out")
