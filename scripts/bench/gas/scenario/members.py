"""Three hospitals, a vendor and a regulator, and how they decide.

A member's operator key is `account(name)`, its admin's is `account(f"{name} admin")`.
"""

from __future__ import annotations

from eth_abi import encode

from ledger_node.chain.deploy import Founder, deploy
from ledger_node.domain.codes import Capability
from scripts.bench.gas.chain import SALT, Chain
from scripts.bench.gas.values import account

HOSPITAL, CLINIC, INSTITUTE, VENDOR, REGULATOR = "hospital", "clinic", "institute", "vendor", "regulator"
CAPABILITIES = {
    HOSPITAL: Capability.CUSTODIAN,
    CLINIC: Capability.CUSTODIAN,
    INSTITUTE: Capability.CUSTODIAN,
    VENDOR: Capability.PUBLISHER,
    REGULATOR: Capability.REGULATOR,
}
NUMBER = {name: number for number, name in enumerate(CAPABILITIES, start=1)}
#: Entries of a batch: the most that the contracts take.
BATCH = 100
NONE = "0x" + "00" * 32


def found(chain: Chain) -> None:
    founders = [
        Founder(name, account(f"{name} admin").address, account(name).address, capabilities, name == VENDOR)
        for name, capabilities in CAPABILITIES.items()
    ]
    chain.use(deploy(chain.ledger, chain.signer("deployer"), founders).contracts)


def decide(c: Chain, what: str, kind: int, payload: bytes, *, votes: bool = False, by: str = HOSPITAL) -> None:
    """A proposal and its execution by a member, measured under `what` is decided, and its votes when asked for: all are
    alike."""
    role = "consortium"
    proposal = c.write(f"propose to {what}", HOSPITAL, role, "propose", SALT, kind, payload)
    c.write("vote, the first on a proposal" if votes else None, HOSPITAL, role, "vote", proposal, True)
    for voter in (CLINIC, VENDOR, REGULATOR):
        c.write("vote" if votes else None, voter, role, "vote", proposal, True)
    c.write(f"execute the vote to {what}", by, role, "execute", proposal, payload)


def payload(types: str, *values: object) -> bytes:
    """abi.encode of a proposal's fields, none of them of variable length."""
    return encode(types.split(), values)
