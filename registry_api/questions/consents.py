"""Consents: on which ground, when in force, what ended them, what lies downstream, which permits cover the use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger_node.domain.codes import names_of
from ledger_node.domain.consent import Consent, ConsentUse
from ledger_node.domain.lineage import Affected
from ledger_node.domain.training import Run
from registry_api.questions.data import EVENTS
from registry_api.questions.documents import ABSENT
from registry_api.questions.material import Material, name_of
from registry_api.questions.stating import NOT_ASKED, Fact, Missing, Said, Source, attested, event, verified
from registry_api.schemas.base import rfc3339, something

SHOWN = 20  # ids in one value


def grounds(m: Material) -> Said:
    """3: consent and legal basis, valid at each run and each round?"""
    for consent in in_use(m):
        terms, source = consent.terms, event("consents.ConsentIssued", consent.id, consent.at)
        granted = {
            "basis": terms.basis.name,
            "permission": terms.permission.name,
            "purposes": names_of(terms.purposes),
            "operations": names_of(terms.operations),
            "notBefore": rfc3339(terms.not_before),
            "expiresAt": rfc3339(terms.expires_at),
        }
        yield attested("consent with its legal basis", granted, consent.grantor, source)
    for run in m.lineage.runs:
        consents = sorted({used.consent for used in run.inputs})
        value: dict[str, object] = {"at": rfc3339(run.opened_at), "consents": consents, "check": "OK"}
        source = event("training.RunOpened", run.id, run.at)
        yield verified("every consent permitted its use when the run was opened", value, run.publisher, source)
        for one in run.rounds:
            value = {"round": one.number, "at": rfc3339(one.opened_at), "consents": consents, "check": "OK"}
            source = event("training.RoundOpened", f"{run.id}/{one.number}", one.at)
            yield verified("every consent permitted the round when it was opened", value, run.publisher, source)
            for answer in one.answers:
                name = "ContributionRefused" if answer.update_digest is None else "ContributionRecorded"
                value = {"round": one.number, "at": rfc3339(answer.answered_at), "check": answer.consent_state.name}
                source = event(f"training.{name}", f"{run.id}/{one.number}", answer.at)
                yield verified("consent when the hospital answered", value, answer.custodian, source)
    for _, card in m.dataset_cards():
        yield from card.says("legal basis in the custodian's words", "/legal/basis")
    if not m.lineage.runs:
        yield Missing("consents", "no run is behind the version: nothing was checked here")


def endings(m: Material) -> Said:
    """4: what was revoked, expired or suspended, and which uses came before and after."""
    for consent in in_use(m):
        state = consent.state_at(m.lineage.as_of.timestamp).name
        expired = m.lineage.as_of.timestamp >= consent.terms.expires_at
        issued = event("consents.ConsentIssued", consent.id, consent.at)
        value: dict[str, Any] = {"state": state, "expired": expired, "expiresAt": rfc3339(consent.terms.expires_at)}
        yield verified("state of the consent", value, consent.grantor, issued)
        uses = m.uses.get(consent.id)
        if consent.log and uses is None:
            yield Missing(f"uses before and after: {consent.id}", NOT_ASKED)
        for entry in consent.log:
            value = {
                "act": entry.act.name,
                "reason": entry.reason.name,
                "at": rfc3339(entry.acted_at),
                "until": rfc3339(entry.until) if entry.until else None,
                "usesBefore": None if uses is None else _counted(one for one in uses if one.at < entry.at),
                "usesAfter": None if uses is None else _counted(one for one in uses if one.at > entry.at),
            }
            source = event(f"consents.{EVENTS[entry.act.name]}", consent.id, entry.at)
            yield verified("act on the consent", value, entry.actor, source)
        if consent.log:
            why = "a reason is a code: nothing more is written on the ledger"
            yield Missing(f"circumstances of the acts: {consent.id}", why)
        else:
            yield verified("acts on the consent", [], None, issued)
    if not m.lineage.runs:
        yield Missing("consents", "no run is behind the version: it used none here")


def downstream(m: Material) -> Said:
    """5: what lies downstream of each dataset, consent and hospital behind the version."""
    datasets = m.lineage.datasets
    holders = {one.custodian for one in datasets}
    hospitals = [one for one in m.lineage.organisations if one.number in holders]
    records: list[tuple[str, int | None, Source]] = [
        *(("dataset", one.custodian, event("datasets.DatasetRegistered", one.id, one.at)) for one in datasets),
        *(("consent", one.grantor, event("consents.ConsentIssued", one.id, one.at)) for one in m.lineage.consents),
        *(("hospital", None, event("consortium.OrganisationAdmitted", str(one.number), one.at)) for one in hospitals),
    ]
    for kind, by, source in records:
        statement, found = f"model versions downstream of the {kind}", m.impacts.get(source.record or "")
        if found is None:
            yield Missing(f"{statement}: {source.record}", NOT_ASKED)
        else:
            yield verified(statement, _downstream(found), by, source)
    if not records:
        yield Missing("datasets and consents", "none is known to be behind the version: it is an import")


def permits(m: Material) -> Said:
    """21: EHDS permit, CNIL or ethics decision; do its dates cover the use?"""
    for consent in in_use(m):
        value = {"basis": consent.terms.basis.name, "projectRef": something(consent.terms.project_ref)}
        source = event("consents.ConsentIssued", consent.id, consent.at)
        yield attested("basis of the consent, and its salted commitment to the project", value, consent.grantor, source)
    for version, card in m.dataset_cards():
        used = _days(m, name_of(version))
        for found in card.lists("permit", "/legal/permits"):
            yield _covering(found, used) if isinstance(found, Fact) else found
    why = "cards state permits; whether an authority gave them is the authority's to say"
    yield Missing("the permits themselves", why)


def in_use(m: Material) -> list[Consent]:
    used = m.lineage.consents_in_use()
    return [one for one in m.lineage.consents if one.id in used]


def _inputs(run: Run) -> set[str]:
    return {f"{used.dataset}/{used.version}" for used in run.inputs}


def _days(m: Material, version: str) -> dict[str, str | bool] | None:
    """The first and the last day of use; None without one. A run's rounds, and the answers to them, lie within it; one
    that is still open goes on to the day that the answer is as of."""
    runs = [run for run in m.lineage.runs if version in _inputs(run)]
    if not runs:
        return None
    ends = [m.lineage.as_of.timestamp if run.closed_at is None else run.closed_at for run in runs]
    return {
        "firstUse": rfc3339(min(run.opened_at for run in runs))[:10],
        "lastUse": rfc3339(max(ends))[:10],
        "stillInUse": any(run.closed_at is None for run in runs),
    }


def _covering(found: Fact, used: Mapping[str, str | bool] | None) -> Fact:
    """A permit beside the days of use, both inclusive."""
    permit = found.value
    if not isinstance(permit, dict) or used is None or permit.get("from", ABSENT) is ABSENT or "until" not in permit:
        return found
    covers = permit["from"] <= used["firstUse"] and used["lastUse"] <= permit["until"]
    value = {**permit, **used, "coversTheUse": covers}
    return Fact(found.statement, value, found.level, found.by, found.source)


def _counted(uses: Iterable[ConsentUse]) -> dict[str, object]:
    found = list(uses)
    return {"count": len(found), "subjects": list(dict.fromkeys(one.subject for one in found))[:SHOWN]}


def _downstream(found: Iterable[Affected]) -> dict[str, object]:
    versions = {one.version: one for one in found}
    return {
        "count": len(versions),
        "versions": sorted(versions)[:SHOWN],
        "tainted": sorted(version for version, one in versions.items() if one.tainted)[:SHOWN],
    }
