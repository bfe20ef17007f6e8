"""What consents used, what versions were charged, how requests were answered."""

from __future__ import annotations

from sqlalchemy import select

from ledger_node.domain.codes import Act, ConsentState, DeclineReason, Modifier, Purpose, Region, RequestState
from ledger_node.domain.consent import Consent
from ledger_node.ports import Page
from ledger_node.store.schema import INDEX_TABLES
from tests.fakes import digest
from tests.unit.store.chronicle import NONE, SCOPE, Chronicle

DATASET, OLD, NEW, OTHER = digest(1), digest(21), digest(22), digest(23)


def found(chronicle: Chronicle, consent: str, as_of: int) -> Consent:
    one = chronicle.index.find_consent(consent, as_of)
    assert one is not None
    return one


def test_terms_come_back_as_they_were_written(chronicle: Chronicle) -> None:
    block = chronicle.consent(OLD, versionTo=4, condition=7254, projectRef=digest(9), request=digest(8))
    terms = found(chronicle, OLD, block).terms
    assert (terms.version_to, terms.condition, terms.project_ref, terms.request) == (4, 7254, digest(9), digest(8))
    assert (terms.supersedes, terms.modifiers, terms.regions) == (None, Modifier.NPU, Region.OTHER)
    assert (terms.epsilon_budget, terms.deidentification) == (5_000_000, 3)


def test_superseding_carries_rounds_and_losses_on(chronicle: Chronicle) -> None:
    chronicle.consent(OLD)
    chronicle.use(OLD, 1, 2, 700)
    before = chronicle.use(OLD, 1, 1, 300)
    chronicle.write("ConsentRevoked", consent=OLD, actor=1, reason=5, at=1_004)
    chronicle.consent(NEW, supersedes=OLD, roundsUsed=3, epsilonSpent=1_000)
    after = chronicle.use(NEW, 1, 1, 50)
    old, new = found(chronicle, OLD, after), found(chronicle, NEW, after)
    assert (old.rounds_used, old.epsilon_spent, old.superseded_by) == (3, 1_000, NEW)
    assert (new.rounds_used, new.epsilon_spent, new.superseded_by) == (4, 1_050, None)
    assert new.terms.supersedes == OLD
    assert old.state_at(1_004) is ConsentState.REVOKED
    earlier = found(chronicle, OLD, before)
    assert (earlier.rounds_used, earlier.superseded_by, earlier.log) == (3, None, ())
    assert found(chronicle, OLD, before - 1).rounds_used == 2


def test_version_is_charged_under_all_consents_once(chronicle: Chronicle) -> None:
    for number in (1, 2):
        chronicle.dataset_version(DATASET, number)
    chronicle.dataset_version(digest(2), 1)
    for consent in (OLD, OTHER):
        chronicle.consent(consent)
    chronicle.consent(NEW, supersedes=OLD, roundsUsed=9, epsilonSpent=9_000)
    chronicle.consent(digest(24), dataset=digest(2))
    first = chronicle.use(OLD, 1, 1, 100)
    for consent, version, epsilon in ((OTHER, 1, 20), (NEW, 1, 3), (OLD, 2, 5_000), (digest(24), 1, 70_000)):
        chronicle.use(consent, version, 1, epsilon)
    index, head = chronicle.index, chronicle.now
    assert [version.epsilon_spent for version in index.dataset_versions(DATASET, head)] == [123, 5_000]
    assert [version.epsilon_spent for version in index.dataset_versions(DATASET, first)] == [100, 0]
    other = index.find_dataset_version(digest(2), 1, head)
    assert other is not None
    assert other.epsilon_spent == 70_000
    assert index.find_dataset_version(digest(2), 2, head) is None


def test_log_names_whose_suspension_it_was(chronicle: Chronicle) -> None:
    chronicle.consent(OLD)
    for actor, until in ((1, 0), (3, 2_000), (0, 3_000)):
        chronicle.write("ConsentSuspended", consent=OLD, actor=actor, reason=2, at=1_002, until=until)
    chronicle.write("ConsentReinstated", consent=OLD, actor=1, reason=2, at=1_005)
    last = chronicle.write("ConsentRevoked", consent=OLD, actor=0, reason=6, at=1_500)
    log = found(chronicle, OLD, last).log
    assert [entry.act for entry in log] == [
        Act.SUSPENDED_BY_GRANTOR,
        Act.SUSPENDED_BY_REGULATOR,
        Act.SUSPENDED_BY_VOTE,
        Act.REINSTATED_BY_GRANTOR,
        Act.REVOKED,
    ]
    assert [entry.until for entry in log] == [0, 2_000, 3_000, 0, 0]


def request(chronicle: Chronicle, request: str) -> int:
    wanted = {
        **SCOPE,
        "dataset": DATASET,
        "operations": 17,
        "notBefore": 1,
        "expiresAt": 9,
        "maxRounds": 3,
        "epsilonBudget": 4,
        "cardDigest": digest(5),
    }
    return chronicle.write("RequestMade", request=request, requester=2, madeAt=1_000, wanted=wanted)


def test_request_is_open_until_it_is_granted_or_declined(chronicle: Chronicle) -> None:
    for one in (digest(31), digest(32), digest(33)):
        opened = request(chronicle, one)
    chronicle.consent(NEW, request=digest(31))
    head = chronicle.write("RequestDeclined", request=digest(32), custodian=1, reason=3, at=1_005)
    granted, declined, still = chronicle.index.requests(Page(head))
    assert (granted.state, granted.consent, granted.answered_at) == (RequestState.GRANTED, NEW, 1_000)
    assert (declined.state, declined.decline_reason) == (RequestState.DECLINED, DeclineReason.SAFEGUARDS_TOO_WEAK)
    assert (declined.answered_at, declined.consent) == (1_005, None)
    assert (still.state, still.answered_at) == (RequestState.OPEN, None)
    assert {one.state for one in chronicle.index.requests(Page(opened))} == {RequestState.OPEN}
    assert chronicle.index.find_request(digest(32), head) == declined
    assert chronicle.index.find_request(digest(34), head) is None
    assert (still.wanted.max_rounds, still.wanted.epsilon_budget, still.wanted.project_ref) == (3, 4, NONE)


def test_messages_belong_to_their_request_in_their_order(chronicle: Chronicle) -> None:
    asked, other = digest(31), digest(32)
    for one in (asked, other):
        made = request(chronicle, one)
    said = {"messageDigest": digest(40), "sentAt": 1_005}
    first = chronicle.write("MessageSent", request=asked, sender=1, number=1, **said)
    chronicle.write("MessageSent", request=other, sender=2, number=1, **said)
    head = chronicle.write("MessageSent", request=asked, sender=2, number=2, **said)

    def found(as_of: int) -> list[tuple[int, int, str, int, int]]:
        held = chronicle.index.find_request(asked, as_of)
        assert held is not None
        return [(one.number, one.sender, one.digest, one.sent_at, one.at.block) for one in held.messages]

    assert found(made) == []
    assert found(first) == [(1, 1, digest(40), 1_005, first)]
    assert found(head) == [*found(first), (2, 2, digest(40), 1_005, head)]
    states = [one.state for one in chronicle.index.requests(Page(first))]
    assert states == [RequestState.ASKED_BACK, RequestState.OPEN]
    assert {one.state for one in chronicle.index.requests(Page(head))} == {RequestState.OPEN}


def test_many_consents_are_read_in_several_statements(chronicle: Chronicle) -> None:
    """A statement names a bounded number of keys."""
    ids = [digest(10_000 + n) for n in range(1_203)]
    for consent in ids[:3]:
        chronicle.consent(consent)
    args = chronicle.index.find_consent(ids[0], chronicle.now)
    assert args is not None
    with chronicle.database.write() as connection:
        consents = INDEX_TABLES["consent"]
        row = connection.execute(select(consents).limit(1)).one()._mapping
        copies = [{**row, "id": consent, "log_index": n} for n, consent in enumerate(ids[3:], 3)]
        connection.execute(consents.insert(), copies)
    chronicle.use(ids[1_202], 1, 4, 0)
    read = chronicle.index.consents(Page(chronicle.now, limit=10_000))
    assert len(read) == 1_203
    assert sum(one.rounds_used for one in read) == 4


def test_lists_from_either_end_of_a_stretch_and_by_purposes(chronicle: Chronicle) -> None:
    blocks = [chronicle.consent(digest(30 + n), purposes=purposes) for n, purposes in enumerate((1, 3, 2, 7, 4))]
    head = chronicle.now

    def ids(**page: object) -> list[int]:
        found = chronicle.index.consents(Page(head, **page))  # type: ignore[arg-type]
        return [int(one.id, 16) - int(digest(30), 16) for one in found]

    assert ids() == [0, 1, 2, 3, 4]
    assert ids(newest=True, limit=2) == [4, 3]
    after = chronicle.index.consents(Page(head, 2, newest=True))[-1].at
    assert ids(newest=True, after=after) == [2, 1, 0]
    assert ids(since=blocks[1], until=blocks[3]) == [1, 2, 3]
    assert ids(since=blocks[1], until=blocks[3], newest=True) == [3, 2, 1]
    assert ids(until=-1) == []
    assert ids(where={"purposes": Purpose(2)}) == [1, 2, 3]
    assert ids(where={"purposes": Purpose(3)}, newest=True) == [3, 1]
    assert ids(where={"purposes": Purpose(3), "grantee": 10**9}) == []
