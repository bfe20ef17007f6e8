"""Fuzzing of what reads evidence."""
