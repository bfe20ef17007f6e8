"""Keys, emergencies and votes."""

from __future__ import annotations

from ledger_node.chain.payloads import encode_payload
from ledger_node.domain.codes import Capability, ProposalKind
from scripts.bench.gas.chain import BEGINNING, Chain
from scripts.bench.gas.scenario.members import HOSPITAL, INSTITUTE, NUMBER, REGULATOR, decide, payload
from scripts.bench.gas.values import account

ROLE = "consortium"
ADMIN, OPERATOR = 1, 2
SUSPEND, REINSTATE, REMOVE, REPLACE_ADMIN, CHANGE_THRESHOLDS, REGISTER_GENERATION = range(1, 7)
DATA_BREACH = 2
DAY = 86_400


def keys(c: Chain) -> None:
    admin, second, third = f"{HOSPITAL} admin", f"second {c.turn}", f"third {c.turn}"
    c.write("offer a key", admin, ROLE, "proposeKey", account(second).address, OPERATOR)
    c.write("accept a key", second, ROLE, "acceptKey", NUMBER[HOSPITAL])
    c.write("retire a key", admin, ROLE, "retireKey", account(second).address)
    c.write(None, admin, ROLE, "proposeKey", account(third).address, OPERATOR)
    c.write("withdraw an offer", admin, ROLE, "retireKey", account(third).address)
    c.write(None, admin, ROLE, "proposeKey", account(third).address, OPERATOR)
    c.write(None, third, ROLE, "acceptKey", NUMBER[HOSPITAL])
    c.write("report a key as compromised", HOSPITAL, ROLE, "reportCompromise", account(third).address, BEGINNING)
    c.write(
        "confirm that a key was compromised", REGULATOR, ROLE, "confirmCompromise", account(third).address, BEGINNING
    )


def members(c: Chain) -> None:
    """A newcomer comes and goes; an institute is suspended, twice, and comes back."""
    newcomer, heir = f"newcomer {c.turn}", f"heir {c.turn}"
    admission = encode_payload(
        ProposalKind.ADMIT,
        {
            "admin": account(newcomer).address,
            "capabilities": int(Capability.PUBLISHER),
            "forProfit": True,
            "name": "Sonograph Diagnostics Ltd",
        },
    )
    decide(c, "admit", ProposalKind.ADMIT, bytes.fromhex(admission[2:]), votes=True, by=newcomer)
    number = int(c.read(ROLE, "organisationCount"))
    c.write(None, newcomer, ROLE, "proposeKey", account(heir).address, ADMIN)
    c.write("accept an admin key in place of another", heir, ROLE, "acceptKey", number)
    decide(c, "remove", REMOVE, payload("uint32", number))
    institute = NUMBER[INSTITUTE]
    until = c.now() + 20 * DAY
    c.write("suspend in an emergency", REGULATOR, ROLE, "suspendInEmergency", institute, DATA_BREACH, until)
    decide(c, "reinstate after an emergency", REINSTATE, payload("uint32", institute))
    decide(c, "suspend", SUSPEND, payload("uint32", institute))
    decide(c, "reinstate", REINSTATE, payload("uint32", institute))
    key = account(f"replaced {c.turn}").address
    decide(c, "replace an admin", REPLACE_ADMIN, payload("uint32 address", institute, key))
    c.write("object to being replaced", f"{INSTITUTE} admin", ROLE, "retireKey", key)
    decide(c, "change thresholds", CHANGE_THRESHOLDS, payload("uint16 uint16", 5_000 + c.turn, 5_000 + c.turn))


def generation(c: Chain) -> None:
    """Contracts of one byte stand for the next generation."""
    addresses = [c.create("0x600160005360016000f3") for _ in range(5)]
    decide(c, "register a generation", REGISTER_GENERATION, payload("address " * 5, *addresses))
