"""Whatever personal thing a request carries by mistake, it stands nowhere afterwards: not in an answer, not in a log,
not in a database, not among the documents, not on the chain.
"""

from __future__ import annotations

import httpx2
import pytest

from ledger_node.chain.rpc import RpcLedger
from ledger_node.localnet.network import Network

CANARY = "Canary-Maria-Musterfrau-1956"
DIGEST = "0x" + "ab" * 32


@pytest.mark.parametrize("slug", ["hospital-a", "publisher"])
def test_canary_in_a_request_is_found_nowhere(consortium: Network, slug: str) -> None:
    member = consortium.member(slug)
    headers = {"Authorization": f"Bearer {member.api_keys['operator']}", "Idempotency-Key": f"canary-test-{slug}"}
    consent = {"dataset": DIGEST, "grantee": 4, "purposes": [CANARY], "operations": ["TRAIN"], CANARY: CANARY}
    with httpx2.Client(base_url=member.url, headers=headers, timeout=20) as client:
        answers = [
            client.post("/v1/consents", json=consent),
            client.post("/v1/consents", json={**consent, "purposes": ["MLTRAINING"], "policyDigest": CANARY}),
            client.post(
                "/v1/datasets", content=f'{{"card": "{CANARY}'.encode(), headers={"Content-Type": "application/json"}
            ),
            client.post("/v1/datasets", json={"cardDigest": CANARY}),
            client.get(f"/v1/consents/{CANARY}"),
            client.get("/v1/consents", params={"dataset": CANARY, CANARY: CANARY}),
            client.get("/v1/organisations", headers={"Authorization": f"Bearer {CANARY}", "X-Patient": CANARY}),
            client.get(f"/{CANARY}"),
            client.post("/v1/models", json={"card": {}}, headers={"Idempotency-Key": f"{CANARY} {CANARY}" * 20}),
        ]
        metrics = client.get("/metrics").text
    assert all(400 <= answer.status_code < 500 for answer in answers), [a.status_code for a in answers]
    for answer in answers:
        assert CANARY not in answer.text
        assert CANARY not in str(answer.headers)
    assert 'route="/v1/consents"' in metrics
    assert CANARY not in metrics
    assert DIGEST not in metrics
    for file in consortium.folder.rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file
    _require_absent_from_chain(consortium)


def _require_absent_from_chain(consortium: Network) -> None:
    ledger = RpcLedger(consortium.rpc_url)
    needle = CANARY.encode().hex()
    for number in range(ledger.head().number + 1):
        for transaction in ledger.call("eth_getBlockByNumber", hex(number), True)["transactions"]:
            assert needle not in transaction["input"]
