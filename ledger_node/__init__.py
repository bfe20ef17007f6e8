"""MedLedger's node: consent, provenance and evidence for medical AI on a consortium's ledger.

The folders are the layers, and imports point only downward (`import-linter` keeps it so):
`errors`, `domain`, `proof` · `ports` · `chain`, `blobs`, `store`, `config` · `services`, `indexer`, `submitter` ·
`bootstrap`. Beside them, for people and other machines: `client`, `edge`, `cli`.
"""

__version__ = "0.1.0"
