"""Whether a file is the one that a bundle speaks of, by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger_node.proof.documents import of_fact
from ledger_node.proof.envelope import Bundle
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.names import named
from ledger_node.proof.report import Report, Result
from ledger_node.proof.strict_json import Json
from ledger_node.proof.verifier import verify_read


class Found(StrEnum):
    """What a bundle knows of a digest.

    REGISTERED: it is the artifact of the version that the bundle is about. ANOTHER_VERSION: of one that this came from.
    DOCUMENT: a card, an attestation, a policy or a notice. UNKNOWN: nothing in the bundle has it.
    """

    REGISTERED = "registered"
    ANOTHER_VERSION = "another-version"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """A report, and what its bundle knows of a digest. `registered` is the subject's, if it has an artifact."""

    report: Report
    digest: bytes
    registered: bytes | None
    found: Found
    detail: str

    @property
    def holds(self) -> bool:
        """Whether the evidence is verified, and the digest that of the registered artifact."""
        return self.report.result is Result.VERIFIED and self.found is Found.REGISTERED

    @property
    def verdict(self) -> str:
        """One word; of a bundle that is not verified it says that, for then nothing else counts."""
        return (self.found if self.report.result is Result.VERIFIED else self.report.result).value

    def to_json(self) -> dict[str, Json]:
        """The answer for machines."""
        return {
            "result": self.verdict,
            "digest": to_hex(self.digest),
            "registered": None if self.registered is None else to_hex(self.registered),
            "found": self.found.value,
            "detail": self.detail,
            "evidence": self.report.to_json(),
        }


def match(content: bytes, trust_file: bytes | None, digest: bytes) -> Match:
    """Verifies the bundle and looks for `digest` (32 bytes: of a file its sha-256, of a folder the root digest of
    OpenSSF Model Signing, as `model_files.digest_of` gives both). Raises as `verifier.verify` does.
    """
    bundle, report = verify_read(content, trust_file)
    registered = next((v.artifact_digest for v in bundle.facts.model_versions if v.id == bundle.subject.id), None)
    found, detail = _found(bundle, registered, digest)
    return Match(report, digest, registered, found, detail)


def _found(bundle: Bundle, registered: bytes | None, digest: bytes) -> tuple[Found, str]:
    if digest == registered:
        return Found.REGISTERED, "the artifact of the version that the bundle is about"
    for version in bundle.facts.model_versions:
        if version.artifact_digest == digest:
            return Found.ANOTHER_VERSION, f"the artifact of model version {version.number}, {to_hex(version.id)}"
    documents = (document for _, fact in named(bundle.facts) for document in of_fact(fact))
    said = [f"the {one.what}, by organisation {one.organisation}" for one in documents if one.digest == digest]
    if said:
        return Found.DOCUMENT, "; ".join(dict.fromkeys(said))
    return Found.UNKNOWN, "nothing in the bundle has this digest"
