"""How fast a node brings writes to a chain, in turn with the same transactions sent raw and with the common loop.

place    a chain with a consortium, one key for each measurement
node     our outbox and submitter
raw      signed in advance, sent in batches: what the chain takes
loop     web3.py as its documentation shows it: sign, send, wait for the receipt
"""
