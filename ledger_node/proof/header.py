"""Block headers: the JSON of `eth_getBlockByNumber` as RLP and hash.

Yellow Paper, 4.4; EIPs 1559, 4895, 4844, 4788 and 7685 for what later forks append.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ledger_node.errors import ChainAnswerInvalid, InputError, InvalidField
from ledger_node.proof import rlp
from ledger_node.proof.hashing import keccak256, parse_hex, parse_hex_any, to_hex
from ledger_node.proof.strict_json import Json

#: Enough for the validators of any consortium; seals are not part of what is hashed.
MAX_EXTRA_DATA = 65_536

_HASH = 32
_Parser = Callable[[object], bytes]


def _octets(length: int) -> _Parser:
    return lambda value: parse_hex(value, length)


def _quantity(bits: int) -> _Parser:
    """An RPC quantity: `0x`, lowercase, no leading zero, `0x0` for 0; as RLP's scalar."""

    def read(value: object) -> bytes:
        digits = value[2:] if isinstance(value, str) and value.startswith("0x") else ""
        if not 1 <= len(digits) <= bits // 4 or (digits[0] == "0" and digits != "0"):
            raise InvalidField("not a quantity", got=type(value).__name__, needed="0x-hex with no leading zero")
        return rlp.scalar(int.from_bytes(parse_hex("0x" + digits.rjust(bits // 4, "0"), bits // 8), "big"))

    return read


_LEGACY: dict[str, _Parser] = {
    "parentHash": _octets(_HASH),
    "sha3Uncles": _octets(_HASH),
    "miner": _octets(20),
    "stateRoot": _octets(_HASH),
    "transactionsRoot": _octets(_HASH),
    "receiptsRoot": _octets(_HASH),
    "logsBloom": _octets(256),
    "difficulty": _quantity(256),
    "number": _quantity(64),
    "gasLimit": _quantity(64),
    "gasUsed": _quantity(64),
    "timestamp": _quantity(64),
    "extraData": lambda value: parse_hex_any(value, MAX_EXTRA_DATA),
    "mixHash": _octets(_HASH),
    "nonce": _octets(8),
}

#: What later forks append, in their order. A header stops at the first that it does not have.
_APPENDED: tuple[dict[str, _Parser], ...] = (
    {"baseFeePerGas": _quantity(256)},
    {"withdrawalsRoot": _octets(_HASH)},
    {"blobGasUsed": _quantity(64), "excessBlobGas": _quantity(64)},
    {"parentBeaconBlockRoot": _octets(_HASH)},
    {"requestsHash": _octets(_HASH)},
)


def _forms() -> tuple[dict[str, _Parser], ...]:
    """The field sets that a header may have, from the legacy one up."""
    forms = [_LEGACY]
    for fields in _APPENDED:
        forms.append(forms[-1] | fields)
    return tuple(forms)


_FORMS = _forms()


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by number and hash."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it was written, and what evidence needs of it. `timestamp` is in Unix seconds."""

    fields: tuple[tuple[str, str], ...]
    hash: bytes
    parent_hash: bytes
    state_root: bytes
    number: int
    timestamp: int


def read(value: object) -> Header:
    """A header from exactly its fields. Raises InvalidField or InvalidDigest for unknown, missing or malformed ones."""
    form = next((form for form in _FORMS if isinstance(value, dict) and value.keys() == form.keys()), None)
    if form is None or not isinstance(value, dict):
        raise InvalidField("not the fields of a header", got=type(value).__name__, needed="those of one fork")
    parts: dict[str, bytes] = {}
    for name, parse in form.items():
        try:
            parts[name] = parse(value[name])
        except InputError as failure:
            raise type(failure)(f"{name}: {failure.detail}", got=failure.got, needed=failure.needed) from failure
    return Header(
        fields=tuple((name, value[name]) for name in form),
        hash=keccak256(rlp.encode(list(parts.values()))),
        parent_hash=parts["parentHash"],
        state_root=parts["stateRoot"],
        number=int.from_bytes(parts["number"], "big"),
        timestamp=int.from_bytes(parts["timestamp"], "big"),
    )


def write(header: Header) -> Json:
    """The fields again."""
    return dict(header.fields)


def from_rpc(block: Mapping[str, object]) -> Header:
    """The header within an RPC's block, whose other keys are left out.

    An RPC may show fields that the hash does not cover, so the form is the one that gives the block's own `hash`. A
    QBFT block is hashed without its seals and round, and is kept that way. Raises ChainAnswerInvalid when no form fits.
    """
    try:
        wanted = parse_hex(block.get("hash"), _HASH)
        extra = _without_seals(parse_hex_any(block.get("extraData"), 1 << 20))
    except InputError as failure:
        raise ChainAnswerInvalid("block has no hash or extraData") from failure
    plain = dict(block)
    candidates = [plain] if extra is None else [plain, plain | {"extraData": to_hex(extra)}]
    for candidate in candidates:
        for form in reversed(_FORMS):
            try:
                header = read({name: candidate[name] for name in form})
            except (KeyError, InputError):
                continue
            if header.hash == wanted:
                return header
    raise ChainAnswerInvalid("block does not have the hash that it claims", got=f"{len(block)} fields")


def _without_seals(extra_data: bytes) -> bytes | None:
    """QBFT's extraData as a block hash covers it: vanity, validators and vote, round 0, no seals. None for others."""
    try:
        parts = rlp.decode(extra_data)
    except InputError:
        return None
    if isinstance(parts, bytes) or len(parts) != 5:
        return None
    return rlp.encode([*parts[:3], b"", []])
