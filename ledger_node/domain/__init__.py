"""The words of the ledger as types, and its rules as pure functions. No IO, no clock, no environment, no pydantic."""
