"""Block headers: the JSON of `eth_getBlockByNumber` as RLP and hash.

Yellow Paper, 4.4; EIPs 1559, 4895, 4844, 4788, 7685, 7928 and 7843 for what later forks append.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger_node.errors import ChainAnswerInvalid, InputError, InvalidField
from ledger_node.proof import extra_data, rlp
from ledger_node.proof.codec import Codec, Shape, octets, octets_any
from ledger_node.proof.hashing import keccak256, parse_hex, to_hex
from ledger_node.proof.strict_json import Json

#: Enough for the validators of any consortium and their seals.
MAX_EXTRA_DATA = 65_536
#: The other fields take far less than this.
MAX_RLP = MAX_EXTRA_DATA + 2048

_HASH = 32


def _quantity(bits: int) -> Codec[bytes]:
    """An RPC quantity: `0x`, lowercase, no leading zero, `0x0` for 0; as RLP's scalar."""

    def read(value: object) -> bytes:
        digits = value[2:] if isinstance(value, str) and value.startswith("0x") else ""
        if not 1 <= len(digits) <= bits // 4 or (digits[0] == "0" and digits != "0"):
            raise InvalidField("not a quantity", got=type(value).__name__, needed="0x-hex with no leading zero")
        return rlp.scalar(int.from_bytes(parse_hex("0x" + digits.rjust(bits // 4, "0"), bits // 8), "big"))

    shape: Shape = {"type": "string", "pattern": f"^0x(0|[1-9a-f][0-9a-f]{{0,{bits // 4 - 1}}})$"}
    return Codec(read, lambda value: hex(int.from_bytes(value, "big")), shape)


_LEGACY: dict[str, Codec[bytes]] = {
    "parentHash": octets(_HASH),
    "sha3Uncles": octets(_HASH),
    "miner": octets(20),
    "stateRoot": octets(_HASH),
    "transactionsRoot": octets(_HASH),
    "receiptsRoot": octets(_HASH),
    "logsBloom": octets(256),
    "difficulty": _quantity(256),
    "number": _quantity(64),
    "gasLimit": _quantity(64),
    "gasUsed": _quantity(64),
    "timestamp": _quantity(64),
    "extraData": octets_any(MAX_EXTRA_DATA),
    "mixHash": octets(_HASH),
    "nonce": octets(8),
}

#: What later forks append, in their order. A header stops at the first that it does not have.
_APPENDED: tuple[dict[str, Codec[bytes]], ...] = (
    {"baseFeePerGas": _quantity(256)},
    {"withdrawalsRoot": octets(_HASH)},
    {"blobGasUsed": _quantity(64), "excessBlobGas": _quantity(64)},
    {"parentBeaconBlockRoot": octets(_HASH)},
    {"requestsHash": octets(_HASH)},
    {"blockAccessListHash": octets(_HASH)},
    {"slotNumber": _quantity(64)},
)


def _forms() -> tuple[dict[str, Codec[bytes]], ...]:
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

    def part(self, name: str) -> bytes:
        """A field as RLP holds it: octets, or a number without leading zeros."""
        return _FORMS[-1][name].read(dict(self.fields)[name])


def read(value: object) -> Header:
    """A header from exactly its fields. Raises InvalidField or InvalidDigest for unknown, missing or malformed ones."""
    form = next((form for form in _FORMS if isinstance(value, dict) and value.keys() == form.keys()), None)
    if form is None or not isinstance(value, dict):
        raise InvalidField("not the fields of a header", got=type(value).__name__, needed="those of one fork")
    parts: dict[str, bytes] = {}
    for name, field in form.items():
        try:
            parts[name] = field.read(value[name])
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


def from_rlp(encoded: bytes) -> Header:
    """A header from its RLP. Raises InvalidField or InvalidDigest unless encoding it again gives the same bytes."""
    if len(encoded) > MAX_RLP:
        raise InvalidField("header is too long", got=f"{len(encoded)} bytes", needed=f"at most {MAX_RLP}")
    parts = rlp.decode(encoded)
    form = next((form for form in _FORMS if len(form) == len(parts)), None)
    if form is None or isinstance(parts, bytes):
        raise InvalidField("not a header's RLP", got=f"{len(parts)} parts or bytes", needed="the fields of one fork")
    shown: dict[str, Json] = {}
    for (name, field), part in zip(form.items(), parts, strict=True):
        if not isinstance(part, bytes):
            raise InvalidField(f"{name}: a list", got=f"{len(part)} parts", needed="bytes")
        shown[name] = field.write(part)
    header = read(shown)
    if header.hash != keccak256(encoded):
        raise InvalidField("header's RLP has a number that is not minimal", got=f"{len(encoded)} bytes")
    return header


def with_extra_data(header: Header, extra: bytes) -> Header:
    """The header with other extraData, and the hash of that."""
    return read({**dict(header.fields), "extraData": to_hex(extra)})


def as_shown(block: Mapping[str, object]) -> Header:
    """The header within an RPC's block as it is shown, seals included, whose other keys are left out.

    An RPC may show fields that the hash does not cover, so the form is the one that gives the block's own `hash`; when
    none does, or it has no hash, that with the most fields. The header's `hash` covers the seals too, so that a QBFT
    block's own is another. Raises InvalidField when the fields are those of no fork.
    """
    longest: Header | None = None
    for form in reversed(_FORMS):
        try:
            header = read({name: block[name] for name in form})
        except (KeyError, InputError):
            continue
        if block.get("hash") in (to_hex(header.hash), to_hex(_without_seals(header).hash)):
            return header
        longest = longest or header
    if longest is None:
        raise InvalidField("not a block with a header", got=f"{len(block)} fields", needed="those of one fork")
    return longest


def from_rpc(block: Mapping[str, object]) -> Header:
    """The header within an RPC's block as the block's hash covers it: that of a QBFT block without seals and round.

    Raises ChainAnswerInvalid when no form has the hash that the block claims.
    """
    return _claimed(block)[1]


def sealed_from_rpc(block: Mapping[str, object]) -> Header:
    """The same header with its seals: see `as_shown`."""
    return _claimed(block)[0]


def _claimed(block: Mapping[str, object]) -> tuple[Header, Header]:
    """The header as shown, and as its hash covers it."""
    try:
        wanted = parse_hex(block.get("hash"), _HASH)
        shown = as_shown(block)
    except InputError as failure:
        raise ChainAnswerInvalid("block has no hash or no header") from failure
    for header in (shown, _without_seals(shown)):
        if header.hash == wanted:
            return shown, header
    raise ChainAnswerInvalid("block does not have the hash that it claims", got=f"{len(block)} fields")


def _without_seals(header: Header) -> Header:
    """A QBFT header without seals and round; any other as it is."""
    try:
        extra = extra_data.decode(header.part("extraData"))
    except InputError:
        return header
    return with_extra_data(header, extra.hashed().encode())
