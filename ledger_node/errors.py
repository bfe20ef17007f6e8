"""Every error that a caller may have to act on, each with a stable code. No HTTP here: statuses live at the HTTP edge.

    MedLedgerError
    ├── InputError            ML-01xx   what was given is not what is needed
    ├── AccessError           ML-02xx   who asks may not
    ├── LookupFailure         ML-03xx   what was named is not there
    ├── Refusal               ML-04xx   the rules say no, on the node or in the contract
    ├── SubmissionError       ML-05xx   a write cannot be accepted as asked
    ├── LedgerError           ML-06xx   the chain is away, is another, or says what it should not
    ├── BlobError             ML-07xx   a document is away or is not what its pointer says
    ├── EvidenceError         ML-08xx   a bundle or a trust file cannot be read
    └── NodeError             ML-09xx   this node's own configuration, files and ports

`got` describes what came by type, length and position, never by a value that may be personal. `needed` says what
would do. A message never holds more than these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar


class Retry(Enum):
    """Whether the same call may be made again."""

    NEVER = "never"
    SAFE = "safe"
    UNKNOWN_OUTCOME = "unknown-outcome"


class MedLedgerError(Exception):
    """Base of all. `code` never changes its meaning."""

    code: ClassVar[str] = "ML-0000"
    title: ClassVar[str] = "MedLedger error"
    retry: ClassVar[Retry] = Retry.NEVER

    def __init__(self, detail: str, *, got: str = "", needed: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.got = got
        self.needed = needed
        self.facts = facts  # codes, ids and numbers for machines; nothing personal

    def __str__(self) -> str:
        parts = [self.detail]
        if self.got:
            parts.append(f"got: {self.got}")
        if self.needed:
            parts.append(f"needed: {self.needed}")
        return "; ".join(parts)


class InputError(MedLedgerError):
    code = "ML-0100"
    title = "Input not acceptable"


class InvalidField(InputError):
    code = "ML-0101"
    title = "A field is missing or malformed"


class InvalidDigest(InputError):
    code = "ML-0102"
    title = "A digest has the wrong form"


class InvalidId(InputError):
    code = "ML-0103"
    title = "An id has the wrong form"


class InvalidPurpose(InputError):
    code = "ML-0104"
    title = "A purpose or operation is not in the list"


class InvalidWindow(InputError):
    code = "ML-0105"
    title = "A window of time cannot be used"


class NotDicom(InputError):
    code = "ML-0106"
    title = "A file is not DICOM"


class EmptyFolder(InputError):
    code = "ML-0107"
    title = "A folder holds nothing to read"


class ManifestMismatch(InputError):
    code = "ML-0108"
    title = "A manifest belongs to another dataset"


class DocumentTooLarge(InputError):
    code = "ML-0109"
    title = "A document is larger than one block"


class NothingEligible(InputError):
    code = "ML-0110"
    title = "No record may enter the dataset version"
    #: Each file's reasons, by file name: for the eyes of the hospital's own steward, and so no fact of the error.
    quarantined: Mapping[str, Sequence[str]] = MappingProxyType({})


class InvalidDocument(InputError):
    code = "ML-0111"
    title = "A document is not valid JSON of the wanted kind"


class InvalidTable(InputError):
    code = "ML-0112"
    title = "A table cannot be read"


class ChoicesUnreadable(InputError):
    code = "ML-0113"
    title = "Patients' consents or opt-outs cannot be read"
    #: Reasons by entry: for the eyes of the hospital's own steward, and so no fact of the error.
    quarantined: Mapping[str, Sequence[str]] = MappingProxyType({})


class InvalidVisa(InputError):
    code = "ML-0114"
    title = "A visa is not valid, or of no issuer that is trusted here"


class AccessError(MedLedgerError):
    code = "ML-0200"
    title = "Access refused"


class Unauthenticated(AccessError):
    code = "ML-0201"
    title = "No valid key was given"


class RoleMissing(AccessError):
    code = "ML-0202"
    title = "The key's role may not do this"


class OutOfReach(AccessError):
    code = "ML-0203"
    title = "The key does not reach this"


class ProviderUnreachable(AccessError):
    code = "ML-0204"
    title = "The identity provider does not answer"
    retry = Retry.SAFE


class TooManyRequests(AccessError):
    code = "ML-0205"
    title = "The key asks too often"
    retry = Retry.SAFE


class FormRefused(AccessError):
    code = "ML-0206"
    title = "The form is not of a page of this node, or of a session that has ended"


class LookupFailure(MedLedgerError):
    code = "ML-0300"
    title = "Not found"


class NotFound(LookupFailure):
    code = "ML-0301"
    title = "There is no such thing"


class UnknownGrantee(LookupFailure):
    code = "ML-0302"
    title = "The grantee is not a member of the consortium"


class UnknownDocument(LookupFailure):
    code = "ML-0303"
    title = "The document is not in this node's blob store"
    retry = Retry.SAFE


class PositionUnknown(LookupFailure):
    code = "ML-0304"
    title = "A position in the feed of events is not in this node's history"


class PositionAhead(LookupFailure):
    code = "ML-0305"
    title = "A position in the feed of events is further than this node has read"
    retry = Retry.SAFE


class Refusal(MedLedgerError):
    code = "ML-0400"
    title = "Refused by the rules"


class ConsentRefused(Refusal):
    code = "ML-0401"
    title = "The consent does not permit this use"


class ContractRefused(Refusal):
    code = "ML-0402"
    title = "The contract refused the transaction"


class NotPermitted(Refusal):
    code = "ML-0403"
    title = "This organisation may not do this"


class StateConflict(Refusal):
    code = "ML-0404"
    title = "The thing is in a state that does not allow this"


class BatchTooSmall(Refusal):
    code = "ML-0405"
    title = "Too few patients withdrew for a version of their own"


class SubmissionError(MedLedgerError):
    code = "ML-0500"
    title = "The write was not accepted"


class IdempotencyKeyReused(SubmissionError):
    code = "ML-0501"
    title = "The idempotency key was used for another request"


class IdempotencyKeyMissing(SubmissionError):
    code = "ML-0502"
    title = "A write needs an idempotency key"


class QueueFull(SubmissionError):
    code = "ML-0503"
    title = "Too many writes wait for the chain"
    retry = Retry.SAFE


class LedgerError(MedLedgerError):
    code = "ML-0600"
    title = "Trouble with the chain"


class ChainUnreachable(LedgerError):
    code = "ML-0601"
    title = "The chain does not answer"
    retry = Retry.SAFE


class WrongChain(LedgerError):
    code = "ML-0602"
    title = "This is not the chain of the deployment record"


class WrongCode(LedgerError):
    code = "ML-0603"
    title = "A contract's code is not that of the deployment record"


class UnknownEvent(LedgerError):
    code = "ML-0604"
    title = "A contract wrote an event that this node does not know"


class ChainAnswerInvalid(LedgerError):
    code = "ML-0605"
    title = "The chain's answer cannot be right"
    retry = Retry.SAFE


class BlobError(MedLedgerError):
    code = "ML-0700"
    title = "Trouble with the blob store"


class BlobCorrupt(BlobError):
    code = "ML-0701"
    title = "Bytes do not match their pointer"


class BlobStoreUnreachable(BlobError):
    code = "ML-0702"
    title = "The blob store does not answer"
    retry = Retry.SAFE


class EvidenceError(MedLedgerError):
    code = "ML-0800"
    title = "Trouble with evidence"


class EvidenceMalformed(EvidenceError):
    code = "ML-0801"
    title = "The bundle cannot be read"


class TrustMalformed(EvidenceError):
    code = "ML-0802"
    title = "The trust file cannot be read"


class EvidenceUnavailable(EvidenceError):
    code = "ML-0803"
    title = "A proof cannot be had for that block"


class CheckpointMalformed(EvidenceError):
    code = "ML-0804"
    title = "The signed checkpoint cannot be read"


class SplitView(EvidenceError):
    code = "ML-0805"
    title = "Operators signed another block at this height"


class HeaderMalformed(EvidenceError):
    code = "ML-0806"
    title = "The block's header cannot be read"


class NodeError(MedLedgerError):
    code = "ML-0900"
    title = "Trouble with this node"


class ConfigInvalid(NodeError):
    code = "ML-0901"
    title = "The configuration cannot be used"


class PortInUse(NodeError):
    code = "ML-0902"
    title = "The port is taken"
    retry = Retry.SAFE


class NodeUnreachable(NodeError):
    code = "ML-0903"
    title = "The node does not answer"
    retry = Retry.SAFE


class IndexConflict(NodeError):
    code = "ML-0904"
    title = "Another process moved the index"
    retry = Retry.SAFE


class KeystoreInvalid(NodeError):
    code = "ML-0905"
    title = "The operator key cannot be opened"


class NodeFailed(NodeError):
    code = "ML-0906"
    title = "The node failed to answer as agreed"


class ToolMissing(NodeError):
    code = "ML-0907"
    title = "A program or an optional package is not installed"


class NetworkState(NodeError):
    code = "ML-0908"
    title = "The local network is not in the state that this needs"


class StoreUnavailable(NodeError):
    code = "ML-0909"
    title = "The node's store cannot be used now"
    retry = Retry.SAFE


class NotTheWriter(NodeError):
    code = "ML-0910"
    title = "Another process of this node writes"
    retry = Retry.SAFE


class SignerUnavailable(NodeError):
    code = "ML-0911"
    title = "The signer does not answer"
    retry = Retry.SAFE


class StoreOutdated(NodeError):
    code = "ML-0912"
    title = "The store's tables are of another version"


class BackupInvalid(NodeError):
    code = "ML-0913"
    title = "A backup cannot be used"


class JoiningState(NodeError):
    code = "ML-0914"
    title = "The joining cannot go on as asked"


class TooManySubscribers(NodeError):
    code = "ML-0915"
    title = "Too many follow the feed of events"
    retry = Retry.SAFE


class TrackingFailed(NodeError):
    code = "ML-0916"
    title = "The MLflow server does not do what is asked"
    retry = Retry.SAFE


def all_errors() -> list[type[MedLedgerError]]:
    """Every error class, by code."""
    found: dict[str, type[MedLedgerError]] = {}

    def visit(cls: type[MedLedgerError]) -> None:
        assert cls.code not in found, f"{cls.code} is used twice"
        found[cls.code] = cls
        for child in cls.__subclasses__():
            visit(child)

    visit(MedLedgerError)
    return [found[code] for code in sorted(found)]
