"""All commands in one tree."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger_node import __version__
from ledger_node.cli import fsck, impact, lineage
from ledger_node.cli.root import Root, lazy
from ledger_node.cli.session import CA, CERTIFICATE, EVERYWHERE, Globals

app = typer.Typer(
    name="medledger",
    cls=Root,
    help="Consent, provenance and evidence for medical AI, on a consortium's own ledger.",
    epilog="Exit status: 0 done, 1 a finding (refused, not verified), 2 wrong input, 3 a fault (node or chain away).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"medledger {__version__}")
        raise typer.Exit


@app.callback()
def everything(
    context: typer.Context,
    node: Annotated[
        str | None,
        typer.Option(
            envvar="MEDLEDGER_NODE",
            metavar="URL",
            help="Address of your organisation's node.",
            rich_help_panel=EVERYWHERE,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            envvar="MEDLEDGER_KEY",
            metavar="KEY|FILE",
            help="API key, or a file that holds it.",
            rich_help_panel=EVERYWHERE,
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            envvar="MEDLEDGER_PROFILE",
            metavar="NAME",
            help="A node that you gave a name to, with its key (`medledger profile`).",
            rich_help_panel=EVERYWHERE,
        ),
    ] = None,
    ca: Annotated[
        str | None, typer.Option(envvar="MEDLEDGER_CA", metavar="FILE", help=CA, rich_help_panel=EVERYWHERE)
    ] = None,
    certificate: Annotated[
        str | None,
        typer.Option(
            "--client-certificate",
            envvar="MEDLEDGER_CLIENT_CERTIFICATE",
            metavar="FILE",
            help=CERTIFICATE,
            rich_help_panel=EVERYWHERE,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout.", rich_help_panel=EVERYWHERE)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=EVERYWHERE)] = False,
    version: Annotated[  # noqa: ARG001  (its callback answers)
        bool, typer.Option("--version", help="Show the version and end.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    context.obj = Globals(node, key, as_json, debug, profile, ca, certificate)


#: In the order of `--help`. Each is imported when one of its commands is asked for.
GROUPS = {
    "network": "A whole consortium on this machine: up, down, status; join one that runs.",
    "node": "One organisation's node: run it, look at it, pause it.",
    "profile": "Names for the nodes that you work with.",
    "api-key": "Keys to your node's API: make, list, revoke.",
    "organisation": "Members of the consortium, their keys, emergency suspensions.",
    "proposal": "What the consortium votes on: open, vote, carry out.",
    "key": "Keys: offered, accepted, retired, compromised, and what they wrote.",
    "dataset": "Prepare dataset versions in the hospital, register them, look at them.",
    "request": "Ask a hospital for a consent, and answer.",
    "consent": "Issue, suspend, reinstate, revoke and check consents.",
    "withdrawal": "What your hospital took back: consents, versions, records.",
    "run": "Open runs and rounds, contribute or refuse, close.",
    "model": "Register models, publish and release their versions.",
    "mlflow": "From a model registry of MLflow to the ledger.",
    "version": "Model versions, and what a regulator asks about one.",
    "recall": "Take model versions out of use, and lift it again.",
    "acknowledgement": "Say that your organisation read a recall.",
    "stream": "Device streams and the heads of their trees.",
    "checkpoint": "Blocks that operators signed for: sign, bring, compare.",
    "evidence": "Take proofs away, and verify them with the node gone.",
    "events": "Everything that happens, in its order, as it comes.",
    "webhook": "Where your node sends events: make, list, rotate, replay, remove.",
    "submission": "Writes that your node accepted, and how they stand.",
    "contracts": "Compare the contracts on a chain with their source.",
    "index": "The node's cache of the chain.",
    "blobs": "The documents that the node keeps: put, show, tidy up.",
    "schema": "What public cards may say: the schemas that the node knows.",
}

for name, about in GROUPS.items():
    app.add_typer(lazy(f"ledger_node.cli.{name.replace('-', '_')}"), name=name, help=about, no_args_is_help=True)
lineage.add_to(app)
impact.add_to(app)
fsck.add_to(app)
