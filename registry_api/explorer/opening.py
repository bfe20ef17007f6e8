"""Opening a proposal by a form: the fields of each kind, the API's body that they make, and what it would do."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ledger_node.domain.codes import Capability, ProposalKind
from ledger_node.domain.command import GENERATION_ROLES
from registry_api.explorer.ballots import DAY
from registry_api.reading import View
from registry_api.routes.proposals import fields_of
from registry_api.schemas.proposal import About, Propose
from registry_api.showing.consortium import show_about
from registry_api.validation import body_error

#: The fields of each kind's form, by their places in the API's body.
FIELDS: dict[str, tuple[str, ...]] = {
    "ADMIT": ("admission.name", "admission.admin", "admission.capabilities", "admission.forProfit"),
    "SUSPEND": ("organisation",),
    "REINSTATE": ("organisation",),
    "REMOVE": ("organisation",),
    "REPLACE_ADMIN": ("organisation", "admin"),
    "CHANGE_THRESHOLDS": ("thresholds.all", "thresholds.custodians"),
    "REGISTER_GENERATION": tuple(f"contracts.{role}" for role in GENERATION_ROLES),
    "LIFT_RECALL": ("recall",),
    "REVOKE_CONSENT": ("consent", "reason"),
    "SUSPEND_CONSENT": ("consent", "reason", "duration"),
}
NUMBER = re.compile(r"[0-9]{1,10}([.,][0-9]{1,4})?", re.ASCII)
_proposal: TypeAdapter[Propose] = TypeAdapter(Propose)


def body_of(kind: str, form: dict[str, str]) -> dict[str, Any]:
    """The API's body. What cannot be read as its kind of value stays as it was typed, for the API to refuse."""
    body: dict[str, Any] = {"kind": kind}
    for name in FIELDS[kind]:
        *outer, last = name.split(".")
        place = body
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = _value(name, form)
    return body


def about(view: View, body: dict[str, Any]) -> About:
    """What a proposal with this body would do. InputError as the API would refuse it; NotFound."""
    try:
        asked = _proposal.validate_python(body)
    except ValidationError as error:
        raise body_error(error) from None
    _require_there(view, fields := fields_of(asked))
    return About(**show_about(view, ProposalKind[asked.kind], fields))


def _require_there(view: View, fields: dict[str, Any]) -> None:
    node = view.node
    if "organisation" in fields:
        node.register.get_organisation(fields["organisation"], view.block)
    if "recall" in fields:
        node.catalogue.get_recall(fields["recall"], view.block)
    if "consent" in fields:
        node.catalogue.get_consent(fields["consent"], view.block)


def _value(name: str, form: dict[str, str]) -> Any:
    typed = form.get(name, "").strip()
    if name == "admission.capabilities":
        return [one for one in Capability.__members__ if f"{name}.{one}" in form]
    if name == "admission.forProfit":
        return {"true": True, "false": False}.get(typed, typed)
    if name == "organisation":
        return _scaled(typed, 1)
    if name == "duration":
        return _scaled(typed, DAY)
    if name.startswith("thresholds."):
        return _scaled(typed, 100)
    return typed


def _scaled(typed: str, by: int) -> int | str:
    """A number of days in seconds, of a hundred in ten-thousandths."""
    if not NUMBER.fullmatch(typed):
        return typed
    found = Decimal(typed.replace(",", ".")) * by
    return int(found) if found == found.to_integral_value() else typed
