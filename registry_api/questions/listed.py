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
    """`more` are what and a path, before the lineage and the evidence, where one may always read on; `{version}` stands
    for the version's id, `{model}` for its model's."""

    number: int
    title: str
    answer: Callable[[Material], Said]
    needs: tuple[Need, ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        return (*self.more, LINEAGE, EVIDENCE)


QUESTIONS: tuple[Question, ...] = (
    Question(
        1,
        "Which dataset versions trained, validated and tested this model version, its base models included?",
        data.which_data,
    ),
    Question(
        2,
        "Who holds them; origin, period, devices, original purpose, selection, labelling?",
        data.whose_data,
        ("documents",),
    ),
    Question(
        3,
        "Under which consent and legal basis, and was it valid at each run and each round?",
        consents.grounds,
        ("documents",),
    ),
    Question(
        4,
        "What was revoked, expired or suspended: when, by whom, why; which uses came before and which after?",
        consents.endings,
        ("uses",),
    ),
    Question(
        5, "What lies downstream of this dataset, this consent, this hospital?", consents.downstream, ("impacts",)
    ),
    Question(
        6,
        "Which de-identification profile, pixel method and quality sample; verified or asserted?",
        data.deidentification,
        ("documents",),
    ),
    Question(7, "Are training and test data independent?", data.independence, ("documents",)),
    Question(
        8,
        "Which strata are represented, which gaps are known, which bias analysis was made?",
        data.representation,
        ("documents",),
    ),
    Question(
        9, "Who trained it, where, with which code, container and configuration?", training.how_trained, ("documents",)
    ),
    Question(
        10,
        "What happened in each round: participants, refused contributions, privacy budget spent?",
        training.rounds,
        ("documents",),
    ),
    Question(11, "Is the file in front of me the registered one?", models.which_file, ("documents",)),
    Question(
        12,
        "What changed from one version to the next; inside the predetermined change plan or a substantial "
        "modification?",
        models.what_changed,
        ("documents",),
        more=(("all versions of the model", "/v1/models/{model}/versions"),),
    ),
    Question(
        13,
        "Which metrics, on which data, by whom, with which interval, for which subgroups?",
        models.metrics,
        ("documents",),
    ),
    Question(
        14,
        "What is its status; was it recalled; what replaces it; who has acknowledged the recall?",
        models.standing,
        more=(("recalls", "/v1/recalls"),),
    ),
    Question(
        15,
        "Which fields of the AI Act's Annex IV, 2(d) and 2(g), are missing or only asserted?",
        duties.annex_iv,
        ("documents",),
        more=(("the same as a document to hand in", "/v1/versions/{version}/exports/annex-iv.md"),),
    ),
    Question(
        16,
        "Can you prove that nothing was removed since time T, across reorganisations and migrations?",
        chain.nothing_removed,
        ("ledger",),
        more=(
            ("one digest over the whole index, to compare with other members'", "/v1/index/digest"),
            ("what a verifier would have to trust", "/v1/node/trust"),
        ),
    ),
    Question(
        17,
        "Who changed what; which keys, roles and contract versions were in force?",
        chain.who_may_write,
        ("keys", "ledger"),
        more=(
            ("what a key wrote", "/v1/keys/{{address}}/facts"),
            ("proposals and votes", "/v1/proposals"),
            ("generations of contracts", "/v1/generations"),
        ),
    ),
    Question(
        18,
        "Which withdrawals and erasures were applied, with which evidence?",
        data.withdrawals,
        ("erasures",),
    ),
    Question(
        19,
        "How long is it kept, and can I take it with me?",
        duties.retention,
        ("documents",),
        more=(("where it came from, for other tools (W3C PROV)", "/v1/versions/{version}/exports/prov"),),
    ),
    Question(20, "Is any node outside the EEA, and on which basis?", duties.transfers, ("documents",)),
    Question(
        21, "Which EHDS permit, CNIL or ethics decision; do its dates cover the use?", consents.permits, ("documents",)
    ),
    Question(22, "How wrong can a timestamp be?", chain.how_wrong, ("ledger",)),
)
BY_NUMBER = {one.number: one for one in QUESTIONS}
