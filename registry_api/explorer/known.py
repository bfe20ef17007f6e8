"""How each kind of fact of a lineage is known."""

from __future__ import annotations

from registry_api.levels import How

#: By the text `facts.KEY` that names it; `facts.KEY_why` says who or what says so.
KNOWN: dict[str, How] = {
    "uses": "verified",
    "state": "verified",
    "rounds_checked": "verified",
    "times": "verified",
    "terms": "attested",
    "data": "attested",
    "options": "attested",
    "charged": "verified",
    "recalls": "verified",
    "answers": "attested",
    "digests": "attested",
    "stated": "asserted",
    "imported": "asserted",
    "cards": "asserted",
}
