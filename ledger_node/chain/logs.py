"""Logs to events, by decoders made once for each event of the packaged ABIs. No IO.

Solidity writes every value in one form only: integers and addresses padded with zeros, dynamic parts one after the
other in the order of their heads, nothing behind them (Contract ABI Specification, "Formal Specification of the
Encoding"). What has another form was not written by our contracts and is refused, so that equal rows always come from
equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eth_utils import keccak, to_checksum_address

from ledger_node.chain.abi import Parameter, signature_of
from ledger_node.chain.artifact import artifact_of
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.errors import ChainAnswerInvalid, UnknownEvent

WORD = 32  # bytes
ADDRESSES_KEPT = 65_536  # checksummed once: keccak over text costs more than all else of an event


class _Malformed(Exception):
    """Bytes that Solidity would not have written."""


@dataclass(frozen=True, slots=True)
class _Static:
    """A type of `width` bytes: `read` gives the value that begins at a byte, which the caller knows to be there."""

    width: int
    read: Callable[[bytes, int], Any]


@dataclass(frozen=True, slots=True)
class _Dynamic:
    """A type of any length: `read` gives the value that begins at a byte, and the first byte behind it."""

    read: Callable[[bytes, int], tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class _Decoder:
    """One event: how many topics follow the first, and how its arguments are read from them and the data in a row."""

    name: str
    topics: int
    read: Callable[[bytes], dict[str, Any]]


def decode_log(role: str, topics: Sequence[str], content: str) -> tuple[str, dict[str, Any]]:
    """The name and the arguments of a log of a role's contract, given as an engine gives it (0x-hex). Arguments are
    JSON values: byte strings as 0x-hex, addresses checksummed, structs by field name.

    UnknownEvent when the contract's ABI has no such topic, ChainAnswerInvalid when the log has not its event's form.
    """
    decoder = _decoders(role).get(topics[0].lower()) if topics else None
    if decoder is None:
        raise UnknownEvent(
            f"{CONTRACT_TYPES[role]} wrote an event that this version does not know",
            got=topics[0] if topics else "a log without topics",
            needed="a node of the contracts' generation",
        )
    try:
        return decoder.name, decoder.read(_bytes(topics[1:], content, decoder.topics))
    except (_Malformed, ValueError):
        raise ChainAnswerInvalid(
            "a log has not the form of its event", got=decoder.name, needed="topics and data as its contract wrote them"
        ) from None


def _bytes(topics: Sequence[str], content: str, expected: int) -> bytes:
    """The topics, a word each, and the data behind them. ValueError for what is no hex, `_Malformed` for other lengths:
    `fromhex` passes over blanks."""
    if len(topics) != expected or content[:2] != "0x":
        raise _Malformed
    text = content[2:]
    for topic in reversed(topics):
        if len(topic) != 2 + 2 * WORD or topic[:2] != "0x":
            raise _Malformed
        text = topic[2:] + text
    raw = bytes.fromhex(text)
    if 2 * len(raw) != len(text):
        raise _Malformed
    return raw


@cache
def _decoders(role: str) -> dict[str, _Decoder]:
    """By the event's first topic."""
    events = [entry for entry in artifact_of(role).abi if entry["type"] == "event"]
    return {"0x" + keccak(text=signature_of(entry)).hex(): _decoder(entry) for entry in events}


def _decoder(entry: Parameter) -> _Decoder:
    topics = [(str(part["name"]), _static(part)) for part in entry["inputs"] if part["indexed"]]
    plain = [(str(part["name"]), _kind(part)) for part in entry["inputs"] if not part["indexed"]]
    order = [str(part["name"]) for part in entry["inputs"]]
    # Topics are words as the heads are, so together they read like one struct; only offsets count from the data on.
    fields, tails, heads = _places([*topics, *plain])
    fields.sort(key=lambda field: order.index(field[0]))
    start = WORD * len(topics)

    def read(raw: bytes) -> dict[str, Any]:
        if len(raw) != heads:
            raise _Malformed
        return {name: value(raw, at) for name, at, value in fields}

    def read_with_tails(raw: bytes) -> dict[str, Any]:
        values, end = _read(raw, 0, start, fields, tails, heads)
        if end != len(raw):
            raise _Malformed
        return {name: values[name] for name in order}

    return _Decoder(str(entry["name"]), len(topics), read_with_tails if tails else read)


def _kind(parameter: Parameter) -> _Static | _Dynamic:
    """NotImplementedError for a type that no event of ours has; a test decodes each of them."""
    name = str(parameter["type"])
    if name.endswith("[]"):
        return _array(_static({**parameter, "type": name[:-2]}))
    if name == "tuple":
        return _struct(parameter["components"])
    if name.startswith("uint"):
        return _unsigned(int(name.removeprefix("uint")))
    simple: dict[str, _Static | _Dynamic] = {
        "bytes32": _BYTES32,
        "address": _ADDRESS,
        "bool": _BOOL,
        "bytes": _BYTES,
        "string": _STRING,
    }
    if name not in simple:
        raise NotImplementedError(f"an event with an argument of type {name}")
    return simple[name]


def _static(parameter: Parameter) -> _Static:
    kind = _kind(parameter)
    if isinstance(kind, _Dynamic):
        raise NotImplementedError(f"an event with a dynamic {parameter['type']} in a topic or an array")
    return kind


def _struct(components: Sequence[Parameter]) -> _Static | _Dynamic:
    fields, tails, heads = _places([(str(part["name"]), _kind(part)) for part in components])
    if tails:
        return _Dynamic(lambda content, at: _read(content, at, at, fields, tails, heads))
    return _Static(heads, lambda content, at: {name: value(content, at + place) for name, place, value in fields})


#: Components by name, with the place of the head of each and what reads it.
_Fields = list[tuple[str, int, Callable[[bytes, int], Any]]]


def _places(parts: Sequence[tuple[str, _Static | _Dynamic]]) -> tuple[_Fields, _Fields, int]:
    """The static components, the dynamic ones, and the width of all heads."""
    fields: _Fields = []
    tails: _Fields = []
    at = 0
    for name, kind in parts:
        (fields if isinstance(kind, _Static) else tails).append((name, at, kind.read))
        at += kind.width if isinstance(kind, _Static) else WORD
    return fields, tails, at


def _read(
    content: bytes, at: int, start: int, fields: _Fields, tails: _Fields, heads: int
) -> tuple[dict[str, Any], int]:
    """Heads from `at` on, and tails one after the other behind them, whose offsets count from `start`."""
    _require(content, at, heads)
    values, end = {name: value(content, at + place) for name, place, value in fields}, at + heads
    for name, place, value in tails:
        if _word(content, at + place) != end - start:
            raise _Malformed
        values[name], end = value(content, end)
    return values, end


def _array(item: _Static) -> _Dynamic:
    def read(content: bytes, at: int) -> tuple[list[Any], int]:
        _require(content, at, WORD)
        first = at + WORD
        end = first + _word(content, at) * item.width
        _require(content, first, end - first)
        return [item.read(content, place) for place in range(first, end, item.width)], end

    return _Dynamic(read)


def _unsigned(bits: int) -> _Static:
    def read(content: bytes, at: int) -> int:
        value = int.from_bytes(content[at : at + WORD], "big")
        if value >> bits:
            raise _Malformed
        return value

    return _Static(WORD, read)


def _bool(content: bytes, at: int) -> bool:
    value = _word(content, at)
    if value > 1:
        raise _Malformed
    return value == 1


def _octets(content: bytes, at: int) -> tuple[bytes, int]:
    _require(content, at, WORD)
    first = at + WORD
    last = first + _word(content, at)
    end = last + -last % WORD
    _require(content, first, end - first)
    if any(content[last:end]):
        raise _Malformed
    return content[first:last], end


def _text_of(content: bytes, at: int) -> tuple[str, int]:
    found, end = _octets(content, at)
    return found.decode(), end


def _hex_of(content: bytes, at: int) -> tuple[str, int]:
    found, end = _octets(content, at)
    return "0x" + found.hex(), end


@lru_cache(maxsize=ADDRESSES_KEPT)
def _address(word: bytes) -> str:
    if any(word[:12]):
        raise _Malformed
    return str(to_checksum_address(word[12:]))


_BYTES32 = _Static(WORD, lambda content, at: "0x" + content[at : at + WORD].hex())
_ADDRESS = _Static(WORD, lambda content, at: _address(content[at : at + WORD]))
_BOOL = _Static(WORD, _bool)
_BYTES = _Dynamic(_hex_of)
_STRING = _Dynamic(_text_of)


def _word(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + WORD], "big")


def _require(content: bytes, at: int, width: int) -> None:
    if at + width > len(content):
        raise _Malformed
