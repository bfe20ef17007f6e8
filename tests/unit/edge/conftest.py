"""Real ultrasound files, and what de-identification made of them."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger_node.edge.deidentify import Deidentified, deidentify

REGIONS = ("examples_palette.dcm", "examples_ybr_color.dcm")
NO_REGIONS = ("ExplVR_BigEnd.dcm", "examples_jpeg2k.dcm", "examples_rgb_color.dcm")
SALT = bytes(range(32))


def pydicom_files() -> Path:
    """The folder of pydicom's own test files; its `get_testdata_file` might try to download."""
    spec = importlib.util.find_spec("pydicom")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "test_files"


@dataclass(frozen=True, slots=True)
class Clean:
    source: Path
    result: Deidentified


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the five ultrasound files that pydicom's wheel carries."""
    folder = tmp_path_factory.mktemp("real")
    for name in (*REGIONS, *NO_REGIONS):
        shutil.copy(pydicom_files() / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def clean(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    out = tmp_path_factory.mktemp("clean") / "out"
    return Clean(real, deidentify(real, out, SALT))
