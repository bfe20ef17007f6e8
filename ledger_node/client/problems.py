"""Problem documents (RFC 9457) as the errors they stand for."""

from __future__ import annotations

from typing import cast

from ledger_node import shallow
from ledger_node.errors import MedLedgerError, NodeFailed, Retry, all_errors

_OWN = frozenset({"type", "title", "status", "code", "detail", "got", "needed", "retry"})
_BY_CODE = {error.code: error for error in all_errors() if error is not MedLedgerError}


def error_of(status: int, content: bytes) -> MedLedgerError:
    """The error in a refused answer. Its facts are the problem's other members and `status`.

    A code that is not known here, or an answer that is no problem document, is a NodeFailed.
    """
    problem = _parse(content)
    if problem is None:
        return NodeFailed(
            "the answer is not a problem document",
            got=f"status {status}, {len(content)} bytes",
            needed="the address of a MedLedger node; look at what stands between",
            status=status,
        )
    code = _text(problem, "code")
    known = _BY_CODE.get(code)
    detail = _text(problem, "detail") or _text(problem, "title") or "the node refused"
    error = (known or NodeFailed)(detail, got=_text(problem, "got"), needed=_text(problem, "needed"))
    error.facts.update({name: value for name, value in problem.items() if name not in _OWN})
    error.facts["status"] = status
    if known is None:
        error.facts["code"] = code
        error.needed = error.needed or "look at the node's log; a newer client may know the code"
    return error


def is_safe(content: bytes) -> bool:
    """Does the problem itself say that the same call may be made again?"""
    problem = _parse(content)
    return problem is not None and problem.get("retry") == Retry.SAFE.value


def _parse(content: bytes) -> dict[str, object] | None:
    try:
        parsed = shallow.loads(content)
    except ValueError:
        return None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("code"), str):
        return None
    return cast(dict[str, object], parsed)


def _text(problem: dict[str, object], name: str) -> str:
    value = problem.get(name)
    return value if isinstance(value, str) else ""
