"""What a regulator asks about a model version, answered as of a date."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, get_args

from fastapi import Request, Response

from registry_api.explorer.dates import OnDate, at_end_of
from registry_api.explorer.page import render, router
from registry_api.levels import How
from registry_api.node import NodeOf
from registry_api.questions import reading
from registry_api.questions.listed import BY_NUMBER, QUESTIONS
from registry_api.reading import ViewAsideOf
from registry_api.routes.parts import Id
from registry_api.routes.versions import QuestionNumber
from registry_api.schemas.base import rfc3339
from registry_api.schemas.question import QuestionAnswer
from registry_api.showing.models import show_model_version

routes = router()

LEVELS: tuple[How, ...] = get_args(How)
FIRST = 2  # facts of each answer that the list shows


@dataclass(frozen=True, slots=True)
class Short:
    """An answer in short: how many facts are known how, and the first of them."""

    answer: QuestionAnswer
    levels: list[tuple[How, int]]

    @classmethod
    def of(cls, answer: QuestionAnswer) -> Short:
        count = Counter(one.level for one in answer.facts)
        return cls(answer, [(level, count[level]) for level in LEVELS if count[level]])


@routes.get("/versions/{version}/questions")
def show_questions(request: Request, node: NodeOf, view: ViewAsideOf, version: Id, on: OnDate = None) -> Response:
    if on is not None:
        return at_end_of(request, on)
    found = reading.answers(node, view.block, version, QUESTIONS)
    return _render(request, "questions.html", view, version, answers=[Short.of(one) for one in found], first=FIRST)


@routes.get("/versions/{version}/questions/{number}")
def show_question(
    request: Request, node: NodeOf, view: ViewAsideOf, version: Id, number: QuestionNumber, on: OnDate = None
) -> Response:
    if on is not None:
        return at_end_of(request, on)
    found = reading.answer(node, view.block, version, BY_NUMBER[number])
    return _render(request, "question.html", view, version, answer=found, last=len(QUESTIONS))


def _render(request: Request, template: str, view: ViewAsideOf, version: str, **values: Any) -> Response:
    subject = show_model_version(view, view.node.catalogue.get_model_version(version, view.block), [])
    return render(request, template, view=view, now=rfc3339(view.time), subject=subject, levels=LEVELS, **values)
