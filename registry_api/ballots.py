"""What a proposal carries, as the consortium contract encodes it: an admission, or the number of an organisation.

`abi.encode(Admission)` is a tuple with one dynamic member: an offset, three words, the offset of the name, the name.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger_node.domain.codes import Capability
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.proof.abi import WORD, word
from ledger_node.proof.hashing import keccak256, to_hex


@dataclass(frozen=True, slots=True)
class Admission:
    """`admin` is an address as 0x-hex, with the checksum of EIP-55 when it was read."""

    admin: str
    capabilities: Capability
    for_profit: bool
    name: str


def admission_payload(admission: Admission) -> str:
    name = admission.name.encode()
    padded = name + b"\0" * (-len(name) % WORD)
    head = (WORD, bytes.fromhex(admission.admin[2:]), int(admission.capabilities), admission.for_profit, 4 * WORD)
    return to_hex(b"".join(word(value) for value in (*head, len(name))) + padded)


def organisation_payload(number: int) -> str:
    return to_hex(word(number))


def read_admission(payload: str) -> Admission:
    """ChainAnswerInvalid unless the payload is in the form that the contract stores."""
    content = bytes.fromhex(payload.removeprefix("0x"))
    words = [content[at : at + WORD] for at in range(0, len(content), WORD)]
    try:
        numbers = [int.from_bytes(one, "big") for one in words]
        found = Admission(
            admin=_checksummed(words[1][12:]),
            capabilities=Capability(numbers[2] & 7),
            for_profit=numbers[3] == 1,
            name=content[6 * WORD : 6 * WORD + numbers[5]].decode(),
        )
    except (IndexError, ValueError) as error:
        raise ChainAnswerInvalid("a proposal's payload cannot be read", got=f"{len(content)} bytes") from error
    return found


def read_organisation(payload: str) -> int:
    return int(payload, 16)


def _checksummed(address: bytes) -> str:
    digits = address.hex()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) > 7 else digit for digit, mark in zip(digits, marks, strict=False)
    )
