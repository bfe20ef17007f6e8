"""Datasets, runs, models, recalls, streams: as of a block, and gone after a rewind."""

from __future__ import annotations

from ledger_node.domain.codes import DeviceClass, Lifecycle, Operation, Outcome, Purpose, Reason, Refusal, Severity
from ledger_node.domain.dataset import Parent
from ledger_node.domain.lineage import Derived, Link, Trained
from ledger_node.domain.position import Position
from ledger_node.ports import Page
from ledger_node.services.impact import Below
from tests.fakes import address, digest
from tests.unit.store.chronicle import NONE, SCOPE, Chronicle

DATASET, DERIVED, CONSENT, RUN, VERSION, RECALL = (digest(n) for n in (1, 2, 3, 4, 5, 6))


def derive(chronicle: Chronicle, dataset: str, number: int, *parents: tuple[str, int, str]) -> int:
    shown = [{"dataset": parent, "version": version, "consent": consent} for parent, version, consent in parents]
    chronicle.dataset_version(dataset, number)
    return chronicle.write("DatasetVersionDerived", dataset=dataset, number=number, scope=SCOPE, parents=shown)


def test_derived_versions_are_found_by_parent_version_and_consent(chronicle: Chronicle) -> None:
    chronicle.dataset_version(DATASET, 1)
    first = derive(chronicle, DERIVED, 1, (DATASET, 1, CONSENT), (digest(9), 2, NONE))
    head = derive(chronicle, DERIVED, 2, (DATASET, 2, CONSENT), (DATASET, 1, CONSENT))
    index = chronicle.index
    plain, one = index.dataset_versions(DATASET, head)[0], index.dataset_versions(DERIVED, head)[0]
    assert plain.derivation is None
    assert one.derivation is not None
    assert one.derivation.parents == (Parent(DATASET, 1, CONSENT), Parent(digest(9), 2, None))
    assert one.derivation.scope.purposes == Purpose.HRESCH | Purpose.MLTRAINING

    child = Derived(DERIVED, 1, Parent(DATASET, 1, CONSENT))
    later = [Derived(DERIVED, 2, Parent(DATASET, 2, CONSENT)), Derived(DERIVED, 2, Parent(DATASET, 1, CONSENT))]
    assert set(index.derived_from([DATASET], head)) == {child, *later}
    assert index.derived_from([DATASET], first) == [child]
    assert index.derived_from([digest(9), digest(8)], head) == [Derived(DERIVED, 1, Parent(digest(9), 2, None))]
    assert index.derived_from([], head) == []
    assert set(index.derived_under([CONSENT], head)) == {child, *later}
    assert index.versions_by_dataset([DERIVED, digest(8)], head) == {DERIVED: index.dataset_versions(DERIVED, head)}


def test_erasures_of_a_dataset(chronicle: Chronicle) -> None:
    head = chronicle.write("DatasetErasureRecorded", dataset=DATASET, version=1, receiptDigest=digest(7), at=1_001)
    (erasure,) = chronicle.index.erasures(DATASET, head)
    assert (erasure.version, erasure.receipt_digest, erasure.erased_at) == (1, digest(7), 1_001)
    assert chronicle.index.erasures(DERIVED, head) == []


def open_run(chronicle: Chronicle) -> int:
    inputs = [
        {"dataset": DATASET, "version": 1, "consent": CONSENT, "operation": 1},
        {"dataset": DERIVED, "version": 2, "consent": digest(33), "operation": 8},
    ]
    opening = {
        "model": digest(80),
        "scope": {**SCOPE, "condition": 7254},
        "cardDigest": digest(81),
        "codeDigest": digest(82),
        "containerDigest": NONE,
    }
    return chronicle.write("RunOpened", run=RUN, publisher=2, openedAt=1_001, opening=opening, inputs=inputs)


def test_run_with_its_rounds_and_answers(chronicle: Chronicle) -> None:
    opened = open_run(chronicle)
    said = {"run": RUN, "round": 1, "at": 1_003}
    chronicle.write("RoundOpened", run=RUN, round=1, epsilon=250, openedAt=1_002)
    chronicle.write("ContributionRecorded", **said, custodian=1, input=0, updateDigest=digest(83), consentState=7)
    answered = chronicle.write("ContributionRefused", **said, custodian=3, input=1, refusal=2, consentState=0)
    closing = {"aggregateDigest": digest(84), "contributions": 1, "refusals": 1, "closedAt": 1_006}
    chronicle.write("RoundClosed", run=RUN, round=1, **closing)
    chronicle.write("RoundOpened", run=RUN, round=2, epsilon=0, openedAt=1_007)
    empty = {"aggregateDigest": NONE, "contributions": 0, "refusals": 0, "closedAt": 1_008}
    chronicle.write("RoundClosed", run=RUN, round=2, **empty)
    head = chronicle.write("RunClosed", run=RUN, outcome=1, resultDigest=digest(85), closedAt=1_009)

    run, then = chronicle.index.find_run(RUN, head), chronicle.index.find_run(RUN, answered)
    assert run is not None
    assert then is not None
    assert [item.operation for item in run.inputs] == [Operation.TRAIN, Operation.TEST]
    assert (run.scope.condition, run.code_digest, run.container_digest) == (7254, digest(82), None)
    first, second = run.rounds
    assert [part.update_digest for part in first.contributions] == [digest(83)]
    assert first.contributions[0].consent_state is Reason.SUSPENDED
    assert [part.refusal for part in first.refusals] == [Refusal.DATA_UNAVAILABLE]
    assert (first.epsilon, first.aggregate_digest, first.closed_at) == (250, digest(84), 1_006)
    assert (second.aggregate_digest, second.closed_at, second.answers) == (None, 1_008, ())
    assert (run.outcome, run.is_ready, then.outcome, then.is_ready) == (Outcome.COMPLETED, True, Outcome.OPEN, False)
    assert then.open_round() == then.rounds[0]
    assert then.rounds[0].answers == first.answers
    assert chronicle.index.runs(Page(opened))[0].rounds == ()


def test_versions_are_found_by_what_their_runs_used(chronicle: Chronicle) -> None:
    opened = open_run(chronicle)
    head = chronicle.model_version(VERSION, 1, [], run=RUN)
    index = chronicle.index
    first, second = Trained(VERSION, RUN, DATASET, 1, CONSENT), Trained(VERSION, RUN, DERIVED, 2, digest(33))
    assert index.trained_on([DATASET], head) == [first]
    assert set(index.trained_on([DATASET, DERIVED], head)) == {first, second}
    assert index.trained_under([CONSENT], head) == [first]
    assert index.trained_under([CONSENT], opened) == []
    assert index.trained_on([], head) == index.trained_on([digest(9)], head) == []


def test_model_version_with_its_life(chronicle: Chronicle) -> None:
    chronicle.model_version(digest(90), 1, [])
    chronicle.model_version(VERSION, 2, [digest(92), digest(90)], run=RUN)
    blocks = [chronicle.now] + [
        chronicle.write(f"ModelVersion{step}", version=VERSION, at=1_010, **more)
        for step, more in (
            ("Released", {"forSale": False}),
            ("Released", {"forSale": True}),
            ("Deprecated", {}),
            ("Withdrawn", {}),
        )
    ]
    index = chronicle.index
    found = [one for block in blocks if (one := index.find_model_version(VERSION, block))]
    assert [one.lifecycle for one in found] == [
        Lifecycle.PUBLISHED,
        Lifecycle.RELEASED,
        Lifecycle.RELEASED,
        Lifecycle.DEPRECATED,
        Lifecycle.WITHDRAWN,
    ]
    assert [one.for_sale for one in found] == [False, False, True, True, True]
    assert (found[0].parents, found[0].run) == ((digest(92), digest(90)), RUN)
    assert index.links_below([digest(90)], blocks[0]) == [Link(digest(90), VERSION)]
    assert index.ancestry_of(VERSION, blocks[0]) == {VERSION, digest(92), digest(90)}
    assert index.ancestry_of(VERSION, blocks[0] - 1) == {VERSION}
    assert index.links_below([digest(90)], blocks[0] - 1) == index.links_below([], blocks[0]) == []
    assert index.latest_numbers([digest(80), digest(79)], blocks[0]) == {digest(80): 2}
    imported = index.find_model_version(digest(90), blocks[0])
    assert imported is not None
    assert imported.run is None
    assert [one.number for one in index.model_versions(Page(blocks[0], where={"run": RUN}))] == [2]


def test_recall_stands_until_it_is_lifted(chronicle: Chronicle) -> None:
    chronicle.model_version(VERSION, 1, [])
    issued = {"version": VERSION, "issuer": 3, "noticeDigest": digest(95), "at": 1_002}
    chronicle.write("RecallIssued", recall=RECALL, severity=2, replacement=digest(96), **issued)
    second = chronicle.write("RecallIssued", recall=digest(97), severity=0, replacement=NONE, **issued)
    for organisation in (2, 1):
        chronicle.write("RecallAcknowledged", recall=RECALL, organisation=organisation, at=1_004)
    head = chronicle.write("RecallLifted", recall=RECALL, actor=0, at=1_006)
    index = chronicle.index
    lifted, stands = index.recalls(Page(head))
    assert (lifted.severity, lifted.replacement, lifted.stands) == (Severity.CRITICAL, digest(96), False)
    assert (lifted.lifted_by, lifted.lifted_at) == (0, 1_006)
    assert [one.organisation for one in lifted.acknowledgements] == [2, 1]
    assert (stands.replacement, stands.lifted_by, stands.stands) == (None, None, True)
    assert index.recalls_of(VERSION, head) == [lifted, stands]
    assert index.recalls_by_version([VERSION, digest(90)], head) == {VERSION: [lifted, stands]}
    assert index.recalls_of(digest(90), head) == []
    before = index.find_recall(RECALL, second)
    assert before is not None
    assert (before.stands, before.acknowledgements) == (True, ())
    counts = [one.recalls for block in (1, second, head) if (one := index.find_model_version(VERSION, block))]
    assert counts == [0, 2, 1]


def test_streams_and_numbered_facts(chronicle: Chronicle) -> None:
    chronicle.write("StreamRegistered", stream=digest(70), custodian=1, deviceClass=6)
    chronicle.write("StreamAnchored", stream=digest(70), size=128, root=digest(71), at=1_002)
    chronicle.write("DatasetRegistered", dataset=DATASET, custodian=1, number=7, cardDigest=digest(72))
    head = chronicle.write("ModelRegistered", model=digest(80), publisher=2, number=8, cardDigest=digest(73))
    index = chronicle.index
    stream = index.find_stream(digest(70), head)
    assert stream is not None
    assert stream.newest_anchor is not None
    assert (stream.device_class, stream.anchor_count, stream.newest_anchor.size) == (DeviceClass.CT, 1, 128)
    assert index.streams(Page(head)) == [stream]
    before = index.find_stream(digest(70), 1)
    assert before is not None
    assert (before.anchor_count, before.newest_anchor) == (0, None)
    assert index.find_stream(digest(71), head) is None
    assert [(one.number, one.custodian) for one in index.datasets(Page(head))] == [(7, 1)]
    assert [(one.number, one.publisher) for one in index.models(Page(head))] == [(8, 2)]


def test_a_stream_comes_with_its_newest_anchor_and_grows_by_pages(chronicle: Chronicle) -> None:
    def anchored(stream: int, size: int) -> tuple[str, dict[str, object]]:
        return "StreamAnchored", {"stream": digest(stream), "size": size, "root": digest(size), "at": 1_002}

    for stream in (70, 71, 72):
        chronicle.write("StreamRegistered", stream=digest(stream), custodian=1, deviceClass=6)
    chronicle.write_all([anchored(70, 128), anchored(71, 640), anchored(70, 256)])
    chronicle.write_all([anchored(70, 384), anchored(70, 512)])
    head = chronicle.write_all([anchored(71, 768)])
    index = chronicle.index

    def newest(as_of: int) -> list[tuple[int, int | None]]:
        found = index.streams(Page(as_of))
        return [(one.anchor_count, one.newest_anchor and one.newest_anchor.size) for one in found]

    assert newest(head) == [(4, 512), (2, 768), (0, None)]
    assert newest(head - 2) == [(2, 256), (1, 640), (0, None)]
    assert [index.find_stream(digest(stream), head) for stream in (70, 71, 72)] == index.streams(Page(head))
    grown = index.anchors(Page(head, where={"stream": digest(70)}))
    assert [one.size for one in grown] == [128, 256, 384, 512]
    assert index.anchors(Page(head, 2, grown[0].at, {"stream": digest(70)})) == grown[1:3]
    assert index.anchors(Page(head - 2, where={"stream": digest(70)})) == grown[:2]
    assert index.anchors(Page(head, where={"stream": digest(72)})) == []


def test_generations_and_where_facts_live(chronicle: Chronicle) -> None:
    places = {role: address(n) for n, role in enumerate(("datasets", "consents", "training", "models", "anchors"), 1)}
    chronicle.write("GenerationRegistered", number=1, **places)
    fact = chronicle.write(
        "DatasetRegistered", dataset=DATASET, custodian=1, number=1, cardDigest=digest(72), generation=2
    )
    (generation,) = chronicle.index.generations(fact)
    assert (generation.number, generation.anchors, generation.at) == (1, address(5), Position(1, 0))
    found = chronicle.index.find_dataset(DATASET, fact)
    assert found is not None
    assert chronicle.index.generation_of(found.at) == 2
    assert chronicle.index.generation_of(Position(1, 0)) == 0
    assert chronicle.index.generation_of(Position(1, 1)) is None


def test_rewind_forgets_all_that_came_later(chronicle: Chronicle) -> None:
    open_run(chronicle)
    chronicle.write("RoundOpened", run=RUN, round=1, epsilon=250, openedAt=1_002)
    kept, at = chronicle.index.digest(), chronicle.index.checkpoint()
    assert at is not None
    said = {"run": RUN, "round": 1, "at": 1_003}
    chronicle.write("ContributionRefused", **said, custodian=3, input=1, refusal=2, consentState=0)
    chronicle.write("RunClosed", run=RUN, outcome=2, resultDigest=NONE, closedAt=1_009)
    chronicle.model_version(VERSION, 1, [])
    assert chronicle.index.digest() != kept
    reached = chronicle.index.checkpoint()
    assert reached is not None
    chronicle.index.rewind(reached, at)
    assert chronicle.index.digest() == kept
    run = chronicle.index.find_run(RUN, 100)
    assert run is not None
    assert (run.outcome, run.rounds[0].answers) == (Outcome.OPEN, ())


def test_what_is_above_and_below_comes_once_and_by_the_shortest_way(chronicle: Chronicle) -> None:
    top, left, right, bottom, side = (digest(n) for n in range(100, 105))
    for number, (version, parents) in enumerate(
        [(top, []), (left, [top]), (right, [top]), (bottom, [left, right, top]), (side, [bottom])], start=1
    ):
        head = chronicle.model_version(version, number, parents)
    index = chronicle.index
    assert index.ancestry_of(side, head) == {top, left, right, bottom, side}
    links = index.links_below([top], head)
    assert len(links) == len(set(links)) == 6
    assert set(index.links_below([left, bottom], head)) == {Link(left, bottom), Link(bottom, side)}
    below = Below(index, {top, left}, head)
    assert below.paths(top) == [(top,), (top, left), (top, right), (top, bottom), (top, bottom, side)]
    assert below.paths(left) == [(left,), (left, bottom), (left, bottom, side)]
