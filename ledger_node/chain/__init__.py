"""The chain, through JSON-RPC. The only place that knows web3, ABIs and transactions.

artifacts/   ABI, bytecode and storage layout of the contracts, as the compiler gave them
abi          values to calldata, logs to events, revert bytes to names
payloads     what proposals carry
rpc          the Ledger port
signer       the Signer port: an encrypted keystore
acts         what organisations do with their own keys, beside any node
deploy       a first generation on a new chain, further ones for a consortium that has one
"""
