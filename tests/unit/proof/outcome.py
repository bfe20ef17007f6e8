"""How the things of the vectors' history stand at its end."""

from __future__ import annotations

from typing import Any

from ledger_node.proof import Facts, facts
from ledger_node.proof.facts import NONE, Answer, Input, LogEntry, Round

from .book import START, word
from .story import usual_with

#: The history's ids, by the names that it gives them.
Ids = dict[str, bytes]

HOSPITAL, CLINIC, INSTITUTE, COMPANY, AGENCY = range(1, 6)
TRAIN, FINE_TUNE, VALIDATE, TEST, ALL_OPERATIONS = 1, 2, 4, 8, 255
REGIONS = 1 << 5 | 1 << 9
ANYWHERE = facts.Scope(0b1000_0001, 0, 0, NONE)
STUDY = facts.Scope(0b1000_0001, REGIONS, 7254, word("study"))


def at(second: int) -> int:
    return START + second


def outcome(ids: Ids) -> Facts:
    return Facts(
        organisations=_organisations(),
        datasets=(
            facts.Dataset(ids["dataset A"], HOSPITAL, 1, 2, 1),
            facts.Dataset(ids["dataset B"], CLINIC, 2, 3, 3),
        ),
        dataset_versions=_dataset_versions(ids),
        consents=_consents(ids),
        models=(
            facts.Model(ids["model"], INSTITUTE, 1, word("model card"), 3),
            facts.Model(ids["other model"], COMPANY, 2, word("other model card"), 1),
        ),
        runs=_runs(ids),
        model_versions=_model_versions(ids),
        recalls=_recalls(ids),
    )


def _organisations() -> tuple[facts.Organisation, ...]:
    known: tuple[tuple[int, str, int, bool, int, int], ...] = (
        (HOSPITAL, "Northern University Hospital", 1, False, 1, at(1730)),
        (CLINIC, "Clinique de l’Étoile", 3, False, 1, 0),
        (INSTITUTE, "Institute for Medical Imaging", 2, False, 1, 0),
        (COMPANY, "Sonography Software AG", 2, True, 2, 0),
        (AGENCY, "Agency for Health Data", 4, False, 1, 0),
    )
    return tuple(
        facts.Organisation(number, name, word(f"admin {number}")[:20], capabilities, for_profit, voted, until)
        for number, name, capabilities, for_profit, voted, until in known
    )


def _dataset_versions(ids: Ids) -> tuple[facts.DatasetVersion, ...]:
    a, b = ids["dataset A"], ids["dataset B"]
    parents = (facts.Parent(a, 1, ids["consent D"]), facts.Parent(b, 1, NONE))

    def version(name: str, dataset: bytes, number: int, custodian: int, second: int, **fields: Any) -> Any:
        return facts.DatasetVersion(
            **usual_with(
                {
                    "dataset": dataset,
                    "number": number,
                    "custodian": custodian,
                    "published_at": at(second),
                    "root": word(f"root {name}"),
                    "card_digest": word(f"card {name}"),
                    "attestation_digest": word(f"attestation {name}"),
                    "options": 0b1_0000_0000_0011,
                    "size_class": 3,
                    "claim": 0,
                    "supersession": 0,
                    "opt_out_checked_at": at(50),
                    "derivation": None,
                    "epsilon_spent": 0,
                },
                fields,
            )
        )

    return (
        version("A1", a, 1, HOSPITAL, 100, epsilon_spent=500),
        version("A2", a, 2, HOSPITAL, 200, epsilon_spent=107, options=8191, size_class=4, claim=1, supersession=1),
        version("B1", b, 1, CLINIC, 250, epsilon_spent=107, size_class=7, claim=2, opt_out_checked_at=0),
        version(
            *("B2", b, 2, CLINIC, 400),
            epsilon_spent=100,
            supersession=2,
            opt_out_checked_at=at(400),
            derivation=facts.Derivation(ANYWHERE, parents),
        ),
        version("B3", b, 3, CLINIC, 700, supersession=3, options=0, size_class=0),
    )


def _consents(ids: Ids) -> tuple[facts.Consent, ...]:
    def consent(name: str, grantor: int, dataset: bytes, second: int, **fields: Any) -> facts.Consent:
        return facts.Consent(
            **usual_with(
                {
                    "id": ids[name],
                    "grantor": grantor,
                    "issued_at": at(second),
                    "dataset": dataset,
                    "grantee": INSTITUTE,
                    "version_from": 1,
                    "version_to": 0,
                    "basis": 2,
                    "permission": 0,
                    "modifiers": 0,
                    "purposes": 0b1000_0001,
                    "operations": ALL_OPERATIONS,
                    "condition": 0,
                    "regions": 0,
                    "deidentification": 0,
                    "not_before": at(0),
                    "expires_at": at(315_360_000),
                    "max_rounds": 20,
                    "epsilon_budget": 1_000_000,
                    "project_ref": NONE,
                    "policy_digest": word(f"policy {name}"),
                    "request": NONE,
                    "supersedes": NONE,
                    "rounds_used": 0,
                    "epsilon_spent": 0,
                    "log": (),
                },
                fields,
            )
        )

    acts = (
        LogEntry(0, 2, CLINIC, at(465), 0),
        LogEntry(1, 2, CLINIC, at(480), 0),
        LogEntry(2, 6, AGENCY, at(600), at(1600)),
        LogEntry(3, 6, 0, at(610), at(1110)),
        LogEntry(4, 3, 0, at(620), 0),
    )
    return (
        consent(
            *("consent old A", HOSPITAL, ids["dataset A"], 300),
            rounds_used=1,
            epsilon_spent=500,
            log=(LogEntry(4, 5, HOSPITAL, at(370), 0),),
        ),
        consent(
            *("consent A", HOSPITAL, ids["dataset A"], 370),
            permission=2,
            modifiers=1 << 4 | 1 << 6 | 1 << 7 | 1 << 11,  # PUB, IRB, GS, PS
            regions=REGIONS | 1 << 10 | 1 << 39,
            purposes=(1 << 15) - 1 - 16,
            project_ref=word("study"),
            request=ids["request"],
            supersedes=ids["consent old A"],
            rounds_used=5,
            epsilon_spent=607,
        ),
        consent(
            *("consent B", CLINIC, ids["dataset B"], 380),
            version_to=2,
            basis=5,
            permission=3,
            modifiers=1 << 16 | 1 << 13,  # NPU, RTN
            condition=7254,
            deidentification=0b100_0011,
            not_before=at(380),
            max_rounds=9,
            epsilon_budget=5000,
            rounds_used=5,
            epsilon_spent=207,
            log=acts,
        ),
        consent(
            *("consent D", HOSPITAL, ids["dataset A"], 390),
            grantee=CLINIC,
            version_to=1,
            permission=1,
            modifiers=1 << 1 | 1 << 3 | 1 << 17,  # NMDS, NPUNCU, NCU
            operations=128,
            max_rounds=0,
            epsilon_budget=0,
        ),
    )


def _runs(ids: Ids) -> tuple[facts.Run, ...]:
    a, b = ids["dataset A"], ids["dataset B"]
    old, new, other = ids["consent old A"], ids["consent A"], ids["consent B"]

    def run(name: str, second: int, inputs: tuple[Input, ...], rounds: tuple[Round, ...], **fields: Any) -> facts.Run:
        return facts.Run(
            **usual_with(
                {
                    "id": ids[name],
                    "publisher": INSTITUTE,
                    "opened_at": at(second),
                    "model": ids["model"],
                    "scope": STUDY,
                    "card_digest": word(f"card of {name}"),
                    "code_digest": word("code"),
                    "container_digest": word("container"),
                    "inputs": inputs,
                    "rounds": rounds,
                    "outcome": 0,
                    "result_digest": NONE,
                    "closed_at": 0,
                },
                fields,
            )
        )

    rounds = (
        Round(
            *(100, at(430)),
            (
                Answer(0, HOSPITAL, word("update 1A"), 0, 0, at(440)),
                Answer(1, CLINIC, word("update 1B"), 0, 0, at(445)),
                Answer(2, CLINIC, NONE, 4, 0, at(442)),
            ),
            *(word("aggregate 1"), at(450)),
        ),
        Round(
            *(0, at(460)),
            (Answer(1, CLINIC, word("update 2B"), 0, 7, at(470)), Answer(2, CLINIC, NONE, 1, 7, at(471))),
            *(word("aggregate 2"), at(475)),
        ),
        Round(0, at(485), (Answer(0, HOSPITAL, NONE, 6, 0, at(486)),), NONE, at(488)),
    )
    first = Round(500, at(330), (Answer(0, HOSPITAL, word("update 0A"), 0, 0, at(335)),), word("aggregate 0"), at(340))
    opened = Round(7, at(541), (Answer(1, CLINIC, word("update 3B"), 0, 0, at(542)),), NONE, 0)
    left = Round(0, at(546), (Answer(0, CLINIC, NONE, 5, 0, at(547)),), NONE, 0)
    completed: dict[str, Any] = {"outcome": 1, "result_digest": word("result")}
    return (
        run(
            *("first run", 320, (Input(a, 1, old, TRAIN),), (first,)),
            scope=ANYWHERE,
            code_digest=NONE,
            container_digest=NONE,
            **completed,
            closed_at=at(350),
        ),
        run(
            *("run", 420, (Input(a, 2, new, FINE_TUNE), Input(b, 1, other, TRAIN), Input(b, 2, other, VALIDATE))),
            rounds,
            **completed,
            closed_at=at(500),
        ),
        run("open run", 540, (Input(a, 2, new, TRAIN), Input(b, 1, other, TEST)), (opened,)),
        run("abandoned run", 545, (Input(b, 2, other, TEST),), (left,), outcome=2, closed_at=at(550)),
    )


def _model_versions(ids: Ids) -> tuple[facts.ModelVersion, ...]:
    def version(name: str, run: bytes, number: int, second: int, parents: tuple[str, ...], **fields: Any) -> Any:
        return facts.ModelVersion(
            **usual_with(
                {
                    "id": ids[name],
                    "model": ids["model"],
                    "publisher": INSTITUTE,
                    "number": number,
                    "published_at": at(second),
                    "run": run,
                    "artifact_digest": word(f"artifact {name}"),
                    "card_digest": word(f"card of {name}"),
                    "parents": tuple(ids[parent] for parent in parents),
                    "lifecycle": 1,
                    "for_sale": False,
                    "recalls": 0,
                },
                fields,
            )
        )

    return (
        version("first", ids["first run"], 1, 360, (), lifecycle=3),
        version("second", ids["run"], 2, 510, ("first",), lifecycle=2, for_sale=True),
        version(
            *("import", NONE, 1, 515, ()),
            model=ids["other model"],
            publisher=COMPANY,
            lifecycle=4,
            for_sale=True,
        ),
        version("third", ids["run"], 3, 520, ("second", "first", "import"), recalls=1),
    )


def _recalls(ids: Ids) -> tuple[facts.Recall, ...]:
    third, second = ids["third"], ids["second"]
    return (
        facts.Recall(ids["recall by agency"], third, AGENCY, 2, word("notice 1"), NONE, at(630), 0, (1, 2, 3)),
        facts.Recall(
            *(ids["recall by publisher"], third, INSTITUTE, 0, word("notice 2"), second, at(631), at(650), ())
        ),
        facts.Recall(
            ids["recall of first"], ids["first"], AGENCY, 1, word("notice 3"), NONE, at(632), at(660), (COMPANY,)
        ),
    )
