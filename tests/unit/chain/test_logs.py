"""Our decoders of logs, against web3's, on random logs of every event of the packaged ABIs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak
from hexbytes import HexBytes
from web3 import Web3
from web3._utils.events import get_event_data

from ledger_node.chain.abi import Parameter, from_abi, signature_of, to_abi, type_of
from ledger_node.chain.artifact import artifact_of
from ledger_node.chain.logs import decode_log
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.errors import ChainAnswerInvalid, UnknownEvent
from tests.fakes import address, digest

EVENTS = [
    pytest.param(role, entry, id=f"{role}-{entry['name']}")
    for role in CONTRACT_TYPES
    for entry in artifact_of(role).abi
    if entry["type"] == "event"
]
LOGS = 40  # random ones of each event
CODEC = Web3().codec


def random_value(of: random.Random, parameter: Parameter) -> Any:
    kind = str(parameter["type"])
    if kind.endswith("[]"):
        return [random_value(of, {**parameter, "type": kind[:-2]}) for _ in range(of.choice((0, 1, 2, 5, 33)))]
    if kind == "tuple":
        return tuple(random_value(of, part) for part in parameter["components"])
    if kind.startswith("uint"):
        most = 2 ** int(kind[4:]) - 1
        return of.choice((0, 1, most, of.randint(0, most)))
    size = of.choice((0, 1, 31, 32, 33, 200))
    simple: dict[str, Any] = {
        "bool": of.random() < 0.5,
        "address": "0x" + of.randbytes(20).hex(),
        "bytes32": of.choice((bytes(32), of.randbytes(32))),
        "bytes": of.randbytes(size),
        "string": "".join(of.choice("aß€\U0001fa7a ") for _ in range(size)),
    }
    return simple[kind]


def random_log(of: random.Random, entry: Parameter) -> tuple[list[bytes], bytes]:
    """The topics and the data of an event with random arguments, as Solidity writes them."""
    topics, plain = [keccak(text=signature_of(entry))], []
    for part in entry["inputs"]:
        value = random_value(of, part)
        if part["indexed"]:
            topics.append(encode([type_of(part)], [value]))
        else:
            plain.append((type_of(part), value))
    return topics, encode([kind for kind, _ in plain], [value for _, value in plain])


def in_hex(parts: list[bytes]) -> list[str]:
    return ["0x" + part.hex() for part in parts]


def by_web3(entry: Parameter, topics: list[bytes], content: bytes) -> dict[str, Any]:
    log = {
        "address": address(1),
        "blockHash": HexBytes(digest(1)),
        "blockNumber": 1,
        "transactionHash": HexBytes(digest(2)),
        "transactionIndex": 0,
        "logIndex": 0,
        "topics": [HexBytes(topic) for topic in topics],
        "data": HexBytes(content),
    }
    found = get_event_data(CODEC, entry, log)["args"]  # type: ignore[arg-type]
    return {part["name"]: _plain(part, found[part["name"]]) for part in entry["inputs"]}


def _plain(parameter: Parameter, value: Any) -> Any:
    """web3's own structs, back to tuples, as JSON."""

    def tuples(part: Parameter, of: Any) -> Any:
        kind = str(part["type"])
        if kind.endswith("[]"):
            return [tuples({**part, "type": kind[:-2]}, one) for one in of]
        if kind == "tuple":
            fields = of.values() if hasattr(of, "values") else of
            return tuple(tuples(c, one) for c, one in zip(part["components"], fields, strict=True))
        return of

    return from_abi(parameter, tuples(parameter, value))


def typed(value: Any) -> Any:
    """A value with the types of all its parts, so that True and 1 differ."""
    if isinstance(value, dict):
        return [(name, typed(one)) for name, one in value.items()]
    return [typed(one) for one in value] if isinstance(value, list) else (type(value), value)


@pytest.mark.parametrize(("role", "entry"), EVENTS)
def test_every_event_is_decoded_as_web3_does(role: str, entry: Parameter) -> None:
    of = random.Random(entry["name"])
    for _ in range(LOGS):
        topics, content = random_log(of, entry)
        name, args = decode_log(role, in_hex(topics), "0x" + content.hex())
        assert name == entry["name"]
        assert typed(args) == typed(by_web3(entry, topics, content))


@pytest.mark.parametrize(("role", "entry"), EVENTS)
def test_no_two_logs_are_decoded_alike(role: str, entry: Parameter) -> None:
    """Whatever byte is changed: the log is refused, or its arguments are encoded to the changed bytes again."""
    of = random.Random(entry["name"])
    refused = 0
    for _ in range(LOGS):
        topics, content = random_log(of, entry)
        parts = [*topics[1:], content]
        which = of.randrange(len(parts))
        if not parts[which]:
            continue
        changed = bytearray(parts[which])
        changed[of.randrange(len(changed))] ^= 1 << of.randrange(8)
        parts[which] = bytes(changed)
        try:
            _, args = decode_log(role, [in_hex(topics)[0], *in_hex(parts[:-1])], "0x" + parts[-1].hex())
        except ChainAnswerInvalid:
            refused += 1
        else:
            assert again(entry, args) == parts
    assert refused or all(part["type"] in ("bytes32", "uint256") for part in entry["inputs"])


def again(entry: Parameter, args: dict[str, Any]) -> list[bytes]:
    """The topics behind the first, and the data."""
    values = {part["name"]: to_abi(part, _sequences(part, args[part["name"]])) for part in entry["inputs"]}
    plain = [part for part in entry["inputs"] if not part["indexed"]]
    topics = [encode([type_of(part)], [values[part["name"]]]) for part in entry["inputs"] if part["indexed"]]
    return [*topics, encode([type_of(part) for part in plain], [values[part["name"]] for part in plain])]


def _sequences(parameter: Parameter, value: Any) -> Any:
    """Structs by field name as sequences in field order."""
    kind = str(parameter["type"])
    if kind.endswith("[]"):
        return [_sequences({**parameter, "type": kind[:-2]}, one) for one in value]
    if kind == "tuple":
        return [_sequences(part, value[part["name"]]) for part in parameter["components"]]
    return value


@pytest.mark.parametrize(("role", "entry"), EVENTS)
def test_a_log_of_another_length_is_refused(role: str, entry: Parameter) -> None:
    topics, content = random_log(random.Random(1), entry)
    said, told = in_hex(topics), "0x" + content.hex()
    wrong = [
        (said, told + "00" * 32),
        (said, told + "00"),
        ([*said, digest(1)], told),
        (said[:-1], told) if len(said) > 1 else (said, told[:-2]),
        ([said[0], *(topic + "00" for topic in said[1:])], told if len(said) > 1 else told[:-64]),
    ]
    if content:
        wrong += [(said, told[:-64]), (said, told[:-2]), (said, "0x")]
    for case in wrong:
        with pytest.raises(ChainAnswerInvalid, match="form of its event"):
            decode_log(role, *case)


@pytest.mark.parametrize("content", ["", "0", "0x0", "0xzz", "0x 00", "00" * 96, "0x" + " 00" * 96])
def test_what_is_no_hex_is_refused(content: str) -> None:
    (entry,) = (e for e in artifact_of("anchors").abi if e.get("name") == "StreamAnchored")
    topics, _ = random_log(random.Random(1), entry)
    with pytest.raises(ChainAnswerInvalid):
        decode_log("anchors", in_hex(topics), content)


@pytest.mark.parametrize("topics", [[], [digest(5)], [digest(5), digest(6)]])
def test_an_event_of_another_contract_is_unknown(topics: list[str]) -> None:
    with pytest.raises(UnknownEvent):
        decode_log("anchors", topics, "0x")
