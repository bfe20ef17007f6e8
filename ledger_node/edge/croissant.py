"""What makes the card a Croissant document: its context, the properties of a dataset, responsible-AI statements.

Croissant 1.0 (MLCommons) asks for name, description, licence, address, creator and date of publication; its RAI
vocabulary 1.0 for statements on personal data, preprocessing, limits, uses and maintenance. A hospital's records have
no public address, so there is no distribution and no record set: the columns are schema.org's `variableMeasured`. What
is said here follows from what this software does and enforces; what only people know stands in the datasheet.
"""

from __future__ import annotations

from datetime import date

from ledger_node.domain.codes import PrivacyClaim
from ledger_node.edge.about import FIELDS
from ledger_node.proof.strict_json import Json

CONFORMS_TO = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]

#: Terms of our own, beside those of schema.org and Croissant.
OWN = (
    "format", "subject", "recordKind", "modalities", "sizeClass", "claim", "deidentificationOptions", "label",
    "smallestGroup", "optOutCheckedAt",
)  # fmt: skip
CONTEXT: dict[str, Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "medledger": "urn:medledger:",
    "conformsTo": "dct:conformsTo",
    "columns": "sc:variableMeasured",
    **{term: f"medledger:{term}" for term in OWN},
    **{term: {"@id": f"medledger:{term}", "@type": "@json"} for term in FIELDS},
}

_SENSITIVE = {
    PrivacyClaim.PSEUDONYMISED: "Health data of persons, pseudonymised: still personal data.",
    PrivacyClaim.ANONYMISED_CLAIMED: "Health data of persons, anonymised according to the custodian.",
    PrivacyClaim.SYNTHETIC: "Synthetic records according to the custodian: of no person.",
}
_PREPROCESSING = {
    "DICOM_INSTANCE": "Only files with evidence of de-identification entered (DICOM PS3.15); the attestation says how.",
    "TABLE_ROW": "Columns that are direct identifiers, dates or free text were refused unless allowed by name.",
}


def head(subject: str, published: date | None) -> dict[str, Json]:
    """Type, context and the properties that Croissant wants of every dataset."""
    said: dict[str, Json] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [*CONFORMS_TO],
        "url": f"urn:medledger:dataset:{subject}",
        "license": "No licence: used only under a consent of the custodian that is active on the ledger.",
        "creator": {"@type": "sc:Organization", "name": "The custodian that the ledger names for this version"},
    }
    return said if published is None else {**said, "datePublished": published.isoformat()}


def responsible_ai(record_kind: str, claim: PrivacyClaim) -> dict[str, Json]:
    """Statements of the RAI vocabulary."""
    return {
        "rai:personalSensitiveInformation": _SENSITIVE[claim],
        "rai:dataPreprocessingProtocol": _PREPROCESSING.get(record_kind, "See the attestation."),
        "rai:dataLimitations": "Sizes are classes, and nothing below ten is told; see the datasheet for the rest.",
        "rai:dataUseCases": "The purposes and operations of the consents that the custodian granted, and no others.",
        "rai:dataReleaseMaintenancePlan": "Withdrawals and opt-outs are applied in batches into a new version.",
    }
