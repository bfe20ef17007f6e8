"""Evidence: fetched whole, verified with nothing but two files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger_node.proof import checkpoint
from ledger_node.proof.hashing import to_hex
from ledger_node.proof.validators import Engine, validators
from tests.unit.cli.conftest import Node, Run, word
from tests.unit.proof.sealers import clique, in_force, qbft, sealers
from tests.unit.proof.signing import ONE, TWO, signed_by
from tests.unit.proof.synthetic import Chain, bundle_bytes, lineage


@pytest.fixture(scope="module")
def chain() -> Chain:
    """The chain in memory that the proofs are tested with."""
    return Chain(lineage())


@pytest.fixture
def files(chain: Chain, tmp_path: Path) -> tuple[Path, Path]:
    bundle, trust = tmp_path / "bundle.json", tmp_path / "trust.json"
    bundle.write_bytes(bundle_bytes(chain))
    trust.write_text(json.dumps(chain.trust()))
    return bundle, trust


def test_verify_says_verified(run: Run, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    result = run("evidence", "verify", str(bundle), "--trust", str(trust))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("verified\n")
    machine = run("evidence", "verify", str(bundle), "--trust", str(trust), "--json")
    assert json.loads(machine.stdout)["result"] == "verified"
    assert machine.stderr == ""


def test_verify_without_trust_is_a_finding(run: Run, files: tuple[Path, Path]) -> None:
    result = run("evidence", "verify", str(files[0]), "--json")
    assert (result.exit_code, json.loads(result.stdout)["result"]) == (1, "unanchored")


def test_verify_of_another_chain_is_a_finding(run: Run, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    other = json.loads(trust.read_bytes()) | {"genesis": word("a")}
    trust.write_text(json.dumps(other))
    result = run("evidence", "verify", str(bundle), "--trust", str(trust), "--json")
    assert (result.exit_code, json.loads(result.stdout)["result"]) == (1, "failed")


def test_verify_of_what_cannot_be_read(run: Run, files: tuple[Path, Path]) -> None:
    bundle, trust = files
    trust.write_text("{}")
    result = run("evidence", "verify", str(bundle), "--trust", str(trust), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "ML-0802")
    bundle.write_bytes(b" " + bundle.read_bytes())
    result = run("evidence", "verify", str(bundle), "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (1, "ML-0801")


def test_fetch_writes_the_bytes_as_they_came(node: Node, run: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    version, out = word("1"), tmp_path / "out.json"
    node.answer("GET", f"/v1/versions/{version}/evidence", 200, b'{ "as": "they came" }')
    assert run("evidence", "fetch", version, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == b'{ "as": "they came" }'
    assert run("evidence", "fetch", version, "--out", str(out), "--as-of", "7").exit_code == 0
    assert run("evidence", "fetch", version, "--out", str(out), "--trust", str(files[1])).exit_code == 0
    checkpoint = json.loads(files[1].read_bytes())["checkpoint"]["number"]
    asked = [one.path.partition("?")[2] for one in node.asked]
    assert asked == ["", "asOf=7", f"asOf={checkpoint}"]


def test_fetch_asks_as_of_a_block_that_the_trust_file_can_tell(
    node: Node, run: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    """The newest that enough operators signed for, not before the checkpoint; else that; else by validators. That fewer
    signed for another block at its height keeps nobody from it."""
    consent, out, trust = word("1"), tmp_path / "out.json", files[1]
    node.answer("GET", f"/v1/consents/{consent}/evidence", 200, b"{}")
    kept = [
        {
            "number": these[0].number,
            "splitView": split,
            "keptAt": "",
            "checkpoints": [checkpoint.to_json(one) for one in these],
        }
        for these, split in (
            ((signed_by(ONE, TWO, number=6000), signed_by(ONE, TWO, number=6000, name="elsewhere")), True),
            ((signed_by(ONE, number=5500),), False),
            ((signed_by(ONE, TWO, number=5000), signed_by(TWO, number=5000, name="elsewhere")), True),
            ((signed_by(ONE, TWO, number=4000),), False),
        )
    ]
    node.answer("GET", "/v1/checkpoints", 200, {"items": kept, "next": None})
    told = json.loads(trust.read_bytes())
    organisations = [{"number": one.organisation, "operators": [to_hex(one.address)]} for one in (ONE, TWO)]
    operators = {"operators": {"quorum": 2, "organisations": organisations}}
    sealed = {"validators": validators.write(in_force(Engine.QBFT, sealers(4)))}
    bare = {key: value for key, value in told.items() if key != "checkpoint"}
    later = told | {"checkpoint": told["checkpoint"] | {"number": 5001}}
    for content, asked in (
        (told | operators, "asOf=5000"),
        (later | operators, "asOf=5001"),
        (bare | operators, "asOf=5000"),
        (bare | sealed, "validatorsAt=0"),
    ):
        trust.write_text(json.dumps(content))
        result = run("evidence", "fetch", consent, "--consent", "--out", str(out), "--trust", str(trust))
        assert result.exit_code == 0, result.output
        assert node.asked[-1].path.partition("?")[2] == asked


def test_fetch_takes_one_subject(run: Run, tmp_path: Path) -> None:
    result = run("evidence", "fetch", word("1"), "--consent", "--number", "1", "--out", str(tmp_path / "out.json"))
    assert result.exit_code == 2


def test_a_failed_fetch_leaves_the_old_file(node: Node, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("old")
    assert run("evidence", "fetch", word("1"), "--out", str(out)).exit_code == 2
    assert out.read_text() == "old"


def test_trust_is_written(node: Node, run: Run, tmp_path: Path) -> None:
    node.answer("GET", "/v1/node/trust", 200, b"{}")
    out = tmp_path / "trust.json"
    result = run("evidence", "trust", "--out", str(out), "--json")
    assert json.loads(result.stdout)["bytes"] == 2
    assert out.read_bytes() == b"{}"
    assert run("evidence", "trust", "--out", str(tmp_path / "no" / "trust.json")).exit_code == 2


@pytest.fixture
def sealed(chain: Chain, tmp_path: Path) -> Path:
    """A trust file that says who seals."""
    file = tmp_path / "sealed.json"
    members = validators.write(in_force(Engine.QBFT, sealers(4)))
    file.write_text(json.dumps(chain.trust(validators=members)))
    return file


def test_check_block_says_who_sealed_and_that_it_holds(run: Run, sealed: Path, tmp_path: Path) -> None:
    made = qbft(sealers(4), number=2)
    file = tmp_path / "header"
    for content in (json.dumps(made.rpc()).encode(), b"0x" + made.rlp().hex().encode() + b"\n"):
        file.write_bytes(content)
        result = run("evidence", "check-block", "--engine", "qbft", "--trust", str(sealed), str(file))
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("verified\n")
        assert {"0x" + made.hash.hex(), "0x" + made.commit.hex()} < set(result.stdout.split())
        machine = run("evidence", "check-block", "--engine", "qbft", "--trust", str(sealed), str(file), "--json")
        answer = json.loads(machine.stdout)
        assert (answer["result"], answer["round"], answer["quorum"], len(answer["signers"])) == ("verified", 2, 3, 4)
    piped = run("evidence", "check-block", "--engine", "qbft", "--trust", str(sealed), "-", stdin=content)
    assert piped.exit_code == 0


def test_check_block_names_each_rule_that_is_broken(run: Run, sealed: Path, tmp_path: Path) -> None:
    file = tmp_path / "header"
    call = ("evidence", "check-block", "--engine", "qbft", "--trust", str(sealed), str(file))
    file.write_text(json.dumps(qbft(sealers(4), by=[], difficulty=b"\x02").rpc()))
    result = run(*call, "--json")
    broken = [breach["rule"] for breach in json.loads(result.stdout)["breaches"]]
    assert (result.exit_code, broken) == (1, ["difficulty", "quorum"])
    assert {"failed", "difficulty", "quorum"} < set(run(*call).stdout.split())
    file.write_text(json.dumps(qbft(sealers(4)).rpc() | {"hash": word("a")}))
    result = run(*call, "--json")
    assert (result.exit_code, json.loads(result.stdout)["breaches"][0]["rule"]) == (1, "hash")
    for made, shown in (
        (qbft(sealers(4), more=[bytes(65)]), {"seal", "nobody"}),
        (qbft(sealers(4), extra=b""), {"extraData"}),
    ):
        file.write_text(made.rlp().hex())
        result = run(*call)
        assert result.exit_code == 1
        assert shown < set(result.stdout.split())
    file.write_text("0x1234")
    result = run(*call, "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (1, "ML-0806")


def test_check_block_without_validators_of_that_engine_is_usage(
    run: Run, sealed: Path, files: tuple[Path, Path], tmp_path: Path
) -> None:
    file = tmp_path / "header"
    file.write_text(json.dumps(clique(sealers(4)).rpc()))
    for engine, trust, code in (
        ("clique", sealed, "ML-0802"),
        ("qbft", files[1], "ML-0802"),
        ("anvil", sealed, "ML-0101"),
        ("qbft", tmp_path / "absent", "ML-0101"),
    ):
        result = run("evidence", "check-block", "--engine", engine, "--trust", str(trust), str(file), "--json")
        assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, code)
    assert run("evidence", "check-block", str(file)).exit_code == 2
