"""The common way: web3.py as its documentation shows it, one transaction after the other."""

from __future__ import annotations

from eth_account import Account
from web3 import HTTPProvider, Web3

from ledger_node.chain.artifact import artifact_of
from scripts.bench.sending.place import CHAIN_ID, Place, registration
from scripts.bench.sending.run import Run, measured


def run(place: Place, writes: int) -> Run:
    key = place.new_key()
    account = Account.from_key(key._key.secret)
    web3 = Web3(HTTPProvider(place.url))
    models = web3.eth.contract(address=place.deployment.contracts.models, abi=artifact_of("models").abi)

    def act() -> str | None:
        refused = 0
        for _ in range(writes):
            transaction = models.functions.registerModel(*registration().args).build_transaction(
                {
                    "from": account.address,
                    "nonce": web3.eth.get_transaction_count(account.address),
                    "chainId": CHAIN_ID,
                    "gasPrice": 0,
                }
            )
            sent = web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
            refused += web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.05)["status"] != 1
        return f"{refused} refused" if refused else None

    return measured(writes, act)
