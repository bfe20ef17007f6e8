"""`make bench`: all benches, one after the other."""

from scripts.bench import writes
from scripts.bench.reading.__main__ import main as reading
from scripts.bench.sending.__main__ import main as sending

writes.main()
sending()
reading()
