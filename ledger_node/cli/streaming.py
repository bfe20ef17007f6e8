"""`medledger stream run` and `prove`: in the hospital, beside the devices."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli.erasing import Again, Receipts
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import console, fields
from ledger_node.cli.preparing import OptOuts
from ledger_node.cli.session import Session, command
from ledger_node.errors import InvalidField

if TYPE_CHECKING:
    from ledger_node.edge.streams.receiver import Listening
    from ledger_node.edge.streams.running import Standing

RECEIVING = "Receiving (DICOM C-STORE)"
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The stream's own folder.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    command(app)(run)
    command(app)(prove)
    command(app)(erase)


def run(
    session: Session,
    folder: Folder,
    stream: Annotated[
        str | None, typer.Option(help="The registered stream's id; the folder remembers it.", metavar="ID")
    ] = None,
    watch: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where files appear; else FOLDER/incoming.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.5, max=3600, help="Seconds that a record waits at most.")] = 5.0,
    records: Annotated[int, typer.Option(min=1, help="Records after which a head is closed at once.")] = 1000,
    settle: Annotated[float, typer.Option(min=0, help="Seconds without a change until a file is whole.")] = 2.0,
    opt_outs: OptOuts = None,
    device: Annotated[
        list[str] | None,
        typer.Option(
            help="AE title of a device that may send. Without any, nothing listens.", rich_help_panel=RECEIVING
        ),
    ] = None,
    ae_title: Annotated[str, typer.Option(help="Our own AE title.", rich_help_panel=RECEIVING)] = "MEDLEDGER",
    host: Annotated[str, typer.Option(help="Where to listen.", rich_help_panel=RECEIVING)] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, rich_help_panel=RECEIVING)] = 11112,
    certificate: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Our certificate: TLS only.", rich_help_panel=RECEIVING)
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option(metavar="PEM", help="The key of our certificate.", rich_help_panel=RECEIVING)
    ] = None,
    clients: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Who signs the devices' certificates.", rich_help_panel=RECEIVING),
    ] = None,
) -> int:
    """Take de-identified images as they come, and anchor the heads of their tree. Ctrl-C ends it in order."""
    from ledger_node.edge.streams.anchoring import Anchoring
    from ledger_node.edge.streams.intake import Intake
    from ledger_node.edge.streams.log import FILE, StreamLog
    from ledger_node.edge.streams.objections import Objections
    from ledger_node.edge.streams.reception import Reception
    from ledger_node.edge.streams.running import Rhythm, Running
    from ledger_node.edge.worker import Limits, Worker

    if not (folder / FILE).exists():
        if stream is None:
            raise InvalidField("a new stream's folder needs its id", needed="--stream ID", field="--stream")
        StreamLog.create(folder, session.node.streams.get(stream)["id"])
    incoming = watch or folder / "incoming"
    with ExitStack() as open_:
        log = open_.enter_context(StreamLog(folder))
        if stream not in (None, log.stream):
            raise InvalidField("the folder is another stream's", got="another id", needed=log.stream, field="--stream")
        objections = None if opt_outs is None else Objections(opt_outs)
        intake = Intake(log, folder, incoming, open_.enter_context(Worker(Limits())), settle, objections)
        running = Running(log, intake, Anchoring(log, session.node.streams), Rhythm(every, records))
        tend: Callable[[], None] = _nothing
        if device:
            listening = _listening(incoming, ae_title, device, host, port, certificate, private_key, clients)
            tend = open_.enter_context(Reception(listening)).look_after
            session.output.say(f"{ae_title} listens on {host}:{port}")
        session.output.say(f"watching {incoming}")
        stop = open_.enter_context(_stopped_by_signals())
        show = open_.enter_context(_shown(session))

        def each(standing: Standing) -> None:
            tend()
            show(standing)

        ended = running.run(stop, each)
    session.output.show(_answer(ended), lambda: fields(list(_answer(ended).items())))
    if ended.trouble is not None and ended.waiting:
        raise ended.trouble
    return FINDING if ended.waiting else DONE


def prove(
    session: Session,
    folder: Folder,
    instance: Annotated[str | None, typer.Option(metavar="UID", help="That this record is in the stream.")] = None,
    heads: Annotated[
        str | None, typer.Option(metavar="SIZE:SIZE", help="That one anchored head is the beginning of another.")
    ] = None,
) -> int:
    """Prove, from the stream's log, what can be checked against the heads on the chain."""
    from ledger_node.edge.streams import proving
    from ledger_node.edge.streams.log import StreamLog

    if (instance is None) == (heads is None):
        raise InvalidField("one question at a time", needed="--instance UID or --heads SIZE:SIZE", field="--instance")
    with StreamLog(folder, writing=False) as log:
        if instance is not None:
            proof = proving.inclusion(log, instance)
        else:
            proof = proving.consistency(log, *_sizes(heads or ""))
    session.output.show(proof, lambda: fields(list(proof.items())))
    return DONE


def erase(
    session: Session,
    folder: Folder,
    instance: Annotated[
        list[str] | None, typer.Option(metavar="UID", help="The SOP Instance UID of a record.", show_default=False)
    ] = None,
    again: Again = False,
    receipts: Receipts = None,
) -> int:
    """Erase records while the stream is stopped: their files, rows and nonces go, their leaves stay."""
    from ledger_node.edge.streams import erasing
    from ledger_node.edge.streams.log import StreamLog

    if bool(instance) == again or (receipts is not None and not again):
        raise InvalidField("what is to be erased?", needed="--instance UID; or --again", field="--instance")
    with StreamLog(folder) as log:
        if again:
            gone = erasing.erase_again(folder, log, receipts)
            session.output.show({"erasedAgain": gone}, lambda: fields([("records erased again", gone)]))
            return DONE
        named = set(instance or ())
        receipt, digest = erasing.erase(folder, log, named)
    answer = {"receipt": str(receipt), "receiptDigest": digest, "records": len(named)}
    session.output.show(answer, lambda: fields(list(answer.items())))
    session.output.say("keep the receipt where no restored backup overwrites it")
    return DONE


def _sizes(text: str) -> tuple[int, int]:
    first, colon, second = text.partition(":")
    if not (colon and first.isascii() and first.isdigit() and second.isascii() and second.isdigit()):
        raise InvalidField("these are no sizes", got=f"{len(text)} characters", needed="128:256", field="--heads")
    return int(first), int(second)


def _listening(
    incoming: Path,
    ae_title: str,
    devices: list[str],
    host: str,
    port: int,
    certificate: Path | None,
    private_key: Path | None,
    clients: Path | None,
) -> Listening:
    from ledger_node.edge.streams.receiver import Listening

    for title in (ae_title, *devices):
        # PS3.5, 6.2: AE has at most 16 characters, no backslash, no control characters; blanks alone are none.
        if not (1 <= len(title) <= 16 and title.isascii() and title.isprintable() and "\\" not in title.strip()):
            raise InvalidField("this is no AE title", got=f"{len(title)} characters", needed="1 to 16 of ASCII")
    if (certificate is None) != (private_key is None) or (clients is not None and certificate is None):
        raise InvalidField(
            "TLS needs a certificate and its key", needed="--certificate and --private-key", field="--certificate"
        )
    return Listening(
        incoming=str(incoming.resolve()),
        ae_title=ae_title,
        known=tuple(devices),
        host=host,
        port=port,
        certificate=None if certificate is None else str(certificate.resolve()),
        key=None if private_key is None else str(private_key.resolve()),
        clients=None if clients is None else str(clients.resolve()),
    )


def _answer(standing: Standing) -> dict[str, object]:
    return {
        "accepted": standing.accepted,
        "again": standing.again,
        "quarantined": standing.quarantined,
        "headsAnchored": standing.anchored,
        "headsWaiting": standing.waiting,
    }


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shown(session: Session) -> Iterator[Callable[[Standing], None]]:
    """One line that changes, on a terminal."""
    if session.output.as_json or not sys.stderr.isatty():
        yield _unseen
        return
    with console(stderr=True).status("waiting for files") as line:

        def show(now: Standing) -> None:
            parts = [
                f"{now.accepted} accepted",
                f"{now.quarantined} set aside",
                f"{now.open} not in a head yet",
                f"{now.anchored} heads anchored",
            ]
            if now.waiting:
                parts.append(f"{now.waiting} waiting{f' ({now.trouble.code})' if now.trouble else ''}")
            line.update(" · ".join(parts))

        yield show


def _unseen(_standing: Standing) -> None:
    """Nobody looks on."""


def _nothing() -> None:
    """Nothing listens."""
