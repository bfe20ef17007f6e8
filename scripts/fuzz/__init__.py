"""Fuzzing of what reads evidence: `make fuzz`, with atheris, guided by what of the code has run."""
