"""`make bench`: all benches, one after the other."""

from scripts.bench import writes

writes.main()
