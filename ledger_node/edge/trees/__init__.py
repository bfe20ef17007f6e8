"""RFC 9162 trees over millions of leaves, in arrays: `hashing` makes many short hashes at once, `tree` has the proofs.

The rules are those of `ledger_node.proof.merkle`, which stays the checker: what is made here is checked there.
"""
