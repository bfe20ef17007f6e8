"""Tables: CSV, TSV and Parquet files, whose rows become record digests.

policy    which columns may enter, and as what
shapes    words that look like a direct identifier
faults    why a table is refused, one stable word each
sources   a file as batches of columns
cells     columns as tags and words
rows      tags and words as record digests (docs/tables.md)
groups    how many rows share their quasi-identifiers
child     the task that does all this in the child process
reading   the parent's side

An error names row and column by position, never a name or a value that came from the file.
"""
