"""Errors as people and machines see them: one panel, or one problem object, on stderr; and the exit status."""

from __future__ import annotations

import json
import re
import sys

import typer
from typer.exceptions import TyperException

from ledger_node import errors
from ledger_node.errors import MedLedgerError, Retry

DONE, FINDING, USAGE, FAULT = 0, 1, 2, 3

#: Where Typer quotes what was typed as a value, and what is said instead: it may be a person's name.
_QUOTED = (
    (re.compile(r"(unexpected extra argument\(s\)) \(.*\)", re.DOTALL), r"\1"),
    (re.compile(r"(['\"]).*\1 is not one of", re.DOTALL), "it is not one of"),
)

#: By class, the nearest in the tree first.
_STATUS: dict[type[MedLedgerError], int] = {
    errors.MedLedgerError: FAULT,
    errors.InputError: USAGE,
    errors.NothingEligible: FINDING,
    errors.AccessError: USAGE,
    errors.LookupFailure: USAGE,
    errors.Refusal: FINDING,
    errors.IdempotencyKeyReused: USAGE,
    errors.IdempotencyKeyMissing: USAGE,
    errors.EvidenceMalformed: FINDING,
    errors.TrustMalformed: USAGE,
    errors.CheckpointMalformed: FINDING,
    errors.SplitView: FINDING,
    errors.HeaderMalformed: FINDING,
    errors.ConfigInvalid: USAGE,
    errors.KeystoreInvalid: USAGE,
    errors.BackupInvalid: USAGE,
    errors.JoiningState: USAGE,
}
_NEXT: dict[type[MedLedgerError], str] = {
    errors.InputError: "correct the input; --help shows the forms",
    errors.NothingEligible: "look at the reasons of quarantine, correct the records, prepare again",
    errors.Unauthenticated: "give --key or set MEDLEDGER_KEY to a key of this node",
    errors.RoleMissing: "use a key whose role may do this",
    errors.NotFound: "check the id; a node knows what its index has read: medledger index digest",
    errors.UnknownGrantee: "see the members: medledger organisation list",
    errors.UnknownDocument: "ask the organisation that published it for the document",
    errors.ConsentRefused: "see what a consent permits now: medledger consent check",
    errors.ContractRefused: "see what the contract said: medledger submission show",
    errors.NotPermitted: "use the node of the organisation that may",
    errors.StateConflict: "look at its state first; on the ledger: medledger consent show, request show, key list",
    errors.IdempotencyKeyReused: "leave --idempotency-key out, or repeat the first request exactly",
    errors.QueueFull: "wait until the chain takes blocks again, then repeat",
    errors.WrongChain: "point the node at the chain of its deployment record",
    errors.WrongCode: "point the node at the chain of its deployment record",
    errors.LedgerError: "look at the chain's engine and the node's log",
    errors.BlobError: "look at the node's blob store",
    errors.EvidenceMalformed: "fetch the bundle again: medledger evidence fetch",
    errors.TrustMalformed: "get the trust file again from a party that you trust",
    errors.CheckpointMalformed: "get the checkpoint again: medledger checkpoint show BLOCK --out FOLDER",
    errors.SplitView: "keep both checkpoints (medledger checkpoint show BLOCK --out FOLDER) and ask who signed them",
    errors.HeaderMalformed: "get the block again: eth_getBlockByNumber, or debug_getRawHeader",
    errors.EvidenceUnavailable: "ask as of a newer block, or a node with an archive",
    errors.NodeUnreachable: "start the node (medledger node run) or name it: --node or MEDLEDGER_NODE",
    errors.ToolMissing: "install what is named and repeat",
    errors.PortInUse: "stop what holds the port, or choose another",
    errors.ConfigInvalid: "correct the file that is named",
    errors.KeystoreInvalid: "check the keystore file and the password that belongs to it",
    errors.BackupInvalid: "use another copy or an earlier backup",
    errors.JoiningState: "do what is needed, then repeat: medledger network join goes on where it stopped",
    errors.TrackingFailed: "look whether the MLflow server answers, and at MLFLOW_TRACKING_TOKEN or _USERNAME",
    errors.StoreOutdated: "run what is needed with the node stopped",
    errors.NodeError: "look at the node's log",
}


def report(error: Exception, *, as_json: bool) -> int:
    """Shows the error on stderr and returns the exit status."""
    if isinstance(error, typer.Abort):
        sys.stderr.write("stopped\n")
        return USAGE
    if isinstance(error, TyperException):
        for quoted, instead in _QUOTED:
            error.message = quoted.sub(instead, error.message)
    if isinstance(error, TyperException) and not as_json:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)  # type: ignore[arg-type]  # every TyperException that leaves a command is a Click one
        return error.exit_code
    known = _known(error)
    status = status_of(known)
    if as_json:
        sys.stderr.write(json.dumps(problem(known)) + "\n")
    else:
        _show(known)
    return status


def status_of(error: MedLedgerError) -> int:
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def next_step(error: MedLedgerError) -> str:
    """One sentence: what to do now."""
    key = error.facts.get("idempotencyKey")
    if isinstance(error, errors.ContractRefused) and "transaction" in error.facts:
        return "look at its state first: medledger key list, medledger organisation list"
    uncertain = error.retry is not Retry.NEVER or isinstance(error, errors.NodeFailed)
    if key and uncertain:
        return f"repeat with --idempotency-key {key}: it has one effect at most"
    found = next((_NEXT[kind] for kind in type(error).__mro__ if kind in _NEXT), "")
    if not found:
        found = "repeat in a moment" if error.retry is Retry.SAFE else "run again with --debug and report it"
    return found


def problem(error: MedLedgerError) -> dict[str, object]:
    """The problem object of `--json`: RFC 9457's members, ours, and the error's own facts."""
    facts = {name: value for name, value in error.facts.items() if _plain(value)}
    return {
        **facts,
        "type": f"urn:medledger:error:{error.code}",
        "title": error.title,
        "code": error.code,
        "detail": error.detail,
        "got": error.got,
        "needed": error.needed,
        "retry": error.retry.value,
        "next": next_step(error),
        "exitStatus": status_of(error),
    }


def _known(error: Exception) -> MedLedgerError:
    if isinstance(error, MedLedgerError):
        return error
    if isinstance(error, TyperException):
        text = " ".join(error.format_message().split())
        return errors.InvalidField(text, needed="a call that --help shows")
    internal = MedLedgerError("this is a fault of the program", got=type(error).__name__)
    internal.facts["exception"] = type(error).__name__
    return internal


def _show(error: MedLedgerError) -> None:
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from ledger_node.cli.output import console
    from ledger_node.screen import printable

    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True, style="dim")
    rows.add_column(overflow="fold")
    item = f"{error.facts['position']}, counted from 0" if "position" in error.facts else ""
    parts = [("", error.detail), ("item", item), ("got", error.got), ("needed", error.needed)]
    for name, text in (*parts, ("next", next_step(error))):
        if text:
            rows.add_row(name, Text(printable(text)))
    console(stderr=True).print(
        Panel(rows, title=f"{error.code} {error.title}", title_align="left", border_style="red", expand=False)
    )


def _plain(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
