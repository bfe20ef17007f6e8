"""How a fact is known. The words are law 6's: verified, attested, asserted."""

from __future__ import annotations

from typing import Literal

How = Literal["verified", "attested", "asserted"]

MEANING: dict[How, str] = {
    "verified": "a contract checked it, and a proof can show it",
    "attested": "a named organisation signed it",
    "asserted": "someone typed it; nothing checks it",
}
