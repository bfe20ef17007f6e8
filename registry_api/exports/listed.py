"""The exports by their formats: how each is made, what it is sent as, and under which name it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger_node.domain.export import ExportFormat
from registry_api.exports.annex_iv import annex_iv, annex_iv_markdown
from registry_api.exports.ml_bom import SPEC as CYCLONEDX
from registry_api.exports.ml_bom import ml_bom
from registry_api.exports.prov import prov
from registry_api.exports.ro_crate import SPEC as RO_CRATE
from registry_api.exports.ro_crate import ro_crate
from registry_api.questions.listed import Need
from registry_api.questions.material import Material


@dataclass(frozen=True, slots=True)
class Export:
    """`suffix` ends the file's name, as its readers know it."""

    make: Callable[[Material], bytes]
    media_type: str
    suffix: str
    needs: tuple[Need, ...] = ("ledger", "documents")


EXPORTS = {
    ExportFormat.PROV: Export(prov, "application/json", ".prov.json", needs=("ledger",)),
    ExportFormat.RO_CRATE: Export(ro_crate, f'application/ld+json; profile="{RO_CRATE}"', "-ro-crate-metadata.json"),
    ExportFormat.ML_BOM: Export(ml_bom, f"application/vnd.cyclonedx+json; version={CYCLONEDX}", ".cdx.json"),
    ExportFormat.ANNEX_IV: Export(annex_iv, "application/json", ".annex-iv.json"),
    ExportFormat.ANNEX_IV_MARKDOWN: Export(annex_iv_markdown, "text/markdown; charset=utf-8", ".annex-iv.md"),
}
