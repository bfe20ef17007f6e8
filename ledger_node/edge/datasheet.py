"""A datasheet for people, in Markdown (Gebru et al., Datasheets for Datasets, 2021): what is known, what is open.

It holds what the card and the attestation hold, so nothing below ten, and headings for what only the steward can say.
"""

from __future__ import annotations

from ledger_node.edge.attestation import rfc3339
from ledger_node.edge.card import Card
from ledger_node.edge.croissant import responsible_ai

OPEN = "*To be written by the steward; nothing personal.*"


def datasheet(card: Card) -> bytes:
    """The page in UTF-8."""
    said = responsible_ai(card.record_kind, card.claim)
    checked = "not yet" if card.opt_out_checked_at is None else rfc3339(card.opt_out_checked_at)
    facts = [
        ("Dataset", card.subject),
        ("Kind of record", card.record_kind),
        ("Modalities", ", ".join(card.modalities)),
        ("Size", card.size_class.name),
        ("Claim", card.claim.name),
        ("De-identification options (CID 7050)", ", ".join(map(str, card.options)) or "none claimed"),
        ("Opt-outs checked", checked),
    ]
    if card.label is not None:
        facts += [("Label", card.label), ("Columns", ", ".join(card.columns))]
        group = "no quasi-identifiers declared" if card.smallest_group is None else card.smallest_group.name
        facts.append(("Smallest group (k)", group))
    rows = "\n".join(f"| {name} | {_line(value)} |" for name, value in facts)
    sections = {
        "Motivation": OPEN,
        "Composition": f"{said['rai:personalSensitiveInformation']} {said['rai:dataLimitations']}",
        "Collection": OPEN,
        "Preprocessing, cleaning, labelling": f"{said['rai:dataPreprocessingProtocol']} How labels were made: {OPEN}",
        "Uses": f"{said['rai:dataUseCases']}",
        "Distribution": "Records stay in the hospital. The ledger holds digests, classes and this version's tree head.",
        "Maintenance": f"{said['rai:dataReleaseMaintenancePlan']}",
    }
    text = "\n\n".join(f"## {title}\n\n{body}" for title, body in sections.items())
    about = f"{_line(card.description)}\n\n" if card.description else ""
    return f"# {_line(card.title)}\n\n{about}| | |\n|---|---|\n{rows}\n\n{text}\n".encode()


def _line(text: str) -> str:
    """The steward's words as plain text: on one line, and no markup of their own."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!" else letter for letter in " ".join(text.split()))
