"""Reading what an answer needs, no more of it than a bound says, and showing the answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from ledger_node.cards import declared, require_card
from ledger_node.domain.lineage import Affected, Lineage
from ledger_node.errors import BlobCorrupt, BlobError, InvalidDocument, InvalidField, UnknownDocument
from registry_api import strict
from registry_api.questions.documents import Document, Wanted
from registry_api.questions.listed import QUESTIONS, Need, Question
from registry_api.questions.material import Ledger, Material
from registry_api.questions.stating import Fact, Missing
from registry_api.reading import View
from registry_api.schemas import question as schemas

if TYPE_CHECKING:
    from datetime import datetime

    from ledger_node.bootstrap import Node

MOST_FACTS = 5_000  # in one answer
MOST_DOCUMENTS = 200  # read for one answer
MOST_ASKED = 20  # datasets, consents and organisations whose impact, erasures or keys are asked for
LANES = 4  # documents asked for at once for one answer
LANES_OF_ALL = 8  # and for all answers: each may hold a connection to the node's store
PATIENCE = 8.0  # seconds for all of them: Kubo looks for an absent one until its own time-out
AWAY = "the store of documents does not answer"
LATE = "not read: an answer reads a bounded number of documents in a bounded time"

_lanes = ThreadPoolExecutor(LANES_OF_ALL, "documents")


def list_questions(view: View, version: str) -> schemas.Questions:
    view.node.catalogue.get_model_version(version, view.block)
    items = [
        schemas.QuestionSummary(
            number=one.number, title=one.title, href=f"/v1/versions/{version}/questions/{one.number}"
        )
        for one in QUESTIONS
    ]
    return schemas.Questions(**view.stamp, version=version, items=items)


def answer(node: Node, as_of: int | datetime | None, version: str, question: Question) -> schemas.QuestionAnswer:
    return answers(node, as_of, version, (question,))[0]


def answers(
    node: Node, as_of: int | datetime | None, version: str, questions: Sequence[Question]
) -> list[schemas.QuestionAnswer]:
    """All as of one block, from what is read once for them all."""
    with View(node, as_of) as view:
        stamp = view.stamp
        read = gather(view, version, tuple({need for one in questions for need in one.needs}))
    return [_answered(view, stamp, read, one) for one in questions]


def _answered(view: View, stamp: dict[str, Any], read: Material, question: Question) -> schemas.QuestionAnswer:
    version = read.lineage.version
    said = list(islice(question.answer(read), MOST_FACTS))
    facts = [one for one in said if isinstance(one, Fact)]
    missing = [one for one in said if isinstance(one, Missing)]
    if len(said) == MOST_FACTS:
        missing.append(
            Missing("the rest of the answer", f"an answer has at most {MOST_FACTS} parts: read on at the links")
        )
    return schemas.QuestionAnswer(
        **stamp,
        version=version,
        question=question.number,
        title=question.title,
        facts=[_shown(view, one) for one in facts],
        missing=[schemas.Missing(**asdict(one)) for one in missing],
        links=[
            schemas.Reading(what=what, href=href.format(version=version, model=read.subject.model))
            for what, href in question.links
        ],
    )


def gather(view: View, version: str, needs: tuple[Need, ...]) -> Material:
    """What is known of a version, with every organisation that the view may have to name. The view is closed: documents
    are read when the moment of the index is over, which waits for nothing but the store."""
    node = view.node
    lineage = node.lineages.lineage(version, view.block)
    read = _read(view, lineage, needs)
    view.meet({one.number: one.name for one in lineage.organisations})
    view.look_up(node.identity.organisation)
    view.close()
    return replace(read, documents=read_documents(node, read.wanted())) if "documents" in needs else read


def read_documents(node: Node, wanted: Iterable[Wanted]) -> dict[tuple[str, str], Document]:
    """By `Wanted.key`. What cannot be had in time, or keeps to no schema that it declares, is there without content.

    Several are asked for at once, so that one which nobody has does not stand before the others.
    """
    asked = {one.key: one for one in wanted}
    waiting = deque(list(asked.values())[:MOST_DOCUMENTS])
    found: dict[tuple[str, str], Document] = {}

    def read() -> None:
        while waiting:
            try:
                one = waiting.popleft()
            except IndexError:
                return  # another lane was faster
            try:
                found[one.key] = understood(one, node.documents.get(one.digest))
            except UnknownDocument:
                found[one.key] = Document(one, None, "this node does not have the document")
            except BlobCorrupt:
                found[one.key] = Document(one, None, "the document's bytes do not match its digest")
            except Exception:
                waiting.clear()
                raise

    lanes = [_lanes.submit(read) for _ in range(min(LANES, len(waiting)))]
    done, late = wait(lanes, PATIENCE)
    waiting.clear()
    for lane in late:
        lane.cancel()
    troubles = [trouble for trouble in (lane.exception() for lane in done) if trouble]
    for trouble in troubles:
        if not isinstance(trouble, BlobError):
            raise trouble  # the node's own
    why = AWAY if troubles else LATE
    return {one.key: found.get(one.key) or Document(one, None, why) for one in asked.values()}


def understood(wanted: Wanted, content: bytes) -> Document:
    """What can be read of a document: an attestation, or a card that keeps to the schema it declares."""
    try:
        parsed = strict.parse(content, exact=False)
    except InvalidField:
        return Document(wanted, None, "the document is not JSON that can be read in one way only")
    if not isinstance(parsed, dict):
        return Document(wanted, None, "the document is no object")
    if wanted.kind == "attestation":
        known = parsed.get("format") == "medledger-attestation/1"
        return Document(wanted, parsed) if known else Document(wanted, None, "the attestation is of no known form")
    if declared(parsed) is None:
        return Document(wanted, None, "the card declares no schema")
    try:
        require_card(wanted.kind, parsed)
    except InvalidDocument as error:
        return Document(wanted, None, error.detail)
    return Document(wanted, parsed)


def _read(view: View, lineage: Lineage, needs: tuple[Need, ...]) -> Material:
    node, block = view.node, view.block
    used = sorted(lineage.consents_in_use())[:MOST_ASKED] if "uses" in needs else []
    asked = [one.id for one in lineage.datasets[:MOST_ASKED]] if "erasures" in needs else []
    keys = [one.number for one in lineage.organisations[:MOST_ASKED]] if "keys" in needs else []
    return Material(
        lineage,
        uses={one: node.catalogue.list_consent_uses(one, block) for one in used},
        impacts=_impacts(view, lineage) if "impacts" in needs else {},
        erasures={one: node.catalogue.list_erasures(one, block) for one in asked},
        keys={one: node.register.list_keys(one, block) for one in keys},
        ledger=_ledger(view, lineage) if "ledger" in needs else None,
    )


def _impacts(view: View, lineage: Lineage) -> Mapping[str, list[Affected]]:
    of, block = view.node.lineages, view.block
    holders = sorted({one.custodian for one in lineage.datasets})[:MOST_ASKED]
    return {
        **{one.id: of.impact_of_dataset(one.id, block) for one in lineage.datasets[:MOST_ASKED]},
        **{one.id: of.impact_of_consent(one.id, block) for one in lineage.consents[:MOST_ASKED]},
        **{str(one): of.impact_of_organisation(one, block) for one in holders},
    }


def _ledger(view: View, lineage: Lineage) -> Ledger:
    index, deployment = view.node.index, view.node.identity.deployment
    subject = next(one for one in lineage.model_versions if one.id == lineage.version)
    at = subject.at.block
    held = (index.find_block(below) for below in (at, at + 1))
    return Ledger(
        genesis=deployment.genesis,
        chain_id=deployment.chain_id,
        around=sorted({block for block in (*held, lineage.as_of) if block is not None}, key=lambda one: one.number),
        generations=index.generations(view.block),
        generation=index.generation_of(subject.at),
        taken_back=view.node.status.last().figures.taken_back,
        node=view.node.identity.organisation,
    )


def _shown(view: View, one: Fact) -> schemas.Fact:
    return schemas.Fact(
        statement=one.statement,
        value=one.value,
        level=one.level,
        by=None if one.by is None else view.organisation(one.by),
        source=schemas.Source(**asdict(one.source)),
    )
