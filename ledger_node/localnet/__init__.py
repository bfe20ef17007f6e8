"""A consortium on one machine, for trying and testing: an engine, keys, folders, one node process for each member.

settings   what it is made of: engine, signers, blobs, store
ports      the ports that it keeps
part       the one shape of what it runs
anvil      the chain as one process
clique     the chain as geth signers
kubo       documents in a private swarm
postgresql the stores in one server
members    who belongs: keys, folder and configuration of each
nodes      their processes
record     all of it, as the folder keeps it
admission  the votes that let members in after the founders
network    up, down, and up again
status     what runs, for people and programs
besu       the files of a Besu consortium, for machines of its own
settling   waiting until what was mined stays
keys, processes, programs, waiting, interrupts: what the others stand on
"""
