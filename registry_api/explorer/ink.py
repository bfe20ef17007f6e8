"""Colours and type of the picture: a card of its own, light or dark as the reader prefers, AA contrast in both."""

from __future__ import annotations

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace"

LIGHT = {
    ".card": "fill:#ffffff;stroke:#d5dce6",
    ".ink": "fill:#14202e",
    ".soft": "fill:#4a596c",
    ".edge": "stroke:#94a3b8",
    ".tip": "fill:#94a3b8",
    ".parent": "stroke:#2f5bd0",
    ".parent-tip": "fill:#2f5bd0",
    ".box-dataset": "fill:#effaf8;stroke:#b5ded7",
    ".bar-dataset": "fill:#0f766e",
    ".box-consent": "fill:#f8fafc;stroke:#d5dce6",
    ".box-run": "fill:#f3f1ff;stroke:#d3ccfa",
    ".bar-run": "fill:#5b43c9",
    ".box-version": "fill:#eef4ff;stroke:#bfd2fb",
    ".bar-version": "fill:#2f5bd0",
    ".box-subject": "fill:#1f3f9e;stroke:#1f3f9e",
    ".on-subject": "fill:#ffffff",
    ".soft-on-subject": "fill:#dbe6ff",
    ".pill-active": "fill:#d9f5e3",
    ".word-active": "fill:#12592f;stroke:#12592f",
    ".edge-active": "stroke:#5aa97a",
    ".pill-suspended": "fill:#fdecc4",
    ".word-suspended": "fill:#7a3d06;stroke:#7a3d06",
    ".edge-suspended": "stroke:#c07a1a",
    ".pill-revoked": "fill:#fddfdd",
    ".word-revoked": "fill:#9b1c16;stroke:#9b1c16",
    ".edge-revoked": "stroke:#c9443c",
    ".pill-ended": "fill:#e8edf3",
    ".word-ended": "fill:#3a4a5e;stroke:#3a4a5e",
    ".edge-ended": "stroke:#7d8ca1",
}
DARK = {
    ".card": "fill:#101a27;stroke:#2c3b50",
    ".ink": "fill:#eaf0f8",
    ".soft": "fill:#a9b8cb",
    ".edge": "stroke:#64758c",
    ".tip": "fill:#64758c",
    ".parent": "stroke:#8fb2ff",
    ".parent-tip": "fill:#8fb2ff",
    ".box-dataset": "fill:#0f2b2a;stroke:#1f5550",
    ".bar-dataset": "fill:#3cc9b8",
    ".box-consent": "fill:#162232;stroke:#2c3b50",
    ".box-run": "fill:#211c42;stroke:#443a80",
    ".bar-run": "fill:#a99bff",
    ".box-version": "fill:#15233f;stroke:#2c4a86",
    ".bar-version": "fill:#8fb2ff",
    ".box-subject": "fill:#a9c4ff;stroke:#a9c4ff",
    ".on-subject": "fill:#0b1526",
    ".soft-on-subject": "fill:#1d3158",
    ".pill-active": "fill:#12402a",
    ".word-active": "fill:#a6f0c2;stroke:#a6f0c2",
    ".edge-active": "stroke:#4c9c6d",
    ".pill-suspended": "fill:#4b3208",
    ".word-suspended": "fill:#ffdf9a;stroke:#ffdf9a",
    ".edge-suspended": "stroke:#d39a3c",
    ".pill-revoked": "fill:#521a19",
    ".word-revoked": "fill:#ffc5c0;stroke:#ffc5c0",
    ".edge-revoked": "stroke:#e0675f",
    ".pill-ended": "fill:#2a394d",
    ".word-ended": "fill:#d0dae6;stroke:#d0dae6",
    ".edge-ended": "stroke:#7f90a8",
}


def _rules(colours: dict[str, str]) -> str:
    return "".join(f"{name}{{{value}}}" for name, value in colours.items())


STYLE = (
    f"text{{font-family:{SANS}}}.mono{{font-family:{MONO}}}.strong{{font-weight:600}}"
    ".edge,.parent{fill:none}.word{stroke:none}.sign{fill:none;stroke-width:2;stroke-linecap:round}"
    ".edge-suspended,.edge-revoked,.edge-ended{stroke-dasharray:5 4}"
    f"{_rules(LIGHT)}@media (prefers-color-scheme:dark){{{_rules(DARK)}}}"
    "text.word{stroke:none}path.sign{fill:none}"
)
