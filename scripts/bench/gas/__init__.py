"""What every write costs on a real chain, against the least that it could cost.

floor      the least gas of a call with what it touched: pure
trace      what a transaction touched, from its receipt and the chain's traces: pure
where      where the gas above the floor went, from the steps of the virtual machine: pure
values     digests without zero bytes, structs by the names of their fields
chain      anvil, the members' keys, the writes and their measurements
scenario   which writes, with which arguments: the one place to change when a contract changes
eas        the baseline: the Ethereum Attestation Service on the same chain
goals      what is aimed at
tables     the figures, printed and as JSON
"""
