"""`medledger key`: keys of organisations. An admin's acts are signed here, on this machine: no node holds its key."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE
from ledger_node.cli.organisation import AsOf, listed_keys
from ledger_node.cli.output import fields, seconds, table
from ledger_node.cli.session import Session, command
from ledger_node.cli.writing import IdempotencyKey, Wait, submit
from ledger_node.domain.codes import KeyRole
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from ledger_node.chain.acts import Act, Acts
    from ledger_node.chain.signer import KeystoreSigner
    from ledger_node.client import answers

app = typer.Typer()

HERE = "Signing on this machine"
Key = Annotated[str, typer.Argument(metavar="KEY", help="The key's address.", show_default=False)]
Since = Annotated[str, typer.Option(metavar="TIME", help="Since when: RFC 3339 or a date.")]
KEYSTORE = typer.Option(metavar="FILE", help="The key that signs (Web3 Secret Storage 3).", rich_help_panel=HERE)
PASSWORD_FILE = typer.Option(metavar="FILE", help="The keystore's password, alone in a file.", rich_help_panel=HERE)
DEPLOYMENT = typer.Option(metavar="FILE", help="The chain's deployment record.", rich_help_panel=HERE)
Keystore = Annotated[Path, KEYSTORE]
PasswordFile = Annotated[Path, PASSWORD_FILE]
Deployment = Annotated[Path, DEPLOYMENT]
Rpc = Annotated[str, typer.Option(metavar="URL", help="JSON-RPC of the chain.", rich_help_panel=HERE)]


@command(app, "list")
def list_(
    session: Session,
    organisation: Annotated[
        str | None,
        typer.Argument(metavar="ORGANISATION", help="A number or an exact name; else your own.", show_default=False),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Every key that an organisation offered a role to or accepted."""
    if organisation is None:
        number = session.node.node.get()["organisation"]["number"]
    else:
        number = reading.organisation(session.node, organisation, "ORGANISATION")
    found = list(session.node.organisations.keys(number, as_of=as_of))
    session.output.show({"items": found}, lambda: listed_keys(found))


@command(app)
def facts(
    session: Session,
    key: Key,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only from then on: RFC 3339 or a date.")] = None,
    as_of: AsOf = None,
) -> None:
    """What a key wrote, and what of it is doubtful since the key is claimed to be compromised."""
    of = reading.address(key, "KEY")
    begin = None if since is None else reading.past(since, "--since")
    found = session.node.keys.get(of, as_of=as_of)
    written = list(session.node.keys.facts(of, since=begin, as_of=as_of))
    session.output.show({"key": found, "items": written}, lambda: _facts(found, written))


@command(app)
def report(
    session: Session,
    key: Key,
    since: Since,
    keystore: Annotated[Path | None, KEYSTORE] = None,
    password_file: Annotated[Path | None, PASSWORD_FILE] = None,
    deployment: Annotated[Path | None, DEPLOYMENT] = None,
    rpc: Rpc = "http://127.0.0.1:8545",
    wait: Wait = 30,
    idempotency_key: IdempotencyKey = None,
) -> int:
    """Claim that a key of your organisation was compromised; the admin's claim also retires an operator.

    With --keystore it is signed here, as an admin's is; else by your node's operator key.
    A later claim names an earlier time.
    """
    of, begin = reading.address(key, "KEY"), reading.past(since, "--since")
    if keystore and password_file and deployment:

        def act(signer: KeystoreSigner, _: Acts) -> Act:
            from ledger_node.chain import acts

            return acts.report(signer, of, int(begin.timestamp()))

        done = _sign(session, "reported", act, keystore, password_file, rpc, deployment)
        session.output.say(
            "the key is retired" if "KeyRetired" in done["events"] else "a regulator confirms it: medledger key confirm"
        )
        return DONE
    if keystore or password_file or deployment:
        raise InvalidField(
            "a claim is signed here with all three files, or by the node with none",
            got="some of them",
            needed="--keystore, --password-file and --deployment",
        )
    return submit(
        session,
        "reported",
        lambda: session.node.keys.report(of, begin, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def confirm(session: Session, key: Key, since: Since, wait: Wait = 30, idempotency_key: IdempotencyKey = None) -> int:
    """A regulator confirms another organisation's claim from a time on that it covers, which retires the key."""
    of, begin = reading.address(key, "KEY"), reading.past(since, "--since")
    return submit(
        session,
        "confirmed",
        lambda: session.node.keys.confirm(of, begin, idempotency_key=idempotency_key, wait=wait),
    )


@command(app)
def make(
    session: Session,
    keystore: Annotated[Path, typer.Option(metavar="FILE", help="A new file for the key, encrypted.")],
    password_file: Annotated[Path, typer.Option(metavar="FILE", help="Its password, alone in a file.")],
) -> None:
    """Make a key on this machine and show its address, which the admin offers a role."""
    from ledger_node.chain.signer import create_keystore

    password = _password(password_file)
    try:
        address = create_keystore(keystore, password)
    except OSError as error:
        raise InvalidField(
            "--keystore cannot be written", got=type(error).__name__, needed="a new file in a folder that exists"
        ) from None
    session.output.show({"address": address, "keystore": str(keystore)}, lambda: fields([("key", address)]))
    session.output.say("next: the admin offers it a role: medledger key offer")


@command(app)
def offer(
    session: Session,
    key: Key,
    keystore: Keystore,
    password_file: PasswordFile,
    deployment: Deployment,
    role: Annotated[str, typer.Option(help="OPERATOR, or ADMIN in this one's place.")] = "OPERATOR",
    rpc: Rpc = "http://127.0.0.1:8545",
) -> None:
    """The admin offers a role to a key, which counts once the key accepts."""
    of, wanted = reading.address(key, "KEY"), reading.name(KeyRole, role, "--role")
    if wanted is KeyRole.NONE:
        raise InvalidField("a key is offered a role", got="NONE", needed="OPERATOR or ADMIN")

    def act(signer: KeystoreSigner, _: Acts) -> Act:
        from ledger_node.chain import acts

        return acts.offer(signer, of, wanted)

    done = _sign(session, "offered", act, keystore, password_file, rpc, deployment)
    session.output.say(f"next, with the key itself: medledger key accept {done.get('organisation')}")


@command(app)
def accept(
    session: Session,
    organisation: Annotated[
        int, typer.Argument(min=1, metavar="ORGANISATION", help="Number of the one that offered.", show_default=False)
    ],
    keystore: Keystore,
    password_file: PasswordFile,
    deployment: Deployment,
    rpc: Rpc = "http://127.0.0.1:8545",
) -> None:
    """The key itself accepts the role that it was offered."""

    def act(signer: KeystoreSigner, _: Acts) -> Act:
        from ledger_node.chain import acts

        return acts.accept(signer, organisation)

    _sign(session, "accepted", act, keystore, password_file, rpc, deployment)


@command(app)
def join(
    session: Session,
    proposal: Annotated[int, typer.Argument(min=1, metavar="PROPOSAL", help="Its number.", show_default=False)],
    keystore: Keystore,
    password_file: PasswordFile,
    deployment: Deployment,
    rpc: Rpc = "http://127.0.0.1:8545",
) -> None:
    """A newcomer's admin key carries out the vote that admits it, and counts from then on."""

    def act(signer: KeystoreSigner, chain: Acts) -> Act:
        from ledger_node.chain import acts

        return acts.execute(signer, proposal, chain.payload_of(proposal))

    done = _sign(session, "joined", act, keystore, password_file, rpc, deployment)
    session.output.say(f"next, a key for your node: medledger key offer KEY (you are {done.get('organisation')})")


@command(app)
def retire(
    session: Session,
    key: Key,
    keystore: Keystore,
    password_file: PasswordFile,
    deployment: Deployment,
    rpc: Rpc = "http://127.0.0.1:8545",
) -> None:
    """The admin ends an operator key for ever, or takes back an offer, its own replacement by vote included."""
    of = reading.address(key, "KEY")

    def act(signer: KeystoreSigner, _: Acts) -> Act:
        from ledger_node.chain import acts

        return acts.retire(signer, of)

    _sign(session, "retired", act, keystore, password_file, rpc, deployment)


def _sign(
    session: Session,
    done: str,
    act: Callable[[KeystoreSigner, Acts], Act],
    keystore: Path,
    password_file: Path,
    rpc: str,
    deployment: Path,
) -> dict[str, Any]:
    """Only on the chain of the deployment record, with the code that it names."""
    from ledger_node.chain.acts import Acts
    from ledger_node.chain.rpc import RpcLedger
    from ledger_node.chain.signer import KeystoreSigner
    from ledger_node.config import load_deployment

    record = load_deployment(deployment)
    signer = KeystoreSigner.open(keystore, _password(password_file), record.chain_id)
    ledger = RpcLedger(rpc)
    chain = Acts(ledger, record.contracts)
    step = act(signer, chain)
    ledger.verify(record)
    with session.output.working("waiting for the chain"):
        (outcome,) = chain.do([step])
    session.output.show(
        outcome,
        lambda: fields([(name, outcome.get(name)) for name in ("organisation", "key", "block", "transaction")]),
    )
    session.output.say(f"{done} in {seconds(session.took)}")
    return outcome


def _password(file: Path) -> str:
    return reading.read_bytes(file, "password").decode("utf-8", "replace").rstrip("\r\n")


def _facts(key: answers.Key, written: list[answers.WrittenFact]) -> Iterator[RenderableType]:
    yield from fields([("organisation", key["organisation"]["name"])])
    yield from listed_keys([key])
    numbers = count(1)
    marks = [f"doubtful {next(numbers)}" if fact["doubtful"] else "" for fact in written]
    yield table(
        ("block", "event", "about", "at", ""),
        [
            (fact["block"], fact["event"], _short(fact["subject"]), fact["writtenAt"], mark)
            for fact, mark in zip(written, marks, strict=True)
        ],
    )
    # Whole: consent suspend wants the ids of what was granted.
    yield from fields([(mark, fact["subject"]) for fact, mark in zip(written, marks, strict=True) if mark])


def _short(subject: str | None) -> str:
    return "" if subject is None else f"{subject[:8]}…" if len(subject) > 10 else subject
