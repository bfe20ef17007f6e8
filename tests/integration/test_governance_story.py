"""What keys, regulators and votes do, at two nodes on a real chain: every kind of proposal goes through REST."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from eth_account import Account
from typer.testing import CliRunner

from ledger_node.chain import acts
from ledger_node.chain.deploy import deploy_generation
from ledger_node.chain.signer import KeystoreSigner
from ledger_node.cli.app import app
from ledger_node.client import Input
from ledger_node.client.answers import Submission, WrittenFact
from ledger_node.client.inputs import Document
from ledger_node.client.proposals import Proposals
from ledger_node.config import load_config
from ledger_node.domain.codes import (
    Capability,
    EmergencyReason,
    KeyRole,
    Operation,
    Severity,
    StateReason,
)
from ledger_node.domain.command import GENERATION_ROLES
from ledger_node.errors import NotPermitted, StateConflict
from ledger_node.proof import Result, verify
from tests.integration.pair import CARD, CHAIN_ID, Pair, now, refused, some_digest, terms

NOTICE = Document({"what": "misses lesions below 5 mm"})
DAY = timedelta(days=1)


def new_key() -> KeystoreSigner:
    return KeystoreSigner(Account.create(), CHAIN_ID)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_key_is_offered_accepted_compromised_and_retired(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    admin, key = pair.admin(pair.hospital), new_key()
    pair.act(acts.offer(admin, key.address, KeyRole.OPERATOR))
    assert institute.keys.get(key.address)["state"] == "proposed"
    pair.act(acts.accept(key, pair.hospital.number))
    assert institute.keys.get(key.address)["state"] == "accepted"
    honest = register_with(pair, key)
    time.sleep(1.1)  # times on the chain are whole seconds
    since = moment(honest["writtenAt"]) + timedelta(seconds=1)
    register_with(pair, key)

    assert isinstance(refused(lambda: institute.keys.report(key.address, since)), NotPermitted)
    pair.done(hospital.keys.report(key.address, since))
    assert institute.keys.get(key.address)["state"] == "accepted"
    assert isinstance(refused(lambda: hospital.keys.confirm(key.address, since)), NotPermitted)
    assert isinstance(refused(lambda: institute.keys.confirm(key.address, since - DAY)), StateConflict)
    pair.done(institute.keys.confirm(key.address, since))

    retired = hospital.keys.get(key.address)
    assert (retired["state"], retired["compromiseConfirmedBy"]) == ("retired", {"number": 2, "name": "Institute"})
    assert moment(str(retired["compromisedSince"])) == since
    written = [fact for fact in institute.keys.facts(key.address) if fact["event"] == "DatasetRegistered"]
    assert [fact["doubtful"] for fact in written] == [False, True]
    assert len(list(institute.keys.facts(key.address, since=since))) < len(list(institute.keys.facts(key.address)))
    # What it wrote stays, and it can write nothing more.
    assert all(hospital.datasets.get(str(fact["subject"]))["custodian"]["number"] == 1 for fact in written)
    assert error_of(pair, key) == "ConsortiumNotOperator"


def test_admin_ends_a_stolen_operator_key_with_one_command(pair: Pair) -> None:
    institute, member, key = pair.institute.node, pair.hospital.member, new_key()
    pair.act(acts.offer(pair.admin(pair.hospital), key.address, KeyRole.OPERATOR))
    pair.act(acts.accept(key, pair.hospital.number))
    since = register_with(pair, key)["writtenAt"]
    config = load_config(member.config)
    files = ("--keystore", str(member.folder / "admin.json"), "--password-file", str(member.folder / "admin.password"))
    words = ("key", "report", key.address, "--since", since, *files, "--deployment", str(config.deployment))
    reported = CliRunner().invoke(app, [*words, "--rpc", config.rpc_url, "--json"])
    assert reported.exit_code == 0, reported.output
    assert json.loads(reported.stdout)["events"] == ["KeyReportedCompromised", "KeyRetired"]

    pair.settle()
    ended = institute.keys.get(key.address)
    assert (ended["state"], ended["compromisedSince"], ended["compromiseConfirmedBy"]) == ("retired", since, None)
    assert error_of(pair, key) == "ConsortiumNotOperator"
    assert list(institute.keys.facts(key.address))[-1]["doubtful"]
    # An earlier time can be claimed of a key that is retired already, by the admin alone.
    earlier = moment(since) - DAY
    pair.act(acts.report(pair.admin(pair.hospital), key.address, int(earlier.timestamp())))
    assert moment(str(institute.keys.get(key.address)["compromisedSince"])) == earlier


def test_emergency_ends_by_itself_or_by_vote_and_is_used_once(pair: Pair) -> None:
    hospital, institute, number = pair.hospital.node, pair.institute.node, pair.hospital.number
    consent = pair.consent(terms(pair.dataset(pair.hospital), pair.institute))
    breach = EmergencyReason.DATA_BREACH

    def suspend(until: datetime) -> Submission:
        return institute.organisations.suspend_in_emergency(number, breach, until)

    refused(lambda: suspend(now() + 31 * DAY))
    refused(lambda: institute.organisations.suspend_in_emergency(pair.institute.number, breach, now() + DAY))
    pair.done(suspend(now() + DAY))
    assert hospital.organisations.get(number)["status"] == "SUSPENDED"
    assert isinstance(refused(lambda: hospital.datasets.register(CARD)), NotPermitted)
    assert isinstance(refused(lambda: suspend(now() + 2 * DAY)), StateConflict)
    pair.done(hospital.consents.suspend(consent, StateReason.BREACH))
    pair.done(pair.decide(lambda open_: open_.reinstate(number), opener=pair.institute))
    assert institute.organisations.get(number)["status"] == "ACTIVE"
    pair.done(hospital.consents.reinstate(consent, StateReason.STEWARD_DECISION))


def test_regulator_suspends_a_consent_once_and_only_a_vote_again(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    consent = pair.consent(terms(pair.dataset(pair.hospital), pair.institute))
    soon = now() + timedelta(seconds=4)
    pair.done(institute.consents.suspend(consent, StateReason.REGULATOR_ORDER, until=soon))
    assert hospital.consents.get(consent)["state"] == "SUSPENDED"
    refused(lambda: hospital.consents.reinstate(consent, StateReason.STEWARD_DECISION))
    wait_until(lambda: hospital.consents.get(consent)["state"] == "ACTIVE")
    later = now() + DAY
    order = StateReason.REGULATOR_ORDER
    assert isinstance(refused(lambda: institute.consents.suspend(consent, order, until=later)), StateConflict)

    pair.decide(lambda open_: open_.suspend_consent(consent, StateReason.BREACH, 86_400))
    voted = hospital.consents.get(consent)
    last = voted["log"][-1]
    assert (voted["state"], last["act"], last["actor"]) == ("SUSPENDED", "SUSPENDED_BY_VOTE", None)
    pair.decide(lambda open_: open_.revoke_consent(consent, StateReason.BREACH))
    ended = hospital.consents.get(consent)
    assert (ended["state"], ended["log"][-1]["actor"], ended["log"][-1]["reason"]) == ("REVOKED", None, "BREACH")


def test_recall_is_acknowledged_and_lifted(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, model = pair.dataset(pair.hospital), pair.model()
    used = Input(dataset, 1, pair.consent(terms(dataset, pair.institute)), Operation.TRAIN)
    one, two = pair.version(model, used), pair.version(model, used)

    assert isinstance(refused(lambda: hospital.recalls.issue(one, Severity.MINOR, NOTICE)), NotPermitted)
    grave = pair.made(institute.recalls.issue(one, Severity.CRITICAL, NOTICE, replacement=two), "recall")
    light = pair.made(institute.recalls.issue(one, Severity.MINOR, NOTICE), "recall")
    pair.done(hospital.recalls.acknowledge(grave))
    refused(lambda: hospital.recalls.acknowledge(grave))
    shown = institute.recalls.get(grave)
    assert [by["organisation"]["name"] for by in shown["acknowledgements"]] == ["Hospital"]
    assert (shown["severity"], shown["replacement"], shown["stands"]) == ("CRITICAL", two, True)
    assert hospital.versions.get(one)["standingRecalls"] == 2

    assert isinstance(refused(lambda: institute.versions.release(one)), StateConflict)
    bare = refused(lambda: institute.versions.release(one, contract_check_only=True))
    assert bare.facts["submission"]["outcome"]["error"] == "ModelRegistryRecalled"
    pair.done(institute.recalls.lift(light))
    assert isinstance(refused(lambda: hospital.recalls.lift(grave)), NotPermitted)
    pair.decide(lambda open_: open_.lift_recall(grave))
    lifted = hospital.recalls.get(grave)
    assert (lifted["stands"], lifted["lifted"]["actor"] if lifted["lifted"] else "nobody") == (False, None)
    pair.done(institute.versions.release(one))


def test_newcomer_is_admitted_suspended_reinstated_and_removed(pair: Pair) -> None:
    institute = pair.institute.node
    admin, operator = new_key(), new_key()
    pair.admit(lambda open_: open_.admit("Newcomer GmbH", admin.address, Capability.PUBLISHER, for_profit=True), admin)
    newcomer = max(institute.organisations.all(), key=lambda one: one["number"])
    number = newcomer["number"]
    assert (newcomer["name"], newcomer["forProfit"], newcomer["capabilities"]) == ("Newcomer GmbH", True, ["PUBLISHER"])
    pair.act(acts.offer(admin, operator.address, KeyRole.OPERATOR))
    pair.act(acts.accept(operator, number))

    def status_after(open_: Callable[[Proposals], Submission]) -> str:
        pair.decide(open_)
        return institute.organisations.get(number)["status"]

    assert status_after(lambda open_: open_.suspend(number)) == "SUSPENDED"
    assert status_after(lambda open_: open_.reinstate(number)) == "ACTIVE"
    replacement = new_key()
    pair.decide(lambda open_: open_.replace_admin(number, replacement.address))
    waiting = institute.keys.get(replacement.address)
    assert (waiting["role"], waiting["state"]) == ("ADMIN", "proposed")
    assert moment(str(waiting["acceptableFrom"])) > now() + 6 * DAY
    pair.act(acts.retire(admin, replacement.address))  # the old admin objects
    assert institute.keys.get(replacement.address)["state"] == "withdrawn"
    assert status_after(lambda open_: open_.remove(number)) == "REMOVED"
    assert error_of(pair, operator, "models", "registerModel") == "ConsortiumInactive"


def test_thresholds_are_changed_by_vote_and_bind_later_proposals(pair: Pair) -> None:
    institute = pair.institute.node
    before = institute.consortium.get()["thresholds"]
    pair.decide(lambda open_: open_.change_thresholds(6_666, 7_500))
    assert institute.consortium.get()["thresholds"] == {"all": 6_666, "custodians": 7_500}
    refused(lambda: institute.proposals.change_thresholds(4_999, 5_000))
    pair.decide(lambda open_: open_.change_thresholds(before["all"], before["custodians"]))
    assert institute.consortium.get()["thresholds"] == before


def test_proposal_without_the_votes_is_not_carried_out(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    outcome = pair.done(institute.proposals.suspend(pair.hospital.number))["outcome"]
    assert outcome is not None
    number = outcome["proposal"]
    pair.done(institute.proposals.vote(number, in_favour=True))
    pair.done(hospital.proposals.vote(number, in_favour=False))
    shown = hospital.proposals.get(number)
    assert (shown["state"], shown["inFavour"], shown["against"], shown["needed"]) == ("OPEN", 1, 1, 2)
    assert isinstance(refused(lambda: institute.proposals.vote(number, in_favour=True)), StateConflict)
    assert isinstance(refused(lambda: institute.proposals.execute(number)), StateConflict)
    # Past the node's own check the contract says the same.
    bare = error_of(pair, pair.operator(pair.institute), "consortium", "execute", number, shown["payload"])
    assert bare == "ConsortiumNotPassed"
    # The node holds that key alone, as it thinks: it says that somebody else does too, and waits for its operator.
    pair.look_at_alarm(pair.institute)


def test_new_generation_takes_what_is_new_and_the_old_one_what_protects(pair: Pair) -> None:
    hospital, institute = pair.hospital.node, pair.institute.node
    dataset, model = pair.dataset(pair.hospital), pair.model()
    consent = pair.consent(replace(terms(dataset, pair.institute), max_rounds=5))
    run = pair.run(model, Input(dataset, 1, consent, Operation.TRAIN))
    pair.done(institute.runs.open_round(run))
    number = institute.consortium.get()["generation"] + 1

    made = deploy_generation(pair.ledger, new_key(), pair.deployment.contracts.consortium)
    contracts = {role: made.address_of(role) for role in GENERATION_ROLES}
    pair.decide(lambda open_: open_.register_generation(contracts))
    newest = list(hospital.consortium.generations())[-1]
    assert (newest["number"], newest["inForce"], newest["contracts"]) == (number, True, contracts)

    # What began is ended where it began, and protected there; nothing new begins.
    pair.done(hospital.runs.contribute(run, 1, some_digest()))
    pair.done(institute.runs.close_round(run, 1, some_digest()))
    assert isinstance(refused(lambda: institute.runs.open_round(run)), StateConflict)
    bare = refused(lambda: institute.runs.open_round(run, contract_check_only=True))
    assert bare.facts["submission"]["outcome"]["error"] == "ConsortiumNotInForce"
    pair.done(hospital.consents.revoke(consent, StateReason.STEWARD_DECISION))
    assert institute.consents.get(consent)["state"] == "REVOKED"

    following = pair.dataset(pair.hospital)
    written = list(institute.keys.facts(pair.hospital.member.operator))
    assert (written[-1]["event"], written[-1]["generation"]) == ("DatasetVersionPublished", number)
    used = Input(following, 1, pair.consent(terms(following, pair.institute)), Operation.TRAIN)
    version = pair.version(pair.model(), used)
    assert hospital.versions.get(version)["publisher"]["number"] == pair.institute.number
    rebuilt = [side.node.index.rebuild() for side in (pair.hospital, pair.institute)]
    assert all(one["equal"] for one in rebuilt)
    assert rebuilt[0]["after"] == rebuilt[1]["after"]

    trust = institute.node.trust()  # of all generations
    at = json.loads(trust)["checkpoint"]["number"]
    pair.wait_for(at)
    for content in (hospital.versions.evidence(version, as_of=at), hospital.consents.evidence(consent, as_of=at)):
        assert verify(content, trust).result is Result.VERIFIED


def register_with(pair: Pair, key: KeystoreSigner) -> WrittenFact:
    """A key registers a dataset without a node: the fact as the nodes have it."""
    outcome = pair.send(key, "datasets", "registerDataset", some_digest(), some_digest())
    assert outcome["events"] == ["DatasetRegistered"]
    pair.settle()
    return list(pair.institute.node.keys.facts(key.address))[-1]


def error_of(
    pair: Pair, key: KeystoreSigner, contract: str = "datasets", function: str = "registerDataset", *args: object
) -> object:
    """The error with which the contract refuses what a key sends without a node."""
    return pair.send(key, contract, function, *(args or (some_digest(), some_digest())))["error"]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
