"""Organisations, keys, proposals: derived from what happened until a block."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, EmergencyReason, KeyRole, OrganisationStatus, ProposalKind
from ledger_node.domain.organisation import FIRST_THRESHOLDS, Emergency, Thresholds
from ledger_node.domain.position import Position
from ledger_node.ports import Page
from tests.fakes import address
from tests.unit.store.chronicle import Chronicle

ADMIN, HEIR, OPERATOR = address(1), address(2), address(3)


def admit(chronicle: Chronicle, number: int = 1, admin: str = ADMIN) -> int:
    return chronicle.write(
        "OrganisationAdmitted", organisation=number, admin=admin, capabilities=5, forProfit=False, name="Aurora"
    )


def key(chronicle: Chronicle, event: str, address: str, organisation: int = 1, role: int = 2, **more: int) -> int:
    return chronicle.write(event, organisation=organisation, key=address, role=role, **more)


def status(chronicle: Chronicle, event: str) -> int:
    return chronicle.write(event, organisation=1, proposal=9)


def test_organisation_is_as_votes_left_it_at_each_block(chronicle: Chronicle) -> None:
    blocks = [admit(chronicle)] + [
        status(chronicle, f"Organisation{done}") for done in ("Suspended", "Reinstated", "Removed")
    ]
    found = [chronicle.index.find_organisation(1, block) for block in (0, *blocks)]
    assert found[0] is None
    assert [one.voted for one in found[1:] if one] == [
        OrganisationStatus.ACTIVE,
        OrganisationStatus.SUSPENDED,
        OrganisationStatus.ACTIVE,
        OrganisationStatus.REMOVED,
    ]
    assert found[1] is not None
    assert (found[1].capabilities, found[1].admin) == (Capability.CUSTODIAN | Capability.REGULATOR, ADMIN)


def test_emergency_runs_until_its_end_and_a_reinstatement_forgets_it(chronicle: Chronicle) -> None:
    def emergency(until: int) -> int:
        return chronicle.write(
            "OrganisationSuspendedInEmergency", organisation=1, regulator=2, reason=0, at=5, until=until
        )

    blocks = [admit(chronicle), emergency(2_000), status(chronicle, "OrganisationReinstated"), emergency(3_000)]
    found = [one for block in blocks if (one := chronicle.index.find_organisation(1, block))]
    assert [one.emergency_until for one in found] == [0, 2_000, 0, 3_000]
    assert found[1].status_at(1_999) is OrganisationStatus.SUSPENDED
    assert found[1].status_at(2_000) is OrganisationStatus.ACTIVE


def test_emergencies_stay_readable_as_of_each_block(chronicle: Chronicle) -> None:
    def emergency(reason: int, until: int) -> int:
        return chronicle.write(
            "OrganisationSuspendedInEmergency", organisation=1, regulator=2, reason=reason, at=until - 500, until=until
        )

    admitted, first = admit(chronicle), emergency(2, 2_000)
    status(chronicle, "OrganisationReinstated")
    second = emergency(4, 3_000)
    read = [chronicle.index.find_organisation(1, block) for block in (admitted, first, second)]
    found = [one.emergencies for one in read if one]
    breach = Emergency(2, EmergencyReason.DATA_BREACH, 1_500, 2_000, Position(first, 0))
    order = Emergency(2, EmergencyReason.COURT_ORDER, 2_500, 3_000, Position(second, 0))
    assert found == [(), (breach,), (breach, order)]


def test_admin_is_the_last_that_accepted(chronicle: Chronicle) -> None:
    blocks = [
        admit(chronicle),
        key(chronicle, "KeyProposed", ADMIN, role=1, acceptableFrom=0),
        key(chronicle, "KeyAccepted", ADMIN, role=1, at=5),
        key(chronicle, "KeyAccepted", OPERATOR, role=2, at=5),
        key(chronicle, "KeyProposed", HEIR, role=1, acceptableFrom=900),
        key(chronicle, "KeyAccepted", HEIR, role=1, at=905),
    ]
    found = [one.admin for block in blocks if (one := chronicle.index.find_organisation(1, block))]
    assert found == [ADMIN] * 5 + [HEIR]
    assert [one.admin for one in chronicle.index.organisations(Page(blocks[-1]))] == [HEIR]


def test_key_walks_from_offer_to_retirement(chronicle: Chronicle) -> None:
    blocks = [
        key(chronicle, "KeyProposed", OPERATOR, acceptableFrom=50),
        key(chronicle, "KeyOfferWithdrawn", OPERATOR),
        key(chronicle, "KeyProposed", OPERATOR, acceptableFrom=70),
        key(chronicle, "KeyAccepted", OPERATOR, at=71),
        key(chronicle, "KeyRetired", OPERATOR, at=90),
    ]
    found = [one for block in blocks if (one := chronicle.index.find_key(OPERATOR, block))]
    assert [one.state for one in found] == ["proposed", "withdrawn", "proposed", "accepted", "retired"]
    assert [one.acceptable_from for one in found] == [50, 0, 70, 0, 0]
    assert {one.role for one in found} == {KeyRole.OPERATOR}
    assert chronicle.index.find_key(OPERATOR, 0) is None


def test_key_is_of_who_had_it_accepted_whatever_others_offer_to_it(chronicle: Chronicle) -> None:
    key(chronicle, "KeyProposed", OPERATOR, organisation=2, acceptableFrom=0)
    offered = key(chronicle, "KeyProposed", OPERATOR, organisation=1, acceptableFrom=0)
    key(chronicle, "KeyAccepted", OPERATOR, organisation=2, at=5)
    withdrawn = key(chronicle, "KeyOfferWithdrawn", OPERATOR, organisation=1)
    early, late = (chronicle.index.find_key(OPERATOR, block) for block in (offered, withdrawn))
    assert early is not None
    assert late is not None
    assert (early.organisation, early.state) == (1, "proposed")
    assert (late.organisation, late.state) == (2, "accepted")
    assert [one.state for one in chronicle.index.keys(1, withdrawn)] == ["withdrawn"]


def test_offers_are_void_once_an_admin_came_or_went(chronicle: Chronicle) -> None:
    def states(block: int) -> dict[str, str]:
        return {one.address: one.state for one in chronicle.index.keys(1, block)}

    key(chronicle, "KeyProposed", HEIR, role=1, acceptableFrom=0)
    key(chronicle, "KeyProposed", address(9), organisation=2, acceptableFrom=0)
    offered = key(chronicle, "KeyProposed", OPERATOR, acceptableFrom=0)
    accepted = key(chronicle, "KeyAccepted", HEIR, role=1, at=5)
    again = key(chronicle, "KeyProposed", OPERATOR, acceptableFrom=0)
    retired = key(chronicle, "KeyRetired", HEIR, role=1, at=9)
    assert states(offered) == {HEIR: "proposed", OPERATOR: "proposed"}
    assert states(accepted) == {HEIR: "accepted", OPERATOR: "void"}
    assert states(again) == {HEIR: "accepted", OPERATOR: "proposed"}
    assert states(retired) == {HEIR: "retired", OPERATOR: "void"}
    found, others = (chronicle.index.find_key(one, retired) for one in (OPERATOR, address(9)))
    assert found is not None
    assert others is not None
    assert (found.state, others.state) == ("void", "proposed")


def test_claim_is_the_newest_and_leaves_what_was_confirmed(chronicle: Chronicle) -> None:
    def claim(since: int) -> int:
        return chronicle.write(
            "KeyReportedCompromised", organisation=1, key=OPERATOR, since=since, at=900, reporter=ADMIN
        )

    def confirm(since: int) -> int:
        return chronicle.write("KeyCompromiseConfirmed", organisation=1, key=OPERATOR, regulator=3, since=since, at=950)

    blocks = [key(chronicle, "KeyAccepted", OPERATOR, at=5), claim(500), confirm(600), claim(400), confirm(450)]
    found = [one for block in blocks for one in chronicle.index.keys(1, block)]
    assert [one.compromised_since for one in found] == [0, 500, 500, 400, 400]
    claims = [(one.compromise_reporter, one.compromise_claimed_at) for one in found]
    assert claims == [(None, 0)] + [(ADMIN, 900)] * 4
    assert [one.compromise_confirmed_by for one in found] == [None, None, 3, 3, 3]
    assert [one.confirmed_since for one in found] == [0, 0, 600, 600, 450]
    assert [one.doubtful_since for one in found] == [0, 500, 600, 600, 450]


def test_offers_are_void_once_a_vote_suspends(chronicle: Chronicle) -> None:
    offered = chronicle.write("KeyProposed", organisation=1, key=HEIR, role=2, acceptableFrom=0)
    suspended = chronicle.write("OrganisationSuspended", organisation=1, proposal=1)
    assert [chronicle.index.keys(1, block)[-1].state for block in (offered, suspended)] == ["proposed", "void"]


def test_events_are_found_by_the_key_that_wrote_them(chronicle: Chronicle) -> None:
    blocks = [
        chronicle.write("VoteCast", proposal=n, voter=1, inFavour=True, operator=OPERATOR if n % 2 else HEIR)
        for n in range(1, 7)
    ]
    chronicle.write("KeyReportedCompromised", organisation=1, key=OPERATOR, since=1, at=9, reporter=OPERATOR)
    chronicle.write("ApprovalForAll", owner=HEIR, operator=OPERATOR, approved=True)
    index, head = chronicle.index, chronicle.now

    def positions(page: Page, since: int = 0) -> list[int]:
        return [event.at.block for event in index.events_by_operator(OPERATOR, since, page)]

    assert positions(Page(head)) == [blocks[0], blocks[2], blocks[4], 7]
    assert positions(Page(head), since=1_003) == [blocks[2], blocks[4], 7]
    assert positions(Page(blocks[3])) == [blocks[0], blocks[2]]
    assert positions(Page(head, limit=2, after=Position(blocks[0], 0))) == [blocks[2], blocks[4]]
    assert positions(Page(head, where={"name": "KeyReportedCompromised"})) == [7]
    (first, *_) = index.events_by_operator(OPERATOR, 0, Page(head))
    assert (first.name, first.args["proposal"], first.generation, first.contract) == ("VoteCast", 1, 0, "consortium")


def test_what_an_admin_did_with_keys_is_among_what_it_wrote(chronicle: Chronicle) -> None:
    def written(address: str, since: int = 0) -> list[tuple[str, int]]:
        found = chronicle.index.events_by_operator(address, since, Page(chronicle.now))
        return [(event.name, event.at.block) for event in found]

    def retired(address: str, role: int = 2) -> tuple[str, dict[str, object]]:
        return "KeyRetired", {"organisation": 1, "key": address, "role": role, "at": 9}

    admit(chronicle)
    key(chronicle, "KeyProposed", ADMIN, role=1, acceptableFrom=1_002)  # by the vote that admitted it
    key(chronicle, "KeyAccepted", ADMIN, role=1, at=5)
    key(chronicle, "KeyAccepted", address(8), organisation=2, role=1, at=5)
    offered = key(chronicle, "KeyProposed", OPERATOR, acceptableFrom=1_005)
    key(chronicle, "KeyProposed", OPERATOR, organisation=2, acceptableFrom=1_006)
    key(chronicle, "KeyProposed", HEIR, role=1, acceptableFrom=90_000)  # by a vote, seven days ahead
    objected = key(chronicle, "KeyOfferWithdrawn", HEIR, role=1)
    ended = chronicle.write_all([retired(OPERATOR)])
    claim = {"organisation": 1, "key": address(9), "since": 5, "at": 9}
    reported = chronicle.write_all([("KeyReportedCompromised", {**claim, "reporter": ADMIN}), retired(address(9))])
    confirmed = ("KeyCompromiseConfirmed", {**claim, "key": address(7), "regulator": 3, "operator": address(6)})
    chronicle.write_all([confirmed, retired(address(7))])
    heir = ("KeyAccepted", {"organisation": 1, "key": HEIR, "role": 1, "at": 9})
    chronicle.write_all([heir, retired(ADMIN, role=1)])
    later = key(chronicle, "KeyProposed", address(5), acceptableFrom=1_013)
    assert written(ADMIN) == [
        ("KeyProposed", offered),
        ("KeyOfferWithdrawn", objected),
        ("KeyRetired", ended),
        ("KeyReportedCompromised", reported),
        ("KeyRetired", reported),
    ]
    assert written(ADMIN, since=1_000 + ended) == written(ADMIN)[2:]
    assert written(HEIR) == [("KeyProposed", later)]
    assert written(address(8)) == [("KeyProposed", offered + 1)]
    assert written(address(6)) == [("KeyCompromiseConfirmed", reported + 1)]
    assert written(OPERATOR) == []


def test_proposal_carries_its_needs_votes_and_execution(chronicle: Chronicle) -> None:
    opened = chronicle.write(
        "ProposalOpened",
        proposal=1,
        proposer=2,
        kind=5,
        payload="0x01",
        deadline=99,
        electorate=4,
        needed=3,
        neededCustodians=2,
    )
    voted = chronicle.write("VoteCast", proposal=1, voter=1, inFavour=True)
    chronicle.write("VoteCast", proposal=1, voter=2, inFavour=False)
    executed = chronicle.write_all(
        [
            ("ProposalExecuted", {"proposal": 1, "at": 50, "operator": OPERATOR}),
            ("ThresholdsChanged", {"all": 6_000, "custodians": 7_000, "proposal": 1}),
        ]
    )
    now, then = (chronicle.index.find_proposal(1, block) for block in (executed, voted))
    assert now is not None
    assert then is not None
    assert (now.kind, now.electorate, now.needed, now.needed_custodians) == (ProposalKind.CHANGE_THRESHOLDS, 4, 3, 2)
    assert (now.votes, now.executed) == ({1: True, 2: False}, True)
    assert (then.votes, then.executed) == ({1: True}, False)
    assert chronicle.index.thresholds(opened) == FIRST_THRESHOLDS
    assert chronicle.index.thresholds(executed) == Thresholds(6_000, 7_000)
    assert chronicle.index.proposals(Page(executed)) == [now]
    assert chronicle.index.find_proposal(2, executed) is None
