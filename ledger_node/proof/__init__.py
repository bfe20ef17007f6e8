"""Evidence: pure, bytes in and result out. No socket, no file, no clock, no environment.

`words_needed`, `assemble` and `dump` make a bundle from facts and a chain's answers, `verify` checks one against a
trust file. Beneath them: `facts`, `words`, `digests` and `layout` (what is proved, by which storage words), `lineage`
(how facts hang together: `closure`, `rules`, `terms`, `uses`), `trie` and `header` (Ethereum's proofs), `merkle`
(RFC 9162 trees), `cid` (IPFS pointers), `ids` (how ids are derived), `checkpoint`, `operators` and `eip191` (blocks
that organisations' operators vouch for), `sealing`, `qbft`, `clique` and `validators` (blocks by their seals),
`hashing` and `signatures` (the one place of each primitive, native where that can be had and `pure` Python where not).
"""

from ledger_node.proof.bundle import assemble, dump, facts_from_json, words_needed
from ledger_node.proof.envelope import Contracts
from ledger_node.proof.facts import Facts
from ledger_node.proof.report import Check, Known, KnownFact, Report, Result
from ledger_node.proof.verifier import verify

__all__ = [
    "Check",
    "Contracts",
    "Facts",
    "Known",
    "KnownFact",
    "Report",
    "Result",
    "assemble",
    "dump",
    "facts_from_json",
    "verify",
    "words_needed",
]
