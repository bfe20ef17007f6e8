"""A detached RO-Crate 1.3: the metadata alone, since neither records nor a model's files are on the ledger.

Its data are the dataset versions and the public documents behind a model version; the version, the runs that used them,
consents and recalls are described beside them. All in words of schema.org, so that nothing has to be defined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ledger_node.domain.codes import Outcome
from ledger_node.proof.strict_json import dump_canonical
from registry_api.exports.names import data_name, document_uri, model_name, organisation_id, urn
from registry_api.graph import operations_of
from registry_api.questions.material import Material, name_of
from registry_api.schemas.base import rfc3339, some_time

SPEC = "https://w3id.org/ro/crate/1.3"
LICENCE: dict[str, Any] = {
    "@id": "#licence",
    "@type": "CreativeWork",
    "name": "No licence",
    "description": "Data and models are used only under a consent of the custodian that is active on the ledger.",
}
STATUS = {
    Outcome.OPEN: "http://schema.org/ActiveActionStatus",
    Outcome.COMPLETED: "http://schema.org/CompletedActionStatus",
    Outcome.ABANDONED: "http://schema.org/FailedActionStatus",
}


def ro_crate(m: Material) -> bytes:
    crate: dict[str, Any] = {"@context": f"{SPEC}/context", "@graph": _Graph(m).entities()}
    return dump_canonical(crate)


class _Graph:
    """Entities by their ids. A document may be that of several things: it is there once, about them all."""

    def __init__(self, m: Material) -> None:
        self._m = m
        self._found: dict[str, dict[str, Any]] = {}
        self._documents: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._organisations()
        self._data()
        self._consents()
        self._runs()
        self._models()
        self._recalls()
        for digest, names in self._documents.items():
            self._document(digest, names)

    def entities(self) -> list[dict[str, Any]]:
        m, block = self._m, self._m.lineage.as_of
        root = urn("export", f"{m.subject.id}/{block.hash}")
        kinds = {name: one["@type"] for name, one in self._found.items()}
        about = {
            "@id": root,
            "@type": "Dataset",
            "name": f"Origin of {model_name(m, m.subject)}, version {m.subject.number}",
            "description": f"What a ledger and public cards say of a model version as of block {block.number}.",
            "datePublished": rfc3339(block.timestamp),
            "license": {"@id": LICENCE["@id"]},
            "publisher": self._agent(m.subject.publisher),
            "mainEntity": {"@id": urn("model-version", m.subject.id)},
            "hasPart": _references(name for name, kind in kinds.items() if kind in ("Dataset", "File")),
            "mentions": _references(name for name, kind in kinds.items() if kind in ("CreateAction", "CreativeWork")),
        }
        descriptor = {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": root},
            "conformsTo": {"@id": SPEC},
        }
        told: list[dict[str, Any]] = [descriptor, about, LICENCE, *(self._found[name] for name in sorted(self._found))]
        return [{name: value for name, value in one.items() if value not in (None, [])} for one in told]

    def _thing(self, id_: str, kind: str, **said: object) -> None:
        self._found[id_] = {"@id": id_, "@type": kind, **said}

    def _agent(self, number: int) -> dict[str, str]:
        return {"@id": urn("organisation", organisation_id(self._m, number))}

    def _of(self, digest: str, name: str, about: str) -> dict[str, str]:
        """A reference to a public document, which is described when all that it is about is known."""
        self._documents[digest][name].add(about)
        return {"@id": document_uri(digest)}

    def _document(self, digest: str, names: dict[str, set[str]]) -> None:
        self._thing(
            document_uri(digest),
            "File",
            name=", ".join(sorted(names)),
            encodingFormat="application/json",
            sha256=digest.removeprefix("0x"),
            about=_references(set().union(*names.values())),
        )

    def _organisations(self) -> None:
        for one in self._m.lineage.organisations:
            self._thing(self._agent(one.number)["@id"], "Organization", name=one.name)

    def _data(self) -> None:
        for version, card in self._m.dataset_cards():
            id_ = urn("dataset-version", name_of(version))
            parents = version.derivation.parents if version.derivation else ()
            self._thing(
                id_,
                "Dataset",
                name=data_name(version, card),
                description=str(card.at("/description")) if card.has("/description") else None,
                version=str(version.number),
                datePublished=rfc3339(version.published_at),
                creator=self._agent(self._m.custodian(version.dataset)),
                license=_references(urn("consent", one) for one in self._m.consents_of_data.get(name_of(version), ())),
                isBasedOn=_references(urn("dataset-version", f"{one.dataset}/{one.version}") for one in parents),
                subjectOf=[
                    self._of(version.card_digest, "dataset card", id_),
                    self._of(version.attestation_digest, "attestation", id_),
                ],
            )

    def _consents(self) -> None:
        for one in self._m.lineage.consents:
            self._thing(
                urn("consent", one.id),
                "CreativeWork",
                name=f"consent of {self._m.lineage.name_of(one.grantor)}",
                author=self._agent(one.grantor),
                dateCreated=rfc3339(one.issued_at),
                expires=rfc3339(one.terms.expires_at),
                creativeWorkStatus=one.state_at(self._m.lineage.as_of.timestamp).name,
            )

    def _runs(self) -> None:
        for run in self._m.lineage.runs:
            id_ = urn("run", run.id)
            used = {urn("dataset-version", f"{one.dataset}/{one.version}") for one in run.inputs}
            made = {urn("model-version", one.id) for one in self._m.lineage.model_versions if one.run == run.id}
            answered = {answer.custodian for one in run.rounds for answer in one.contributions}
            self._thing(
                id_,
                "CreateAction",
                name=f"{operations_of(run)}, {len(run.rounds)} rounds",
                agent=self._agent(run.publisher),
                participant=_references(self._agent(one)["@id"] for one in answered),
                startTime=rfc3339(run.opened_at),
                endTime=some_time(run.closed_at),
                actionStatus={"@id": STATUS[run.outcome]},
                object=_references(used | {urn("consent", one.consent) for one in run.inputs}),
                result=_references(made),
                subjectOf=self._of(run.card_digest, "run card", id_),
            )

    def _models(self) -> None:
        for one in self._m.lineage.model_versions:
            id_, digest = urn("model-version", one.id), urn("artifact", one.artifact_digest)
            self._thing(
                id_,
                "CreativeWork",
                name=f"{model_name(self._m, one)}, version {one.number}",
                version=str(one.number),
                creator=self._agent(one.publisher),
                datePublished=rfc3339(one.published_at),
                creativeWorkStatus=one.lifecycle.name,
                identifier={"@id": digest},
                isBasedOn=_references(urn("model-version", parent) for parent in one.parents),
                subjectOf=self._of(one.card_digest, "model card", id_),
            )
            said = {"name": "digest of the files", "propertyID": "artifactDigest", "value": one.artifact_digest}
            self._thing(digest, "PropertyValue", **said)

    def _recalls(self) -> None:
        for one in self._m.lineage.recalls:
            id_ = urn("recall", one.id)
            self._thing(
                id_,
                "CreativeWork",
                name=f"recall by {self._m.lineage.name_of(one.issuer)}, {one.severity.name}",
                author=self._agent(one.issuer),
                about={"@id": urn("model-version", one.version)},
                dateCreated=rfc3339(one.issued_at),
                creativeWorkStatus="STANDING" if one.stands else "LIFTED",
                subjectOf=self._of(one.notice_digest, "recall notice", id_),
            )


def _references(ids: Iterable[str]) -> dict[str, str] | list[dict[str, str]]:
    """One as itself, several as a list in the order of their ids."""
    found = [{"@id": one} for one in sorted(set(ids))]
    return found[0] if len(found) == 1 else found
