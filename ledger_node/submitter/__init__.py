"""Sending what was accepted, until each has its one outcome."""
