"""What the pages load comes from the packages of the lock, and an installed node has it."""

from __future__ import annotations

import json
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from scripts import assets

ROOT = assets.ROOT


def test_pages_load_what_the_lock_names(tmp_path: Path) -> None:
    wanted = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = json.loads((assets.MODULES / ".package-lock.json").read_text())["packages"]
    for source in assets.FILES.values():
        package = next(one for one in installed if f"node_modules/{source}".startswith(f"{one}/"))
        assert installed[package]["integrity"] == wanted[package]["integrity"], "run: make setup"
        assert not wanted[package].get("dev")  # `npm ci --omit=dev` brings it
    assets.write(tmp_path / "vendor")
    fresh = {one.name: one.read_bytes() for one in (tmp_path / "vendor").iterdir()}
    assert {one.name: one.read_bytes() for one in assets.VENDOR.iterdir()} == fresh, "run: python scripts/assets.py"


def test_each_library_has_its_licence_beside_it() -> None:
    scripts = {name.removesuffix(".js").removesuffix("-sse") for name in assets.FILES if name.endswith(".js")}
    assert {f"{one}.LICENSE" for one in scripts} <= assets.FILES.keys()


def test_the_wheel_carries_them() -> None:
    carried = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    folder = assets.VENDOR.relative_to(ROOT)
    assert {f"{folder}/{name}" for name in assets.FILES} <= carried
