"""`medledger contracts verify` on a real chain: as deployed, and with what lies there changed in every way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger_node.chain import source
from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.rpc import RpcLedger
from ledger_node.chain.source import Compiled
from ledger_node.chain.verification import Finding, Recorded, Verdict, verify
from ledger_node.cli.contracts import _recorded
from ledger_node.domain.command import CONTRACT_NAMES, CONTRACT_TYPES, GENERATION_ROLES
from ledger_node.errors import WrongChain
from ledger_node.proof import trust
from ledger_node.proof.header import BlockRef
from tests.integration.generations import Chain, chain

Check = Callable[..., dict[str, Finding]]
ELSEWHERE = "0x00000000000000000000000000000000000C0DE5"


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    return source.compile_source(source.find_solc(None))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with chain(tmp_path_factory.mktemp("deployed")) as running:
        yield running


@pytest.fixture
def ledger(deployed: Chain) -> RpcLedger:
    return deployed.ledger


@pytest.fixture
def recorded(deployed: Chain) -> Recorded:
    return _recorded(deployed.record)


@pytest.fixture
def check(compiled: dict[str, Compiled], ledger: RpcLedger, recorded: Recorded) -> Check:
    def call(record: Recorded = recorded) -> dict[str, Finding]:
        return {finding.role: finding for finding in verify(ledger, compiled, record)}

    return call


@contextmanager
def code_at(ledger: RpcLedger, address: str, change: Callable[[bytes], bytes]) -> Iterator[None]:
    """Other code at an address, for as long as it is looked at."""
    before = ledger.call("eth_getCode", address, "latest")
    ledger.call("anvil_setCode", address, "0x" + change(bytes.fromhex(before[2:])).hex())
    try:
        yield
    finally:
        ledger.call("anvil_setCode", address, before)


def flipped(code: bytes, at: int) -> bytes:
    return code[:at] + bytes([code[at] ^ 1]) + code[at + 1 :]


def run(deployed: Chain, *words: str) -> tuple[int, Any]:
    command = [sys.executable, "-m", "ledger_node.cli", "contracts", "verify", "--json", "--rpc", deployed.url]
    command += ["--deployment", str(deployed.record), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, json.loads(done.stdout or done.stderr)


def test_command_finds_the_deployed_contracts_equal(deployed: Chain, recorded: Recorded) -> None:
    status, answer = run(deployed)
    assert (status, answer.get("equal")) == (0, True), answer
    assert [one["role"] for one in answer["contracts"]] == list(CONTRACT_NAMES)
    assert {one["address"]: one["onChain"] for one in answer["contracts"]} == dict(recorded.contracts.values())
    assert all(one["compiled"] == one["onChain"] for one in answer["contracts"])


def test_command_finds_a_changed_byte(deployed: Chain, ledger: RpcLedger, recorded: Recorded) -> None:
    with code_at(ledger, recorded.contracts["training"][0], lambda code: flipped(code, len(code) // 2)):
        status, answer = run(deployed)
    assert (status, answer.get("equal")) == (1, False), answer
    verdicts = {one["role"]: one["verdict"] for one in answer["contracts"]}
    assert verdicts == {role: "code differs" if role == "training" else "equal" for role in CONTRACT_NAMES}


def test_source_gives_the_packaged_code(compiled: dict[str, Compiled]) -> None:
    """So the artifact that a node deploys is what anybody gets from the packaged source."""
    for role, name in CONTRACT_TYPES.items():
        file = Path(source.__file__).parent / "artifacts" / f"{name}.json"
        assert "0x" + compiled[role].code.hex() == json.loads(file.read_text())["deployedBytecode"], name


def test_every_immutable_has_a_known_value(compiled: dict[str, Compiled], check: Check) -> None:
    assert all(part.role in CONTRACT_NAMES for made in compiled.values() for part in made.immutables)
    assert all(finding.details == () for finding in check().values())


def test_as_deployed_all_is_equal_in_generation_1(check: Check) -> None:
    assert {role: (found.generation, found.verdict) for role, found in check().items()} == {
        role: (None if role == "consortium" else 1, Verdict.EQUAL) for role in CONTRACT_NAMES
    }


@pytest.mark.parametrize("role", CONTRACT_NAMES)
@pytest.mark.parametrize("place", [0, -1])
def test_one_bit_is_found_wherever_it_is(
    role: str, place: int, check: Check, ledger: RpcLedger, recorded: Recorded
) -> None:
    with code_at(ledger, recorded.contracts[role][0], lambda code: flipped(code, place % len(code))):
        found = check()
    assert found[role].verdict is Verdict.CODE
    assert found[role].compiled != found[role].on_chain
    # What a foreign Consortium lists counts for nothing.
    others = Verdict.UNLISTED if role == "consortium" else Verdict.EQUAL
    assert {found[other].verdict for other in CONTRACT_NAMES if other != role} == {others}


def test_every_immutable_is_compared_everywhere_it_stands(
    check: Check, compiled: dict[str, Compiled], ledger: RpcLedger, recorded: Recorded
) -> None:
    tried = 0
    for role, made in compiled.items():
        for part in made.immutables:
            for at in part.places:
                with code_at(ledger, recorded.contracts[role][0], lambda code, at=at: flipped(code, at + 31)):
                    found = check()[role]
                assert found.verdict is Verdict.IMMUTABLE
                assert any(detail.startswith(f"{part.name} is 0x") for detail in found.details)
                tried += 1
    assert tried >= len(CONTRACT_NAMES) - 1  # all but the Consortium name it


def test_another_contract_of_ours_in_the_place_of_one(check: Check, ledger: RpcLedger, recorded: Recorded) -> None:
    other = bytes.fromhex(ledger.call("eth_getCode", recorded.contracts["anchors"][0], "latest")[2:])
    with code_at(ledger, recorded.contracts["datasets"][0], lambda _: other):
        assert check()["datasets"].verdict is Verdict.CODE


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(lambda code: b"", Verdict.ABSENT), (lambda code: code + b"\0", Verdict.CODE), (lambda c: c[:-1], Verdict.CODE)],
)
def test_code_of_another_length(
    change: Callable[[bytes], bytes], verdict: Verdict, check: Check, ledger: RpcLedger, recorded: Recorded
) -> None:
    with code_at(ledger, recorded.contracts["models"][0], change):
        assert check()["models"].verdict is verdict


def test_record_that_names_another_code(check: Check, recorded: Recorded) -> None:
    address = recorded.contracts["anchors"][0]
    wrong = replace(recorded, contracts={**recorded.contracts, "anchors": (address, "0x" + "11" * 32)})
    found = check(wrong)
    assert found.pop("anchors").verdict is Verdict.RECORD
    assert {finding.verdict for finding in found.values()} == {Verdict.EQUAL}


def test_contract_that_the_consortium_does_not_list(
    compiled: dict[str, Compiled], ledger: RpcLedger, recorded: Recorded
) -> None:
    """The very code, but at an address that no vote put into the list."""
    address, digest = recorded.contracts["anchors"]
    code = bytes.fromhex(ledger.call("eth_getCode", address, "latest")[2:])
    elsewhere = replace(recorded, contracts={**recorded.contracts, "anchors": (ELSEWHERE, digest)})
    with code_at(ledger, ELSEWHERE, lambda _: code):
        findings = verify(ledger, compiled, elsewhere)
    assert [(one.address, one.verdict) for one in findings if one.role == "anchors"] == [
        (address, Verdict.EQUAL),
        (ELSEWHERE, Verdict.UNLISTED),
    ]


def test_another_chain_is_refused(check: Check, recorded: Recorded) -> None:
    for other in (replace(recorded, chain_id=1), replace(recorded, genesis="0x" + "00" * 32)):
        with pytest.raises(WrongChain):
            check(other)


def test_trust_file_will_do(recorded: Recorded, check: Check, tmp_path: Path) -> None:
    parts = {
        name: trust.TrustedContract(bytes.fromhex(address[2:]), bytes.fromhex(digest[2:]))
        for name, (address, digest) in recorded.contracts.items()
    }
    checkpoint = BlockRef(1, bytes(32))
    genesis = bytes.fromhex(recorded.genesis[2:])
    file = tmp_path / "trust.json"
    believed = trust.Trust(trust.FORMAT, recorded.chain_id, genesis, parts, checkpoint=checkpoint)
    file.write_bytes(trust.dump(believed))
    assert {finding.verdict for finding in check(_recorded(file)).values()} == {Verdict.EQUAL}


def test_artifacts_name_what_the_command_asks_for() -> None:
    functions = {entry["name"] for entry in artifact_of("consortium").abi if entry["type"] == "function"}
    assert {"generation", "generationCount"} <= functions


def test_later_generations_are_found_in_the_consortiums_list(compiled: dict[str, Compiled], tmp_path: Path) -> None:
    with chain(tmp_path) as own:
        second = own.second_generation()
        recorded = _recorded(own.record)
        findings = verify(own.ledger, compiled, recorded)
        assert [(one.generation, one.role) for one in findings] == [
            (None, "consortium"),
            *((number, role) for number in (1, 2) for role in GENERATION_ROLES),
        ]
        assert {one.verdict for one in findings} == {Verdict.EQUAL}
        listed = [second.address_of(role) for role in GENERATION_ROLES]
        assert [one.address for one in findings if one.generation == 2] == listed
        # The same source, but wired to the first generation's registry.
        elsewhere = bytes.fromhex(own.ledger.call("eth_getCode", own.contracts.consents, "latest")[2:])
        with code_at(own.ledger, second.consents, lambda _: elsewhere):
            found = verify(own.ledger, compiled, recorded)
        assert [(one.generation, one.role, one.verdict) for one in found if one.verdict is not Verdict.EQUAL] == [
            (2, "consents", Verdict.IMMUTABLE)
        ]
