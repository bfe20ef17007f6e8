"""What comes next in a joining follows from the chain's facts, whatever was cut when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from ledger_node.domain.codes import Capability, KeyRole, OrganisationStatus, ProposalKind
from ledger_node.domain.organisation import Key, Organisation, Proposal
from ledger_node.domain.position import Position
from ledger_node.errors import JoiningState
from ledger_node.joining.standing import Standing, Step, standing
from ledger_node.ports import Checkpoint, Page

ADMIN, OPERATOR = "0x" + "Aa" * 20, "0x" + "Bb" * 20
NOW = Checkpoint(50, "0x" + "50" * 32, 5_000)
OURS, OTHER = "0x01" + "aa" * 20, "0x02" + "aa" * 20  # payloads that name our key


@dataclass
class Facts:
    """The four questions that are asked of an index."""

    admissions: list[Proposal] = field(default_factory=list)
    keys: dict[str, Key] = field(default_factory=dict)

    def proposals(self, page: Page) -> list[Proposal]:
        assert page.where == {"kind": int(ProposalKind.ADMIT)}
        later = [one for one in self.admissions if page.after is None or one.at > page.after]
        return later[:2]  # a small page, so that there are several

    def find_key(self, address: str, as_of: int) -> Key | None:
        return self.keys.get(address)

    def find_organisation(self, number: int, as_of: int) -> Organisation:
        may = Capability.CUSTODIAN if number < 3 else Capability.PUBLISHER
        return Organisation(number, "", "", may, False, OrganisationStatus.ACTIVE, 0, Position(1, number))


def proposal(number: int, *voters: int, payload: str = OURS, deadline: int = 9_000) -> Proposal:
    votes = dict.fromkeys(voters, True)
    at = Position(10 + number, 0)
    return Proposal(number, 1, ProposalKind.ADMIT, payload, deadline, 3, 2, 1, votes, False, at)


def key(address: str, role: KeyRole, state: str, organisation: int = 4) -> Key:
    return Key(address, organisation, role, state, 0, 0, None, Position(40, 0))


def of(facts: Facts) -> Standing:
    return standing(facts, NOW, OURS, ADMIN, OPERATOR)  # type: ignore[arg-type]  # only what is asked


#: The proposal that let it in.
ADMITTED = replace(proposal(1, 1, 2), executed=True)


def test_nothing_was_proposed() -> None:
    assert of(Facts()) == Standing(Step.PROPOSE)


def test_admission_under_another_name_is_not_ours() -> None:
    assert of(Facts([proposal(1, 1, 2, payload="0x4567")])) == Standing(Step.PROPOSE)
    assert of(Facts([proposal(1, 1, 2, payload=OTHER)])) == Standing(Step.PROPOSE, others=(1,))
    assert of(Facts([proposal(1, payload=OTHER, deadline=NOW.timestamp)])) == Standing(Step.PROPOSE)
    found = of(Facts([proposal(1, 1, 2, payload=OTHER), proposal(2, 1)]))
    assert (found.step, found.proposal and found.proposal.number, found.others) == (Step.VOTE, 2, (1,))


@pytest.mark.parametrize(
    ("voters", "step"),
    [((), Step.VOTE), ((1,), Step.VOTE), ((3, 4), Step.VOTE), ((1, 3), Step.ENTER), ((1, 2), Step.ENTER)],
)
def test_votes_count_as_the_contract_counts_them(voters: tuple[int, ...], step: Step) -> None:
    found = of(Facts([proposal(1, *voters)]))
    assert (found.step, found.proposal and found.proposal.number) == (step, 1)


def test_lapsed_proposal_is_followed_by_another() -> None:
    lapsed = proposal(1, 1, 2, deadline=NOW.timestamp)
    assert of(Facts([lapsed])) == Standing(Step.PROPOSE, former=1)
    found = of(Facts([lapsed, proposal(2)]))
    assert (found.step, found.proposal and found.proposal.number, found.former) == (Step.VOTE, 2, 1)


def test_of_several_the_one_that_passed_counts() -> None:
    found = of(Facts([proposal(1), proposal(2, 1, 2), proposal(3), proposal(4)]))
    assert (found.step, found.proposal and found.proposal.number) == (Step.ENTER, 2)
    found = of(Facts([proposal(1), proposal(2), proposal(3)]))
    assert (found.step, found.proposal and found.proposal.number) == (Step.VOTE, 3)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (None, Step.OFFER),
        ("withdrawn", Step.OFFER),
        ("void", Step.OFFER),
        ("proposed", Step.ACCEPT),
        ("accepted", Step.NOTHING),
    ],
)
def test_operator_key_after_the_admission(state: str | None, step: Step) -> None:
    keys = {ADMIN: key(ADMIN, KeyRole.ADMIN, "accepted")}
    if state is not None:
        keys[OPERATOR] = key(OPERATOR, KeyRole.OPERATOR, state)
    found = of(Facts([ADMITTED], keys))
    assert (found.step, found.organisation) == (step, 4)
    assert found.since == (40 if step is Step.NOTHING else 0)


def test_offer_of_another_organisation_is_none() -> None:
    keys = {
        ADMIN: key(ADMIN, KeyRole.ADMIN, "accepted"),
        OPERATOR: key(OPERATOR, KeyRole.OPERATOR, "proposed", organisation=1),
    }
    assert of(Facts([ADMITTED], keys)).step is Step.OFFER


@pytest.mark.parametrize(
    ("admin", "operator", "needed"),
    [
        (key(ADMIN, KeyRole.ADMIN, "retired"), None, "another --dir"),
        (
            key(ADMIN, KeyRole.ADMIN, "accepted"),
            key(OPERATOR, KeyRole.OPERATOR, "accepted", organisation=1),
            "another --dir",
        ),
        (key(ADMIN, KeyRole.ADMIN, "accepted"), key(OPERATOR, KeyRole.OPERATOR, "retired"), "rotating"),
    ],
)
def test_key_that_can_take_its_role_no_more_is_named(admin: Key, operator: Key | None, needed: str) -> None:
    keys = {ADMIN: admin} if operator is None else {ADMIN: admin, OPERATOR: operator}
    with pytest.raises(JoiningState) as refused:
        of(Facts([ADMITTED], keys))
    assert needed in refused.value.needed


@pytest.mark.parametrize(
    ("role", "proposals"),
    [
        (KeyRole.ADMIN, []),
        (KeyRole.ADMIN, [replace(proposal(1, 1, 2, payload=OTHER), executed=True)]),
        (KeyRole.ADMIN, [proposal(1, 1, 2)]),
        (KeyRole.OPERATOR, [ADMITTED]),
    ],
)
def test_key_of_an_organisation_that_was_admitted_otherwise_is_none_of_ours(
    role: KeyRole, proposals: list[Proposal]
) -> None:
    with pytest.raises(JoiningState, match="used by an organisation before"):
        of(Facts(proposals, {ADMIN: key(ADMIN, role, "accepted")}))
