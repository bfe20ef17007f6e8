"""A consortium on one machine, for trying and testing: an engine, keys, folders, one node process for each member.

engine     the chain: an anvil process
members    who belongs: keys, folder and configuration of each
admission  the votes that let members in after the founders
processes  starting, finding again and stopping what we started
interrupts signals that end it all without leaving a part behind
network    all of it, up and down
"""
