"""Organisations, keys, proposals: derived from what happened until a block."""

from __future__ import annotations

from ledger_node.domain.codes import Capability, KeyRole, OrganisationStatus, ProposalKind
from ledger_node.domain.organisation import FIRST_THRESHOLDS, Thresholds
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


def test_claim_is_the_newest_and_wants_confirming_anew(chronicle: Chronicle) -> None:
    def claim(since: int) -> int:
        return chronicle.write(
            "KeyReportedCompromised", organisation=1, key=OPERATOR, since=since, at=900, reporter=ADMIN
        )

    def confirm(since: int) -> int:
        return chronicle.write("KeyCompromiseConfirmed", organisation=1, key=OPERATOR, regulator=3, since=since, at=950)

    blocks = [key(chronicle, "KeyAccepted", OPERATOR, at=5), claim(500), confirm(500), claim(400), confirm(400)]
    found = [one for block in blocks for one in chronicle.index.keys(1, block)]
    assert [one.compromised_since for one in found] == [0, 500, 500, 400, 400]
    assert [one.compromise_confirmed_by for one in found] == [None, None, 3, None, 3]


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
