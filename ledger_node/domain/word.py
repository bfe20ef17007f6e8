"""The zero word."""

from __future__ import annotations

#: 32 zero bytes as 0x-hex: how Solidity says that there is none (no project, no run, no digest).
NOTHING = "0x" + "00" * 32
