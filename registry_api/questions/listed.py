"""The 22 questions: their titles, what is read for each, and where to read on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from registry_api.questions import chain, consents, data, duties, models, training
from registry_api.questions.material import Material
from registry_api.questions.stating import Said

#: What is read beside the lineage, which every question needs.
Need = Literal["documents", "uses", "impacts", "erasures", "keys", "ledger"]

LINEAGE = ("everything behind the version", "/v1/versions/{version}/lineage")
EVIDENCE = ("the evidence bundle, which verifies with the node gone", "/v1/versions/{version}/evidence")


@dataclass(frozen=True, slots=True)
class Question:
    """`links` are what and a path; `{version}` stands for the version's id, `{model}` for its model's."""

    number: int
    title: str
    answer: Callable[[Material], Said]
    needs: frozenset[Need] = frozenset()
    links: tuple[tuple[str, str], ...] = (LINEAGE, EVIDENCE)


def _question(
    number: int, title: str, answer: Callable[[Material], Said], *needs: Need, links: tuple[tuple[str, str], ...] = ()
) -> Question:
    return Question(number, title, answer, frozenset(needs), (*links, LINEAGE, EVIDENCE))


QUESTIONS: tuple[Question, ...] = (
    _question(
        1,
        "Which dataset versions trained, validated and tested this model version, its base models included?",
        data.which_data,
    ),
    _question(
        2,
        "Who holds them; origin, period, devices, original purpose, selection, labelling?",
        data.whose_data,
        "documents",
    ),
    _question(
        3,
        "Under which consent and legal basis, and was it valid at each run and each round?",
        consents.grounds,
        "documents",
    ),
    _question(
        4,
        "What was revoked, expired or suspended: when, by whom, why; which uses came before and which after?",
        consents.endings,
        "uses",
    ),
    _question(5, "What lies downstream of this dataset, this consent, this hospital?", consents.downstream, "impacts"),
    _question(
        6,
        "Which de-identification profile, pixel method and quality sample; verified or asserted?",
        data.deidentification,
        "documents",
    ),
    _question(7, "Are training and test data independent?", data.independence, "documents"),
    _question(
        8,
        "Which strata are represented, which gaps are known, which bias analysis was made?",
        data.representation,
        "documents",
    ),
    _question(
        9, "Who trained it, where, with which code, container and configuration?", training.how_trained, "documents"
    ),
    _question(
        10,
        "What happened in each round: participants, refused contributions, privacy budget spent?",
        training.rounds,
        "documents",
    ),
    _question(11, "Is the file in front of me the registered one?", models.which_file, "documents"),
    _question(
        12,
        "What changed from one version to the next; inside the predetermined change plan or a substantial "
        "modification?",
        models.what_changed,
        "documents",
        links=(("all versions of the model", "/v1/models/{model}/versions"),),
    ),
    _question(
        13,
        "Which metrics, on which data, by whom, with which interval, for which subgroups?",
        models.metrics,
        "documents",
    ),
    _question(
        14,
        "What is its status; was it recalled; what replaces it; who has acknowledged the recall?",
        models.standing,
        links=(("recalls", "/v1/recalls"),),
    ),
    _question(
        15,
        "Which fields of the AI Act's Annex IV, 2(d) and 2(g), are missing or only asserted?",
        duties.annex_iv,
        "documents",
    ),
    _question(
        16,
        "Can you prove that nothing was removed since time T, across reorganisations and migrations?",
        chain.nothing_removed,
        "ledger",
        links=(
            ("one digest over the whole index, to compare with other members'", "/v1/index/digest"),
            ("what a verifier would have to trust", "/v1/node/trust"),
        ),
    ),
    _question(
        17,
        "Who changed what; which keys, roles and contract versions were in force?",
        chain.who_may_write,
        "keys",
        "ledger",
        links=(
            ("what a key wrote", "/v1/keys/{{address}}/facts"),
            ("proposals and votes", "/v1/proposals"),
            ("generations of contracts", "/v1/generations"),
        ),
    ),
    _question(
        18,
        "Which withdrawals and erasures were applied, with which evidence?",
        data.withdrawals,
        "erasures",
    ),
    _question(19, "How long is it kept, and can I take it with me?", duties.retention, "documents"),
    _question(20, "Is any node outside the EEA, and on which basis?", duties.transfers, "documents"),
    _question(
        21, "Which EHDS permit, CNIL or ethics decision; do its dates cover the use?", consents.permits, "documents"
    ),
    _question(22, "How wrong can a timestamp be?", chain.how_wrong, "ledger"),
)
BY_NUMBER = {one.number: one for one in QUESTIONS}
