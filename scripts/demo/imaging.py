"""Hospital A's ultrasound files: refused as they are, cleaned by real tools, and what may enter becomes a version."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pydicom

from scripts.demo.commands import Member
from scripts.demo.story import Story

FILES = (
    "ExplVR_BigEnd.dcm",
    "examples_jpeg2k.dcm",
    "examples_palette.dcm",
    "examples_rgb_color.dcm",
    "examples_ybr_color.dcm",
)


def copy_files(folder: Path) -> Path:
    """The five ultrasound files that pydicom ships, as a device would have left them."""
    shipped = Path(pydicom.__file__).parent / "data" / "test_files"
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(shipped / name, folder / name)
    return folder


def run(hospital: Member, story: Story) -> dict[str, Any]:
    """Returns what was quarantined before and after cleaning, and the dataset that was registered."""
    raw = copy_files(hospital.folder / "ultrasound")
    title = ("--title", "Ultrasound examples")
    before = hospital("dataset", "prepare", raw, "--out", hospital.folder / "as-they-are", *title, expect=1)
    story.say(f"as they are, {len(before['quarantined'])} of {len(FILES)} files are refused:")
    story.table(("file", "reasons"), [(name, ", ".join(why)) for name, why in before["quarantined"].items()])

    clean = hospital.folder / "cleaned"
    cleaned = hospital("dataset", "deidentify", raw, "--out", clean)
    story.say(f"cleaned: {len(cleaned['written'])}; without declared regions, so not cleaned:")
    story.table(("file", "reasons"), [(name, ", ".join(why)) for name, why in cleaned["quarantined"].items()])

    prepared = hospital.folder / "ultrasound-v1"
    hospital("dataset", "prepare", clean, "--out", prepared, *title)
    registered = hospital("dataset", "register", prepared)
    story.say(f"dataset {registered['dataset'][:18]}…, version {registered['number']}")
    return {"before": before["quarantined"], "quarantined": cleaned["quarantined"], "dataset": registered["dataset"]}
