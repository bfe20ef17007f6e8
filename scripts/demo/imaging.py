"""Hospital A's ultrasound files: refused as they are, cleaned by real tools, and what may enter becomes a version."""

from __future__ import annotations

import json
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
    about = ("--subject", "ultrasound", "--title", "Ultrasound examples")
    refused, left = hospital.folder / "refused.json", hospital.folder / "left-out.json"

    hospital(
        "dataset", "prepare", raw, "--out", hospital.folder / "as-received", *about, "--quarantine", refused, expect=1
    )
    before = json.loads(refused.read_text())
    story.say(f"as received, {len(before)} of {len(FILES)} files are refused:")
    story.table(("file", "reasons"), [(name, ", ".join(why)) for name, why in before.items()])

    clean = hospital.folder / "cleaned"
    cleaned = hospital("dataset", "deidentify", raw, "--out", clean, "--quarantine", left)
    after = json.loads(left.read_text())
    story.say(
        f"{cleaned['written']} cleaned: attributes by PS3.15's rules, all pixels outside declared regions blanked"
    )
    story.say(f"{len(after)} declare no region, so nothing can be said of their pixels, and they stay out:")
    story.table(("file", "reasons"), [(name, ", ".join(why)) for name, why in after.items()])

    prepared = hospital.folder / "ultrasound-v1"
    hospital("dataset", "prepare", clean, "--out", prepared, *about)
    registered = hospital("dataset", "register", prepared)
    story.say(f"dataset {registered['dataset'][:18]}…, version {registered['version']}")
    return {"before": before, "quarantined": after, "dataset": registered["dataset"]}
