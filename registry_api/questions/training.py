"""The runs behind a version: who, where, with what; and what happened in each round."""

from __future__ import annotations

from ledger_node.domain.codes import names_of
from registry_api.questions.material import Material
from registry_api.questions.stating import Missing, Said, asserted, attested, event, verified
from registry_api.schemas.base import rfc3339, some_time


def how_trained(m: Material) -> Said:
    """9: who trained it, where, with which code, container and configuration?"""
    for run, card in m.run_cards():
        source = event("training.RunOpened", run.id, run.at)
        value = {"run": run.id, "publisher": m.lineage.name_of(run.publisher), "openedAt": rfc3339(run.opened_at)}
        yield verified("trained by", value, run.publisher, source)
        regions = names_of(run.scope.regions)
        if regions:
            yield attested("regions, which every consent permits", regions, run.publisher, source)
        else:
            yield Missing(f"regions: {run.id}", "the run names none, and no consent asked for it")
        for name, digest in (("code", run.code_digest), ("container", run.container_digest)):
            if digest is None:
                yield Missing(f"{name} digest on the ledger: {run.id}", "the publisher stated none when it was opened")
            else:
                yield asserted(f"{name} digest", digest, run.publisher, source)
        yield from card.says("method", "/method")
        for part in ("code", "container", "configuration", "place"):
            yield from card.says(part, f"/{part}")
    for one in m.lineage.model_versions:
        if one.run is None:
            yield Missing(f"training of {one.id}", "it is an import: made elsewhere, with no run on the ledger")


def rounds(m: Material) -> Said:
    """10: participants, refused contributions, privacy budget of each round."""
    for run, card in m.run_cards():
        for one in run.rounds:
            record = f"{run.id}/{one.number}"
            opened = event("training.RoundOpened", record, one.at)
            value = {"round": one.number, "openedAt": rfc3339(one.opened_at), "closedAt": some_time(one.closed_at)}
            yield verified("round", value, run.publisher, opened)
            value = {"round": one.number, "millionths": one.epsilon}
            yield asserted("privacy loss of the round, charged to each input", value, run.publisher, opened)
            for answer in one.answers:
                refused = answer.update_digest is None
                name = "training.ContributionRefused" if refused else "training.ContributionRecorded"
                value = {"round": one.number, "hospital": m.lineage.name_of(answer.custodian)}
                value |= {"refusal": answer.refusal.name} if refused else {"updateDigest": answer.update_digest}
                statement = "refused to take part" if refused else "took part"
                yield attested(statement, value, answer.custodian, event(name, record, answer.at))
            if one.aggregate_digest:
                value = {"round": one.number, "digest": one.aggregate_digest}
                yield attested("aggregate of the round", value, run.publisher, event("training.RoundClosed", record))
        if not run.rounds:
            yield Missing(f"rounds: {run.id}", "the run had none")
        yield from card.says("conditions for participants", "/participants/conditions")
    for consent in m.lineage.consents:
        value = {
            "roundsUsed": consent.rounds_used,
            "maxRounds": consent.terms.max_rounds,
            "epsilonSpent": consent.epsilon_spent,
            "epsilonBudget": consent.terms.epsilon_budget,
        }
        source = event("consents.ConsentIssued", consent.id, consent.at)
        yield verified("rounds and privacy loss charged, in millionths", value, consent.grantor, source)
