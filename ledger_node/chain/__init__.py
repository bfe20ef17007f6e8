"""The chain, through JSON-RPC. The only place that knows web3, ABIs and transactions.

artifacts/   ABI, bytecode and storage layout of the contracts, as the compiler gave them
abi          values to calldata, logs to events, revert bytes to names
rpc          the Ledger port
signer       the Signer port: an encrypted keystore
deploy       a first generation on a new chain
"""
