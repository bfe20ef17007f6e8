"""The submitter: gives accepted writes their nonce and signature, sends them, settles them, by the outbox alone.

It keeps nothing in memory that a restart would need: every step starts from the outbox. Killed anywhere, it goes on
with the same bytes, and the nonce in them makes a second effect impossible.

submitter   one step of it all
signing     queued → signed
sending     signed → sent, and again what the chain does not show
settling    sent → mined or failed, by events and receipts; whose transaction was it
guarding    on our chain alone
filling     what nothing has, below those that wait
finishing   mined → final, or open again when the block fell out
"""
