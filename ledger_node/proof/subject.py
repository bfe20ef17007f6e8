"""What an evidence bundle is about."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.errors import InvalidField
from ledger_node.proof import names
from ledger_node.proof.codec import Codec, constant, octets, record, uint
from ledger_node.proof.facts import Facts
from ledger_node.proof.names import Name
from ledger_node.proof.strict_json import Json

MODEL_VERSION, DATASET_VERSION, CONSENT = "modelVersion", "datasetVersion", "consent"


@dataclass(frozen=True, slots=True)
class Subject:
    """A fact by its kind and id (32 bytes). A dataset version has its dataset's id and its `number`; the others, 0."""

    kind: str
    id: bytes
    number: int = 0

    @property
    def name(self) -> Name:
        if self.kind == DATASET_VERSION:
            return names.dataset_version(self.id, self.number)
        return names.consent(self.id) if self.kind == CONSENT else names.model_version(self.id)


def began(subject: Subject, facts: Facts) -> int | None:
    """When the subject came to be (Unix seconds), None when the facts do not hold it."""
    times = {
        MODEL_VERSION: {(one.id, 0): one.published_at for one in facts.model_versions},
        DATASET_VERSION: {(one.dataset, one.number): one.published_at for one in facts.dataset_versions},
        CONSENT: {(one.id, 0): one.issued_at for one in facts.consents},
    }
    return times[subject.kind].get((subject.id, subject.number))


_plain = {kind: record(Subject, {"kind": constant(kind), "id": octets(32)}) for kind in (MODEL_VERSION, CONSENT)}
_forms: dict[str, Codec[Subject]] = _plain | {
    DATASET_VERSION: record(Subject, {"kind": constant(DATASET_VERSION), "id": octets(32), "number": uint(32)})
}


def _read(value: object) -> Subject:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _forms:
        raise InvalidField("not a subject", got=type(value).__name__, needed="of kind " + ", ".join(_forms))
    return _forms[kind].read(value)


def _write(value: Subject) -> Json:
    return _forms[value.kind].write(value)


subject: Codec[Subject] = Codec(_read, _write, {"oneOf": [form.shape for form in _forms.values()]})
