"""`make bench`: all benches, one after the other."""

from scripts.bench import writes
from scripts.bench.sending.__main__ import main as sending

writes.main()
sending()
