"""What engines answer about blocks and logs, as our types; what they say when asked for too much. No IO."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import requests

from ledger_node.chain.logs import decode_log
from ledger_node.chain.transport import Overlong, RpcRefused
from ledger_node.domain.command import Listing
from ledger_node.domain.position import BlockRef, Event, Position
from ledger_node.domain.submission import Receipt
from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable

#: Headers of one request: geth takes 1,000 calls in one, Besu 1,024, and headers of full blocks are long.
HEADERS_OF_A_REQUEST = 250
#: EIP-1474's "limit exceeded", and what engines and gateways say instead.
LIMIT_EXCEEDED = -32005
TOO_MUCH = re.compile(
    r"too (many|much|large|big|wide|long)|exceed|limit|more than|larger than|bigger than|block range|max(imum)? range"
    r"|tim(ed?|ing) ?-?out|deadline",
    re.IGNORECASE,
)


def block_of(found: Any) -> BlockRef:
    """ChainAnswerInvalid when this is no block."""
    try:
        return BlockRef(_number(found["number"]), _hash(found["hash"]), _number(found["timestamp"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ChainAnswerInvalid("the chain gave something else than a block") from None


def receipt_of(found: Any) -> Receipt:
    """ChainAnswerInvalid when this is no receipt."""
    try:
        status = _number(found["status"])
        if status not in (0, 1) or not isinstance(found["logs"], list):
            raise ValueError
        return Receipt(
            transaction=_hash(found["transactionHash"]),
            block=_number(found["blockNumber"]),
            block_hash=_hash(found["blockHash"]),
            status=status,
            gas_used=_number(found["gasUsed"]),
            sender=str(found["from"]).lower(),
            logs=tuple(found["logs"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ChainAnswerInvalid("the chain gave something else than a receipt") from None


def quantity_of(found: Any) -> int:
    """ChainAnswerInvalid when this is no number as JSON-RPC writes them."""
    try:
        return _number(found)
    except (TypeError, ValueError):
        raise ChainAnswerInvalid("the chain gave something else than a number") from None


def question(contracts: Sequence[Listing], first: int, last: int) -> dict[str, Any]:
    """The filter for all logs of the contracts in blocks first..last."""
    return {"fromBlock": hex(first), "toBlock": hex(last), "address": [one.address for one in contracts]}


def events_of(contracts: Sequence[Listing], found: Any) -> list[Event]:
    """Logs decoded, in the order of the chain. UnknownEvent, ChainAnswerInvalid."""
    listed = {one.address.lower(): one for one in contracts}
    try:
        events = [_event_of(listed, entry) for entry in found]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ChainAnswerInvalid("the chain gave something else than logs") from None
    return sorted(events, key=lambda event: (event.at.block, event.at.log_index))


def asked_too_much(error: RpcRefused | ChainUnreachable | ChainAnswerInvalid) -> bool:
    """Whether a shorter range may be answered: the engine said so, gave up, or its answer came late, only in part, or
    was too long."""
    if isinstance(error, RpcRefused):
        code = error.error.get("code") if isinstance(error.error, dict) else None
        return code == LIMIT_EXCEEDED or TOO_MUCH.search(str(error)) is not None
    cause = error.__context__
    partial = (requests.ReadTimeout, requests.HTTPError, requests.exceptions.ChunkedEncodingError)
    return isinstance(cause, (*partial, Overlong))


def _event_of(listed: dict[str, Listing], entry: Any) -> Event:
    place = listed.get(entry["address"].lower())
    if place is None or entry.get("removed"):
        raise ChainAnswerInvalid("the chain gave a log that was not asked for")
    name, args = decode_log(place.role, list(entry["topics"]), entry["data"])
    return Event(
        at=Position(_number(entry["blockNumber"]), _number(entry["logIndex"])),
        block_hash=_hash(entry["blockHash"]),
        transaction=_hash(entry["transactionHash"]),
        contract=place.role,
        name=name,
        args=args,
        generation=place.generation,
    )


def _number(text: str) -> int:
    if text[:2] != "0x":
        raise ValueError
    return int(text, 16)


@lru_cache(maxsize=1024)
def _hash(text: str) -> str:
    if len(text) != 66 or text[:2] != "0x":
        raise ValueError
    return text.lower()
