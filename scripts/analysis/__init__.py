"""Analyses of the contracts that judge, each with its bar: slither, ERC-721, proofs, coverage, mutants."""
