"""`medledger dataset prepare`, `deidentify` and `refresh`: what happens in the hospital, before any node is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import fields, seconds
from ledger_node.cli.session import Session, command
from ledger_node.domain.codes import PrivacyClaim
from ledger_node.domain.dataset import options_of
from ledger_node.errors import InvalidField, NothingEligible

if TYPE_CHECKING:
    from ledger_node.edge.about import About
    from ledger_node.edge.fhir.policy import Release
    from ledger_node.edge.patients.choices import Sources
    from ledger_node.edge.prepared import Prepared

Quarantine = Annotated[
    Path | None,
    typer.Option("--quarantine", metavar="FILE", help="Write which files stay out, and why. For your eyes only."),
]
Fhir = Annotated[
    str | None,
    typer.Option("--fhir", metavar="R4|R5", help="The source is a FHIR export of this release: ndjson, Bundles."),
]
OptOuts = Annotated[
    Path | None,
    typer.Option("--opt-outs", metavar="FILE", help="Patients who object: CSV, one column `patient`, of pseudonyms."),
]
Consents = Annotated[
    Path | None, typer.Option("--consents", metavar="PATH", help="FHIR Consents of the patients: a folder or a file.")
]
ConsentsFhir = Annotated[str, typer.Option("--consents-fhir", metavar="R4|R5", help="The consents' release.")]
Ground = Annotated[
    str | None,
    typer.Option(
        "--basis",
        metavar="CONSENT|NO_OBJECTION",
        help="Who enters: whom a consent permits (so with --consents), or all but who objects.",
    ),
]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="A new or empty folder.")]


def add_to(app: typer.Typer) -> None:
    command(app)(prepare)
    command(app)(deidentify)
    command(app)(refresh)


def prepare(
    session: Session,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|TABLE",
            help="DICOM files (also .zip), a table (.csv, .tsv, .parquet), or with --fhir an export (also .zip).",
            show_default=False,
        ),
    ],
    out: Out,
    subject: Annotated[str, typer.Option(help="The dataset's id, or your own short name for it, for good.")],
    title: Annotated[str, typer.Option(help="For the public card.")],
    description: Annotated[str, typer.Option(help="For the public card: nothing personal.")] = "",
    about: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="For the public card: origin, composition, legal grounds, custodian."),
    ] = None,
    claim: Annotated[
        str, typer.Option(help="What you claim of the records.", autocompletion=reading.complete(PrivacyClaim))
    ] = "PSEUDONYMISED",
    fhir: Fhir = None,
    dates: Annotated[
        str, typer.Option(help="FHIR: REMOVED (years only, checked), MODIFIED (your word) or UNMODIFIED.")
    ] = "REMOVED",
    opt_outs: OptOuts = None,
    consents: Consents = None,
    consents_fhir: ConsentsFhir = "R4",
    basis: Ground = None,
    opt_out_checked_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When opt-outs were applied before this: RFC 3339, a date, now.")
    ] = None,
    label: Annotated[str, typer.Option(help="Tables: the label's column.")] = "label",
    allow_column: Annotated[
        list[str] | None, typer.Option(help="Tables: sounds like an identifier and is none; repeat it.")
    ] = None,
    category: Annotated[list[str] | None, typer.Option(help="Tables: a column of coded words; repeat it.")] = None,
    quasi_identifier: Annotated[
        list[str] | None, typer.Option(help="Tables: could single a person out with others like it; repeat it.")
    ] = None,
    pseudonym: Annotated[
        str | None, typer.Option(help="Tables: the column of your own code for the person; stays in the manifest.")
    ] = None,
    sample_checked: Annotated[int, typer.Option(min=0, help="Records that a person has looked at.")] = 0,
    defects_found: Annotated[int, typer.Option(min=0, help="How many of them had a defect.")] = 0,
    quarantine: Quarantine = None,
) -> None:
    """Make a dataset version from de-identified files or a table. Nothing leaves this machine.

    With --opt-outs or --consents, patients' own choices decide which records enter: a deny overrides a permit.
    """
    from ledger_node.edge.fhir.policy import Dates
    from ledger_node.edge.fhir.prepare import prepare_fhir
    from ledger_node.edge.prepare import prepare_dicom, prepare_table
    from ledger_node.edge.prepared import Review
    from ledger_node.edge.tables.policy import Policy

    said = reading.name(PrivacyClaim, claim, "--claim")
    checked_at = None if opt_out_checked_at is None else reading.past(opt_out_checked_at, "--opt-out-checked-at")
    if defects_found > sample_checked:
        raise InvalidField("more defects than records", got=f"{defects_found} of {sample_checked}", needed="fewer")
    review = Review(sample_checked, defects_found)
    release, kept = _release(fhir, "--fhir"), reading.name(Dates, dates, "--dates")
    patients = _sources(opt_outs, consents, consents_fhir, basis)
    is_table = release is None and _is_table(source)
    if is_table and patients is not None and pseudonym is None:
        raise InvalidField("a table's rows name no patient", got="no --pseudonym", needed="--pseudonym COLUMN")
    if release is not None:
        prepared = partial(prepare_fhir, release=release, dates=kept)
    elif is_table:
        policy = Policy(
            label=label,
            categories=frozenset(category or ()),
            allow=frozenset(allow_column or ()),
            quasi_identifiers=frozenset(quasi_identifier or ()),
            pseudonym=pseudonym,
        )
        prepared = partial(prepare_table, policy=policy)
    else:
        prepared = partial(prepare_dicom, resumed=partial(_resumed, session))
    with session.output.progress("reading") as progress, _listed(quarantine):
        # What each of the three is told: an option that one of them did not hear of would be ignored in silence.
        made = prepared(
            source,
            out,
            subject,
            title,
            description=description,
            about={} if about is None else cast("About", reading.read_document(about, "about")),
            claim=said,
            patients=patients,
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
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Ultrasound images, or with --fhir an export (both also .zip); only read.",
            show_default=False,
        ),
    ],
    out: Out,
    fhir: Fhir = None,
    salt_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="64 hex digits: runs with one salt give new UIDs and pseudonyms alike."),
    ] = None,
    pseudonyms: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Images: your own pseudonyms, CSV `patient,pseudonym`; else by the salt."),
    ] = None,
    key_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Images: write whose each pseudonym is to a new file. For your eyes only."),
    ] = None,
    refuse_clipped: Annotated[
        bool, typer.Option("--refuse-clipped", help="Leave files out whose regions reach beyond the image.")
    ] = False,
    text_detection: Annotated[
        bool, typer.Option("--text-detection", help="Images: look for text, blank it, and take files without regions.")
    ] = False,
    quarantine: Quarantine = None,
) -> int:
    """Write de-identified copies of ultrasound images or FHIR resources. Exit status 1 when none could be made."""
    from ledger_node.edge.archives import is_archive
    from ledger_node.edge.deidentify import deidentify as clean
    from ledger_node.edge.fhir.deidentify import deidentify_fhir

    release = _release(fhir, "--fhir")
    if release is None and not (source.is_dir() or is_archive(source)):
        raise InvalidField(
            "the source is not a folder", got="nothing of the kind", needed="a folder or .zip of DICOM files"
        )
    if release is not None and (pseudonyms or key_out or refuse_clipped or text_detection):
        raise InvalidField("an option that is for images alone", got="--fhir", needed="a folder of images")
    salt = None if salt_file is None else _salt(salt_file)
    with session.output.progress("de-identifying") as progress:
        if release is None:
            made = clean(
                source,
                out,
                salt,
                refuse_clipped=refuse_clipped,
                pseudonyms=pseudonyms,
                key_out=key_out,
                detect_text=text_detection,
                progress=progress,
                resumed=partial(_resumed, session),
            )
        else:
            made = deidentify_fhir(source, out, salt, release=release, progress=progress)
    _list(quarantine, made.quarantined)
    answer = {"folder": str(made.folder), "written": made.written, "quarantined": _quarantined(made.quarantined)}
    session.output.show(answer, lambda: fields(lines(answer)))
    session.output.say(
        f"de-identified in {seconds(session.took)}; next: look at a sample, then medledger dataset prepare"
    )
    return DONE if made.written else FINDING


def refresh(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What prepare wrote.", show_default=False)],
    out: Out,
    opt_outs: OptOuts = None,
    consents: Consents = None,
    consents_fhir: ConsentsFhir = "R4",
    basis: Ground = None,
) -> None:
    """Make a version without the records of patients who withdrew, ten patients or more at a time."""
    from ledger_node.edge.patients.refresh import refresh as without

    sources = _sources(opt_outs, consents, consents_fhir, basis)
    if sources is None:
        raise InvalidField("no patients' choices are given", got="neither list", needed="--opt-outs or --consents")
    with session.output.working("applying withdrawals"):
        made = without(folder, out, sources)
    difference = {name: getattr(made.difference, name).name for name in ("before", "after", "records", "patients")}
    answer = {name: value for name, value in _answer(made.prepared).items() if name != "quarantined"}
    plain = [*answer.items(), *((f"difference {name}", size) for name, size in difference.items())]
    session.output.show({**answer, "difference": difference}, lambda: fields(plain))
    session.output.say(
        f"refreshed in {seconds(session.took)}; next: "
        f"medledger dataset register {out} --dataset 0x… --supersession WITHDRAWAL"
    )


def _resumed(session: Session, done: int, files: int) -> None:
    session.output.say(f"resumed: {done} of {files} were done" + ("" if done else ", what was left is of another run"))


def _release(text: str | None, option: str) -> Release | None:
    from ledger_node.edge.fhir.policy import Release

    return None if text is None else reading.name(Release, text, option)


def _sources(opt_outs: Path | None, consents: Path | None, fhir: str, basis: str | None) -> Sources | None:
    from ledger_node.domain.codes import Basis
    from ledger_node.edge.fhir.policy import Release
    from ledger_node.edge.patients.choices import Sources

    ground = None if basis is None else reading.name(Basis, basis, "--basis")
    if opt_outs is None and consents is None:
        if ground is not None:
            raise InvalidField("a basis without lists", got="--basis", needed="--opt-outs or --consents")
        return None
    return Sources(opt_outs, consents, reading.name(Release, fhir, "--consents-fhir"), ground)


def _is_table(source: Path) -> bool:
    from ledger_node.edge.archives import is_archive

    if source.is_dir() or is_archive(source):
        return False
    if source.is_file() and source.suffix.lower() in (".csv", ".tsv", ".tab", ".parquet"):
        return True
    raise InvalidField(
        "the source cannot be prepared",
        got="another kind of file" if source.exists() else "nothing there",
        needed="a folder or .zip of DICOM files, or a .csv, .tsv or .parquet table",
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
        reading.write_file(file, json.dumps(found, indent=1).encode() + b"\n", private=True)


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
