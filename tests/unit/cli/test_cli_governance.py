"""Organisations, proposals, keys over the node; and a key's own acts, signed on this machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger_node.chain.acts import Act, Acts
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.signer import create_keystore
from ledger_node.config import deployment_json
from ledger_node.domain.command import CONTRACT_NAMES, Contracts, Deployment
from tests.unit.cli.conftest import Node, Run, listing, organisation, submission, word

KEY, OTHER = "0x" + "1a" * 20, "0x" + "2b" * 20
RECALL, CONSENT = word("a"), word("c")
NOBODY = "http://127.0.0.1:9"  # the port of the discard service, where nothing listens


def key(state: str = "accepted", **changes: object) -> dict[str, object]:
    return {
        "address": KEY,
        "organisation": {"number": 2, "name": "Institut"},
        "role": "OPERATOR",
        "state": state,
        "acceptableFrom": None,
        "compromisedSince": None,
        "compromiseReporter": None,
        "compromiseClaimedAt": None,
        "compromiseConfirmedBy": None,
        "compromiseConfirmedSince": None,
        "block": 3,
        **changes,
    }


def proposal(kind: str = "SUSPEND", state: str = "OPEN", **about: object) -> dict[str, object]:
    nothing = dict.fromkeys(
        (
            *("admission", "organisation", "admin", "thresholds", "contracts"),
            *("generation", "recall", "consent", "reason", "duration"),
        )
    )
    return {
        **nothing,
        "number": 7,
        "proposer": {"number": 1, "name": "Universitätsklinikum " * 3},
        "kind": kind,
        "payload": "0x",
        "deadline": "2026-12-22T05:34:20Z",
        "electorate": 12,
        "needed": 7,
        "neededCustodians": 4,
        "inFavour": 6,
        "custodiansInFavour": 3,
        "against": 2,
        "state": state,
        "votes": [{"organisation": {"number": 1, "name": "Klinikum"}, "inFavour": True}],
        "block": 9,
        **about,
    }


ADMISSION = {"admin": KEY, "capabilities": ["CUSTODIAN"], "forProfit": False, "name": "Klinikum Süd " * 9}
GENERATION = {"number": 1, "contracts": {"datasets": KEY, "consents": OTHER}, "inForce": True, "block": 1}
PROPOSALS = [
    proposal("ADMIT", admission=ADMISSION),
    proposal("SUSPEND", organisation={"number": 2, "name": "Institut"}),
    proposal("REPLACE_ADMIN", organisation={"number": 2, "name": "Institut"}, admin=KEY),
    proposal("CHANGE_THRESHOLDS", thresholds={"all": 6666, "custodians": 5000}),
    proposal("REGISTER_GENERATION", contracts={"datasets": KEY, "consents": OTHER}),
    proposal("LIFT_RECALL", "PASSED", recall=RECALL, generation=1),
    proposal("SUSPEND_CONSENT", "EXECUTED", consent=CONSENT, generation=1, reason="BREACH", duration=129600),
]
OPENINGS: list[tuple[tuple[str, ...], dict[str, object]]] = [
    (
        ("admit", "--name", "Klinik", "--admin", KEY, "--capability", "custodian", "--not-for-profit"),
        {
            "kind": "ADMIT",
            "admission": {"admin": KEY, "capabilities": ["CUSTODIAN"], "forProfit": False, "name": "Klinik"},
        },
    ),
    (("suspend", "2"), {"kind": "SUSPEND", "organisation": 2}),
    (("reinstate", "Institut"), {"kind": "REINSTATE", "organisation": 2}),
    (("remove", "2"), {"kind": "REMOVE", "organisation": 2}),
    (("replace-admin", "2", "--admin", KEY), {"kind": "REPLACE_ADMIN", "organisation": 2, "admin": KEY}),
    (
        ("thresholds", "--all", "66.66", "--custodians", "50"),
        {"kind": "CHANGE_THRESHOLDS", "thresholds": {"all": 6666, "custodians": 5000}},
    ),
    (
        (
            *("generation", "--datasets", KEY, "--consents", OTHER, "--training", KEY),
            *("--models", KEY, "--anchors", KEY),
        ),
        {
            "kind": "REGISTER_GENERATION",
            "contracts": {"datasets": KEY, "consents": OTHER, "training": KEY, "models": KEY, "anchors": KEY},
        },
    ),
    (("lift-recall", RECALL), {"kind": "LIFT_RECALL", "recall": RECALL}),
    (
        ("revoke-consent", CONSENT, "--reason", "REGULATOR_ORDER"),
        {"kind": "REVOKE_CONSENT", "consent": CONSENT, "reason": "REGULATOR_ORDER"},
    ),
    (
        ("suspend-consent", CONSENT, "--reason", "BREACH", "--for", "36h"),
        {"kind": "SUSPEND_CONSENT", "consent": CONSENT, "reason": "BREACH", "duration": 129600},
    ),
]


@pytest.mark.parametrize(("words", "body"), OPENINGS, ids=[words[0] for words, _ in OPENINGS])
def test_every_kind_is_opened(node: Node, run: Run, words: tuple[str, ...], body: object) -> None:
    node.answer("GET", "/v1/organisations", 200, listing(organisation(2, "Institut")))
    node.answer("POST", "/v1/proposals", 201, submission(outcome={"proposal": 7}))
    result = run("proposal", "open", *words)
    assert result.exit_code == 0, result.output
    assert node.writes()[-1].body == body
    assert "proposal     7" in result.stdout.splitlines()


BAD: list[tuple[tuple[str, ...], str]] = [
    (
        ("proposal", "open", "admit", "--name", "K", "--admin", "0x1", "--capability", "CUSTODIAN", "--for-profit"),
        "ML-0101",
    ),
    (("proposal", "open", "admit", "--name", "K", "--admin", KEY, "--capability", "KING", "--for-profit"), "ML-0101"),
    (("proposal", "open", "suspend", "Nobody"), "ML-0302"),
    (("proposal", "open", "thresholds", "--all", "20", "--custodians", "50"), "ML-0101"),
    (("proposal", "open", "lift-recall", "0x12"), "ML-0103"),
    (("proposal", "open", "suspend-consent", CONSENT, "--reason", "BREACH", "--for", "31d"), "ML-0105"),
    (("proposal", "vote", "7"), "ML-0101"),
    (("proposal", "vote", "0", "--for"), "ML-0101"),
    (("organisation", "suspend-in-emergency", "2", "--reason", "DATA_BREACH", "--until", "2020-01-01"), "ML-0105"),
    (("organisation", "suspend-in-emergency", "2", "--reason", "DISLIKE", "--until", "2d"), "ML-0101"),
    (("key", "report", KEY, "--since", "2d"), "ML-0105"),
    (("key", "confirm", "0x12", "--since", "2026-01-01"), "ML-0101"),
    (("key", "facts", word("a")), "ML-0101"),
]


@pytest.mark.parametrize(("words", "code"), BAD)
def test_bad_input_is_refused_before_a_write(node: Node, run: Run, words: tuple[str, ...], code: str) -> None:
    node.answer("GET", "/v1/organisations", 200, listing(organisation(2, "Institut")))
    result = run(*words, "--json")
    assert result.exit_code == 2, result.output
    assert json.loads(result.stderr)["code"] == code
    assert node.writes() == []


def script(node: Node) -> None:
    claimed = key(
        "retired",
        compromisedSince="2026-11-20T00:00:00Z",
        compromiseReporter=OTHER,
        compromiseClaimedAt="2026-11-21T08:00:00Z",
        compromiseConfirmedBy={"number": 3, "name": "Behörde"},
        compromiseConfirmedSince="2026-11-20T06:00:00Z",
    )
    offered = key("proposed", address=OTHER, acceptableFrom="2026-11-29T00:00:00Z")
    fact = {
        "contract": "consents",
        "generation": 1,
        "event": "DatasetVersionPublished",
        "subject": word("e"),
        "transaction": word("f"),
        "writtenAt": "2026-11-22T05:29:44Z",
        "doubtful": True,
        "block": 123456,
    }
    ours = {"number": 2, "name": "Institut", "capabilities": []}
    node.answer(
        "GET",
        "/v1/node",
        200,
        {
            **{"organisation": ours, "operator": KEY, "chainId": 1, "genesis": word("0"), "contracts": {}},
            **{"head": 1, "version": "0", "blobs": "ok", "submissions": {}},
        },
    )
    node.answer("GET", "/v1/organisations", 200, listing(organisation(2, "Institut")))
    node.answer("GET", "/v1/organisations/2", 200, organisation(2, "Institut"))
    node.answer("GET", "/v1/organisations/2/keys", 200, listing(claimed, offered))
    node.answer("GET", f"/v1/keys/{KEY}", 200, claimed)
    node.answer("GET", f"/v1/keys/{KEY}/facts", 200, listing(fact, {**fact, "subject": None, "doubtful": False}))
    node.answer("GET", "/v1/proposals", 200, listing(*PROPOSALS))
    consortium = {"thresholds": {"all": 6666, "custodians": 5000}, "generation": 1, "members": 4}
    node.answer("GET", "/v1/consortium", 200, consortium)
    node.answer("GET", "/v1/generations", 200, listing(GENERATION))
    for path in ("/v1/organisations/2/suspend-in-emergency", f"/v1/keys/{KEY}/report-compromise"):
        node.answer("POST", path, 200, submission())
    for path in (f"/v1/keys/{KEY}/confirm-compromise", "/v1/proposals/7/votes", "/v1/proposals/7/execution"):
        node.answer("POST", path, 200, submission())


READS = [
    ("organisation", "show", "Institut"),
    ("organisation", "keys", "2"),
    ("key", "list"),
    ("key", "list", "Institut"),
    ("key", "facts", KEY),
    ("proposal", "list"),
    ("proposal", "rules"),
]
#: Lines that hold an address whole, so that it can be copied, may be longer than a terminal.
SENTENCES = (KEY, OTHER)


@pytest.mark.parametrize("words", READS)
def test_people_see_80_columns_and_machines_one_document(node: Node, run: Run, words: tuple[str, ...]) -> None:
    script(node)
    shown = run(*words)
    assert shown.exit_code == 0, shown.output
    assert max(len(line) for line in shown.stdout.splitlines() if not line.startswith(SENTENCES)) <= 80
    machine = run(*words, "--json")
    assert isinstance(json.loads(machine.stdout), dict)


@pytest.mark.parametrize("found", PROPOSALS, ids=[str(one["kind"]) for one in PROPOSALS])
def test_a_proposal_is_shown_with_its_tally(node: Node, run: Run, found: dict[str, object]) -> None:
    node.answer("GET", "/v1/proposals/7", 200, found)
    shown = run("proposal", "show", "7")
    assert shown.exit_code == 0, shown.output
    tables = [line for line in shown.stdout.splitlines() if line.startswith(" ")]
    assert max(map(len, tables)) <= 80
    tally = [" ".join(line.split()) for line in tables]
    assert "all 6 7 2 12" in tally
    assert "custodians 3 4" in tally
    assert "Klinikum for" in tally
    next_step = {"OPEN": "vote 7 --for", "PASSED": "execute 7"}.get(str(found["state"]))
    assert ("next:" in shown.stdout) == (next_step is not None)
    assert next_step is None or next_step in shown.stdout


def test_writes_over_the_node(node: Node, run: Run) -> None:
    script(node)
    now = datetime.now(UTC).replace(microsecond=0)
    words = ("organisation", "suspend-in-emergency", "Institut", "--reason", "patient-safety", "--until", "3d")
    assert run(*words).exit_code == 0
    body = node.writes()[-1].body
    assert body["reason"] == "PATIENT_SAFETY"
    assert abs(datetime.fromisoformat(body["until"]) - now - timedelta(days=3)) < timedelta(minutes=1)
    for act in ("report", "confirm"):
        assert run("key", act, KEY, "--since", "2026-11-20T06:00:00Z").exit_code == 0
        assert node.writes()[-1].body == {"since": "2026-11-20T06:00:00Z"}
    assert run("proposal", "vote", "7", "--against").exit_code == 0
    assert node.writes()[-1].body == {"inFavour": False}
    assert run("proposal", "execute", "7").exit_code == 0


def test_what_a_claimed_key_wrote_is_marked(node: Node, run: Run) -> None:
    script(node)
    shown = run("key", "facts", KEY, "--since", "2026-01-01").stdout
    assert "doubtful" in shown
    assert f"{KEY} is claimed to be compromised since 2026-11-20T00:00:00Z," in shown
    assert "confirmed by Behörde since 2026-11-20T06:00:00Z" in shown
    assert f"{OTHER} claimed it at 2026-11-21T08:00:00Z" in shown


def test_what_is_doubtful_is_named_whole(node: Node, run: Run) -> None:
    script(node)
    alike = ["0x123456" + digit * 58 for digit in "ab"]
    fact = {
        **{"contract": "consents", "generation": 1, "event": "ConsentIssued", "transaction": word("f")},
        **{"writtenAt": "2026-11-22T05:29:44Z", "doubtful": True, "block": 9},
    }
    facts = [{**fact, "subject": one} for one in alike]
    node.answer("GET", f"/v1/keys/{KEY}/facts", 200, listing({**facts[0], "doubtful": False}, *facts))
    lines = run("key", "facts", KEY).stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("doubtful")] == [
        ["doubtful", "1", alike[0]],
        ["doubtful", "2", alike[1]],
    ]


def test_an_organisation_shows_its_emergencies_within_80_columns(node: Node, run: Run) -> None:
    regulator = {"number": 3, "name": "Bundesinstitut für Arzneimittel und Medizinprodukte"}
    times = {"at": "2026-11-20T08:00:00Z", "until": "2026-12-20T08:00:00Z"}
    past = {"regulator": regulator, "reason": "UNLAWFUL_PROCESSING", **times, "block": 7}
    found = {**organisation(2, "Institut"), "emergencies": [past]}
    node.answer("GET", "/v1/organisations/2", 200, found)
    shown = run("organisation", "show", "2").stdout
    assert max(map(len, shown.splitlines())) <= 80
    for words in ("UNLAWFUL_PROCESSING", "2026-11-20", times["until"], "Bundesinstitut"):
        assert words in shown
    assert json.loads(run("organisation", "show", "2", "--json").stdout)["emergencies"] == [past]


# --- on this machine


REPORT = ("report", KEY, "--since", "2026-01-01")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a keystore, its password and a deployment record."""
    (tmp_path / "password").write_text("secret\n")
    create_keystore(tmp_path / "admin.json", "secret", iterations=4096)
    contracts = Contracts(**{name: "0x" + f"{n:040x}" for n, name in enumerate(CONTRACT_NAMES)})
    codes = dict.fromkeys(CONTRACT_NAMES, word("b"))
    (tmp_path / "deployment.json").write_text(deployment_json(Deployment(1, word("a"), 1, contracts, codes)))
    return tmp_path


def signing(here: Path, keystore: str = "admin.json", password: str = "password") -> tuple[str, ...]:
    files = ("--keystore", str(here / keystore), "--password-file", str(here / password))
    return *files, "--deployment", str(here / "deployment.json"), "--rpc", NOBODY


@pytest.mark.parametrize("words", [("offer", KEY), ("accept", "2"), ("retire", KEY), REPORT])
def test_a_signed_act_asks_the_chain_and_no_node(here: Path, node: Node, run: Run, words: tuple[str, ...]) -> None:
    result = run("key", *words, *signing(here), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (3, "ML-0601")
    assert node.asked == []


@pytest.mark.parametrize(
    ("words", "keystore", "password", "code"),
    [
        (("offer", "0x12"), "admin.json", "password", "ML-0101"),
        (("offer", KEY, "--role", "NONE"), "admin.json", "password", "ML-0101"),
        (("offer", "0x" + "1A" * 19 + "1a"), "admin.json", "password", "ML-0101"),
        (("retire", KEY), "absent.json", "password", "ML-0905"),
        (("retire", KEY), "admin.json", "deployment.json", "ML-0905"),
        (("accept", "2"), "admin.json", "absent", "ML-0101"),
        (("report", KEY, "--since", "2d"), "admin.json", "password", "ML-0105"),
        (REPORT, "absent.json", "password", "ML-0905"),
    ],
)
def test_a_signed_act_is_refused_before_the_chain_is_asked(
    here: Path, run: Run, words: tuple[str, ...], keystore: str, password: str, code: str
) -> None:
    result = run("key", *words, *signing(here, keystore, password), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, code)


@pytest.mark.parametrize("left_out", ["--keystore", "--password-file", "--deployment"])
def test_a_claim_that_lacks_a_file_is_signed_nowhere(here: Path, node: Node, run: Run, left_out: str) -> None:
    script(node)
    words = list(signing(here))
    at = words.index(left_out)
    result = run("key", *REPORT, *words[:at], *words[at + 2 :], "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "ML-0101")
    assert node.asked == []


@pytest.mark.parametrize(
    ("events", "next_step"),
    [(["KeyReportedCompromised", "KeyRetired"], "the key is retired"), (["KeyReportedCompromised"], "key confirm")],
)
def test_a_claim_signed_here_says_what_it_did(
    here: Path, node: Node, run: Run, monkeypatch: pytest.MonkeyPatch, events: list[str], next_step: str
) -> None:
    sent: list[Act] = []

    def do(_: Acts, acts: list[Act]) -> list[dict[str, object]]:
        sent.extend(acts)
        return [{"events": events, "organisation": 2, "key": KEY, "block": 9, "transaction": word("7")}]

    monkeypatch.setattr(Acts, "do", do)
    monkeypatch.setattr(RpcLedger, "verify", lambda *_: None)
    result = run("key", *REPORT, *signing(here))
    assert result.exit_code == 0, result.output
    assert next_step in result.stderr
    assert [(act.function, act.args[1]) for act in sent] == [("reportCompromise", 1_767_225_600)]
    assert node.asked == []


def test_make_writes_a_keystore_once(here: Path, run: Run) -> None:
    words = ("key", "make", "--keystore", str(here / "new.json"), "--password-file", str(here / "password"), "--json")
    made = run(*words)
    assert made.exit_code == 0, made.output
    assert len(json.loads(made.stdout)["address"]) == 42
    assert (here / "new.json").stat().st_mode & 0o077 == 0
    before = (here / "new.json").read_text()
    again = run(*words)
    assert (again.exit_code, json.loads(again.stderr)["code"]) == (2, "ML-0101")
    assert (here / "new.json").read_text() == before
