"""Whatever a hospital's images, resources, tables, lists and streams hold is found nowhere outside of its folders."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np
import pytest
from pydicom import dcmread

from ledger_node.proof.hashing import keccak256, sha256
from tests.integration.privacy import public
from tests.integration.privacy.canaries import DIGITS, WORD, Canaries, found_below
from tests.integration.privacy.flow import KINDS, Flow
from tests.integration.privacy.scans import REGION, burned_in

pytestmark = pytest.mark.slow

#: The search reads bytes. What is burned into pixels is looked for in the pixels.
UNREADABLE = {f"{kind}: pixels" for kind in ("images", "zip", "C-STORE", "C-STORE of an original", "watched folder")}
UNREADABLE |= {"watched original: pixels"}
#: What is only typed, and so in no file.
TYPED = "wrong: ", "request"


@pytest.mark.parametrize(
    "write",
    [
        str.encode,
        lambda text: text.lower().encode(),
        lambda text: text.upper().encode("utf-16-be"),
        lambda text: text.encode("utf-16-le").hex().encode(),
        lambda text: f"{text} ".encode(),
        lambda text: text.encode()[::-1],
        lambda text: base64.b64encode(b"1" + text.encode() + b"2"),
        lambda text: base64.urlsafe_b64encode(b"ab" + text.encode("utf-16-le")),
    ],
)
def test_the_search_knows_the_forms(write: Callable[[str], bytes]) -> None:
    canaries = Canaries()
    others = canaries.word("another"), canaries.number("another number"), canaries.date("another day")
    day = canaries.date("day")
    for text, place in ((canaries.word("word"), "word"), (canaries.number("number"), "number")):
        assert canaries.found_in(b"{}" + write(text) + b"{}") == {place}
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%dT10:11:12Z"):
        assert "day" in canaries.found_in(b"{}" + write(f"{day:{form}}") + b"{}")
    assert canaries.found_in(f"{day:%Y%m%d} {day:%Y%m%d}101112.5".encode()) == {"day"}
    assert canaries.found_in(f"a{day:%Y%m%d}b".encode()) == set()  # in the middle of any digest
    assert canaries.found_in(WORD.encode()) == canaries.found_in(DIGITS.encode()) == {"a part of a canary"}
    assert canaries.digests_in(b"-" + sha256(others[0].encode())) == {"another"}
    assert canaries.digests_in(keccak256(f"{others[2]:%Y%m%d}".encode()).hex().encode()) == {"another day"}


def test_the_search_finds_all_that_was_planted(flow: Flow) -> None:
    found = set().union(*found_below(flow.sources, flow.canaries).values())
    typed = {place for place in flow.canaries.places if place.startswith(TYPED)}
    assert flow.canaries.places - found - typed == UNREADABLE | {"run: update"}
    assert len(found) > 200
    kept = found_below(flow.private, flow.canaries)
    assert {"R4: pseudonym", "R4: resource id"} <= kept["versions/R4/patients.csv"]
    assert kept["versions/csv/manifest.parquet"] == {"csv: pseudonym"}
    assert kept["update.bin"] == {"run: update"}
    assert kept["whose.csv"] == {"images: PatientID"}
    assert kept["versions/zip/patients.csv"] == {"zip: pseudonym"}


def test_copies_and_versions_hold_the_hospitals_own_codes_alone(flow: Flow) -> None:
    """Beside them the account of the copies, which says what stayed out by its name, for the hospital's eyes."""
    own = {f"{kind}: {what}" for kind in KINDS for what in ("pseudonym", "resource id")}
    own |= {place for place in flow.canaries.places if place.endswith(("file name", "folder name"))}
    for folder in ("clean", "versions"):
        assert set().union(*found_below(flow.private / folder, flow.canaries).values()) <= own


def test_no_canary_is_on_the_chain(flow: Flow) -> None:
    network, since = flow.network, flow.since
    told = {
        "calldata": b"\n".join(public.calldata(network)),
        "events": b"\n".join(public.logs(network)),
        "traces": b"\n".join(public.traces(network, since)),
        "state": public.state(network),
    }
    for dataset in flow.datasets.values():  # so it is what was to be looked at
        assert bytes.fromhex(dataset[2:]) in told["events"]
        assert dataset[2:].encode() in told["traces"]
    for what, content in told.items():
        assert flow.canaries.found_in(content) | flow.canaries.digests_in(content) == set(), what


def test_no_canary_is_in_a_public_document(flow: Flow) -> None:
    held = public.documents(flow.network)
    cards = {(flow.version(kind) / "card.json").read_bytes() for kind in (*KINDS, "R4-later")}
    assert cards <= set(held.values())
    own = {f"{kind}/{name}": (flow.version(kind) / name).read_bytes() for kind in KINDS for name in PUBLIC}
    for name, content in {**held, **own}.items():
        assert flow.canaries.found_in(content) | flow.canaries.digests_in(content) == set(), name


PUBLIC = ("card.json", "attestation.json", "datasheet.md")


def test_no_canary_is_in_any_file_of_any_node(flow: Flow) -> None:
    """Databases with their journals, logs, documents, of all organisations, the hospital's own node among them."""
    files = [path for path in flow.network.folder.rglob("*") if path.is_file()]
    assert len([path for path in files if path.name == "node.db"]) == len(flow.network.members)
    assert [path for path in files if path.name.endswith(".log") and path.stat().st_size]
    assert found_below(flow.network.folder, flow.canaries) == {}


def test_no_canary_is_in_an_answer_of_any_node(flow: Flow) -> None:
    ids = [("datasets", one) for one in flow.datasets.values()]
    asked = list(public.answers(flow.network, *ids, ("consents", flow.consent), ("streams", flow.stream)))
    assert any(flow.datasets["R4"].encode() in content for where, content in asked if "regulator" in where)
    told = b"".join(content for _, content in flow.answers)
    assert all(reason in told for reason in (b"VERSION_SUPERSEDED", b"REVOKED", b"ML-01"))
    for where, content in [*asked, *flow.answers]:
        assert flow.canaries.found_in(content) == set(), where


def test_the_hospitals_own_terminal_repeats_no_canary(flow: Flow) -> None:
    assert len(flow.hospital.said) > 30
    assert any(b"ML-0112" in said for _, said in flow.hospital.said)
    assert any(b"Traceback" in said for _, said in flow.hospital.said)
    leaked = [(words, flow.canaries.found_in(said)) for words, said in flow.hospital.said]
    assert [(words, places) for words, places in leaked if places] == []


@pytest.mark.parametrize("kind", ["images", "zip"])
def test_what_is_burned_into_pixels_is_blank_in_the_copies(flow: Flow, kind: str) -> None:
    left, top, right, bottom = REGION
    name = flow.canaries.word(f"{kind}: pixels")
    copies = sorted((flow.private / "clean" / kind).glob("*.dcm"))
    assert len(copies) == {"images": 2, "zip": 1}[kind]
    for path in copies:
        pixels = dcmread(path).pixel_array
        level = int(pixels[top, left])
        original = burned_in(name, level)
        outside = np.ones(pixels.shape, dtype=bool)
        outside[top : bottom + 1, left : right + 1] = False
        assert np.array_equal(pixels[~outside], original[~outside])
        assert len(np.unique(pixels[outside])) == 1
        assert len(np.unique(original[outside])) > 1  # the name was there


def test_withdrawals_are_listed_for_the_data_protection_officer(flow: Flow) -> None:
    asked = ("withdrawal", "list", "--dataset", flow.datasets["R4"])
    told = flow.hospital(*asked)["items"]
    assert [(one["act"], one["reason"], one["version"]) for one in told] == [
        ("SUPERSEDED", "WITHDRAWAL", 1),
        ("ERASED", None, 2),
        ("SUSPENDED_BY_GRANTOR", "OPT_OUT_BATCH", None),
        ("REVOKED", "WITHDRAWAL_BATCH", None),
    ]
    assert {one["actor"]["name"] for one in told} == {"Hospital A"}
    assert [(one["modelVersions"], one["runs"]) for one in told] == [(1, 1), (0, 0), (1, 1), (1, 1)]
    assert {one["consent"] for one in told[2:]} == {flow.consent}
    shown = flow.hospital.shown(*asked)
    assert told[1]["receiptDigest"] in shown
    assert flow.canaries.found_in(shown.encode()) == set()
