"""What an engine answers, and what it must not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ledger_node.chain import transport
from ledger_node.chain.reading import quantity_of, receipt_of
from ledger_node.chain.rpc import RpcLedger
from ledger_node.domain.command import Listing
from ledger_node.errors import ChainAnswerInvalid
from ledger_node.ports import RangeTooLarge
from tests.fakes import address, digest

RECEIPT: dict[str, Any] = {
    "transactionHash": digest(10).upper().replace("0X", "0x"),
    "blockNumber": "0x7",
    "blockHash": digest(7),
    "status": "0x1",
    "gasUsed": "0x5208",
    "from": address(9).upper().replace("0X", "0x"),
    "logs": [],
}


def test_receipt_is_read_in_one_case() -> None:
    found = receipt_of(RECEIPT)
    assert (found.transaction, found.block, found.block_hash) == (digest(10), 7, digest(7))
    assert (found.status, found.gas_used, found.sender, found.logs) == (1, 21_000, address(9), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transactionHash", None),
        ("transactionHash", "0x12"),
        ("blockNumber", None),
        ("blockNumber", 7),
        ("blockNumber", "7"),
        ("blockNumber", "0xzz"),
        ("blockHash", []),
        ("status", "0x2"),
        ("status", None),
        ("gasUsed", {}),
        ("logs", None),
        ("logs", "0x"),
    ],
)
def test_malformed_receipt_is_no_receipt(name: str, value: Any) -> None:
    with pytest.raises(ChainAnswerInvalid):
        receipt_of({**RECEIPT, name: value})
    with pytest.raises(ChainAnswerInvalid):
        receipt_of({other: kept for other, kept in RECEIPT.items() if other != name})


@pytest.mark.parametrize("found", [None, [], "receipt", 7])
def test_something_else_is_no_receipt_and_no_number(found: Any) -> None:
    with pytest.raises(ChainAnswerInvalid):
        receipt_of(found)
    with pytest.raises(ChainAnswerInvalid):
        quantity_of(found)


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> Iterator[RpcLedger]:
    """An engine whose every answer is longer than may be read."""
    monkeypatch.setattr(transport, "MOST", 3 << 20)

    class Engine(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"jsonrpc":"2.0","id":0,"result":"' + b"0" * (5 << 20) + b'"}')

        def log_message(self, *args: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    server.handle_error = lambda *args: None  # type: ignore[method-assign]  # it is hung up on
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield RpcLedger(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


def test_too_long_an_answer_is_cut_and_said(talkative: RpcLedger) -> None:
    with pytest.raises(ChainAnswerInvalid) as refused:
        talkative.head()
    assert refused.value.got == "eth_getBlockByNumber, more than 3 MiB"


def test_too_long_an_answer_about_logs_asks_for_fewer_blocks(talkative: RpcLedger) -> None:
    with pytest.raises(RangeTooLarge):
        talkative.events([Listing("datasets", 1, address(1))], 1, 100)
