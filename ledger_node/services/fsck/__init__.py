"""Checking a node against its chain and its documents: everything that can be derived is derived again and compared.

findings      what may be found, and what can be mended
generations   the chain and its contracts against the deployment record
index         the index against the chain's events
submissions   the outbox against the chain's receipts
documents     the blob store against the digests that the index names
captures      captured evidence against the hashes that name it
check         all of them in turn
"""

from ledger_node.services.fsck.check import Fsck
from ledger_node.services.fsck.findings import Code, Finding, Report

__all__ = ["Code", "Finding", "Fsck", "Report"]
