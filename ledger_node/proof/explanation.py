"""What a bundle says, for a person: its lineage as a picture, each line with how it is known."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger_node.proof import codes, meanings, names
from ledger_node.proof.documents import Document, of_fact
from ledger_node.proof.envelope import Bundle
from ledger_node.proof.facts import (
    NONE,
    Consent,
    Dataset,
    DatasetVersion,
    LogEntry,
    Model,
    ModelVersion,
    Organisation,
    Recall,
    Run,
)
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.names import Fact, Name
from ledger_node.proof.report import Known, Report
from ledger_node.proof.strict_json import Json
from ledger_node.proof.verifier import verify_read
from ledger_node.screen import moment, short

#: What stands deeper goes on further down, at the left again.
DEEPEST: Final = 8

_USED = {
    codes.TRAIN: "trained on",
    codes.FINE_TUNE: "fine-tuned on",
    codes.VALIDATE: "validated on",
    codes.TEST: "tested on",
}
#: By the numbers of IConsentToken.Act.
_ACTS = ("suspended", "reinstated", "suspended by a regulator", "suspended by a vote", "revoked")
#: By the numbers of `contracts/types`, StateReason.
_REASONS = (
    *("withdrawals", "opt-outs", "a steward's decision", "a breach", "an error", "a consent in its place"),
    *("a regulator's order", "the end of a permit"),
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of the picture: a fact, an act or a document by kind and id, how it is known, and what it leads to."""

    kind: str
    id: str
    known: Known
    text: str
    below: tuple[Branch, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {
            "kind": self.kind,
            "id": self.id,
            "known": self.known.value,
            "text": self.text,
            "below": [branch.to_json() for branch in self.below],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """A report, and the lineage: the subject's tree, then what goes on elsewhere."""

    report: Report
    lineage: tuple[Branch, ...]

    def to_json(self) -> dict[str, Json]:
        """The report for machines, with what each check means and the picture."""
        return {
            **self.report.to_json(),
            "meanings": {check.name: meanings.of_check(check.name) for check in self.report.checks},
            "lineage": [branch.to_json() for branch in self.lineage],
        }


def explain(content: bytes, trust_file: bytes | None) -> Explanation:
    """Verifies the bundle and draws it. Raises as `verifier.verify` does; what failed is drawn, as unproven."""
    bundle, report = verify_read(content, trust_file)
    return Explanation(report, tuple(_Picture(bundle, report).trees(bundle.subject.name)))


class _Picture:
    """Each fact and document in full once, where the subject first leads to it; organisations wherever they act."""

    def __init__(self, bundle: Bundle, report: Report) -> None:
        self._facts = dict(names.named(bundle.facts))
        self._known = {(fact.kind, fact.id): fact for fact in report.facts}
        self._recalls: dict[bytes, list[Name]] = {}
        for fact in bundle.facts.recalls:
            self._recalls.setdefault(fact.version, []).append(names.recall(fact.id))
        self._shown: set[Name] = set()
        self._later: deque[Name] = deque()

    def trees(self, subject: Name) -> Iterator[Branch]:
        """The subject's, then those of facts that were too deep in it, or that it does not lead to."""
        for name in (subject, *self._facts):
            self._later.append(name)
            while self._later:
                left = self._later.popleft()
                if left not in self._shown:
                    yield self._draw("", left, 0)

    def _draw(self, role: str, name: Name, depth: int) -> Branch:
        fact, known = self._facts.get(name), self._known.get(name)
        if fact is None or known is None:
            return Branch(*name, Known.UNPROVEN, f"{role}{name[0]} {short(name[1])}, which is not here")
        said = role + _said(fact)
        if isinstance(fact, Organisation):
            self._shown.add(name)
        elif name in self._shown:
            return Branch(*name, known.known, f"{said}, as above")
        elif depth > DEEPEST:
            self._later.append(name)
            return Branch(*name, known.known, f"{said}, further down")
        self._shown.add(name)
        said = f"{said}: {known.detail}" if known.detail else said
        documents = map(self._document, of_fact(fact))
        return Branch(*name, known.known, said, (*documents, *self._below(fact, depth + 1)))

    def _below(self, fact: Fact, depth: int) -> Iterator[Branch]:
        """What a fact leads to, as `closure` follows it."""
        match fact:
            case ModelVersion():
                yield self._by("published by", fact.publisher)
                yield self._draw("of ", names.model(fact.model), depth)
                for recall in self._recalls.get(fact.id, ()):
                    yield self._draw("", recall, depth)
                if not fact.is_import:
                    yield self._draw("made by ", names.run(fact.run), depth)
                for base in fact.parents:
                    yield self._draw("made from ", names.model_version(base), depth)
            case Model():
                yield self._by("registered by", fact.publisher)
            case Run():
                yield self._by("opened by", fact.publisher)
                for part in fact.inputs:
                    used = _USED.get(part.operation, "used")
                    yield self._draw(f"{used} ", names.dataset_version(part.dataset, part.version), depth)
                    yield self._draw("… under ", names.consent(part.consent), depth)
            case DatasetVersion():
                yield self._draw("of ", names.dataset(fact.dataset), depth)
                for parent in fact.derivation.parents if fact.derivation else ():
                    yield self._draw("derived from ", names.dataset_version(parent.dataset, parent.version), depth)
                    if parent.consent != NONE:
                        yield self._draw("… under ", names.consent(parent.consent), depth)
            case Dataset():
                yield self._by("held by", fact.custodian)
            case Consent():
                yield self._by("granted by", fact.grantor)
                yield self._by("granted to", fact.grantee)
                if names.dataset(fact.dataset) not in self._shown:
                    yield self._draw("over ", names.dataset(fact.dataset), depth)
                known = self._known[names.consent(fact.id)].known
                for place, entry in enumerate(fact.log):
                    yield self._act(f"{to_hex(fact.id)}/{place}", entry, known)
                if fact.supersedes != NONE:
                    yield self._draw("in place of ", names.consent(fact.supersedes), depth)
            case Recall():
                yield self._by("issued by", fact.issuer)
                for number in fact.acknowledged_by:
                    yield self._by("read by", number)

    def _by(self, role: str, number: int) -> Branch:
        return self._draw(f"{role} ", names.organisation(number), 0)

    def _act(self, where: str, entry: LogEntry, known: Known) -> Branch:
        what = _ACTS[entry.act] if entry.act < len(_ACTS) else "acted on"
        why = f" because of {_REASONS[entry.reason]}" if entry.reason < len(_REASONS) else ""
        until = f" until {moment(entry.until)}" if entry.until else ""
        below = (self._by("by", entry.actor),) if entry.actor else ()
        return Branch("act", where, known, f"{what}{why}, {moment(entry.at)}{until}", below)

    def _document(self, document: Document) -> Branch:
        """The bytes, which somebody put on the ledger, and below them what they say, which nothing checks."""
        key = to_hex(document.digest)
        known, contents = self._known["document", key].known, self._known.get(("contents", key))
        said = f"{document.what}, by organisation {document.organisation}, {short(key)}"
        if contents is None:
            return Branch("document", key, known, f"{said}, which is not here")
        return Branch("document", key, known, said, (Branch("contents", key, contents.known, "what it says"),))


def _said(fact: Fact) -> str:
    """What a fact is, in a few words."""
    match fact:
        case ModelVersion():
            return f"model version {fact.number}, {short(to_hex(fact.id))}, published {moment(fact.published_at)}"
        case Model():
            return f"model {fact.number}, {short(to_hex(fact.id))}"
        case Run():
            return f"run {short(to_hex(fact.id))}, opened {moment(fact.opened_at)}"
        case DatasetVersion():
            of = short(to_hex(fact.dataset))
            return f"dataset version {fact.number} of {of}, published {moment(fact.published_at)}"
        case Dataset():
            return f"dataset {fact.number}, {short(to_hex(fact.id))}"
        case Consent():
            window = f"from {moment(fact.not_before)} until {moment(fact.expires_at)}"
            return f"consent {short(to_hex(fact.id))}, {window}"
        case Recall():
            return f"recall {short(to_hex(fact.id))}, {moment(fact.issued_at)}"
        case Organisation():
            return f"organisation {fact.number}"
