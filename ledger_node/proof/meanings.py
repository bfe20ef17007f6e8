"""What each check of the verifier means, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "organisation": "organisations",
        "dataset": "datasets",
        "datasetVersion": "dataset versions",
        "consent": "consents, with every act on them,",
        "model": "models",
        "run": "runs, with every round and answer,",
        "modelVersion": "model versions",
        "recall": "recalls",
    }
)
_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "header": "the block that everything hangs on is the one that the bundle names",
        "following": "the blocks after it follow one by one, without a gap",
        "lineage": "all that the subject leads to is here and nothing else, and every use lay inside its consent",
        "at": "the time asked about is one that this block can answer for",
        "contracts": "the ledger's contracts were on the chain at that block",
        "proofNodes": "there is no proof of anything else",
        "documents": "each document is, byte for byte, the one whose digest an organisation put on the ledger",
        "notProved": "the documents that are not here are named as missing",
        "trust.chain": "the chain is the one that you trust",
        "trust.genesis": "it began with the block that you trust",
        "trust.addresses": "the contracts are those that you trust",
        "trust.code": "they run the code that you trust",
        "trust.block": "the block is told by somebody whom you trust, and nobody whom you trust tells another",
    }
)


def of_check(name: str) -> str:
    """A sentence; empty for a check without one."""
    if name.startswith("facts."):
        kind = name.removeprefix("facts.")
        return f"what is said of {_KINDS.get(kind, kind)} stood in the contracts' storage at that block"
    return _MEANINGS.get(name, "")
