"""`medledger network join`: a new organisation's way into a consortium that runs, as one procedure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ledger_node.cli import reading
from ledger_node.cli.asking import Password, asked, can_ask
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds
from ledger_node.cli.session import Session, command
from ledger_node.cli.watching import Watching, watching
from ledger_node.domain.codes import Capability
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from ledger_node.chain.signer import KeystoreSigner
    from ledger_node.client.tls import Tls
    from ledger_node.joining.admission import Admission
    from ledger_node.joining.beginning import Choices, Newcomer
    from ledger_node.joining.folder import Folder
    from ledger_node.joining.joining import Propose, Reached

ENTITY, NODE, ADMIN, MEMBER = "Who joins", "Its node", "Its admin key", "A member's node, to file the proposal"
AGAIN = "Said once; later the same or none."
PASSWORD_FILE = "--admin-password-file"  # noqa: S105  (an option's name)


def add_to(app: typer.Typer) -> None:
    command(app)(join)


def join(
    session: Session,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="FOLDER", help="The new node's folder; empty, new, or a joining's.")
    ] = Path("node"),
    name: Annotated[
        str | None, typer.Option(help=f"The legal entity's name, never a person's. {AGAIN}", rich_help_panel=ENTITY)
    ] = None,
    capability: Annotated[
        list[str] | None,
        typer.Option(
            help="CUSTODIAN, PUBLISHER, REGULATOR; repeat it.",
            autocompletion=reading.complete(Capability),
            rich_help_panel=ENTITY,
        ),
    ] = None,
    for_profit: Annotated[
        bool | None, typer.Option("--for-profit/--not-for-profit", help="What it is.", rich_help_panel=ENTITY)
    ] = None,
    deployment: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"The chain's deployment record. {AGAIN}", rich_help_panel=NODE),
    ] = None,
    rpc: Annotated[
        str | None, typer.Option(metavar="URL", help=f"JSON-RPC of your engine. {AGAIN}", rich_help_panel=NODE)
    ] = None,
    engine: Annotated[
        Literal["qbft", "clique", "anvil"] | None, typer.Option(help=f"What it runs. {AGAIN}", rich_help_panel=NODE)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The node's port, 8600 unless said.", rich_help_panel=NODE)
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Its store; else node.db in the folder.", rich_help_panel=NODE),
    ] = None,
    kubo: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Multiaddress of Kubo's RPC; else a folder.", rich_help_panel=NODE),
    ] = None,
    admin_keystore: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where it is, or is made; admin.json in the folder.", rich_help_panel=ADMIN),
    ] = None,
    admin_password_file: Annotated[
        Path | None,
        typer.Option(
            PASSWORD_FILE,
            metavar="FILE",
            envvar="MEDLEDGER_ADMIN_PASSWORD_FILE",
            help="Its password, alone in a file; else asked.",
            rich_help_panel=ADMIN,
        ),
    ] = None,
    member_node: Annotated[str | None, typer.Option(metavar="URL", help="Its address.", rich_help_panel=MEMBER)] = None,
    member_key: Annotated[
        str | None, typer.Option(metavar="KEY|FILE", help="An API key of it.", rich_help_panel=MEMBER)
    ] = None,
    wait: Annotated[
        int | None, typer.Option(min=0, metavar="SECONDS", help="For the members' vote; without end unless said.")
    ] = None,
) -> int:
    """Join a running consortium: make keys and a node's files, wait for the vote, carry it out, read the chain.

    Cut at any moment, the same command goes on where it stopped. Status 1 when the vote has not passed yet.
    """
    from ledger_node.joining.beginning import Choices, begin
    from ledger_node.joining.folder import Folder

    place = Folder(folder, admin_keystore or folder / "admin.json")
    choices = Choices(
        name=name,
        capabilities=reading.names(Capability, capability, "--capability") or None,
        for_profit=for_profit,
        deployment=deployment,
        rpc_url=rpc,
        engine=engine,
        port=port,
        database=database,
        kubo=kubo,
    )
    if (member_node is None) is not (member_key is None):
        raise InvalidField("a member's node is asked with a key of it", needed="--member-node and --member-key")
    password = Password(place.admin_keystore, admin_password_file, PASSWORD_FILE)
    try:
        newcomer = begin(place, _completed(place, choices), password)
        return _run(session, place, newcomer, password, _proposing(member_node, member_key, session.tls), wait)
    except KeyboardInterrupt:
        session.output.say(f"stopped; it goes on with: medledger network join --dir {folder}")
        raise typer.Abort from None


def _run(
    session: Session, place: Folder, newcomer: Newcomer, password: Password, propose: Propose | None, wait: int | None
) -> int:
    from ledger_node.joining.following import Following
    from ledger_node.joining.joining import Joining, asked_of_members
    from ledger_node.joining.standing import Step

    session.output.say(f"the files are in {place.path}; the chain and its contracts are the deployment record's")
    with (
        Following(newcomer.config, newcomer.ledger, newcomer.deployment) as following,
        watching(session.output) as watcher,
    ):
        joining = Joining(newcomer, following, watcher, lambda: _admin(place, newcomer, password, watcher), propose)
        reached = joining.run(wait)
    joined = reached.standing.step is Step.NOTHING
    found = _found(place, newcomer, reached, joined)
    command = asked_of_members(reached.standing, newcomer.admission)
    session.output.show({**found, "command": command or None}, lambda: fields(list(found.items())))
    if not joined:
        session.output.say(f"not admitted yet; it goes on with: medledger network join --dir {place.path}")
        return FINDING
    session.output.say(f"joined in {seconds(session.took)}; the index has read the chain up to block {reached.block}")
    for line in _next(place, newcomer):
        session.output.say(line)
    return DONE


def _completed(place: Folder, choices: Choices) -> Choices:
    """With the answers at the terminal, when it has not begun yet."""
    from dataclasses import replace
    from typing import get_args

    from ledger_node.config import NodeConfig
    from ledger_node.joining.beginning import was_begun

    if was_begun(place) or not can_ask():
        return choices
    engines = get_args(NodeConfig.model_fields["engine"].annotation)

    def known(text: str) -> str:
        if text not in engines:
            raise InvalidField("there is no such engine", needed=" or ".join(engines))
        return text

    return replace(
        choices,
        name=asked(choices.name, "Name of the legal entity", str),
        capabilities=asked(
            choices.capabilities,
            "What it is to be (CUSTODIAN, PUBLISHER, REGULATOR; several with commas)",
            lambda text: reading.names(Capability, text.split(","), "the answer"),
        ),
        for_profit=asked(choices.for_profit, "Does it work for profit (yes or no)", _yes_or_no),
        deployment=asked(choices.deployment, "File of the deployment record", Path),
        rpc_url=asked(choices.rpc_url, "JSON-RPC of your engine (URL)", str),
        engine=asked(choices.engine, f"What your engine runs ({', '.join(engines)})", known),
    )


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("y", "yes", "n", "no"):
        raise InvalidField("this is neither yes nor no", got=f"{len(text)} characters", needed="yes or no")
    return word in ("y", "yes")


def _admin(place: Folder, newcomer: Newcomer, password: Password, watcher: Watching) -> KeystoreSigner:
    from ledger_node.chain.signer import KeystoreSigner
    from ledger_node.errors import JoiningState

    watcher.hide()
    signer = KeystoreSigner.open(place.admin_keystore, password(), newcomer.deployment.chain_id)
    if signer.address != newcomer.admission.admin:
        raise JoiningState(
            "the admin keystore holds another key than the members vote on",
            got=signer.address,
            needed=f"--admin-keystore with {newcomer.admission.admin}",
        )
    return signer


def _proposing(url: str | None, key: str | None, tls: Tls | None) -> Propose | None:
    if url is None or key is None:
        return None

    def propose(admission: Admission, idempotency_key: str) -> None:
        from ledger_node.cli.session import api_key
        from ledger_node.client import Client

        with Client(url, api_key(key), tls=tls) as member:
            member.proposals.admit(
                admission.name,
                admission.admin,
                admission.capabilities,
                for_profit=admission.for_profit,
                idempotency_key=idempotency_key,
            )

    return propose


def _found(place: Folder, newcomer: Newcomer, reached: Reached, joined: bool) -> dict[str, Any]:
    standing = reached.standing
    return {
        "joined": joined,
        "organisation": standing.organisation,
        "name": newcomer.admission.name,
        "next": standing.step.value,
        "proposal": None if standing.proposal is None else standing.proposal.number,
        "admin": newcomer.admission.admin,
        "operator": newcomer.operator,
        "config": str(place.config),
        "block": reached.block,
    }


def _next(place: Folder, newcomer: Newcomer) -> list[str]:
    config = newcomer.config
    return [
        f"next, start the node: medledger node run --config {place.config}",
        f"then look at it: medledger node status --node http://{config.host}:{config.port} --key KEY",
        f"its API keys by role are in {place.api_keys}; no node needs {place.admin_keystore}: keep it elsewhere",
    ]
