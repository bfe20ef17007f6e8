"""JSON-RPC over HTTP: one call, or many in one request. Connections are web3's, a pool for each thread."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import requests
from web3 import HTTPProvider
from web3.exceptions import Web3Exception

from ledger_node.errors import ChainAnswerInvalid, ChainUnreachable

PART = 1 << 20  # bytes
#: Bytes of an answer that are read. The longest that are asked for are the logs of a range (some 1 KB each, MOST_EVENTS
#: of them) and a full block's receipts.
MOST = 96 << 20
_MISSING = object()
#: A method and its parameters.
Call = tuple[str, list[Any]]
#: Told a method's name and how many seconds its call took; a batch counts once, under its first method.
Observe = Callable[[str, float], None]


class RpcRefused(Exception):
    """An engine's own error object, for those who can make something of it."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.error = error


class Overlong(Exception):
    """An answer of more than MOST bytes."""


class JsonRpc(HTTPProvider):
    """`timeout` is in seconds, for one request. ChainUnreachable when nobody answers, ChainAnswerInvalid when what
    comes is no JSON-RPC.
    """

    def __init__(self, url: str, timeout: float, observe: Observe | None = None) -> None:
        super().__init__(url, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)
        self._observe = observe

    def ask(self, method: str, *params: Any) -> Any:
        """The `result`. RpcRefused when the engine answers with an error."""
        answer = self._post(method, _encoded(next(self.request_counter), method, list(params)))
        if not isinstance(answer, dict) or ("error" not in answer and "result" not in answer):
            raise _not_rpc()
        if "error" in answer:
            raise RpcRefused(answer["error"])
        return answer["result"]

    def ask_all(self, calls: Sequence[Call]) -> list[Any]:
        """The `result` of each call in their order, in one HTTP request; where the engine answered with an error, a
        RpcRefused that is returned and not raised."""
        if not calls:
            return []
        request = b"[" + b",".join(_encoded(number, *call) for number, call in enumerate(calls)) + b"]"
        answers = self._post(calls[0][0], request)
        if isinstance(answers, dict) and "error" in answers:
            raise RpcRefused(answers["error"])  # of the whole: too many calls, say
        found: list[Any] = [_MISSING] * len(calls)
        for answer in answers if isinstance(answers, list) else []:
            number = answer.get("id") if isinstance(answer, dict) else None
            if type(number) is not int or not 0 <= number < len(calls) or found[number] is not _MISSING:
                raise _not_rpc()
            found[number] = RpcRefused(answer["error"]) if "error" in answer else answer.get("result")
        if _MISSING in found:
            raise _not_rpc()
        return found

    def _post(self, method: str, content: bytes) -> Any:
        """What web3's own way takes in parts of 10 KiB, each of which waits for Python's lock, comes in large ones."""
        assert self.endpoint_uri is not None  # the constructor gave it
        send, kwargs = self._request_session_manager.get_response_from_post_request, self.get_request_kwargs()
        began = time.perf_counter()
        try:
            with send(self.endpoint_uri, data=content, stream=True, **kwargs) as response:
                response.raise_for_status()
                return json.loads(_within(MOST, response.iter_content(PART)))
        except Overlong:
            raise ChainAnswerInvalid(
                "the chain's RPC answered with too much",
                got=f"{method}, more than {MOST >> 20} MiB",
                needed="an engine that answers with what was asked for",
            ) from None
        except requests.RequestException:
            raise ChainUnreachable(
                "the chain's RPC does not answer", needed="start the engine, or set rpc_url to one that runs"
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Web3Exception):
            raise _not_rpc() from None
        finally:
            if self._observe is not None:
                self._observe(method, time.perf_counter() - began)


def _within(most: int, parts: Iterator[bytes]) -> bytearray:
    """All together, already unpacked. Overlong as soon as there are more than `most`."""
    read = bytearray()
    for part in parts:
        read += part
        if len(read) > most:
            raise Overlong
    return read


def _encoded(number: int, method: str, params: list[Any]) -> bytes:
    """Our parameters are JSON already: web3's own encoder looks at every one of them."""
    request = {"jsonrpc": "2.0", "method": method, "params": params, "id": number}
    return json.dumps(request, separators=(",", ":")).encode()


def _not_rpc() -> ChainAnswerInvalid:
    return ChainAnswerInvalid("the chain's RPC answered with something else than JSON-RPC")
