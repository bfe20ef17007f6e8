"""The form of a consent's terms: what it begins with, the API's body that it makes, and what to look at twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from ledger_node.domain.codes import Modifier, Operation, Permission, Purpose, Region, names_of
from ledger_node.domain.consent import Consent, Terms
from ledger_node.domain.dataset import CLEAN_OPTIONS, DEIDENTIFICATION_OPTIONS, options_of
from ledger_node.domain.organisation import Organisation
from ledger_node.domain.request import Request
from ledger_node.errors import InvalidDocument, InvalidField
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.proof.strict_json import Json, dump_canonical
from registry_api import strict
from registry_api.explorer import forms
from registry_api.explorer.text import epsilon
from registry_api.schemas.base import rfc3339, something
from registry_api.schemas.scope import mondo

YEAR = 365 * 24 * 3600  # seconds: the window that a form begins with
LONG = YEAR + 24 * 3600  # what is longer is worth a second look
REQUIRABLE = options_of(CLEAN_OPTIONS)
FORBIDDABLE = [one for one in DEIDENTIFICATION_OPTIONS if one not in REQUIRABLE]
POLICY = "policyDigest"
Form = dict[str, str]


def new(now: int, dataset: str) -> Form:
    """The fields before anything is typed, at Unix time `now`."""
    return {
        "dataset": dataset,
        "versionFrom": "1",
        "basis": "CONSENT",
        "permission": Permission.HMB.name,
        "notBefore": local(now - now % 60),
        "expiresAt": local(now - now % 60 + YEAR),
        "maxRounds": "0",
        "epsilonBudget": "0",
    }


def of_request(request: Request, now: int) -> Form:
    """What a request asks for."""
    wanted = request.wanted
    permission = Permission.DS if wanted.condition else Permission.HMB
    asked = {"grantee": str(request.requester), "request": request.id, "permission": permission.name}
    return new(now, wanted.dataset) | _shared(wanted) | asked


def of_consent(consent: Consent) -> Form:
    """The terms of a consent that the new one replaces."""
    terms = consent.terms
    return {
        **_shared(terms),
        **_ticked("modifiers", names_of(terms.modifiers & ~Modifier.GS)),
        **_ticked("deidentification", [str(one) for one in options_of(terms.deidentification)]),
        "grantee": str(terms.grantee),
        "versionFrom": str(terms.version_from),
        "versionTo": str(terms.version_to or ""),
        "basis": terms.basis.name,
        "permission": terms.permission.name,
        POLICY: terms.policy_digest,
        "supersedes": consent.id,
    }


def _shared(one: Any) -> Form:
    """Of terms and of a request."""
    return {
        **_ticked("purposes", names_of(one.purposes)),
        **_ticked("operations", names_of(one.operations)),
        **_ticked("regions", names_of(one.regions)),
        "dataset": one.dataset,
        "condition": mondo(one.condition) or "",
        "notBefore": local(one.not_before),
        "expiresAt": local(one.expires_at),
        "maxRounds": str(one.max_rounds),
        "epsilonBudget": epsilon(one.epsilon_budget),
        "projectRef": something(one.project_ref) or "",
    }


def body_of(form: Form) -> dict[str, Any]:
    """What POST /v1/consents takes. What is no number or time is left as it was typed, for the API to refuse.
    InvalidDocument for a policy that is none."""
    wanted = wanted_of(form)
    modifiers = _chosen(form, "modifiers", Modifier)
    document = policy_of(form)
    return {
        **wanted,
        "grantee": _number(form, "grantee"),
        "versionFrom": _number(form, "versionFrom"),
        "versionTo": _number(form, "versionTo"),
        "basis": form.get("basis", ""),
        "permission": form.get("permission", ""),
        "modifiers": [*modifiers, *([Modifier.GS.name] if wanted["regions"] else [])],
        "deidentification": {"required": _options(form, REQUIRABLE), "forbidden": _options(form, FORBIDDABLE)},
        POLICY: (_said(form, POLICY) or "") if document is None else to_hex(sha256(document)),
        "request": _said(form, "request"),
        "supersedes": _said(form, "supersedes"),
    }


def wanted_of(form: Form) -> dict[str, Any]:
    """What POST /v1/requests takes, but for the card: the terms that a request names too."""
    return {
        "dataset": form.get("dataset", ""),
        "purposes": _chosen(form, "purposes", Purpose),
        "operations": _chosen(form, "operations", Operation),
        "condition": _said(form, "condition"),
        "regions": _chosen(form, "regions", Region),
        "notBefore": moment(form, "notBefore"),
        "expiresAt": moment(form, "expiresAt"),
        "maxRounds": _number(form, "maxRounds"),
        "epsilonBudget": _millionths(form, "epsilonBudget"),
        "projectRef": _said(form, "projectRef"),
    }


def policy_of(form: Form) -> bytes | None:
    """The policy document in RFC 8785 form: as pasted, or own words as the narrative of a FHIR Permission. None where
    the field holds a digest, or nothing."""
    text = form.get(POLICY, "").replace("\r\n", "\n").strip()
    if not text or text.startswith("0x"):
        return None
    if not text.startswith("{"):
        words = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
        narrative: dict[str, Json] = {
            "status": "additional",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>',
        }
        return dump_canonical(
            {"resourceType": "Permission", "status": "active", "combining": "deny-unless-permit", "text": narrative}
        )
    try:
        return dump_canonical(strict.parse(text.encode()))
    except InvalidField as error:
        raise InvalidDocument(
            "the policy is not JSON", got=error.got, needed=error.needed, field=f"body.{POLICY}"
        ) from None


def warnings(terms: Terms, grantee: Organisation, newest: int, *, stops_runs: bool) -> list[str]:
    """Keys of texts, for what is permitted but may not be meant. `newest` is the newest version's number, or 0;
    `stops_runs` where runs are under way under the consent that the new one replaces."""
    trains = terms.operations & (Operation.TRAIN | Operation.FINE_TUNE)
    federated = Operation.FEDERATED_ROUND in terms.operations
    found = {
        "stops_runs": stops_runs,
        "refuses_profit": terms.excludes_profit and grantee.for_profit,
        "sells": Operation.COMMERCIALISE in terms.operations,
        "long": terms.expires_at - terms.not_before > LONG,
        "to_come": not terms.version_to,
        "not_published": terms.version_from > newest,
        "anywhere": not terms.regions,
        "no_minimum": not terms.deidentification,
        "no_round": federated and not terms.max_rounds,
        "idle_rounds": bool(terms.max_rounds) and not federated,
        "no_loss": federated and not terms.epsilon_budget,
        "no_export": bool(trains) and Operation.EXPORT_WEIGHTS not in terms.operations,
    }
    return [key for key, holds in found.items() if holds]


def _ticked(group: str, names: list[str]) -> Form:
    return {f"{group}.{name}": "on" for name in names}


def _chosen(form: Form, group: str, list_: Any) -> list[str]:
    return [name for name in list_.__members__ if f"{group}.{name}" in form]


def _options(form: Form, among: list[int]) -> list[int]:
    return [one for one in among if f"deidentification.{one}" in form]


def _said(form: Form, name: str) -> str | None:
    return form.get(name, "").strip() or None


def _number(form: Form, name: str) -> int | str | None:
    text = _said(form, name)
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else text


def _millionths(form: Form, name: str) -> int | str | None:
    text = _said(form, name)
    try:
        number = Decimal(text or "0").scaleb(6)
    except ArithmeticError:  # no number, or one with a huge exponent
        return text
    return int(number) if number.is_finite() and abs(number) < 10**15 and number == int(number) else text


def moment(form: Form, name: str) -> str | None:
    """A field of the browser's own kind for times; None when it is left empty."""
    text = _said(form, name)
    return text and forms.moment(text)


def local(seconds: int) -> str:
    return rfc3339(seconds).removesuffix("Z")
