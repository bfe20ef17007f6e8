"""`medledger consent`: what a hospital permits, and whether it permits a use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.facts import show_facts
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.organisation import AsOf
from ledger_node.cli.output import coloured, epsilon_of, fields, table
from ledger_node.cli.scope import (
    Condition,
    Epsilon,
    From,
    Operations,
    Project,
    Purposes,
    Regions,
    Rounds,
    Until,
    operations_of,
    project_of,
    purposes_of,
    scope_of,
)
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import Basis, ConsentState, Modifier, Operation, Permission, Region, StateReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from ledger_node.client import Client, answers

app = typer.Typer()

Consent = Annotated[str, typer.Argument(metavar="CONSENT", help="The consent's id.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why.", autocompletion=reading.complete(StateReason))]


@command(app)
def issue(
    session: Session,
    dataset: Annotated[str, typer.Option(metavar="0x…", help="The dataset's id.")],
    grantee: Annotated[str, typer.Option(help="Who may use it: a number or an exact name.")],
    permission: Annotated[
        str, typer.Option(help="DUO: NRES, GRU, HMB, DS, POA.", autocompletion=reading.complete(Permission))
    ],
    purpose: Purposes,
    operation: Operations,
    until: Until,
    policy: Annotated[str, typer.Option(metavar="FILE.json|0x…", help="The policy document, or its digest.")],
    from_: From = "now",
    versions: Annotated[str, typer.Option(help="Versions: '1:' and later, '1:3', '2'.")] = "1:",
    basis: Annotated[str, typer.Option(help="Legal ground.", autocompletion=reading.complete(Basis))] = "CONSENT",
    modifier: Annotated[
        list[str] | None,
        typer.Option(
            help="DUO: NPUNCU, IRB and others; repeat it. GS comes with --region.",
            autocompletion=reading.complete(Modifier),
        ),
    ] = None,
    condition: Annotated[
        str | None, typer.Option(metavar="MONDO:…", help="With DS: the disease, like MONDO:0007254.")
    ] = None,
    region: Regions = None,
    require_option: Annotated[
        list[int] | None,
        typer.Option(metavar="CODE", help="A Clean option (113100 to 113105) that versions must have; repeat it."),
    ] = None,
    forbid_option: Annotated[
        list[int] | None,
        typer.Option(metavar="CODE", help="A Retain option (113106 to 113112) that they must not; repeat it."),
    ] = None,
    max_rounds: Rounds = 0,
    epsilon: Epsilon = "0",
    project: Project = None,
    request: Annotated[str | None, typer.Option(metavar="0x…", help="The request that it answers.")] = None,
    supersedes: Annotated[
        str | None, typer.Option(metavar="0x…", help="The consent that it replaces, with its rounds and losses.")
    ] = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Permit an organisation to use a dataset, for a window of time."""
    from ledger_node.client.consents import Terms

    begin, end = reading.window(from_, until)
    first, last = reading.versions(versions)
    regions = reading.names(Region, region, "--region")
    modifiers = reading.names(Modifier, modifier, "--modifier")
    policy_content = _policy(policy)
    terms = Terms(
        dataset=reading.digest(dataset, "--dataset"),
        permission=reading.name(Permission, permission, "--permission"),
        purposes=purposes_of(purpose),
        operations=operations_of(operation),
        not_before=begin,
        expires_at=end,
        basis=reading.name(Basis, basis, "--basis"),
        version_from=first,
        version_to=last,
        modifiers=modifiers | Modifier.GS if regions else modifiers,
        condition=reading.condition(condition),
        regions=regions,
        required_options=reading.options(require_option, "--require-option", clean=True),
        forbidden_options=reading.options(forbid_option, "--forbid-option", clean=False),
        max_rounds=max_rounds,
        epsilon_budget=reading.epsilon(epsilon),
        project_ref=project_of(project),
        request=None if request is None else reading.digest(request, "--request"),
        supersedes=None if supersedes is None else reading.digest(supersedes, "--supersedes"),
        grantee=reading.organisation(session.node, grantee, "--grantee"),
        policy_digest=policy if policy_content is None else session.node.blobs.put(policy_content)["digest"],
    )
    return submit(
        session,
        "issued",
        lambda: session.node.consents.issue(terms, idempotency_key=idempotency_key, wait=wait),
    )


@command(app, "list")
def list_(
    session: Session,
    dataset: Annotated[str | None, typer.Option(metavar="0x…", help="On one dataset only.")] = None,
    grantor: Annotated[str | None, typer.Option(help="Of one hospital only: a number or an exact name.")] = None,
    grantee: Annotated[str | None, typer.Option(help="To one organisation only: a number or an exact name.")] = None,
    state: Annotated[
        str | None, typer.Option(help="ACTIVE, SUSPENDED or REVOKED.", autocompletion=reading.complete(ConsentState))
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Consents and how they stand, oldest first."""
    of = None if dataset is None else reading.digest(dataset, "--dataset")
    wanted = None if state is None else reading.name(ConsentState, state, "--state")
    consents = session.node.consents.all(
        dataset=of,
        grantor=None if grantor is None else reading.organisation(session.node, grantor, "--grantor"),
        grantee=None if grantee is None else reading.organisation(session.node, grantee, "--grantee"),
        state=wanted,
        as_of=as_of,
    )
    found = list(consents)
    session.output.show({"items": found}, lambda: _listed(found))


@command(app)
def uses(session: Session, consent: Consent, as_of: AsOf = None) -> None:
    """Every recorded use of a consent, oldest first."""
    found = list(session.node.consents.uses(reading.digest(consent, "CONSENT"), as_of=as_of))
    show_facts(session, "", found, ("subject", "version", "operation", "rounds", "epsilon", "block"))


@command(app)
def show(session: Session, consent: Consent, as_of: AsOf = None) -> None:
    """One consent: its terms, what was used of it, and its log."""
    found = session.node.consents.get(consent, as_of=as_of)
    session.output.show(found, lambda: _shown(found))


@command(app)
def suspend(
    session: Session,
    consents: Annotated[
        list[str], typer.Argument(metavar="CONSENT", help="One id, or up to 100: all or none.", show_default=False)
    ],
    reason: Reason = "STEWARD_DECISION",
    until: Annotated[str | None, typer.Option(help="A regulator's only: the end, within 30 days.")] = None,
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Stop new uses until it is reinstated; a regulator's suspension ends by itself."""
    end = None if until is None else reading.future(until, "--until")

    def write(why: StateReason) -> answers.Submission:
        of = session.node.consents
        if len(consents) == 1:
            return of.suspend(consents[0], why, until=end, idempotency_key=idempotency_key, wait=wait)
        return of.suspend_all(consents, why, until=end, idempotency_key=idempotency_key, wait=wait)

    done = "suspended" if len(consents) == 1 else f"{len(consents)} consents suspended"
    return _act(session, done, reason, write)


@command(app)
def reinstate(
    session: Session,
    consent: Consent,
    reason: Reason = "STEWARD_DECISION",
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Lift your own suspension."""
    return _act(
        session,
        "reinstated",
        reason,
        lambda why: session.node.consents.reinstate(consent, why, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def revoke(
    session: Session,
    consent: Consent,
    reason: Reason = "STEWARD_DECISION",
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """End a consent at once and for ever. BREACH and ERROR taint what was made before."""
    return _act(
        session,
        "revoked",
        reason,
        lambda why: session.node.consents.revoke(consent, why, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def check(
    session: Session,
    consent: Consent,
    operation: Annotated[str, typer.Option(help="Exactly one.", autocompletion=reading.complete(Operation))],
    purpose: Purposes,
    dataset: Annotated[str | None, typer.Option(metavar="0x…", help="The dataset; else the consent's own.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Its version; else the newest.")] = None,
    region: Regions = None,
    condition: Condition = None,
    project: Project = None,
    rounds: Annotated[int, typer.Option(min=0, help="Federated rounds wanted.")] = 0,
    epsilon: Epsilon = "0",
    grantee: Annotated[str | None, typer.Option(help="Who would use it; else your organisation.")] = None,
) -> int:
    """Ask whether a use would be permitted now. Exit status 1 when not."""
    wanted = reading.name(Operation, operation, "--operation")
    scope = scope_of(purpose, region, condition, project)
    loss = reading.epsilon(epsilon)
    node = session.node
    of = dataset or node.consents.get(consent)["dataset"]
    answer = node.consents.check(
        consent,
        dataset=of,
        version=version or _newest(node, of),
        operation=wanted,
        scope=scope,
        rounds=rounds,
        epsilon=loss,
        grantee=None if grantee is None else reading.organisation(node, grantee, "--grantee"),
    )
    permitted = answer["permitted"]
    session.output.show(
        answer, lambda: [coloured(answer["reason"]), *fields([("permitted", permitted), ("dataset", of)])]
    )
    return DONE if permitted else FINDING


def _act(session: Session, done: str, reason: str, write: Callable[[StateReason], answers.Submission]) -> int:
    why = reading.name(StateReason, reason, "--reason")
    return submit(session, done, lambda: write(why))


def _listed(found: list[answers.Consent]) -> Iterator[RenderableType]:
    yield table(
        ("no.", "granted by", "to", "dataset", "until", "state"),
        [
            (
                n,
                one["grantor"]["name"],
                one["grantee"]["name"],
                f"{one['dataset'][:8]}…",
                one["expiresAt"][:10],
                one["state"],
            )
            for n, one in enumerate(found, start=1)
        ],
    )
    yield from fields([(f"consent {n}", one["id"]) for n, one in enumerate(found, start=1)])


def _shown(consent: answers.Consent) -> Iterator[RenderableType]:
    yield coloured(consent["state"])
    yield from fields(
        [
            ("consent", consent["id"]),
            ("granted by", consent["grantor"]["name"]),
            ("to", consent["grantee"]["name"]),
            ("issued", consent["issuedAt"]),
            ("dataset", consent["dataset"]),
            ("versions", f"{consent['versionFrom']}:{consent['versionTo'] or ''}"),
            ("from", consent["notBefore"]),
            ("until", consent["expiresAt"]),
            ("basis", consent["basis"]),
            ("permission", consent["permission"]),
            ("modifiers", consent["modifiers"]),
            ("purposes", consent["purposes"]),
            ("operations", consent["operations"]),
            ("condition", consent["condition"]),
            ("regions", consent["regions"]),
            ("required", consent["deidentification"]["required"]),
            ("forbidden", consent["deidentification"]["forbidden"]),
            ("rounds", f"{consent['roundsUsed']} of {consent['maxRounds']} used"),
            ("epsilon", f"{epsilon_of(consent['epsilonSpent'])} of {epsilon_of(consent['epsilonBudget'])} spent"),
            ("project", consent["projectRef"]),
            ("policy", consent["policyDigest"]),
            ("request", consent["request"]),
            ("supersedes", consent["supersedes"]),
            ("replaced by", consent["supersededBy"]),
        ]
    )
    if consent["log"]:
        yield table(("at", "act", "reason, by whom"), [_logged(entry) for entry in consent["log"]])


def _logged(entry: answers.LogEntry) -> tuple[object, ...]:
    by = entry["actor"]["name"] if entry["actor"] else "a vote"
    end = [f"until {entry['until']}"] if entry["until"] else []
    return entry["at"], entry["act"], ", ".join([entry["reason"], by, *end])


def _policy(text: str) -> bytes | None:
    """The canonical bytes of the file that was named; None for a digest."""
    if text.startswith("0x"):
        reading.digest(text, "--policy")
        return None
    return reading.canonical(reading.read_document(Path(text), "policy"), "policy")


def _newest(node: Client, dataset: str) -> int:
    numbers = [version["number"] for version in node.datasets.versions(dataset)]
    return max(numbers, default=1)
