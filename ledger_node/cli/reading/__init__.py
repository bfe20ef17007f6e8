"""What people type and the files they name, as values; refused with what would do."""

from ledger_node.cli.reading.files import canonical, read_bytes, read_document, write_file
from ledger_node.cli.reading.names import complete, name, names, organisation
from ledger_node.cli.reading.quantities import condition, epsilon, options, share
from ledger_node.cli.reading.times import as_of, future, moment, past, span, window
from ledger_node.cli.reading.words import (
    address,
    digest,
    digest_of_files,
    digest_or_file,
    digest_or_files,
    head,
    parent,
    run_input,
    versions,
)

__all__ = [
    "address",
    "as_of",
    "canonical",
    "complete",
    "condition",
    "digest",
    "digest_of_files",
    "digest_or_file",
    "digest_or_files",
    "epsilon",
    "future",
    "head",
    "moment",
    "name",
    "names",
    "options",
    "organisation",
    "parent",
    "past",
    "read_bytes",
    "read_document",
    "run_input",
    "share",
    "span",
    "versions",
    "window",
    "write_file",
]
