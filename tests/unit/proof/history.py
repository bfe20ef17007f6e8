"""The history of the vectors: facts as they stand at the end, and the acts that lead there, in their order."""

from __future__ import annotations

from ledger_node.proof import Facts
from ledger_node.proof.facts import ordered

from .book import Book, word
from .outcome import AGENCY, ALL_OPERATIONS, CLINIC, COMPANY, HOSPITAL, INSTITUTE, REGIONS, Ids, at, outcome


def _ids(book: Book) -> Ids:
    """The id of everything that is not numbered, by the names used here."""

    def of(kind: str, contract: str, organisation: int, *names: str) -> dict[str, bytes]:
        return {name: book.id_of(kind, contract, organisation, name) for name in names}

    return {
        **of("dataset", "datasets", HOSPITAL, "dataset A"),
        **of("dataset", "datasets", CLINIC, "dataset B"),
        **of("request", "consents", INSTITUTE, "request"),
        **of("consent", "consents", HOSPITAL, "consent old A", "consent A", "consent D"),
        **of("consent", "consents", CLINIC, "consent B"),
        **of("model", "models", INSTITUTE, "model"),
        **of("model", "models", COMPANY, "other model"),
        **of("run", "training", INSTITUTE, "first run", "run", "open run", "abandoned run"),
        **of("model-version", "models", INSTITUTE, "first", "second", "third"),
        **of("model-version", "models", COMPANY, "import"),
        **of("recall", "models", AGENCY, "recall by agency", "recall of first"),
        **of("recall", "models", INSTITUTE, "recall by publisher"),
        **of("stream", "anchors", CLINIC, "stream"),
        **of("stream", "anchors", HOSPITAL, "other stream"),
        **of("proposal", "consortium", CLINIC, "proposal"),
    }


def history() -> tuple[Book, Facts]:
    book = Book()
    ids = _ids(book)
    stated = outcome(ids)
    _tell(book, ids, stated)
    return book, ordered(stated)


def _tell(book: Book, ids: Ids, stated: Facts) -> None:
    """Each record in the order of its time."""
    versions = {(one.dataset, one.number): one for one in stated.dataset_versions}
    consents = {one.id: one for one in stated.consents}
    runs = {one.id: one for one in stated.runs}
    made = {one.id: one for one in stated.model_versions}
    recalls = {one.id: one for one in stated.recalls}
    first, run = runs[ids["first run"]], runs[ids["run"]]

    def act_on(name: str, position: int) -> None:
        entry = consents[ids[name]].log[position]
        if entry.actor:
            shown = {"act": entry.act, "reason": entry.reason, "actor": entry.actor}
            book.act("consent-act", consent=ids[name], **shown, at=entry.at, until=entry.until)

    def step(name: str, lifecycle: int, second: int, *, for_sale: bool = False) -> None:
        book.act("version-step", version=ids[name], lifecycle=lifecycle, forSale=for_sale, at=at(second))

    for member in stated.organisations:
        book.organisation(member)
    for key in ((ids["dataset A"], 1), (ids["dataset A"], 2), (ids["dataset B"], 1)):
        book.dataset_version(versions[key])
    wanted = {
        "dataset": ids["dataset A"],
        **{"purposes": 0b1000_0001, "operations": ALL_OPERATIONS, "condition": 7254, "regions": REGIONS},
        **{"notBefore": at(0), "expiresAt": at(1000), "maxRounds": 3, "epsilonBudget": 2_000_000},
        **{"projectRef": word("study"), "cardDigest": word("project card")},
    }
    book.request(ids["request"], INSTITUTE, at(260), wanted)
    book.consent(consents[ids["consent old A"]])
    for model in stated.models:
        book.model(model)
    book.run(first)
    book.round(first, 1, first.rounds[0])
    book.run_closing(first)
    book.model_version(made[ids["first"]])
    for name in ("consent A", "consent B", "consent D"):
        book.consent(consents[ids[name]])
    book.dataset_version(versions[ids["dataset B"], 2])
    book.erasure(ids["dataset A"], 1, HOSPITAL, word("receipt 1"), at(410))
    book.erasure(ids["dataset B"], 2, CLINIC, word("receipt 2"), at(411))
    book.run(run)
    book.round(run, 1, run.rounds[0])
    book.round(run, 2, run.rounds[1], [(at(465), lambda: act_on("consent B", 0))])
    act_on("consent B", 1)
    book.round(run, 3, run.rounds[2])
    book.run_closing(run)
    for name in ("second", "import", "third"):
        book.model_version(made[ids[name]])
    step("second", 2, 530, for_sale=True)
    step("first", 2, 531)
    step("first", 3, 532)
    step("import", 2, 533)
    step("import", 2, 534, for_sale=True)
    step("import", 4, 535)
    for name in ("open run", "abandoned run"):
        book.run(runs[ids[name]])
        book.round(runs[ids[name]], 1, runs[ids[name]].rounds[0])
    book.run_closing(runs[ids["abandoned run"]])
    act_on("consent B", 2)
    suspension = [(1, ids["consent B"], 6, 500)]
    book.proposal(9, ["(uint32,bytes32,uint8,uint32)"], suspension, at(610))
    book.proposal(8, ["(uint32,bytes32,uint8)"], [(1, ids["consent B"], 3)], at(620))
    for name in ("recall by agency", "recall by publisher", "recall of first"):
        book.recall(recalls[ids[name]])
    for organisation in (HOSPITAL, CLINIC, INSTITUTE):
        book.act("acknowledgement", recall=ids["recall by agency"], organisation=organisation, at=at(640))
    book.act("acknowledgement", recall=ids["recall of first"], organisation=COMPANY, at=at(640))
    book.act("recall-lift", recall=ids["recall by publisher"], organisation=INSTITUTE, at=at(650))
    book.proposal(7, ["(uint32,bytes32)"], [(1, ids["recall of first"])], at(660))
    book.dataset_version(versions[ids["dataset B"], 3])
    book.proposal(1, ["uint32"], [COMPANY], at(710))
    book.stream_anchor(ids["stream"], CLINIC, 6, 256, word("head 1"), at(720))
    book.stream_anchor(ids["other stream"], HOSPITAL, 11, 1 << 53, word("head 2"), at(721))
    book.act("emergency", regulator=AGENCY, organisation=HOSPITAL, reason=2, at=at(730), until=at(1730))
