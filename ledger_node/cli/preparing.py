"""`medledger dataset prepare` and `deidentify`: what happens in the hospital, before any node is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds
from ledger_node.cli.session import Session, command
from ledger_node.domain.codes import PrivacyClaim
from ledger_node.domain.dataset import options_of
from ledger_node.errors import InvalidField, NothingEligible

if TYPE_CHECKING:
    from ledger_node.edge.prepared import Prepared

Quarantine = Annotated[
    Path | None,
    typer.Option("--quarantine", metavar="FILE", help="Write which files stay out, and why. For your eyes only."),
]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="A new or empty folder.")]


def add_to(app: typer.Typer) -> None:
    command(app)(prepare)
    command(app)(deidentify)


def prepare(
    session: Session,
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER|TABLE.csv", help="DICOM files, or a table.", show_default=False)
    ],
    out: Out,
    subject: Annotated[str, typer.Option(help="The dataset's id, or your own short name for it, for good.")],
    title: Annotated[str, typer.Option(help="For the public card.")],
    description: Annotated[str, typer.Option(help="For the public card: nothing personal.")] = "",
    claim: Annotated[
        str, typer.Option(help="What you claim of the records.", autocompletion=reading.complete(PrivacyClaim))
    ] = "PSEUDONYMISED",
    opt_out_checked_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When opt-outs were last applied: RFC 3339, a date, or now.")
    ] = None,
    label: Annotated[str, typer.Option(help="Tables: the label's column.")] = "label",
    allow_column: Annotated[
        list[str] | None, typer.Option(help="Tables: sounds like an identifier and is none; repeat it.")
    ] = None,
    sample_checked: Annotated[int, typer.Option(min=0, help="Records that a person has looked at.")] = 0,
    defects_found: Annotated[int, typer.Option(min=0, help="How many of them had a defect.")] = 0,
    quarantine: Quarantine = None,
) -> None:
    """Make a dataset version from de-identified files or a table. Nothing leaves this machine."""
    from ledger_node.edge.prepare import prepare_dicom, prepare_table
    from ledger_node.edge.prepared import Review

    said = reading.name(PrivacyClaim, claim, "--claim")
    checked_at = None if opt_out_checked_at is None else reading.past(opt_out_checked_at, "--opt-out-checked-at")
    if defects_found > sample_checked:
        raise InvalidField("more defects than records", got=f"{defects_found} of {sample_checked}", needed="fewer")
    review = Review(sample_checked, defects_found)
    is_table = _is_table(source)
    with session.output.progress("reading") as progress, _listed(quarantine):
        if is_table:
            made = prepare_table(
                source,
                out,
                subject,
                title,
                label=label,
                description=description,
                claim=said,
                opt_out_checked_at=checked_at,
                allow_columns=allow_column or (),
                review=review,
                progress=progress,
            )
        else:
            made = prepare_dicom(
                source,
                out,
                subject,
                title,
                description=description,
                claim=said,
                opt_out_checked_at=checked_at,
                review=review,
                progress=progress,
            )
    _list(quarantine, made.quarantined)
    answer = _answer(made)
    session.output.show(answer, lambda: fields(lines(answer)))
    session.output.say(f"prepared in {seconds(session.took)}; next: medledger dataset register {out}")


def deidentify(
    session: Session,
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="Ultrasound images; only read.", show_default=False)],
    out: Out,
    salt_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="64 hex digits: runs with one salt give one UID the same new UID."),
    ] = None,
    refuse_clipped: Annotated[
        bool, typer.Option("--refuse-clipped", help="Leave files out whose regions reach beyond the image.")
    ] = False,
    quarantine: Quarantine = None,
) -> int:
    """Write de-identified copies of ultrasound images. Exit status 1 when none could be made."""
    from ledger_node.edge.deidentify import deidentify as clean

    if not source.is_dir():
        raise InvalidField("the source is not a folder", got="nothing of the kind", needed="a folder of DICOM files")
    salt = None if salt_file is None else _salt(salt_file)
    with session.output.progress("de-identifying") as progress:
        made = clean(source, out, salt, refuse_clipped=refuse_clipped, progress=progress)
    _list(quarantine, made.quarantined)
    answer = {"folder": str(made.folder), "written": made.written, "quarantined": _quarantined(made.quarantined)}
    session.output.show(answer, lambda: fields(lines(answer)))
    session.output.say(
        f"de-identified in {seconds(session.took)}; next: look at a sample, then medledger dataset prepare"
    )
    return DONE if made.written else FINDING


def _is_table(source: Path) -> bool:
    if source.is_dir():
        return False
    if source.is_file() and source.suffix.lower() == ".csv":
        return True
    raise InvalidField(
        "the source cannot be prepared",
        got="another kind of file" if source.exists() else "nothing there",
        needed="a folder of DICOM files, or a .csv table",
    )


def _answer(made: Prepared) -> dict[str, object]:
    return {
        "folder": str(made.folder),
        "subject": made.subject,
        "root": made.root,
        "cardDigest": made.card_digest,
        "attestationDigest": made.attestation_digest,
        "options": options_of(made.options),
        "sizeClass": made.size_class.name,
        "claim": made.claim.name,
        "quarantined": _quarantined(made.quarantined),
    }


def _quarantined(found: Mapping[str, Iterable[str]]) -> dict[str, object]:
    """Counts by reason, never names: those stand in the folder."""
    reasons = Counter(str(reason) for given in found.values() for reason in given)
    return {"files": len(found), "reasons": dict(sorted(reasons.items()))}


@contextmanager
def _listed(file: Path | None) -> Iterator[None]:
    """Writes the list when nothing at all was eligible, too."""
    try:
        yield
    except NothingEligible as nothing:
        _list(file, nothing.quarantined)
        raise


def _list(file: Path | None, quarantined: Mapping[str, Iterable[str]]) -> None:
    if file is not None:
        found = {name: [str(reason) for reason in reasons] for name, reasons in sorted(quarantined.items())}
        reading.write_file(file, json.dumps(found, indent=1).encode() + b"\n")


def _salt(file: Path) -> bytes:
    try:
        return bytes.fromhex(reading.read_bytes(file, "salt").decode("ascii").strip())
    except ValueError:
        raise InvalidField("the salt is not hex", got="other characters", needed="64 hex digits") from None


def lines(answer: Mapping[str, object]) -> list[tuple[str, object]]:
    made: list[tuple[str, object]] = []
    for name, value in answer.items():
        if name == "submission":
            continue
        if isinstance(value, dict):
            made += [(name, value["files"]), *((f"  {reason}", n) for reason, n in value["reasons"].items())]
        else:
            made.append((name, value))
    return made
