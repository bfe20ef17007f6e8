"""The command line, `medledger`: for stewards, publishers, regulators and operators.

One module for each noun; `opening` holds the kinds of proposals, `preparing` what a dataset is before a node is asked.
Beneath them: `root` (errors, lazy groups), `session` (what every command gets), `output` (stdout and stderr),
`failures` (exit statuses, what to do next), `reading` (what people type), `scope` and `writing` (options that several
nouns share). Nothing here is imported before it is needed, so that `--help` is quick and a command without a chain
never loads one.
"""

from __future__ import annotations


def main() -> None:
    """The entry point of `medledger`."""
    from ledger_node.cli.app import app

    app()
