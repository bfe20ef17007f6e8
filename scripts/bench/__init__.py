"""Benches measure and do not judge: each writes build/bench/NAME.json, prints the same as a table, and ends with 0."""
