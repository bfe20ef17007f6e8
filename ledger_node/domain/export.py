"""The forms in which a model version's origin leaves the ledger for other tools."""

from __future__ import annotations

from enum import StrEnum


class ExportFormat(StrEnum):
    """Named by what reads it: W3C PROV, RO-Crate, a CycloneDX bill, the AI Act's Annex IV as JSON or to be read."""

    PROV = "prov"
    RO_CRATE = "ro-crate"
    ML_BOM = "ml-bom"
    ANNEX_IV = "annex-iv"
    ANNEX_IV_MARKDOWN = "annex-iv.md"
