"""The operator key in a real security module's software twin (SoftHSM), and with a real external signer (clef)."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account

from ledger_node.chain.external import ExternalSigner
from ledger_node.chain.hsm import HsmSigner
from ledger_node.chain.signer import TransactionSigner
from ledger_node.errors import KeystoreInvalid, SignerUnavailable
from ledger_node.localnet.processes import free_port
from ledger_node.proof import checkpoint, eip191
from ledger_node.proof.hashing import to_hex
from tests.engines import engine

pytestmark = pytest.mark.slow
CHAIN_ID = 31_337
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
TOKEN, LABEL, PIN = "medledger", "operator", "0001password"
RULES = """
function ApproveTx(request) { return "Approve" }
function ApproveListing() { return "Approve" }
function ApproveSignData(request) {
  var said = request.messages[0].value
  if (request.content_type === "text/plain" && said.indexOf('"format":"medledger-checkpoint/1"') > 0) return "Approve"
  return "Reject"
}
function OnSignerStartup() {}
function OnApprovedTx() {}
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """SoftHSM's library, with a token and a secp256k1 pair that cannot be read out."""
    found = next((place for place in MODULES if Path(place).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM 2 is not installed")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    # The library reads its configuration once, when a process first loads it, so a child makes the token.
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    made = ("softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", PIN)
    subprocess.run(made, check=True, capture_output=True)
    return found


def make_pair(module: str) -> None:
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    token = pkcs11.lib(module).get_token(token_label=TOKEN)
    with token.open(rw=True, user_pin=PIN) as session:
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256k1")}, local=True
        )
        _, private = parameters.generate_keypair(store=True, label=LABEL)
        assert not private[pkcs11.Attribute.EXTRACTABLE]


def require_good(signer: TransactionSigner) -> None:
    """What it signs is a transaction of its key, as eth-account reads it; high values of s would be refused there."""
    for nonce in range(20):
        signed = signer.sign("0x" + "ab" * 20, "0x" + f"{nonce:02x}" * 40, nonce)
        assert Account.recover_transaction(signed.raw) == signer.address
        assert signed.nonce == nonce
    assert Account.recover_transaction(signer.sign_nothing(7).raw) == signer.address
    for number in range(20):
        said = checkpoint.statement(checkpoint.unsigned(CHAIN_ID, bytes(32), number, bytes(32)))
        assert to_hex(eip191.signer_of(said, signer.sign_statement(said)) or b"") == signer.address.lower()


def test_key_in_a_security_module_signs_and_stays_there(module: str) -> None:
    make_pair(module)
    with pytest.raises(KeystoreInvalid):
        HsmSigner.open(module, TOKEN, "another", PIN, CHAIN_ID)
    with pytest.raises(KeystoreInvalid):
        HsmSigner.open("/nowhere.so", TOKEN, LABEL, PIN, CHAIN_ID)
    require_good(HsmSigner.open(module, TOKEN, LABEL, PIN, CHAIN_ID))


@pytest.fixture
def clef(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Its URL, and the address of its one key."""
    program = engine("clef")
    account, password, master = Account.create(), "a long password", "another long password"
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "operator.json").write_text(json.dumps(account.encrypt(password, iterations=4096)))
    rules = tmp_path / "rules.js"
    rules.write_text(RULES)
    common = [str(program), "--configdir", str(tmp_path / "clef"), "--suppress-bootwarn", "--lightkdf", "--nousb"]
    common += ["--auditlog", str(tmp_path / "audit.log")]
    common += ["--keystore", str(keys), "--chainid", str(CHAIN_ID)]

    def told(command: list[str], words: str) -> None:
        subprocess.run([*common, *command], input=words, text=True, check=True, capture_output=True)

    told(["init"], f"{master}\n{master}\n")
    told(["setpw", account.address], f"{password}\n{password}\n{master}\n")
    digest = subprocess.run(["sha256sum", str(rules)], capture_output=True, text=True, check=True).stdout.split()[0]
    told(["attest", digest], f"{master}\n")
    port = free_port()
    # Without --advanced it refuses calldata whose function it does not know, as ours.
    serving = [
        "--advanced",
        "--rules",
        str(rules),
        "--http",
        "--http.addr",
        "127.0.0.1",
        "--http.port",
        str(port),
        "--ipcdisable",
    ]
    with (tmp_path / "clef.log").open("wb") as log:
        process = subprocess.Popen([*common, *serving], stdin=subprocess.PIPE, stdout=log, stderr=log)
    assert process.stdin is not None
    try:
        process.stdin.write(f"{master}\n".encode())
        process.stdin.flush()
        yield f"http://127.0.0.1:{port}", account.address
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(timeout=20)


def _when_up(signer: ExternalSigner) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            signer.sign_nothing(0)
        except SignerUnavailable:
            assert time.monotonic() < deadline, "clef does not answer"
            time.sleep(0.2)
        else:
            return


@pytest.mark.engines
def test_external_signer_signs_what_it_is_asked(clef: tuple[str, str]) -> None:
    url, address = clef
    signer = ExternalSigner(url, address, CHAIN_ID)
    _when_up(signer)
    require_good(signer)
    with pytest.raises(SignerUnavailable):
        ExternalSigner(url, Account.create().address, CHAIN_ID).sign_nothing(1)
    with pytest.raises(SignerUnavailable, match="account_signData"):
        signer.sign_statement(b"anything else")  # no rule approves it


def test_external_signer_that_is_away_is_told_as_such() -> None:
    with pytest.raises(SignerUnavailable):
        ExternalSigner(f"http://127.0.0.1:{free_port()}", "0x" + "ab" * 20, CHAIN_ID).sign_nothing(1)
    with pytest.raises(SignerUnavailable):
        ExternalSigner(f"http://127.0.0.1:{free_port()}", "0x" + "ab" * 20, CHAIN_ID).sign_statement(b"")
    with pytest.raises(KeystoreInvalid):
        ExternalSigner("http://127.0.0.1:1", "", CHAIN_ID)
